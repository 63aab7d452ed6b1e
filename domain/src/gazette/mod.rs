//! Gazette 政策参数公布簿: where an office's new rates are proposed, approved and from then on part of its rule book. One
//! person proposes, another approves; what is published is never taken back, only followed by a newer document. A ledger
//! has one gazette, so that two documents cannot contradict each other unseen.
//!
//! # The life of a proposal
//!
//! | Situation | `ProposeParameters` | `ApproveParameters` | `RejectParameters` |
//! |---|---|---|---|
//! | not there | → proposed | `proposal_unknown` | `proposal_unknown` |
//! | proposed 待批准 | the same: repeat | → published | → rejected |
//! | published 已发布 | the same: repeat | repeat | `proposal_closed` |
//! | rejected 已退回 | → proposed, under a new number | `proposal_closed` | repeat |
//!
//! # Who does what
//!
//! | Command | Role | Not by someone who |
//! |---|---|---|
//! | `ProposeParameters` | administrator, reviewer | |
//! | `ApproveParameters` | approver | proposed it |
//! | `RejectParameters` | approver 退回; administrator, reviewer 撤回 | |
//!
//! There is no override (不相容岗位相互分离, 行政事业单位内部控制规范, 财会〔2012〕21号).
//!
//! # What always holds
//!
//! 1. A publication holds the exact text of the rates and its SHA-256; the rule book is the program's own with the texts
//!    of all publications, so whoever has the log has the rates.
//! 2. Every new row names its day of announcement, the same in one document and not after the day of approval; a later
//!    announcement for the same month holds from its day on, an earlier one is kept for what was decided before.
//! 3. Two documents never give the same parameter two values from one month with one day of announcement.
//!
//! # Which refusal comes first
//!
//! Role · unknown proposal · repeat (success) · closed proposal · four eyes · days · content.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::*;
pub use error::*;
pub use event::*;
pub use state::*;

/// The name of a ledger's one gazette.
pub const GAZETTE_ID: &str = "rates";

crate::ledger_aggregate!(Gazette);
