//! The bytes of a leaf: who the event is, and its exact stored bytes. docs/PROOFS.md gives it byte by byte.
//!
//! ```text
//! benefits-ledger-event/1
//! origin benefits-ledger/0b0e…
//! position 17
//! stream BenefitCase 6c1f…
//! sequence 3
//! event EligibilityDecided 1.0.0
//! actor approver zhao.min
//! recorded_at 2023-07-05T02:00:00.000000Z
//! bytes 212 87
//!
//! {"actor_id":…}{"outcome":…}
//! ```
//!
//! The two numbers of the last line are the lengths of the metadata and of the payload, which follow the empty line
//! without anything between or behind. Every line has one spelling, so that an event has one leaf.

use std::borrow::Cow;
use std::sync::LazyLock;

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use memchr::memmem::Finder;
use serde::Deserialize;

use super::checkpoint::plain_number;
use super::tile::ENTRY_BYTES_MAX;
use crate::append::StreamId;
use crate::event::{EventRow, StoredEvent};

const HEADER: &str = "benefits-ledger-event/1";

/// An event that has no leaf.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// Beyond 65,535 bytes.
    #[error("event {position} is longer than an entry may be")]
    TooLong {
        /// Where it stands.
        position: u64,
    },
    /// A space or a line end in a name, or metadata without an actor.
    #[error("event {position}: its {field} cannot stand in a leaf")]
    Field {
        /// Where it stands.
        position: u64,
        /// Which field.
        field: &'static str,
    },
}

/// Appends the leaf of an event to `leaf`.
///
/// # Errors
/// [`LeafError`]; `leaf` then holds a part of it.
pub fn encode(origin: &str, event: &StoredEvent, leaf: &mut Vec<u8>) -> Result<(), LeafError> {
    encode_row(origin, event.as_row(), leaf)
}

/// The same, of an event that is being read.
///
/// # Errors
/// [`LeafError`]; `leaf` then holds a part of it.
pub fn encode_row(origin: &str, event: EventRow<'_>, leaf: &mut Vec<u8>) -> Result<(), LeafError> {
    let begin = leaf.len();
    Leaf::of(origin, event).put_head(leaf)?;
    leaf.extend_from_slice(event.metadata.as_bytes());
    leaf.extend_from_slice(event.payload.as_bytes());
    let position = event.position;
    if leaf.len() - begin > ENTRY_BYTES_MAX { Err(LeafError::TooLong { position }) } else { Ok(()) }
}

/// Bytes that are not a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an event: its {0} cannot be read")]
pub struct LeafFormat(pub &'static str);

/// A leaf, read without copying it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf<'b> {
    /// The ledger.
    pub origin: &'b str,
    /// The place in the log, from 0.
    pub position: u64,
    /// The type of the stream.
    pub stream_type: &'b str,
    /// The stream.
    pub stream_id: &'b str,
    /// The place in the stream, from 1.
    pub sequence: u64,
    /// The event's type.
    pub event_type: &'b str,
    /// The version of its type.
    pub event_version: &'b str,
    /// When it was recorded, to the microsecond.
    pub recorded_at: DateTime<Utc>,
    /// Who and why, as JSON.
    pub metadata: &'b str,
    /// What happened, as JSON.
    pub payload: &'b str,
}

impl<'b> Leaf<'b> {
    fn of(origin: &'b str, event: EventRow<'b>) -> Leaf<'b> {
        Leaf {
            origin,
            position: event.position,
            stream_type: event.stream_type,
            stream_id: event.stream_id,
            sequence: event.sequence,
            event_type: event.event_type,
            event_version: event.event_version,
            recorded_at: event.recorded_at,
            metadata: event.metadata,
            payload: event.payload,
        }
    }

    /// The event, as a log has it.
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

    /// Everything before the stored bytes.
    fn put_head(&self, leaf: &mut Vec<u8>) -> Result<(), LeafError> {
        let field = |field| LeafError::Field { position: self.position, field };
        let named = |name, text: &str| if is_word(text) { Ok(()) } else { Err(field(name)) };
        named("origin", self.origin)?;
        named("stream type", self.stream_type)?;
        named("stream", self.stream_id)?;
        named("type", self.event_type)?;
        named("version", self.event_version)?;
        let actor = Actor::of(self.metadata).ok_or(field("actor"))?;
        named("role", &actor.actor_role)?;
        named("actor", &actor.actor_id)?;
        let (mut number, mut second) = ([0; DIGITS], [0; DIGITS]);
        let mut put = |label: &str, parts: &[&str]| {
            leaf.extend_from_slice(label.as_bytes());
            for part in parts {
                leaf.push(b' ');
                leaf.extend_from_slice(part.as_bytes());
            }
            leaf.push(b'\n');
        };
        put(HEADER, &[]);
        put("origin", &[self.origin]);
        put("position", &[decimal(self.position, &mut number)]);
        put("stream", &[self.stream_type, self.stream_id]);
        put("sequence", &[decimal(self.sequence, &mut number)]);
        put("event", &[self.event_type, self.event_version]);
        put("actor", &[&actor.actor_role, &actor.actor_id]);
        put("recorded_at", &[moment(self.recorded_at, &mut [0; MOMENT_BYTES])]);
        let metadata = decimal(self.metadata.len() as u64, &mut number);
        put("bytes", &[metadata, decimal(self.payload.len() as u64, &mut second)]);
        leaf.push(b'\n');
        Ok(())
    }

    /// Reads a leaf; only the one spelling that [`encode`] writes is read.
    ///
    /// # Errors
    /// [`LeafFormat`] names the part.
    pub fn parse(bytes: &'b [u8]) -> Result<Leaf<'b>, LeafFormat> {
        let text = simdutf8::basic::from_utf8(bytes).map_err(|_| LeafFormat("text"))?;
        let mut lines = Lines { rest: text };
        if lines.next("")? != HEADER {
            return Err(LeafFormat("first line"));
        }
        let origin = lines.next("origin ")?;
        let position = number(lines.next("position ")?, "position")?;
        let (stream_type, stream_id) = pair(lines.next("stream ")?, "stream")?;
        let sequence = number(lines.next("sequence ")?, "sequence")?;
        let (event_type, event_version) = pair(lines.next("event ")?, "type")?;
        lines.next("actor ")?;
        let recorded_at = read_moment(lines.next("recorded_at ")?).ok_or(LeafFormat("recorded_at"))?;
        let (metadata, payload) = pair(lines.next("bytes ")?, "lengths")?;
        let lengths = (number(metadata, "lengths")? as usize, number(payload, "lengths")? as usize);
        let stored = lines.rest.strip_prefix('\n').ok_or(LeafFormat("empty line"))?;
        let cut = stored.split_at_checked(lengths.0).filter(|(_, payload)| payload.len() == lengths.1);
        let (metadata, payload) = cut.ok_or(LeafFormat("length"))?;
        let leaf = Leaf {
            origin,
            position,
            stream_type,
            stream_id,
            sequence,
            event_type,
            event_version,
            recorded_at,
            metadata,
            payload,
        };
        let mut again = Vec::with_capacity(bytes.len() - stored.len());
        match leaf.put_head(&mut again) {
            Ok(()) if bytes.len() <= ENTRY_BYTES_MAX && bytes.starts_with(&again) => Ok(leaf),
            _ => Err(LeafFormat("spelling")),
        }
    }
}

struct Lines<'t> {
    rest: &'t str,
}

impl<'t> Lines<'t> {
    fn next(&mut self, label: &'static str) -> Result<&'t str, LeafFormat> {
        let cut = self
            .rest
            .split_once('\n')
            .and_then(|(line, rest)| line.strip_prefix(label).map(|value| (value, rest)));
        let (value, rest) = cut.ok_or(LeafFormat(if label.is_empty() { "first line" } else { label }))?;
        self.rest = rest;
        Ok(value)
    }
}

fn number(text: &str, field: &'static str) -> Result<u64, LeafFormat> {
    plain_number(text).ok_or(LeafFormat(field))
}

fn pair<'t>(text: &'t str, field: &'static str) -> Result<(&'t str, &'t str), LeafFormat> {
    text.split_once(' ').ok_or(LeafFormat(field))
}

/// Whether a text can stand between spaces.
fn is_word(text: &str) -> bool {
    // without an early end, so that several bytes are looked at at once
    let odd = text.bytes().fold(false, |odd, byte| odd | (byte <= b' ') | (byte == 0x7f));
    !text.is_empty() && !odd
}

/// Who acted, out of the metadata.
#[derive(Deserialize)]
struct Actor<'m> {
    #[serde(borrow)]
    actor_id: Cow<'m, str>,
    #[serde(borrow)]
    actor_role: Cow<'m, str>,
}

impl<'m> Actor<'m> {
    fn of(metadata: &'m str) -> Option<Actor<'m>> {
        Actor::as_we_write(metadata).or_else(|| serde_json::from_str(metadata).ok())
    }

    /// The short way for metadata as this program writes it. A field given twice takes the long way, which refuses it.
    fn as_we_write(metadata: &'m str) -> Option<Actor<'m>> {
        let (actor_id, rest) = metadata.strip_prefix(r#"{"actor_id":""#)?.split_once('"')?;
        let (actor_role, rest) = rest.strip_prefix(r#","actor_role":""#)?.split_once('"')?;
        static AGAIN: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"actor_"));
        let once = AGAIN.find(rest.as_bytes()).is_none();
        let plain = once && !actor_id.contains('\\') && !actor_role.contains('\\');
        plain.then_some(Actor { actor_id: actor_id.into(), actor_role: actor_role.into() })
    }
}

const DIGITS: usize = 20;
const MOMENT_BYTES: usize = 27;

fn decimal(mut number: u64, buffer: &mut [u8; DIGITS]) -> &str {
    let mut start = DIGITS;
    loop {
        start -= 1;
        buffer[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return std::str::from_utf8(&buffer[start..]).unwrap_or_default();
        }
    }
}

/// `2023-07-05T02:00:00.000000Z`; written by hand, because every event of a long log has one.
fn moment(at: DateTime<Utc>, buffer: &mut [u8; MOMENT_BYTES]) -> &str {
    let at = at.naive_utc();
    let parts = [
        (at.year().unsigned_abs(), 4, b'-'),
        (at.month(), 2, b'-'),
        (at.day(), 2, b'T'),
        (at.hour(), 2, b':'),
        (at.minute(), 2, b':'),
        (at.second(), 2, b'.'),
        (at.nanosecond() / 1_000, 6, b'Z'),
    ];
    let mut end = 0;
    for (mut value, width, after) in parts {
        for place in (end..end + width).rev() {
            buffer[place] = b'0' + (value % 10) as u8;
            value /= 10;
        }
        end += width;
        buffer[end] = after;
        end += 1;
    }
    std::str::from_utf8(&buffer[..]).unwrap_or_default()
}

/// Reads what [`moment`] writes; other spellings too, which the caller tells apart by writing it again.
fn read_moment(text: &str) -> Option<DateTime<Utc>> {
    let digits = |range: std::ops::Range<usize>| -> Option<u32> {
        text.as_bytes()
            .get(range)?
            .iter()
            .try_fold(0_u32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
    };
    let day = NaiveDate::from_ymd_opt(digits(0..4)?.cast_signed(), digits(5..7)?, digits(8..10)?)?;
    let time = day.and_hms_micro_opt(digits(11..13)?, digits(14..16)?, digits(17..19)?, digits(20..26)?)?;
    (text.len() == MOMENT_BYTES).then(|| time.and_utc())
}

#[cfg(test)]
#[path = "leaf_tests.rs"]
mod tests;
