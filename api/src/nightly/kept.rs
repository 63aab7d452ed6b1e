//! The nights as the ledger keeps them, and the lock that one server holds.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{Connection, PgConnection, PgPool};

use super::{Found, Night};
use crate::processes::ProcessError;

type Row = (NaiveDate, DateTime<Utc>, DateTime<Utc>, String);

/// The newest nights, the last first.
///
/// # Errors
/// [`ProcessError`] when they cannot be read.
pub async fn nights(pool: &PgPool, limit: u32) -> Result<Vec<Night>, ProcessError> {
    let query = sqlx::query_as::<_, Row>(include_str!("sql/nights.sql")).bind(i64::from(limit));
    query.fetch_all(pool).await?.into_iter().map(night_of).collect()
}

/// The newest night that was done.
pub(super) async fn newest(pool: &PgPool) -> Result<Option<Night>, ProcessError> {
    Ok(nights(pool, 1).await?.pop())
}

fn night_of((night, began_at, ended_at, found): Row) -> Result<Night, ProcessError> {
    let found: Found =
        serde_json::from_str(&found).map_err(|error| ProcessError::Damaged(error.to_string()))?;
    Ok(Night { night, began_at, ended_at, found })
}

/// Keeps a night; one that another server kept in the meantime stays as it is.
pub(super) async fn keep(pool: &PgPool, night: &Night) -> Result<(), ProcessError> {
    let found =
        serde_json::to_string(&night.found).map_err(|error| ProcessError::Damaged(error.to_string()))?;
    let query = sqlx::query(include_str!("sql/keep_night.sql"));
    query.bind(night.night).bind(night.began_at).bind(night.ended_at).bind(found).execute(pool).await?;
    Ok(())
}

/// The lock, on a connection of its own: dropped, killed or cut off, it is free again.
pub(super) struct Lock(PgConnection);

/// Takes the lock; none while another server has it.
pub(super) async fn lock(pool: &PgPool) -> Result<Option<Lock>, ProcessError> {
    let mut connection = pool.acquire().await?.detach();
    let taken: bool = sqlx::query_scalar(include_str!("sql/try_lock.sql")).fetch_one(&mut connection).await?;
    let lock = Lock(connection);
    if taken {
        return Ok(Some(lock));
    }
    lock.release().await;
    Ok(None)
}

impl Lock {
    /// Closes the connection, and frees the lock with it.
    pub(super) async fn release(self) {
        // a connection that does not close in order is closed by the server
        let _ = self.0.close().await;
    }
}
