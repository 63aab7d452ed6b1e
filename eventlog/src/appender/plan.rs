//! What a batch of commands comes to, as far as the appender knows: the arrays for the database, and the conflicts
//! that are certain without asking it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::versions::{Version, Versions};
use crate::append::{Append, AppendError, StreamAppend, StreamId};

/// The event follows another of its stream in the batch, whose version was checked.
const FOLLOWS: i16 = 0;
/// The version before the event is right unless somebody else wrote.
const KNOWN: i16 = 1;
/// The version before the event must be asked for.
const UNKNOWN: i16 = 2;

/// A batch, laid out in columns.
#[derive(Debug, Default)]
pub(super) struct Plan<'b> {
    pub(super) accepted: Vec<Accepted>,
    pub(super) refused: Vec<(usize, AppendError)>,
    pub(super) unsure: bool,
    pub(super) at: Option<DateTime<Utc>>,
    pub(super) command_ids: Vec<Uuid>,
    pub(super) request_hashes: Vec<&'b [u8]>,
    pub(super) outcomes: Vec<&'b str>,
    pub(super) starts: Vec<i64>,
    pub(super) ends: Vec<i64>,
    pub(super) types: Vec<&'b str>,
    pub(super) ids: Vec<&'b str>,
    pub(super) sequences: Vec<i64>,
    pub(super) marks: Vec<i16>,
    pub(super) event_types: Vec<&'b str>,
    pub(super) event_versions: Vec<&'b str>,
    pub(super) payloads: Vec<&'b str>,
    pub(super) metadatas: Vec<&'b str>,
}

/// How sure the appender can be of what it remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// Somebody else may be writing.
    Free,
    /// Nobody else can write, and every stream of the batch has been looked up since.
    Locked,
}

/// A command that will be written, unless the database knows better.
#[derive(Clone, Copy, Debug)]
pub(super) struct Accepted {
    /// Its place in the batch.
    pub(super) index: usize,
    /// Its first event's place among the batch's events.
    pub(super) start: u64,
    /// Its last event's place among the batch's events.
    pub(super) end: u64,
}

/// The versions that streams will have when the commands before have been written.
type Pending<'b> = HashMap<&'b StreamId, u64>;

impl<'b> Plan<'b> {
    /// Goes through the commands in order. A command on a stream that an earlier one of the batch changes must
    /// expect what that one leaves behind.
    pub(super) fn of(
        batch: impl Iterator<Item = (usize, &'b Append)>,
        versions: &mut Versions,
        head: Head,
    ) -> Plan<'b> {
        let mut plan = Plan::default();
        let mut pending = Pending::new();
        for (index, append) in batch {
            let mut marks = Vec::with_capacity(append.streams.len());
            let checked = append.streams.iter().try_for_each(|stream| {
                marks.push(mark(stream, &pending, versions, head)?);
                Ok(())
            });
            match checked {
                Ok(()) => plan.accept(index, append, &marks, &mut pending),
                Err(conflict) => plan.refused.push((index, conflict)),
            }
        }
        plan
    }

    fn accept(&mut self, index: usize, append: &'b Append, marks: &[i16], pending: &mut Pending<'b>) {
        let start = self.sequences.len();
        for (stream, mark) in append.streams.iter().zip(marks) {
            self.add(stream, *mark);
            pending.insert(&stream.stream, stream.expected + stream.events.len() as u64);
        }
        let end = self.sequences.len() - 1;
        self.accepted.push(Accepted { index, start: start as u64, end: end as u64 });
        self.at = self.at.max(append.now);
        if let Some(key) = &append.command {
            self.command_ids.push(key.id);
            self.request_hashes.push(&key.request_hash);
            self.outcomes.push(&append.outcome);
            self.starts.push((start as u64).cast_signed());
            self.ends.push((end as u64).cast_signed());
        }
    }

    fn add(&mut self, append: &'b StreamAppend, mark: i16) {
        self.unsure |= mark == UNKNOWN;
        for (place, event) in (1..).zip(&append.events) {
            self.types.push(&append.stream.kind);
            self.ids.push(&append.stream.id);
            self.sequences.push((append.expected + place).cast_signed());
            self.marks.push(if place == 1 { mark } else { FOLLOWS });
            self.event_types.push(event.kind.name);
            self.event_versions.push(event.kind.version);
            self.payloads.push(&event.payload);
            self.metadatas.push(&event.metadata);
        }
    }
}

fn mark(
    append: &StreamAppend,
    pending: &Pending<'_>,
    versions: &mut Versions,
    head: Head,
) -> Result<i16, AppendError> {
    let expected = append.expected;
    let (actual, mark) = match (pending.get(&append.stream), versions.of(&append.stream), head) {
        (Some(pending), _, _) => (*pending, FOLLOWS),
        (None, Version::Last(version), Head::Locked) => (version, KNOWN),
        (None, Version::Last(version), Head::Free) if version == expected => (version, KNOWN),
        // Versions only grow, so less than what is known is a conflict for certain; more must be asked.
        (None, Version::Last(version) | Version::AtLeast(version), _) => (version.max(expected), UNKNOWN),
    };
    if actual == expected {
        Ok(mark)
    } else {
        Err(AppendError::Conflict { stream: append.stream.clone(), expected, actual })
    }
}
