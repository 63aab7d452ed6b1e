//! The streams of a case, its household and its payments, as the log knew them at the end of a day.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use domain::actor::Role;
use domain::aggregate::{Decider, LedgerEvent};
use domain::benefit_case::{BenefitCase, BenefitCaseEvent};
use domain::calendar::BenefitMonth;
use domain::household::{Household, HouseholdEvent};
use domain::ids::{CaseId, PaymentId};
use domain::payment::{Payment, PaymentEvent};
use eventlog::append::StreamId;

use crate::processes::{Office, ProcessError};

/// Months beyond the known day in which a payment is looked for: a run may pay a month ahead.
const MONTHS_AHEAD: i32 = 2;

/// An event with what stands beside it.
#[derive(Clone, Debug)]
pub(super) struct Recorded<E> {
    pub position: u64,
    pub recorded_at: DateTime<Utc>,
    pub actor: String,
    pub role: Role,
    pub event: E,
}

/// The events of one payment.
#[derive(Clone, Debug)]
pub(super) struct PaymentHistory {
    pub payment_id: PaymentId,
    pub events: Vec<Recorded<PaymentEvent>>,
}

/// Everything that was known of a case.
#[derive(Clone, Debug)]
pub(super) struct History {
    pub case: Vec<Recorded<BenefitCaseEvent>>,
    pub household: Vec<Recorded<HouseholdEvent>>,
    /// By month and attempt.
    pub payments: Vec<PaymentHistory>,
}

impl History {
    /// Reads what was recorded up to the end of the day `known` in Beijing.
    pub(super) async fn read(
        office: &Office,
        case_id: CaseId,
        known: NaiveDate,
    ) -> Result<History, ProcessError> {
        let end = end_of(known);
        let case = read::<BenefitCase>(office, &case_id.to_string(), end).await?;
        let mut history = History { case, household: Vec::new(), payments: Vec::new() };
        let state = history.case_before(u64::MAX)?;
        let subject = *state.subject().ok_or(ProcessError::Unknown { what: "benefit case" })?;
        let household_id = subject.household_id.to_string();
        history.household = read::<Household>(office, &household_id, end).await?;
        if let Some(application) = state.application() {
            let asked = application.request.map_or(application.applied_on, |request| request.on);
            let first = BenefitMonth::of(asked.min(application.applied_on));
            let last = BenefitMonth::of(known).plus(MONTHS_AHEAD);
            history.payments = payments(office, case_id, first, last, end).await?;
        }
        let persons: Vec<_> = history
            .household_before(u64::MAX)?
            .registered()
            .map(|household| household.members.keys().copied().collect())
            .unwrap_or_default();
        office.keyring.load(&persons).await?;
        Ok(history)
    }

    /// The case as it stood before `position`.
    pub(super) fn case_before(&self, position: u64) -> Result<BenefitCase, ProcessError> {
        fold(self.case.iter().take_while(|recorded| recorded.position < position))
    }

    /// The case by the events that held on `day`; where they make no whole life without later ones, all events.
    pub(super) fn case_on(&self, day: NaiveDate) -> Result<BenefitCase, ProcessError> {
        let held = self.case.iter().filter(|recorded| {
            // a notice to mend and a review are dated by when they end, so their recording counts
            recorded.event.effective_on().is_none_or(|from| from <= day)
        });
        fold(held).or_else(|_| self.case_before(u64::MAX))
    }

    /// The household as it stood before `position`.
    pub(super) fn household_before(&self, position: u64) -> Result<Household, ProcessError> {
        fold(self.household.iter().take_while(|recorded| recorded.position < position))
    }
}

impl PaymentHistory {
    /// The payment as it stood before `position`.
    pub(super) fn before(&self, position: u64) -> Result<Payment, ProcessError> {
        fold(self.events.iter().take_while(|recorded| recorded.position < position))
    }
}

fn fold<'e, D: Decider>(events: impl Iterator<Item = &'e Recorded<D::Event>>) -> Result<D, ProcessError> {
    let mut state = D::default();
    for recorded in events {
        let evolved = state.try_evolve(&recorded.event);
        evolved.map_err(|error| ProcessError::Damaged(format!("event {}: {error}", recorded.position)))?;
    }
    Ok(state)
}

/// Midnight in Beijing after the day.
fn end_of(day: NaiveDate) -> DateTime<Utc> {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    next.and_time(chrono::NaiveTime::MIN).and_utc() - TimeDelta::hours(8)
}

/// Reads one stream up to a moment.
pub(super) async fn read<D: Decider>(
    office: &Office,
    id: &str,
    end: DateTime<Utc>,
) -> Result<Vec<Recorded<D::Event>>, ProcessError> {
    let stored = office.repository.log().read_stream(&StreamId::new(D::TYPE, id)).await?;
    let mut events = Vec::with_capacity(stored.len());
    for stored in stored.iter().take_while(|stored| stored.recorded_at < end) {
        let damaged = |error: &dyn std::fmt::Display| ProcessError::Damaged(error.to_string());
        let metadata = stored.metadata().map_err(|error| damaged(&error))?;
        let decoded = stored.decode::<D::Event>().map_err(|error| damaged(&error))?;
        let Some(event) = decoded else { continue };
        let (position, recorded_at) = (stored.position, stored.recorded_at);
        let (actor, role) = (metadata.actor_id, metadata.actor_role);
        events.push(Recorded { position, recorded_at, actor, role, event });
    }
    Ok(events)
}

/// The payments of the months: their streams' names follow from case, month and attempt.
async fn payments(
    office: &Office,
    case_id: CaseId,
    first: BenefitMonth,
    last: BenefitMonth,
    end: DateTime<Utc>,
) -> Result<Vec<PaymentHistory>, ProcessError> {
    let mut payments = Vec::new();
    for month in first.through(last) {
        for attempt in 1.. {
            let payment_id = PaymentId::derive(case_id, month, attempt);
            let events = read::<Payment>(office, &payment_id.to_string(), end).await?;
            if events.is_empty() {
                break;
            }
            payments.push(PaymentHistory { payment_id, events });
        }
    }
    Ok(payments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight_in_beijing() {
        let day = NaiveDate::from_ymd_opt(2023, 8, 31).unwrap();
        assert_eq!(end_of(day).to_rfc3339(), "2023-08-31T16:00:00+00:00");
    }
}
