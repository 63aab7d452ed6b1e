//! Why the keyring cannot be used. Never holds a key or a value.

use std::io;
use std::path::PathBuf;

use domain::ids::PersonId;

/// Why the keyring cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// The ledger's keys were wrapped by another master key.
    #[error("this master key is not the one of the ledger: its personal data stays sealed")]
    WrongMasterKey,
    /// The master key was replaced while this program ran with the old one.
    #[error("the master key was replaced: start the program again with the new one")]
    MasterKeyReplaced,
    /// A stored key was changed or moved.
    #[error("a stored key of {person} was changed or moved")]
    Damaged {
        /// Whose.
        person: PersonId,
    },
    /// A newer version of the program made this key.
    #[error("the keyring holds keys of a suite that this version does not know; use a newer version")]
    UnknownSuite,
    /// The master key cannot be had.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// The database failed.
    #[error("the ledger's keys cannot be reached")]
    Database(#[from] sqlx::Error),
}

/// Why the master key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// It is not 32 bytes.
    #[error("a master key is 32 bytes, written as 64 hexadecimal digits or in base64")]
    Malformed,
    /// The ledger has keys, but the file is gone.
    #[error(
        "the master key is missing at {path}: restore it from its backup, or the personal data stays sealed"
    )]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// Others can read the file.
    #[error(
        "the master key at {path} is open to others (mode {mode:04o}): chmod 600 it, and consider replacing it"
    )]
    OpenToOthers {
        /// Where it is.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file cannot be read or made.
    #[error("the master key at {path} cannot be read or made: {source}")]
    Io {
        /// Where it is.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
}
