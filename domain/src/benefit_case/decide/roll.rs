//! On the roll: 核定, 复核, 停发, 恢复; and 终止.

use chrono::{Months, NaiveDate};

use crate::calendar::BenefitMonth;
use crate::policy::{Suspension, SuspensionReason};

use super::super::{
    Appeal, BenefitCase, Closing, ClosureReason, EnrolledCase, Entitlement, Frequency, Recertification,
    Suspending,
};
use super::{Command, Error, Event, Now, Verdict, ensure, is_filled};

pub(super) fn decide(case: &EnrolledCase, command: Command, now: Now) -> Verdict {
    match command {
        Command::DetermineEntitlement { from, amount, rule_version, determination } => {
            let entitlement = Entitlement { amount, rule_version };
            if !case.check_entitlement(from, &entitlement)? {
                return Ok(vec![]);
            }
            let Entitlement { amount, rule_version } = entitlement;
            Ok(vec![Event::EntitlementDetermined { from, amount, rule_version, determination, by: now.by() }])
        }
        Command::NoteRecertificationDue { due_on } => case.note_recertification_due(due_on, now),
        Command::Recertify { recertified_on, next_due_on } => {
            case.recertify(recertified_on, next_due_on, now)
        }
        Command::Suspend { reason, since } => case.suspend(reason, since, now),
        Command::Resume { confirmed_on } => case.resume(confirmed_on, now),
        _ => Ok(vec![]),
    }
}

pub(super) fn close(case: &BenefitCase, reason: ClosureReason, closed_on: NaiveDate, now: Now) -> Verdict {
    let completed = reason == ClosureReason::Completed;
    let opened_on = match case {
        BenefitCase::Unopened => return Err(Error::CaseNotOpened),
        BenefitCase::Refused(_) => return Err(Error::AlreadyDecided),
        // an end that was asked for while an earlier one was under appeal left that one as it was
        BenefitCase::Closed(case) if case.appeal == (Appeal::Dismissed { decided_on: closed_on }) => {
            return Ok(vec![]);
        }
        BenefitCase::Closed(case) => return ended(&case.closing, reason, closed_on),
        BenefitCase::Discontinued(case) => return ended(&case.closing, reason, closed_on),
        BenefitCase::Consulted(_) | BenefitCase::UnderReview(_) if completed => {
            return Err(Error::NotEnrolled);
        }
        BenefitCase::Consulted(case) => case.held_on,
        BenefitCase::UnderReview(case) => case.application.applied_on,
        BenefitCase::Enrolled(case) => {
            ensure(!completed || case.procedure().frequency == Frequency::Once, Error::NotOneOff)?;
            case.application.applied_on
        }
    };
    now.check_step(closed_on, opened_on)?;
    Ok(vec![Event::CaseClosed { reason, closed_on, by: now.by() }])
}

fn ended(known: &Closing, reason: ClosureReason, closed_on: NaiveDate) -> Verdict {
    ensure(*known == Closing { reason, closed_on }, Error::CaseEnded)?;
    Ok(vec![])
}

impl EnrolledCase {
    /// Whether the entitlement is news.
    fn check_entitlement(&self, from: BenefitMonth, asked: &Entitlement) -> Result<bool, Error> {
        let first_day = from.first_day();
        ensure(!asked.amount.is_negative(), Error::AmountNegative)?;
        ensure(is_filled(&asked.rule_version, 64), Error::RuleVersionMissing)?;
        ensure(from >= BenefitMonth::of(self.application.applied_on), Error::DateTooEarly)?;
        Ok(!self.entitlements.iter().any(|(day, known)| day == first_day && known == asked))
    }

    fn note_recertification_due(&self, due_on: NaiveDate, now: Now) -> Verdict {
        ensure(self.procedure().frequency == Frequency::Monthly, Error::RecertificationNotForeseen)?;
        if self.recertification == (Recertification::Due { due_on }) {
            return Ok(vec![]);
        }
        ensure(due_on >= self.decision.decided_on, Error::DateTooEarly)?;
        Ok(vec![Event::RecertificationDue { due_on, by: now.by() }])
    }

    fn recertify(&self, recertified_on: NaiveDate, next_due_on: NaiveDate, now: Now) -> Verdict {
        ensure(self.procedure().frequency == Frequency::Monthly, Error::RecertificationNotForeseen)?;
        if self.recertification == (Recertification::Next { last_on: recertified_on, due_on: next_due_on }) {
            return Ok(vec![]);
        }
        now.check_step(recertified_on, self.decision.decided_on)?;
        let latest = recertified_on + Months::new(self.procedure().recertification_months);
        let within = next_due_on > recertified_on && next_due_on <= latest;
        ensure(within, Error::RecertificationTooLate)?;
        Ok(vec![Event::Recertified { recertified_on, next_due_on, by: now.by() }])
    }

    fn suspend(&self, reason: SuspensionReason, since: NaiveDate, now: Now) -> Verdict {
        ensure(self.procedure().suspension == Suspending::WhenUnreachable, Error::SuspensionNotForeseen)?;
        if let Some(open) = self.open_suspension() {
            ensure((open.since, open.reason) == (since, reason), Error::AlreadySuspended)?;
            return Ok(vec![]);
        }
        let earlier = self.suspensions.last().and_then(|suspension| suspension.until);
        now.check_step(since, earlier.unwrap_or(self.application.applied_on))?;
        Ok(vec![Event::CaseSuspended { reason, since, by: now.by() }])
    }

    fn resume(&self, confirmed_on: NaiveDate, now: Now) -> Verdict {
        let Some(&Suspension { since, until, .. }) = self.suspensions.last() else {
            return Err(Error::NotSuspended);
        };
        match until {
            Some(known) if known == confirmed_on => Ok(vec![]),
            Some(_) => Err(Error::NotSuspended),
            None => {
                now.check_step(confirmed_on, since)?;
                Ok(vec![Event::CaseResumed { confirmed_on, by: now.by() }])
            }
        }
    }
}
