//! What can be asked of the gazette.

use chrono::NaiveDate;

/// The largest text of a document, in bytes: its event stays below the size of an entry, however it is escaped.
pub const TEXT_BYTES_MAX: usize = 30_000;

/// The most characters of a document's number, and of a reason.
pub const WORDS_MAX: usize = 200;

/// Commands to the gazette (政策参数公布簿). Days are days of the office, none after the context's today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GazetteCommand {
    /// 拟定, by an administrator or a reviewer.
    ProposeParameters {
        /// 文号.
        document: String,
        /// The new rates as TOML, exactly as they will be published.
        text: String,
        /// The day.
        proposed_on: NaiveDate,
    },
    /// 批准发布, by an approver who did not propose it.
    ApproveParameters {
        /// Which proposal.
        number: u32,
        /// The day.
        approved_on: NaiveDate,
    },
    /// 退回 or 撤回, with the reason.
    RejectParameters {
        /// Which proposal.
        number: u32,
        /// Why.
        reason: String,
        /// The day.
        rejected_on: NaiveDate,
    },
}

impl GazetteCommand {
    /// The command's name, for refusals and the trail.
    pub const fn name(&self) -> &'static str {
        match self {
            GazetteCommand::ProposeParameters { .. } => "ProposeParameters",
            GazetteCommand::ApproveParameters { .. } => "ApproveParameters",
            GazetteCommand::RejectParameters { .. } => "RejectParameters",
        }
    }
}
