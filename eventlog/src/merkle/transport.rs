//! Proofs as texts: `tlog-proof` for one entry, and the request that a witness is asked with (`tlog-witness`).

use super::checkpoint::plain_number;
use super::hash::NodeHash;
use super::proof::PROOF_HASHES_MAX;

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// One entry's proof with the checkpoint it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryProof {
    /// The entry's position.
    pub index: u64,
    /// From its neighbour up.
    pub hashes: Vec<NodeHash>,
    /// The signed checkpoint, byte for byte.
    pub checkpoint: String,
}

/// A request to cosign a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size that the witness cosigned last.
    pub old_size: u64,
    /// That the old tree is the beginning of the new one.
    pub hashes: Vec<NodeHash>,
    /// The signed checkpoint, byte for byte.
    pub checkpoint: String,
}

/// Text that is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} cannot be read")]
pub struct TransportError(pub &'static str);

impl EntryProof {
    /// Reads the text of a `.tlog-proof` file.
    ///
    /// # Errors
    /// [`TransportError`] names the part.
    pub fn parse(text: &str) -> Result<EntryProof, TransportError> {
        let rest = text.strip_prefix(HEADER).and_then(|rest| rest.strip_prefix('\n'));
        let mut rest = rest.ok_or(TransportError("the first line"))?;
        if rest.starts_with("extra ") {
            rest = rest.split_once('\n').ok_or(TransportError("the extra line"))?.1;
        }
        let (index, hashes, checkpoint) = numbered(rest, "index ")?;
        Ok(EntryProof { index, hashes, checkpoint: checkpoint.to_owned() })
    }

    /// The text of a `.tlog-proof` file.
    pub fn to_text(&self) -> String {
        let EntryProof { index, hashes, checkpoint } = self;
        format!("{HEADER}\nindex {index}\n{}\n{checkpoint}", proof_lines(hashes))
    }
}

impl AddCheckpoint {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// [`TransportError`] names the part.
    pub fn parse(text: &str) -> Result<AddCheckpoint, TransportError> {
        let (old_size, hashes, checkpoint) = numbered(text, "old ")?;
        Ok(AddCheckpoint { old_size, hashes, checkpoint: checkpoint.to_owned() })
    }

    /// The body of a request.
    pub fn to_text(&self) -> String {
        let AddCheckpoint { old_size, hashes, checkpoint } = self;
        format!("old {old_size}\n{}\n{checkpoint}", proof_lines(hashes))
    }
}

/// Hashes, one a line.
pub fn proof_lines(hashes: &[NodeHash]) -> String {
    hashes.iter().map(|hash| format!("{hash}\n")).collect()
}

/// Reads hashes, one a line.
///
/// # Errors
/// [`TransportError`].
pub fn parse_proof_lines(text: &str) -> Result<Vec<NodeHash>, TransportError> {
    let mut hashes = Vec::new();
    for line in text.split_inclusive('\n') {
        let hash = line.strip_suffix('\n').and_then(NodeHash::parse);
        hashes.push(hash.ok_or(TransportError("a line of the proof"))?);
        if hashes.len() > PROOF_HASHES_MAX {
            return Err(TransportError("a proof of so many lines"));
        }
    }
    Ok(hashes)
}

/// A line with a number, lines of a proof, an empty line and the rest.
fn numbered<'t>(text: &'t str, label: &str) -> Result<(u64, Vec<NodeHash>, &'t str), TransportError> {
    let (line, rest) = text.split_once('\n').ok_or(TransportError("the line of the number"))?;
    let number = line.strip_prefix(label).and_then(plain_number);
    let number = number.ok_or(TransportError("the line of the number"))?;
    let (proof, rest) = match rest.strip_prefix('\n') {
        Some(rest) => ("", rest),
        None => {
            let end = rest.find("\n\n").ok_or(TransportError("the empty line after the proof"))?;
            (&rest[..=end], &rest[end + 2..])
        }
    };
    Ok((number, parse_proof_lines(proof)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proofs_and_requests_read_back() {
        for hashes in [vec![], vec![NodeHash([1; 32])], vec![NodeHash([2; 32]); PROOF_HASHES_MAX]] {
            let checkpoint = "a\n1\nb\n\n— a x\n".to_owned();
            let proof = EntryProof { index: 5, hashes: hashes.clone(), checkpoint: checkpoint.clone() };
            assert_eq!(EntryProof::parse(&proof.to_text()), Ok(proof.clone()));
            let extra = proof.to_text().replacen("index", "extra eA==\nindex", 1);
            assert_eq!(EntryProof::parse(&extra), Ok(proof));
            let request = AddCheckpoint { old_size: 0, hashes, checkpoint };
            assert_eq!(AddCheckpoint::parse(&request.to_text()), Ok(request));
        }
    }

    #[test]
    fn text_that_is_not_a_proof_is_refused() {
        let hash = NodeHash([1; 32]);
        for text in [
            String::new(),
            "c2sp.org/tlog-proof@v2\nindex 0\n\nx".to_owned(),
            format!("{HEADER}\nextra x"),
            format!("{HEADER}\nindex 00\n\nx"),
            format!("{HEADER}\nindex 0\nx\n\nx"),
            format!("{HEADER}\nindex 0\n{hash}\nx"),
            format!("{HEADER}\nindex 0\n{}\nx", format!("{hash}\n").repeat(PROOF_HASHES_MAX + 1)),
        ] {
            assert!(EntryProof::parse(&text).is_err(), "{text:?}");
        }
    }
}
