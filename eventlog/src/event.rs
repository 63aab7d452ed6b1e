//! An event as it stands in the log, and how it is read as what happened.

use chrono::{DateTime, Utc};
use domain::aggregate::LedgerEvent;

use crate::append::StreamId;
use crate::metadata::Metadata;
use crate::upcast;

/// An event as it stands in the log. The texts are the exact bytes that were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// The place in the log, from 0.
    pub position: u64,
    /// When it was recorded, to the microsecond.
    pub recorded_at: DateTime<Utc>,
    /// The stream it belongs to.
    pub stream: StreamId,
    /// The place in the stream, from 1.
    pub sequence: u64,
    /// Its type.
    pub event_type: String,
    /// The version of its type.
    pub event_version: String,
    /// What happened, as JSON.
    pub payload: String,
    /// Who and why, as JSON.
    pub metadata: String,
}

/// An event that is being read; its texts are not copied yet.
#[derive(Clone, Copy, Debug)]
pub struct EventRow<'r> {
    /// As [`StoredEvent::position`].
    pub position: u64,
    /// As [`StoredEvent::recorded_at`].
    pub recorded_at: DateTime<Utc>,
    /// The type of the stream.
    pub stream_type: &'r str,
    /// The stream.
    pub stream_id: &'r str,
    /// As [`StoredEvent::sequence`].
    pub sequence: u64,
    /// As [`StoredEvent::event_type`].
    pub event_type: &'r str,
    /// As [`StoredEvent::event_version`].
    pub event_version: &'r str,
    /// As [`StoredEvent::payload`].
    pub payload: &'r str,
    /// As [`StoredEvent::metadata`].
    pub metadata: &'r str,
}

impl EventRow<'_> {
    /// The event, with texts of its own.
    pub fn to_event(&self) -> StoredEvent {
        StoredEvent {
            position: self.position,
            recorded_at: self.recorded_at,
            stream: StreamId::new(self.stream_type.to_owned(), self.stream_id),
            sequence: self.sequence,
            event_type: self.event_type.to_owned(),
            event_version: self.event_version.to_owned(),
            payload: self.payload.to_owned(),
            metadata: self.metadata.to_owned(),
        }
    }
}

/// An event that cannot be read. Holds no value of the event, which may be personal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The type is known, its version is not, and no upcaster leads from it.
    #[error("event {position}: {event_type} has no reader for version {event_version}")]
    UnknownVersion {
        /// Where it stands.
        position: u64,
        /// Its type.
        event_type: String,
        /// Its version.
        event_version: String,
    },
    /// The payload or the metadata is not what the type and version say.
    #[error("event {position}: the {part} of {event_type} {event_version} cannot be read at column {column}")]
    Malformed {
        /// Where it stands.
        position: u64,
        /// Its type.
        event_type: String,
        /// Its version.
        event_version: String,
        /// `payload` or `metadata`.
        part: &'static str,
        /// Where in the text; 0 where an upcaster refused.
        column: usize,
    },
}

impl StoredEvent {
    /// The event, to be looked at.
    pub fn as_row(&self) -> EventRow<'_> {
        EventRow {
            position: self.position,
            recorded_at: self.recorded_at,
            stream_type: &self.stream.kind,
            stream_id: &self.stream.id,
            sequence: self.sequence,
            event_type: &self.event_type,
            event_version: &self.event_version,
            payload: &self.payload,
            metadata: &self.metadata,
        }
    }

    /// Who, why and on which day.
    ///
    /// # Errors
    /// [`DecodeError::Malformed`].
    pub fn metadata(&self) -> Result<Metadata, DecodeError> {
        serde_json::from_str(&self.metadata).map_err(|error| self.malformed("metadata", error.column()))
    }

    /// What happened, in the newest version of its type; none where the type is not one of `E`'s.
    ///
    /// # Errors
    /// [`DecodeError`] where the type is one of `E`'s but cannot be read.
    pub fn decode<E: LedgerEvent>(&self) -> Result<Option<E>, DecodeError> {
        let named = E::kinds().iter().find(|kind| kind.name == self.event_type);
        match named {
            Some(kind) if kind.version == self.event_version => {
                let read = serde_json::from_str(&self.payload);
                read.map(Some).map_err(|error| self.malformed("payload", error.column()))
            }
            _ => upcast::decode_old(self, named.is_some()),
        }
    }

    pub(crate) fn malformed(&self, part: &'static str, column: usize) -> DecodeError {
        DecodeError::Malformed {
            position: self.position,
            event_type: self.event_type.clone(),
            event_version: self.event_version.clone(),
            part,
            column,
        }
    }
}
