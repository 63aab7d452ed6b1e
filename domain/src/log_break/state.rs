//! How far a break of the log is.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Loss;
use crate::actor::ActorId;

/// The aggregate LogBreak (日志断点).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogBreak {
    /// Nobody said anything.
    #[default]
    Unproposed,
    /// 已提议: it waits for another person.
    Proposed(ProposedBreak),
    /// 已接受: the log goes on.
    Accepted(Box<Loss>),
}

/// A proposal to go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedBreak {
    /// What was found.
    pub loss: Box<Loss>,
    /// How it came about.
    pub why: String,
    /// Who proposed.
    pub by: ActorId,
}

impl fmt::Display for LogBreak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LogBreak::Unproposed => "a break that nobody proposed",
            LogBreak::Proposed(_) => "a proposed break",
            LogBreak::Accepted(_) => "an accepted break",
        })
    }
}
