//! Whether the parameters of a bundle are those that its decisions name.
//!
//! Decisions and payments hold the version of the rule book, which ends with the first digits of SHA-256 over its
//! files: the program's own, then what the office had published by then, in the order of the log. So the files need not
//! be understood, and whoever has `sha256sum` can compare them too.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::files::BundleFiles;
use super::{Faults, Verified};
use crate::audit::Fault;
use crate::audit::layout;
use crate::audit::rules::named_version;

/// Digits of the digest in a version.
const DIGITS: usize = 12;

/// A version of the rule book that events of the bundle name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NamedRules {
    /// The version.
    pub version: String,
    /// How many events name it.
    pub events: u64,
    /// Whether it is the one in the bundle.
    pub covered: bool,
}

/// Counts the versions.
#[derive(Debug, Default)]
pub struct Rules(BTreeMap<String, u64>);

impl Rules {
    /// Takes the version that an event's payload names.
    pub fn take(&mut self, payload: &str) {
        if let Some(version) = named_version(payload) {
            match self.0.get_mut(version) {
                Some(count) => *count += 1,
                None => drop(self.0.insert(version.to_owned(), 1)),
            }
        }
    }

    /// Takes what another part of the bundle named.
    pub fn join(&mut self, other: Rules) {
        for (version, events) in other.0 {
            *self.0.entry(version).or_default() += events;
        }
    }

    /// Compares the versions with the bundle's files. Older decisions may name older versions: these are only said.
    pub fn compare(self, files: &BundleFiles, verified: &mut Verified, faults: &mut Faults) {
        let editions = editions(files, faults);
        let covered = |version: &str| {
            let named = version.rsplit_once('-').map(|(_, digest)| digest);
            named.is_some_and(|named| editions.iter().any(|edition| edition == named))
        };
        let named = self.0.into_iter().map(|(version, events)| NamedRules {
            covered: covered(&version),
            version,
            events,
        });
        verified.rules = named.collect();
        let strange = !editions.is_empty() && verified.rules.iter().all(|named| !named.covered);
        if strange && !verified.rules.is_empty() {
            let versions: Vec<&str> = verified.rules.iter().map(|named| &*named.version).collect();
            let versions = versions.join(", ");
            faults.add(Fault::of(
                "policy_strange",
                "policy/",
                format!("不是包内决定所依据的参数（{versions}）"),
                format!("is not the parameters that the decisions inside name ({versions})"),
            ));
        }
    }
}

/// The digests of the parameter files in the order of the list: without what was published, and after each publication;
/// none when there are no files or one cannot be read.
fn editions(files: &BundleFiles, faults: &mut Faults) -> Vec<String> {
    let (mut digest, mut editions) = (Sha256::new(), Vec::new());
    let digits = |digest: &Sha256| hex::encode(digest.clone().finalize()).chars().take(DIGITS).collect();
    for name in files.policies() {
        if name.starts_with(layout::PUBLISHED) {
            editions.push(digits(&digest));
        }
        let Some(bytes) = files.get(name, faults) else { return Vec::new() };
        digest.update(bytes);
    }
    if !files.policies().is_empty() {
        editions.push(digits(&digest));
    }
    editions
}
