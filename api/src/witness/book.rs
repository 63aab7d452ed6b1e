//! The directory of a witness: its key, what it cosigned last of each log, what it refused.
//!
//! ```text
//! witness.lock          held while a witness works here
//! witness.key           its private key, mode 0600
//! logs/ID.note          the checkpoint of a log that was cosigned last; ID is the beginning of SHA-256 of the origin
//! refused/ID/…          evidence: what the log signed and this witness refused
//! ```

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use eventlog::merkle::checkpoint::Checkpoint;
use eventlog::merkle::key::{Algorithm, KeyError, SignerKey, VerifierKey};
use eventlog::merkle::note::{Note, SignatureLine};
use eventlog::secret_file::{self, SecretFileError};
use nix::fcntl::{Flock, FlockArg};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::error::BookError;
use super::judge::{Cosigned, Offer, Refusal, judge};
use super::{files, refused};

/// The open directory of a witness. One program at a time has it.
#[derive(Debug)]
pub struct Book {
    folder: PathBuf,
    key: SignerKey,
    logs: Mutex<BTreeMap<String, Log>>,
    _lock: Flock<File>,
}

#[derive(Debug)]
struct Log {
    keys: Vec<VerifierKey>,
    last: Option<Cosigned>,
}

/// A log that is watched, and what was cosigned of it last.
#[derive(Clone, Debug)]
pub struct Watched {
    /// Its origin: the name of its keys.
    pub origin: String,
    /// What was cosigned last.
    pub last: Option<Checkpoint>,
    /// How many pieces of evidence against it are kept.
    pub refused: usize,
}

/// Why there is no cosignature.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unsigned {
    /// The checkpoint is not to be cosigned.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What was judged could not be written down, so it is not answered.
    #[error("the state cannot be written: {0}")]
    Unwritten(#[from] io::Error),
}

impl Book {
    /// Opens the directory, making it and the key at the first start. Logs are known by the names of their keys; several
    /// keys of one name are one log.
    ///
    /// # Errors
    /// [`BookError`]. A record that this witness's key did not sign is refused: going on would forget what it saw.
    pub fn open(folder: &Path, name: &str, logs: &[VerifierKey]) -> Result<Book, BookError> {
        for part in [folder.to_owned(), folder.join("logs"), folder.join("refused")] {
            files::make_folder(&part).map_err(at(&part))?;
        }
        let lock = lock(&folder.join("witness.lock"))?;
        let key = open_key(folder, name)?;
        let mut watched: BTreeMap<String, Log> = BTreeMap::new();
        for log in logs {
            if log.algorithm() != Algorithm::Ed25519 {
                return Err(BookError::NotALog(log.to_string()));
            }
            let last = read_record(&record_path(folder, log.name()), log.name(), key.verifier())?;
            let entry = watched.entry(log.name().to_owned()).or_insert(Log { keys: Vec::new(), last });
            entry.keys.push(log.clone());
        }
        Ok(Book { folder: folder.to_owned(), key, logs: Mutex::new(watched), _lock: lock })
    }

    /// The witness's public key.
    pub fn key(&self) -> &VerifierKey {
        self.key.verifier()
    }

    /// Every log that is watched, by origin.
    pub fn watched(&self) -> Vec<Watched> {
        let logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = logs.iter().map(|(origin, log)| Watched {
            origin: origin.clone(),
            last: log.last.as_ref().map(|last| last.checkpoint.clone()),
            refused: refused::count(&self.evidence_folder(origin)),
        });
        shown.collect()
    }

    /// Judges the body of a request and cosigns its checkpoint at the second `now`, which is on the disk before this
    /// returns. Blocks on the disk.
    ///
    /// # Errors
    /// [`Unsigned`]; what the log signed and was refused is reported and kept.
    pub(super) fn consider(&self, body: &[u8], now: u64) -> Result<SignatureLine, Unsigned> {
        let offer = Offer::parse(body)?;
        let origin = &offer.checkpoint.origin;
        // held over judging and writing: nobody else may cosign in between
        let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        let log = logs.get_mut(origin).ok_or_else(|| Refusal::UnknownLog(origin.clone()))?;
        let last = log.last.as_ref().map(|last| &last.checkpoint);
        let mut cosigned = judge(&offer, &log.keys, last).inspect_err(|refusal| {
            if refusal.evidence().is_some() {
                refused::report(&self.evidence_folder(origin), &offer, log.last.as_ref(), refusal);
            }
        })?;
        let line = self.key.sign(&cosigned.note.text, now);
        cosigned.note.signatures.push(line.clone());
        files::write(&record_path(&self.folder, origin), cosigned.note.to_string().as_bytes())?;
        log.last = Some(cosigned);
        Ok(line)
    }

    fn evidence_folder(&self, origin: &str) -> PathBuf {
        self.folder.join("refused").join(file_id(origin))
    }
}

fn record_path(folder: &Path, origin: &str) -> PathBuf {
    folder.join("logs").join(file_id(origin) + ".note")
}

/// An origin may hold what no file name can.
fn file_id(origin: &str) -> String {
    hex::encode(&Sha256::digest(origin)[..16])
}

fn lock(path: &Path) -> Result<Flock<File>, BookError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    let file = options.open(path).map_err(at(path))?;
    let folder = path.parent().unwrap_or(path).to_owned();
    Flock::lock(file, FlockArg::LockExclusiveNonblock).map_err(|_| BookError::StateInUse { path: folder })
}

fn open_key(folder: &Path, name: &str) -> Result<SignerKey, BookError> {
    let (path, records) = (folder.join("witness.key"), folder.join("logs"));
    let key = match secret_file::read(&path) {
        Ok(line) => read_key(&path, &line)?,
        Err(SecretFileError::Missing { .. }) => {
            if fs::read_dir(&records).map_err(at(&records))?.next().is_some() {
                return Err(BookError::KeyMissing { path });
            }
            make_key(&path, name)?
        }
        Err(error) => return Err(unusable(error)),
    };
    let found = key.verifier().name();
    if found != name {
        return Err(BookError::NameDiffers { expected: name.to_owned(), found: found.to_owned() });
    }
    Ok(key)
}

fn read_key(path: &Path, line: &str) -> Result<SignerKey, BookError> {
    let unreadable = |error| BookError::KeyUnreadable { path: path.to_owned(), error };
    let key: SignerKey = line.parse().map_err(unreadable)?;
    match key.verifier().algorithm() {
        Algorithm::Cosignature => Ok(key),
        Algorithm::Ed25519 => Err(unreadable(KeyError::Algorithm)),
    }
}

fn make_key(path: &Path, name: &str) -> Result<SignerKey, BookError> {
    let key = SignerKey::random(name, Algorithm::Cosignature).map_err(|error| match error {
        KeyError::NoRandomness => BookError::KeyUnreadable { path: path.to_owned(), error },
        _ => BookError::NameUnusable,
    })?;
    let line = Zeroizing::new(format!("{}\n", *key.to_secret_line()));
    secret_file::write_new(path, &line).map_err(unusable)?;
    Ok(key)
}

fn unusable(error: SecretFileError) -> BookError {
    match error {
        SecretFileError::Missing { path } => BookError::KeyMissing { path },
        SecretFileError::OpenToOthers { path, mode } => BookError::KeyOpenToOthers { path, mode },
        SecretFileError::Io { path, source } => BookError::StateUnusable { path, error: source },
    }
}

/// What was cosigned last of a log, if anything was.
fn read_record(path: &Path, origin: &str, witness: &VerifierKey) -> Result<Option<Cosigned>, BookError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(at(path)(error)),
    };
    let read = || {
        let note = Note::parse(&bytes).ok()?;
        let checkpoint = Checkpoint::parse(&note.text).ok()?;
        let mine = checkpoint.origin == origin && witness.signed(&note).is_some();
        mine.then_some(Cosigned { checkpoint, note })
    };
    read().map(Some).ok_or_else(|| BookError::RecordDamaged { path: path.to_owned() })
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> BookError {
    let path = path.to_owned();
    move |error| BookError::StateUnusable { path, error }
}
