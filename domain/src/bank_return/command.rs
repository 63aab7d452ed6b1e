//! What can be asked of a file from the bank.

use chrono::NaiveDate;

use super::event::{LineResolution, Matching, ReceivedFile, UnmatchedLine};

/// The most lines of one event, so that it stays well below the size of an entry.
pub const LINES_MAX: usize = 100;

/// The most unmatched lines of one file: where there are more, it is not a file of this run.
pub const UNMATCHED_MAX: usize = 10_000;

/// The most characters of a note, a reference and a bank's code.
pub const WORDS_MAX: usize = 200;

/// Commands to a file from the bank (回盘). Days are days of the office; none may lie after the context's today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BankReturnCommand {
    /// Takes a file in that was read whole.
    ReceiveFile {
        /// The file.
        file: ReceivedFile,
        /// The day.
        received_on: NaiveDate,
    },
    /// Keeps lines that could not be matched; those that are kept already are passed over.
    RecordUnmatched {
        /// The lines.
        lines: Vec<UnmatchedLine>,
    },
    /// Says that every line has its place.
    RecordMatched {
        /// How many lines went where.
        matching: Matching,
        /// The day.
        matched_on: NaiveDate,
    },
    /// 异常处理, by finance.
    ResolveLine {
        /// The line's row.
        row: u64,
        /// What it is.
        resolution: LineResolution,
        /// Why, in 1 to 200 characters.
        note: String,
        /// The day.
        resolved_on: NaiveDate,
    },
}

impl BankReturnCommand {
    /// The command's name, for refusals and the trail.
    pub const fn name(&self) -> &'static str {
        match self {
            BankReturnCommand::ReceiveFile { .. } => "ReceiveFile",
            BankReturnCommand::RecordUnmatched { .. } => "RecordUnmatched",
            BankReturnCommand::RecordMatched { .. } => "RecordMatched",
            BankReturnCommand::ResolveLine { .. } => "ResolveLine",
        }
    }
}
