//! Rows of the log in the binary format of COPY.

use chrono::{DateTime, Utc};

use crate::append::{NewEvent, StreamAppend};
use crate::binary::{COLUMNS, SIGNATURE, postgres_time};

/// Rows without their positions and time, which are stamped on when the log has been opened for them.
#[derive(Debug)]
pub(super) struct Encoded {
    bytes: Vec<u8>,
    /// Where each row's position begins; its time follows.
    stamps: Vec<usize>,
}

impl Encoded {
    pub(super) fn of(streams: &[StreamAppend]) -> Encoded {
        let mut encoded = Encoded { bytes: Vec::with_capacity(bytes_of(streams)), stamps: Vec::new() };
        encoded.bytes.extend(SIGNATURE);
        encoded.bytes.extend([0; 8]);
        for append in streams {
            for (sequence, event) in (append.expected + 1..).zip(&append.events) {
                encoded.row(append, sequence, event);
            }
        }
        encoded.bytes.extend((-1i16).to_be_bytes());
        encoded
    }

    pub(super) fn events(&self) -> u64 {
        self.stamps.len() as u64
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Gives the rows their positions, from `first` on, and their time.
    pub(super) fn stamp(&mut self, first: i64, recorded_at: DateTime<Utc>) {
        let time = postgres_time(recorded_at).to_be_bytes();
        for (position, at) in (first..).zip(&self.stamps) {
            self.bytes[*at..at + 8].copy_from_slice(&position.to_be_bytes());
            self.bytes[at + 12..at + 20].copy_from_slice(&time);
        }
    }

    fn row(&mut self, append: &StreamAppend, sequence: u64, event: &NewEvent) {
        self.bytes.extend(COLUMNS.to_be_bytes());
        self.stamps.push(self.bytes.len() + 4);
        self.field(&[0; 8]);
        self.field(&[0; 8]);
        self.field(&sequence.to_be_bytes());
        let texts = [&append.stream.kind, append.stream.id.as_str(), event.kind.name, event.kind.version];
        for text in texts.into_iter().chain([event.payload.as_str(), event.metadata.as_str()]) {
            self.field(text.as_bytes());
        }
    }

    /// The length of every field was checked to be far below 2³¹.
    fn field(&mut self, value: &[u8]) {
        self.bytes.extend((value.len() as u32).to_be_bytes());
        self.bytes.extend(value);
    }
}

/// About the size of the rows.
fn bytes_of(streams: &[StreamAppend]) -> usize {
    let event = |event: &NewEvent| event.payload.len() + event.metadata.len() + 200;
    let stream = |append: &StreamAppend| {
        append.events.iter().map(event).sum::<usize>() + append.events.len() * append.stream.id.len()
    };
    streams.iter().map(stream).sum()
}
