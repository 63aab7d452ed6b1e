//! What can happen to a payment.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::BenefitMonth;
use crate::identifiers::BankAccount;
use crate::ids::{CaseId, PaymentId, PersonId, RecoveryPlanId, RunId};
use crate::ledger_events;
use crate::money::{Money, MoneyError};
use crate::personal::Sealed;
use crate::policy::Determination;
use crate::program::Program;

/// Events of the stream `Payment` (发放明细): one amount to one payee for one month of one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum PaymentEvent {
    /// 发放: the bank was told to pay. The stream's id follows from case, month and attempt, so it happens once.
    PaymentOrdered {
        /// The order.
        order: Box<PaymentOrder>,
    },
    /// 到账.
    PaymentSettled {
        /// The day.
        settled_on: NaiveDate,
        /// The bank's reference.
        bank_reference: String,
        /// What of the order's withholdings took effect: less than ordered where the money had come back meanwhile.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        withheld: Vec<Withholding>,
    },
    /// 流水号补记: a statement named the booking of a payment that had settled without one. A second booking is then known
    /// as such.
    BookingNamed {
        /// The bank's reference.
        bank_reference: String,
        /// The day of the booking.
        booked_on: NaiveDate,
    },
    /// 退汇: the money came back.
    PaymentReturned {
        /// The bank's reason code.
        reason: String,
        /// The day.
        returned_on: NaiveDate,
    },
    /// 退汇更正: the bank had said that the money came back, and it arrived after all. The payment is in transit again,
    /// and its settlement follows in the same append.
    ReturnRevoked {
        /// The day.
        revoked_on: NaiveDate,
    },
    /// 重发: a returned payment was ordered again as a new attempt.
    PaymentReissued {
        /// The new attempt's payment.
        reissued_as: PaymentId,
        /// The day.
        reissued_on: NaiveDate,
    },
    /// 作废: a returned payment will not be ordered again.
    PaymentCancelled {
        /// Why.
        reason: String,
        /// The day.
        cancelled_on: NaiveDate,
    },
    /// 追缴立项: part or all of it was paid without being due.
    RecoveryOpened {
        /// How much, in fen.
        amount: Money,
        /// Why.
        reason: RecoveryReason,
        /// The day.
        opened_on: NaiveDate,
    },
    /// 追回.
    RecoveryReceived {
        /// How much, in fen.
        amount: Money,
        /// The day.
        received_on: NaiveDate,
        /// 抵扣: from which payment it was withheld; none where it was paid back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        withheld_from: Option<WithheldFrom>,
        /// 流水号 of the bank slip or receipt of what was paid back; none where nobody stated it. Since 1.2.0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
    },
    /// 核销: part or all of what was asked back is given up.
    RecoveryWaived {
        /// How much, in fen.
        amount: Money,
        /// The approved plan that gives it up.
        plan_id: RecoveryPlanId,
        /// The day.
        waived_on: NaiveDate,
    },
    /// 追缴撤回: the month is due after all, so that part or all of what was asked back is the person's to keep. It then
    /// counts as never asked back.
    RecoveryWithdrawn {
        /// How much, in fen.
        amount: Money,
        /// The day.
        withdrawn_on: NaiveDate,
    },
}

/// An order to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentOrder {
    /// The payment.
    pub payment_id: PaymentId,
    /// The run that orders it.
    pub run_id: RunId,
    /// The case.
    pub case_id: CaseId,
    /// The beneficiary.
    pub beneficiary: PersonId,
    /// The program.
    pub program: Program,
    /// 所属月份.
    pub month: BenefitMonth,
    /// From 1; counts every payment of the case for the month, whatever became of it.
    pub attempt: u32,
    /// Why it is paid.
    pub kind: PaymentKind,
    /// How much the bank pays, in fen; more than nothing.
    pub amount: Money,
    /// What the month is due in all, in fen, as determined at the run's position.
    pub due: Money,
    /// Who holds the account.
    pub payee: PersonId,
    /// The account, sealed for the payee.
    pub account: Sealed<BankAccount>,
    /// Version of the rule book.
    pub rule_version: String,
    /// The facts and steps, sealed for the beneficiary.
    pub determination: Sealed<Determination>,
    /// 要求执行日期.
    pub execution_on: NaiveDate,
    /// 抵扣: what the month is due besides and the bank does not pay, because it repays earlier payments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<Withholding>,
}

/// 抵扣: a part of a month's money that repays an earlier payment instead of going to the payee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Withholding {
    /// The approved plan.
    pub plan_id: RecoveryPlanId,
    /// The payment that is repaid.
    pub payment_id: PaymentId,
    /// How much, in fen; more than nothing.
    pub amount: Money,
}

/// From which payment recovered money was withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithheldFrom {
    /// The payment that was lower for it.
    pub payment_id: PaymentId,
    /// That payment's program, which bears the expense.
    pub program: Program,
    /// The approved plan.
    pub plan_id: RecoveryPlanId,
}

impl PaymentOrder {
    /// What the order makes of the month's due, in fen: what the bank pays and what is withheld.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn gross(&self) -> Result<Money, MoneyError> {
        withheld_sum(&self.withheld)?.plus(self.amount)
    }
}

/// The sum of withholdings, in fen.
///
/// # Errors
/// [`MoneyError::OutOfRange`].
pub fn withheld_sum(withheld: &[Withholding]) -> Result<Money, MoneyError> {
    Money::sum(withheld.iter().map(|part| part.amount))
}

/// Why a payment is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentKind {
    /// 当期: the month's first payment, in the month's own run.
    Ordinary,
    /// 补发: an earlier month, or the rest of one that was paid too little.
    Arrears,
    /// 重发 of a returned payment.
    Reissue,
}

impl PaymentKind {
    /// The name that clerks see.
    pub const fn zh(self) -> &'static str {
        match self {
            PaymentKind::Ordinary => "当期",
            PaymentKind::Arrears => "补发",
            PaymentKind::Reissue => "重发",
        }
    }

    /// The name in English.
    pub const fn en(self) -> &'static str {
        match self {
            PaymentKind::Ordinary => "ordinary",
            PaymentKind::Arrears => "arrears",
            PaymentKind::Reissue => "reissue",
        }
    }
}

/// How a reference that is none of the bank's begins: it stands for a settlement of which the bank gave no reference.
pub const NO_REFERENCE: &str = "status:";

/// Whether a reference names a booking of the bank.
pub fn names_booking(bank_reference: &str) -> bool {
    !bank_reference.starts_with(NO_REFERENCE)
}

/// Why money is recovered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryReason {
    /// Paid after the month of death.
    Deceased,
    /// Paid after the hukou left Beijing.
    MovedOut,
    /// The facts were corrected.
    FactsCorrected,
}

impl PaymentEvent {
    pub(crate) fn effective_day(&self) -> Option<NaiveDate> {
        use PaymentEvent as Event;
        match self {
            Event::PaymentOrdered { order } => Some(order.execution_on),
            Event::PaymentSettled { settled_on: day, .. }
            | Event::BookingNamed { booked_on: day, .. }
            | Event::PaymentReturned { returned_on: day, .. }
            | Event::ReturnRevoked { revoked_on: day }
            | Event::PaymentReissued { reissued_on: day, .. }
            | Event::PaymentCancelled { cancelled_on: day, .. }
            | Event::RecoveryOpened { opened_on: day, .. }
            | Event::RecoveryReceived { received_on: day, .. }
            | Event::RecoveryWaived { waived_on: day, .. }
            | Event::RecoveryWithdrawn { withdrawn_on: day, .. } => Some(*day),
        }
    }
}

ledger_events!(PaymentEvent {
    PaymentOrdered = "1.1.0",
    PaymentSettled = "1.1.0",
    BookingNamed = "1.0.0",
    PaymentReturned = "1.0.0",
    ReturnRevoked = "1.0.0",
    PaymentReissued = "1.0.0",
    PaymentCancelled = "1.0.0",
    RecoveryOpened = "1.0.0",
    RecoveryReceived = "1.2.0",
    RecoveryWaived = "1.0.0",
    RecoveryWithdrawn = "1.0.0",
});
