//! The copy of every checkpoint outside the database: a file that is only appended to, one JSON object a line.
//!
//! It is what a restored backup or a rewritten history cannot have changed. Several programs may append to it: each
//! locks the file, and leaves out what is not newer than its last line.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::checkpoint::Checkpoint;
use super::hash::NodeHash;
use super::note::Note;

/// How far back the last line is looked for.
const TAIL_BYTES: u64 = 256 * 1024;

/// One line of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopiedCheckpoint {
    /// When it was signed, by the clock of the program that signed.
    pub at: DateTime<Utc>,
    /// The signed note, byte for byte.
    pub note: String,
}

/// The file.
#[derive(Clone, Debug)]
pub struct CheckpointCopy {
    path: PathBuf,
}

/// Why the copy cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The file cannot be read or written.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A line that is not a checkpoint.
    #[error("{path}: line {line} is not a checkpoint")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// From 1; counted from the end of what was read when 0.
        line: u64,
    },
    /// The file has another root for the same size: two histories.
    #[error("{path}: has another root for {size} events")]
    Fork {
        /// The file.
        path: PathBuf,
        /// The size.
        size: u64,
    },
}

impl CopiedCheckpoint {
    /// The checkpoint that the note says.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        let note = Note::parse(self.note.as_bytes()).ok()?;
        Checkpoint::parse(&note.text).ok()
    }
}

impl CheckpointCopy {
    /// The copy in a file, which need not exist yet.
    pub fn new(path: PathBuf) -> CheckpointCopy {
        CheckpointCopy { path }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the file where there is none, so that a place that cannot be written to is found at once.
    ///
    /// # Errors
    /// [`CopyError::Io`].
    pub fn prepare(&self) -> Result<(), CopyError> {
        self.open_to_append().map(drop).map_err(self.io())
    }

    fn io(&self) -> impl Fn(io::Error) -> CopyError {
        |error| CopyError::Io { path: self.path.clone(), error }
    }

    /// Appends a checkpoint and waits for the disk. One that is not newer than the last line is left out.
    ///
    /// # Errors
    /// [`CopyError`]; [`CopyError::Fork`] when the last line has another root for the same size.
    pub fn append(&self, copied: &CopiedCheckpoint, checkpoint: &Checkpoint) -> Result<(), CopyError> {
        self.put(copied, checkpoint, |last| last.size >= checkpoint.size)
    }

    /// Appends the last checkpoint again, with other signatures: a new key speaks for the same history.
    ///
    /// # Errors
    /// As [`CheckpointCopy::append`].
    pub fn append_signed_again(
        &self,
        copied: &CopiedCheckpoint,
        checkpoint: &Checkpoint,
    ) -> Result<(), CopyError> {
        self.put(copied, checkpoint, |last| last.size > checkpoint.size)
    }

    fn put(
        &self,
        copied: &CopiedCheckpoint,
        checkpoint: &Checkpoint,
        is_old: impl Fn(&Checkpoint) -> bool,
    ) -> Result<(), CopyError> {
        let mut file = self.open_to_append().map_err(self.io())?;
        file.lock().map_err(self.io())?;
        let (last, end) = self.last_in(&mut file)?;
        if let Some((_, last)) = last {
            if last.size == checkpoint.size && last.root != checkpoint.root {
                return Err(CopyError::Fork { path: self.path.clone(), size: last.size });
            }
            if is_old(&last) {
                return Ok(());
            }
        }
        let line = serde_json::to_string(copied).map_err(io::Error::other).map_err(self.io())? + "\n";
        // what a crash left of a line is overwritten
        file.set_len(end).map_err(self.io())?;
        file.seek(SeekFrom::Start(end)).map_err(self.io())?;
        file.write_all(line.as_bytes()).and_then(|()| file.sync_data()).map_err(self.io())
    }

    /// The last checkpoint; none when there is no file, or an empty one.
    ///
    /// # Errors
    /// [`CopyError`].
    pub fn last(&self) -> Result<Option<(CopiedCheckpoint, Checkpoint)>, CopyError> {
        match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.io()(error)),
            Ok(mut file) => Ok(self.last_in(&mut file)?.0),
        }
    }

    /// Every checkpoint, in the order of the file.
    ///
    /// # Errors
    /// [`CopyError`]; a last line without its end is left out.
    pub fn read(&self) -> Result<Vec<(CopiedCheckpoint, Checkpoint)>, CopyError> {
        let file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            opened => opened.map_err(self.io())?,
        };
        let (mut reader, mut line, mut all) = (BufReader::new(file), String::new(), Vec::new());
        while reader.read_line(&mut line).map_err(self.io())? > 0 && line.ends_with('\n') {
            let damaged = || CopyError::Damaged { path: self.path.clone(), line: all.len() as u64 + 1 };
            let read = parse(&line).ok_or_else(damaged)?;
            all.push(read);
            line.clear();
        }
        Ok(all)
    }

    /// Gives the copy a new file, which begins with the lines for up to `kept` events, and keeps the old one under another
    /// name, which is given. Nothing where the last line is no longer `signed`: it was done before.
    ///
    /// # Errors
    /// [`CopyError`]; then the old file is in its place.
    pub fn set_aside(&self, kept: u64, signed: (u64, NodeHash)) -> Result<Option<PathBuf>, CopyError> {
        let lines = self.read()?;
        if lines.last().is_none_or(|(_, last)| (last.size, last.root) != signed) {
            return Ok(None);
        }
        let aside = self.beside(&format!("until-{}-{}", signed.0, &hex::encode(signed.1.0)[..8]));
        match fs::hard_link(&self.path, &aside) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            linked => linked.map_err(self.io())?,
        }
        let kept = lines.into_iter().filter(|(_, checkpoint)| checkpoint.size <= kept);
        self.begin_again(kept.map(|(copied, _)| copied))?;
        Ok(Some(aside))
    }

    /// Puts a file with these lines in the place of the copy, in one step.
    ///
    /// # Errors
    /// [`CopyError`].
    pub fn begin_again(&self, lines: impl IntoIterator<Item = CopiedCheckpoint>) -> Result<(), CopyError> {
        let mut text = String::new();
        for line in lines {
            text += &serde_json::to_string(&line).map_err(io::Error::other).map_err(self.io())?;
            text.push('\n');
        }
        let draft = self.beside("new");
        let folder = self.folder();
        let put = || {
            fs::create_dir_all(folder)?;
            let mut file = File::create(&draft)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&draft, &self.path)?;
            File::open(folder)?.sync_all()
        };
        put().map_err(self.io())
    }

    /// A file beside the copy that is named after it.
    pub fn beside(&self, what: &str) -> PathBuf {
        self.path.with_added_extension(what)
    }

    fn folder(&self) -> &Path {
        self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    fn open_to_append(&self) -> io::Result<File> {
        fs::create_dir_all(self.folder())?;
        let fresh = !self.path.exists();
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&self.path)?;
        if fresh {
            File::open(self.folder())?.sync_all()?;
        }
        Ok(file)
    }

    /// The last whole line, and where it ends.
    fn last_in(&self, file: &mut File) -> Result<(Option<(CopiedCheckpoint, Checkpoint)>, u64), CopyError> {
        let length = file.seek(SeekFrom::End(0)).map_err(self.io())?;
        let start = length.saturating_sub(TAIL_BYTES);
        file.seek(SeekFrom::Start(start)).map_err(self.io())?;
        let mut tail = Vec::new();
        file.take(TAIL_BYTES).read_to_end(&mut tail).map_err(self.io())?;
        let damaged = || CopyError::Damaged { path: self.path.clone(), line: 0 };
        let Some(end) = tail.iter().rposition(|byte| *byte == b'\n') else {
            return if start == 0 { Ok((None, 0)) } else { Err(damaged()) };
        };
        let begin = tail[..end].iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
        let line = std::str::from_utf8(&tail[begin..end]).ok();
        let last = line.and_then(parse).ok_or_else(damaged)?;
        Ok((Some(last), start + end as u64 + 1))
    }
}

fn parse(line: &str) -> Option<(CopiedCheckpoint, Checkpoint)> {
    let copied: CopiedCheckpoint = serde_json::from_str(line).ok()?;
    let checkpoint = copied.checkpoint()?;
    Some((copied, checkpoint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::key::{Algorithm, SignerKey};

    fn checkpoint(size: u64, root: u8) -> (CopiedCheckpoint, Checkpoint) {
        let key = SignerKey::from_seed("a/1", Algorithm::Ed25519, &[1; 32]).unwrap();
        let checkpoint = Checkpoint { origin: "a/1".to_owned(), size, root: NodeHash([root; 32]) };
        let note = checkpoint.sign([&key], 0).to_string();
        (CopiedCheckpoint { at: DateTime::UNIX_EPOCH, note }, checkpoint)
    }

    fn append(
        copy: &CheckpointCopy,
        (copied, checkpoint): &(CopiedCheckpoint, Checkpoint),
    ) -> Result<(), CopyError> {
        copy.append(copied, checkpoint)
    }

    #[test]
    fn checkpoints_are_appended_in_order_and_older_ones_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let copy = CheckpointCopy::new(folder.path().join("new/checkpoints.jsonl"));
        assert_eq!(copy.last().unwrap(), None);
        let (one, two) = (checkpoint(1, 1), checkpoint(2, 2));
        for each in [&one, &two, &one, &two] {
            append(&copy, each).unwrap();
        }
        assert_eq!(copy.last().unwrap().as_ref(), Some(&two));
        assert_eq!(copy.read().unwrap(), [one, two]);
        assert!(matches!(append(&copy, &checkpoint(2, 9)), Err(CopyError::Fork { size: 2, .. })));
    }

    #[test]
    fn half_a_line_is_overwritten_and_another_line_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let copy = CheckpointCopy::new(folder.path().join("checkpoints.jsonl"));
        append(&copy, &checkpoint(1, 1)).unwrap();
        let whole = fs::read_to_string(copy.path()).unwrap();
        fs::write(copy.path(), format!("{whole}{}", &whole[..40])).unwrap();
        assert_eq!(copy.last().unwrap(), Some(checkpoint(1, 1)));
        append(&copy, &checkpoint(3, 3)).unwrap();
        assert_eq!(copy.read().unwrap(), [checkpoint(1, 1), checkpoint(3, 3)]);
        fs::write(copy.path(), format!("{whole}{{}}\n")).unwrap();
        assert!(matches!(copy.last(), Err(CopyError::Damaged { .. })));
        assert!(matches!(copy.read(), Err(CopyError::Damaged { line: 2, .. })));
        assert!(append(&copy, &checkpoint(4, 4)).is_err());
    }
}
