//! The whole log at full speed: `copy … to stdout (format binary)`, read by hand.
//!
//! The rows are read in a task of their own, so that the reader's work and the database's overlap; at most a few
//! thousand events, or what is made of them, wait in between, however long the log is. As positions have no gap, the stream knows how many
//! events it owes: a connection that breaks off is an error, never an early end.

use chrono::{DateTime, Utc};
use futures::StreamExt;
use sqlx::postgres::PgConnection;
use sqlx::{Executor, PgPool};
use tokio::sync::mpsc;

use crate::binary::{COLUMNS, SIGNATURE, moment};
use crate::event::{EventRow, StoredEvent};
use crate::read::ReadError;

const CHUNK_EVENTS: usize = 512;
const CHUNKS_WAITING: usize = 4;

/// What the task that reads the rows makes of each, in the order of their positions.
#[derive(Debug)]
pub struct RowStream<T, E> {
    chunks: mpsc::Receiver<Result<Vec<T>, E>>,
    owed: u64,
    received: u64,
}

impl<T: Send + 'static, E: From<ReadError> + Send + 'static> RowStream<T, E> {
    pub(crate) async fn start(
        pool: &PgPool,
        (from, until): (u64, u64),
        make: impl FnMut(EventRow<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<RowStream<T, E>, ReadError> {
        let owed = until.saturating_sub(from);
        let (sender, chunks) = mpsc::channel(CHUNKS_WAITING);
        if owed > 0 {
            let mut connection = pool.acquire().await.map_err(ReadError::from)?.detach();
            tokio::spawn(async move {
                if let Err(error) = copy_out(&mut connection, (from, until), make, &sender).await {
                    // A reader that has gone away needs no error.
                    let _ = sender.send(Err(error)).await;
                }
            });
        }
        Ok(RowStream { chunks, owed, received: 0 })
    }

    /// The next ones, several at once; none when all have come.
    ///
    /// # Errors
    /// [`ReadError`], or why nothing could be made of a row; after it, nothing more comes.
    pub async fn next_chunk(&mut self) -> Result<Option<Vec<T>>, E> {
        match self.chunks.recv().await {
            Some(Ok(chunk)) => {
                self.received += chunk.len() as u64;
                Ok(Some(chunk))
            }
            Some(Err(error)) => Err(error),
            None if self.received == self.owed => Ok(None),
            None => Err(ReadError::Cut { owed: self.owed, received: self.received }.into()),
        }
    }
}

/// Events in the order of their positions. Ask until it says that there are no more.
#[derive(Debug)]
pub struct EventStream {
    rows: RowStream<StoredEvent, ReadError>,
    ready: std::vec::IntoIter<StoredEvent>,
}

impl EventStream {
    pub(crate) async fn start(pool: &PgPool, from: u64, until: u64) -> Result<EventStream, ReadError> {
        let rows = RowStream::start(pool, (from, until), |row| Ok(row.to_event())).await?;
        Ok(EventStream { rows, ready: Vec::new().into_iter() })
    }

    /// How many events are still to come.
    pub fn owed(&self) -> u64 {
        self.rows.owed - self.rows.received
    }

    /// The next event; none when all have come.
    ///
    /// # Errors
    /// [`ReadError`]; after it, nothing more comes.
    pub async fn next(&mut self) -> Result<Option<StoredEvent>, ReadError> {
        loop {
            if let Some(event) = self.ready.next() {
                return Ok(Some(event));
            }
            match self.next_chunk().await? {
                Some(chunk) => self.ready = chunk.into_iter(),
                None => return Ok(None),
            }
        }
    }

    /// The next events, several at once; none when all have come.
    ///
    /// # Errors
    /// [`ReadError`]; after it, nothing more comes.
    pub async fn next_chunk(&mut self) -> Result<Option<Vec<StoredEvent>>, ReadError> {
        self.rows.next_chunk().await
    }
}

/// Copies the range out. The connection is closed afterwards rather than given back: its settings are this task's,
/// and a reader that went away early leaves it in the middle of a copy.
async fn copy_out<T, E: From<ReadError>>(
    connection: &mut PgConnection,
    (from, until): (u64, u64),
    mut make: impl FnMut(EventRow<'_>) -> Result<T, E>,
    sender: &mpsc::Sender<Result<Vec<T>, E>>,
) -> Result<(), E> {
    let settings = include_str!("sql/stream_all_settings.sql");
    connection.execute(settings).await.map_err(ReadError::from)?;
    let statement = include_str!("sql/stream_all.sql")
        .replace("{from}", &from.to_string())
        .replace("{until}", &until.to_string());
    let mut rows = connection.copy_out_raw(&statement).await.map_err(ReadError::from)?;
    let mut decoder = Decoder { next: from, started: false };
    let mut chunk = Vec::with_capacity(CHUNK_EVENTS);
    while let Some(bytes) = rows.next().await {
        decoder.read::<E>(&bytes.map_err(ReadError::from)?, |row| {
            chunk.push(make(row)?);
            Ok(())
        })?;
        if chunk.len() >= CHUNK_EVENTS {
            let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK_EVENTS));
            if sender.send(Ok(full)).await.is_err() {
                return Ok(());
            }
        }
    }
    // Less than was owed is noticed by the reader.
    let _ = sender.send(Ok(chunk)).await;
    Ok(())
}

/// Reads the rows of a binary COPY. Each message of the protocol holds whole rows.
#[derive(Debug)]
struct Decoder {
    next: u64,
    started: bool,
}

impl Decoder {
    fn read<E: From<ReadError>>(
        &mut self,
        message: &[u8],
        mut take: impl FnMut(EventRow<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut bytes = Bytes(message);
        if !self.started {
            bytes.begin()?;
            self.started = true;
        }
        while !bytes.0.is_empty() {
            match bytes.int16()? {
                -1 => return Ok(()),
                COLUMNS => take(self.row(&mut bytes)?)?,
                _ => return Err(ReadError::Format.into()),
            }
        }
        Ok(())
    }

    fn row<'b>(&mut self, bytes: &mut Bytes<'b>) -> Result<EventRow<'b>, ReadError> {
        let position = bytes.int64()?.cast_unsigned();
        if position != self.next {
            return Err(ReadError::Gap { expected: self.next, found: position });
        }
        self.next += 1;
        Ok(EventRow {
            position,
            recorded_at: bytes.time()?,
            sequence: bytes.int64()?.cast_unsigned(),
            stream_type: bytes.text()?,
            stream_id: bytes.text()?,
            event_type: bytes.text()?,
            event_version: bytes.text()?,
            payload: bytes.text()?,
            metadata: bytes.text()?,
        })
    }
}

/// What is left of a message.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], ReadError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(ReadError::Format)?;
        self.0 = rest;
        Ok(taken)
    }

    /// What stands before the first row.
    fn begin(&mut self) -> Result<(), ReadError> {
        if self.take(SIGNATURE.len())? != SIGNATURE {
            return Err(ReadError::Format);
        }
        self.take(4)?;
        let extension = self.length()?;
        self.take(extension)?;
        Ok(())
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        self.take(N)?.try_into().map_err(|_| ReadError::Format)
    }

    fn int16(&mut self) -> Result<i16, ReadError> {
        Ok(i16::from_be_bytes(self.array()?))
    }

    /// A field's length. No column may be null, which would be -1.
    fn length(&mut self) -> Result<usize, ReadError> {
        usize::try_from(i32::from_be_bytes(self.array()?)).map_err(|_| ReadError::Format)
    }

    fn int64(&mut self) -> Result<i64, ReadError> {
        if self.length()? == 8 { Ok(i64::from_be_bytes(self.array()?)) } else { Err(ReadError::Format) }
    }

    fn time(&mut self) -> Result<DateTime<Utc>, ReadError> {
        moment(self.int64()?).ok_or(ReadError::Format)
    }

    fn text(&mut self) -> Result<&'a str, ReadError> {
        let length = self.length()?;
        simdutf8::basic::from_utf8(self.take(length)?).map_err(|_| ReadError::Format)
    }
}
