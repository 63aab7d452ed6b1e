//! A small sealed log with personal values in it, and evidence bundles of it that somebody then changes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use api::audit::Fault;
use api::audit::bundle::{BundleError, Contents, Written, write};
use api::audit::opened::ToOpen;
use api::audit::verify::{Known, Verified, verify};
use domain::ids::PersonId;
use domain::personal::{PersonName, PersonalField, RetentionClass, SealScope, Sealer as _};
use domain::policy::RuleBooks;
use eventlog::merkle::key::{Algorithm, SignerKey};
use eventlog::merkle::note::Note;
use eventlog::merkle::store::StoredCheckpoint;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use uuid::Uuid;

use crate::sealed::{SealedLog, Store};

/// The events of the small log.
pub const SIZE: u64 = 5;
/// Where its two names are sealed, and where a version of the rules is named.
pub const NAMED: [u64; 2] = [1, 2];
pub const DECIDED: u64 = 3;
/// The parameters of that version: two files, in the order of the list.
const POLICY: &[u8] = b"[rate]\nfrom = '2023-01'\n";

/// A log of five events, sealed at 2, 3 and 5.
pub struct Evidence {
    pub sealed: SealedLog,
    pub store: Store,
    pub witness: SignerKey,
    pub person: PersonId,
}

impl Evidence {
    pub async fn new() -> Evidence {
        let sealed = SealedLog::new().await;
        let person = PersonId::new(Uuid::from_u128(0xabcd_ef01_2345_6789_abcd_ef01_2345_6789));
        let keyring = sealed.ledger.keyring();
        keyring.ensure_keys(&[person]).await.unwrap();
        let scope = SealScope { person, class: RetentionClass::CaseWork, label: PersonName::LABEL };
        let named = |name: &str| {
            let name = keyring.seal(scope, format!("\"{name}\"").as_bytes()).unwrap();
            format!(r#"{{"NameRecorded":{{"name":"{name}"}}}}"#)
        };
        let digest = &hex::encode(Sha256::digest(POLICY))[..12];
        let decided = format!(r#"{{"Decided":{{"rule_version":"2023-10-24-{digest}"}}}}"#);
        let mut sealer = sealed.sealer().await.unwrap();
        for payloads in
            [vec!["{}".to_owned(), named("王秀英")], vec![named("𠮷田")], vec![decided, "{}".to_owned()]]
        {
            sealed.append_all(payloads).await;
            sealer.seal().await.unwrap();
        }
        let store = sealed.store().await;
        let witness = SignerKey::from_seed("witness.example", Algorithm::Cosignature, &[7; 32]).unwrap();
        Evidence { sealed, store, witness, person }
    }

    /// The log's signing key.
    pub async fn key(&self) -> SignerKey {
        self.sealed.key_file().await.read().unwrap().remove(0)
    }

    /// A key of the same name, of somebody else.
    pub fn stranger(&self) -> SignerKey {
        SignerKey::from_seed(&self.store.origin(), Algorithm::Ed25519, &[9; 32]).unwrap()
    }

    /// The newest checkpoint, cosigned by the witness.
    pub async fn checkpoint(&self) -> StoredCheckpoint {
        let mut stored = self.store.newest_checkpoint().await.unwrap().unwrap();
        let mut note = Note::parse(stored.note.as_bytes()).unwrap();
        let at = stored.signed_at.timestamp().cast_unsigned();
        note.signatures.push(self.witness.sign(&note.text, at));
        stored.note = note.to_string();
        stored
    }

    /// The checkpoint of an earlier size.
    pub async fn older(&self, size: u64) -> Vec<u8> {
        let kept = self.store.checkpoints(size, size, 1).await.unwrap();
        let kept = kept.into_iter().find(|kept| kept.size == size).unwrap();
        kept.note.into_bytes()
    }

    /// A bundle of some events, with the person opened.
    pub async fn bundle(&self, positions: impl IntoIterator<Item = u64>, brought: &[Vec<u8>]) -> Bundle {
        let bundle = Bundle::begin();
        self.put(&bundle.path, positions.into_iter().collect(), brought).await.unwrap();
        bundle.write("policy/second.toml", &POLICY[..7]);
        bundle.fit();
        bundle.write("policy/first.toml", &POLICY[7..]);
        // so that changing every byte takes no longer than it must
        bundle.write("README.md", b"# short\n");
        bundle.fit();
        bundle
    }

    /// Writes a bundle with a consistency proof, as the program does.
    pub async fn write(&self, out: &Path, positions: Vec<u64>) -> Written {
        self.try_write(out, positions).await.unwrap()
    }

    /// The same, where it may be refused.
    pub async fn try_write(&self, out: &Path, positions: Vec<u64>) -> Result<Written, BundleError> {
        self.put(out, positions.into_iter().collect(), &[self.older(3).await]).await
    }

    async fn put(
        &self,
        out: &Path,
        positions: BTreeSet<u64>,
        brought: &[Vec<u8>],
    ) -> Result<Written, BundleError> {
        let checkpoint = self.checkpoint().await;
        let keys = [self.key().await.verifier().clone(), self.witness.verifier().clone()];
        let open = [ToOpen { person: self.person, labels: Vec::new() }];
        let contents = Contents {
            rules: &RuleBooks::default(),
            positions: &positions,
            checkpoint: &checkpoint,
            keys: &keys,
            brought,
            open: &open,
            report: &[serde_json::json!({"item": "same"})],
        };
        write(out, &self.store, self.sealed.ledger.keyring(), &contents).await
    }

    /// A bundle of every event, with a consistency proof.
    pub async fn whole(&self) -> Bundle {
        self.bundle(0..SIZE, &[self.older(3).await]).await
    }

    /// A bundle of three events, with a consistency proof.
    pub async fn partial(&self) -> Bundle {
        self.bundle([1, 2, 3], &[self.older(3).await]).await
    }
}

/// A directory with a bundle.
pub struct Bundle {
    folder: TempDir,
    pub path: PathBuf,
}

impl Bundle {
    pub fn begin() -> Bundle {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bundle");
        Bundle { folder, path }
    }

    /// Another directory with the same files.
    pub fn copy(&self) -> Bundle {
        let copy = Bundle::begin();
        for name in self.names() {
            copy.write(&name, &self.read(&name));
        }
        copy
    }

    /// A place beside the bundle.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Every file, by name.
    pub fn names(&self) -> Vec<String> {
        let (mut names, mut open) = (Vec::new(), vec![self.path.clone()]);
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_dir() {
                    open.push(entry.path());
                } else {
                    names.push(self.name(&entry.path()));
                }
            }
        }
        names.sort();
        names
    }

    fn name(&self, path: &Path) -> String {
        path.strip_prefix(&self.path).unwrap().to_str().unwrap().to_owned()
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path.join(name)).unwrap()
    }

    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn remove(&self, name: &str) {
        fs::remove_file(self.path.join(name)).unwrap();
    }

    /// Makes the sums fit the files that are there now.
    pub fn fit(&self) {
        let listed = self.text("SHA256SUMS");
        let mut names: Vec<String> = listed.lines().map(|line| line[66..].to_owned()).collect();
        let there = self.names();
        names.retain(|name| there.contains(name));
        let fresh: Vec<_> = there.iter().filter(|name| !names.contains(name)).cloned().collect();
        names.extend(fresh.into_iter().filter(|name| name != "SHA256SUMS"));
        let lines: String = names.iter().map(|name| sum_line(name, &self.read(name))).collect();
        self.write("SHA256SUMS", lines.as_bytes());
    }

    pub fn verify(&self) -> Verified {
        verify(&self.path, &Known::default())
    }

    pub fn verify_at(path: &Path) -> Verified {
        verify(path, &Known::default())
    }

    pub fn verify_knowing(&self, known: &Known) -> Verified {
        verify(&self.path, known)
    }

    /// The one fault of a code.
    pub fn fault(&self, code: &str) -> Fault {
        fault(&self.verify(), code)
    }
}

/// A line of `SHA256SUMS`.
pub fn sum_line(name: &str, bytes: &[u8]) -> String {
    format!("{}  {name}\n", hex::encode(Sha256::digest(bytes)))
}

/// The first fault of a code.
pub fn fault(verified: &Verified, code: &str) -> Fault {
    let found = verified.faults.iter().find(|fault| fault.code == code);
    found.unwrap_or_else(|| panic!("no {code} among {:#?}", verified.faults)).clone()
}
