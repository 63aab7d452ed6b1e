//! What can be asked of a disclosure.

use chrono::NaiveDate;

use super::OpenedFields;
use crate::actor::Role;
use crate::ids::RunId;

/// The most persons of one disclosure, so that its event stays below the size of an entry.
pub const PERSONS_MAX: usize = 200;

/// The most characters of recipient and purpose, each.
pub const WORDS_MAX: usize = 200;

/// The roles that may open personal values.
pub const OPENING_ROLES: &[Role] =
    &[Role::Reviewer, Role::Approver, Role::Finance, Role::Auditor, Role::Consumer];

/// A command to a disclosure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DisclosureCommand {
    /// Records what is about to be opened.
    RecordDisclosure {
        /// For whom.
        recipient: String,
        /// Why.
        purpose: String,
        /// Of whom, and which kinds of values.
        opened: Vec<OpenedFields>,
        /// The day.
        disclosed_on: NaiveDate,
    },
    /// Records that the accounts of a run are about to be opened for the file to the bank.
    DiscloseAccounts {
        /// For whom.
        recipient: String,
        /// Why.
        purpose: String,
        /// The run.
        run_id: RunId,
        /// How many lines; at least one.
        line_count: u64,
        /// Labels of the kinds of values; at least one.
        labels: Vec<String>,
        /// The day.
        disclosed_on: NaiveDate,
    },
}

impl DisclosureCommand {
    /// The roles that may open personal values for others.
    pub fn allowed_roles(&self) -> &'static [Role] {
        match self {
            DisclosureCommand::RecordDisclosure { .. } => OPENING_ROLES,
            DisclosureCommand::DiscloseAccounts { .. } => &[Role::Finance],
        }
    }
}
