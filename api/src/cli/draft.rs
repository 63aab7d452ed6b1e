//! A file in the making: it stands at its place whole, or not at all. Only its owner can read it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use crate::lang::io_trouble;

/// A file beside the place where it will stand. It is removed unless it is kept.
pub(super) struct Draft {
    /// Where to write.
    pub file: File,
    draft: PathBuf,
    place: PathBuf,
}

impl Draft {
    /// Begins a file that will stand at `place`.
    ///
    /// # Errors
    /// [`Failure::Refused`] when nothing can be written there.
    pub fn begin(place: &Path) -> Result<Draft, Failure> {
        let name = place.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let draft = place.with_file_name(format!(".{name}.{}.part", std::process::id()));
        let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft);
        let file = opened.map_err(|error| unwritable(place, &error))?;
        Ok(Draft { file, draft, place: place.to_owned() })
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// [`Failure::Refused`] when that cannot be done.
    pub fn keep(self) -> Result<(), Failure> {
        let kept = self.file.sync_all().and_then(|()| fs::rename(&self.draft, &self.place));
        kept.map_err(|error| unwritable(&self.place, &error))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // after a rename there is nothing to remove
        let _ = fs::remove_file(&self.draft);
    }
}

/// Writes a whole file.
///
/// # Errors
/// [`Failure::Refused`] when it cannot be written.
pub(super) fn write(place: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut draft = Draft::begin(place)?;
    draft.file.write_all(bytes).map_err(|error| unwritable(place, &error))?;
    draft.keep()
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::Refused {
        code: "file_unwritable",
        zh: format!("无法写入 {}：{}", path.display(), io_trouble(error)),
        en: format!("{} cannot be written: {error}", path.display()),
    }
}
