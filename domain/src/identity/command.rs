//! What can be asked of an identity.

use chrono::NaiveDate;

use crate::actor::Role;
use crate::ids::{HouseholdId, PersonId};

/// A command to the identity behind one citizen ID number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdentityCommand {
    /// Takes the ID number for a person who is being registered.
    ClaimIdentity {
        /// Who.
        person_id: PersonId,
        /// Where.
        household_id: HouseholdId,
        /// The day.
        claimed_on: NaiveDate,
    },
    /// Moves the claim with its person from one household to another. The caller appends it together with the
    /// person's leaving and joining.
    TransferIdentity {
        /// Who.
        person_id: PersonId,
        /// The household that is left.
        from: HouseholdId,
        /// The household that is joined.
        to: HouseholdId,
        /// The day.
        claimed_on: NaiveDate,
    },
    /// Gives the ID number free because its person was erased.
    ReleaseIdentity {
        /// Who.
        person_id: PersonId,
        /// The day.
        released_on: NaiveDate,
    },
}

impl IdentityCommand {
    /// The roles that may ask: those who register people, and those who erase them.
    pub fn allowed_roles(&self) -> &'static [Role] {
        match self {
            IdentityCommand::ReleaseIdentity { .. } => &[Role::Reviewer, Role::Approver],
            _ => &[Role::Clerk, Role::Reviewer],
        }
    }
}
