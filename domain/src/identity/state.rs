//! Who holds an ID number.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::ids::{HouseholdId, PersonId};

/// The aggregate Identity (身份占用): one citizen ID number, known only by its blind index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// Nobody ever registered it.
    #[default]
    Unclaimed,
    /// It belongs to a person of the register.
    Claimed {
        /// Who.
        person_id: PersonId,
        /// Where.
        household_id: HouseholdId,
        /// The day.
        claimed_on: NaiveDate,
    },
    /// Its person was erased.
    Released {
        /// Who it was.
        person_id: PersonId,
        /// The day.
        released_on: NaiveDate,
    },
}

impl Identity {
    /// The person who holds it.
    pub fn holder(&self) -> Option<PersonId> {
        match self {
            Identity::Claimed { person_id, .. } => Some(*person_id),
            Identity::Unclaimed | Identity::Released { .. } => None,
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Identity::Unclaimed => "an unclaimed identity",
            Identity::Claimed { .. } => "a claimed identity",
            Identity::Released { .. } => "a released identity",
        })
    }
}
