//! Where the files of a bundle go: into a directory, or into one archive. Either is on the disk at the end, or there is
//! an error.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use nix::unistd::syncfs;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::bundle::BundleError;
use super::{archive, layout};

/// The files of a bundle, with the sum of each; the sums come last.
pub(super) struct Files {
    out: PathBuf,
    place: Place,
    names: BTreeSet<String>,
    sums: String,
}

enum Place {
    Directory { folders: BTreeSet<PathBuf> },
    Archive(tar::Builder<BufWriter<NamedTempFile>>),
}

impl Files {
    /// Begins a bundle: in a directory that is new or empty, or in a new archive where the name ends with `.tar`.
    pub fn begin(out: &Path) -> Result<Files, BundleError> {
        let io = |error| BundleError::Io { path: out.to_owned(), error };
        let place = if archive::is_named(out) {
            if fs::symlink_metadata(out).is_ok() {
                return Err(BundleError::Exists(out.to_owned()));
            }
            fs::create_dir_all(folder_of(out)).map_err(io)?;
            // complete or not there: it gets its name at the end
            let draft = NamedTempFile::new_in(folder_of(out)).map_err(io)?;
            Place::Archive(tar::Builder::new(BufWriter::new(draft)))
        } else {
            if fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some()) {
                return Err(BundleError::Exists(out.to_owned()));
            }
            fs::create_dir_all(out).map_err(io)?;
            Place::Directory { folders: BTreeSet::new() }
        };
        Ok(Files { out: out.to_owned(), place, names: BTreeSet::new(), sums: String::new() })
    }

    /// Whether a file was written.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Writes a file.
    pub fn write(&mut self, name: &str, content: &[u8]) -> Result<(), BundleError> {
        self.sums.push_str(&format!("{}  {name}\n", hex::encode(Sha256::digest(content))));
        self.names.insert(name.to_owned());
        self.put(name, content)
    }

    fn put(&mut self, name: &str, content: &[u8]) -> Result<(), BundleError> {
        let path = self.out.join(name);
        let done = match &mut self.place {
            Place::Directory { folders } => write_new(&path, content, folders),
            Place::Archive(archive) => archive::header(name, content.len() as u64)
                .and_then(|header| archive.append(&header, content)),
        };
        done.map_err(|error| BundleError::Io { path, error })
    }

    /// Writes the sums and waits for the disk. How many files there are.
    pub fn finish(mut self) -> Result<u64, BundleError> {
        let sums = std::mem::take(&mut self.sums);
        self.put(layout::SUMS, sums.as_bytes())?;
        let Files { out, place, names, .. } = self;
        let done = match place {
            Place::Directory { .. } => File::open(&out).and_then(|folder| Ok(syncfs(folder)?)),
            Place::Archive(archive) => place_archive(archive, &out),
        };
        match done {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(BundleError::Exists(out)),
            Err(error) => Err(BundleError::Io { path: out, error }),
            Ok(()) => Ok(names.len() as u64 + 1),
        }
    }
}

fn write_new(path: &Path, content: &[u8], folders: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folders.contains(*folder)) {
        fs::create_dir_all(folder)?;
        folders.insert(folder.to_owned());
    }
    File::create_new(path)?.write_all(content)
}

/// Ends the archive, and gives it its name once it is on the disk; never in the place of another file.
fn place_archive(archive: tar::Builder<BufWriter<NamedTempFile>>, out: &Path) -> io::Result<()> {
    let draft = archive.into_inner()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    draft.as_file().sync_all()?;
    draft.persist_noclobber(out).map_err(|refused| refused.error)?;
    File::open(folder_of(out))?.sync_all()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
