//! A payment's row, and how events change it and its run's sums.

use chrono::NaiveDate;
use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, PaymentId, PersonId, RunId};
use domain::money::{Money, MoneyError};
use domain::payment::{
    PaymentEvent, PaymentKind, PaymentOrder, PaymentStage, RecoveryReason, Withholding, withheld_sum,
};
use domain::program::Program;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::run::PaymentRunRow;
use crate::error::ApplyError;
use crate::projection::At;
use crate::rows::{KeyedRow, Rows};

/// One payment (发放明细) with what became of it: a row of `read_payments`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRow {
    /// The payment.
    pub payment_id: PaymentId,
    /// The run that ordered it.
    pub run_id: RunId,
    /// The case.
    pub case_id: CaseId,
    /// For whom it is.
    pub beneficiary: PersonId,
    /// The program.
    pub program: Program,
    /// 所属月份.
    pub month: BenefitMonth,
    /// Counts the payments of the case for the month, from 1.
    pub attempt: u32,
    /// Why it is paid.
    pub kind: PaymentKind,
    /// How much.
    #[serde(rename = "amount_fen")]
    pub amount: Money,
    /// What the month was due in all when it was ordered.
    #[serde(rename = "due_fen")]
    pub due: Money,
    /// Who holds the account.
    pub payee: PersonId,
    /// The account, sealed for the payee.
    pub account_sealed: String,
    /// The rule book that determined the amount.
    pub rule_version: String,
    /// 要求执行日期.
    pub execution_on: NaiveDate,
    /// Where it stands.
    pub status: PaymentStage,
    /// When it arrived.
    pub settled_on: Option<NaiveDate>,
    /// The bank's reference of the arrival.
    pub bank_reference: Option<String>,
    /// When it came back; none where it arrived after all, as of all that followed the return.
    pub returned_on: Option<NaiveDate>,
    /// The bank's reason code.
    pub returned_reason: Option<String>,
    /// The attempt that took its place.
    pub reissued_as: Option<PaymentId>,
    /// When it was given up.
    pub cancelled_on: Option<NaiveDate>,
    /// Why it was given up.
    pub cancelled_reason: Option<String>,
    /// How much of it is asked back in all, less what was withdrawn.
    #[serde(rename = "recovery_opened_fen")]
    pub recovery_opened: Money,
    /// How much of that came back.
    #[serde(rename = "recovery_received_fen")]
    pub recovery_received: Money,
    /// How much of that was given up.
    #[serde(rename = "recovery_waived_fen")]
    pub recovery_waived: Money,
    /// What is due with it and withheld, in all; once it is settled, what took effect.
    #[serde(rename = "withheld_fen")]
    pub withheld: Money,
    /// What it repays; empty where nothing is withheld.
    pub repays: Vec<Withholding>,
    /// Why it was last asked back.
    pub recovery_reason: Option<RecoveryReason>,
    /// The log position of the order.
    pub ordered_position: u64,
}

impl KeyedRow for PaymentRow {
    const LOAD: &'static str = include_str!("sql/load_payments.sql");
    const STORE: &'static str = include_str!("sql/store_payments.sql");

    fn key(&self) -> Uuid {
        self.payment_id.uuid()
    }
}

impl PaymentRow {
    /// Whether the money is out: ordered and not come back.
    pub fn is_out(&self) -> bool {
        matches!(self.status, PaymentStage::Ordered | PaymentStage::Settled)
    }

    /// What stands of the month's due with it, in fen: out or withheld, and not asked back.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn standing(&self) -> Result<Money, MoneyError> {
        if !self.is_out() {
            return Ok(Money::ZERO);
        }
        self.amount.plus(self.withheld)?.minus(self.recovery_opened)
    }

    fn of(order: PaymentOrder, ordered_position: u64) -> Result<PaymentRow, MoneyError> {
        Ok(PaymentRow {
            payment_id: order.payment_id,
            run_id: order.run_id,
            case_id: order.case_id,
            beneficiary: order.beneficiary,
            program: order.program,
            month: order.month,
            attempt: order.attempt,
            kind: order.kind,
            amount: order.amount,
            due: order.due,
            payee: order.payee,
            account_sealed: order.account.ciphertext().to_owned(),
            rule_version: order.rule_version,
            execution_on: order.execution_on,
            status: PaymentStage::Ordered,
            settled_on: None,
            bank_reference: None,
            returned_on: None,
            returned_reason: None,
            reissued_as: None,
            cancelled_on: None,
            cancelled_reason: None,
            recovery_opened: Money::ZERO,
            recovery_received: Money::ZERO,
            recovery_waived: Money::ZERO,
            withheld: withheld_sum(&order.withheld)?,
            repays: order.withheld,
            recovery_reason: None,
            ordered_position,
        })
    }
}

pub(super) fn evolve(
    payments: &mut Rows<PaymentRow>,
    runs: &mut Rows<PaymentRunRow>,
    at: At<'_>,
    event: PaymentEvent,
) -> Result<(), ApplyError> {
    use PaymentEvent as Event;
    if let Event::PaymentOrdered { order } = event {
        let payment = at.sum(PaymentRow::of(*order, at.0.position))?;
        let run = runs.get_mut(payment.run_id.uuid()).ok_or_else(|| at.unknown("payment run"))?;
        at.sum(run.ordered(payment.amount))?;
        payments.put(payment);
        return Ok(());
    }
    let payment = payments.get_mut(at.id()?).ok_or_else(|| at.unknown("payment"))?;
    let run = runs.get_mut(payment.run_id.uuid()).ok_or_else(|| at.unknown("payment run"))?;
    match event {
        Event::PaymentOrdered { .. } => {}
        Event::PaymentSettled { settled_on, bank_reference, withheld } => {
            payment.status = PaymentStage::Settled;
            payment.withheld = at.sum(withheld_sum(&withheld))?;
            payment.repays = withheld;
            payment.settled_on = Some(settled_on);
            payment.bank_reference = Some(bank_reference);
            at.sum(run.settled(payment.amount))?;
        }
        Event::BookingNamed { bank_reference, .. } => payment.bank_reference = Some(bank_reference),
        Event::PaymentReturned { reason, returned_on } => {
            payment.status = PaymentStage::Returned;
            payment.returned_on = Some(returned_on);
            payment.returned_reason = Some(reason);
            at.sum(run.returned(payment.amount))?;
        }
        Event::ReturnRevoked { .. } => {
            payment.status = PaymentStage::Ordered;
            (payment.returned_on, payment.returned_reason, payment.reissued_as) = (None, None, None);
            (payment.cancelled_on, payment.cancelled_reason) = (None, None);
            at.sum(run.return_revoked(payment.amount))?;
        }
        Event::PaymentReissued { reissued_as, .. } => {
            payment.status = PaymentStage::Reissued;
            payment.reissued_as = Some(reissued_as);
        }
        Event::PaymentCancelled { reason, cancelled_on } => {
            payment.status = PaymentStage::Cancelled;
            payment.cancelled_on = Some(cancelled_on);
            payment.cancelled_reason = Some(reason);
        }
        Event::RecoveryOpened { amount, reason, .. } => {
            payment.recovery_opened = at.sum(payment.recovery_opened.plus(amount))?;
            payment.recovery_reason = Some(reason);
        }
        Event::RecoveryReceived { amount, .. } => {
            payment.recovery_received = at.sum(payment.recovery_received.plus(amount))?;
        }
        Event::RecoveryWaived { amount, .. } => {
            payment.recovery_waived = at.sum(payment.recovery_waived.plus(amount))?;
        }
        Event::RecoveryWithdrawn { amount, .. } => {
            payment.recovery_opened = at.sum(payment.recovery_opened.minus(amount))?;
        }
    }
    Ok(())
}
