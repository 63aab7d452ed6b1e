//! Verifies a bundle, offline and without a database. Every fault is named with its file; none makes it fall.
//!
//! What is believed: the log's public key, which the auditor should know from elsewhere, and the checkpoints that the
//! auditor kept. Everything else in the bundle must follow from them.

mod archive;
mod breaks;
mod entries;
mod files;
mod heads;
mod policy;
mod some;
mod source;
mod whole;

use std::path::{Path, PathBuf};

use eventlog::merkle::checkpoint::Checkpoint;
use eventlog::merkle::key::VerifierKey;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Fault, layout};
use files::BundleFiles;
use policy::NamedRules;

pub use breaks::DeclaredBreak;

/// The most faults that are named; a bundle that is all wrong need not say so a million times.
const FAULTS_MAX: usize = 1_000;

/// What an auditor brings.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The log's keys, known from elsewhere; without any the bundle's own is taken.
    pub keys: Vec<VerifierKey>,
    /// Older checkpoints, with the names of their files.
    pub checkpoints: Vec<(PathBuf, Vec<u8>)>,
}

/// What a bundle is worth.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "VerifiedBundle")]
pub struct Verified {
    /// The log.
    pub origin: Option<String>,
    /// The log's key.
    pub key: Option<String>,
    /// Whether the key came from the bundle alone.
    pub key_from_bundle: bool,
    /// How many events its checkpoint speaks for.
    pub size: u64,
    /// How many events of them were verified.
    pub events: u64,
    /// Whether the bundle holds all of them.
    pub whole: bool,
    /// Witnesses whose cosignature holds, with the second at which they looked.
    pub witnesses: Vec<Witnessed>,
    /// Sizes of older checkpoints whose trees are the beginning of this one.
    pub consistent_with: Vec<u64>,
    /// Opened personal values that are what was sealed.
    pub opened: u64,
    /// Versions of the rules that its events name.
    pub rules: Vec<NamedRules>,
    /// Breaks of the log that its events declare.
    pub breaks: Vec<DeclaredBreak>,
    /// What does not hold.
    pub faults: Vec<Fault>,
    /// Whether there were more faults than are named.
    pub more_faults: bool,
}

/// A cosignature that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Witnessed {
    /// The witness.
    pub name: String,
    /// Seconds since 1970.
    pub at: u64,
}

/// Where faults are gathered.
#[derive(Debug, Default)]
struct Faults {
    named: Vec<Fault>,
    more: bool,
}

impl Faults {
    fn add(&mut self, fault: Fault) {
        if self.named.len() < FAULTS_MAX { self.named.push(fault) } else { self.more = true }
    }
}

/// The head that everything is measured by.
#[derive(Clone, Debug)]
struct Head {
    checkpoint: Checkpoint,
    note: Vec<u8>,
    /// One of them signed it, and each older one.
    keys: Vec<VerifierKey>,
}

/// Verifies the bundle in a directory, or in an archive, which is not unpacked.
pub fn verify(bundle: &Path, known: &Known) -> Verified {
    let mut faults = Faults::default();
    let mut verified = Verified {
        origin: None,
        key: None,
        key_from_bundle: known.keys.is_empty(),
        size: 0,
        events: 0,
        whole: false,
        witnesses: Vec::new(),
        consistent_with: Vec::new(),
        opened: 0,
        rules: Vec::new(),
        breaks: Vec::new(),
        faults: Vec::new(),
        more_faults: false,
    };
    let files = BundleFiles::read(bundle, &mut faults);
    for name in files.names().filter(|name| !layout::knows(name)) {
        let (zh, en) = ("证据包中没有此类文件", "is no file of a bundle");
        faults.add(Fault::of("file_strange", name, zh, en));
    }
    if let Some(head) = heads::head(&files, known, &mut verified, &mut faults) {
        verified.whole = files.names().any(|name| name.starts_with("tile/"));
        if verified.whole {
            whole::verify(&files, &head, known, &mut verified, &mut faults);
        } else {
            some::verify(&files, &head, known, &mut verified, &mut faults);
        }
    }
    files.finish(&mut faults);
    verified.faults = faults.named;
    verified.more_faults = faults.more;
    verified
}
