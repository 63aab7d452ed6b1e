//! What is coming by itself: months whose amount changes because somebody has a birthday or a fact ends, and certificates
//! that expire. One walk over the register; it asks, and stores nothing.

use chrono::NaiveDate;
use domain::calendar::BenefitMonth;
use domain::household::{Household, Member};
use domain::ids::PersonId;
use domain::money::Money;
use domain::numbers::yuan;
use domain::personal::Opener;
use domain::policy::RuleBook;
use domain::schedule::{FactsError, determine_month};
use projections::case_files::register::{HouseholdFile, HouseholdFiles};
use projections::case_files::{CaseRow, CaseStage};
use projections::runner::Until;

use super::found::Horizon;
use super::people::keys_of;
use super::waiting::{Waiting, WaitingKind};
use crate::processes::{Office, ProcessError};
use crate::replay::Words;

/// Everything that is coming within the horizon, by day.
///
/// # Errors
/// [`ProcessError`]: a read table is behind or damaged, or a sealed fact was tampered with.
pub async fn ahead(office: &Office, horizon: Horizon) -> Result<Vec<Waiting>, ProcessError> {
    let rules = office.current_rules().await?;
    office.runner.catch_up(Until::Head).await?;
    let mut register = HouseholdFiles::open(&office.pool).await?;
    let mut found = Vec::new();
    while let Some(page) = register.next_page().await? {
        let keys = keys_of(office, page.iter().map(|file| &file.household.state)).await?;
        let look = Look { rules: &rules, opener: &keys, horizon };
        for file in &page {
            look.household(file, &mut found)?;
        }
    }
    found.sort_by(|one, other| (one.kind, one.due_on, &one.of).cmp(&(other.kind, other.due_on, &other.of)));
    Ok(found)
}

/// What every household is looked at with.
struct Look<'a> {
    rules: &'a RuleBook,
    opener: &'a dyn Opener,
    horizon: Horizon,
}

impl Look<'_> {
    fn household(&self, file: &HouseholdFile, found: &mut Vec<Waiting>) -> Result<(), ProcessError> {
        let (home, household) = (file.household.household_id, &file.household.state);
        let own =
            file.cases.iter().filter(|case| case.household_id == home && case.stage == CaseStage::Enrolled);
        for case in own {
            match self.change(case, household) {
                Ok(change) => found.extend(change),
                Err(FactsError::Unopened(error)) => return Err(error.into()),
                // what cannot be judged is the list of the register's, not this one's
                Err(_) => {}
            }
        }
        let members = household.registered().into_iter().flat_map(|household| household.members.values());
        for member in members.filter(|member| member.is_present() && !member.is_restricted()) {
            found.extend(self.certificate(member)?);
        }
        Ok(())
    }

    /// The first month of the horizon that is due something else than the month before.
    fn change(&self, case: &CaseRow, household: &Household) -> Result<Option<Waiting>, FactsError> {
        let on = self.horizon.on;
        let due = |month| -> Result<Option<Money>, FactsError> {
            let found = determine_month(&case.state, household, self.opener, self.rules, on, month)?;
            Ok(found.map(|(scheduled, _)| scheduled.due))
        };
        let now = BenefitMonth::of(on);
        let Some(mut before) = due(now)? else { return Ok(None) };
        for month in now.next().through(BenefitMonth::of(self.horizon.until())) {
            let Some(amount) = due(month)? else { break };
            if amount != before {
                let (was, is) = (yuan(before), yuan(amount));
                let (zh, en) = (case.program.zh(), case.program.en());
                return Ok(Some(Waiting {
                    kind: WaitingKind::AmountChanges,
                    due_on: Some(month.first_day()),
                    of: case.case_id.to_string(),
                    about: Words {
                        zh: format!("{zh} {month} 起每月 {was} → {is} 元（年龄分档或情况到期）"),
                        en: format!(
                            "{en}: {was} → {is} yuan a month from {month} (an age or a fact that ends)"
                        ),
                    },
                    not_by: None,
                }));
            }
            before = amount;
        }
        Ok(None)
    }

    /// A certificate whose last day lies within the horizon.
    fn certificate(&self, member: &Member) -> Result<Option<Waiting>, ProcessError> {
        let Horizon { on, .. } = self.horizon;
        let Some(sealed) = member.certificate.at(on) else { return Ok(None) };
        let Some(certificate) = sealed.open(member.person_id, self.opener)?.clear() else { return Ok(None) };
        let ends = certificate.0.iter().filter_map(|entry| entry.until);
        let Some(last) = ends.filter(|last| *last >= on && *last <= self.horizon.until()).min() else {
            return Ok(None);
        };
        Ok(Some(expires(member.person_id, last)))
    }
}

fn expires(person: PersonId, last: NaiveDate) -> Waiting {
    Waiting {
        kind: WaitingKind::CertificateExpires,
        due_on: Some(last),
        of: person.to_string(),
        about: Words {
            zh: format!("残疾人证 {last} 到期"),
            en: format!("the disability certificate expires on {last}"),
        },
        not_by: None,
    }
}
