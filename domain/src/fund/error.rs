//! Why a command to a fund is refused.

use chrono::NaiveDate;

use super::event::FundSource;
use crate::explain::Explain;
use crate::money::Money;

/// Refusals of a fund, in the order in which they are looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FundError {
    /// The actor's role does not do this.
    #[error("this role may not do {command}")]
    RoleNotAllowed {
        /// The command.
        command: &'static str,
    },
    /// There is no such fund.
    #[error("there is no such fund")]
    FundUnknown,
    /// A fund of this id was opened with other content.
    #[error("a fund with this id was already opened, with other content")]
    FundExists,
    /// A text is missing or too long.
    #[error("a text of 1 to 100 characters is needed")]
    TextMissing {
        /// Which.
        field: &'static str,
    },
    /// Gifts go to funds of donations, appropriations to funds of the budget.
    #[error("this money does not belong to a fund of this source")]
    WrongSource {
        /// Where this fund's money comes from.
        source_of_fund: FundSource,
    },
    /// The gift is not in this fund.
    #[error("there is no such donation in this fund")]
    DonationUnknown,
    /// The gift was credited with another amount or day.
    #[error("this donation was already credited, with another amount or day")]
    DonationDiffers,
    /// The remittance was debited with another amount or day.
    #[error("this remittance was already debited, with another amount or day")]
    RemittanceDiffers,
    /// The run was committed with another amount.
    #[error("this payment run was already committed, with another amount")]
    CommitmentDiffers,
    /// Nothing is committed for the run.
    #[error("nothing is committed for this payment run")]
    RunUnknown,
    /// The amount is nothing, or less where that has no meaning.
    #[error("the amount must be more than nothing")]
    AmountNotPositive,
    /// The day lies after today.
    #[error("{day} is in the future")]
    DayInFuture {
        /// The day given.
        day: NaiveDate,
    },
    /// The day lies before the fund was opened.
    #[error("{day} is before {earliest}, the day the fund was opened")]
    DayTooEarly {
        /// The day given.
        day: NaiveDate,
        /// The first day possible.
        earliest: NaiveDate,
    },
    /// More of a gift would go back than is left.
    #[error("{amount} yuan is more than the {remaining} yuan that was not refunded")]
    RefundAboveRemaining {
        /// What would go back.
        amount: Money,
        /// What is left.
        remaining: Money,
    },
    /// More than the run's commitment.
    #[error("{amount} yuan is more than the {remainder} yuan still committed for the payment run")]
    AboveCommitment {
        /// What would be spent or released.
        amount: Money,
        /// What is still committed.
        remainder: Money,
    },
    /// The fund has not enough that is free.
    #[error("the fund is short of {gap} yuan: {free} yuan are free, {amount} yuan are needed")]
    FundShort {
        /// What is needed.
        amount: Money,
        /// What is free.
        free: Money,
        /// What is missing.
        gap: Money,
    },
    /// An amount beyond what the ledger can hold.
    #[error("an amount is out of range")]
    AmountOutOfRange,
}

impl Explain for FundError {
    fn code(&self) -> &'static str {
        use FundError as E;
        match self {
            E::RoleNotAllowed { .. } => "role_not_allowed",
            E::FundUnknown => "fund_unknown",
            E::FundExists => "fund_exists",
            E::TextMissing { .. } => "text_missing",
            E::WrongSource { .. } => "wrong_source",
            E::DonationUnknown => "donation_unknown",
            E::DonationDiffers => "donation_differs",
            E::RemittanceDiffers => "remittance_differs",
            E::CommitmentDiffers => "commitment_differs",
            E::RunUnknown => "run_unknown",
            E::AmountNotPositive => "amount_not_positive",
            E::DayInFuture { .. } => "day_in_future",
            E::DayTooEarly { .. } => "day_too_early",
            E::RefundAboveRemaining { .. } => "refund_above_remaining",
            E::AboveCommitment { .. } => "above_commitment",
            E::FundShort { .. } => "fund_short",
            E::AmountOutOfRange => "amount_out_of_range",
        }
    }

    fn zh(&self) -> String {
        use FundError as E;
        match self {
            E::RoleNotAllowed { .. } => "当前岗位无权办理此步骤，请由相应岗位的人员办理。".into(),
            E::FundUnknown => "没有这项资金，请核对资金编号或先设立资金。".into(),
            E::FundExists => "该编号的资金已经设立且内容不同，请换用新的编号。".into(),
            E::TextMissing { field } => format!("请填写{}（100 字以内）。", field_zh(field)),
            E::WrongSource { source_of_fund: FundSource::Budget } => {
                "该资金来源为财政拨款，不能记入捐赠，请选择社会捐赠资金。".into()
            }
            E::WrongSource { source_of_fund: FundSource::Donations } => {
                "该资金来源为社会捐赠，不能记入财政拨款，请选择财政拨款资金。".into()
            }
            E::DonationUnknown => "该资金中没有这笔捐赠，请核对捐赠编号和资金。".into(),
            E::DonationDiffers => "这笔捐赠已经入账，但金额或日期不同，请核对。".into(),
            E::RemittanceDiffers => "该笔转交已经支出，但金额或日期不同，请核对。".into(),
            E::CommitmentDiffers => "该批次已占用资金，但金额不同，请先退回批次解除占用后再审批。".into(),
            E::RunUnknown => "该批次未占用这项资金，请核对批次和资金。".into(),
            E::AmountNotPositive => "金额必须大于零，请核对。".into(),
            E::DayInFuture { day } => format!("日期 {day} 晚于今天，请填写实际日期。"),
            E::DayTooEarly { day, earliest } => {
                format!("日期 {day} 早于资金设立日期 {earliest}，请核对后重填。")
            }
            E::RefundAboveRemaining { amount, remaining } => {
                format!("退还金额 {amount} 元超过尚可退还的 {remaining} 元，请核对。")
            }
            E::AboveCommitment { amount, remainder } => {
                format!("金额 {amount} 元超过该批次尚占用的 {remainder} 元，请核对银行结果。")
            }
            E::FundShort { amount, free, gap } => format!(
                "资金不足：需要 {amount} 元，可用余额 {free} 元，缺口 {gap} 元。请待拨款到账后再办理，或退回批次。"
            ),
            E::AmountOutOfRange => "金额超出允许范围，请核对。".into(),
        }
    }

    fn field(&self) -> &'static str {
        use FundError as E;
        match self {
            E::FundExists => "charter.fund_id",
            E::TextMissing { field } => field,
            E::DonationUnknown | E::DonationDiffers => "donation_id",
            E::RunUnknown => "run_id",
            E::AmountNotPositive
            | E::RemittanceDiffers
            | E::CommitmentDiffers
            | E::RefundAboveRemaining { .. }
            | E::AboveCommitment { .. }
            | E::FundShort { .. }
            | E::AmountOutOfRange => "amount",
            _ => "",
        }
    }
}

fn field_zh(field: &str) -> &'static str {
    match field {
        "document" => "拨款文号",
        _ => "资金名称",
    }
}
