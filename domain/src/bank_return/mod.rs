//! BankReturn 回盘: one file from the bank that was taken in for a payment run, and what of it could not be matched. It
//! exists so that no line of a file is lost: each is a result of a payment, a repeat of one, or an exception that
//! somebody resolves.
//!
//! # The life of a file
//!
//! | Situation | `ReceiveFile` | `RecordUnmatched` | `RecordMatched` | `ResolveLine` |
//! |---|---|---|---|---|
//! | `Unreceived` | → `Received` | – | – | – |
//! | `Received` 读取中 | repeat, or `file_differs` | → `Received` | → `Matched` | – |
//! | `Matched` 已匹配 | repeat, or `file_differs` | – | repeat, or `counts_differ` | → `Matched` |
//!
//! "–" is `file_unknown` in the first row, `wrong_stage` in the others. The stream's name follows from the run and the
//! SHA-256 of the file, so the same bytes taken in again are the same file. A file whose taking was interrupted is
//! taken again: lines that are recorded already are no second ones.
//!
//! Finance and the program itself take files in; only finance resolves lines. What a resolution does to a payment is
//! decided by the payment and appended in the same moment.
//!
//! # What always holds
//!
//! 1. Settled + returned + repeated + unmatched + waiting = the lines of the file ([`Matching`]).
//! 2. A row is unmatched at most once and resolved at most once.
//! 3. No personal value stands here: a row is found again in the bank's own file, and by the keyed hash of its account.
//!
//! # Which refusal comes first
//!
//! Role · repeat (success) · unknown file or wrong situation · content · day, in the order of `decide.rs`.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::*;
pub use decide::may_receive;
pub use error::*;
pub use event::*;
pub use state::*;

crate::ledger_aggregate!(BankReturn);
