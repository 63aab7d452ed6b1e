//! Why a command to a file from the bank is refused.

use chrono::NaiveDate;

use super::state::BankReturnStage;
use crate::explain::{Explain, in_words};
use crate::ids::PaymentId;

/// Refusals of a file from the bank, in the order in which they are looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BankReturnError {
    /// The actor's role does not do this.
    #[error("this role may not {}", in_words(command))]
    RoleNotAllowed {
        /// The command.
        command: &'static str,
    },
    /// Nobody took such a file in.
    #[error("no such file was taken in")]
    FileUnknown,
    /// The same bytes were taken in, but read otherwise.
    #[error("the same file was taken in before and read in another layout")]
    FileDiffers,
    /// The file's situation does not allow the command.
    #[error("it is not possible to {}: the file is {stage}", in_words(command))]
    WrongStage {
        /// The command.
        command: &'static str,
        /// The situation.
        stage: BankReturnStage,
    },
    /// The digest is not 64 lower-case hexadecimal digits, or the id does not follow from it.
    #[error("the file's digest or name is malformed")]
    FileMalformed,
    /// Counts or sums do not go together.
    #[error("the counts of the file do not add up")]
    CountsDiffer,
    /// A row is none, or stands twice with different content.
    #[error("row {row} was kept before with other content")]
    LineDiffers {
        /// The row.
        row: u64,
    },
    /// Too much of the file could not be matched.
    #[error("more than 10000 lines could not be matched: this is not a file of this run")]
    TooManyUnmatched,
    /// A text is empty or too long.
    #[error("{field} must have 1 to 200 characters")]
    TextMissing {
        /// Which.
        field: &'static str,
    },
    /// The row is no unmatched one.
    #[error("row {row} of the file is no exception")]
    LineUnknown {
        /// The row.
        row: u64,
    },
    /// The row was resolved otherwise.
    #[error("row {row} was resolved before, otherwise")]
    LineResolved {
        /// The row.
        row: u64,
    },
    /// A line that says that money arrived is not resolved as money that came back.
    #[error(
        "row {row} says that money arrived: where the bank booked it twice and took one back, dismiss it"
    )]
    OutcomeDiffers {
        /// The row.
        row: u64,
    },
    /// The row names another payment.
    #[error("row {row} speaks of payment {payment_id}")]
    PaymentDiffers {
        /// The row.
        row: u64,
        /// The payment that it names.
        payment_id: PaymentId,
    },
    /// The day lies after today.
    #[error("{day} is in the future")]
    DayInFuture {
        /// The day given.
        day: NaiveDate,
    },
}

impl Explain for BankReturnError {
    fn code(&self) -> &'static str {
        use BankReturnError as E;
        match self {
            E::RoleNotAllowed { .. } => "role_not_allowed",
            E::FileUnknown => "file_unknown",
            E::FileDiffers => "file_differs",
            E::WrongStage { .. } => "wrong_stage",
            E::FileMalformed => "file_malformed",
            E::CountsDiffer => "counts_differ",
            E::LineDiffers { .. } => "line_differs",
            E::TooManyUnmatched => "too_many_unmatched",
            E::TextMissing { .. } => "text_missing",
            E::LineUnknown { .. } => "line_unknown",
            E::LineResolved { .. } => "line_resolved",
            E::OutcomeDiffers { .. } => "outcome_differs",
            E::PaymentDiffers { .. } => "payment_differs",
            E::DayInFuture { .. } => "day_in_future",
        }
    }

    fn zh(&self) -> String {
        use BankReturnError as E;
        match self {
            E::RoleNotAllowed { .. } => "当前岗位无权办理回盘，请由财务人员办理。".into(),
            E::FileUnknown => "没有这个回盘文件，请先读入。".into(),
            E::FileDiffers => "同一文件已按另一格式读入过，请核对所选格式。".into(),
            E::WrongStage { stage, .. } => {
                format!("回盘文件当前状态为“{}”，不能办理此步骤；读取中断的，请再读入一次。", stage.zh())
            }
            E::FileMalformed => "回盘文件的校验值或编号有误，请重新读入。".into(),
            E::CountsDiffer => "回盘文件的笔数前后不符，请重新读入；如仍出现，请联系管理员。".into(),
            E::LineDiffers { row } => format!("第 {row} 行已按其他内容登记，请重新读入文件。"),
            E::TooManyUnmatched => "超过 10000 行不能匹配，这不是本批次的回盘文件，请核对批次与文件。".into(),
            E::TextMissing { .. } => "请填写处理说明（200 字以内）。".into(),
            E::OutcomeDiffers { row } => {
                format!("第 {row} 行银行记为到账，不是退回：银行重复入账又冲回的，核实后登记为“无须处理”。")
            }
            E::LineUnknown { row } => format!("第 {row} 行不是待处理的异常行，请核对行号。"),
            E::LineResolved { row } => format!("第 {row} 行已作其他处理，不能再改。"),
            E::PaymentDiffers { row, payment_id } => {
                format!("第 {row} 行对应的发放明细是 {payment_id}，请核对。")
            }
            E::DayInFuture { day } => format!("日期 {day} 晚于今天，请填写实际办理日期。"),
        }
    }

    fn field(&self) -> &'static str {
        use BankReturnError as E;
        match self {
            E::FileDiffers => "file.layout",
            E::FileMalformed => "file.sha256",
            E::CountsDiffer => "matching",
            E::LineDiffers { .. } | E::TooManyUnmatched => "lines",
            E::TextMissing { field } => field,
            E::LineUnknown { .. } | E::LineResolved { .. } => "row",
            E::OutcomeDiffers { .. } => "resolution",
            E::PaymentDiffers { .. } => "resolution.payment_id",
            E::DayInFuture { .. } => "day",
            E::RoleNotAllowed { .. } | E::FileUnknown | E::WrongStage { .. } => "",
        }
    }
}
