//! Appending thousands or millions of events: COPY through the same door, a chunk to a transaction.
//!
//! New streams are not looked up first: their first sequence is unique, so a chunk with a stream that exists fails as
//! a whole, and only then is the log asked which one it was. Streams that are continued are looked up before the head is
//! locked, by [`Chunk::looked_up`] while another chunk is written; a version never falls, and the next sequence is unique too, so whoever wrote since makes the chunk fail in
//! the same way. The lock is held while a chunk is copied, so other commands wait for one chunk at most.

mod encode;

use chrono::{DateTime, Utc};
use sqlx::{ConnectOptions, Connection, PgConnection, Row};
use tokio::task::JoinHandle;

use crate::append::{AppendError, Malformed, StreamAppend, StreamId};
use crate::appender::{Appender, Failure, stream_versions};
use crate::growth::Growth;
use encode::Encoded;

/// How many bytes are handed to the connection at once.
const SEND_BYTES: usize = 256 * 1024;

/// How a bulk is appended.
#[derive(Clone, Debug)]
pub struct BulkOptions {
    /// How many events make a chunk, about: streams are not divided.
    pub chunk_events: usize,
    /// What to do about streams that are not at the version expected.
    pub existing: Existing,
    /// The time in a ledger whose clock is simulated; elsewhere without effect.
    pub now: Option<DateTime<Utc>>,
}

/// What to do about streams that are not at the version expected: most often, that exist already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// End, leaving out their whole chunk.
    Refuse,
    /// Leave them out: they were written by an earlier attempt.
    Skip,
}

/// What was appended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BulkAppended {
    /// The position of the first event; none where there was none.
    pub first_position: Option<u64>,
    /// The position of the last event. Other commands' events may lie between two chunks.
    pub last_position: Option<u64>,
    /// How many events were appended.
    pub events: u64,
    /// How many transactions it took.
    pub chunks: u64,
    /// The streams that were left out.
    pub skipped: Vec<StreamId>,
}

/// Why a bulk ended early. Whole chunks before it are in the log: `appended` tells which.
#[derive(Debug, thiserror::Error)]
pub enum BulkError {
    /// Streams of a chunk are not at the version expected.
    #[error("{} streams exist already", streams.len())]
    Existing {
        /// The streams.
        streams: Vec<StreamId>,
        /// What was appended before.
        appended: BulkAppended,
    },
    /// A chunk could not be appended. After [`AppendError::Unknown`] it may have been: try again with
    /// [`Existing::Skip`].
    #[error("a chunk could not be appended: {error}")]
    Append {
        /// Why.
        #[source]
        error: AppendError,
        /// What was appended before.
        appended: BulkAppended,
    },
}

impl Default for BulkOptions {
    fn default() -> BulkOptions {
        BulkOptions { chunk_events: 5_000, existing: Existing::Refuse, now: None }
    }
}

/// Events that go into one transaction, already encoded: that is work for a processor, and is done before the log is
/// opened for them.
#[derive(Debug)]
pub struct Chunk {
    streams: Vec<StreamAppend>,
    encoded: Encoded,
    /// Whether the streams that it continues were found at the versions expected; none while nobody looked.
    begun: Option<bool>,
}

impl Chunk {
    /// Encodes the events of some streams.
    ///
    /// # Errors
    /// [`Malformed`] for an event or a name that cannot be stored.
    pub fn try_new(streams: Vec<StreamAppend>) -> Result<Chunk, Malformed> {
        streams.iter().try_for_each(StreamAppend::check)?;
        Ok(Chunk::of(streams))
    }

    fn of(streams: Vec<StreamAppend>) -> Chunk {
        let encoded = Encoded::of(&streams);
        Chunk { streams, encoded, begun: None }
    }

    /// Looks up the streams that the chunk continues, over any connection and before its turn comes, so that the way into
    /// the log need not wait for it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn looked_up(self, connection: &mut PgConnection) -> Result<Chunk, AppendError> {
        let begun = begun_as_expected(connection, &self).await.map_err(append_error)?;
        Ok(Chunk { begun: Some(begun), ..self })
    }

    /// The streams that began before and go on in it.
    pub fn continued(&self) -> impl Iterator<Item = &StreamId> {
        self.streams.iter().filter(|append| append.expected > 0).map(|append| &append.stream)
    }
}

/// A way into the log for one chunk after another, over a connection of its own.
#[derive(Debug)]
pub struct Bulk {
    connection: PgConnection,
    growth: Growth,
    options: BulkOptions,
}

impl Appender {
    /// Connects for a bulk whose chunks the caller makes.
    ///
    /// # Errors
    /// [`AppendError::Database`] when no connection can be had.
    pub async fn open_bulk(&self, options: &BulkOptions) -> Result<Bulk, AppendError> {
        let connecting = self.database().planned_once_options();
        let connection = connecting.connect().await.map_err(unreachable_database)?;
        Ok(Bulk { connection, growth: self.growth().clone(), options: options.clone() })
    }

    /// Appends many streams, a chunk to a transaction, with memory for two chunks. Uses a connection of its own.
    ///
    /// # Errors
    /// [`BulkError`].
    pub async fn append_bulk(
        &self,
        streams: impl IntoIterator<Item = StreamAppend>,
        options: &BulkOptions,
    ) -> Result<BulkAppended, BulkError> {
        let mut appended = BulkAppended::default();
        match self.append_chunks(streams.into_iter(), options, &mut appended).await {
            Ok(existing) if existing.is_empty() => Ok(appended),
            Ok(streams) => Err(BulkError::Existing { streams, appended }),
            Err(error) => Err(BulkError::Append { error, appended }),
        }
    }

    /// Gives the streams because of which it ended early; none when it did not.
    async fn append_chunks(
        &self,
        mut streams: impl Iterator<Item = StreamAppend>,
        options: &BulkOptions,
        appended: &mut BulkAppended,
    ) -> Result<Vec<StreamId>, AppendError> {
        let mut bulk = self.open_bulk(options).await?;
        let mut next = next_chunk(&mut streams, options)?;
        while let Some(encoding) = next {
            // Taken before the chunk is written, so that the next is encoded meanwhile.
            let chunk = encoding.await.map_err(|_| AppendError::Stopped)?;
            next = next_chunk(&mut streams, options)?;
            let wrong = bulk.append_chunk(chunk, appended).await?;
            if !wrong.is_empty() && options.existing == Existing::Refuse {
                return Ok(wrong);
            }
            appended.skipped.extend(wrong);
        }
        bulk.close().await;
        Ok(Vec::new())
    }
}

impl Bulk {
    /// Appends a chunk in one transaction.
    ///
    /// # Errors
    /// [`BulkError`]; nothing of the chunk is then in the log, but for [`AppendError::Unknown`].
    pub async fn append(&mut self, chunk: Chunk) -> Result<BulkAppended, BulkError> {
        let mut appended = BulkAppended::default();
        match self.append_chunk(chunk, &mut appended).await {
            Ok(streams) if self.options.existing == Existing::Refuse && !streams.is_empty() => {
                Err(BulkError::Existing { streams, appended })
            }
            Ok(skipped) => Ok(BulkAppended { skipped, ..appended }),
            Err(error) => Err(BulkError::Append { error, appended }),
        }
    }

    /// Takes leave of the server.
    pub async fn close(self) {
        // The chunks are in the log whether or not the server hears the farewell.
        let _ = self.connection.close().await;
    }

    /// Appends a chunk, without the streams that it gives back; with [`Existing::Refuse`], nothing or all.
    async fn append_chunk(
        &mut self,
        mut chunk: Chunk,
        appended: &mut BulkAppended,
    ) -> Result<Vec<StreamId>, AppendError> {
        let Bulk { connection, growth, options } = self;
        let begun = match chunk.begun {
            Some(begun) => begun,
            None => begun_as_expected(connection, &chunk).await.map_err(append_error)?,
        };
        let optimistic = if begun { Some(copy_chunk(connection, &mut chunk, options).await) } else { None };
        let (written, wrong) = match optimistic {
            Some(Ok(written)) => (Some(written), Vec::new()),
            Some(Err(Failure::Unknown)) => return Err(AppendError::Unknown),
            refused => {
                let (written, wrong) =
                    copy_checked(connection, chunk, options).await.map_err(append_error)?;
                if let (Some(Err(Failure::Refused(error))), true) = (refused, wrong.is_empty()) {
                    tracing::warn!(%error, "a chunk was refused once and then accepted");
                }
                (written, wrong)
            }
        };
        if let Some((first, events)) = written {
            appended.add(first.cast_unsigned(), events);
            growth.wrote(first.cast_unsigned() + events);
        }
        Ok(wrong)
    }
}

impl BulkAppended {
    fn add(&mut self, first: u64, events: u64) {
        self.first_position.get_or_insert(first);
        self.last_position = Some(first + events - 1);
        self.events += events;
        self.chunks += 1;
    }
}

/// Takes the next chunk and encodes it on another thread. None when nothing is left.
fn next_chunk(
    streams: &mut impl Iterator<Item = StreamAppend>,
    options: &BulkOptions,
) -> Result<Option<JoinHandle<Chunk>>, Malformed> {
    let mut taken = Vec::new();
    let mut events = 0;
    while events < options.chunk_events.max(1) {
        let Some(append) = streams.next() else { break };
        append.check()?;
        events += append.events.len();
        taken.push(append);
    }
    if taken.is_empty() {
        return Ok(None);
    }
    Ok(Some(tokio::task::spawn_blocking(move || Chunk::of(taken))))
}

/// Whether the streams that a chunk continues are at the versions expected, as far as can be seen without the head's
/// lock. Versions only grow: who writes in between takes a sequence that the copy would take too, and it is refused.
async fn begun_as_expected(connection: &mut PgConnection, chunk: &Chunk) -> Result<bool, Failure> {
    let continued: Vec<&StreamAppend> = chunk.streams.iter().filter(|append| append.expected > 0).collect();
    if continued.is_empty() {
        return Ok(true);
    }
    let streams: Vec<&StreamId> = continued.iter().map(|append| &append.stream).collect();
    let versions = stream_versions(connection, &streams).await?;
    Ok(continued.iter().zip(versions).all(|(append, version)| append.expected == version))
}

/// Copies a chunk in one transaction; gives its first position and how many events it has.
async fn copy_chunk(
    connection: &mut PgConnection,
    chunk: &mut Chunk,
    options: &BulkOptions,
) -> Result<(i64, u64), Failure> {
    let mut transaction = connection.begin().await?;
    let written = copy_encoded(&mut transaction, &mut chunk.encoded, options).await?;
    transaction.commit().await?;
    Ok(written)
}

/// Copies a chunk after looking all its streams up under the head's lock. Gives also the streams that are not at the
/// version expected: with [`Existing::Skip`] they are left out, otherwise nothing is copied.
async fn copy_checked(
    connection: &mut PgConnection,
    chunk: Chunk,
    options: &BulkOptions,
) -> Result<(Option<(i64, u64)>, Vec<StreamId>), Failure> {
    let mut transaction = connection.begin().await?;
    sqlx::query(include_str!("../sql/lock_head.sql")).execute(&mut *transaction).await?;
    let streams: Vec<&StreamId> = chunk.streams.iter().map(|append| &append.stream).collect();
    let versions = stream_versions(&mut transaction, &streams).await?;
    let (right, wrong): (Vec<_>, Vec<_>) =
        chunk.streams.into_iter().zip(versions).partition(|(append, version)| append.expected == *version);
    let wrong: Vec<StreamId> = wrong.into_iter().map(|(append, _)| append.stream).collect();
    if right.is_empty() || (!wrong.is_empty() && options.existing == Existing::Refuse) {
        transaction.rollback().await?;
        return Ok((None, wrong));
    }
    let right: Vec<StreamAppend> = right.into_iter().map(|(append, _)| append).collect();
    let written = copy_encoded(&mut transaction, &mut Encoded::of(&right), options).await?;
    transaction.commit().await?;
    Ok((Some(written), wrong))
}

async fn copy_encoded(
    connection: &mut PgConnection,
    encoded: &mut Encoded,
    options: &BulkOptions,
) -> Result<(i64, u64), Failure> {
    let row = sqlx::query(include_str!("../sql/open.sql"))
        .bind(encoded.events().cast_signed())
        .bind(options.now)
        .fetch_one(&mut *connection)
        .await?;
    let (first, recorded_at): (i64, DateTime<Utc>) = (row.try_get(0)?, row.try_get(1)?);
    encoded.stamp(first, recorded_at);
    let mut copy = connection.copy_in_raw(include_str!("../sql/copy_in.sql")).await?;
    for piece in encoded.bytes().chunks(SEND_BYTES) {
        copy.send(piece).await?;
    }
    copy.finish().await?;
    Ok((first, encoded.events()))
}

fn unreachable_database(error: sqlx::Error) -> AppendError {
    AppendError::Database(std::sync::Arc::new(error))
}

fn append_error(failure: Failure) -> AppendError {
    match failure {
        Failure::Refused(error) | Failure::Transient(error) => AppendError::Database(error),
        Failure::Unknown => AppendError::Unknown,
    }
}
