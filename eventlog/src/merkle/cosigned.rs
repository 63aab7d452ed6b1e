//! Cosignatures outside the database, in a file beside the copy of the checkpoints: whoever removes one from the database is
//! found. One JSON object a line, only appended to; they come later than their checkpoint, so they have a file of their own.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::copy::{CheckpointCopy, CopyError};

/// The file.
#[derive(Clone, Debug)]
pub struct CosignatureCopy {
    path: PathBuf,
}

#[derive(Debug, Serialize, Deserialize)]
struct Cosigned {
    size: u64,
    line: String,
}

impl CosignatureCopy {
    /// The file beside a copy of checkpoints.
    pub fn beside(copy: &CheckpointCopy) -> CosignatureCopy {
        CosignatureCopy { path: copy.beside("cosigned") }
    }

    /// Keeps a witness's line under the checkpoint for `size` events, and waits for the disk.
    ///
    /// # Errors
    /// [`CopyError::Io`].
    pub fn append(&self, size: u64, line: &str) -> Result<(), CopyError> {
        self.put(size, line).map_err(self.io())
    }

    fn put(&self, size: u64, line: &str) -> io::Result<()> {
        let mut text = serde_json::to_string(&Cosigned { size, line: line.to_owned() })? + "\n";
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(&self.path)?;
        file.lock()?;
        // a crash may have left half a line, which is not to swallow this one
        if file.seek(SeekFrom::End(0))? > 0 {
            file.seek(SeekFrom::End(-1))?;
            let mut last = [0];
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                text.insert(0, '\n');
            }
        }
        file.write_all(text.as_bytes())?;
        file.sync_data()
    }

    /// Every line, by the size of its checkpoint. What a crash left of a line is passed over.
    ///
    /// # Errors
    /// [`CopyError::Io`].
    pub fn read(&self) -> Result<BTreeMap<u64, Vec<String>>, CopyError> {
        let text = match fs::read_to_string(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            read => read.map_err(self.io())?,
        };
        let mut lines: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        for cosigned in text.lines().filter_map(|line| serde_json::from_str::<Cosigned>(line).ok()) {
            lines.entry(cosigned.size).or_default().push(cosigned.line);
        }
        Ok(lines)
    }

    fn io(&self) -> impl Fn(io::Error) -> CopyError {
        |error| CopyError::Io { path: self.path.clone(), error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_kept_by_size_and_half_a_line_swallows_none() {
        let folder = tempfile::tempdir().unwrap();
        let copy = CheckpointCopy::new(folder.path().join("checkpoints.jsonl"));
        let cosigned = CosignatureCopy::beside(&copy);
        assert_eq!(cosigned.read().unwrap(), BTreeMap::new());
        cosigned.append(3, "— a x").unwrap();
        cosigned.append(3, "— b y").unwrap();
        let path = folder.path().join("checkpoints.jsonl.cosigned");
        let whole = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{whole}{}", &whole[..9])).unwrap();
        cosigned.append(5, "— a z").unwrap();
        let line = |text: &str| text.to_owned();
        assert_eq!(
            cosigned.read().unwrap(),
            BTreeMap::from([(3, vec![line("— a x"), line("— b y")]), (5, vec![line("— a z")])])
        );
    }
}
