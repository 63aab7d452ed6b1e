//! Why a command to the gazette is refused.

use chrono::NaiveDate;

use crate::explain::{Explain, in_words};
use crate::policy::RuleBookError;

/// Refusals of the gazette, in the order in which they are looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GazetteError {
    /// The actor's role does not do this.
    #[error(
        "this role may not {}: administrators and reviewers propose rates, approvers publish them",
        in_words(command)
    )]
    RoleNotAllowed {
        /// The command.
        command: &'static str,
    },
    /// There is no such proposal.
    #[error("there is no proposal {number}")]
    ProposalUnknown {
        /// The number given.
        number: u32,
    },
    /// It was published or rejected.
    #[error("proposal {number} is closed: it was published or rejected")]
    ProposalClosed {
        /// Which.
        number: u32,
    },
    /// 双人复核: who proposed the rates may not approve them.
    #[error("nobody may approve the rates that they proposed")]
    FourEyes,
    /// The day lies after today.
    #[error("{day} is in the future")]
    DayInFuture {
        /// The day given.
        day: NaiveDate,
    },
    /// The day lies before the proposal.
    #[error("{day} is before {earliest}, the day of the proposal")]
    DayTooEarly {
        /// The day given.
        day: NaiveDate,
        /// The first day possible.
        earliest: NaiveDate,
    },
    /// A text is missing or too long.
    #[error("a text of 1 to 200 characters is needed")]
    WordsMissing {
        /// Which.
        field: &'static str,
    },
    /// The text is larger than an event may be.
    #[error("the text of the rates has {bytes} bytes; at most 30000 are possible")]
    TextTooLong {
        /// How many it has.
        bytes: usize,
    },
    /// The text is no draft of rates, or contradicts what stands.
    #[error(transparent)]
    Rates(#[from] RuleBookError),
    /// The document says that it will be announced later.
    #[error("the rates are announced on {day} only, which is in the future")]
    NotYetAnnounced {
        /// The day in the text.
        day: NaiveDate,
    },
}

impl Explain for GazetteError {
    fn code(&self) -> &'static str {
        match self {
            GazetteError::RoleNotAllowed { .. } => "role_not_allowed",
            GazetteError::ProposalUnknown { .. } => "proposal_unknown",
            GazetteError::ProposalClosed { .. } => "proposal_closed",
            GazetteError::FourEyes => "four_eyes",
            GazetteError::DayInFuture { .. } => "day_in_future",
            GazetteError::DayTooEarly { .. } => "day_too_early",
            GazetteError::WordsMissing { .. } => "words_missing",
            GazetteError::TextTooLong { .. } => "text_too_long",
            GazetteError::Rates(error) => error.code(),
            GazetteError::NotYetAnnounced { .. } => "not_yet_announced",
        }
    }

    fn zh(&self) -> String {
        match self {
            GazetteError::RoleNotAllowed { .. } => {
                "当前岗位无权办理此步骤：参数由管理员或审核人员拟定，由审批人员批准发布。".to_owned()
            }
            GazetteError::ProposalUnknown { number } => format!("没有第{number}号参数草案，请核对编号。"),
            GazetteError::ProposalClosed { number } => {
                format!("第{number}号参数草案已发布或已退回，不能再办理。")
            }
            GazetteError::FourEyes => "拟定人不能批准自己拟定的参数，请由另一人批准。".to_owned(),
            GazetteError::DayInFuture { day } => format!("日期 {day} 晚于今天，请填写实际日期。"),
            GazetteError::DayTooEarly { day, earliest } => {
                format!("日期 {day} 早于拟定日期 {earliest}，请核对后重填。")
            }
            GazetteError::WordsMissing { field: "document" } => "请填写文号（200 字以内）。".to_owned(),
            GazetteError::WordsMissing { .. } => "请填写退回或撤回的原因（200 字以内）。".to_owned(),
            GazetteError::TextTooLong { bytes } => {
                format!("参数文件有 {bytes} 字节，超过 30000 字节；只需写入变更的参数。")
            }
            GazetteError::Rates(error) => error.zh(),
            GazetteError::NotYetAnnounced { day } => {
                format!("文件的公布日期 {day} 晚于今天，公布之后才能拟定和发布。")
            }
        }
    }

    fn field(&self) -> &'static str {
        match self {
            GazetteError::ProposalUnknown { .. } | GazetteError::ProposalClosed { .. } => "number",
            GazetteError::WordsMissing { field } => field,
            GazetteError::TextTooLong { .. }
            | GazetteError::Rates(_)
            | GazetteError::NotYetAnnounced { .. } => "text",
            _ => "",
        }
    }
}
