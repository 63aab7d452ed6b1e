//! Why a command to a fund is refused.

use chrono::NaiveDate;

use super::event::FundSource;
use crate::actor::{Role, roles_en, roles_zh};
use crate::books::Account;
use crate::explain::{Explain, in_words};
use crate::money::Money;
use crate::program::Program;

/// Refusals of a fund, in the order in which they are looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FundError {
    /// The actor's role does not do this.
    #[error("this role may not {}: it is for {}", in_words(command), roles_en(allowed))]
    RoleNotAllowed {
        /// The command.
        command: &'static str,
        /// The roles that do.
        allowed: &'static [Role],
    },
    /// There is no such fund.
    #[error("there is no such fund")]
    FundUnknown,
    /// A fund of this id was opened with other content.
    #[error("a fund of this name was opened before, with other content: choose another name")]
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
    /// More than was released of the run.
    #[error("{amount} yuan is more than the {released} yuan released of the payment run")]
    AboveReleased {
        /// What would be held ready again.
        amount: Money,
        /// What was released.
        released: Money,
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
    /// A program is named twice.
    #[error("a program is named twice")]
    ProgramTwice,
    /// The fund may not pay the program.
    #[error("this fund may not pay: {}", .program.en())]
    ProgramNotAllowed {
        /// Which.
        program: Program,
    },
    /// What came in for the program and for any does not suffice.
    #[error(
        "the fund is short of {gap} yuan for {}: {free} yuan are free for it, {amount} yuan are needed",
        .program.en()
    )]
    ProgramShort {
        /// Which.
        program: Program,
        /// What is needed.
        amount: Money,
        /// What is free for it.
        free: Money,
        /// What is missing.
        gap: Money,
    },
    /// The sums by program do not add up, or are not those of the commitment.
    #[error("the sums by program do not add up to the amount, or are not those of the commitment")]
    SharesDiffer,
    /// The budget year is neither the day's nor the next.
    #[error("{year} is neither the budget year of the day nor the next one")]
    BudgetYearOdd {
        /// Which.
        year: i32,
    },
    /// The day lies in a year that is closed.
    #[error(
        "{day} lies in a closed year (closed through {year} on this fund): book it in the year that is open"
    )]
    YearClosed {
        /// The day given.
        day: NaiveDate,
        /// The last year that is closed.
        year: i32,
    },
    /// The year was closed before, by somebody else or on other figures.
    #[error("{year} is closed already")]
    YearClosedBefore {
        /// Which.
        year: i32,
    },
    /// A year is closed and was not carried over.
    #[error("{year} is closed and not carried over yet: do that first")]
    EarlierYearNotCarried {
        /// Which.
        year: i32,
    },
    /// The year lies before the fund.
    #[error("the fund was opened in {first}: {year} lies before it")]
    YearBeforeFund {
        /// Which.
        year: i32,
        /// The fund's first.
        first: i32,
    },
    /// The year has not ended.
    #[error("{year} is not over yet")]
    YearNotOver {
        /// Which.
        year: i32,
    },
    /// An earlier year, in which something was booked, is not closed.
    #[error("{year} is not closed: close the years in their order")]
    EarlierYearOpen {
        /// The earlier one.
        year: i32,
    },
    /// The year is not closed.
    #[error("{year} is not closed")]
    YearNotClosed {
        /// Which.
        year: i32,
    },
    /// The year was carried over and stays closed.
    #[error("{year} was carried over and stays closed")]
    YearCarriedOver {
        /// Which.
        year: i32,
    },
    /// Who closed the year may not carry it over.
    #[error("who closed the year may not carry it over")]
    FourEyes,
    /// Added up anew, the year is not what was closed.
    #[error("added up anew, {year} is not what was closed: reopen it and close it again")]
    ClosingDiffers {
        /// Which.
        year: i32,
    },
    /// The account goes on through the years.
    #[error("the account {account} is not closed at the end of a year")]
    AccountNotClosed {
        /// Which.
        account: Account,
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
            E::AboveReleased { .. } => "above_released",
            E::FundShort { .. } => "fund_short",
            E::ProgramTwice => "program_twice",
            E::ProgramNotAllowed { .. } => "program_not_allowed",
            E::ProgramShort { .. } => "program_short",
            E::SharesDiffer => "shares_differ",
            E::BudgetYearOdd { .. } => "budget_year_odd",
            E::YearClosed { .. } => "year_closed",
            E::YearClosedBefore { .. } => "year_closed_before",
            E::EarlierYearNotCarried { .. } => "earlier_year_not_carried",
            E::YearBeforeFund { .. } => "year_before_fund",
            E::YearNotOver { .. } => "year_not_over",
            E::EarlierYearOpen { .. } => "earlier_year_open",
            E::YearNotClosed { .. } => "year_not_closed",
            E::YearCarriedOver { .. } => "year_carried_over",
            E::FourEyes => "four_eyes",
            E::ClosingDiffers { .. } => "closing_differs",
            E::AccountNotClosed { .. } => "account_not_closed",
            E::AmountOutOfRange => "amount_out_of_range",
        }
    }

    fn zh(&self) -> String {
        use FundError as E;
        match self {
            E::RoleNotAllowed { allowed, .. } => {
                format!("当前岗位无权办理此步骤，请由{}岗位的人员办理。", roles_zh(allowed))
            }
            E::FundUnknown => "没有这项资金，请核对资金编号或先设立资金。".into(),
            E::FundExists => "同名资金已经设立且内容不同，请换用其他名称。".into(),
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
            E::AboveReleased { amount, released } => {
                format!("金额 {amount} 元超过该批次已解除占用的 {released} 元，请核对银行结果。")
            }
            E::FundShort { amount, free, gap } => format!(
                "资金不足：需要 {amount} 元，可用余额 {free} 元，缺口 {gap} 元，请待资金到账后再办理。"
            ),
            E::AmountOutOfRange => "金额超出允许范围，请核对。".into(),
            purpose_or_year => purpose_or_year.zh_of_purpose_or_year(),
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
            | E::AboveReleased { .. }
            | E::FundShort { .. }
            | E::AmountOutOfRange => "amount",
            E::ProgramTwice => "charter.programs",
            E::ProgramNotAllowed { .. } | E::ProgramShort { .. } | E::SharesDiffer => "by_program",
            E::BudgetYearOdd { .. } => "purpose.budget_year",
            E::DayInFuture { .. } | E::DayTooEarly { .. } | E::YearClosed { .. } => "day",
            E::YearClosedBefore { .. }
            | E::EarlierYearNotCarried { .. }
            | E::YearBeforeFund { .. }
            | E::YearNotOver { .. }
            | E::EarlierYearOpen { .. }
            | E::YearNotClosed { .. }
            | E::YearCarriedOver { .. }
            | E::ClosingDiffers { .. } => "year",
            E::AccountNotClosed { .. } => "facts.lines",
            E::RoleNotAllowed { .. } | E::FundUnknown | E::WrongSource { .. } | E::FourEyes => "",
        }
    }
}

impl FundError {
    fn zh_of_purpose_or_year(&self) -> String {
        use FundError as E;
        match self {
            E::ProgramTwice => "同一救助项目填写了两次，请核对。".into(),
            E::ProgramNotAllowed { program } => {
                format!("该资金的用途不包括“{}”，请改用其他资金，或核对批次中的救助项目。", program.zh())
            }
            E::ProgramShort { program, amount, free, gap } => format!(
                "“{}”的资金不足：需要 {amount} 元，可用于该项目 {free} 元，缺口 {gap} 元。请待该项目拨款到账后再办理，或退回批次。",
                program.zh()
            ),
            E::SharesDiffer => "分项目金额与总额或原占用不一致，请核对。".into(),
            E::BudgetYearOdd { year } => format!("预算年度 {year} 既不是到账当年，也不是下一年，请核对。"),
            E::YearClosed { day, year } => {
                format!("日期 {day} 所在年度已结账（该资金已结账至 {year} 年），请记入未结账的年度。")
            }
            E::YearClosedBefore { year } => format!("{year} 年已经结账，不能再次结账。"),
            E::EarlierYearNotCarried { year } => format!("{year} 年已结账但尚未结转，请先办理结转。"),
            E::YearBeforeFund { year, first } => {
                format!("该资金设立于 {first} 年，{year} 年尚无此资金，请核对年度。")
            }
            E::YearNotOver { year } => format!("{year} 年尚未结束，不能结账。"),
            E::EarlierYearOpen { year } => format!("{year} 年有收支且尚未结账，请按年度顺序结账。"),
            E::YearNotClosed { year } => format!("{year} 年尚未结账，请先由财务人员结账。"),
            E::YearCarriedOver { year } => format!("{year} 年已经结转，不能再撤销或重复结转。"),
            E::FourEyes => "结账人不得办理结转，请由其他审批人员办理。".into(),
            E::ClosingDiffers { year } => {
                format!("重新核对的 {year} 年账面与结账时不一致，请先撤销结账，再重新结账。")
            }
            E::AccountNotClosed { account } => {
                format!("“{}”不是收入或支出科目，年终不结清，请核对。", account.zh())
            }
            other => other.to_string(),
        }
    }
}

fn field_zh(field: &str) -> &'static str {
    match field {
        "document" => "文号",
        "reason" => "原因",
        _ => "资金名称",
    }
}
