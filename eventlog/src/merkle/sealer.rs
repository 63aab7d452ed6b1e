//! Seals the log: reads it by position, keeps the tree's whole tiles, and signs a checkpoint at the end.
//!
//! A checkpoint goes to the copy outside the database first and into the database second. When the program starts,
//! the three are compared: a log that is shorter than the copy, or has another root for its size, is not worked with.

use std::path::PathBuf;
use std::time::SystemTime;

use chrono::{DateTime, Utc};

use super::checkpoint::{Checkpoint, CheckpointError};
use super::copy::{CheckpointCopy, CopiedCheckpoint, CopyError};
use super::hash::{NodeHash, TreeHash};
use super::key::SignerKey;
use super::note::Note;
use super::store::{StoredCheckpoint, TreeError, TreeStore};
use super::tile::tile_bytes;
use super::tree::Growing;

/// Whole tiles that are kept at once.
const TILES_AT_ONCE: usize = 128;
/// Checkpoints that are read at once where all are.
const CHECKPOINTS_AT_ONCE: u32 = 1_000;

/// Why nothing is sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The tree cannot be read or written.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The copy cannot be used.
    #[error("the copy of the checkpoints cannot be used: {0}")]
    Copy(#[from] CopyError),
    /// The log is shorter than a checkpoint of the copy.
    #[error("the log has {length} events, and a checkpoint for {copied} was signed")]
    Behind {
        /// The copy.
        path: PathBuf,
        /// The size in the copy.
        copied: u64,
        /// The log's length.
        length: u64,
        /// When it was signed.
        at: DateTime<Utc>,
    },
    /// The log has another root than a checkpoint of the copy: another history.
    #[error("the first {size} events are not those for which a checkpoint was signed")]
    Beside {
        /// The copy.
        path: PathBuf,
        /// The size in the copy.
        size: u64,
        /// When it was signed.
        at: DateTime<Utc>,
    },
    /// The database holds a checkpoint that its own tiles or the copy do not agree with.
    #[error("the checkpoint for {size} events in the database does not fit its tree")]
    Checkpoint {
        /// Its size.
        size: u64,
    },
    /// The ledger was sealed before, and its copy is gone.
    #[error("the copy of the checkpoints is gone")]
    NoCopy {
        /// Where it should be.
        path: PathBuf,
        /// The size of the newest checkpoint in the database.
        size: u64,
    },
    /// The signing key is not one that signed the last checkpoint.
    #[error("the signing key is not the one that signed the last checkpoint: {0}")]
    Key(CheckpointError),
}

/// What was sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The head of the tree.
    pub checkpoint: Checkpoint,
    /// As it was signed.
    pub note: String,
}

/// Seals one ledger's log. Several may at the same time: they write the same.
#[derive(Debug)]
pub struct Sealer<H> {
    store: TreeStore<H>,
    copy: CheckpointCopy,
    keys: Vec<SignerKey>,
    tree: Growing,
    tiles: Vec<(u8, u64, Vec<u8>)>,
    sealed: Option<u64>,
}

impl<H: TreeHash> Sealer<H> {
    /// Compares log, tree and copy, and is then ready to seal. The first key is the one that the copy must agree with.
    ///
    /// # Errors
    /// [`SealError`].
    pub async fn open(
        store: TreeStore<H>,
        copy: CheckpointCopy,
        keys: Vec<SignerKey>,
    ) -> Result<Sealer<H>, SealError> {
        let length = store.log().length().await.map_err(TreeError::from)?;
        let newest = store.newest_checkpoint().await?;
        compare(&store, &copy, &keys, length, newest.as_ref()).await?;
        copy.prepare()?;
        // a crash between the two kept it from the database
        if let Some((copied, checkpoint)) = copy.last()? {
            store.keep_checkpoint(checkpoint.size, &copied.note).await?;
        }
        let tree = store.grown(store.kept_size().await?.min(length)).await?;
        let sealed = newest.map(|checkpoint| checkpoint.size);
        let sealer = Sealer { store, copy, keys, tree, tiles: Vec::new(), sealed };
        // several keys: one is being changed, perhaps by a program that was interrupted
        if sealer.keys.len() > 1 {
            sealer.sign_with_newest().await?;
        }
        Ok(sealer)
    }

    /// The kept tree.
    pub fn store(&self) -> &TreeStore<H> {
        &self.store
    }

    /// The keys that sign.
    pub fn keys(&self) -> &[SignerKey] {
        &self.keys
    }

    /// Signs every kept checkpoint with `key` too, and from now on with it first. How many there were to sign.
    ///
    /// # Errors
    /// [`SealError`]; the next start goes on with a key that stands in the key file.
    pub async fn sign_again(&mut self, key: SignerKey) -> Result<u64, SealError> {
        self.keys.insert(0, key);
        self.sign_with_newest().await
    }

    /// Signs with the newest key what it has not signed: the copy's last checkpoint, and each in the database.
    async fn sign_with_newest(&self) -> Result<u64, SealError> {
        let Some(key) = self.keys.first() else { return Ok(0) };
        let (mut signed, mut until) = (0, Some(u64::MAX));
        while let Some(size) = until {
            let page = self.store.checkpoints(0, size, CHECKPOINTS_AT_ONCE).await?;
            for stored in &page {
                let damaged = SealError::Checkpoint { size: stored.size };
                let Ok(note) = Note::parse(stored.note.as_bytes()) else { return Err(damaged) };
                if key.verifier().signed(&note).is_none() {
                    let line = key.sign(&note.text, seconds(SystemTime::now()));
                    self.store.add_signature(stored.size, &line.to_string()).await?;
                    signed += 1;
                }
            }
            until = page.last().and_then(|oldest| oldest.size.checked_sub(1));
        }
        let key = key.clone();
        self.in_copy(move |copy| sign_last(copy, &key)).await?;
        Ok(signed)
    }

    /// Seals what the log holds now; nothing when it was sealed already. An empty log is not sealed.
    ///
    /// # Errors
    /// [`SealError`]; the next call goes on where this one stopped.
    pub async fn seal(&mut self) -> Result<Option<Sealed>, SealError> {
        let length = self.store.log().length().await.map_err(TreeError::from)?;
        if length == 0 || self.sealed.is_some_and(|sealed| sealed >= length) {
            return Ok(None);
        }
        self.grow(length).await?;
        self.sign().await.map(Some)
    }

    /// Reads the log up to `length` into the tree.
    ///
    /// # Errors
    /// [`TreeError`].
    pub async fn grow(&mut self, length: u64) -> Result<(), TreeError> {
        let from = self.tree.size();
        if from >= length {
            return Ok(());
        }
        let mut leaves = self.store.leaves(from, length).await?;
        while let Some(chunk) = leaves.next_chunk().await? {
            chunk.into_iter().for_each(|leaf| self.push(leaf));
            if self.tiles.len() >= TILES_AT_ONCE {
                self.keep().await?;
            }
        }
        self.keep().await
    }

    fn push(&mut self, leaf: NodeHash) {
        let tiles = &mut self.tiles;
        self.tree.push::<H>(leaf, |level, index, hashes| tiles.push((level, index, tile_bytes(hashes))));
    }

    async fn keep(&mut self) -> Result<(), TreeError> {
        if !self.tiles.is_empty() {
            self.store.keep_tiles(&self.tiles).await?;
            self.tiles.clear();
        }
        Ok(())
    }

    /// Signs the tree as it is: to the copy first, to the database second.
    async fn sign(&mut self) -> Result<Sealed, SealError> {
        let (origin, size, root) = (self.store.origin(), self.tree.size(), self.tree.root::<H>());
        let (checkpoint, now) = (Checkpoint { origin, size, root }, SystemTime::now());
        let note = checkpoint.sign(&self.keys, seconds(now)).to_string();
        let (copied, head) = (CopiedCheckpoint { at: now.into(), note: note.clone() }, checkpoint.clone());
        self.in_copy(move |copy| copy.append(&copied, &head)).await?;
        self.store.keep_checkpoint(size, &note).await?;
        self.sealed = Some(size);
        Ok(Sealed { checkpoint, note })
    }

    /// Works with the copy without holding up other tasks.
    async fn in_copy(
        &self,
        work: impl FnOnce(&CheckpointCopy) -> Result<(), CopyError> + Send + 'static,
    ) -> Result<(), CopyError> {
        let copy = self.copy.clone();
        let done = tokio::task::spawn_blocking(move || work(&copy)).await;
        done.map_err(|error| CopyError::Io { path: self.copy.path().to_owned(), error: error.into() })?
    }
}

/// Puts the last checkpoint of the copy there again with a key's signature, unless it has it.
fn sign_last(copy: &CheckpointCopy, key: &SignerKey) -> Result<(), CopyError> {
    let Some((copied, checkpoint)) = copy.last()? else { return Ok(()) };
    let note = Note::parse(copied.note.as_bytes()).ok();
    let Some(mut note) = note.filter(|note| key.verifier().signed(note).is_none()) else { return Ok(()) };
    let now = SystemTime::now();
    note.signatures.push(key.sign(&note.text, seconds(now)));
    copy.append_signed_again(&CopiedCheckpoint { at: now.into(), note: note.to_string() }, &checkpoint)
}

fn seconds(now: SystemTime) -> u64 {
    now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Whether log, tree and copy tell the same history.
async fn compare<H: TreeHash>(
    store: &TreeStore<H>,
    copy: &CheckpointCopy,
    keys: &[SignerKey],
    length: u64,
    newest: Option<&StoredCheckpoint>,
) -> Result<(), SealError> {
    let path = copy.path().to_owned();
    let Some((copied, checkpoint)) = copy.last()? else {
        return newest.map_or(Ok(()), |newest| Err(SealError::NoCopy { path, size: newest.size }));
    };
    let (size, at) = (checkpoint.size, copied.at);
    // another process may have appended and signed since the length was asked for: the log is at least as long as what
    // stood in the copy before
    let length = if size > length { store.log().length().await.map_err(TreeError::from)? } else { length };
    if size > length {
        return Err(SealError::Behind { path, copied: size, length, at });
    }
    signed_by_one_of(keys, &copied.note)?;
    if store.root(size).await? != checkpoint.root {
        return Err(SealError::Beside { path, size, at });
    }
    let Some(newest) = newest else { return Ok(()) };
    let damaged = SealError::Checkpoint { size: newest.size };
    match newest.checkpoint().filter(|_| newest.size <= length) {
        Some(kept) if kept.size == newest.size && kept.root == store.root(kept.size).await? => Ok(()),
        _ => Err(damaged),
    }
}

fn signed_by_one_of(keys: &[SignerKey], note: &str) -> Result<(), SealError> {
    let mut refused = None;
    for key in keys {
        match Checkpoint::open(note.as_bytes(), key.verifier()) {
            Ok(_) => return Ok(()),
            Err(error) => refused = Some(error),
        }
    }
    refused.map_or(Ok(()), |error| Err(SealError::Key(error)))
}
