//! The aggregate Disclosure (披露): one handing-over of opened personal values to somebody outside of the daily work,
//! such as an auditor. It exists so that nothing is opened for others without a trace.
//!
//! | Situation | Record | DiscloseAccounts, by finance |
//! |---|---|---|
//! | `Unrecorded` | `PersonalDataDisclosed` | `AccountsDisclosed` |
//! | `Recorded` | the same: already applied; another: `disclosure_differs` | likewise |
//!
//! Guards, in this order: `role_not_allowed`, `disclosure_incomplete`, `date_in_future`, then the table. The event names
//! persons and kinds of values, never a value. Source: 个人信息保护法 (2021-11-01), articles 23 and 54.

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

crate::ledger_aggregate!(Disclosure);
