//! The situations of a payment, and how events lead from one to the next.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::event::{PaymentEvent, PaymentKind, PaymentOrder, RecoveryReason, WithheldFrom, Withholding};
use crate::aggregate::ImpossibleEvent;
use crate::calendar::BenefitMonth;
use crate::ids::{CaseId, PaymentId, PersonId, RecoveryPlanId, RunId};
use crate::money::Money;
use crate::program::Program;

/// A payment (发放明细), by its situation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Payment {
    /// Nobody ordered it.
    #[default]
    Unordered,
    /// 在途: the bank has not answered.
    Ordered(Ordered),
    /// 到账, with what is recovered of it.
    Settled(Settled),
    /// 退汇: the money is back at the office.
    Returned(Returned),
    /// 已重发: another attempt took its place.
    Reissued(Reissued),
    /// 已作废.
    Cancelled(Cancelled),
}

/// What a payment remembers of its order; the ciphertext stays in the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordered {
    /// The payment.
    pub payment_id: PaymentId,
    /// The run that ordered it.
    pub run_id: RunId,
    /// The case.
    pub case_id: CaseId,
    /// The program.
    pub program: Program,
    /// 所属月份.
    pub month: BenefitMonth,
    /// From 1.
    pub attempt: u32,
    /// Why it is paid.
    pub kind: PaymentKind,
    /// How much the bank pays, in fen.
    pub amount: Money,
    /// Who holds the account.
    pub payee: PersonId,
    /// 要求执行日期.
    pub execution_on: NaiveDate,
    /// What is withheld besides; few, mostly none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<Withholding>,
}

/// A payment that arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// What was ordered.
    pub order: Ordered,
    /// When it arrived.
    pub settled_on: NaiveDate,
    /// The bank's reference.
    pub bank_reference: String,
    /// What was withheld with it; at most as ordered.
    pub withheld: Vec<Withholding>,
    /// What is asked back of it; few.
    pub recoveries: Vec<Recovery>,
    /// What came back; few.
    pub receipts: Vec<RecoveryReceipt>,
    /// What was given up; few.
    pub waivers: Vec<RecoveryWaiver>,
    /// What was asked back and is due after all; few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withdrawals: Vec<RecoveryWithdrawal>,
}

/// A payment that came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    /// What was ordered.
    pub order: Ordered,
    /// The bank's reason code.
    pub reason: String,
    /// When it came back.
    pub returned_on: NaiveDate,
}

/// A returned payment that was ordered again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reissued {
    /// What came back.
    pub returned: Returned,
    /// The attempt that took its place.
    pub reissued_as: PaymentId,
}

/// A returned payment that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelled {
    /// What came back.
    pub returned: Returned,
    /// Why it was given up.
    pub reason: String,
    /// When.
    pub cancelled_on: NaiveDate,
}

/// 追缴立项.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// How much, in fen.
    pub amount: Money,
    /// Why.
    pub reason: RecoveryReason,
    /// When.
    pub opened_on: NaiveDate,
}

/// 追回.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryReceipt {
    /// How much, in fen.
    pub amount: Money,
    /// When.
    pub received_on: NaiveDate,
    /// From which payment it was withheld; none where it was paid back.
    pub withheld_from: Option<WithheldFrom>,
    /// 流水号 of what was paid back, where somebody stated it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// 核销.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryWaiver {
    /// How much, in fen.
    pub amount: Money,
    /// The plan.
    pub plan_id: RecoveryPlanId,
    /// When.
    pub waived_on: NaiveDate,
}

/// 追缴撤回.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryWithdrawal {
    /// How much, in fen.
    pub amount: Money,
    /// When.
    pub withdrawn_on: NaiveDate,
    /// How many recoveries had been opened by then.
    pub opened_before: usize,
}

/// The situations by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStage {
    /// Not there.
    Unordered,
    /// 在途.
    Ordered,
    /// 已到账.
    Settled,
    /// 已退汇.
    Returned,
    /// 已重发.
    Reissued,
    /// 已作废.
    Cancelled,
}

impl PaymentStage {
    /// The name that clerks see.
    pub const fn zh(self) -> &'static str {
        match self {
            PaymentStage::Unordered => "未发放",
            PaymentStage::Ordered => "在途",
            PaymentStage::Settled => "已到账",
            PaymentStage::Returned => "已退汇",
            PaymentStage::Reissued => "已重发",
            PaymentStage::Cancelled => "已作废",
        }
    }

    /// The name in English.
    pub const fn en(self) -> &'static str {
        match self {
            PaymentStage::Unordered => "unordered",
            PaymentStage::Ordered => "in transit",
            PaymentStage::Settled => "settled",
            PaymentStage::Returned => "returned",
            PaymentStage::Reissued => "reissued",
            PaymentStage::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for PaymentStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.en())
    }
}

/// Where the money of a payment is. At every instant `ordered = settled + returned + pending`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whereabouts {
    /// 已发放: ordered, ever; in fen.
    pub ordered: Money,
    /// 到账.
    pub settled: Money,
    /// 退汇, whatever became of it then.
    pub returned: Money,
    /// 在途.
    pub pending: Money,
    /// Asked back of what was settled, less what was withdrawn of that.
    pub recovery_opened: Money,
    /// Come back of what was asked back.
    pub recovery_received: Money,
    /// Given up of what was asked back.
    pub recovery_waived: Money,
    /// 抵扣: due with this payment and withheld from it; nothing once it was returned.
    pub withheld: Money,
}

impl Whereabouts {
    /// What stands of the month's due with this payment, in fen: in transit, settled and withheld, less what is asked
    /// back. What was given up of it is not taken off again.
    pub fn standing(&self) -> Money {
        let out = sum([self.settled, self.pending, self.withheld].into_iter());
        out.minus(self.recovery_opened).unwrap_or_default()
    }

    /// What is still to come back, in fen.
    pub fn recovery_open(&self) -> Money {
        let answered = sum([self.recovery_received, self.recovery_waived].into_iter());
        self.recovery_opened.minus(answered).unwrap_or_default()
    }
}

impl Payment {
    /// The situation's name.
    pub const fn stage(&self) -> PaymentStage {
        match self {
            Payment::Unordered => PaymentStage::Unordered,
            Payment::Ordered(_) => PaymentStage::Ordered,
            Payment::Settled(_) => PaymentStage::Settled,
            Payment::Returned(_) => PaymentStage::Returned,
            Payment::Reissued(_) => PaymentStage::Reissued,
            Payment::Cancelled(_) => PaymentStage::Cancelled,
        }
    }

    /// What was ordered, once it was.
    pub const fn order(&self) -> Option<&Ordered> {
        match self {
            Payment::Unordered => None,
            Payment::Ordered(order) => Some(order),
            Payment::Settled(settled) => Some(&settled.order),
            Payment::Returned(returned)
            | Payment::Reissued(Reissued { returned, .. })
            | Payment::Cancelled(Cancelled { returned, .. }) => Some(&returned.order),
        }
    }

    /// Where the money is.
    pub fn whereabouts(&self) -> Whereabouts {
        let nowhere = Whereabouts::default();
        let Some(ordered) = self.order().map(|order| order.amount) else { return nowhere };
        match self {
            Payment::Unordered => nowhere,
            Payment::Ordered(order) => {
                Whereabouts { ordered, pending: ordered, withheld: withheld(&order.withheld), ..nowhere }
            }
            Payment::Settled(settled) => Whereabouts {
                ordered,
                settled: ordered,
                withheld: withheld(&settled.withheld),
                recovery_waived: settled.recovery_waived(),
                recovery_opened: settled.recovery_opened(),
                recovery_received: settled.recovery_received(),
                ..nowhere
            },
            Payment::Returned(_) | Payment::Reissued(_) | Payment::Cancelled(_) => {
                Whereabouts { ordered, returned: ordered, ..nowhere }
            }
        }
    }

    /// The situation after `event`.
    pub(super) fn after(self, event: &PaymentEvent) -> Result<Payment, ImpossibleEvent> {
        use PaymentEvent as Event;
        Ok(match (self, event) {
            (Payment::Unordered, Event::PaymentOrdered { order }) => Payment::Ordered(Ordered::of(order)),
            (Payment::Ordered(order), Event::PaymentSettled { settled_on, bank_reference, withheld }) => {
                Payment::Settled(Settled {
                    order,
                    settled_on: *settled_on,
                    bank_reference: bank_reference.clone(),
                    withheld: withheld.clone(),
                    recoveries: Vec::new(),
                    receipts: Vec::new(),
                    waivers: Vec::new(),
                    withdrawals: Vec::new(),
                })
            }
            (Payment::Settled(mut settled), Event::BookingNamed { bank_reference, .. }) => {
                settled.bank_reference.clone_from(bank_reference);
                Payment::Settled(settled)
            }
            (Payment::Ordered(order), Event::PaymentReturned { reason, returned_on }) => {
                Payment::Returned(Returned { order, reason: reason.clone(), returned_on: *returned_on })
            }
            (
                Payment::Returned(returned)
                | Payment::Reissued(Reissued { returned, .. })
                | Payment::Cancelled(Cancelled { returned, .. }),
                Event::ReturnRevoked { .. },
            ) => Payment::Ordered(returned.order),
            (Payment::Returned(returned), &Event::PaymentReissued { reissued_as, .. }) => {
                Payment::Reissued(Reissued { returned, reissued_as })
            }
            (Payment::Returned(returned), Event::PaymentCancelled { reason, cancelled_on }) => {
                let (reason, cancelled_on) = (reason.clone(), *cancelled_on);
                Payment::Cancelled(Cancelled { returned, reason, cancelled_on })
            }
            (Payment::Settled(mut settled), &Event::RecoveryOpened { amount, reason, opened_on }) => {
                settled.recoveries.push(Recovery { amount, reason, opened_on });
                Payment::Settled(settled)
            }
            (
                Payment::Settled(mut settled),
                Event::RecoveryReceived { amount, received_on, withheld_from, reference },
            ) => {
                settled.receipts.push(RecoveryReceipt {
                    amount: *amount,
                    received_on: *received_on,
                    withheld_from: *withheld_from,
                    reference: reference.clone(),
                });
                Payment::Settled(settled)
            }
            (Payment::Settled(mut settled), &Event::RecoveryWaived { amount, plan_id, waived_on }) => {
                settled.waivers.push(RecoveryWaiver { amount, plan_id, waived_on });
                Payment::Settled(settled)
            }
            (Payment::Settled(mut settled), &Event::RecoveryWithdrawn { amount, withdrawn_on }) => {
                let opened_before = settled.recoveries.len();
                settled.withdrawals.push(RecoveryWithdrawal { amount, withdrawn_on, opened_before });
                Payment::Settled(settled)
            }
            (state, event) => return Err(ImpossibleEvent::new(event, state.stage())),
        })
    }
}

impl Ordered {
    /// The part of an order that is remembered.
    pub fn of(order: &PaymentOrder) -> Ordered {
        Ordered {
            payment_id: order.payment_id,
            run_id: order.run_id,
            case_id: order.case_id,
            program: order.program,
            month: order.month,
            attempt: order.attempt,
            kind: order.kind,
            amount: order.amount,
            payee: order.payee,
            execution_on: order.execution_on,
            withheld: order.withheld.clone(),
        }
    }
}

impl Settled {
    /// The sum of the recoveries opened less what was withdrawn of them, in fen; at most what was due with the payment.
    pub fn recovery_opened(&self) -> Money {
        let opened = sum(self.recoveries.iter().map(|recovery| recovery.amount));
        let withdrawn = sum(self.withdrawals.iter().map(|withdrawal| withdrawal.amount));
        opened.minus(withdrawn).unwrap_or_default()
    }

    /// The recoveries opened since something was last withdrawn; all where nothing was.
    pub fn opened_since_withdrawal(&self) -> &[Recovery] {
        let before = self.withdrawals.last().map_or(0, |withdrawal| withdrawal.opened_before);
        self.recoveries.get(before..).unwrap_or_default()
    }

    /// The sum that came back, in fen; at most what was opened.
    pub fn recovery_received(&self) -> Money {
        sum(self.receipts.iter().map(|receipt| receipt.amount))
    }

    /// The sum given up, in fen; at most what was opened.
    pub fn recovery_waived(&self) -> Money {
        sum(self.waivers.iter().map(|waiver| waiver.amount))
    }

    /// What was due with the payment and is kept or asked back, in fen: paid by the bank, or withheld.
    pub fn gross(&self) -> Money {
        sum([self.order.amount, withheld(&self.withheld)].into_iter())
    }

    /// What is still to come back, in fen.
    pub fn recovery_open(&self) -> Money {
        let answered = sum([self.recovery_received(), self.recovery_waived()].into_iter());
        self.recovery_opened().minus(answered).unwrap_or_default()
    }
}

fn withheld(parts: &[Withholding]) -> Money {
    sum(parts.iter().map(|part| part.amount))
}

/// Adds parts of one amount. The guards keep their sum within it, so the range of money cannot end here.
fn sum(parts: impl Iterator<Item = Money>) -> Money {
    parts.fold(Money::ZERO, |total, part| total.plus(part).unwrap_or(total))
}
