//! Writes an evidence bundle: a directory, or one archive, that a stranger can verify.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use domain::policy::{RuleBook, RuleBooks};
use eventlog::event::StoredEvent;
use eventlog::keyring::Keyring;
use eventlog::merkle::checkpoint::Checkpoint;
use eventlog::merkle::hash::{Sha256Tree, TreeHash};
use eventlog::merkle::key::{Algorithm, VerifierKey};
use eventlog::merkle::leaf::{self, LeafError};
use eventlog::merkle::note::Note;
use eventlog::merkle::store::{Prover, StoredCheckpoint, TreeError, TreeStore};
use eventlog::merkle::tile::{TILE_WIDTH, Tile, push_entry, tile_bytes};
use eventlog::merkle::transport::{EntryProof, proof_lines};
use eventlog::merkle::tree::Growing;
use serde::Serialize;

use super::opened::{self, ToOpen};
use super::output::Files;
use super::rules::named_version;
use super::{layout, readme};

/// Events read at once for a partial bundle.
const PAGE: usize = 2_000;

/// What goes into a bundle.
#[derive(Debug)]
pub struct Contents<'b> {
    /// The events; every one of the checkpoint makes a whole bundle.
    pub positions: &'b BTreeSet<u64>,
    /// The checkpoint that the bundle speaks for.
    pub checkpoint: &'b StoredCheckpoint,
    /// The log's keys, the newest first, and those of its witnesses.
    pub keys: &'b [VerifierKey],
    /// Older checkpoints that the auditor brought.
    pub brought: &'b [Vec<u8>],
    /// What is opened.
    pub open: &'b [ToOpen],
    /// Every edition of the rules.
    pub rules: &'b RuleBooks,
    /// What replay and re-determination found, one JSON object each.
    pub report: &'b [serde_json::Value],
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Written {
    /// The directory or archive.
    pub path: PathBuf,
    /// Whether it holds every event.
    pub whole: bool,
    /// Events in it.
    pub events: u64,
    /// The size of its checkpoint.
    pub size: u64,
    /// Values that were opened.
    pub opened: u64,
    /// Files in it, the sums included.
    pub files: u64,
}

/// Why no bundle was written.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The directory is there and not empty, or the archive is there.
    #[error("{0} exists already")]
    Exists(PathBuf),
    /// A file cannot be written.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The tree or the log cannot be read.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// A checkpoint that the auditor brought cannot be read or is of a larger log.
    #[error("the checkpoint that was brought cannot be used: {0}")]
    Brought(String),
    /// The checkpoint in the database cannot be read.
    #[error("the checkpoint in the database cannot be read")]
    Checkpoint,
    /// No key of the log is known.
    #[error("no public key of the log is known")]
    NoKey,
}

impl From<LeafError> for BundleError {
    fn from(error: LeafError) -> BundleError {
        BundleError::Tree(error.into())
    }
}

/// Writes a bundle into an empty or new directory, or into a new archive where the path ends with `.tar`. It is on the
/// disk when this returns.
///
/// # Errors
/// [`BundleError`].
pub async fn write(
    out: &Path,
    store: &TreeStore<Sha256Tree>,
    keyring: &Keyring,
    contents: &Contents<'_>,
) -> Result<Written, BundleError> {
    let mut files = Files::begin(out)?;
    let size = contents.checkpoint.size;
    let whole = contents.positions.range(..size).count() as u64 == size;
    write_keys(&mut files, contents.keys)?;
    files.write(layout::CHECKPOINT, contents.checkpoint.note.as_bytes())?;
    write_brought(&mut files, store, contents).await?;
    let inside = if whole {
        write_whole(&mut files, store, keyring, contents).await?
    } else {
        write_some(&mut files, store, keyring, contents).await?
    };
    write_policy(&mut files, contents.rules, &inside.versions)?;
    if !contents.report.is_empty() {
        let lines: String = contents.report.iter().map(|item| format!("{item}\n")).collect();
        files.write(layout::REPORT, lines.as_bytes())?;
    }
    files.write(layout::README, readme::text(&store.origin(), size, whole).as_bytes())?;
    let events = contents.positions.range(..size).count() as u64;
    let files = files.finish()?;
    Ok(Written { path: out.to_owned(), whole, events, size, opened: inside.opened, files })
}

/// The parameters in force for the decisions inside: the program's own, then what the office had published by the newest
/// edition that is named, in the order of the log. Of decisions that name only other programs' the bundle has none.
fn write_policy(
    files: &mut Files,
    rules: &RuleBooks,
    versions: &BTreeSet<String>,
) -> Result<(), BundleError> {
    let named = versions.iter().filter_map(|version| rules.publications_of(version));
    let newest = named.max_by_key(|publications| publications.len());
    let Some(published) = newest.or(versions.is_empty().then(|| rules.publications())) else { return Ok(()) };
    for (name, text) in RuleBook::published_files() {
        files.write(&layout::policy(name), text.as_bytes())?;
    }
    for publication in published {
        files.write(&layout::published(publication.position), publication.text.as_bytes())?;
    }
    Ok(())
}

/// The log's newest key.
fn log_key(keys: &[VerifierKey]) -> Result<&VerifierKey, BundleError> {
    keys.iter().find(|key| key.algorithm() == Algorithm::Ed25519).ok_or(BundleError::NoKey)
}

fn write_keys(files: &mut Files, keys: &[VerifierKey]) -> Result<(), BundleError> {
    let log = log_key(keys)?;
    files.write(layout::LOG_KEY, format!("{log}\n").as_bytes())?;
    let witnesses = keys.iter().filter(|key| key.algorithm() == Algorithm::Cosignature);
    let witnesses: String = witnesses.map(|key| format!("{key}\n")).collect();
    if witnesses.is_empty() { Ok(()) } else { files.write(layout::WITNESS_KEYS, witnesses.as_bytes()) }
}

/// What the auditor brought, and that its tree is the beginning of the bundle's.
async fn write_brought(
    files: &mut Files,
    store: &TreeStore<Sha256Tree>,
    contents: &Contents<'_>,
) -> Result<(), BundleError> {
    let mut prover = Prover::new(store.clone(), contents.checkpoint.size);
    let mut seen = BTreeSet::new();
    for brought in contents.brought {
        let note = Note::parse(brought).map_err(|error| BundleError::Brought(error.to_string()))?;
        let old = Checkpoint::parse(&note.text).map_err(|error| BundleError::Brought(error.to_string()))?;
        if !seen.insert(old.size) {
            continue;
        }
        files.write(&layout::checkpoint(old.size), brought)?;
        let proof =
            prover.consistency(old.size).await.map_err(|error| BundleError::Brought(error.to_string()))?;
        let name = layout::consistency(old.size, contents.checkpoint.size);
        files.write(&name, proof_lines(&proof).as_bytes())?;
    }
    Ok(())
}

/// Every entry, every tile and every retained checkpoint.
async fn write_whole(
    files: &mut Files,
    store: &TreeStore<Sha256Tree>,
    keyring: &Keyring,
    contents: &Contents<'_>,
) -> Result<Inside, BundleError> {
    let size = contents.checkpoint.size;
    let mut whole = Whole { files, tree: Growing::default(), bundle: Vec::new(), tiles: Vec::new() };
    let mut inside = Inside::default();
    let mut events = store.log().stream_all(0, size).await.map_err(TreeError::from)?;
    let mut entry = Vec::new();
    while let Some(chunk) = events.next_chunk().await.map_err(TreeError::from)? {
        for event in chunk {
            entry.clear();
            leaf::encode(store.ledger(), &event, &mut entry)?;
            whole.take(&entry)?;
            inside.take(keyring, contents.open, &event);
        }
    }
    whole.finish()?;
    let log = log_key(contents.keys)?;
    for kept in store.checkpoints(0, size, u32::MAX).await? {
        let name = layout::checkpoint(kept.size);
        // one that only a retired key signed says nothing to whoever has the key of the bundle
        if !files.has(&name) && Checkpoint::open(kept.note.as_bytes(), log).is_ok() {
            files.write(&name, kept.note.as_bytes())?;
        }
    }
    inside.write(files)
}

struct Whole<'f> {
    files: &'f mut Files,
    tree: Growing,
    bundle: Vec<u8>,
    tiles: Vec<(Tile, Vec<u8>)>,
}

impl Whole<'_> {
    fn take(&mut self, entry: &[u8]) -> Result<(), BundleError> {
        // an entry that is too long has no leaf, and was refused before
        let _ = push_entry(&mut self.bundle, entry);
        let tiles = &mut self.tiles;
        self.tree.push::<Sha256Tree>(Sha256Tree::leaf(entry), |level, index, hashes| {
            tiles.push((Tile::whole(level, index), tile_bytes(hashes)));
        });
        if self.tiles.is_empty() {
            return Ok(());
        }
        let tile = Tile::whole(0, self.tree.size() / TILE_WIDTH - 1);
        self.write_bundle(tile)?;
        for (tile, hashes) in std::mem::take(&mut self.tiles) {
            self.files.write(&tile.path(), &hashes)?;
        }
        Ok(())
    }

    fn write_bundle(&mut self, tile: Tile) -> Result<(), BundleError> {
        self.files.write(&tile.entries_path(), &self.bundle)?;
        self.bundle.clear();
        Ok(())
    }

    fn finish(mut self) -> Result<(), BundleError> {
        let unfinished: Vec<_> =
            self.tree.unfinished().map(|(tile, hashes)| (tile, tile_bytes(hashes))).collect();
        for (tile, hashes) in unfinished {
            if tile.level == 0 {
                self.write_bundle(tile)?;
            }
            self.files.write(&tile.path(), &hashes)?;
        }
        Ok(())
    }
}

/// Some entries, each with its proof.
async fn write_some(
    files: &mut Files,
    store: &TreeStore<Sha256Tree>,
    keyring: &Keyring,
    contents: &Contents<'_>,
) -> Result<Inside, BundleError> {
    let size = contents.checkpoint.size;
    let mut prover = Prover::new(store.clone(), size);
    let mut inside = Inside::default();
    let positions: Vec<u64> = contents.positions.range(..size).copied().collect();
    for page in positions.chunks(PAGE) {
        prover.prepare(page).await?;
        for event in store.log().read_at(page).await.map_err(TreeError::from)? {
            let mut entry = Vec::new();
            leaf::encode(store.ledger(), &event, &mut entry)?;
            files.write(&layout::entry(event.position), &entry)?;
            let hashes = prover.inclusion(event.position).await?;
            let checkpoint = contents.checkpoint.note.clone();
            let proof = EntryProof { index: event.position, hashes, checkpoint };
            files.write(&layout::proof(event.position), proof.to_text().as_bytes())?;
            inside.take(keyring, contents.open, &event);
        }
    }
    inside.write(files)
}

/// What is written last, because the events say it.
#[derive(Default)]
struct Inside {
    lines: String,
    opened: u64,
    versions: BTreeSet<String>,
}

impl Inside {
    fn take(&mut self, keyring: &Keyring, asked: &[ToOpen], event: &StoredEvent) {
        if let Some(version) =
            named_version(&event.payload).filter(|version| !self.versions.contains(*version))
        {
            self.versions.insert(version.to_owned());
        }
        if asked.is_empty() {
            return;
        }
        for value in opened::open(keyring, asked, event) {
            if let Ok(line) = value.to_line() {
                self.lines.push_str(&line);
                self.opened += 1;
            }
        }
    }

    fn write(self, files: &mut Files) -> Result<Inside, BundleError> {
        if self.opened > 0 {
            files.write(layout::OPENED, self.lines.as_bytes())?;
        }
        Ok(self)
    }
}
