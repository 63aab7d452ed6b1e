//! What the log holds of a person.

use std::collections::BTreeSet;

use domain::benefit_case::BenefitCase;
use domain::household::RegisteredHousehold;
use domain::ids::{HouseholdId, PersonId};
use domain::payment_run::PaymentRun;
use domain::retention::Holdings;
use domain::schedule::looks_at_household;

use super::Membership;
use super::search::Search;
use crate::processes::{Office, ProcessError, office_day};

/// A household at a version of its stream.
pub(super) struct KnownHousehold {
    version: u64,
    registered: RegisteredHousehold,
}

/// Every household that names the person, as a member or as the holder of an account.
pub(super) async fn households_of(
    office: &Office,
    search: Search,
    person: PersonId,
) -> Result<Vec<KnownHousehold>, ProcessError> {
    let found = search.households(office, person).await?;
    let known = found.iter().filter_map(|household| {
        let registered = household.state.registered()?.clone();
        Some(KnownHousehold { version: household.version, registered })
    });
    Ok(known.collect())
}

impl KnownHousehold {
    /// The person in it, who may be no more than the holder of an account.
    pub(super) fn membership_of(&self, person: PersonId) -> Option<Membership> {
        let member = self.registered.members.get(&person)?.clone();
        Some(Membership { household_id: self.registered.household_id, version: self.version, member })
    }
}

/// What is at work, and until when files and vouchers are kept.
pub(super) async fn holdings_of(
    office: &Office,
    search: Search,
    person: PersonId,
    households: &[KnownHousehold],
) -> Result<Holdings, ProcessError> {
    let mut holdings = Holdings::default();
    let parties = Parties::of(person, households);
    let applicants = Vec::from_iter(parties.applicants.iter().copied());
    let homes = Vec::from_iter(parties.households.iter().copied());
    for case in search.cases(office, &applicants, &homes).await? {
        if parties.has_part_in(&case.state) {
            holdings.add_case(&case.state, office_day(case.recorded_at));
        }
    }
    for payment in search.payments(office, person).await? {
        holdings.add_payment(&payment.state, office_day(payment.recorded_at));
    }
    for run in search.runs(office, person, &applicants).await? {
        if !matches!(run.state, PaymentRun::Released(_) | PaymentRun::Reconciled(_)) {
            let unnamed = |_| ProcessError::Damaged(format!("payment run {} has no identifier", run.id));
            holdings.add_waiting_line(run.id.parse().map_err(unnamed)?);
        }
    }
    Ok(holdings)
}

/// Whose cases keep a person's file: their own, those of whoever is paid through their account, and those of their
/// households that look at everyone in them.
struct Parties {
    households: BTreeSet<HouseholdId>,
    applicants: BTreeSet<PersonId>,
}

impl Parties {
    fn of(person: PersonId, households: &[KnownHousehold]) -> Parties {
        let mut parties = Parties { households: BTreeSet::new(), applicants: BTreeSet::from([person]) };
        for KnownHousehold { registered, .. } in households {
            for member in registered.members.values() {
                if member.person_id == person {
                    parties.households.insert(registered.household_id);
                }
                if member.account.iter().any(|(_, account)| account.holder == person) {
                    parties.applicants.insert(member.person_id);
                }
            }
        }
        parties
    }

    fn has_part_in(&self, case: &BenefitCase) -> bool {
        case.subject().is_some_and(|subject| {
            self.applicants.contains(&subject.applicant)
                || (looks_at_household(subject.program) && self.households.contains(&subject.household_id))
        })
    }
}
