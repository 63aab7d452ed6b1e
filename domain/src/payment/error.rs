//! Why a command to a payment is refused.

use chrono::NaiveDate;

use super::state::PaymentStage;
use crate::explain::{Explain, in_words};
use crate::money::Money;

/// Refusals of a payment, in the order in which they are looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaymentError {
    /// The actor's role does not do this.
    #[error("this role may not {}", in_words(command))]
    RoleNotAllowed {
        /// The command.
        command: &'static str,
    },
    /// There is no such payment.
    #[error("there is no such payment")]
    PaymentUnknown,
    /// The same case, month and attempt was ordered with other content.
    #[error("this payment was already ordered, with other content")]
    PaymentDiffers,
    /// This repayment's number was used for another amount or day.
    #[error("a repayment with this number was already taken in, of another amount or on another day")]
    RepaymentDiffers,
    /// The bank first said settled, with another reference.
    #[error("this payment was already settled, with another reference")]
    SettlementDiffers,
    /// The bank first said returned, with another reason.
    #[error("this payment was already returned, with another reason")]
    ReturnDiffers,
    /// The bank first said returned and now says settled.
    #[error("this payment was returned and cannot be settled")]
    SettledAfterReturn,
    /// The bank first said settled and now says returned.
    #[error("this payment was settled and cannot be returned")]
    ReturnedAfterSettlement,
    /// The payment was reissued as another one.
    #[error("this payment was already reissued as another payment")]
    ReissueDiffers,
    /// The payment's situation does not allow the command.
    #[error("it is not possible to {}: the payment is {stage}", in_words(command))]
    WrongStage {
        /// The command.
        command: &'static str,
        /// The situation.
        stage: PaymentStage,
    },
    /// The id does not follow from case, month and attempt.
    #[error("the payment's id does not follow from its case, month and attempt")]
    PaymentIdMismatch,
    /// Attempts count from 1.
    #[error("attempts count from 1")]
    AttemptZero,
    /// The amount is nothing or less.
    #[error("the amount must be more than nothing")]
    AmountNotPositive,
    /// More would be paid than the month is due.
    #[error("{amount} yuan is more than the {due} yuan that the month is due")]
    AmountAboveDue {
        /// What would be paid.
        amount: Money,
        /// What is due.
        due: Money,
    },
    /// The day lies after today.
    #[error("{day} is in the future")]
    DayInFuture {
        /// The day given.
        day: NaiveDate,
    },
    /// The day lies before the step it follows.
    #[error("{day} is before {earliest}, the day of the step before")]
    DayTooEarly {
        /// The day given.
        day: NaiveDate,
        /// The first day possible.
        earliest: NaiveDate,
    },
    /// A reference or reason of 1 to 200 characters is needed.
    #[error("a text of 1 to 200 characters is needed")]
    TextMissing {
        /// Which.
        field: &'static str,
    },
    /// Another attempt must take the place of the returned one.
    #[error("a reissue must be the next attempt at the same month of the same case")]
    ReissueMismatch,
    /// More is asked back than can be.
    #[error("{amount} yuan is more than the {recoverable} yuan that can still be recovered")]
    RecoveryAboveSettled {
        /// What is asked back.
        amount: Money,
        /// Settled less the recoveries opened before and not withdrawn.
        recoverable: Money,
    },
    /// More came back, or would be given up or withdrawn, than was asked for.
    #[error("{amount} yuan is more than the {open} yuan that is still to come back")]
    RecoveryAboveOpen {
        /// What came back, or would be given up or withdrawn.
        amount: Money,
        /// Opened less withdrawn, received and waived before.
        open: Money,
    },
    /// What is withheld is not what was ordered to be.
    #[error("what is withheld is not what the order withholds")]
    WithheldDiffers,
    /// An amount beyond what the ledger can hold.
    #[error("an amount is out of range")]
    AmountOutOfRange,
}

impl Explain for PaymentError {
    fn code(&self) -> &'static str {
        use PaymentError as E;
        match self {
            E::RoleNotAllowed { .. } => "role_not_allowed",
            E::PaymentUnknown => "payment_unknown",
            E::PaymentDiffers => "payment_differs",
            E::RepaymentDiffers => "repayment_differs",
            E::SettlementDiffers => "settlement_differs",
            E::ReturnDiffers => "return_differs",
            E::SettledAfterReturn => "settled_after_return",
            E::ReturnedAfterSettlement => "returned_after_settlement",
            E::ReissueDiffers => "reissue_differs",
            E::WrongStage { .. } => "wrong_stage",
            E::PaymentIdMismatch => "payment_id_mismatch",
            E::AttemptZero => "attempt_zero",
            E::AmountNotPositive => "amount_not_positive",
            E::AmountAboveDue { .. } => "amount_above_due",
            E::DayInFuture { .. } => "day_in_future",
            E::DayTooEarly { .. } => "day_too_early",
            E::TextMissing { .. } => "text_missing",
            E::ReissueMismatch => "reissue_mismatch",
            E::RecoveryAboveSettled { .. } => "recovery_above_settled",
            E::RecoveryAboveOpen { .. } => "recovery_above_open",
            E::WithheldDiffers => "withheld_differs",
            E::AmountOutOfRange => "amount_out_of_range",
        }
    }

    fn zh(&self) -> String {
        use PaymentError as E;
        match self {
            E::RoleNotAllowed { command: "WaiveRecovery" | "WithdrawRecovery" } => {
                "当前岗位无权办理此步骤，请由审批人办理。".into()
            }
            E::RoleNotAllowed { .. } => "当前岗位无权办理此步骤，请由财务人员办理。".into(),
            E::PaymentUnknown => "没有这笔发放明细，请核对个案、所属月份和次数。".into(),
            E::PaymentDiffers => "该月份的这一次发放已经存在且内容不同，不得重复发放，请核对批次。".into(),
            E::RepaymentDiffers => "该流水号的退款已经登记且金额或日期不同，请核对回单。".into(),
            E::SettlementDiffers => "该笔已登记到账，但银行流水号不同，请与银行核对回盘文件。".into(),
            E::ReturnDiffers => "该笔已登记退汇，但原因不同，请与银行核对回盘文件。".into(),
            E::SettledAfterReturn => {
                "该笔已登记退汇，又收到到账结果，请与银行核对；确已到账的，请在回盘异常中登记为到账。".into()
            }
            E::ReturnedAfterSettlement => "该笔已登记到账，又收到退汇结果，请与银行核对后再处理。".into(),
            E::ReissueDiffers => "该笔退汇已经重发为另一笔，不能再次重发。".into(),
            E::WrongStage { stage, .. } => stage_advice(*stage),
            E::PaymentIdMismatch => "发放明细编号与个案、所属月份、次数不符，请重新核算批次。".into(),
            E::AttemptZero => "发放次数从 1 开始，请重新核算批次。".into(),
            E::AmountNotPositive => "金额必须大于零，请核对。".into(),
            E::AmountAboveDue { amount, due } => {
                format!("本笔 {amount} 元超过该月应发额 {due} 元，请重新核算批次。")
            }
            E::DayInFuture { day } => format!("日期 {day} 晚于今天，请填写实际日期。"),
            E::DayTooEarly { day, earliest } => {
                format!("日期 {day} 早于上一步骤的日期 {earliest}，请核对后重填。")
            }
            E::TextMissing { field } => format!("请填写{}（200 字以内）。", field_zh(field)),
            E::ReissueMismatch => "重发的明细应为同一个案、同一月份的下一次发放，请核对。".into(),
            E::RecoveryAboveSettled { amount, recoverable } => {
                format!("追缴金额 {amount} 元超过尚可追缴的 {recoverable} 元，请核对。")
            }
            E::RecoveryAboveOpen { amount, open } => {
                format!("追回金额 {amount} 元超过待追回的 {open} 元，请核对；确有多退的，请先补立追缴。")
            }
            E::WithheldDiffers => "抵扣与下达的明细不符，请重新核算批次。".into(),
            E::AmountOutOfRange => "金额超出允许范围，请核对。".into(),
        }
    }

    fn field(&self) -> &'static str {
        use PaymentError as E;
        match self {
            E::PaymentIdMismatch => "order.payment_id",
            E::AttemptZero => "order.attempt",
            E::AmountAboveDue { .. } => "order.amount",
            E::AmountNotPositive
            | E::RecoveryAboveSettled { .. }
            | E::RecoveryAboveOpen { .. }
            | E::AmountOutOfRange => "amount",
            E::ReissueMismatch | E::ReissueDiffers => "reissued_as",
            E::WithheldDiffers => "withheld",
            E::TextMissing { field } => field,
            _ => "",
        }
    }
}

fn stage_advice(stage: PaymentStage) -> String {
    let next = match stage {
        PaymentStage::Unordered => "请先通过发放批次发放",
        PaymentStage::Ordered => "请等待银行返回结果",
        PaymentStage::Settled => "已到账的只能追缴",
        PaymentStage::Returned => "请更正账户后重发，或作废",
        PaymentStage::Reissued => "请在重发的那一笔上办理",
        PaymentStage::Cancelled => "已作废的不能再办理",
    };
    format!("该笔当前状态为“{}”，不能办理此步骤。{next}。", stage.zh())
}

fn field_zh(field: &str) -> &'static str {
    match field {
        "bank_reference" => "银行流水号",
        _ => "原因",
    }
}
