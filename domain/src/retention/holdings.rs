//! What the log holds of a person, as far as it decides whether their keys may be destroyed.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::benefit_case::{Appeal, BenefitCase};
use crate::ids::{CaseId, RunId};
use crate::payment::Payment;
use crate::personal::RetentionClass;

use super::Withheld;

/// What the log holds of a person. Nothing, where nobody ever opened a case or paid them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holdings {
    /// What is still at work, in the order in which it was found.
    pub at_work: Vec<Withheld>,
    /// The last day of the last file that ended.
    pub file_ended_on: Option<NaiveDate>,
    /// The last day of the last voucher.
    pub voucher_dated_on: Option<NaiveDate>,
}

/// Where a file or a voucher stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It does not exist.
    Absent,
    /// Something is still to be done.
    AtWork(Withheld),
    /// Nothing is; this was the last day.
    Ended(NaiveDate),
}

impl Holdings {
    /// Counts a case, whose last event the log took on `recorded_on`.
    pub fn add_case(&mut self, case: &BenefitCase, recorded_on: NaiveDate) {
        match Standing::of_case(case) {
            Standing::Absent => {}
            Standing::AtWork(withheld) => self.at_work.push(withheld),
            Standing::Ended(on) => self.file_ended_on = self.file_ended_on.max(Some(on.max(recorded_on))),
        }
    }

    /// Counts a payment, whose last event the log took on `recorded_on`.
    pub fn add_payment(&mut self, payment: &Payment, recorded_on: NaiveDate) {
        match Standing::of_payment(payment) {
            Standing::Absent => {}
            Standing::AtWork(withheld) => self.at_work.push(withheld),
            Standing::Ended(on) => {
                self.voucher_dated_on = self.voucher_dated_on.max(Some(on.max(recorded_on)));
            }
        }
    }

    /// Counts a line that waits for the release of its run.
    pub fn add_waiting_line(&mut self, run: RunId) {
        self.at_work.push(Withheld::RunUnfinished { run });
    }

    /// The first day on which the keys of the class may be destroyed, when nothing more happens; nothing where no law
    /// keeps them.
    pub fn erasable_from(&self, class: RetentionClass) -> Option<NaiveDate> {
        let last = match class {
            RetentionClass::CaseWork => self.file_ended_on,
            RetentionClass::Vouchers => self.voucher_dated_on,
        };
        last.map(|last| class.erasable_from(last))
    }

    /// Whether nothing is at work.
    ///
    /// # Errors
    /// The first [`Withheld`] that is.
    pub fn check_at_rest(&self) -> Result<(), Withheld> {
        self.at_work.first().map_or(Ok(()), |withheld| Err(*withheld))
    }

    /// Whether an erasure through `class` is possible on a day.
    ///
    /// # Errors
    /// The first [`Withheld`]: what is at work, then the class with the latest day.
    pub fn check(&self, class: RetentionClass, today: NaiveDate) -> Result<(), Withheld> {
        self.check_at_rest()?;
        let kept = class.through().iter().filter_map(|class| Some((self.erasable_from(*class)?, *class)));
        match kept.filter(|(from, _)| today < *from).max() {
            Some((from, class)) => Err(Withheld::RetentionRuns { class, from }),
            None => Ok(()),
        }
    }
}

impl Standing {
    /// Where a case stands. A consultation that led to nothing is a file that ended.
    pub fn of_case(case: &BenefitCase) -> Standing {
        let Some(case_id) = case.subject().map(|subject| subject.case_id) else { return Standing::Absent };
        match case {
            BenefitCase::Unopened => Standing::Absent,
            BenefitCase::UnderReview(_) | BenefitCase::Enrolled(_) => at_work(case_id),
            BenefitCase::Consulted(case) => Standing::Ended(case.held_on),
            BenefitCase::Refused(case) => appealed(case_id, case.appeal, case.decision.decided_on),
            BenefitCase::Closed(case) => appealed(case_id, case.appeal, case.closing.closed_on),
            BenefitCase::Discontinued(case) => Standing::Ended(case.closing.closed_on),
        }
    }

    /// Where a payment stands: it is at work until the money is where it belongs.
    pub fn of_payment(payment: &Payment) -> Standing {
        let Some(payment_id) = payment.order().map(|order| order.payment_id) else { return Standing::Absent };
        match payment {
            Payment::Unordered => Standing::Absent,
            Payment::Ordered(_) => Standing::AtWork(Withheld::PaymentInTransit { payment: payment_id }),
            Payment::Returned(_) => Standing::AtWork(Withheld::PaymentReturned { payment: payment_id }),
            Payment::Settled(settled) if settled.recovery_open().is_positive() => {
                Standing::AtWork(Withheld::RecoveryOpen { payment: payment_id })
            }
            Payment::Settled(settled) => {
                let received = settled.receipts.iter().map(|receipt| receipt.received_on);
                let waived = settled.waivers.iter().map(|waiver| waiver.waived_on);
                let withdrawn = settled.withdrawals.iter().map(|withdrawal| withdrawal.withdrawn_on);
                let answered = received.chain(waived).chain(withdrawn);
                Standing::Ended(answered.fold(settled.settled_on, NaiveDate::max))
            }
            Payment::Reissued(reissued) => Standing::Ended(reissued.returned.returned_on),
            Payment::Cancelled(cancelled) => Standing::Ended(cancelled.cancelled_on),
        }
    }
}

fn at_work(case: CaseId) -> Standing {
    Standing::AtWork(Withheld::CaseOpen { case })
}

/// A case that ended on a day, unless its end is appealed.
fn appealed(case_id: CaseId, appeal: Appeal, ended_on: NaiveDate) -> Standing {
    match appeal {
        Appeal::NotFiled => Standing::Ended(ended_on),
        Appeal::Pending { .. } => at_work(case_id),
        Appeal::Dismissed { decided_on } => Standing::Ended(ended_on.max(decided_on)),
    }
}
