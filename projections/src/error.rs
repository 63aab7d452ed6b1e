//! Why a projection stops. No error holds a value of an event, which may be personal.

use domain::aggregate::ImpossibleEvent;
use domain::money::MoneyError;
use eventlog::append::StreamId;
use eventlog::event::DecodeError;
use eventlog::read::ReadError;

/// What is wrong with an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// It cannot follow the state that the events before it made.
    #[error(transparent)]
    Impossible(#[from] ImpossibleEvent),
    /// It speaks of something that no event before it brought about.
    #[error("it speaks of a {0} that was never made")]
    Unknown(&'static str),
    /// Its stream's name is not an identifier.
    #[error("its stream is not named by an identifier")]
    StreamName,
    /// A sum left the range of money.
    #[error("a sum is out of range")]
    Sum(#[from] MoneyError),
}

/// Why a batch could not be applied to one projection.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// An event is at fault; those before it are not.
    #[error("event {position}: {fault}")]
    Event {
        /// Where it stands.
        position: u64,
        /// What is wrong with it.
        fault: Fault,
    },
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// A row of a read table cannot be read or written.
    #[error("a row of a read table is not what the program expects")]
    Row(#[from] serde_json::Error),
}

/// Why projections could not be brought up to date, rebuilt or read.
#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    /// An event stops a projection. It is never skipped; the projection stands just before it.
    #[error(
        "{projection} stopped before event {position} ({event_type}, {stream} number {sequence}): {fault}"
    )]
    Stopped {
        /// Which projection.
        projection: &'static str,
        /// Where the event stands.
        position: u64,
        /// The event's stream.
        stream: StreamId,
        /// The event's place in its stream.
        sequence: u64,
        /// The event's type.
        event_type: String,
        /// What is wrong with it.
        fault: Fault,
    },
    /// A projection waits where one that it needs has stopped.
    #[error("{projection} waits at {position} for {needed}, which has stopped")]
    Waits {
        /// Which projection.
        projection: &'static str,
        /// Where it stands.
        position: u64,
        /// Which it needs.
        needed: &'static str,
    },
    /// The events from a position on could not be written.
    #[error("{projection} could not take in the events from {position} on")]
    Apply {
        /// Which projection.
        projection: &'static str,
        /// Where the batch began.
        position: u64,
        /// Why.
        source: ApplyError,
    },
    /// The tables are missing or were made by another version of the program.
    #[error("the tables of {projection} are not those of this version: run `ledger migrate`")]
    NotInstalled {
        /// Which projection.
        projection: &'static str,
    },
    /// Readers that a question needs together stand at different positions, as one of them has stopped.
    #[error("{behind} stands at {position}, others are further: see `ledger check`")]
    Apart {
        /// The one behind.
        behind: String,
        /// Where it stands.
        position: u64,
    },
    /// A row of a read table is not what the program expects.
    #[error("a row of {table} is not what the program expects")]
    Row {
        /// Of which table.
        table: &'static str,
    },
    /// There is no such year.
    #[error("a report is made for a year from 1900 to 2199, not for {year}")]
    Year {
        /// What was asked for.
        year: i32,
    },
    /// The log could not be read.
    #[error("the log could not be read")]
    Log(#[from] ReadError),
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}
