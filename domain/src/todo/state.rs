//! Whether an entry was set aside.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::TodoKind;
use crate::ids::PersonId;
use crate::program::Program;

/// The aggregate Todo (待办).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Todo {
    /// Nobody said anything of it.
    #[default]
    Untouched,
    /// It was set aside.
    Dismissed {
        /// The facts that it rested on then.
        facts_sha256: String,
        /// When.
        dismissed_on: NaiveDate,
    },
}

impl Todo {
    /// The name of the stream of an entry: there is one of each kind for a person and a program.
    pub fn stream_id(kind: TodoKind, person: PersonId, program: Program) -> String {
        let name = format!("todo|{}|{person}|{}", kind.code(), program.code());
        Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string()
    }

    /// Whether it is aside, on these facts.
    pub fn is_dismissed_on(&self, facts: &str) -> bool {
        matches!(self, Todo::Dismissed { facts_sha256, .. } if facts_sha256 == facts)
    }
}

impl fmt::Display for Todo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Todo::Untouched => "an entry nobody touched",
            Todo::Dismissed { .. } => "an entry that was set aside",
        })
    }
}
