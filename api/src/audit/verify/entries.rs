//! What every entry must be, whichever way its place in the tree is proven.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

use chrono::{DateTime, TimeDelta, Utc};
use eventlog::merkle::hash::{Sha256Tree, TreeHash};
use eventlog::merkle::leaf::{Leaf, LeafFormat};

use super::{Faults, Head, Verified};
use crate::audit::Fault;

/// How much later than the witness's time an event below its checkpoint may say to be recorded.
const SKEW: TimeDelta = TimeDelta::minutes(5);

/// What of an entry the entries around it are compared with.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub position: u64,
    pub stream: u64,
    pub sequence: u64,
    pub recorded_at: DateTime<Utc>,
}

/// Reads an entry and checks what it says of itself.
pub fn read<'b>(entry: &'b [u8], index: u64, file: &str, head: &Head) -> Result<(Leaf<'b>, Seen), Fault> {
    let leaf = Leaf::parse(entry).map_err(|LeafFormat(part)| {
        let (zh, en) =
            (format!("不是事件：{part} 无法读出"), format!("is no event: its {part} cannot be read"));
        Fault::of("entry_unreadable", file, zh, en).at(index)
    })?;
    if leaf.position != index {
        let (zh, en) =
            (format!("自称位置 {}", leaf.position), format!("says to be at position {}", leaf.position));
        return Err(Fault::of("entry_misplaced", file, zh, en).at(index));
    }
    let suite = head.checkpoint.origin.strip_prefix(leaf.origin).and_then(|rest| rest.strip_prefix('/'));
    if suite != Some(Sha256Tree::SUITE) {
        let (zh, en) =
            (format!("属于另一台账 {}", leaf.origin), format!("is of another ledger, {}", leaf.origin));
        return Err(Fault::of("entry_of_another_log", file, zh, en).at(index));
    }
    let mut stream = DefaultHasher::new();
    (leaf.stream_type, leaf.stream_id).hash(&mut stream);
    let seen = Seen {
        position: index,
        stream: stream.finish(),
        sequence: leaf.sequence,
        recorded_at: leaf.recorded_at,
    };
    Ok((leaf, seen))
}

/// Takes a key that is a hash.
#[derive(Debug, Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Compares entries with those before them, in the order of their positions.
#[derive(Debug, Default)]
pub struct InOrder {
    last: Option<DateTime<Utc>>,
    /// By the hash of the stream, which is not hashed again.
    sequences: HashMap<u64, u64, BuildHasherDefault<Hashed>>,
}

impl InOrder {
    /// Takes the next entry. Where all entries are there, sequences have no gap.
    pub fn take(&mut self, seen: Seen, file: &str, whole: bool, verified: &Verified, faults: &mut Faults) {
        if self.last.is_some_and(|last| seen.recorded_at < last) {
            let (zh, en) = ("记录时间早于前一事件", "was recorded before the event ahead of it");
            faults.add(Fault::of("time_backwards", file, zh, en).at(seen.position));
        }
        self.last = Some(seen.recorded_at);
        let earliest = verified.witnesses.iter().map(|witness| witness.at).min();
        let witnessed = earliest.and_then(|at| DateTime::from_timestamp(at.cast_signed(), 0));
        if witnessed.is_some_and(|at| seen.recorded_at > at + SKEW) {
            let (zh, en) = ("记录时间晚于见证时间", "says to be recorded after the witness saw it");
            faults.add(Fault::of("time_after_witness", file, zh, en).at(seen.position));
        }
        let last = self.sequences.entry(seen.stream).or_default();
        let follows = if whole { seen.sequence == *last + 1 } else { seen.sequence > *last };
        if !follows {
            let (zh, en) = ("流内序号不连续", "its sequence does not follow that of its stream");
            faults.add(Fault::of("sequence_wrong", file, zh, en).at(seen.position));
        }
        *last = seen.sequence;
    }
}
