//! Whether a disclosure was recorded.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::DisclosureEvent;

/// The aggregate Disclosure (披露).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disclosure {
    /// Nothing was opened.
    #[default]
    Unrecorded,
    /// It is recorded.
    Recorded(DisclosureEvent),
}

impl fmt::Display for Disclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Disclosure::Unrecorded => "an unrecorded disclosure",
            Disclosure::Recorded(_) => "a recorded disclosure",
        })
    }
}
