//! Evidence: checkpoints that a log signed and this witness refused. Said aloud and kept, each with the one that was
//! cosigned when it came, so that an auditor can show both.

use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use super::files;
use super::judge::{Cosigned, Offer, Refusal};

/// Pieces of evidence kept of one kind against one log. Old checkpoints of a log are public, so anybody can have one
/// refused again; the oldest go first, and each kind has places of its own, so that no such noise displaces a fork.
const KEPT_MAX: usize = 50;

/// Reports an offer that the log signed and that was refused, and keeps it in `folder`. A refusal holds also when it
/// cannot be kept.
pub(super) fn report(folder: &Path, offer: &Offer, last: Option<&Cosigned>, refusal: &Refusal) {
    let (origin, offered) = (&offer.checkpoint.origin, &offer.request.checkpoint);
    let cosigned = last.map(|last| last.note.to_string()).unwrap_or_default();
    match keep(folder, offer, &cosigned, refusal.evidence().unwrap_or_default()) {
        Ok(kept) => tracing::error!(
            %origin, %refusal, ?cosigned, ?offered, kept = %kept.display(),
            "拒绝签署：日志签署了与历史不符的检查点 · refused to cosign what the log signed"
        ),
        Err(error) => tracing::error!(
            %origin, %refusal, ?cosigned, ?offered, %error,
            "拒绝签署，且证据无法保存 · refused to cosign what the log signed; the evidence cannot be kept"
        ),
    }
}

/// How many pieces of evidence a folder holds.
pub(super) fn count(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, |entries| entries.flatten().filter(|entry| entry.path().is_dir()).count())
}

/// Keeps each checkpoint once: the same one, sent again, says nothing new.
fn keep(folder: &Path, offer: &Offer, cosigned: &str, kind: &str) -> io::Result<PathBuf> {
    let id = hex::encode(&Sha256::digest(offer.checkpoint.to_string())[..8]);
    let piece = folder.join(format!("{kind}-{}-{id}", offer.checkpoint.size));
    let offered = piece.join("offered.note");
    if offered.exists() {
        return Ok(piece);
    }
    files::make_folder(folder)?;
    files::make_folder(&piece)?;
    if !cosigned.is_empty() {
        files::write(&piece.join("cosigned.note"), cosigned.as_bytes())?;
    }
    // last, because it says that the piece is whole
    files::write(&offered, offer.request.checkpoint.as_bytes())?;
    make_room(folder, kind)?;
    Ok(piece)
}

fn make_room(folder: &Path, kind: &str) -> io::Result<()> {
    let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<DirEntry>>>()?;
    let of_kind = entries.iter().filter(|entry| entry.file_name().to_string_lossy().starts_with(kind));
    let mut pieces: Vec<(SystemTime, PathBuf)> =
        of_kind.map(|entry| Ok((entry.metadata()?.modified()?, entry.path()))).collect::<io::Result<_>>()?;
    pieces.sort();
    let surplus = pieces.len().saturating_sub(KEPT_MAX);
    pieces.iter().take(surplus).try_for_each(|(_, path)| fs::remove_dir_all(path))
}
