//! What was lost: how the log differs from what was signed, seen from its events alone; and going on without it.
//!
//! Nothing is deleted. The copy of the checkpoints keeps its file under another name, what the database has of the other
//! history is kept under another suite, and a new copy begins with the lines that still hold.

use std::collections::BTreeMap;
use std::path::PathBuf;

use sqlx::PgPool;

use super::checkpoint::Checkpoint;
use super::copy::{CheckpointCopy, CopiedCheckpoint};
use super::hash::{NodeHash, TreeHash};
use super::sealer::SealError;
use super::store::{TreeError, TreeStore};
use super::tree::Growing;

/// The head of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Events.
    pub size: u64,
    /// The root over them.
    pub root: NodeHash,
}

/// How the log differs from what was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The largest signed head that still holds; of 0 events where none does.
    pub kept: Head,
    /// The last signed head with its note, which no longer holds; none where the copy is gone.
    pub signed: Option<(Head, String)>,
    /// The log as it is.
    pub found: Head,
}

/// Compares the first `length` events with every checkpoint of the copy, or of the database where the copy is gone.
/// Nothing where all hold. The tree is grown from the events: tiles that are kept may be of another history.
///
/// # Errors
/// [`SealError`].
pub async fn find_loss<H: TreeHash>(
    store: &TreeStore<H>,
    copy: &CheckpointCopy,
    length: u64,
) -> Result<Option<Loss>, SealError> {
    let last = copy.last()?;
    let signed = match &last {
        Some(_) => copy.read()?.into_iter().map(|(_, checkpoint)| checkpoint).collect(),
        None => in_database(store).await?,
    };
    if signed.is_empty() {
        return Ok(None);
    }
    let signed: BTreeMap<u64, NodeHash> = signed.iter().map(|each| (each.size, each.root)).collect();
    let (kept, found) = grow(store, &signed, length).await?;
    let signed = last.map(|(copied, Checkpoint { size, root, .. })| (Head { size, root }, copied.note));
    let holds = signed.as_ref().is_some_and(|(head, _)| *head == kept);
    Ok((!holds).then_some(Loss { kept, signed, found }))
}

async fn in_database<H: TreeHash>(store: &TreeStore<H>) -> Result<Vec<Checkpoint>, SealError> {
    let kept = store.checkpoints(0, u64::MAX, u32::MAX).await?;
    Ok(kept.iter().filter_map(|kept| kept.checkpoint()).collect())
}

/// The largest signed head below which every one holds, and the head of the whole.
async fn grow<H: TreeHash>(
    store: &TreeStore<H>,
    signed: &BTreeMap<u64, NodeHash>,
    length: u64,
) -> Result<(Head, Head), TreeError> {
    let mut tree = Growing::default();
    let mut kept = Head { size: 0, root: tree.root::<H>() };
    let mut holds = true;
    let mut leaves = store.leaves(0, length).await?;
    while let Some(chunk) = leaves.next_chunk().await? {
        for leaf in chunk {
            tree.push::<H>(leaf, |_, _, _| {});
            if let Some(root) = signed.get(&tree.size()).filter(|_| holds) {
                holds = *root == tree.root::<H>();
                kept = if holds { Head { size: tree.size(), root: *root } } else { kept };
            }
        }
    }
    Ok((kept, Head { size: tree.size(), root: tree.root::<H>() }))
}

/// Goes on without what was lost: sets aside what the database keeps beyond `loss.kept`, and gives the copy a new file that
/// begins with what still holds. Done again, it finds it done. Where the old copy lies now, if there is one.
///
/// # Errors
/// [`SealError`]; done again, it goes on.
pub async fn set_aside<H: TreeHash>(
    store: &TreeStore<H>,
    owner: &PgPool,
    copy: &CheckpointCopy,
    loss: &Loss,
) -> Result<Option<PathBuf>, SealError> {
    store.set_aside(owner, loss.kept.size, loss.found.size).await?;
    match &loss.signed {
        Some((signed, _)) => Ok(copy.set_aside(loss.kept.size, (signed.size, signed.root))?),
        None if copy.last()?.is_some() => Ok(None),
        None => {
            let kept = store.checkpoints(0, loss.kept.size, u32::MAX).await?;
            let line = |kept: super::store::StoredCheckpoint| CopiedCheckpoint {
                at: kept.signed_at,
                note: kept.note,
            };
            copy.begin_again(kept.into_iter().rev().map(line))?;
            Ok(None)
        }
    }
}
