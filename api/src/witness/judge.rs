//! What a witness thinks of a request, from the request and what it cosigned last. Pure.

use eventlog::merkle::checkpoint::{Checkpoint, CheckpointError};
use eventlog::merkle::hash::{Sha256Tree, TreeHash};
use eventlog::merkle::key::VerifierKey;
use eventlog::merkle::note::{Note, SignatureLine};
use eventlog::merkle::proof::{ProofError, verify_consistency};
use eventlog::merkle::transport::{AddCheckpoint, TransportError};

/// A checkpoint with the signatures that were checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// Its text and signatures.
    pub note: Note,
}

/// Why a checkpoint is not cosigned. Sizes are those of the tree that was cosigned last, 0 before the first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not the three parts of a request.
    #[error("the request cannot be read: {0}")]
    Request(#[from] TransportError),
    /// No checkpoint at its end.
    #[error("{0}")]
    Checkpoint(#[from] CheckpointError),
    /// The old size is larger than the new one.
    #[error("the old size {old} is larger than the checkpoint's size {size}")]
    Backwards {
        /// As asked.
        old: u64,
        /// The checkpoint's.
        size: u64,
    },
    /// Nobody asked for this log to be watched.
    #[error("this witness does not watch the log {0}")]
    UnknownLog(String),
    /// No signature by a known key of the log.
    #[error("no known key of the log signed this checkpoint")]
    Unsigned,
    /// The proof would begin at another tree than the one cosigned last.
    #[error("the checkpoint cosigned last has the size {cosigned}")]
    OldSize {
        /// The size to ask again with.
        cosigned: u64,
    },
    /// Fewer entries than were there before.
    #[error("a smaller tree than the one of size {cosigned} that was cosigned last")]
    Smaller {
        /// What was there before.
        cosigned: u64,
    },
    /// As many entries as were there before, and others.
    #[error("a fork: another root than the one cosigned for the same size {cosigned}")]
    Fork {
        /// The size of both.
        cosigned: u64,
    },
    /// Not shown to begin with the tree that was cosigned last.
    #[error("not shown to extend the tree of size {cosigned} that was cosigned last: {error}")]
    Unproven {
        /// What was there before.
        cosigned: u64,
        /// What is wrong with the proof.
        error: ProofError,
    },
}

impl Refusal {
    /// What kind of evidence a signed checkpoint is that was refused so; none where it says nothing against its log.
    pub fn evidence(&self) -> Option<&'static str> {
        match self {
            Refusal::Fork { .. } => Some("fork"),
            Refusal::Smaller { .. } => Some("smaller"),
            Refusal::Unproven { .. } => Some("unproven"),
            _ => None,
        }
    }
}

/// A request that can be read: its parts, and none of them believed yet.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The request.
    pub request: AddCheckpoint,
    /// The checkpoint at its end.
    pub checkpoint: Checkpoint,
    note: Note,
}

impl Offer {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// [`Refusal::Request`] and [`Refusal::Checkpoint`].
    pub fn parse(body: &[u8]) -> Result<Offer, Refusal> {
        let text = std::str::from_utf8(body).map_err(|_| TransportError("text that is not UTF-8"))?;
        let request = AddCheckpoint::parse(text)?;
        let note = Note::parse(request.checkpoint.as_bytes()).map_err(CheckpointError::from)?;
        let checkpoint = Checkpoint::parse(&note.text)?;
        Ok(Offer { request, checkpoint, note })
    }

    /// The signatures by `keys` that hold.
    fn signatures(&self, keys: &[VerifierKey]) -> Vec<SignatureLine> {
        let valid = keys.iter().filter(|key| key.signed(&self.note).is_some());
        let mine = valid.filter_map(|key| {
            let mut lines = self.note.signatures.iter();
            lines.find(|line| line.name == key.name() && line.key_id == key.id())
        });
        mine.cloned().collect()
    }
}

/// Judges an offer by the log's known `keys` and what was cosigned `last`. What may be cosigned is returned with the
/// log's signatures alone.
///
/// # Errors
/// [`Refusal`], the first in the order of the specification; a fork before all that only concerns the old size.
pub fn judge(offer: &Offer, keys: &[VerifierKey], last: Option<&Checkpoint>) -> Result<Cosigned, Refusal> {
    let (old, new) = (offer.request.old_size, &offer.checkpoint);
    let signatures = offer.signatures(keys);
    if signatures.is_empty() {
        return Err(Refusal::Unsigned);
    }
    if old > new.size {
        return Err(Refusal::Backwards { old, size: new.size });
    }
    // what was never cosigned is the tree without leaves, whose root is known
    let (cosigned, root) = last.map_or((0, Sha256Tree::empty()), |last| (last.size, last.root));
    if new.size == cosigned && new.root != root {
        return Err(Refusal::Fork { cosigned });
    }
    if new.size < cosigned {
        return Err(Refusal::Smaller { cosigned });
    }
    if old != cosigned {
        return Err(Refusal::OldSize { cosigned });
    }
    verify_consistency::<Sha256Tree>((cosigned, root), (new.size, new.root), &offer.request.hashes)
        .map_err(|error| Refusal::Unproven { cosigned, error })?;
    Ok(Cosigned { checkpoint: new.clone(), note: Note { text: offer.note.text.clone(), signatures } })
}
