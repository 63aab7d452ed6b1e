//! Reads the log as it stands. A reader of the product stops at the first gap; this one must go on and show it.

use eventlog::append::StreamId;
use eventlog::event::StoredEvent;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};

/// Events of one page.
const PAGE_EVENTS: i64 = 4_000;

/// Reads every event in the order of the positions, whatever they are.
pub struct Reading<'p> {
    pool: &'p PgPool,
    after: i64,
    newest: i64,
}

impl<'p> Reading<'p> {
    /// Begins with the first event; ends with the one that is the newest now.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn begin(pool: &'p PgPool) -> sqlx::Result<Reading<'p>> {
        let newest = sqlx::query_scalar(include_str!("sql/newest_position.sql")).fetch_one(pool).await?;
        Ok(Reading { pool, after: -1, newest })
    }

    /// The next events; none when all have come.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn next_page(&mut self) -> sqlx::Result<Vec<StoredEvent>> {
        let query = sqlx::query(include_str!("sql/read_page.sql"));
        let query = query.bind(self.after).bind(self.newest).bind(PAGE_EVENTS);
        let rows = query.fetch_all(self.pool).await?;
        let page = rows.iter().map(stored).collect::<sqlx::Result<Vec<_>>>()?;
        if let Some(last) = page.last() {
            self.after = last.position.cast_signed();
        }
        Ok(page)
    }
}

/// The events at up to `count` positions from `first` on, whichever there are.
///
/// # Errors
/// Those of the database.
pub async fn range(pool: &PgPool, first: u64, count: u64) -> sqlx::Result<Vec<StoredEvent>> {
    let query = sqlx::query(include_str!("sql/read_page.sql")).bind(first.cast_signed() - 1);
    let query = query.bind((first + count).cast_signed() - 1).bind(count.cast_signed());
    query.fetch_all(pool).await?.iter().map(stored).collect()
}

/// Reads a row. The JSON columns come as the text that was stored, so they are read as text unchecked.
fn stored(row: &PgRow) -> sqlx::Result<StoredEvent> {
    Ok(StoredEvent {
        position: row.try_get::<i64, _>("position")?.cast_unsigned(),
        recorded_at: row.try_get("recorded_at")?,
        sequence: row.try_get::<i64, _>("sequence")?.cast_unsigned(),
        stream: StreamId::new(
            row.try_get::<String, _>("aggregate_type")?,
            row.try_get::<String, _>("aggregate_id")?,
        ),
        event_type: row.try_get("event_type")?,
        event_version: row.try_get("event_version")?,
        payload: row.try_get_unchecked("payload")?,
        metadata: row.try_get_unchecked("metadata")?,
    })
}
