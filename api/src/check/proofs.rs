//! Tiles, checkpoints and their copy are those of the events: whoever changed one of them is found, with the position.
//!
//! The tree is grown again from the events that are there. A whole tile that differs names its events; below the last
//! whole tile the checkpoints do, each of which bounds what lies between it and the one before.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use eventlog::event::StoredEvent;
use eventlog::merkle::checkpoint::Checkpoint;
use eventlog::merkle::copy::{CheckpointCopy, CopyError};
use eventlog::merkle::cosigned::CosignatureCopy;
use eventlog::merkle::hash::{NodeHash, Sha256Tree, TreeHash};
use eventlog::merkle::key::VerifierKey;
use eventlog::merkle::leaf;
use eventlog::merkle::note::Note;
use eventlog::merkle::store::{StoredCheckpoint, TreeError, TreeStore};
use eventlog::merkle::tile::{TILE_WIDTH, Tile, tile_bytes};
use eventlog::merkle::tree::{Growing, root_of};
use eventlog::read::Log;
use sha2::{Digest, Sha256};
use sqlx::PgPool;

use super::reading::range;
use super::{Finding, Invariant, Verdict};

const INVARIANT: Invariant = Invariant {
    code: "proofs",
    zh: "证明树的瓦片、已签署的检查点及其库外副本与事件的字节一致",
    en: "tiles, signed checkpoints and their copy outside the database match the events' bytes",
};

/// How much earlier than the checkpoint before it an event may have been recorded: signing takes its time.
const SIGNING: TimeDelta = TimeDelta::minutes(10);
/// How far the clocks of the database and of the program may lie apart.
const SKEW: TimeDelta = TimeDelta::minutes(5);
/// Tiles that are compared at once.
const TILES: u64 = 64;

/// What a check of proofs needs beside the database.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// The copy of the checkpoints; without it nothing outside the database is compared.
    pub copy: Option<CheckpointCopy>,
    /// Keys of which each checkpoint must have a signature; without any, signatures are not looked at.
    pub keys: Vec<VerifierKey>,
    /// The witnesses that are asked to cosign.
    pub witnesses: Vec<VerifierKey>,
}

/// A checkpoint that someone keeps.
struct Kept {
    in_copy: bool,
    at: DateTime<Utc>,
    checkpoint: Checkpoint,
}

/// Grows the tree again while the log is read.
pub struct Proofs {
    store: TreeStore<Sha256Tree>,
    tree: Growing,
    /// SHA-256 of each whole tile of leaves: 32 bytes for 256 events.
    tiles: Vec<[u8; 32]>,
    kept: BTreeMap<u64, Vec<Kept>>,
    /// The size up to which everything held.
    held: u64,
    /// What each checkpoint below which nothing differs says of the time.
    after: Option<DateTime<Utc>>,
    timed: bool,
    entry: Vec<u8>,
    findings: Vec<Finding>,
}

impl Proofs {
    /// Reads what is kept in the database and outside; nothing for a log without a head, which has no name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn begin(pool: &PgPool, outside: &Outside) -> anyhow::Result<Option<Proofs>> {
        let clock = sqlx::query_scalar(include_str!("sql/clock.sql")).fetch_optional(pool).await?;
        let Some(clock): Option<String> = clock else { return Ok(None) };
        let store = TreeStore::open(Log::new(pool.clone())).await?;
        let mut proofs = Proofs {
            store,
            tree: Growing::default(),
            tiles: Vec::new(),
            kept: BTreeMap::new(),
            held: 0,
            after: None,
            timed: clock == "real",
            entry: Vec::new(),
            findings: Vec::new(),
        };
        let cosigned = outside.copy.as_ref().map(|copy| CosignatureCopy::beside(copy).read()).transpose();
        let cosigned = cosigned.unwrap_or_else(|error| {
            proofs.find_copy(&error);
            None
        });
        let cosigned = cosigned.unwrap_or_default();
        for stored in proofs.store.checkpoints(0, u64::MAX, u32::MAX).await? {
            if let Some(lines) = cosigned.get(&stored.size) {
                proofs.find_lost_cosignatures(&stored, lines, &outside.witnesses);
            }
            proofs.keep(false, stored.signed_at, stored.note.as_bytes(), Some(stored.size), outside);
        }
        match outside.copy.as_ref().map(CheckpointCopy::read).transpose() {
            Err(error) => proofs.find_copy(&error),
            Ok(copied) => {
                for (copied, _) in copied.into_iter().flatten() {
                    proofs.keep(true, copied.at, copied.note.as_bytes(), None, outside);
                }
                proofs.find_one_sided(outside.copy.is_some());
            }
        }
        Ok(Some(proofs))
    }

    fn keep(&mut self, in_copy: bool, at: DateTime<Utc>, note: &[u8], size: Option<u64>, outside: &Outside) {
        let place = place(in_copy);
        let note = Note::parse(note).ok();
        let checkpoint = note.as_ref().and_then(|note| Checkpoint::parse(&note.text).ok());
        let (Some(note), Some(checkpoint)) = (note, checkpoint) else {
            return self.find(
                size,
                format!("{}的检查点无法读出", place.0),
                format!("a checkpoint {} cannot be read", place.1),
            );
        };
        let expected = (self.store.origin(), size.unwrap_or(checkpoint.size));
        if (&checkpoint.origin, checkpoint.size) != (&expected.0, expected.1) {
            let (zh, en) =
                ("检查点写的是另一台账或另一数量", "a checkpoint speaks of another ledger or size");
            return self.find(Some(expected.1), format!("{}：{zh}", place.0), format!("{en} ({})", place.1));
        }
        // a copy was signed with the keys of its time; those in the database were signed with newer ones too
        let keys = &outside.keys;
        if !in_copy && !keys.is_empty() && keys.iter().all(|key| key.signed(&note).is_none()) {
            let (zh, en) =
                ("检查点没有本台账的有效签名", "a checkpoint has no valid signature of this ledger");
            self.find(Some(checkpoint.size), format!("{}：{zh}", place.0), format!("{en} ({})", place.1));
        }
        for witness in outside.witnesses.iter().filter(|witness| is_forged(witness, &note)) {
            self.find(
                Some(checkpoint.size),
                format!("{}的检查点：见证方 {} 的共签无效", place.0, witness.name()),
                format!(
                    "a checkpoint {} has a cosignature of {} that does not hold",
                    place.1,
                    witness.name()
                ),
            );
        }
        self.kept.entry(checkpoint.size).or_default().push(Kept { in_copy, at, checkpoint });
    }

    /// Cosignatures that the file outside has and the database lost. A line that does not hold for this checkpoint is of
    /// another history, before a break.
    fn find_lost_cosignatures(&mut self, stored: &StoredCheckpoint, lines: &[String], keys: &[VerifierKey]) {
        let Ok(note) = Note::parse(stored.note.as_bytes()) else { return };
        for line in lines.iter().filter(|line| !stored.note.lines().any(|kept| kept == *line)) {
            let Ok(alone) = Note::parse(format!("{}\n{line}\n", note.text).as_bytes()) else { continue };
            for key in keys.iter().filter(|key| key.signed(&alone).is_some()) {
                let (name, size) = (key.name(), stored.size);
                self.find(
                    Some(size),
                    format!("数据库中 {size} 个事件的检查点缺少见证方 {name} 的共签，副本中有"),
                    format!(
                        "the checkpoint for {size} events in the database lost the cosignature of {name}"
                    ),
                );
            }
        }
    }

    /// What one side has and the other lost.
    fn find_one_sided(&mut self, copied: bool) {
        let lost =
            self.kept.iter().filter(|(_, kept)| kept.iter().all(|kept| kept.in_copy)).map(|(size, _)| *size);
        // a crash can keep the newest one from the database; the next one then is there
        let newest = self.kept.keys().next_back().copied();
        let lost: Vec<u64> = lost.filter(|size| Some(*size) != newest).collect();
        for size in lost {
            self.find(
                Some(size),
                format!("数据库缺少 {size} 个事件的检查点，副本中有"),
                format!("the database lost the checkpoint for {size} events, which the copy has"),
            );
        }
        let only_here = self.kept.values().any(|kept| kept.iter().any(|kept| !kept.in_copy));
        if copied && only_here && !self.kept.values().flatten().any(|kept| kept.in_copy) {
            self.find(None, "检查点副本不见了".to_owned(), "the copy of the checkpoints is gone".to_owned());
        }
    }

    fn find_copy(&mut self, error: &CopyError) {
        self.find(None, format!("检查点副本无法读出：{error}"), format!("the copy cannot be read: {error}"));
    }

    /// A finding at the last event of a checkpoint's size.
    fn find(&mut self, size: Option<u64>, zh: String, en: String) {
        let last = size.and_then(|size| size.checked_sub(1));
        self.findings.push(Finding::among(last, zh, en));
    }

    /// Takes the next event.
    pub fn see(&mut self, event: &StoredEvent) {
        self.entry.clear();
        if let Err(error) = leaf::encode(self.store.ledger(), event, &mut self.entry) {
            self.findings.push(Finding::at(
                event.position,
                format!("事件无法成为叶子：{error}"),
                error.to_string(),
            ));
        }
        self.see_time(event);
        let tiles = &mut self.tiles;
        self.tree.push::<Sha256Tree>(Sha256Tree::leaf(&self.entry), |level, _, hashes| {
            if level == 0 {
                tiles.push(Sha256::digest(tile_bytes(hashes)).into());
            }
        });
        self.see_checkpoints();
    }

    /// An event is recorded after the checkpoint before it was signed and before the one behind it was.
    fn see_time(&mut self, event: &StoredEvent) {
        if !self.timed {
            return;
        }
        let too_early = self.after.is_some_and(|after| event.recorded_at < after - SIGNING);
        let behind = self.kept.range(event.position + 1..).next().map(|(_, kept)| kept);
        let too_late = behind.and_then(|kept| kept.iter().map(|kept| kept.at).min());
        let too_late = too_late.is_some_and(|before| event.recorded_at > before + SKEW);
        if too_early || too_late {
            self.findings.push(Finding::at(
                event.position,
                "记录时间不在其前后检查点的签署时间之间",
                "its recorded time does not lie between those of the checkpoints around it",
            ));
        }
    }

    fn see_checkpoints(&mut self) {
        let size = self.tree.size();
        let Some(kept) = self.kept.get(&size) else { return };
        let root = self.tree.root::<Sha256Tree>();
        let mut wrong = [false, true].into_iter().filter(|in_copy| {
            kept.iter().any(|kept| kept.in_copy == *in_copy && kept.checkpoint.root != root)
        });
        self.after = kept.iter().map(|kept| kept.at).min();
        match wrong.next() {
            None => self.held = size,
            Some(in_copy) => {
                let (zh, en) = place(in_copy || wrong.next().is_some());
                let (from, last) = (self.held, size - 1);
                self.findings.push(Finding::among(
                    if from == last { vec![last] } else { vec![from, last] },
                    format!("{zh}的检查点（{size} 个事件）与事件不符：{from} 至 {last} 之间有改动，或检查点被替换"),
                    format!("the checkpoint for {size} events {en} is not that of the events: something from {from} to {last} was changed, or the checkpoint was"),
                ));
            }
        }
    }

    /// Compares the kept tiles with those of the events.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn finish(mut self) -> anyhow::Result<Verdict> {
        let sealed = self.kept.keys().next_back().copied().unwrap_or_default();
        let length = self.tree.size();
        if sealed > length {
            let copied = self.kept.range(length + 1..).any(|(_, kept)| kept.iter().any(|kept| kept.in_copy));
            let (zh, en) = place(copied);
            self.findings.push(Finding::at(
                length,
                format!("{zh}有 {sealed} 个事件的检查点，日志只有 {length} 个：日志被截断，或数据库来自旧备份"),
                format!("there is a checkpoint for {sealed} events {en}, the log has {length}: its end was cut off, or it was restored from an older backup"),
            ));
        }
        // beyond the newest checkpoint tiles may be kept already, or not yet
        self.compare_leaf_tiles(sealed.min(length) / TILE_WIDTH).await?;
        for level in 1..8 {
            let whole = sealed.min(length).checked_shr(8 * (u32::from(level) + 1)).unwrap_or_default();
            self.compare_upper_tiles(level, whole).await?;
        }
        Ok(Verdict { invariant: INVARIANT, findings: self.findings })
    }

    async fn compare_leaf_tiles(&mut self, due: u64) -> anyhow::Result<()> {
        for first in (0..self.tiles.len() as u64).step_by(TILES as usize) {
            let wanted: Vec<_> =
                (first..(first + TILES).min(self.tiles.len() as u64)).map(|tile| (0, tile)).collect();
            let kept = self.store.kept_tiles(&wanted).await?;
            for (level, tile) in wanted {
                match kept.get(&(level, tile)) {
                    None if tile < due => self.find_missing(level, tile),
                    Some(hashes) => {
                        let same =
                            <[u8; 32]>::from(Sha256::digest(tile_bytes(hashes))) == self.tiles[tile as usize];
                        if !same {
                            self.find_in_tile(tile, hashes).await?;
                        }
                    }
                    None => {}
                }
            }
        }
        Ok(())
    }

    fn find_missing(&mut self, level: u8, tile: u64) {
        let path = Tile::whole(level, tile).path();
        self.findings.push(Finding::among([], format!("缺少瓦片 {path}"), format!("{path} is missing")));
    }

    /// Names the positions whose leaves a tile does not have. Behind a removed event the others still have theirs.
    async fn find_in_tile(&mut self, tile: u64, hashes: &[NodeHash]) -> anyhow::Result<()> {
        let first = tile * TILE_WIDTH;
        let mut leaves = BTreeMap::new();
        for event in range(self.store.log().pool(), first, TILE_WIDTH).await? {
            let mut entry = Vec::new();
            if leaf::encode(self.store.ledger(), &event, &mut entry).is_ok() {
                leaves.insert(event.position, Sha256Tree::leaf(&entry));
            }
        }
        let differing = (first..).zip(hashes).filter(|(position, hash)| leaves.get(position) != Some(*hash));
        let differing: Vec<u64> = differing.map(|(position, _)| position).collect();
        if !differing.is_empty() {
            let path = Tile::whole(0, tile).path();
            self.findings.push(Finding::among(
                differing,
                format!("{path} 与这些位置的事件不符：事件被改动，或瓦片被替换"),
                format!(
                    "{path} is not that of the events at these positions: they were changed, or the tile was"
                ),
            ));
        }
        Ok(())
    }

    /// Each hash of a tile above the leaves is the root of a kept tile below it.
    async fn compare_upper_tiles(&mut self, level: u8, count: u64) -> Result<(), TreeError> {
        for tile in 0..count {
            let first = tile * TILE_WIDTH;
            let mut wanted = vec![(level, tile)];
            wanted.extend((first..first + TILE_WIDTH).map(|below| (level - 1, below)));
            let kept = self.store.kept_tiles(&wanted).await?;
            let Some(hashes) = kept.get(&(level, tile)) else {
                self.find_missing(level, tile);
                continue;
            };
            let differs = |(below, hash): (u64, &NodeHash)| {
                kept.get(&(level - 1, below)).is_some_and(|below| root_of::<Sha256Tree>(below) != *hash)
            };
            if (first..).zip(hashes).any(differs) {
                let path = Tile::whole(level, tile).path();
                self.findings.push(Finding::among(
                    [],
                    format!("{path} 与其下层瓦片不符"),
                    format!("{path} is not that of the tiles below it"),
                ));
            }
        }
        Ok(())
    }
}

/// Whether a note has a line of this key that does not hold.
fn is_forged(key: &VerifierKey, note: &Note) -> bool {
    let mine = note.signatures.iter().any(|line| line.name == key.name() && line.key_id == key.id());
    mine && key.signed(note).is_none()
}

fn place(in_copy: bool) -> (&'static str, &'static str) {
    if in_copy { ("副本中", "in the copy") } else { ("数据库中", "in the database") }
}
