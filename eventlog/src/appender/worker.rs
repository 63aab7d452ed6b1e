//! The appender's task: takes what has queued up, writes it, answers, and settles what went wrong.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::{ConnectOptions, PgConnection};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::Job;
use super::failure::Failure;
use super::versions::Versions;
use crate::append::{Append, AppendError, Appended};
use crate::database::LedgerDatabase;
use crate::growth::Growth;

/// The most commands, and about the most events and bytes, of one batch.
const COMMANDS_MAX: usize = 1_024;
const EVENTS_MAX: usize = 8_192;
/// How often a batch is tried again, waiting from 20 ms to 2 s in between: some 15 seconds in all.
const ATTEMPTS_MAX: u32 = 14;
const FIRST_WAIT: Duration = Duration::from_millis(20);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// The next batch waits for those who were just answered: for this part of the time that the last one took.
const PATIENCE: u32 = 8;
const LONGEST_PATIENCE: Duration = Duration::from_millis(1);

pub(super) type Verdict = Result<Appended, AppendError>;

/// The task's own: its connection and what it remembers.
#[derive(Debug)]
pub(super) struct Worker {
    database: LedgerDatabase,
    growth: Growth,
    pub(super) connection: Option<PgConnection>,
    pub(super) versions: Versions,
}

/// A batch and what has been decided of it so far.
#[derive(Clone, Debug)]
pub(super) struct Batch<'b> {
    pub(super) appends: Vec<&'b Append>,
    pub(super) verdicts: Vec<Option<Verdict>>,
}

impl<'b> Batch<'b> {
    fn new(appends: Vec<&'b Append>) -> Batch<'b> {
        let verdicts = appends.iter().map(|_| None).collect();
        Batch { appends, verdicts }
    }

    /// The commands that have no verdict yet.
    pub(super) fn open(&self) -> impl Iterator<Item = (usize, &'b Append)> {
        let undecided = |(_, verdict): &(usize, &Option<Verdict>)| verdict.is_none();
        self.verdicts.iter().enumerate().filter(undecided).map(|(index, _)| (index, self.appends[index]))
    }

    pub(super) fn decide(&mut self, index: usize, verdict: Verdict) {
        self.verdicts[index] = Some(verdict);
    }

    fn decide_rest(&mut self, error: &AppendError) {
        for verdict in &mut self.verdicts {
            verdict.get_or_insert_with(|| Err(error.clone()));
        }
    }
}

impl Worker {
    pub(super) async fn connect(database: LedgerDatabase, growth: Growth) -> Result<Worker, sqlx::Error> {
        let connection = Some(database.planned_once_options().connect().await?);
        Ok(Worker { database, growth, connection, versions: Versions::new() })
    }

    pub(super) async fn run(mut self, mut queue: mpsc::Receiver<Job>) {
        let mut waiting = VecDeque::new();
        let mut arrived = Vec::with_capacity(COMMANDS_MAX);
        loop {
            if waiting.is_empty() {
                if queue.recv_many(&mut arrived, COMMANDS_MAX).await == 0 {
                    return;
                }
                waiting.extend(arrived.drain(..));
            }
            receive_ready(&mut queue, &mut waiting);
            let jobs = take_batch(&mut waiting);
            let answered = jobs.len();
            let began = Instant::now();
            self.serve(jobs).await;
            receive_ready(&mut queue, &mut waiting);
            let patience = (began.elapsed() / PATIENCE).min(LONGEST_PATIENCE);
            gather(&mut queue, &mut waiting, answered, patience).await;
        }
    }

    async fn serve(&mut self, jobs: Vec<Job>) {
        let mut batch = Batch::new(jobs.iter().map(|job| &job.append).collect());
        match self.write(&mut batch).await {
            Ok(()) => {}
            Err(Failure::Unknown) => self.settle(&mut batch, true).await,
            Err(_) => self.settle(&mut batch, false).await,
        }
        let length = (self.versions.last() + 1).cast_unsigned();
        self.growth.wrote(length);
        let verdicts = batch.verdicts;
        for (job, verdict) in jobs.into_iter().zip(verdicts) {
            // A caller that stopped waiting needs no answer.
            let _ = job.answer.send(verdict.unwrap_or(Err(AppendError::Unknown)));
        }
    }

    /// Brings every command of the batch to a verdict, under the head's lock. `lost`: an attempt of which the outcome
    /// is unknown has been made; only commands with a key may then be tried again, as the key stops a second writing.
    async fn settle(&mut self, batch: &mut Batch<'_>, mut lost: bool) {
        let mut wait = FIRST_WAIT;
        let mut reason = Arc::new(sqlx::Error::WorkerCrashed);
        for _ in 0..ATTEMPTS_MAX {
            if lost {
                self.connection = None;
                give_up_without_key(batch);
            }
            match self.write_under_lock(batch).await {
                Ok(()) => return,
                Err(Failure::Refused(error)) => return self.settle_one_by_one(batch, &error).await,
                Err(Failure::Unknown) => lost = true,
                Err(Failure::Transient(error)) => reason = error,
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
        tracing::error!("the log could not be written");
        batch.decide_rest(&if lost { AppendError::Unknown } else { AppendError::Database(reason) });
    }

    /// One command of the batch cannot be written. Finds it, so that its neighbours are.
    async fn settle_one_by_one(&mut self, batch: &mut Batch<'_>, refusal: &Arc<sqlx::Error>) {
        let open: Vec<(usize, &Append)> = batch.open().collect();
        if let [(index, _)] = open[..] {
            return batch.decide(index, Err(AppendError::Database(refusal.clone())));
        }
        for (index, append) in open {
            let mut alone = Batch::new(vec![append]);
            Box::pin(self.settle(&mut alone, false)).await;
            let verdict = alone.verdicts.pop().flatten();
            batch.decide(index, verdict.unwrap_or(Err(AppendError::Unknown)));
        }
    }

    pub(super) async fn connected(&mut self) -> Result<&mut PgConnection, Failure> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.database.planned_once_options().connect().await.map_err(Failure::unreachable)?,
        };
        Ok(self.connection.insert(connection))
    }
}

fn receive_ready(queue: &mut mpsc::Receiver<Job>, waiting: &mut VecDeque<Job>) {
    while waiting.len() < COMMANDS_MAX {
        let Ok(job) = queue.try_recv() else { return };
        waiting.push_back(job);
    }
}

/// Lets those who were just answered ask again before the next batch is written, where several callers are about.
/// Otherwise they would fall into two groups that wait for each other, and every flush would serve but half of them.
/// Waits without a timer, whose shortest time is longer than a batch takes.
async fn gather(
    queue: &mut mpsc::Receiver<Job>,
    waiting: &mut VecDeque<Job>,
    answered: usize,
    patience: Duration,
) {
    let about = answered + waiting.len();
    let began = Instant::now();
    while about > 1 && waiting.len() < about.min(COMMANDS_MAX) && began.elapsed() < patience {
        tokio::task::yield_now().await;
        receive_ready(queue, waiting);
    }
}

fn give_up_without_key(batch: &mut Batch<'_>) {
    let keyless: Vec<usize> =
        batch.open().filter(|(_, append)| append.command.is_none()).map(|(index, _)| index).collect();
    for index in keyless {
        batch.decide(index, Err(AppendError::Unknown));
    }
}

/// Takes the next batch. A command under the same key as one of the batch waits for the next, where it is a repeat.
fn take_batch(waiting: &mut VecDeque<Job>) -> Vec<Job> {
    let mut jobs: Vec<Job> = Vec::with_capacity(waiting.len());
    let mut keys: HashSet<Uuid> = HashSet::new();
    let mut events = 0;
    while let Some(job) = waiting.front() {
        events += job.append.events_count();
        let full = !jobs.is_empty() && events > EVENTS_MAX;
        let repeated = job.append.command.as_ref().is_some_and(|key| !keys.insert(key.id));
        if full || repeated {
            break;
        }
        jobs.extend(waiting.pop_front());
    }
    jobs
}
