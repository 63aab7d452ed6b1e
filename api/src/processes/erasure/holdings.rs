//! What the log holds of a person. Streams are found by the person's name in the stored text, in passes over the whole
//! log: an erasure cannot be undone, so no read table is trusted with it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::aggregate::Decider;
use domain::benefit_case::BenefitCase;
use domain::household::{Household, RegisteredHousehold};
use domain::ids::{HouseholdId, PersonId, RunId};
use domain::payment::Payment;
use domain::payment_run::PaymentRun;
use domain::retention::Holdings;
use domain::schedule::looks_at_household;
use sqlx::Row;
use uuid::Uuid;

use super::Membership;
use crate::processes::{Office, ProcessError, office_day};

/// A stream that names somebody, and when the log took its last event.
struct Named {
    id: String,
    recorded_at: DateTime<Utc>,
}

/// A household at a version of its stream.
pub(super) struct KnownHousehold {
    version: u64,
    registered: RegisteredHousehold,
}

/// Every household that names the person, as a member or as the holder of an account.
pub(super) async fn households_of(
    office: &Office,
    person: PersonId,
) -> Result<Vec<KnownHousehold>, ProcessError> {
    let mut households = Vec::new();
    for named in streams_that_name::<Household>(office, [person.uuid()]).await? {
        let loaded = office.repository.load_newest::<Household>(&named.id).await?;
        if let Some(registered) = loaded.state.registered() {
            households.push(KnownHousehold { version: loaded.version, registered: registered.clone() });
        }
    }
    Ok(households)
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
    person: PersonId,
    households: &[KnownHousehold],
) -> Result<Holdings, ProcessError> {
    let mut holdings = Holdings::default();
    let parties = Parties::of(person, households);
    for named in streams_that_name::<BenefitCase>(office, parties.names()).await? {
        let case = office.repository.load_newest::<BenefitCase>(&named.id).await?.state;
        if parties.has_part_in(&case) {
            holdings.add_case(&case, office_day(named.recorded_at));
        }
    }
    for named in streams_that_name::<Payment>(office, [person.uuid()]).await? {
        let payment = office.repository.load_newest::<Payment>(&named.id).await?.state;
        holdings.add_payment(&payment, office_day(named.recorded_at));
    }
    for run in unfinished_runs(office, person).await? {
        holdings.add_waiting_line(run);
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

    fn names(&self) -> impl Iterator<Item = Uuid> {
        let households = self.households.iter().map(|household| household.uuid());
        households.chain(self.applicants.iter().map(|person| person.uuid()))
    }

    fn has_part_in(&self, case: &BenefitCase) -> bool {
        case.subject().is_some_and(|subject| {
            self.applicants.contains(&subject.applicant)
                || (looks_at_household(subject.program) && self.households.contains(&subject.household_id))
        })
    }
}

/// Runs that would pay the person, and are not released.
async fn unfinished_runs(office: &Office, person: PersonId) -> Result<Vec<RunId>, ProcessError> {
    let statement = include_str!("sql/runs_with_waiting_lines.sql");
    let found: Vec<Uuid> =
        sqlx::query_scalar(statement).bind(patterns([person.uuid()])).fetch_all(&office.pool).await?;
    let mut runs = Vec::new();
    for id in found {
        let run = office.repository.load_newest::<PaymentRun>(RunId::new(id)).await?.state;
        if !matches!(*run, PaymentRun::Released(_) | PaymentRun::Reconciled(_)) {
            runs.push(RunId::new(id));
        }
    }
    Ok(runs)
}

/// The streams of a type in which one of some names stands, in the order of the log.
async fn streams_that_name<A: Decider>(
    office: &Office,
    names: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<Named>, ProcessError> {
    let query = sqlx::query(include_str!("sql/streams_that_name.sql")).bind(A::TYPE).bind(patterns(names));
    let rows = query.fetch_all(&office.pool).await?;
    let named = |row: &sqlx::postgres::PgRow| {
        Ok(Named { id: row.try_get("aggregate_id")?, recorded_at: row.try_get("recorded_at")? })
    };
    rows.iter().map(named).collect()
}

fn patterns(names: impl IntoIterator<Item = Uuid>) -> Vec<String> {
    names.into_iter().map(|name| format!("%{name}%")).collect()
}
