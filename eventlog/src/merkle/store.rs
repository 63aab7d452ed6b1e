//! Where the tree is kept: whole tiles, checkpoints and later signatures, in tables to which rows are only added.
//!
//! A tile that is not whole yet is not kept: its hashes follow from the events, or from the whole tiles below it.

use std::collections::HashMap;
use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use sqlx::{PgPool, Row};
use uuid::Uuid;

use super::checkpoint::Checkpoint;
use super::hash::{NodeHash, TreeHash};
use super::leaf::{self, LeafError};
use super::note::Note;
use super::proof::{Node, ProofError, Range, consistency_ranges, inclusion_ranges, join_nodes};
use super::tile::{TILE_WIDTH, Tile, tile_hashes};
use super::tree::{Growing, root_of};
use crate::event::EventRow;
use crate::read::{Log, ReadError};
use crate::stream_all::RowStream;

/// Why the tree cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// The database failed.
    #[error("the proof tables cannot be used")]
    Database(#[from] sqlx::Error),
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An event has no leaf.
    #[error(transparent)]
    Leaf(#[from] LeafError),
    /// A proof was asked for that the tree cannot give.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// A tile that the tree's size needs is not there.
    #[error("the proof tables are damaged: tile {level}/{index} is missing")]
    MissingTile {
        /// Its level.
        level: u8,
        /// Its place.
        index: u64,
    },
}

/// A checkpoint as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// How many events it speaks for.
    pub size: u64,
    /// The note, with the signatures that came later.
    pub note: String,
    /// When it was signed.
    pub signed_at: DateTime<Utc>,
}

impl StoredCheckpoint {
    /// The checkpoint that the note says; nothing where it cannot be read.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        let note = Note::parse(self.note.as_bytes()).ok()?;
        Checkpoint::parse(&note.text).ok()
    }
}

/// The kept tree of one ledger. Cheap to clone.
#[derive(Debug)]
pub struct TreeStore<H> {
    pool: PgPool,
    log: Log,
    ledger: String,
    hash: PhantomData<fn() -> H>,
}

impl<H> Clone for TreeStore<H> {
    fn clone(&self) -> TreeStore<H> {
        TreeStore {
            pool: self.pool.clone(),
            log: self.log.clone(),
            ledger: self.ledger.clone(),
            hash: PhantomData,
        }
    }
}

impl<H: TreeHash> TreeStore<H> {
    /// The tree of the ledger that `log` reads.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn open(log: Log) -> Result<TreeStore<H>, TreeError> {
        let pool = log.pool().clone();
        let id: Uuid = sqlx::query_scalar(include_str!("../sql/read_origin.sql")).fetch_one(&pool).await?;
        Ok(TreeStore { pool, log, ledger: format!("benefits-ledger/{id}"), hash: PhantomData })
    }

    /// The ledger's name, as it stands in every leaf.
    pub fn ledger(&self) -> &str {
        &self.ledger
    }

    /// The origin of the tree's checkpoints: the ledger's name and the suite's.
    pub fn origin(&self) -> String {
        format!("{}/{}", self.ledger, H::SUITE)
    }

    /// The log that the tree covers.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The kept tiles among those wanted, by level and place.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn kept_tiles(
        &self,
        wanted: &[(u8, u64)],
    ) -> Result<HashMap<(u8, u64), Vec<NodeHash>>, TreeError> {
        let levels: Vec<i16> = wanted.iter().map(|(level, _)| i16::from(*level)).collect();
        let places: Vec<i64> = wanted.iter().map(|(_, index)| index.cast_signed()).collect();
        let rows = sqlx::query(include_str!("../sql/read_tiles.sql"))
            .bind(H::SUITE)
            .bind(levels)
            .bind(places)
            .fetch_all(&self.pool)
            .await?;
        let mut tiles = HashMap::with_capacity(rows.len());
        for row in rows {
            let (level, index): (i16, i64) = (row.try_get(0)?, row.try_get(1)?);
            let hashes = tile_hashes(row.try_get(2)?).unwrap_or_default();
            tiles.insert((level as u8, index.cast_unsigned()), hashes);
        }
        Ok(tiles)
    }

    /// A tile's hashes, kept or computed. A tile that is asked for with fewer hashes than are known gives those.
    ///
    /// # Errors
    /// [`TreeError`]; a tile beyond the log's end is missing.
    pub async fn tile(&self, tile: Tile) -> Result<Vec<NodeHash>, TreeError> {
        let Tile { level, index, width } = tile;
        let width = usize::from(width);
        if let Some(mut hashes) = self.kept_tiles(&[(level, index)]).await?.remove(&(level, index)) {
            hashes.truncate(width);
            return Ok(hashes);
        }
        let first = index * TILE_WIDTH;
        let hashes = match level.checked_sub(1) {
            None => self.leaf_hashes(first, width as u32).await?,
            Some(below) => self.roots(below, first, width as u64).await?,
        };
        let missing = TreeError::MissingTile { level, index };
        if hashes.len() == width { Ok(hashes) } else { Err(missing) }
    }

    /// The hashes of the leaves from `from` up to but not including `until`, made by the task that reads the events.
    ///
    /// # Errors
    /// Those of the database, when no connection can be had.
    pub async fn leaves(&self, from: u64, until: u64) -> Result<RowStream<NodeHash, TreeError>, TreeError> {
        let (ledger, mut entry) = (self.ledger.clone(), Vec::new());
        let hash = move |row: EventRow<'_>| {
            entry.clear();
            leaf::encode_row(&ledger, row, &mut entry)?;
            Ok(H::leaf(&entry))
        };
        Ok(RowStream::start(&self.pool, (from, until), hash).await?)
    }

    /// The entries of a level-0 tile, each as its leaf.
    ///
    /// # Errors
    /// [`TreeError`].
    pub async fn entries(&self, first: u64, count: u32) -> Result<Vec<Vec<u8>>, TreeError> {
        let events = self.log.read_from(first, count).await?;
        let mut leaves = Vec::with_capacity(events.len());
        for event in &events {
            let mut bytes = Vec::new();
            leaf::encode(&self.ledger, event, &mut bytes)?;
            leaves.push(bytes);
        }
        Ok(leaves)
    }

    async fn leaf_hashes(&self, first: u64, count: u32) -> Result<Vec<NodeHash>, TreeError> {
        Ok(self.entries(first, count).await?.iter().map(|entry| H::leaf(entry)).collect())
    }

    /// The roots of whole tiles side by side; a tile that is not kept is computed from what is below it.
    async fn roots(&self, level: u8, first: u64, count: u64) -> Result<Vec<NodeHash>, TreeError> {
        let wanted: Vec<_> = (first..first + count).map(|index| (level, index)).collect();
        let kept = self.kept_tiles(&wanted).await?;
        let mut roots = Vec::with_capacity(wanted.len());
        for (level, index) in wanted {
            match kept.get(&(level, index)) {
                Some(hashes) if hashes.len() as u64 == TILE_WIDTH => roots.push(root_of::<H>(hashes)),
                _ => roots.push(root_of::<H>(&Box::pin(self.tile(Tile::whole(level, index))).await?)),
            }
        }
        Ok(roots)
    }

    /// How many events the kept whole tiles cover.
    pub(super) async fn kept_size(&self) -> Result<u64, TreeError> {
        let count: i64 = sqlx::query_scalar(include_str!("../sql/count_tiles.sql"))
            .bind(H::SUITE)
            .fetch_one(&self.pool)
            .await?;
        Ok(count.cast_unsigned() * TILE_WIDTH)
    }

    /// The tree of `size` leaves, ready to grow.
    ///
    /// # Errors
    /// [`TreeError`].
    pub async fn grown(&self, size: u64) -> Result<Growing, TreeError> {
        let mut levels = Vec::new();
        for level in 0..8_u8 {
            let hashes = size >> (8 * u32::from(level));
            let Some(tile) = Tile::in_tree(level, hashes / TILE_WIDTH, size).filter(|tile| !tile.is_whole())
            else {
                levels.push(Vec::new());
                continue;
            };
            levels.push(self.tile(tile).await?);
        }
        Growing::from_levels(size, levels)
            .ok_or(TreeError::MissingTile { level: 0, index: size / TILE_WIDTH })
    }

    /// The root over the first `size` events.
    ///
    /// # Errors
    /// [`TreeError`].
    pub async fn root(&self, size: u64) -> Result<NodeHash, TreeError> {
        Ok(self.grown(size).await?.root::<H>())
    }

    /// Keeps whole tiles; those that are kept already stay.
    pub(super) async fn keep_tiles(&self, tiles: &[(u8, u64, Vec<u8>)]) -> Result<(), TreeError> {
        let levels: Vec<i16> = tiles.iter().map(|(level, ..)| i16::from(*level)).collect();
        let places: Vec<i64> = tiles.iter().map(|(_, index, _)| index.cast_signed()).collect();
        let hashes: Vec<&[u8]> = tiles.iter().map(|(.., hashes)| &hashes[..]).collect();
        sqlx::query(include_str!("../sql/insert_tiles.sql"))
            .bind(H::SUITE)
            .bind(levels)
            .bind(places)
            .bind(hashes)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    pub(super) async fn keep_checkpoint(&self, size: u64, note: &str) -> Result<(), TreeError> {
        sqlx::query(include_str!("../sql/insert_checkpoint.sql"))
            .bind(H::SUITE)
            .bind(size.cast_signed())
            .bind(note)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Adds a signature line to a kept checkpoint: a witness's, or one of a newer key of the log.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn add_signature(&self, size: u64, line: &str) -> Result<(), TreeError> {
        sqlx::query(include_str!("../sql/insert_signature.sql"))
            .bind(H::SUITE)
            .bind(size.cast_signed())
            .bind(line)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Keeps what goes beyond the first `kept` events under another suite, which names the length at which the log was
    /// found to be another history. Rows that are set aside are read by nobody but people.
    ///
    /// # Errors
    /// Those of the database; then nothing is set aside.
    pub(super) async fn set_aside(&self, owner: &PgPool, kept: u64, found: u64) -> Result<(), TreeError> {
        let aside = format!("{}/before-{found}", H::SUITE);
        let mut transaction = owner.begin().await?;
        for statement in
            [include_str!("../sql/set_aside_checkpoints.sql"), include_str!("../sql/set_aside_tiles.sql")]
        {
            sqlx::query(statement)
                .bind(H::SUITE)
                .bind(&aside)
                .bind(kept.cast_signed())
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// The newest `limit` checkpoints of at least `from` and at most `until` events, the newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn checkpoints(
        &self,
        from: u64,
        until: u64,
        limit: u32,
    ) -> Result<Vec<StoredCheckpoint>, TreeError> {
        let rows = sqlx::query(include_str!("../sql/read_checkpoints.sql"))
            .bind(H::SUITE)
            .bind(from.min(i64::MAX as u64).cast_signed())
            .bind(until.min(i64::MAX as u64).cast_signed())
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await?;
        let read = |row: &sqlx::postgres::PgRow| {
            let (mut note, added): (String, Vec<String>) = (row.try_get(1)?, row.try_get(3)?);
            for line in added {
                note.push_str(&line);
                note.push('\n');
            }
            let size = row.try_get::<i64, _>(0)?.cast_unsigned();
            Ok(StoredCheckpoint { size, note, signed_at: row.try_get(2)? })
        };
        Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
    }

    /// The newest checkpoint.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn newest_checkpoint(&self) -> Result<Option<StoredCheckpoint>, TreeError> {
        Ok(self.checkpoints(0, u64::MAX, 1).await?.pop())
    }
}

/// Makes proofs in a tree of one size; remembers the tiles it has seen.
#[derive(Debug)]
pub struct Prover<H> {
    store: TreeStore<H>,
    size: u64,
    tiles: HashMap<(u8, u64), Vec<NodeHash>>,
}

impl<H: TreeHash> Prover<H> {
    /// Proves in the tree of `size` leaves.
    pub fn new(store: TreeStore<H>, size: u64) -> Prover<H> {
        Prover { store, size, tiles: HashMap::new() }
    }

    /// Fetches at once what the proofs of these events need; without it each proof fetches its own.
    ///
    /// # Errors
    /// [`TreeError`].
    pub async fn prepare(&mut self, indexes: &[u64]) -> Result<(), TreeError> {
        let ranges = indexes.iter().filter_map(|index| inclusion_ranges(*index, self.size)).flatten();
        let mut nodes: Vec<Node> = ranges.flat_map(Range::nodes).collect();
        nodes.dedup();
        self.fetch(nodes.into_iter()).await
    }

    /// That the event at `index` is in the tree.
    ///
    /// # Errors
    /// [`TreeError`].
    pub async fn inclusion(&mut self, index: u64) -> Result<Vec<NodeHash>, TreeError> {
        let beyond = ProofError::OutOfRange { index, size: self.size };
        self.hash(&inclusion_ranges(index, self.size).ok_or(beyond)?).await
    }

    /// That the tree of `old` leaves is its beginning.
    ///
    /// # Errors
    /// [`TreeError`].
    pub async fn consistency(&mut self, old: u64) -> Result<Vec<NodeHash>, TreeError> {
        let beyond = ProofError::OutOfRange { index: old, size: self.size };
        self.hash(&consistency_ranges(old, self.size).ok_or(beyond)?).await
    }

    async fn hash(&mut self, ranges: &[Range]) -> Result<Vec<NodeHash>, TreeError> {
        self.fetch(ranges.iter().flat_map(|range| range.nodes())).await?;
        let joined = |range: &Range| {
            let hashes: Result<Vec<_>, _> = range.nodes().into_iter().map(|node| self.node(node)).collect();
            hashes.map(|hashes| join_nodes::<H>(&hashes))
        };
        ranges.iter().map(joined).collect()
    }

    /// Fetches the tiles of nodes that were not seen yet; the whole ones in one question.
    async fn fetch(&mut self, nodes: impl Iterator<Item = Node>) -> Result<(), TreeError> {
        let mut wanted: Vec<_> = nodes.map(Tile::of_node).map(|(level, index, _)| (level, index)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        wanted.retain(|tile| !self.tiles.contains_key(tile));
        self.tiles.extend(self.store.kept_tiles(&wanted).await?);
        for (level, index) in wanted {
            if !self.tiles.contains_key(&(level, index)) {
                let missing = TreeError::MissingTile { level, index };
                let tile = Tile::in_tree(level, index, self.size).ok_or(missing)?;
                self.tiles.insert((level, index), self.store.tile(tile).await?);
            }
        }
        Ok(())
    }

    fn node(&self, node: Node) -> Result<NodeHash, TreeError> {
        let (level, index, slice) = Tile::of_node(node);
        let hashes = self.tiles.get(&(level, index));
        hashes.and_then(|hashes| slice.root::<H>(hashes)).ok_or(TreeError::MissingTile { level, index })
    }
}
