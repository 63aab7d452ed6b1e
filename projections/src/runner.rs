//! Brings the read tables up to date with the log.
//!
//! A batch of events is read once and applied to every projection in one transaction, which begins by locking the
//! rows of `read_positions` and looks there again for where each projection stands. So two processes that run at once
//! take turns, a batch that another has applied meanwhile is dropped, and a kill at any moment leaves rows and
//! positions that belong together. The commit need not wait for the disk: what a crash takes away is applied again.
//!
//! An event that a projection cannot take in stops that projection just before it; the others go on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use eventlog::event::StoredEvent;
use eventlog::growth::Growth;
use eventlog::read::{Log, ReadError};
use sqlx::{Acquire, Executor, PgConnection};
use tokio::sync::Mutex;

use crate::error::{ApplyError, ProjectionError, Stopped};
use crate::positions::{self, Positions};
use crate::projection::{Batch, Projection, all, with_needed};
use crate::tables::Tables;

/// How long news of the log's growth may be missing before the log itself is asked.
const POLL: Duration = Duration::from_secs(1);

/// Projections that cannot go on, by name, and why.
type Halted = BTreeMap<&'static str, ProjectionError>;

/// The most events of one transaction. A reader of the tables waits for none of them.
const BATCH_EVENTS: u32 = 5_000;

/// How far the read tables are to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// The end of the log as it is now.
    Head,
    /// The event at this position, which is included: what a command has just appended.
    Position(u64),
}

/// How far one projection is behind the log.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Lag {
    /// The projection.
    pub name: &'static str,
    /// How many events it has applied; none when its tables are missing or of another version.
    pub position: Option<u64>,
    /// How many events the log holds.
    pub head: u64,
}

impl Lag {
    /// How many events are still to be applied.
    pub fn behind(&self) -> u64 {
        self.head.saturating_sub(self.position.unwrap_or(0))
    }
}

/// Brings projections up to date. One for each process; share it.
pub struct Runner {
    log: Log,
    projections: Vec<Arc<dyn Projection>>,
    /// Callers of one process take turns here rather than at the database.
    turn: Mutex<()>,
}

impl Runner {
    /// Runs every projection of the ledger.
    pub fn new(log: Log) -> Runner {
        Runner::of(log, &all())
    }

    /// Runs these projections and those that they need.
    pub fn of(log: Log, projections: &[Arc<dyn Projection>]) -> Runner {
        Runner { log, projections: with_needed(projections), turn: Mutex::new(()) }
    }

    /// The log that it reads.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The projections that it runs.
    pub fn projections(&self) -> &[Arc<dyn Projection>] {
        &self.projections
    }

    /// Applies events until every projection has come as far as asked; returns how many events they all have applied.
    ///
    /// # Errors
    /// [`ProjectionError::Stopped`] when an event stops a projection, after the others have come as far as asked;
    /// those of the log and of the database.
    pub async fn catch_up(&self, until: Until) -> Result<u64, ProjectionError> {
        let head = self.log.length().await?;
        let goal = match until {
            Until::Head => head,
            Until::Position(position) => head.min(position.saturating_add(1)),
        };
        let mut stopped = Halted::new();
        let reached = self.advance(goal, &mut stopped).await?;
        let (waiting, faulty): (Vec<_>, Vec<_>) =
            stopped.into_values().partition(|error| matches!(error, ProjectionError::Waits { .. }));
        faulty.into_iter().chain(waiting).next().map_or(Ok(reached), Err)
    }

    /// Follows the log as it grows, until `stop` is done. A projection that an event stops is reported once and left
    /// where it stands; when the log or the database fails, it is tried again.
    pub async fn run_forever(&self, growth: &Growth, stop: impl Future<Output = ()>) {
        let mut news = growth.watch();
        let following = async {
            let mut stopped = Halted::new();
            let mut reported = BTreeSet::new();
            loop {
                news.mark_unchanged();
                if let Err(error) = self.follow(&mut stopped).await {
                    tracing::warn!(%error, "the read tables could not be brought up to date; trying again");
                }
                for (name, error) in &stopped {
                    if reported.insert(*name) {
                        tracing::error!(%error, "a projection has stopped");
                    }
                }
                // News is a hint: without it, the log itself is asked after a while.
                let _ = tokio::time::timeout(POLL, news.changed()).await;
            }
        };
        tokio::select! {
            () = following => {}
            () = stop => {}
        }
    }

    /// How far each projection is behind.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lag(&self) -> Result<Vec<Lag>, ProjectionError> {
        let positions = Positions::load(self.log.pool()).await?;
        let head = self.log.length().await?;
        let lag = |projection: &Arc<dyn Projection>| {
            let about = projection.about();
            Lag { name: about.name, position: positions.of(about).ok(), head }
        };
        Ok(self.projections.iter().map(lag).collect())
    }

    async fn follow(&self, stopped: &mut Halted) -> Result<u64, ProjectionError> {
        let goal = self.log.length().await?;
        self.advance(goal, stopped).await
    }

    /// Applies events until every projection that has not stopped holds `goal` events. The next batch is read while the
    /// last one is applied.
    async fn advance(&self, goal: u64, stopped: &mut Halted) -> Result<u64, ProjectionError> {
        let mut ahead = Vec::new();
        loop {
            let _turn = self.turn.lock().await;
            let lowest = self.lowest(goal, stopped).await?;
            if lowest >= goal {
                return Ok(lowest);
            }
            let events = match std::mem::take(&mut ahead) {
                read if starts_at(&read, lowest) => read,
                _ => self.read(lowest, goal).await?,
            };
            if events.is_empty() {
                return Err(ReadError::Cut { owed: goal - lowest, received: 0 }.into());
            }
            let next = lowest + events.len() as u64;
            let (applied, read) = tokio::join!(self.apply(&events, stopped), self.read(next, goal));
            applied?;
            ahead = read?;
        }
    }

    /// The batch of events from a position on.
    async fn read(&self, from: u64, goal: u64) -> Result<Vec<StoredEvent>, ReadError> {
        let limit = u32::try_from(goal.saturating_sub(from)).unwrap_or(BATCH_EVENTS).min(BATCH_EVENTS);
        if limit == 0 { Ok(Vec::new()) } else { self.log.read_from(from, limit).await }
    }

    /// The position of the projection that is furthest behind, of those that have not stopped.
    async fn lowest(&self, goal: u64, stopped: &Halted) -> Result<u64, ProjectionError> {
        let positions = Positions::load(self.log.pool()).await?;
        let mut lowest = u64::MAX;
        for projection in &self.projections {
            let about = projection.about();
            if !stopped.contains_key(about.name) {
                lowest = lowest.min(positions.of(about)?);
            }
        }
        if lowest > goal {
            positions.within(self.log.length().await?)?;
        }
        Ok(lowest)
    }

    /// Applies one batch to every projection that stands within it.
    async fn apply(&self, events: &[StoredEvent], stopped: &mut Halted) -> Result<(), ProjectionError> {
        let Some(end) = events.last().map(|event| event.position + 1) else {
            return Ok(());
        };
        let mut transaction = self.log.pool().begin().await?;
        transaction.execute("set local synchronous_commit = off").await?;
        let positions = Positions::lock(&mut transaction).await?;
        let mut moved = Vec::with_capacity(self.projections.len());
        for projection in &self.projections {
            let about = projection.about();
            let position = positions.of(about)?;
            let stopped_need = about.needs.iter().find(|need| stopped.contains_key(need.name));
            if let (Some(need), false) = (stopped_need, stopped.contains_key(about.name)) {
                let error = ProjectionError::Waits { projection: about.name, position, needed: need.name };
                stopped.insert(about.name, error);
            }
            let within = position >= events[0].position && position < end;
            if within && !stopped.contains_key(about.name) {
                let (position, outcome) =
                    apply_from(&mut transaction, projection.as_ref(), position, events).await?;
                moved.push((about.name, position));
                if let Err(error) = outcome {
                    stopped.insert(about.name, error);
                }
            }
        }
        positions::advance(&mut transaction, &moved).await?;
        Ok(transaction.commit().await?)
    }
}

/// Applies the events from `position` on to one projection, or those before the first that it cannot take in.
/// Returns where it stands then, and what stopped it.
async fn apply_from(
    connection: &mut PgConnection,
    projection: &dyn Projection,
    position: u64,
    events: &[StoredEvent],
) -> Result<(u64, Result<(), ProjectionError>), ProjectionError> {
    let mut good = since(events, position);
    let mut outcome = Ok(());
    loop {
        match attempt(connection, projection, good).await {
            Ok(()) => return Ok((position + good.len() as u64, outcome)),
            Err(error) => {
                let before = match &error {
                    ApplyError::Event { position: at, .. } => {
                        good.partition_point(|event| event.position < *at)
                    }
                    _ => good.len(),
                };
                let error = named(projection, good, error);
                if before == good.len() {
                    return Err(error);
                }
                good = &good[..before];
                outcome = Err(error);
            }
        }
    }
}

/// Applies events under a savepoint, so that a refusal leaves nothing behind.
async fn attempt(
    connection: &mut PgConnection,
    projection: &dyn Projection,
    events: &[StoredEvent],
) -> Result<(), ApplyError> {
    if events.is_empty() {
        return Ok(());
    }
    let mut savepoint = connection.begin().await?;
    match projection.apply(Batch::new(events), &mut savepoint, Tables::Live).await {
        Ok(()) => Ok(savepoint.commit().await?),
        Err(error) => {
            savepoint.rollback().await?;
            Err(error)
        }
    }
}

fn starts_at(events: &[StoredEvent], position: u64) -> bool {
    events.first().is_some_and(|event| event.position == position)
}

/// The events from `position` on.
pub(crate) fn since(events: &[StoredEvent], position: u64) -> &[StoredEvent] {
    &events[events.partition_point(|event| event.position < position)..]
}

/// The error, with the names of the projection, the event and its stream.
pub(crate) fn named(
    projection: &dyn Projection,
    events: &[StoredEvent],
    error: ApplyError,
) -> ProjectionError {
    let projection = projection.about().name;
    let first = events.first().map_or(0, |event| event.position);
    let ApplyError::Event { position, fault } = error else {
        return ProjectionError::Apply { projection, position: first, source: error };
    };
    let Some(event) = events.iter().find(|event| event.position == position) else {
        return ProjectionError::Apply {
            projection,
            position,
            source: ApplyError::Event { position, fault },
        };
    };
    ProjectionError::Stopped(Box::new(Stopped {
        projection,
        position,
        stream: event.stream.clone(),
        sequence: event.sequence,
        event_type: event.event_type.clone(),
        fault,
    }))
}
