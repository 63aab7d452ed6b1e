//! 公示 and 异议.

use chrono::{Days, NaiveDate};

use crate::personal::{Note, Sealed};

use super::super::{Notice, Objection, ObjectionOutcome, Outcome, ReviewedCase, Step};
use super::{Command, Error, Event, Now, Verdict, ensure};

pub(super) fn decide(case: &ReviewedCase, command: Command, now: Now) -> Verdict {
    match command {
        Command::PostNotice { posted_on, notice_days, earliest_decision_on } => {
            case.post_notice(Posting { posted_on, notice_days, earliest_decision_on }, now)
        }
        Command::RaiseObjection { note, raised_on } => case.raise_objection(note, raised_on, now),
        Command::ResolveObjection { objection, outcome, resolved_on } => {
            case.resolve_objection(objection, outcome, resolved_on, now)
        }
        _ => Ok(vec![]),
    }
}

/// A notice as it is asked for.
struct Posting {
    posted_on: NaiveDate,
    notice_days: u32,
    earliest_decision_on: NaiveDate,
}

impl ReviewedCase {
    fn post_notice(&self, asked: Posting, now: Now) -> Verdict {
        let Posting { posted_on, notice_days, earliest_decision_on } = asked;
        let Notice::Posted { days } = self.procedure().notice else {
            return Err(Error::NoticeNotForeseen);
        };
        let reviewed_on = match self.step {
            Step::Gathering => return Err(Error::NotRecommended),
            step if step == (Step::OnNotice { posted_on, earliest_decision_on }) => return Ok(vec![]),
            Step::OnNotice { .. } => return Err(Error::StepPassed),
            Step::Recommended { outcome: Outcome::Refused, .. } => return Err(Error::RecommendedAgainst),
            Step::Recommended { outcome: Outcome::Approved, reviewed_on } => reviewed_on,
        };
        now.check_step(posted_on, reviewed_on)?;
        ensure(notice_days >= days, Error::NoticeTooShort)?;
        // the day of posting does not count (民法典 art. 201), so a decision on the last day is still too early
        let last_day = posted_on.checked_add_days(Days::new(u64::from(notice_days)));
        ensure(last_day.is_some_and(|last_day| earliest_decision_on > last_day), Error::NoticeEndInvalid)?;
        Ok(vec![Event::NoticePosted { posted_on, notice_days, earliest_decision_on, by: now.by() }])
    }

    fn raise_objection(&self, note: Sealed<Note>, raised_on: NaiveDate, now: Now) -> Verdict {
        let Step::OnNotice { posted_on, .. } = self.step else {
            return Err(Error::NoticeNotPosted);
        };
        now.check_step(raised_on, posted_on)?;
        let objection = u32::try_from(self.objections.len()).unwrap_or(u32::MAX).saturating_add(1);
        Ok(vec![Event::ObjectionRaised { objection, note, raised_on, by: now.by() }])
    }

    fn resolve_objection(
        &self,
        objection: u32,
        outcome: ObjectionOutcome,
        resolved_on: NaiveDate,
        now: Now,
    ) -> Verdict {
        match self.objection(objection).ok_or(Error::ObjectionUnknown)? {
            Objection::Resolved { outcome: known, resolved_on: known_on } => {
                ensure((*known, *known_on) == (outcome, resolved_on), Error::ObjectionAlreadyResolved)?;
                Ok(vec![])
            }
            Objection::Open { raised_on } => {
                now.check_step(resolved_on, *raised_on)?;
                Ok(vec![Event::ObjectionResolved { objection, outcome, resolved_on, by: now.by() }])
            }
        }
    }

    fn objection(&self, number: u32) -> Option<&Objection> {
        self.objections.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }
}
