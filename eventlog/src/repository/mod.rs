//! Running the domain's decisions over the log: load, decide, append, remember.
//!
//! The newest state of the aggregates in use is kept in memory, so that most commands read nothing. A remembered state
//! may be old where other processes write: its version is checked when events are appended, and a refusal is
//! given only after the stream has been asked for what came since. There are no snapshots on disk.

mod cache;
mod error;
mod request;
mod turns;
mod work;

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use domain::aggregate::{Context, Decider};
use futures::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::append::{AppendError, Appended, Malformed, StreamAppend, StreamId};
use crate::appender::Appender;
use crate::bulk::{Bulk, BulkAppended, BulkError, BulkOptions, Chunk};
use crate::database::{DatabaseError, LedgerDatabase, service_pool};
use crate::event::StoredEvent;
use crate::read::{Log, ReadError};
use crate::rounds::Rounds;
use cache::{Remembered, StateCache};
pub use error::ExecuteError;
pub use request::RequestMeta;
use turns::Turns;
pub use work::Work;

/// How often a command is decided again after a conflict.
const CONFLICTS_MAX: u32 = 32;
/// How many aggregates of one type are remembered.
const STATES_MAX: usize = 100_000;

/// Loads, decides and appends for one ledger. Cheap to clone; clones share what they remember.
#[derive(Clone, Debug)]
pub struct Repository {
    log: Log,
    appender: Appender,
    cache: Arc<StateCache>,
    turns: Arc<Turns>,
    /// What streams hold beyond what is known of them.
    rounds: Rounds,
    /// The longest log that anything here was read from or written to.
    length: Arc<AtomicU64>,
    /// How many appends went through here that were no repeats.
    written: Arc<AtomicU64>,
}

/// An aggregate as its stream tells it.
#[derive(Clone, Debug)]
pub struct Loaded<A> {
    /// The state after the stream's newest event; the default for a stream that does not exist.
    pub state: Arc<A>,
    /// The sequence of the stream's newest event; 0 for a stream that does not exist.
    pub version: u64,
}

/// What is known of a remembered state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Freshness {
    /// Nothing newer is known of, since the log was asked or written to.
    Newest { asked_at: Instant },
    /// The stream has grown since.
    Outdated,
}

/// What came of a command.
#[derive(Clone, Debug)]
pub struct Executed<E> {
    /// Where the events stand; none where there was nothing to do.
    pub appended: Option<Appended>,
    /// What happened; nothing where the command had been done before.
    pub events: Vec<E>,
}

/// What came of a command on several aggregates.
#[derive(Clone, Debug)]
pub struct Transacted<T> {
    /// What the steps answered, the first time.
    pub value: T,
    /// Where the events stand; none where there was nothing to do.
    pub appended: Option<Appended>,
}

impl Repository {
    /// Starts the appender of this process and a pool of `readers_max` connections for reading.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn open(database: &LedgerDatabase, readers_max: u32) -> Result<Repository, DatabaseError> {
        let pool = service_pool(database, readers_max).await?;
        Ok(Repository::new(Log::new(pool), Appender::start(database).await?))
    }

    /// Runs over a log and an appender of the same ledger.
    pub fn new(log: Log, appender: Appender) -> Repository {
        let cache = Arc::new(StateCache::new(STATES_MAX));
        let rounds = Rounds::start(appender.database());
        let (turns, length, written) = (Arc::new(Turns::new()), Arc::default(), Arc::default());
        Repository { log, appender, cache, turns, rounds, length, written }
    }

    /// How many events the log has at least: every event that any state or answer of this process rests on is among them.
    /// The log itself is asked only where there was none yet.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn length_seen(&self) -> Result<u64, ReadError> {
        match self.length.load(Ordering::Acquire) {
            0 => self.log.length().await,
            length => Ok(length),
        }
    }

    fn saw(&self, position: u64) {
        self.length.fetch_max(position + 1, Ordering::AcqRel);
    }

    /// What is asked for all who ask at once.
    pub fn rounds(&self) -> &Rounds {
        &self.rounds
    }

    /// The log it reads.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The appender it writes with.
    pub fn appender(&self) -> &Appender {
        &self.appender
    }

    /// The state of an aggregate: the remembered one where there is one, without asking the database. Where other
    /// processes write it may be old; see [`Repository::load_newest`].
    ///
    /// # Errors
    /// [`ExecuteError::Read`], and [`ExecuteError::Damaged`] for a stream that cannot have been decided.
    pub async fn load<A: Decider>(&self, id: impl Display) -> Result<Loaded<A>, ExecuteError<A::Error>> {
        let stream = StreamId::new(A::TYPE, id.to_string());
        match self.remembered::<A>(&stream.id) {
            Some((loaded, Freshness::Newest { .. })) => Ok(loaded),
            known => self.catch_up(&stream, known.map(|(loaded, _)| loaded)).await,
        }
    }

    /// The newest state of an aggregate: what is remembered, and what the stream holds beyond it.
    ///
    /// # Errors
    /// [`ExecuteError::Read`], and [`ExecuteError::Damaged`] for a stream that cannot have been decided.
    pub async fn load_newest<A: Decider>(
        &self,
        id: impl Display,
    ) -> Result<Loaded<A>, ExecuteError<A::Error>> {
        let stream = StreamId::new(A::TYPE, id.to_string());
        let known = self.remembered::<A>(&stream.id).map(|(loaded, _)| loaded);
        self.catch_up(&stream, known).await
    }

    /// A state of an aggregate that was the newest at `since` or later: for questions that belong together, such as those
    /// of one request, of which the first asks the database for all.
    ///
    /// # Errors
    /// [`ExecuteError::Read`], and [`ExecuteError::Damaged`] for a stream that cannot have been decided.
    pub async fn load_since<A: Decider>(
        &self,
        id: impl Display,
        since: Instant,
    ) -> Result<Loaded<A>, ExecuteError<A::Error>> {
        let stream = StreamId::new(A::TYPE, id.to_string());
        match self.remembered::<A>(&stream.id) {
            Some((loaded, Freshness::Newest { asked_at })) if asked_at >= since => Ok(loaded),
            known => self.catch_up(&stream, known.map(|(loaded, _)| loaded)).await,
        }
    }

    /// Decides one command on one aggregate and appends what happens. After a conflict it loads and decides again.
    /// A repeat under the same idempotency key gives the first answer, even where deciding again would refuse.
    ///
    /// # Errors
    /// [`ExecuteError`].
    pub async fn execute<A>(
        &self,
        id: impl Display,
        command: A::Command,
        context: &Context,
        request: &RequestMeta,
    ) -> Result<Executed<A::Event>, ExecuteError<A::Error>>
    where
        A: Decider,
        A::Command: Clone,
    {
        let id = id.to_string();
        let _turn = self.turns.of_aggregate(A::TYPE, &id).await;
        let mut conflicts = 0;
        loop {
            let mut work = self.begin(context, request);
            let decided = work.decide::<A>(&id, command.clone()).await;
            if !matches!(&decided, Ok(events) if !events.is_empty())
                && let Some(repeat) = self.repeat_of(request).await?
            {
                return Ok(Executed { appended: Some(repeat), events: Vec::new() });
            }
            let events = decided?;
            match work.commit().await {
                Ok(Some(appended)) if appended.repeated => {
                    return Ok(Executed { appended: Some(appended), events: Vec::new() });
                }
                Ok(appended) => return Ok(Executed { appended, events }),
                Err(AppendError::Conflict { .. }) if conflicts < CONFLICTS_MAX => conflicts += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Appends many streams, a chunk to a transaction, as [`Appender::append_bulk`] does, and asks the log the next time
    /// for those that are continued.
    ///
    /// # Errors
    /// [`BulkError`].
    pub async fn append_bulk(
        &self,
        streams: Vec<StreamAppend>,
        options: &BulkOptions,
    ) -> Result<BulkAppended, BulkError> {
        let continued = streams.iter().filter(|append| append.expected > 0);
        let continued: Vec<StreamId> = continued.map(|append| append.stream.clone()).collect();
        let done = self.appender.append_bulk(streams, options).await;
        self.wrote(done.is_ok());
        for stream in &continued {
            self.cache.outdate(&stream.kind, &stream.id);
        }
        done
    }

    /// Appends a chunk of a bulk, as [`Bulk::append`] does, and asks the log the next time for the streams that it
    /// continued.
    ///
    /// # Errors
    /// [`BulkError`].
    pub async fn append_chunk(&self, bulk: &mut Bulk, chunk: Chunk) -> Result<BulkAppended, BulkError> {
        let continued: Vec<StreamId> = chunk.continued().cloned().collect();
        let done = bulk.append(chunk).await;
        self.wrote(done.is_ok());
        for stream in &continued {
            self.cache.outdate(&stream.kind, &stream.id);
        }
        done
    }

    /// How often something was appended through this repository or its clones: what was only asked again is not counted.
    /// A chunk counts, even where all of its streams were skipped.
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    fn wrote(&self, written: bool) {
        self.written.fetch_add(u64::from(written), Ordering::Relaxed);
    }

    /// Begins a command on several aggregates, whose events are appended together. The caller answers conflicts;
    /// [`Repository::transact`] does so itself.
    pub fn begin(&self, context: &Context, request: &RequestMeta) -> Work {
        Work::new(self.clone(), context.clone(), request.clone())
    }

    /// Runs the steps of a command on several aggregates and appends what happens, all or nothing; after a conflict
    /// it runs them again. What the steps return is kept with the idempotency key and answers a repeat.
    ///
    /// # Errors
    /// What the steps return, and [`AppendError`] in the same type.
    pub async fn transact<T, E, F>(
        &self,
        context: &Context,
        request: &RequestMeta,
        steps: F,
    ) -> Result<Transacted<T>, E>
    where
        T: Serialize + DeserializeOwned,
        E: From<AppendError>,
        F: for<'w> Fn(&'w mut Work) -> BoxFuture<'w, Result<T, E>>,
    {
        let mut conflicts = 0;
        let mut turn = None;
        loop {
            let mut work = self.begin(context, request);
            let decided = steps(&mut work).await;
            if (decided.is_err() || work.is_empty())
                && let Some(repeat) = self.repeat_of(request).await?
            {
                return Ok(answered_before(repeat)?);
            }
            let value = decided?;
            let outcome = serde_json::to_string(&value).map_err(|_| AppendError::from(Malformed::Outcome))?;
            match work.commit_answering(outcome).await {
                Ok(Some(appended)) if appended.repeated => return Ok(answered_before(appended)?),
                Ok(appended) => return Ok(Transacted { value, appended }),
                Err(AppendError::Conflict { .. }) if conflicts < CONFLICTS_MAX => conflicts += 1,
                Err(error) => return Err(error.into()),
            }
            if turn.is_none() {
                turn = Some(self.turns.after_conflict().await);
            }
        }
    }

    /// What the request was answered with before, where it was.
    async fn repeat_of(&self, request: &RequestMeta) -> Result<Option<Appended>, AppendError> {
        let Some(key) = request.command else { return Ok(None) };
        let found = self.log.lookup_command(key.id).await.map_err(ReadError::into_append_error)?;
        match found {
            None => Ok(None),
            Some(recorded) if recorded.key == key => {
                self.saw(recorded.appended.last_position);
                Ok(Some(recorded.appended))
            }
            Some(_) => Err(AppendError::CommandReused),
        }
    }

    fn remembered<A: Decider>(&self, id: &str) -> Option<(Loaded<A>, Freshness)> {
        let Remembered { version, state, asked_at, stale } = self.cache.get(A::TYPE, id)?;
        let freshness = if stale { Freshness::Outdated } else { Freshness::Newest { asked_at } };
        Some((Loaded { state: state.downcast().ok()?, version }, freshness))
    }

    /// Folds what a stream holds beyond what is known of it, and remembers the result.
    async fn catch_up<A: Decider>(
        &self,
        stream: &StreamId,
        known: Option<Loaded<A>>,
    ) -> Result<Loaded<A>, ExecuteError<A::Error>> {
        let known = known.unwrap_or_else(|| Loaded { state: Arc::new(A::default()), version: 0 });
        let asked_at = Instant::now();
        // asked for all who ask at once; who gets no answer is told why
        let events = match self.rounds.news(stream, known.version).await {
            Some(events) => events,
            None => self.log.read_stream_after(stream, known.version).await?,
        };
        let Some(newest) = events.last() else {
            self.remember(stream, &known, asked_at);
            return Ok(known);
        };
        self.saw(newest.position);
        let version = newest.sequence;
        let mut state = Arc::unwrap_or_clone(known.state);
        for event in &events {
            evolve(&mut state, stream, event)?;
        }
        let loaded = Loaded { state: Arc::new(state), version };
        self.remember(stream, &loaded, asked_at);
        Ok(loaded)
    }

    fn remember<A: Decider>(&self, stream: &StreamId, loaded: &Loaded<A>, asked_at: Instant) {
        let (version, state) = (loaded.version, loaded.state.clone());
        let remembered = Remembered { version, state, asked_at, stale: false };
        if version > 0 {
            self.cache.put(A::TYPE, &stream.id, remembered);
        }
    }
}

fn evolve<A: Decider>(
    state: &mut A,
    stream: &StreamId,
    event: &StoredEvent,
) -> Result<(), ExecuteError<A::Error>> {
    let decoded = event.decode::<A::Event>().map_err(ReadError::from)?;
    let happened = decoded
        .ok_or_else(|| ExecuteError::Foreign { stream: stream.clone(), event: event.event_type.clone() })?;
    state
        .try_evolve(&happened)
        .map_err(|impossible| ExecuteError::Damaged { stream: stream.clone(), impossible })
}

fn answered_before<T: DeserializeOwned>(appended: Appended) -> Result<Transacted<T>, AppendError> {
    let value = serde_json::from_str(&appended.outcome).map_err(|_| AppendError::from(Malformed::Outcome))?;
    Ok(Transacted { value, appended: Some(appended) })
}
