//! Checkpoints (C2SP `tlog-checkpoint`): whose log, how many leaves, which root.

use std::fmt;

use super::hash::NodeHash;
use super::key::{SignerKey, VerifierKey};
use super::note::{Note, NoteError};

/// The head of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose log: the ledger's name and its suite's.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The root over them.
    pub root: NodeHash,
}

/// Why a checkpoint is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not a note.
    #[error("not a signed note: {0}")]
    Note(#[from] NoteError),
    /// Not three lines of origin, size and root.
    #[error("not a checkpoint: {0} cannot be read")]
    Format(&'static str),
    /// Another log's.
    #[error("a checkpoint of {found}, not of {expected}")]
    Origin {
        /// The log that was asked for.
        expected: String,
        /// The log that it speaks for.
        found: String,
    },
    /// No valid signature by the key.
    #[error("not signed by {0}, or its signature does not hold")]
    Unsigned(String),
    /// Several signatures by the key that are not the same.
    #[error("{0} signed it several times, and not in the same way")]
    SignedTwice(String),
}

impl Checkpoint {
    /// Reads the text of a note: origin, size, root, and extension lines that say nothing to us.
    ///
    /// # Errors
    /// [`CheckpointError::Format`].
    pub fn parse(text: &str) -> Result<Checkpoint, CheckpointError> {
        let format = CheckpointError::Format;
        let body = text.strip_suffix('\n').ok_or(format("the end of its last line"))?;
        let mut lines = body.split('\n');
        let origin = lines.next().filter(|line| !line.is_empty()).ok_or(format("the origin"))?;
        let size = lines.next().and_then(plain_number).ok_or(format("the size"))?;
        let root = lines.next().and_then(NodeHash::parse).ok_or(format("the root"))?;
        if lines.any(str::is_empty) {
            return Err(format("an extension line"));
        }
        Ok(Checkpoint { origin: origin.to_owned(), size, root })
    }

    /// Signs it with every key, in their order.
    pub fn sign<'k>(&self, keys: impl IntoIterator<Item = &'k SignerKey>, at: u64) -> Note {
        let text = self.to_string();
        let signatures = keys.into_iter().map(|key| key.sign(&text, at)).collect();
        Note { text, signatures }
    }

    /// Reads a note that must be signed by `key`, whose name must be the origin.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn open(bytes: &[u8], key: &VerifierKey) -> Result<(Checkpoint, Note), CheckpointError> {
        let note = Note::parse(bytes)?;
        let checkpoint = Checkpoint::parse(&note.text)?;
        if checkpoint.origin != key.name() {
            let (expected, found) = (key.name().to_owned(), checkpoint.origin);
            return Err(CheckpointError::Origin { expected, found });
        }
        match key.signed(&note) {
            Some(_) => Ok((checkpoint, note)),
            None if key.lines(&note).count() > 1 => Err(CheckpointError::SignedTwice(key.to_string())),
            None => Err(CheckpointError::Unsigned(key.to_string())),
        }
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root)
    }
}

/// A decimal number in its one spelling.
pub fn plain_number(text: &str) -> Option<u64> {
    let plain = text == "0" || !text.starts_with(['0', '+']);
    text.parse().ok().filter(|number| plain && *number < 1 << 63)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::key::Algorithm;

    fn signer(name: &str, seed: u8) -> SignerKey {
        SignerKey::from_seed(name, Algorithm::Ed25519, &[seed; 32]).unwrap()
    }

    #[test]
    fn a_checkpoint_opens_for_its_log_and_its_key() {
        let checkpoint = Checkpoint { origin: "a/1".to_owned(), size: 7, root: NodeHash([9; 32]) };
        let (old, new) = (signer("a/1", 1), signer("a/1", 2));
        let bytes = checkpoint.sign([&old, &new], 0).to_string().into_bytes();
        for key in [&old, &new] {
            assert_eq!(Checkpoint::open(&bytes, key.verifier()).unwrap().0, checkpoint);
        }
        let stranger = signer("a/1", 3);
        let refused = Checkpoint::open(&bytes, stranger.verifier()).unwrap_err();
        assert!(matches!(refused, CheckpointError::Unsigned(_)), "{refused}");
        let elsewhere = signer("b/1", 1);
        let refused = Checkpoint::open(&bytes, elsewhere.verifier()).unwrap_err();
        assert!(matches!(refused, CheckpointError::Origin { .. }), "{refused}");
    }

    #[test]
    fn text_that_is_not_a_checkpoint_is_refused() {
        let root = NodeHash([9; 32]).to_string();
        let good = format!("a\n7\n{root}\n");
        assert!(Checkpoint::parse(&good).is_ok());
        assert!(Checkpoint::parse(&format!("{good}extension\n")).is_ok());
        for text in [
            String::new(),
            good.trim_end().to_owned(),
            format!("\n7\n{root}\n"),
            format!("a\n07\n{root}\n"),
            format!("a\n+7\n{root}\n"),
            format!("a\n-1\n{root}\n"),
            format!("a\n9223372036854775808\n{root}\n"),
            format!("a\n7\n{}\n", &root[4..]),
            format!("{good}\n"),
            "a\n7\n".to_owned(),
        ] {
            assert!(Checkpoint::parse(&text).is_err(), "{text:?}");
        }
    }
}
