//! How far the events at some positions are proven: each against the tile that holds its leaf, each tile against the
//! signed root.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use eventlog::merkle::checkpoint::Checkpoint;
use eventlog::merkle::hash::{NodeHash, Sha256Tree, TreeHash};
use eventlog::merkle::leaf;
use eventlog::merkle::note::Note;
use eventlog::merkle::proof::verify_inclusion;
use eventlog::merkle::store::{Prover, TreeError, TreeStore};
use eventlog::merkle::tile::{TILE_WIDTH, Tile};

use crate::replay::{ProofStatus, ReportItem};

/// Says in each item how far its event is proven by the newest checkpoint.
///
/// # Errors
/// When the log or its tiles cannot be read.
pub async fn prove_items(store: &TreeStore<Sha256Tree>, items: &mut [ReportItem]) -> Result<(), TreeError> {
    let positions = items.iter().filter_map(ReportItem::position).collect();
    let proven = proven(store, &positions).await?;
    let status = |position| proven.get(&position).copied().unwrap_or(ProofStatus::NotYetSealed);
    items.iter_mut().for_each(|item| item.set_proof(status));
    Ok(())
}

/// How far the events at these positions are proven by the newest checkpoint.
///
/// # Errors
/// When the log or its tiles cannot be read.
pub async fn proven(
    store: &TreeStore<Sha256Tree>,
    positions: &BTreeSet<u64>,
) -> Result<HashMap<u64, ProofStatus>, TreeError> {
    let newest = store.newest_checkpoint().await?;
    let newest = newest.and_then(|newest| Note::parse(newest.note.as_bytes()).ok());
    let Some(head) = newest.and_then(|note| Checkpoint::parse(&note.text).ok()) else {
        return Ok(HashMap::new());
    };
    let mut tiles: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for position in positions.range(..head.size) {
        tiles.entry(position / TILE_WIDTH).or_default().push(*position);
    }
    let (mut prover, mut proven) = (Prover::new(store.clone(), head.size), HashMap::new());
    for (index, positions) in tiles {
        let tile = Tile::in_tree(0, index, head.size);
        let hashes = match tile {
            Some(tile) => store.tile(tile).await?,
            None => Vec::new(),
        };
        let first = index * TILE_WIDTH;
        // its neighbours in the tile are part of the proof, so it binds the whole tile to the root
        let proof = prover.inclusion(first).await?;
        let bound = hashes.first().is_some_and(|leaf| {
            verify_inclusion::<Sha256Tree>(*leaf, first, (head.size, head.root), &proof).is_ok()
        });
        let leaves = leaves(store, &positions).await?;
        for position in positions {
            let holds = bound && leaves.get(&position) == hashes.get((position - first) as usize);
            let status = if holds { ProofStatus::Sealed { size: head.size } } else { ProofStatus::Broken };
            proven.insert(position, status);
        }
    }
    Ok(proven)
}

/// The leaves of the events as they stand in the log now; none of one that has no leaf.
async fn leaves(
    store: &TreeStore<Sha256Tree>,
    positions: &[u64],
) -> Result<HashMap<u64, NodeHash>, TreeError> {
    let mut leaves = HashMap::new();
    for event in store.log().read_at(positions).await? {
        let mut entry = Vec::new();
        if leaf::encode(store.ledger(), &event, &mut entry).is_ok() {
            leaves.insert(event.position, Sha256Tree::leaf(&entry));
        }
    }
    Ok(leaves)
}
