//! What can be asked of a break of the log.

use chrono::NaiveDate;

use super::Loss;
use crate::actor::Role;

/// The one stream of breaks that a log has.
pub const STREAM_ID: &str = "log";

/// The most characters of a reason.
pub const WHY_MAX: usize = 500;

/// A command to a break of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogBreakCommand {
    /// States what was lost, and asks to go on without it.
    ProposeBreak {
        /// What was found.
        loss: Box<Loss>,
        /// How it came about.
        why: String,
        /// The day.
        proposed_on: NaiveDate,
    },
    /// Goes on without it.
    AcceptBreak {
        /// What is found now.
        loss: Box<Loss>,
        /// The day.
        accepted_on: NaiveDate,
    },
}

impl LogBreakCommand {
    /// The roles that manage the ledger itself.
    pub fn allowed_roles(&self) -> &'static [Role] {
        &[Role::Administrator]
    }
}
