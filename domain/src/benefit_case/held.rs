//! A case as it stood on a day, by the events that are known: the second of the two clocks.

use std::borrow::Borrow;

use chrono::{Days, NaiveDate};

use super::{BenefitCase, BenefitCaseEvent as Event};
use crate::aggregate::{Decider, LedgerEvent};

/// The case on `day`, from its known events with the office days on which they were recorded, in the order of the
/// stream. What holds only from a later day is left out; and so is what cannot follow without it, such as the appeal
/// against an end that lies ahead.
pub fn held_on<E: Borrow<Event>>(
    known: impl IntoIterator<Item = (NaiveDate, E)>,
    day: NaiveDate,
) -> BenefitCase {
    let mut case = BenefitCase::default();
    for (recorded_on, event) in known {
        let event = event.borrow();
        if event.holds_from(recorded_on) <= day {
            // an event that cannot follow leaves the state as it was
            let _ = case.try_evolve(event);
        }
    }
    case
}

impl Event {
    /// The first day on which the event holds. A notice to mend and a review are dated by when they end, so they hold
    /// from the day of their recording; an end is dated by the last day on which the case stood.
    pub fn holds_from(&self, recorded_on: NaiveDate) -> NaiveDate {
        match self {
            Event::MaterialsRequested { .. } | Event::RecertificationDue { .. } => recorded_on,
            Event::CaseClosed { closed_on, .. } => {
                closed_on.checked_add_days(Days::new(1)).unwrap_or(*closed_on)
            }
            _ => self.effective_on().unwrap_or(recorded_on),
        }
    }
}
