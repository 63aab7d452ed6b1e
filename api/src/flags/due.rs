//! What was due, by the rules, on the facts known at a position.

use chrono::NaiveDate;
use domain::benefit_case::CaseSubject;
use domain::calendar::BenefitMonth;
use domain::schedule::{FactsError, Schedule, schedule};

use super::Look;

/// Why nothing can be said of what was due.
pub enum NoSchedule {
    /// The case was not on the roll.
    NotEnrolled,
    /// Facts are missing, or their person was erased.
    Unjudged,
}

impl Look<'_> {
    /// The schedule of a case on the facts recorded before `position` and the rates announced until `known_on`.
    pub fn schedule(
        &self,
        subject: &CaseSubject,
        position: u64,
        known_on: NaiveDate,
        through: BenefitMonth,
    ) -> Result<Schedule, NoSchedule> {
        let case = self.log.cases.get(&subject.case_id).ok_or(NoSchedule::NotEnrolled)?;
        let state = case.history.before(position);
        let household = self.log.household_before(subject.household_id, position);
        match schedule(&state, &household, self.opener, self.rules.before(position), known_on, through) {
            Ok(schedule) => Ok(schedule),
            Err(FactsError::NotEnrolled) => Err(NoSchedule::NotEnrolled),
            Err(_) => Err(NoSchedule::Unjudged),
        }
    }
}
