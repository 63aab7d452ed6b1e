//! Makes a bundle of an open ledger: gathers what belongs to its subject, tells it, and writes it.

use std::path::Path;

use chrono::Utc;
use eventlog::merkle::hash::Sha256Tree;
use eventlog::merkle::key::VerifierKey;
use eventlog::merkle::note::Note;
use eventlog::merkle::store::{StoredCheckpoint, TreeError, TreeStore};
use serde_json::json;

use super::bundle::{BundleError, Contents, Written, write};
use super::opened::ToOpen;
use super::proven::prove_items;
use super::selection::{Selection, positions};
use crate::breaks;
use crate::check::Outside;
use crate::flags::{FlagOptions, flags};
use crate::processes::{Office, ProcessError, office_day};
use crate::replay::{Clocks, nothing_sealed, replay};

/// Which bundle.
#[derive(Debug)]
pub struct Wanted<'w> {
    /// What it is about.
    pub selection: Selection,
    /// The checkpoint that it speaks for.
    pub checkpoint: &'w StoredCheckpoint,
    /// The keys of the log and of its witnesses.
    pub outside: &'w Outside,
    /// Older checkpoints that the auditor brought.
    pub brought: &'w [Vec<u8>],
    /// What is opened. That it is must stand in the log already, and the keys be loaded.
    pub open: &'w [ToOpen],
}

/// Why no bundle was made.
#[derive(Debug, thiserror::Error)]
pub enum MakingError {
    /// Nothing is known of the subject, or the log cannot be read.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// It cannot be written.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The tree cannot be read.
    #[error(transparent)]
    Tree(#[from] TreeError),
}

/// Writes the bundle into a directory, or into an archive where the path ends with `.tar`.
///
/// # Errors
/// [`MakingError`].
pub async fn make(
    office: &Office,
    tree: &TreeStore<Sha256Tree>,
    wanted: &Wanted<'_>,
    out: &Path,
) -> Result<Written, MakingError> {
    let mut keys = wanted.outside.keys.clone();
    let witnesses = wanted.outside.witnesses.iter();
    keys.extend(witnesses.filter(|witness| has_cosigned(witness, wanted.checkpoint)).cloned());
    let mut positions = positions(office, wanted.selection).await?;
    // nobody gets evidence without the breaks of the log
    let declared = breaks::breaks(office.repository.log()).await.map_err(ProcessError::from)?;
    positions.extend(declared.iter().map(|(stored, _)| stored.position));
    let report = report(office, tree, wanted.selection).await?;
    let rules = office.rule_books().await?;
    let contents = Contents {
        positions: &positions,
        checkpoint: wanted.checkpoint,
        keys: &keys,
        brought: wanted.brought,
        open: wanted.open,
        rules: &rules,
        report: &report,
    };
    Ok(write(out, tree, &office.keyring, &contents).await?)
}

/// What replay says of the subject; of a whole ledger, its red flags.
async fn report(
    office: &Office,
    tree: &TreeStore<Sha256Tree>,
    selection: Selection,
) -> Result<Vec<serde_json::Value>, MakingError> {
    let Some(subject) = selection.subject() else {
        let flags = flags(office, &FlagOptions::default()).await?;
        return Ok(flags.iter().map(|flag| json!(flag)).collect());
    };
    let today = office_day(Utc::now());
    let clocks = Clocks { effective: today, known: today };
    let mut items = Vec::new();
    replay(office, subject, clocks, &nothing_sealed, |item| items.push(item)).await?;
    prove_items(tree, &mut items).await?;
    Ok(items.iter().map(|item| json!(item)).collect())
}

/// Whether a witness cosigned a checkpoint.
pub fn has_cosigned(witness: &VerifierKey, checkpoint: &StoredCheckpoint) -> bool {
    Note::parse(checkpoint.note.as_bytes()).is_ok_and(|note| witness.signed(&note).is_some())
}
