//! What can be appended, what comes of it and why it may be refused.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::aggregate::{EventKind, LedgerEvent};
use uuid::Uuid;

/// The most bytes of payload and metadata together. An entry of the proof tree is limited to 64 KiB, with its head.
pub const EVENT_BYTES_MAX: usize = 60_000;

/// The most bytes of a stream's identifier, so that it always fits an index entry.
pub const STREAM_ID_BYTES_MAX: usize = 200;

/// The name of a stream: the type of the aggregate and its identifier.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    /// The aggregate's type.
    pub kind: Cow<'static, str>,
    /// The aggregate's identifier.
    pub id: String,
}

impl StreamId {
    /// Names a stream.
    pub fn new(kind: impl Into<Cow<'static, str>>, id: impl Into<String>) -> StreamId {
        StreamId { kind: kind.into(), id: id.into() }
    }
}

impl std::fmt::Display for StreamId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.kind, self.id)
    }
}

/// An event to be appended: the exact bytes that will be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// Its type and version.
    pub kind: EventKind,
    /// What happened, as JSON.
    pub payload: String,
    /// Who and why, as JSON: see [`crate::metadata::Metadata`].
    pub metadata: String,
}

impl NewEvent {
    /// Writes an event's payload as JSON.
    ///
    /// # Errors
    /// Those of the event's own serialisation: personal data that was not sealed.
    pub fn try_new(event: &impl LedgerEvent, metadata: String) -> Result<NewEvent, serde_json::Error> {
        Ok(NewEvent { kind: event.kind(), payload: serde_json::to_string(event)?, metadata })
    }
}

/// Events for one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamAppend {
    /// The stream.
    pub stream: StreamId,
    /// The sequence of the stream's newest event, as the decision saw it; 0 for a new stream.
    pub expected: u64,
    /// What is to be appended, in order.
    pub events: Vec<NewEvent>,
}

/// The idempotency key of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandKey {
    /// Chosen by the caller, who uses it again when it asks again.
    pub id: Uuid,
    /// SHA-256 of the request, to tell a repeat from another request under the same key.
    pub request_hash: [u8; 32],
}

/// One command's events, appended together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// The streams, each once.
    pub streams: Vec<StreamAppend>,
    /// The idempotency key. Without it, a lost connection leaves the outcome unknown.
    pub command: Option<CommandKey>,
    /// JSON that a repeat of the command is answered with. Kept only with a key.
    pub outcome: String,
    /// The time in a ledger whose clock is simulated; elsewhere without effect.
    pub now: Option<DateTime<Utc>>,
}

impl Append {
    /// Events without an idempotency key.
    pub fn new(streams: Vec<StreamAppend>) -> Append {
        Append { streams, command: None, outcome: "null".to_owned(), now: None }
    }
}

/// Where a command's events stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The position of the first event.
    pub first_position: u64,
    /// The position of the last event.
    pub last_position: u64,
    /// When they were recorded.
    pub recorded_at: DateTime<Utc>,
    /// JSON that the command was answered with, the first time.
    pub outcome: String,
    /// Whether the command had been done before, and nothing was appended now.
    pub repeated: bool,
}

/// Why nothing was appended.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AppendError {
    /// Another command changed a stream first: load it again and decide again.
    #[error("{stream} is at {actual}, not at {expected}")]
    Conflict {
        /// The stream.
        stream: StreamId,
        /// The version that the command expected.
        expected: u64,
        /// The version that the stream has.
        actual: u64,
    },
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    CommandReused,
    /// The connection was lost at a moment at which the events may have been stored or not. With an idempotency key,
    /// ask again with the same key; without, read the streams.
    #[error("the outcome is unknown: ask again with the same key")]
    Unknown,
    /// The append cannot be written as it is.
    #[error("the append is not well-formed: {0}")]
    Malformed(Malformed),
    /// The appender has been stopped.
    #[error("the appender has stopped")]
    Stopped,
    /// The database refused or failed, and nothing was stored.
    #[error("the database failed")]
    Database(#[source] Arc<sqlx::Error>),
}

/// What is wrong with an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Without events there is nothing to append.
    #[error("no events")]
    Empty,
    /// A command names each stream once.
    #[error("a stream is named twice")]
    StreamTwice,
    /// A stream's type and identifier have 1 to [`STREAM_ID_BYTES_MAX`] bytes.
    #[error("a stream's name is empty or too long")]
    StreamName,
    /// Payload and metadata have at most [`EVENT_BYTES_MAX`] bytes together.
    #[error("an event is too large")]
    TooLarge,
    /// PostgreSQL cannot store the character NUL.
    #[error("a text holds the character NUL")]
    Nul,
    /// What a command was answered with cannot be written or read as JSON.
    #[error("the outcome cannot be written or read")]
    Outcome,
}

impl From<Malformed> for AppendError {
    fn from(malformed: Malformed) -> AppendError {
        AppendError::Malformed(malformed)
    }
}

impl Append {
    /// The number of events.
    pub fn events_count(&self) -> usize {
        self.streams.iter().map(|stream| stream.events.len()).sum()
    }

    /// Refuses what the log could not store, before it meets its neighbours in a batch.
    ///
    /// # Errors
    /// The first [`Malformed`] found.
    pub fn check(&self) -> Result<(), Malformed> {
        if self.streams.is_empty() {
            return Err(Malformed::Empty);
        }
        self.streams.iter().try_for_each(StreamAppend::check)?;
        let distinct: HashSet<&StreamId> = self.streams.iter().map(|append| &append.stream).collect();
        if distinct.len() < self.streams.len() {
            return Err(Malformed::StreamTwice);
        }
        if self.outcome.contains('\0') { Err(Malformed::Nul) } else { Ok(()) }
    }
}

impl StreamAppend {
    /// Refuses what the log could not store.
    ///
    /// # Errors
    /// The first [`Malformed`] found.
    pub fn check(&self) -> Result<(), Malformed> {
        let named = |text: &str| (1..=STREAM_ID_BYTES_MAX).contains(&text.len()) && !text.contains('\0');
        if !named(&self.stream.kind) || !named(&self.stream.id) {
            return Err(Malformed::StreamName);
        }
        if self.events.is_empty() {
            return Err(Malformed::Empty);
        }
        self.events.iter().try_for_each(NewEvent::check)
    }
}

impl NewEvent {
    fn check(&self) -> Result<(), Malformed> {
        if self.payload.len() + self.metadata.len() > EVENT_BYTES_MAX {
            return Err(Malformed::TooLarge);
        }
        let nul = |text: &str| text.as_bytes().contains(&0);
        if nul(&self.payload) || nul(&self.metadata) { Err(Malformed::Nul) } else { Ok(()) }
    }
}
