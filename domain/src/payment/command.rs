//! What can be asked of a payment.

use chrono::NaiveDate;

use super::event::{PaymentOrder, RecoveryReason, WithheldFrom, Withholding};
use crate::ids::{PaymentId, RecoveryPlanId};
use crate::money::Money;

/// Commands to a payment (发放明细). By finance, or by the program itself for what follows from a file.
/// Days are days of the office; none may lie after the context's today, except the order's execution day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentCommand {
    /// Orders the payment, in the same append as its run's release.
    OrderPayment {
        /// The order; its id must be derived from its case, month and attempt.
        order: Box<PaymentOrder>,
    },
    /// 到账.
    SettlePayment {
        /// The day; not before the execution day.
        settled_on: NaiveDate,
        /// The bank's reference; what begins with [`NO_REFERENCE`](super::NO_REFERENCE) where it gave none. Of a payment that
        /// had settled without one, it is kept.
        bank_reference: String,
        /// What of the order's withholdings takes effect; each at most as ordered.
        withheld: Vec<Withholding>,
    },
    /// 退汇.
    ReturnPayment {
        /// The bank's reason code.
        reason: String,
        /// The day; a bank may refuse before the execution day.
        returned_on: NaiveDate,
    },
    /// 退汇后到账, by finance who asked the bank: a payment that came back did arrive after all.
    SettleReturned {
        /// The day; neither before the execution day nor before the return.
        settled_on: NaiveDate,
        /// The bank's reference.
        bank_reference: String,
        /// What of the order's withholdings takes effect; each at most as ordered.
        withheld: Vec<Withholding>,
    },
    /// 重发: links a returned payment to its next attempt, in the same append as that attempt's order.
    ReissuePayment {
        /// The next attempt's payment.
        reissued_as: PaymentId,
        /// The day.
        reissued_on: NaiveDate,
    },
    /// 作废 of a returned payment.
    CancelPayment {
        /// Why.
        reason: String,
        /// The day.
        cancelled_on: NaiveDate,
    },
    /// 追缴立项.
    OpenRecovery {
        /// How much, in fen: at most what was settled less the recoveries opened before.
        amount: Money,
        /// Why.
        reason: RecoveryReason,
        /// The day.
        opened_on: NaiveDate,
    },
    /// 追回.
    ReceiveRecovery {
        /// How much, in fen: at most what is open.
        amount: Money,
        /// The day.
        received_on: NaiveDate,
        /// 抵扣: from which payment, in the same append as its settlement; none where it was paid back.
        withheld_from: Option<WithheldFrom>,
        /// 流水号 of the bank slip or receipt, by which the same repayment is known again; none where nobody stated it, and
        /// the same amount on the same day is then one repayment. 1 to 100 characters.
        reference: Option<String>,
    },
    /// 核销, in the same append as the approval of its plan.
    WaiveRecovery {
        /// How much, in fen: at most what is open.
        amount: Money,
        /// The plan.
        plan_id: RecoveryPlanId,
        /// The day.
        waived_on: NaiveDate,
    },
    /// 追缴撤回, by an approver: the month is due after all. Asked twice it is done twice, as far as something is open: what
    /// is withdrawn has no name of its own, so that whoever asks again needs the same command key.
    WithdrawRecovery {
        /// How much, in fen: at most what is open.
        amount: Money,
        /// The day.
        withdrawn_on: NaiveDate,
    },
}

impl PaymentCommand {
    /// The command's name, for refusals and the trail.
    pub const fn name(&self) -> &'static str {
        match self {
            PaymentCommand::OrderPayment { .. } => "OrderPayment",
            PaymentCommand::SettlePayment { .. } => "SettlePayment",
            PaymentCommand::ReturnPayment { .. } => "ReturnPayment",
            PaymentCommand::SettleReturned { .. } => "SettleReturned",
            PaymentCommand::ReissuePayment { .. } => "ReissuePayment",
            PaymentCommand::CancelPayment { .. } => "CancelPayment",
            PaymentCommand::OpenRecovery { .. } => "OpenRecovery",
            PaymentCommand::ReceiveRecovery { .. } => "ReceiveRecovery",
            PaymentCommand::WaiveRecovery { .. } => "WaiveRecovery",
            PaymentCommand::WithdrawRecovery { .. } => "WithdrawRecovery",
        }
    }
}
