//! What can be asked of an entry of the to-do list.

use chrono::NaiveDate;

use super::TodoKind;
use crate::actor::Role;
use crate::ids::PersonId;
use crate::personal::{Note, Sealed};
use crate::program::Program;

/// A command to a to-do entry (待办).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TodoCommand {
    /// Sets it aside until its facts change.
    DismissTodo {
        /// What it says.
        kind: TodoKind,
        /// Of whom.
        person_id: PersonId,
        /// In which program.
        program: Program,
        /// SHA-256 of the facts that it rests on, 64 hexadecimal digits.
        facts_sha256: String,
        /// Why, sealed for the person.
        reason: Sealed<Note>,
        /// The day.
        dismissed_on: NaiveDate,
    },
}

impl TodoCommand {
    /// The roles that work off the list.
    pub fn allowed_roles(&self) -> &'static [Role] {
        &[Role::Clerk, Role::Reviewer, Role::Approver]
    }
}
