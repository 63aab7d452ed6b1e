//! Signed notes (C2SP `signed-note`): a text, an empty line, and one line a signature.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The most bytes of a note that is read at all.
pub const NOTE_BYTES_MAX: usize = 64 * 1024;

/// The most signatures of a note that are read.
pub const SIGNATURES_MAX: usize = 100;

/// What stands before each signature.
const DASH: &str = "— ";

/// One signature line: whose it is by name and key id, and the bytes that only its algorithm can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureLine {
    /// The key's name.
    pub name: String,
    /// The key's id.
    pub key_id: [u8; 4],
    /// The signature.
    pub signature: Vec<u8>,
}

impl SignatureLine {
    /// Reads a line without its end.
    pub fn parse(line: &str) -> Option<SignatureLine> {
        let (name, encoded) = line.strip_prefix(DASH)?.split_once(' ')?;
        let bytes = STANDARD.decode(encoded).ok()?;
        let (key_id, signature) = bytes.split_first_chunk::<4>()?;
        let well_formed = is_name(name) && !signature.is_empty();
        well_formed.then(|| SignatureLine {
            name: name.to_owned(),
            key_id: *key_id,
            signature: signature.to_vec(),
        })
    }
}

impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.key_id[..], &self.signature].concat();
        write!(f, "{DASH}{} {}", self.name, STANDARD.encode(bytes))
    }
}

/// Whether a key may have this name: not empty, no space and no plus.
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

/// A text and its signatures, none of them checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The text that is signed, its last line ended.
    pub text: String,
    /// The signatures, in their order.
    pub signatures: Vec<SignatureLine>,
}

/// Bytes that are not a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Longer than any note.
    #[error("longer than {NOTE_BYTES_MAX} bytes or with more than {SIGNATURES_MAX} signatures")]
    TooLong,
    /// Not UTF-8, or with control characters.
    #[error("not plain text")]
    Text,
    /// No empty line, or no signature behind it.
    #[error("no signature after an empty line")]
    Unsigned,
    /// A line that is not a signature.
    #[error("signature {0} cannot be read")]
    Signature(usize),
}

impl Note {
    /// Reads a note.
    ///
    /// # Errors
    /// [`NoteError`].
    pub fn parse(bytes: &[u8]) -> Result<Note, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| NoteError::Text)?;
        if text.contains(|c: char| c < ' ' && c != '\n') {
            return Err(NoteError::Text);
        }
        let split = text.rfind("\n\n").ok_or(NoteError::Unsigned)?;
        let (text, signatures) = (&text[..=split], &text[split + 2..]);
        let lines = signatures.strip_suffix('\n').ok_or(NoteError::Unsigned)?;
        if lines.matches('\n').count() >= SIGNATURES_MAX {
            return Err(NoteError::TooLong);
        }
        let read = |(number, line)| SignatureLine::parse(line).ok_or(NoteError::Signature(number + 1));
        let signatures = lines.split('\n').enumerate().map(read).collect::<Result<_, _>>()?;
        Ok(Note { text: text.to_owned(), signatures })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str, bytes: &[u8]) -> String {
        format!("— {name} {}\n", STANDARD.encode(bytes))
    }

    #[test]
    fn a_note_is_written_as_it_was_read() {
        let text = format!("街道办/1\n7\nx\n\ny\n\n{}{}", line("a/b", &[1; 70]), line("见证", &[2; 80]));
        let note = Note::parse(text.as_bytes()).unwrap();
        assert_eq!(note.text, "街道办/1\n7\nx\n\ny\n");
        assert_eq!(note.signatures[1].name, "见证");
        assert_eq!(note.signatures[0].key_id, [1; 4]);
        assert_eq!(note.to_string(), text);
    }

    #[test]
    fn what_is_not_a_note_is_refused() {
        let signed = line("a", &[1; 70]);
        for (text, refused) in [
            (String::new(), NoteError::Unsigned),
            ("text\n".to_owned(), NoteError::Unsigned),
            ("text\n\n".to_owned(), NoteError::Unsigned),
            (format!("text\n\n{}", signed.trim_end()), NoteError::Unsigned),
            (format!("te\rxt\n\n{signed}"), NoteError::Text),
            (format!("text\n\n{signed}- a AAAAAAAA\n"), NoteError::Signature(2)),
            (format!("text\n\n{}", line("a+b", &[1; 70])), NoteError::Signature(1)),
            (format!("text\n\n{}", line("a", &[1; 4])), NoteError::Signature(1)),
            ("text\n\n— a !!!\n".to_owned(), NoteError::Signature(1)),
            (format!("text\n\n{}", signed.repeat(SIGNATURES_MAX + 1)), NoteError::TooLong),
            ("x".repeat(NOTE_BYTES_MAX + 1), NoteError::TooLong),
        ] {
            assert_eq!(Note::parse(text.as_bytes()), Err(refused), "{text:.40}");
        }
        assert_eq!(Note::parse(&[0xff, b'\n']), Err(NoteError::Text));
    }
}
