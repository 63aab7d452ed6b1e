//! The aggregate LogBreak (日志断点): that the log is no longer what was signed, and that two administrators go on with it all
//! the same. It exists so that an office can work again after a real loss, such as a backup restored without its end, and
//! so that nobody can do that silently: the break stands in the log for good, with the checkpoint that no longer holds.
//!
//! | Situation | Propose | Accept |
//! |---|---|---|
//! | `Unproposed` | `LogBreakProposed` | `break_unknown` |
//! | `Proposed` | the same again: already applied; the same loss by another: `break_pending`; else `LogBreakProposed`, in the place of the one before | `LogBreakAccepted` |
//! | `Accepted` | the same loss: `break_accepted`; another: `LogBreakProposed` | the same loss: already applied; another: `break_unknown` |
//!
//! A log has one stream of breaks, [`STREAM_ID`]: each is the newest until there is another.
//!
//! Guards, in this order: `role_not_allowed`, repeats, the table, `four_eyes`, `loss_changed`, `date_in_future`,
//! `reason_missing`. Four eyes: who proposed never accepts. Nothing makes a break undone: the log is only added to.
//! Source: 会计档案管理办法 (财政部 国家档案局令第79号, 2016-01-01), article 8, on electronic vouchers that are
//! kept from being altered and backed up; 行政事业单位内部控制规范 (财会〔2012〕21号), on duties that one person must not hold together.

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

crate::ledger_aggregate!(LogBreak);
