//! The files of a bundle: those that are listed with their sums, no other, and none elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;

use sha2::{Digest, Sha256};

use super::Faults;
use super::source::Source;
use crate::audit::layout::SUMS;
use crate::audit::{Fault, layout};

/// The files of a bundle. A file's sum is compared when it is read, or at the end.
#[derive(Debug)]
pub struct BundleFiles {
    source: Source,
    sums: BTreeMap<String, [u8; 32]>,
    /// The parameter files in the order of the list, in which their digest is made.
    policies: Vec<String>,
    read: Mutex<BTreeSet<String>>,
}

impl BundleFiles {
    /// Lists the files and reads their sums.
    pub fn read(path: &Path, faults: &mut Faults) -> BundleFiles {
        let (source, mut present) = Source::open(path, faults);
        let mut files =
            BundleFiles { source, sums: BTreeMap::new(), policies: Vec::new(), read: Mutex::default() };
        // read only what was listed: no link, no device, nothing huge
        let bytes = present.contains(SUMS).then(|| files.source.get(SUMS).ok()).flatten();
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        match text {
            None => {
                faults.add(Fault::of("sums_missing", SUMS, "缺少或无法读出", "is missing or cannot be read"))
            }
            Some(text) => files.read_sums(&text, faults),
        }
        present.remove(SUMS);
        for name in files.sums.keys().filter(|name| !present.contains(*name)) {
            faults.add(Fault::of("file_missing", name, "清单中有，文件不在", "is listed and not there"));
        }
        for name in present.iter().filter(|name| !files.sums.contains_key(*name)) {
            faults.add(Fault::of("file_unlisted", name, "清单中没有的文件", "is there and not listed"));
        }
        files.sums.retain(|name, _| present.contains(name));
        files.policies.retain(|name| present.contains(name));
        files
    }

    fn read_sums(&mut self, text: &str, faults: &mut Faults) {
        for (number, line) in (1..).zip(text.split_inclusive('\n')) {
            let parts = line.strip_suffix('\n').and_then(|line| line.split_once("  "));
            let sum = parts.filter(|(_, name)| *name != SUMS && layout::is_plain(name)).and_then(
                |(digits, name)| {
                    let sum: [u8; 32] = hex::decode(digits).ok()?.try_into().ok()?;
                    (hex::encode(sum) == digits).then(|| (name.to_owned(), sum))
                },
            );
            match sum {
                Some((name, _)) if self.sums.contains_key(&name) => faults.add(Fault::of(
                    "sums_unreadable",
                    SUMS,
                    format!("第 {number} 行重复"),
                    format!("line {number} names a file again"),
                )),
                Some((name, sum)) => {
                    if name.starts_with("policy/") {
                        self.policies.push(name.clone());
                    }
                    self.sums.insert(name, sum);
                }
                None => faults.add(Fault::of(
                    "sums_unreadable",
                    SUMS,
                    format!("第 {number} 行无法读出"),
                    format!("line {number} cannot be read"),
                )),
            }
        }
    }

    /// The names of the files that are listed and there.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sums.keys().map(String::as_str)
    }

    /// The files of policy parameters that are listed and there, in the order of the list.
    pub fn policies(&self) -> &[String] {
        &self.policies
    }

    /// The names below a folder, the folder's own left off.
    pub fn below<'f>(&'f self, folder: &'f str) -> impl Iterator<Item = &'f str> {
        self.sums
            .range(folder.to_owned()..)
            .map(|(name, _)| name.as_str())
            .map_while(move |name| name.strip_prefix(folder))
    }

    /// Whether a file is listed and there.
    pub fn has(&self, name: &str) -> bool {
        self.sums.contains_key(name)
    }

    /// A file's bytes; nothing when it is not there. One that is not what the list says is a fault, and still read:
    /// what is wrong with it is said too.
    pub fn get(&self, name: &str, faults: &mut Faults) -> Option<Vec<u8>> {
        let (bytes, fault) = self.load(name);
        if let Some(fault) = fault {
            faults.add(fault);
        }
        bytes
    }

    /// The same, for use by several threads. A fault is said the first time only.
    pub fn load(&self, name: &str) -> (Option<Vec<u8>>, Option<Fault>) {
        let Some(sum) = self.sums.get(name) else { return (None, None) };
        let first =
            self.read.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(name.to_owned());
        match self.source.get(name) {
            Err(error) => {
                let (zh, en) = (format!("无法读出：{error}"), format!("cannot be read: {error}"));
                (None, first.then(|| Fault::of("file_unreadable", name, zh, en)))
            }
            Ok(bytes) => {
                let differs = first && <[u8; 32]>::from(Sha256::digest(&bytes)) != *sum;
                let (zh, en) = ("内容与 SHA256SUMS 不符", "is not what SHA256SUMS says");
                (Some(bytes), differs.then(|| Fault::of("file_differs", name, zh, en)))
            }
        }
    }

    /// Compares the sums of the files that nothing else looked at.
    pub fn finish(&self, faults: &mut Faults) {
        for name in self.sums.keys() {
            let unread = !self.read.lock().unwrap_or_else(std::sync::PoisonError::into_inner).contains(name);
            if unread {
                self.get(name, faults);
            }
        }
    }
}
