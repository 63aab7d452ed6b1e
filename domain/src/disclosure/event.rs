//! What can happen to a disclosure.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{PersonId, RunId};
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
    /// The accounts and names of a run's payees were opened to write the file to the bank: how many, never which.
    /// Whose they are follows from the run's payments.
    AccountsDisclosed {
        /// For whom: the bank, by the code of its layout.
        recipient: String,
        /// Why.
        purpose: String,
        /// The run.
        run_id: RunId,
        /// How many lines.
        line_count: u64,
        /// Labels of the kinds of values, such as `account`.
        labels: Vec<String>,
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
            DisclosureEvent::PersonalDataDisclosed { disclosed_on, .. }
            | DisclosureEvent::AccountsDisclosed { disclosed_on, .. } => Some(*disclosed_on),
        }
    }
}

ledger_events!(DisclosureEvent { PersonalDataDisclosed = "1.0.0", AccountsDisclosed = "1.0.0" });
