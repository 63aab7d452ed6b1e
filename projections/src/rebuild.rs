//! Makes tables anew from the whole log, beside the live ones.
//!
//! Everything happens in one transaction of the owner: tables named `next_*` are made and filled, which nobody else
//! sees; then the positions are locked, so that the live tables stand still, the last events are applied, and the
//! new tables take the place and the names of the old. Readers see the old rows until the commit and the new ones
//! after it. A kill at any moment leaves nothing behind.
//!
//! [`verify`] does the same up to the lock, compares, and rolls everything back.

use std::sync::Arc;
use std::time::Duration;

use eventlog::event::StoredEvent;
use eventlog::read::Log;
use sqlx::postgres::PgDatabaseError;
use sqlx::{Acquire, Executor, PgConnection, PgPool};

use crate::digest::digests;
use crate::error::{ApplyError, ProjectionError};
use crate::install::prepare;
use crate::positions::{self, Positions};
use crate::projection::{About, Batch, Projection, all, with_needed};
use crate::runner::{named, since};
use crate::tables::Tables;

/// The most events that are folded at once.
const BATCH_EVENTS: usize = 10_000;

/// How often the swap waits for readers of the old tables, for up to [`LOCK_TIMEOUT`] each, before it gives up.
const SWAP_ATTEMPTS_MAX: u32 = 60;

/// How long live projections may stand still while the swap waits for a reader.
const LOCK_TIMEOUT: &str = "set local lock_timeout = '2s'";

/// The swap's pause between attempts, in which live projections go on.
const SWAP_PAUSE: Duration = Duration::from_millis(500);

/// SQLSTATE of a lock that was not had in time.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// A projection that was made anew.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Rebuilt {
    /// Its name.
    pub name: &'static str,
    /// How many events it holds now.
    pub position: u64,
}

/// A table beside its replay.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Verified {
    /// The projection.
    pub projection: &'static str,
    /// The table.
    pub table: &'static str,
    /// How many events both hold.
    pub position: u64,
    /// The digest of the live table.
    pub live: String,
    /// The digest of the same table made anew from the log.
    pub replayed: String,
}

impl Verified {
    /// Whether the table equals its replay.
    pub fn is_equal(&self) -> bool {
        self.live == self.replayed
    }
}

/// Makes every projection anew and swaps all of them in at once.
///
/// # Errors
/// As [`rebuild`].
pub async fn rebuild_all(owner: &PgPool, log: &Log) -> Result<Vec<Rebuilt>, ProjectionError> {
    rebuild(owner, log, &all()).await
}

/// Makes projections anew, with those that they need, and swaps them in. The live tables may be missing.
///
/// # Errors
/// [`ProjectionError::Stopped`] when an event cannot be taken in; a lock that was not had for minutes; those of the
/// log and of the database. The live tables are then as they were.
pub async fn rebuild(
    owner: &PgPool,
    log: &Log,
    projections: &[Arc<dyn Projection>],
) -> Result<Vec<Rebuilt>, ProjectionError> {
    prepare(owner).await?;
    let projections = &with_needed(projections);
    let mut transaction = owner.begin().await?;
    let mut filled = fill(&mut transaction, log, projections).await?;
    for projection in projections {
        analyze(&mut transaction, projection.about()).await?;
    }
    for attempt in 1.. {
        let mut savepoint = transaction.begin().await?;
        match swap(&mut savepoint, log, projections, filled).await {
            Ok(rebuilt) => {
                savepoint.commit().await?;
                transaction.commit().await?;
                return Ok(rebuilt);
            }
            Err(error) if attempt < SWAP_ATTEMPTS_MAX && is_lock_timeout(&error) => {
                savepoint.rollback().await?
            }
            Err(error) => return Err(error),
        }
        tokio::time::sleep(SWAP_PAUSE).await;
        filled = extend(&mut transaction, log, projections, filled).await?;
    }
    Ok(Vec::new())
}

/// Compares the tables of projections, and of those that they need, with a replay of the log up to where each stands. Changes nothing.
///
/// # Errors
/// As [`rebuild`], [`ProjectionError::NotInstalled`] when there is nothing to compare with, and
/// [`ProjectionError::Ahead`].
pub async fn verify(
    owner: &PgPool,
    log: &Log,
    projections: &[Arc<dyn Projection>],
) -> Result<Vec<Verified>, ProjectionError> {
    let projections = &with_needed(projections);
    let names: Vec<&str> = projections.iter().map(|projection| projection.about().name).collect();
    let mut transaction = owner.begin().await?;
    let before = Positions::load(&mut *transaction).await?;
    let mut until = log.length().await?;
    before.within(until)?;
    for projection in projections {
        until = until.min(before.of(projection.about())?);
    }
    fill_until(&mut transaction, log, projections, until).await?;
    let live = Positions::lock_some(&mut transaction, &names).await?;
    let mut verified = Vec::new();
    for projection in projections {
        let position = live.of(projection.about())?;
        apply_range(&mut transaction, log, projection, until, position).await?;
        verified.extend(compare(&mut transaction, projection.about(), position).await?);
    }
    transaction.rollback().await?;
    Ok(verified)
}

async fn compare(
    connection: &mut PgConnection,
    about: &'static About,
    position: u64,
) -> Result<Vec<Verified>, sqlx::Error> {
    let live = digests(connection, about, Tables::Live).await?;
    let replayed = digests(connection, about, Tables::Beside).await?;
    let pairs = about.tables.iter().copied().zip(live.into_iter().zip(replayed));
    let verified = pairs.map(|(table, (live, replayed))| Verified {
        projection: about.name,
        table,
        position,
        live,
        replayed,
    });
    Ok(verified.collect())
}

/// Makes the tables and fills them with the log as it is now. Returns how many events they hold.
async fn fill(
    connection: &mut PgConnection,
    log: &Log,
    projections: &[Arc<dyn Projection>],
) -> Result<u64, ProjectionError> {
    let until = log.length().await?;
    fill_until(connection, log, projections, until).await?;
    Ok(until)
}

async fn fill_until(
    connection: &mut PgConnection,
    log: &Log,
    projections: &[Arc<dyn Projection>],
    until: u64,
) -> Result<(), ProjectionError> {
    fill_tables(connection, log, projections, until, Tables::Beside).await
}

/// Makes the tables of projections where `tables` are, and fills them with the log up to but not including `until`.
pub(crate) async fn fill_tables(
    connection: &mut PgConnection,
    log: &Log,
    projections: &[Arc<dyn Projection>],
    until: u64,
    tables: Tables,
) -> Result<(), ProjectionError> {
    for projection in projections {
        connection.execute(&*tables.statement(projection.about().schema)).await?;
    }
    let mut stream = log.stream_all(0, until).await?;
    let mut events: Vec<StoredEvent> = Vec::with_capacity(BATCH_EVENTS);
    while let Some(chunk) = stream.next_chunk().await? {
        events.extend(chunk);
        if events.len() >= BATCH_EVENTS {
            apply(connection, projections, &events, tables).await?;
            events.clear();
        }
    }
    apply(connection, projections, &events, tables).await
}

/// Applies what the log has grown by. Returns how many events the tables hold then.
async fn extend(
    connection: &mut PgConnection,
    log: &Log,
    projections: &[Arc<dyn Projection>],
    filled: u64,
) -> Result<u64, ProjectionError> {
    let until = log.length().await?;
    for projection in projections {
        apply_range(connection, log, projection, filled, until).await?;
    }
    Ok(until)
}

/// Applies the events from `from` up to but not including `until` to one projection.
async fn apply_range(
    connection: &mut PgConnection,
    log: &Log,
    projection: &Arc<dyn Projection>,
    mut from: u64,
    until: u64,
) -> Result<(), ProjectionError> {
    while from < until {
        let limit = u32::try_from(until - from).unwrap_or(u32::MAX).min(BATCH_EVENTS as u32);
        let events = log.read_from(from, limit).await?;
        let projection = std::slice::from_ref(projection);
        apply(connection, projection, since(&events, from), Tables::Beside).await?;
        from += u64::from(limit);
    }
    Ok(())
}

async fn apply(
    connection: &mut PgConnection,
    projections: &[Arc<dyn Projection>],
    events: &[StoredEvent],
    tables: Tables,
) -> Result<(), ProjectionError> {
    if events.is_empty() {
        return Ok(());
    }
    for projection in projections {
        let outcome = projection.apply(Batch::new(events), connection, tables).await;
        outcome.map_err(|error| named(projection.as_ref(), events, error))?;
    }
    Ok(())
}

/// Holds the live projections still, comes as far as they are, and takes their place.
async fn swap(
    connection: &mut PgConnection,
    log: &Log,
    projections: &[Arc<dyn Projection>],
    filled: u64,
) -> Result<Vec<Rebuilt>, ProjectionError> {
    connection.execute(LOCK_TIMEOUT).await?;
    let names: Vec<&str> = projections.iter().map(|projection| projection.about().name).collect();
    let live = Positions::lock_some(connection, &names).await?;
    let mut rebuilt = Vec::with_capacity(projections.len());
    for projection in projections {
        let about = projection.about();
        let position = live.get(about.name).map_or(filled, |stored| filled.max(stored.position));
        apply_range(connection, log, projection, filled, position).await?;
        positions::settle(connection, about, position).await?;
        rebuilt.push(Rebuilt { name: about.name, position });
    }
    for projection in projections {
        replace(connection, projection.about()).await?;
    }
    Ok(rebuilt)
}

/// Drops the live tables of a projection and gives the new ones their names, down to indexes and constraints.
async fn replace(connection: &mut PgConnection, about: &About) -> Result<(), sqlx::Error> {
    let beside: Vec<_> = about.tables.iter().map(|table| Tables::Beside.name(table)).collect();
    let indexes: Vec<String> = sqlx::query_scalar(include_str!("sql/beside_indexes.sql"))
        .bind(&beside)
        .fetch_all(&mut *connection)
        .await?;
    let constraints: Vec<(String, String)> = sqlx::query_as(include_str!("sql/beside_constraints.sql"))
        .bind(&beside)
        .fetch_all(&mut *connection)
        .await?;
    let live = |name: &str| name.replacen("next_", "read_", 1);
    let mut statements = Vec::new();
    for (table, constraint) in constraints.iter().filter(|(_, name)| name.starts_with("next_")) {
        statements
            .push(format!("alter table {table} rename constraint {constraint} to {}", live(constraint)));
    }
    statements.extend(about.tables.iter().map(|table| format!("drop table if exists {table}")));
    statements.extend(indexes.iter().map(|index| format!("alter index {index} rename to {}", live(index))));
    for (table, new) in about.tables.iter().zip(&beside) {
        statements.push(format!("grant select, insert, update, delete on {new} to ledger_service"));
        statements.push(format!("alter table {new} rename to {table}"));
    }
    connection.execute(statements.join("; ").as_str()).await?;
    secure(connection).await
}

/// Puts the row-level security of scoped reading on the tables that are to have it and do not.
///
/// # Errors
/// Those of the database.
pub(crate) async fn secure(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    connection.execute(include_str!("sql/row_security.sql")).await.map(drop)
}

async fn analyze(connection: &mut PgConnection, about: &About) -> Result<(), sqlx::Error> {
    for table in about.tables.iter().copied() {
        connection.execute(format!("analyze {}", Tables::Beside.name(table)).as_str()).await?;
    }
    Ok(())
}

fn is_lock_timeout(error: &ProjectionError) -> bool {
    let database = match error {
        ProjectionError::Database(error) => error,
        ProjectionError::Apply { source: ApplyError::Database(error), .. } => error,
        _ => return false,
    };
    let code = database.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    code.is_some_and(|error| error.code() == LOCK_NOT_AVAILABLE)
}
