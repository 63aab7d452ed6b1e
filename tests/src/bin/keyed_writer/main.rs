//! Many callers who write to one ledger under keys, until the standard input ends or somebody kills them. What they
//! ask and what they are answered is recorded, and what those before them left without an answer is asked again.
//!
//! `keyed_writer DATA RECORDS NUMBER SEED work|repeat`; `repeat` asks everything that was ever asked, and no more.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper that cannot work must fail the test")]

mod ask;
mod note;
mod record;
mod till;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::embedded_postgres::{EmbeddedPostgres, ServerSettings};
use eventlog::database::LedgerDatabase;
use eventlog::repository::Repository;
use uuid::Uuid;

use ask::{ask, is_open};
use note::Record;
use record::{Asked, Line, Said};

const CALLERS: usize = 48;
const READERS_MAX: u32 = 6;
/// Before an open question is asked again.
const PAUSE: Duration = Duration::from_millis(50);

/// What the callers share.
struct Office {
    repository: Repository,
    record: Record,
    /// To be asked again.
    again: Mutex<Vec<Asked>>,
    closing: AtomicBool,
    next: AtomicU64,
    /// Names the keys of this process.
    name: Uuid,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [data, records, number, seed, task] = &arguments[..] else { panic!("see the source") };
    let pg_bin = std::env::var_os("LEDGER_PG_BIN").map(PathBuf::from);
    let server = EmbeddedPostgres::start(&ServerSettings { data_dir: data.into(), pg_bin }).await.unwrap();
    let database = LedgerDatabase::try_new(server.owner(), server.service(), "ledger").unwrap();
    let records = PathBuf::from(records);
    let repeating = task == "repeat";
    let again = commands(&record::read_all(&records), repeating);
    let office = Arc::new(Office {
        repository: Repository::open(&database, READERS_MAX).await.unwrap(),
        record: Record::create(&records.join(format!("{number}.jsonl"))),
        again: Mutex::new(again),
        closing: AtomicBool::new(repeating),
        next: AtomicU64::new(0),
        name: Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{seed}/{number}").as_bytes()),
    });
    close_with_input(office.clone());
    let callers: Vec<_> = (0..CALLERS).map(|_| tokio::spawn(call(office.clone()))).collect();
    for caller in callers {
        caller.await.unwrap();
    }
    server.stop().await.unwrap();
}

/// What was asked and not acknowledged, or everything.
fn commands(lines: &[Line], everything: bool) -> Vec<Asked> {
    let mut commands = BTreeMap::new();
    for line in lines {
        match &line.said {
            Said::Asked(asked) => {
                commands.insert(line.key, asked.clone());
            }
            Said::Acknowledged(_) if !everything => {
                commands.remove(&line.key);
            }
            _ => {}
        }
    }
    commands.into_values().collect()
}

/// Nobody is left who would kill this process once the test is gone.
fn close_with_input(office: Arc<Office>) {
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        office.closing.store(true, Ordering::SeqCst);
    });
}

async fn call(office: Arc<Office>) {
    while let Some(asked) = office.next() {
        office.ask_until_answered(asked).await;
    }
}

impl Office {
    fn next(&self) -> Option<Asked> {
        if let Some(again) = self.again.lock().unwrap().pop() {
            return Some(again);
        }
        if self.closing.load(Ordering::SeqCst) {
            return None;
        }
        let number = self.next.fetch_add(1, Ordering::SeqCst);
        Some(till::command_of(Uuid::new_v5(&self.name, &number.to_be_bytes())))
    }

    async fn ask_until_answered(&self, asked: Asked) {
        loop {
            self.record.note(asked.key, Said::Asked(asked.clone()));
            match ask(&self.repository, &asked).await {
                Ok(answer) => return self.record.note(asked.key, Said::Acknowledged(answer)),
                Err(trouble) if is_open(&trouble) => {
                    self.record.note(asked.key, Said::Unanswered(format!("{trouble:?}")));
                }
                // not a panic: the record outlives a kill, and the verdict finds it there
                Err(trouble) => return self.record.note(asked.key, Said::Refused(format!("{trouble:?}"))),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
