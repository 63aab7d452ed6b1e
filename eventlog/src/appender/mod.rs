//! The appender: the one task of this process that writes commands to the log.
//!
//! Commands that queue up while a batch is being written form the next batch: one round trip, one lock of the log's
//! head, one flush to disk for all of them. Each gets its own answer; a conflict of one never fails its neighbours.
//! Other processes may have appenders of their own: the head's row lock, kept to commit, puts all in one order.
//!
//! A command, once queued, is written even if the caller stops waiting.

mod failure;
mod plan;
mod versions;
mod worker;
mod write;

use tokio::sync::{mpsc, oneshot};

use crate::append::{Append, AppendError, Appended};
use crate::database::LedgerDatabase;
use crate::growth::Growth;
pub(crate) use failure::Failure;
use worker::Worker;
pub(crate) use write::stream_versions;

/// How many commands may wait; beyond it, callers wait to queue.
const QUEUE_MAX: usize = 8_192;

/// Appends to one ledger's log. Cheap to clone; the task ends when the last clone is gone and the queue is empty.
#[derive(Clone, Debug)]
pub struct Appender {
    jobs: mpsc::Sender<Job>,
    growth: Growth,
    database: LedgerDatabase,
}

/// A command that waits, and where its answer goes.
#[derive(Debug)]
struct Job {
    append: Append,
    answer: oneshot::Sender<Result<Appended, AppendError>>,
}

impl Appender {
    /// Connects as the service and begins.
    ///
    /// # Errors
    /// Those of the database, when it cannot be reached at all.
    pub async fn start(database: &LedgerDatabase) -> Result<Appender, sqlx::Error> {
        let (jobs, queue) = mpsc::channel(QUEUE_MAX);
        let growth = Growth::start(database);
        let worker = Worker::connect(database.clone(), growth.clone()).await?;
        tokio::spawn(worker.run(queue));
        Ok(Appender { jobs, growth, database: database.clone() })
    }

    /// Appends a command's events, all or none, and waits until they are on disk.
    ///
    /// A repeat under the same idempotency key appends nothing and gives the first answer.
    ///
    /// # Errors
    /// [`AppendError`]. Only after [`AppendError::Unknown`] may the events have been stored.
    pub async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        append.check()?;
        let (answer, answered) = oneshot::channel();
        self.jobs.send(Job { append, answer }).await.map_err(|_| AppendError::Stopped)?;
        // A task that ends with the command in hand leaves its outcome open.
        answered.await.unwrap_or(Err(AppendError::Unknown))
    }

    /// News of the log's growth, for readers.
    pub fn growth(&self) -> &Growth {
        &self.growth
    }

    pub(crate) fn database(&self) -> &LedgerDatabase {
        &self.database
    }
}
