//! What the appender knows of the versions of streams, so that it need not ask.

use crate::append::StreamId;
use crate::bounded::Bounded;

const STREAMS_MAX: usize = 200_000;

/// The newest sequence of streams, as of the end of the log that the appender saw last.
#[derive(Debug)]
pub(super) struct Versions {
    known: Bounded<StreamId, Known>,
    /// The position of the newest event that the appender knows of; one that cannot be before the first batch.
    last: i64,
    /// Counts how often somebody else was found to have written.
    epoch: u64,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    version: u64,
    epoch: u64,
}

/// What is known of one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// It was this at the end of the log that was seen last; it is more if somebody else wrote since.
    Last(u64),
    /// It is this or more.
    AtLeast(u64),
}

impl Versions {
    pub(super) fn new() -> Versions {
        Versions { known: Bounded::new(STREAMS_MAX), last: i64::MIN, epoch: 0 }
    }

    pub(super) fn last(&self) -> i64 {
        self.last
    }

    pub(super) fn of(&mut self, stream: &StreamId) -> Version {
        match self.known.get_mut(stream) {
            Some(known) if known.epoch == self.epoch => Version::Last(known.version),
            Some(known) => Version::AtLeast(known.version),
            None => Version::AtLeast(0),
        }
    }

    /// The log was found to end at `last`. Where that is not what was known, somebody else wrote.
    pub(super) fn found_end(&mut self, last: i64) {
        if last != self.last {
            self.epoch += 1;
            self.last = last;
        }
    }

    /// The appender itself made the log end at `last`.
    pub(super) fn moved_end(&mut self, last: i64) {
        self.last = last;
    }

    pub(super) fn learn(&mut self, stream: &StreamId, version: u64) {
        let learned = Known { version, epoch: self.epoch };
        match self.known.get_mut(stream) {
            Some(known) => *known = learned,
            None => self.known.insert(stream.clone(), learned),
        }
    }
}
