//! Reading the log: one stream, a page from a position, or everything at full speed.

use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::{Stream, TryStreamExt};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use crate::append::{AppendError, Appended, CommandKey, StreamId};
use crate::event::{DecodeError, StoredEvent};
use crate::stream_all::EventStream;

/// Reads one ledger's log. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Log {
    pool: PgPool,
}

/// Why the log could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The database failed.
    #[error("the log cannot be read")]
    Database(#[from] sqlx::Error),
    /// The connection broke before all events had come, without saying so.
    #[error("the log broke off: {received} of {owed} events came")]
    Cut {
        /// How many events lie in the range that was asked for.
        owed: u64,
        /// How many came.
        received: u64,
    },
    /// The positions of a log have no gap; this one has.
    #[error("the log is damaged: position {found} stands where {expected} belongs")]
    Gap {
        /// The position that was due.
        expected: u64,
        /// The position that came.
        found: u64,
    },
    /// What the database sent is not an event.
    #[error("the database sent something that is not an event")]
    Format,
    /// An event cannot be read as what its type says.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

impl ReadError {
    /// For a question that belongs to an append.
    pub(crate) fn into_append_error(self) -> AppendError {
        AppendError::Database(Arc::new(match self {
            ReadError::Database(error) => error,
            other => sqlx::Error::Decode(other.into()),
        }))
    }
}

/// A command that took effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedCommand {
    /// Its idempotency key.
    pub key: CommandKey,
    /// What it appended and was answered with; `repeated` is set.
    pub appended: Appended,
}

impl Log {
    /// Reads through a pool that [`crate::database::service_pool`] made.
    pub fn new(pool: PgPool) -> Log {
        Log { pool }
    }

    /// The pool it reads through.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// How many events the log holds, which is also the position that the next one will take.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn length(&self) -> Result<u64, ReadError> {
        let last: i64 =
            sqlx::query_scalar(include_str!("sql/last_position.sql")).fetch_one(&self.pool).await?;
        Ok((last + 1).cast_unsigned())
    }

    /// A stream's events, in order; none for a stream that does not exist.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn read_stream(&self, stream: &StreamId) -> Result<Vec<StoredEvent>, ReadError> {
        self.read_stream_after(stream, 0).await
    }

    /// A stream's events after the one with `sequence`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn read_stream_after(
        &self,
        stream: &StreamId,
        sequence: u64,
    ) -> Result<Vec<StoredEvent>, ReadError> {
        self.read_stream_range(stream, sequence.cast_signed(), i64::MAX).await
    }

    /// A stream's events as the log knew them when it ended with `position`, which is included.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn read_stream_until(
        &self,
        stream: &StreamId,
        position: u64,
    ) -> Result<Vec<StoredEvent>, ReadError> {
        self.read_stream_range(stream, 0, position.cast_signed()).await
    }

    /// The events of several streams of one kind, as the log knew them when it held `length` events; in the order of
    /// their positions, so each stream's in its own order. Streams that do not exist are left out.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn read_streams(
        &self,
        kind: &str,
        ids: &[String],
        length: u64,
    ) -> Result<Vec<StoredEvent>, ReadError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows = sqlx::query(include_str!("sql/read_streams.sql"))
            .bind(ids)
            .bind(kind)
            .bind(length.min(i64::MAX.cast_unsigned()).cast_signed())
            .fetch(&self.pool);
        by_position(rows).await
    }

    /// The events of some types of several streams of one kind; in the order of their positions.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn read_streams_of_types(
        &self,
        kind: &str,
        ids: &[String],
        types: &[&str],
    ) -> Result<Vec<StoredEvent>, ReadError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let query = sqlx::query(include_str!("sql/read_streams_of_types.sql"));
        by_position(query.bind(ids).bind(kind).bind(types).fetch(&self.pool)).await
    }

    /// The streams of which any event has `id` in its payload. Looks at the whole log, once: nothing but events says
    /// what belongs to a person.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn streams_with(&self, id: Uuid) -> Result<Vec<StreamId>, ReadError> {
        let query = sqlx::query(include_str!("sql/streams_with.sql")).bind(id.to_string());
        let rows = query.fetch_all(&self.pool).await?;
        let stream =
            |row: &PgRow| Ok(StreamId::new(row.try_get::<String, _>(0)?, row.try_get::<String, _>(1)?));
        rows.iter().map(stream).collect()
    }

    async fn read_stream_range(
        &self,
        stream: &StreamId,
        after: i64,
        until: i64,
    ) -> Result<Vec<StoredEvent>, ReadError> {
        let rows = sqlx::query(include_str!("sql/read_stream.sql"))
            .bind(&stream.id)
            .bind(stream.kind.as_ref())
            .bind(after)
            .bind(until)
            .fetch(&self.pool);
        rows.map_err(ReadError::from).and_then(async |row| event_of(&row)).try_collect().await
    }

    /// Up to `limit` events from `position` on, without gap.
    ///
    /// # Errors
    /// [`ReadError::Gap`] in a damaged log; those of the database.
    pub async fn read_from(&self, position: u64, limit: u32) -> Result<Vec<StoredEvent>, ReadError> {
        let rows = sqlx::query(include_str!("sql/read_from.sql"))
            .bind(position.cast_signed())
            .bind(position.saturating_add(u64::from(limit)).cast_signed())
            .fetch(&self.pool);
        let events: Vec<StoredEvent> =
            rows.map_err(ReadError::from).and_then(async |row| event_of(&row)).try_collect().await?;
        for (expected, event) in (position..).zip(&events) {
            if event.position != expected {
                return Err(ReadError::Gap { expected, found: event.position });
            }
        }
        Ok(events)
    }

    /// The events at these positions, ascending; positions that the log does not have are left out.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn read_at(&self, positions: &[u64]) -> Result<Vec<StoredEvent>, ReadError> {
        let positions: Vec<i64> = positions.iter().map(|position| position.cast_signed()).collect();
        let rows = sqlx::query(include_str!("sql/read_at.sql")).bind(positions).fetch(&self.pool);
        rows.map_err(ReadError::from).and_then(async |row| event_of(&row)).try_collect().await
    }

    /// The events of streams of these kinds within ranges of positions, each from its first to its last; in the order of
    /// their positions.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn read_ranges(
        &self,
        kinds: &[&str],
        ranges: &[RangeInclusive<u64>],
    ) -> Result<Vec<StoredEvent>, ReadError> {
        let ends = |end: fn(&RangeInclusive<u64>) -> &u64| -> Vec<i64> {
            ranges.iter().map(|range| end(range).cast_signed()).collect()
        };
        let query = sqlx::query(include_str!("sql/read_ranges.sql"));
        let query = query.bind(ends(RangeInclusive::start)).bind(ends(RangeInclusive::end)).bind(kinds);
        by_position(query.fetch(&self.pool)).await
    }

    /// Every event from position `from` up to but not including `until`, at the speed of COPY and with little memory.
    /// `until` must not lie behind [`Log::length`]: the stream knows how many events it owes.
    ///
    /// # Errors
    /// Those of the database, when no connection can be had.
    pub async fn stream_all(&self, from: u64, until: u64) -> Result<EventStream, ReadError> {
        EventStream::start(&self.pool, from, until).await
    }

    /// The command that took effect under an idempotency key, for callers whose decision refused: perhaps because
    /// the command had been done before.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lookup_command(&self, id: Uuid) -> Result<Option<RecordedCommand>, ReadError> {
        let row = sqlx::query(include_str!("sql/lookup_commands.sql"))
            .bind([id].as_slice())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| command_of(&row)).transpose()?)
    }
}

pub(crate) fn command_of(row: &PgRow) -> Result<RecordedCommand, sqlx::Error> {
    let key = CommandKey { id: row.try_get(0)?, request_hash: row.try_get(1)? };
    let appended = Appended {
        first_position: row.try_get::<i64, _>(2)?.cast_unsigned(),
        last_position: row.try_get::<i64, _>(3)?.cast_unsigned(),
        recorded_at: row.try_get::<DateTime<Utc>, _>(4)?,
        outcome: row.try_get_unchecked(5)?,
        repeated: true,
    };
    Ok(RecordedCommand { key, appended })
}

/// The events of rows that come in any order, in the order of their positions.
async fn by_position(
    rows: impl Stream<Item = Result<PgRow, sqlx::Error>>,
) -> Result<Vec<StoredEvent>, ReadError> {
    let events = rows.map_err(ReadError::from).and_then(async |row| event_of(&row));
    let mut events: Vec<StoredEvent> = events.try_collect().await?;
    events.sort_unstable_by_key(|event| event.position);
    Ok(events)
}

/// Reads a row. The JSON columns come as the text that was stored, so they are read as text unchecked.
pub(crate) fn event_of(row: &PgRow) -> Result<StoredEvent, ReadError> {
    Ok(StoredEvent {
        position: row.try_get::<i64, _>(0)?.cast_unsigned(),
        recorded_at: row.try_get(1)?,
        sequence: row.try_get::<i64, _>(2)?.cast_unsigned(),
        stream: StreamId::new(row.try_get::<String, _>(3)?, row.try_get::<String, _>(4)?),
        event_type: row.try_get(5)?,
        event_version: row.try_get(6)?,
        payload: row.try_get_unchecked(7)?,
        metadata: row.try_get_unchecked(8)?,
    })
}
