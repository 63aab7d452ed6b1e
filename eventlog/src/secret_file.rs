//! A file with a secret: mode 0600 in a folder of mode 0700, never overwritten by chance, refused when open to others.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// Why a secret's file cannot be used. Never holds the secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
    /// There is no such file.
    #[error("{path} is missing")]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// Others can read the file.
    #[error("{path} is open to others (mode {mode:04o}): chmod 600 it, and consider replacing its key")]
    OpenToOthers {
        /// Where it is.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file cannot be read or made.
    #[error("{path} cannot be read or made: {source}")]
    Io {
        /// Where it is.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// Reads a secret.
///
/// # Errors
/// [`SecretFileError`]; a file that others can read is refused.
pub fn read(path: &Path) -> Result<Zeroizing<String>, SecretFileError> {
    let file = File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => SecretFileError::Missing { path: path.to_owned() },
        _ => at(path)(error),
    })?;
    let mode = file.metadata().map_err(at(path))?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(SecretFileError::OpenToOthers { path: path.to_owned(), mode });
    }
    io::read_to_string(file).map(Zeroizing::new).map_err(at(path))
}

/// Writes a secret to a file that does not exist yet. If another program was faster, its secret stays.
///
/// # Errors
/// [`SecretFileError::Io`].
pub fn write_new(path: &Path, secret: &str) -> Result<(), SecretFileError> {
    put(path, secret, |draft| match fs::hard_link(draft, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    })
}

/// Puts a secret in the place of an older one, in one step.
///
/// # Errors
/// [`SecretFileError::Io`].
pub fn replace(path: &Path, secret: &str) -> Result<(), SecretFileError> {
    let waiting = path.with_extension(format!("replacing-{}", std::process::id()));
    put(path, secret, |draft| fs::hard_link(draft, &waiting).and_then(|()| fs::rename(&waiting, path)))
}

fn put(
    path: &Path,
    secret: &str,
    place: impl FnOnce(&Path) -> io::Result<()>,
) -> Result<(), SecretFileError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(at(folder))?;
    let draft = path.with_extension(format!("new-{}", std::process::id()));
    let made = write_draft(&draft, secret).and_then(|()| place(&draft));
    let removed = fs::remove_file(&draft);
    made.and(removed).and_then(|()| File::open(folder)?.sync_all()).map_err(at(path))
}

fn write_draft(draft: &Path, secret: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    file.write_all(secret.as_bytes())?;
    file.sync_all()
}

fn at(path: &Path) -> impl Fn(io::Error) -> SecretFileError {
    move |source| SecretFileError::Io { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_secret_is_written_once_with_mode_0600_and_replaced_on_purpose_only() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("keys/a.key");
        assert!(matches!(read(&path), Err(SecretFileError::Missing { .. })));
        write_new(&path, "one").unwrap();
        write_new(&path, "two").unwrap();
        assert_eq!(*read(&path).unwrap(), "one");
        replace(&path, "three").unwrap();
        assert_eq!(*read(&path).unwrap(), "three");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(path.parent().unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("a.key");
        write_new(&path, "one").unwrap();
        for mode in [0o640, 0o604, 0o660] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let refused = read(&path).unwrap_err();
            assert!(matches!(refused, SecretFileError::OpenToOthers { mode: found, .. } if found == mode));
        }
    }
}
