//! What an accepted break does to the proofs: begun before its event is appended, and finished by the next start if the
//! program was killed.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use domain::log_break::{LogBreakEvent, Loss};
use eventlog::merkle::copy::CheckpointCopy;
use eventlog::merkle::hash::NodeHash;
use eventlog::merkle::loss::{self, Head};

use super::{BreakError, Ground, breaks};

/// Writes down beside the copy what is about to be accepted. Where.
pub(super) fn begin(copy: &CheckpointCopy, loss: &Loss) -> Result<PathBuf, BreakError> {
    let note = note_of(copy);
    let write = || {
        // where the copy is gone, its folder may be too
        fs::create_dir_all(folder_of(&note))?;
        let mut file = File::create(&note)?;
        file.write_all(serde_json::to_string(loss).map_err(io::Error::other)?.as_bytes())?;
        file.sync_all()?;
        sync_folder(&note)
    };
    write().map_err(|error| BreakError::Note { path: note.clone(), error })?;
    Ok(note)
}

/// Forgets it: it is done, or will not be.
pub(super) fn end(note: &Path) -> Result<(), BreakError> {
    let removed = fs::remove_file(note).and_then(|()| sync_folder(note));
    removed.map_err(|error| BreakError::Note { path: note.to_owned(), error })
}

/// Finishes a break that was accepted by a program that was killed before all was set aside. Nothing to do is the rule.
///
/// # Errors
/// [`BreakError`]; the next start tries again.
pub async fn finish(ground: Ground<'_>) -> Result<(), BreakError> {
    let note = note_of(ground.copy);
    let text = match fs::read_to_string(&note) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        read => read.map_err(|error| BreakError::Note { path: note.clone(), error })?,
    };
    // half a note was written before anything was accepted
    let Ok(begun) = serde_json::from_str::<Loss>(&text) else { return Ok(()) };
    for (_, event) in breaks(ground.tree.log()).await? {
        if let LogBreakEvent::LogBreakAccepted { loss, .. } = event
            && *loss == begun
        {
            set_aside(ground, &loss).await?;
            return end(&note);
        }
    }
    Ok(())
}

/// Sets aside what is not of this history. Where the old copy lies now, if there was one.
pub(super) async fn set_aside(ground: Ground<'_>, stated: &Loss) -> Result<Option<PathBuf>, BreakError> {
    let head = |size: u64, root: &str| {
        let unreadable = || BreakError::Note {
            path: note_of(ground.copy),
            error: io::Error::other("the root of a break cannot be read"),
        };
        Ok::<Head, BreakError>(Head { size, root: NodeHash::parse(root).ok_or_else(unreadable)? })
    };
    let signed = stated.signed.as_ref();
    let loss = loss::Loss {
        kept: head(stated.kept.size, &stated.kept.root)?,
        signed: signed
            .map(|signed| Ok::<_, BreakError>((head(signed.size, &signed.root)?, signed.checkpoint.clone())))
            .transpose()?,
        found: head(stated.found.size, &stated.found.root)?,
    };
    Ok(loss::set_aside(ground.tree, ground.owner, ground.copy, &loss).await?)
}

fn note_of(copy: &CheckpointCopy) -> PathBuf {
    copy.beside("accepting")
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
