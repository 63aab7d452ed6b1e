//! 暂缓发放 and its lifting: the months stay due, a run leaves them out.

use chrono::NaiveDate;

use crate::personal::{Note, Sealed};

use super::super::{EnrolledCase, HeldMonths, HoldReason};
use super::{Error, Event, Now, Verdict, ensure};

/// What is held, and why.
pub(super) struct Holding {
    pub months: HeldMonths,
    pub reason: HoldReason,
    pub note: Option<Sealed<Note>>,
    pub held_on: NaiveDate,
}

pub(super) fn hold(case: &EnrolledCase, asked: Holding, now: Now) -> Verdict {
    let Holding { months, reason, note, held_on } = asked;
    if let Some(open) = case.open_hold(months) {
        let same = (open.reason, open.held_on, &open.held_by) == (reason, held_on, now.by);
        ensure(same, Error::AlreadyHeld)?;
        return Ok(vec![]);
    }
    ensure(reason != HoldReason::Other || note.is_some(), Error::HoldNoteMissing)?;
    let before = case.holds.iter().filter(|hold| hold.months == months).filter_map(|hold| hold.lifted_on);
    now.check_step(held_on, before.max().unwrap_or(case.application.applied_on))?;
    Ok(vec![Event::PaymentHeld { months, reason, note, held_on, by: now.by() }])
}

/// Money that somebody kept back goes out again only when somebody else says so (双人复核).
pub(super) fn lift(case: &EnrolledCase, months: HeldMonths, lifted_on: NaiveDate, now: Now) -> Verdict {
    let Some(open) = case.open_hold(months) else {
        let last = case.holds.iter().rev().find(|hold| hold.months == months);
        ensure(last.is_some_and(|hold| hold.lifted_on == Some(lifted_on)), Error::NotHeld)?;
        return Ok(vec![]);
    };
    ensure(open.held_by != *now.by, Error::LiftedByHolder)?;
    now.check_step(lifted_on, open.held_on)?;
    Ok(vec![Event::PaymentHoldLifted { months, lifted_on, by: now.by() }])
}
