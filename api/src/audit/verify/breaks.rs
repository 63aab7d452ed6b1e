//! Breaks of the log that the events of a bundle declare: from there on it is another history than was signed before.

use domain::aggregate::Decider;
use domain::log_break::{LogBreak, LogBreakEvent};
use eventlog::merkle::leaf::Leaf;
use schemars::JsonSchema;
use serde::Serialize;

/// A break, as its event states it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DeclaredBreak {
    /// Where the event stands.
    pub position: u64,
    /// What it says.
    #[serde(flatten)]
    pub event: LogBreakEvent,
}

/// The break that an event declares: an accepted one, not one that was only proposed.
pub fn declared(leaf: &Leaf<'_>) -> Option<DeclaredBreak> {
    if leaf.stream_type != LogBreak::TYPE || leaf.event_type != "LogBreakAccepted" {
        return None;
    }
    let event = serde_json::from_str(leaf.payload).ok()?;
    Some(DeclaredBreak { position: leaf.position, event })
}
