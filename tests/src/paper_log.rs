//! A log on paper: leaves, tiles, checkpoints and proofs in memory, without an office and without a database. It can be
//! rewritten, as whoever holds its key and its database can rewrite a real one.

use eventlog::merkle::checkpoint::Checkpoint;
use eventlog::merkle::hash::{NodeHash, Sha256Tree, TreeHash};
use eventlog::merkle::key::{Algorithm, SignerKey, VerifierKey};
use eventlog::merkle::note::Note;
use eventlog::merkle::proof::{Node, Range, consistency_ranges, inclusion_ranges, join_nodes};
use eventlog::merkle::tile::{TILE_HEIGHT, Tile, push_entry, tile_bytes};
use eventlog::merkle::tree::root_of;

/// A log and its key.
#[derive(Clone, Debug)]
pub struct PaperLog {
    signer: SignerKey,
    entries: Vec<Vec<u8>>,
    leaves: Vec<NodeHash>,
}

impl PaperLog {
    /// A log of `size` entries. The same origin has the same key and the same entries.
    pub fn new(origin: &str, size: u64) -> PaperLog {
        let seed = Sha256Tree::leaf(origin.as_bytes()).0;
        let signer = SignerKey::from_seed(origin, Algorithm::Ed25519, &seed).unwrap();
        let mut log = PaperLog { signer, entries: Vec::new(), leaves: Vec::new() };
        log.grow(size);
        log
    }

    /// Adds entries until there are `size`.
    pub fn grow(&mut self, size: u64) {
        for number in self.size()..size {
            self.push(format!("事件 {number} of {}", self.origin()).into_bytes());
        }
    }

    /// Adds an entry.
    pub fn push(&mut self, entry: Vec<u8>) {
        self.leaves.push(Sha256Tree::leaf(&entry));
        self.entries.push(entry);
    }

    /// The log as its superuser would like it to have been: one entry is another, every hash is made anew, and the key is
    /// the real one.
    #[must_use]
    pub fn rewritten(&self, index: u64, entry: &[u8]) -> PaperLog {
        let mut log = self.clone();
        log.entries[index as usize] = entry.to_vec();
        log.leaves[index as usize] = Sha256Tree::leaf(entry);
        log
    }

    /// The log as an older dump has it, under the real key.
    #[must_use]
    pub fn rolled_back(&self, size: u64) -> PaperLog {
        let mut log = self.clone();
        log.entries.truncate(size as usize);
        log.leaves.truncate(size as usize);
        log
    }

    /// The same log under another key of the same name.
    #[must_use]
    pub fn signed_by_a_stranger(&self) -> PaperLog {
        let signer = SignerKey::from_seed(self.origin(), Algorithm::Ed25519, &[66; 32]).unwrap();
        PaperLog { signer, ..self.clone() }
    }

    pub fn origin(&self) -> &str {
        self.signer.verifier().name()
    }

    pub fn key(&self) -> &VerifierKey {
        self.signer.verifier()
    }

    /// The private key, as it stands in a file.
    pub fn secret_line(&self) -> String {
        self.signer.to_secret_line().to_string()
    }

    pub fn size(&self) -> u64 {
        self.leaves.len() as u64
    }

    /// The signed checkpoint over all entries.
    pub fn checkpoint(&self) -> Note {
        self.checkpoint_at(self.size())
    }

    /// The signed checkpoint over the first `size` entries.
    pub fn checkpoint_at(&self, size: u64) -> Note {
        let root = root_of::<Sha256Tree>(&self.leaves[..size as usize]);
        let checkpoint = Checkpoint { origin: self.origin().to_owned(), size, root };
        checkpoint.sign([&self.signer], 0)
    }

    /// That the first `old` entries are the beginning of the first `new`, from the tiles.
    pub fn consistency(&self, old: u64, new: u64) -> Vec<NodeHash> {
        self.proof(&consistency_ranges(old, new).unwrap(), new)
    }

    /// That the entry stands at `index` among the first `size`, from the tiles.
    pub fn inclusion(&self, index: u64, size: u64) -> Vec<NodeHash> {
        self.proof(&inclusion_ranges(index, size).unwrap(), size)
    }

    /// The hashes of a tile.
    pub fn tile(&self, tile: Tile) -> Vec<NodeHash> {
        let below = 1_u64 << (u32::from(tile.level) * u32::from(TILE_HEIGHT));
        let first = tile.index << TILE_HEIGHT;
        let subtree = |at: u64| &self.leaves[(at * below) as usize..((at + 1) * below) as usize];
        let places = first..first + u64::from(tile.width);
        places.map(|at| root_of::<Sha256Tree>(subtree(at))).collect()
    }

    /// The bytes of a tile.
    pub fn tile_bytes(&self, tile: Tile) -> Vec<u8> {
        tile_bytes(&self.tile(tile))
    }

    /// The entries below a tile of level 0.
    pub fn bundle(&self, tile: Tile) -> Vec<u8> {
        let (first, mut bundle) = ((tile.index << TILE_HEIGHT) as usize, Vec::new());
        for entry in &self.entries[first..first + usize::from(tile.width)] {
            assert!(push_entry(&mut bundle, entry));
        }
        bundle
    }

    fn proof(&self, ranges: &[Range], size: u64) -> Vec<NodeHash> {
        let hash = |node: Node| {
            let (level, index, slice) = Tile::of_node(node);
            let tile = Tile::in_tree(level, index, size).unwrap();
            slice.root::<Sha256Tree>(&self.tile(tile)).unwrap()
        };
        let hashes = |range: &Range| range.nodes().into_iter().map(hash).collect::<Vec<_>>();
        ranges.iter().map(|range| join_nodes::<Sha256Tree>(&hashes(range))).collect()
    }
}
