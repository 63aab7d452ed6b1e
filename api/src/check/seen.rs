//! An event as the checks see it.

use chrono::{DateTime, Utc};
use domain::any_event::AnyEvent;

/// One event of the log, decoded, with the parts of its envelope that checks look at.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Place in the whole log, from 0.
    pub position: u64,
    /// When the log took it.
    pub recorded_at: DateTime<Utc>,
    /// Type of the stream.
    pub stream_type: String,
    /// Name of the stream within its type.
    pub stream_id: String,
    /// Place in the stream, from 1.
    pub sequence: u64,
    /// Account of the actor.
    pub actor: String,
    /// What happened; `None` when it could not be read.
    pub event: Option<AnyEvent>,
}

/// A check that sees every event of the log once, in order.
pub trait Watch {
    /// What it promises.
    fn invariant(&self) -> super::Invariant;
    /// Looks at the next event.
    fn see(&mut self, seen: &Seen);
    /// What it found when the log ended at `head` events.
    fn finish(self: Box<Self>, head: u64) -> Vec<super::Finding>;
}
