//! The master key: 32 bytes outside the database, in a file of mode 0600 or in a setting.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::error::MasterKeyError;
use super::suite::SecretKey;
use crate::secret_file::{self, SecretFileError};

/// The key that wraps all data keys. `Debug` does not show it.
#[derive(Clone)]
pub struct MasterKey {
    root: SecretKey,
    wrapping: SecretKey,
}

impl MasterKey {
    /// A new random one.
    ///
    /// # Errors
    /// [`MasterKeyError::NoRandomness`].
    pub fn random() -> Result<MasterKey, MasterKeyError> {
        SecretKey::random().map(MasterKey::from_root)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`MasterKeyError`]; a file that others can read is refused.
    pub fn read(path: &Path) -> Result<MasterKey, MasterKeyError> {
        let text = secret_file::read(path)?;
        text.parse()
    }

    /// Reads the file; makes it, with mode 0600 in a folder of mode 0700, if it is missing.
    ///
    /// # Errors
    /// Those of [`MasterKey::read`].
    pub fn read_or_make(path: &Path) -> Result<MasterKey, MasterKeyError> {
        match MasterKey::read(path) {
            Err(MasterKeyError::Missing { .. }) => {}
            found => return found,
        }
        MasterKey::random()?.write_new(path)?;
        MasterKey::read(path)
    }

    /// Writes the key to a file that does not exist yet. If another program was faster, its key stays.
    ///
    /// # Errors
    /// [`MasterKeyError::Io`].
    pub fn write_new(&self, path: &Path) -> Result<(), MasterKeyError> {
        let text = Zeroizing::new(hex::encode(self.root.reveal()) + "\n");
        Ok(secret_file::write_new(path, &text)?)
    }

    /// The key under which data keys are wrapped.
    pub(super) fn wrapping(&self) -> &SecretKey {
        &self.wrapping
    }

    /// The key of the blind index of a ledger that this master key opens first.
    pub(super) fn first_index_key(&self) -> SecretKey {
        self.root.derive("benefits ledger, blind index")
    }

    fn from_root(root: SecretKey) -> MasterKey {
        let wrapping = root.derive("benefits ledger, wrapping of data keys");
        MasterKey { root, wrapping }
    }
}

impl FromStr for MasterKey {
    type Err = MasterKeyError;

    /// Reads 64 hexadecimal digits, or base64 of 32 bytes in either alphabet.
    fn from_str(text: &str) -> Result<MasterKey, MasterKeyError> {
        let text = text.trim();
        let bytes = hex::decode(text)
            .ok()
            .or_else(|| STANDARD.decode(text).ok())
            .or_else(|| URL_SAFE_NO_PAD.decode(text).ok())
            .map(Zeroizing::new)
            .ok_or(MasterKeyError::Malformed)?;
        let root = bytes.as_slice().try_into().map_err(|_| MasterKeyError::Malformed)?;
        Ok(MasterKey::from_root(SecretKey::new(root)))
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

impl From<SecretFileError> for MasterKeyError {
    fn from(error: SecretFileError) -> MasterKeyError {
        match error {
            SecretFileError::Missing { path } => MasterKeyError::Missing { path },
            SecretFileError::OpenToOthers { path, mode } => MasterKeyError::OpenToOthers { path, mode },
            SecretFileError::Io { path, source } => MasterKeyError::Io { path, source },
        }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_file_is_made_once_and_read_again() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("keys/master.key");
        let made = MasterKey::read_or_make(&path).unwrap();
        let again = MasterKey::read_or_make(&path).unwrap();
        assert_eq!(made.root.reveal(), again.root.reveal());
    }

    #[test]
    fn a_key_that_is_there_is_never_overwritten() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("master.key");
        let first = MasterKey::random().unwrap();
        first.write_new(&path).unwrap();
        MasterKey::random().unwrap().write_new(&path).unwrap();
        assert_eq!(MasterKey::read(&path).unwrap().root.reveal(), first.root.reveal());
    }

    #[test]
    fn hexadecimal_digits_and_base64_are_read_and_nothing_else() {
        let digits = "ab".repeat(32);
        let bytes = [0xab; 32];
        for text in
            [digits.clone(), format!(" {digits}\n"), STANDARD.encode(bytes), URL_SAFE_NO_PAD.encode(bytes)]
        {
            assert_eq!(text.parse::<MasterKey>().unwrap().root.reveal(), &bytes, "{text}");
        }
        for text in ["", "ab", "zz", &"ab".repeat(31), &"ab".repeat(33)] {
            assert!(matches!(text.parse::<MasterKey>(), Err(MasterKeyError::Malformed)), "{text}");
        }
    }

    #[test]
    fn nothing_is_printed() {
        let key: MasterKey = "ab".repeat(32).parse().unwrap();
        assert_eq!(format!("{key:?}"), "MasterKey(…)");
    }
}
