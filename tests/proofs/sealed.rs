//! A log of plain events that is sealed several times, with its keys and its copy in a folder of its own.

use std::path::PathBuf;

use api::check::{Finding, Outside, check_log};
use chrono::NaiveDate;
use domain::actor::{Actor, ActorId, Role};
use domain::aggregate::{Context, EventKind};
use eventlog::append::{Append, NewEvent, StreamAppend, StreamId};
use eventlog::appender::Appender;
use eventlog::merkle::copy::CheckpointCopy;
use eventlog::merkle::hash::Sha256Tree;
use eventlog::merkle::key::{Algorithm, SignerKey};
use eventlog::merkle::key_file::KeyFile;
use eventlog::merkle::sealer::{SealError, Sealer};
use eventlog::merkle::store::TreeStore;
use eventlog::metadata::Metadata;
use eventlog::read::Log;
use sqlx::Executor;
use tempfile::TempDir;
use tests::TestLedger;
use uuid::Uuid;

pub type Store = TreeStore<Sha256Tree>;

/// A witness of the log.
pub fn witness() -> SignerKey {
    SignerKey::from_seed("witness.example", Algorithm::Cosignature, &[9; 32]).unwrap()
}

/// A sealed log.
pub struct SealedLog {
    pub ledger: TestLedger,
    pub folder: TempDir,
    pub log: Log,
    appender: Appender,
}

impl SealedLog {
    /// A log without events.
    pub async fn new() -> SealedLog {
        let mut ledger = TestLedger::start().await;
        // its events are of no aggregate's
        ledger.break_on_purpose();
        let log = Log::new(ledger.service().clone());
        let appender = Appender::start(ledger.database()).await.unwrap();
        SealedLog { ledger, folder: tempfile::tempdir().unwrap(), log, appender }
    }

    /// A log of `lengths` events, sealed at each of these lengths.
    pub async fn of(lengths: &[u64]) -> SealedLog {
        let sealed = SealedLog::new().await;
        let mut sealer = sealed.sealer().await.unwrap();
        let mut before = 0;
        for length in lengths {
            sealed.append(length - before).await;
            assert_eq!(sealer.seal().await.unwrap().unwrap().checkpoint.size, *length);
            before = *length;
        }
        sealed
    }

    /// Appends events of a stream of their own.
    pub async fn append(&self, count: u64) {
        let payload = |number| format!(r#"{{"note":"第{number}条记录"}}"#);
        self.append_all((0..count).map(payload)).await;
    }

    /// Appends events with these payloads, in a stream of their own.
    pub async fn append_all(&self, payloads: impl IntoIterator<Item = String>) {
        let actor = Actor { id: ActorId::parse("li.na").unwrap(), role: Role::Clerk };
        let today = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        let context = Context { actor, today };
        let metadata = Metadata::new(&context, Uuid::nil()).to_json().unwrap();
        let event = |payload| NewEvent {
            kind: EventKind { name: "NoteTaken", version: "1.0.0" },
            payload,
            metadata: metadata.clone(),
        };
        let stream = StreamId::new("Notebook", Uuid::new_v4().to_string());
        let events = payloads.into_iter().map(event).collect();
        let append = Append::new(vec![StreamAppend { stream, expected: 0, events }]);
        self.appender.append(append).await.unwrap();
    }

    pub async fn store(&self) -> Store {
        TreeStore::open(self.log.clone()).await.unwrap()
    }

    pub fn copy(&self) -> CheckpointCopy {
        CheckpointCopy::new(self.folder.path().join("checkpoints.jsonl"))
    }

    pub async fn key_file(&self) -> KeyFile {
        KeyFile::new(self.key_path(), self.store().await.origin())
    }

    fn key_path(&self) -> PathBuf {
        self.folder.path().join("signing.key")
    }

    /// Opens the log as the program does when it starts.
    pub async fn sealer(&self) -> Result<Sealer<Sha256Tree>, SealError> {
        let keys = self.key_file().await.read_or_make().unwrap();
        Sealer::open(self.store().await, self.copy(), keys).await
    }

    /// What `ledger check` finds of the proofs.
    pub async fn findings(&self) -> Vec<Finding> {
        // in a ledger that was renamed they are those of another
        let keys = self.key_file().await.read().unwrap_or_default();
        let keys = keys.iter().map(|key| key.verifier().clone()).collect();
        let witnesses = vec![witness().verifier().clone()];
        let outside = Outside { copy: Some(self.copy()), keys, witnesses };
        let verdicts = check_log(self.ledger.owner(), &outside, |_| {}).await.unwrap();
        verdicts.into_iter().find(|verdict| verdict.invariant.code == "proofs").unwrap().findings
    }

    /// The positions of the findings, in order, each once.
    pub async fn positions(&self) -> Vec<u64> {
        let mut positions: Vec<u64> =
            self.findings().await.into_iter().flat_map(|finding| finding.positions).collect();
        positions.sort_unstable();
        positions.dedup();
        positions
    }

    /// Does what no role may do, as a superuser whom no trigger stops.
    pub async fn strike(&self, statements: &[&str]) {
        let superuser = self.ledger.superuser().await;
        let mut connection = superuser.acquire().await.unwrap();
        connection.execute("set session_replication_role = replica").await.unwrap();
        for statement in statements {
            let done = connection.execute(*statement).await.unwrap();
            assert!(done.rows_affected() > 0, "nothing was damaged: {statement}");
        }
        drop(connection);
        superuser.close().await;
    }
}
