//! What can happen to a disclosure.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::PersonId;
use crate::ledger_events;

/// Events of the stream `Disclosure` (披露).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum DisclosureEvent {
    /// Personal values were opened for somebody: of whom and which kinds, never the values themselves.
    PersonalDataDisclosed {
        /// For whom: an office or an account, no citizen's name.
        recipient: String,
        /// Why.
        purpose: String,
        /// Of whom, and which kinds of values.
        opened: Vec<OpenedFields>,
        /// The day.
        disclosed_on: NaiveDate,
    },
}

/// Kinds of values of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenedFields {
    /// Whose.
    pub person_id: PersonId,
    /// Labels of the kinds, such as `name`.
    pub labels: Vec<String>,
}

impl DisclosureEvent {
    pub(crate) fn effective_day(&self) -> Option<NaiveDate> {
        match self {
            DisclosureEvent::PersonalDataDisclosed { disclosed_on, .. } => Some(*disclosed_on),
        }
    }
}

ledger_events!(DisclosureEvent { PersonalDataDisclosed = "1.0.0" });
