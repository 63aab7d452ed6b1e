//! Where a paper comes from: the log's origin, the position, and the newest checkpoint.

use eventlog::merkle::checkpoint::Checkpoint;
use eventlog::merkle::note::Note;
use print::{CheckpointMark, Trace};

use super::{Press, today};
use crate::processes::{Desk, ProcessError};

/// Seals what the log holds, so that the newest checkpoint covers the position; a ledger whose proofs do not hold is
/// printed from with the checkpoint that there is.
pub(super) async fn trace(press: &Press<'_>, position: u64) -> Result<Trace, ProcessError> {
    let tree = press.tree;
    if let Some(sealing) = press.sealing {
        sealing.seal().await.map_err(|error| ProcessError::Damaged(error.to_string()))?;
    }
    let damaged = |error: &dyn std::fmt::Display| ProcessError::Damaged(format!("a checkpoint: {error}"));
    let newest = tree.newest_checkpoint().await.map_err(|error| damaged(&error))?;
    let mark = |note: &str| {
        let note = Note::parse(note.as_bytes()).map_err(|error| damaged(&error))?;
        let checkpoint = Checkpoint::parse(&note.text).map_err(|error| damaged(&error))?;
        Ok::<_, ProcessError>(CheckpointMark { size: checkpoint.size, root: hex::encode(checkpoint.root.0) })
    };
    let checkpoint = newest.map(|newest| mark(&newest.note)).transpose()?;
    let printed_on = press.desk.map_or_else(today, Desk::today);
    let printed_by = press.desk.map(|desk| desk.actor.id.to_string()).unwrap_or_default();
    Ok(Trace { origin: tree.origin(), position, checkpoint, printed_on, printed_by })
}
