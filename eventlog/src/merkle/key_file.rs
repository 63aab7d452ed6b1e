//! The log's signing keys: a file of mode 0600 outside the database, one private key a line, the newest first.
//!
//! Every key in the file signs every checkpoint. A key is rotated by adding a new one in front, telling witnesses and
//! auditors of it, and taking the old one out later.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::key::{Algorithm, KeyError, SignerKey};
use crate::secret_file::{self, SecretFileError};

/// Why the signing keys cannot be had. Never holds a key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file.
    #[error(transparent)]
    File(#[from] SecretFileError),
    /// A line is not a private key of this log.
    #[error("line {line} of the signing keys: {error}")]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong.
        error: KeyError,
    },
    /// A key of another log.
    #[error("line {line} of the signing keys is a key of {found}, not of {expected}")]
    OtherLog {
        /// From 1.
        line: usize,
        /// This log.
        expected: String,
        /// The key's.
        found: String,
    },
    /// No key at all.
    #[error("there is no signing key")]
    Empty,
    /// A key that is to be retired is not there, or is the only one.
    #[error("{0} is not a signing key that can be retired")]
    Retired(String),
    /// No random bytes.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// The keys in a text: private keys of the log `origin`, one a line.
///
/// # Errors
/// [`KeyFileError`].
pub fn parse(text: &str, origin: &str) -> Result<Vec<SignerKey>, KeyFileError> {
    let mut keys = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let line_number = number + 1;
        let key: SignerKey = line.parse().map_err(|error| KeyFileError::Line { line: line_number, error })?;
        let found = key.verifier().name();
        if found != origin || key.verifier().algorithm() != Algorithm::Ed25519 {
            let (expected, found) = (origin.to_owned(), found.to_owned());
            return Err(KeyFileError::OtherLog { line: line_number, expected, found });
        }
        keys.push(key);
    }
    if keys.is_empty() { Err(KeyFileError::Empty) } else { Ok(keys) }
}

/// The file of a log's signing keys.
#[derive(Clone, Debug)]
pub struct KeyFile {
    path: PathBuf,
    origin: String,
}

impl KeyFile {
    /// The keys of the log `origin` in a file.
    pub fn new(path: PathBuf, origin: String) -> KeyFile {
        KeyFile { path, origin }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the keys, the newest first.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn read(&self) -> Result<Vec<SignerKey>, KeyFileError> {
        parse(&secret_file::read(&self.path)?, &self.origin)
    }

    /// Reads the keys; makes the first one where there is no file.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn read_or_make(&self) -> Result<Vec<SignerKey>, KeyFileError> {
        match self.read() {
            Err(KeyFileError::File(SecretFileError::Missing { .. })) => {}
            found => return found,
        }
        let key = SignerKey::random(&self.origin, Algorithm::Ed25519)?;
        secret_file::write_new(&self.path, &lines(&[key]))?;
        self.read()
    }

    /// Puts a new key in front of those that are there, and gives it.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn rotate(&self) -> Result<SignerKey, KeyFileError> {
        let mut keys = self.read()?;
        let key = SignerKey::random(&self.origin, Algorithm::Ed25519)?;
        keys.insert(0, key.clone());
        secret_file::replace(&self.path, &lines(&keys))?;
        Ok(key)
    }

    /// Takes an older key out, named by the eight digits of its id.
    ///
    /// # Errors
    /// [`KeyFileError::Retired`] for one that is not there, and for the newest.
    pub fn retire(&self, id: &str) -> Result<Vec<SignerKey>, KeyFileError> {
        let mut keys = self.read()?;
        let place = keys.iter().position(|key| hex::encode(key.verifier().id()) == id);
        let place = place.filter(|place| *place > 0).ok_or(KeyFileError::Retired(id.to_owned()))?;
        keys.remove(place);
        secret_file::replace(&self.path, &lines(&keys))?;
        Ok(keys)
    }
}

fn lines(keys: &[SignerKey]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    for key in keys {
        text.push_str(&key.to_secret_line());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_rotated_and_retired() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::new(folder.path().join("signing.key"), "a/1".to_owned());
        let id = |key: &SignerKey| hex::encode(key.verifier().id());
        let first = file.read_or_make().unwrap();
        assert_eq!(file.read_or_make().unwrap()[0].verifier(), first[0].verifier());
        assert!(matches!(file.retire(&id(&first[0])), Err(KeyFileError::Retired(_))), "the only one stays");
        file.rotate().unwrap();
        let rotated = file.read().unwrap();
        assert_eq!(rotated[1].verifier(), first[0].verifier());
        assert!(matches!(file.retire(&id(&rotated[0])), Err(KeyFileError::Retired(_))), "the newest stays");
        let left = file.retire(&id(&first[0])).unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(file.read().unwrap()[0].verifier(), rotated[0].verifier());
    }

    #[test]
    fn lines_that_are_no_keys_of_this_log_are_refused() {
        let key = |name, algorithm| SignerKey::from_seed(name, algorithm, &[1; 32]).unwrap().to_secret_line();
        let good = key("a/1", Algorithm::Ed25519);
        assert_eq!(parse(&format!("\n{}\n", *good), "a/1").unwrap().len(), 1);
        assert!(matches!(parse("", "a/1"), Err(KeyFileError::Empty)));
        let refused = parse(&format!("{}\nsecret", *good), "a/1").unwrap_err();
        assert_eq!(refused.to_string(), "line 2 of the signing keys: not a key of the form name+id+base64");
        for other in [key("b/1", Algorithm::Ed25519), key("a/1", Algorithm::Cosignature)] {
            assert!(matches!(parse(&other, "a/1"), Err(KeyFileError::OtherLog { line: 1, .. })));
        }
    }
}
