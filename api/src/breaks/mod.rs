//! 日志断点: going on after a real loss, when the log is no longer what was signed. Two administrators, one event in the log that
//! says what was lost, and nothing deleted: the old copy of the checkpoints stays beside the new one.
//!
//! 1. `propose` compares the events with every signed checkpoint and appends what it found, with a reason.
//! 2. `accept`, by another person, finds the same or is refused. It writes down outside of the database what it is about to
//!    do, appends the event, and sets the other history aside.
//! 3. A program that was killed in between is finished by the next start (`finish`). It needs both the event and the note
//!    outside of the database: whoever can only write to the database cannot make a start believe another history.

mod finish;

use std::path::PathBuf;

use domain::aggregate::Decider;
use domain::log_break::{
    LogBreak, LogBreakCommand, LogBreakEvent, Loss, LossKind, STREAM_ID, SignedHead, TreeHead,
};
use eventlog::append::StreamId;
use eventlog::event::StoredEvent;
use eventlog::merkle::copy::CheckpointCopy;
use eventlog::merkle::hash::Sha256Tree;
use eventlog::merkle::loss::{self, Head, find_loss};
use eventlog::merkle::sealer::SealError;
use eventlog::merkle::store::TreeStore;
use eventlog::read::{Log, ReadError};
use sqlx::PgPool;
use uuid::Uuid;

use crate::processes::{Desk, Office, ProcessError, Step};

pub use finish::finish;

/// What is compared and set aside.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'g> {
    /// The tree in the database.
    pub tree: &'g TreeStore<Sha256Tree>,
    /// The owner's connections: the service may remove nothing.
    pub owner: &'g PgPool,
    /// The copy of the checkpoints.
    pub copy: &'g CheckpointCopy,
}

/// Why there is no going on.
#[derive(Debug, thiserror::Error)]
pub enum BreakError {
    /// The log is what was signed.
    #[error("the log is what was signed: there is nothing to accept")]
    NothingLost,
    /// Nobody proposed.
    #[error("nobody has proposed to go on: ledger proofs propose --why …")]
    NothingProposed,
    /// The job was refused or failed.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// The log, the tree or the copy cannot be read.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The note of what is about to be done cannot be written or read.
    #[error("{path}: {error}")]
    Note {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: std::io::Error,
    },
}

/// What stands in the stream of breaks, the oldest first. An event that cannot be read is for the check to find.
///
/// # Errors
/// Those of the database.
pub async fn breaks(log: &Log) -> Result<Vec<(StoredEvent, LogBreakEvent)>, ReadError> {
    let stored = log.read_stream(&StreamId::new(LogBreak::TYPE, STREAM_ID)).await?;
    let read = |stored: StoredEvent| {
        let event = stored.decode().ok().flatten()?;
        Some((stored, event))
    };
    Ok(stored.into_iter().filter_map(read).collect())
}

/// How the log differs from what was signed now; as a pending proposal saw it, where that still holds.
///
/// # Errors
/// [`BreakError`].
pub async fn look(office: &Office, ground: Ground<'_>) -> Result<Option<Loss>, BreakError> {
    let log = office.repository.log();
    if let Some((_, LogBreakEvent::LogBreakProposed { loss, .. })) = breaks(log).await?.pop()
        && loss_at(ground, loss.found.size).await?.as_ref() == Some(&*loss)
    {
        return Ok(Some(*loss));
    }
    loss_at(ground, log.length().await?).await
}

async fn loss_at(ground: Ground<'_>, length: u64) -> Result<Option<Loss>, BreakError> {
    let length = length.min(ground.tree.log().length().await?);
    let found = find_loss(ground.tree, ground.copy, length).await?;
    Ok(found.map(stated))
}

/// As the event states it.
fn stated(loss: loss::Loss) -> Loss {
    let head = |head: Head| TreeHead { size: head.size, root: head.root.to_string() };
    let kind = match &loss.signed {
        None => LossKind::CopyLost,
        Some((signed, _)) if signed.size > loss.found.size => LossKind::Behind,
        Some(_) => LossKind::Beside,
    };
    let signed = loss.signed.map(|(signed, checkpoint)| SignedHead {
        size: signed.size,
        root: signed.root.to_string(),
        checkpoint,
    });
    Loss { kind, kept: head(loss.kept), signed, found: head(loss.found) }
}

/// States what was lost, and asks to go on without it.
///
/// # Errors
/// [`BreakError`]: nothing was lost, the domain refuses.
pub async fn propose(
    office: &Office,
    desk: &Desk,
    ground: Ground<'_>,
    why: &str,
) -> Result<Loss, BreakError> {
    let loss = look(office, ground).await?.ok_or(BreakError::NothingLost)?;
    let command = LogBreakCommand::ProposeBreak {
        loss: Box::new(loss.clone()),
        why: why.to_owned(),
        proposed_on: desk.today(),
    };
    step(office, desk, command).await?;
    Ok(loss)
}

/// Goes on without what another person stated to be lost. Where the old copy lies now, if there was one.
///
/// # Errors
/// [`BreakError`]: nothing was lost, nobody proposed, the domain refuses; what was begun the next start finishes.
pub async fn accept(
    office: &Office,
    desk: &Desk,
    ground: Ground<'_>,
) -> Result<(Loss, Option<PathBuf>), BreakError> {
    let pending = match breaks(office.repository.log()).await?.pop() {
        Some((_, LogBreakEvent::LogBreakProposed { loss, .. })) => loss,
        _ => return Err(BreakError::NothingProposed),
    };
    let loss = loss_at(ground, pending.found.size).await?.ok_or(BreakError::NothingLost)?;
    let note = finish::begin(ground.copy, &loss)?;
    let command = LogBreakCommand::AcceptBreak { loss: Box::new(loss.clone()), accepted_on: desk.today() };
    if let Err(error) = step(office, desk, command).await {
        // the event may be in the log all the same, if the connection broke: then the next start needs the note
        if matches!(error, ProcessError::Refused { .. }) {
            finish::end(&note)?;
        }
        return Err(error.into());
    }
    let aside = finish::set_aside(ground, &loss).await?;
    finish::end(&note)?;
    Ok((loss, aside))
}

async fn step(office: &Office, desk: &Desk, command: LogBreakCommand) -> Result<(), ProcessError> {
    office.together(desk, Uuid::new_v4(), [Step::LogBreak(STREAM_ID.to_owned(), command)]).await?;
    Ok(())
}
