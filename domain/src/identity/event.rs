//! What can happen to an identity.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{HouseholdId, PersonId};
use crate::ledger_events;

/// Events of the stream `Identity` (身份占用), whose id is the blind index of a citizen ID number. The log's own
/// uniqueness so forbids registering one person twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum IdentityEvent {
    /// The ID number belongs to this person of this household.
    IdentityClaimed {
        /// Who.
        person_id: PersonId,
        /// Where.
        household_id: HouseholdId,
        /// The day.
        claimed_on: NaiveDate,
    },
    /// The person was erased; the ID number may be registered again as a new person.
    IdentityReleased {
        /// Who.
        person_id: PersonId,
        /// The day.
        released_on: NaiveDate,
    },
}

impl IdentityEvent {
    pub(crate) fn effective_day(&self) -> Option<NaiveDate> {
        match self {
            IdentityEvent::IdentityClaimed { claimed_on: day, .. }
            | IdentityEvent::IdentityReleased { released_on: day, .. } => Some(*day),
        }
    }
}

ledger_events!(IdentityEvent { IdentityClaimed = "1.0.0", IdentityReleased = "1.0.0" });
