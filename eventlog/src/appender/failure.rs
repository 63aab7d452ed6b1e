//! What a failed write leaves behind: nothing for certain, or an unknown outcome.

use std::sync::Arc;

use sqlx::postgres::{PgDatabaseError, PgSeverity};

/// Why a batch was not written, as far as one can tell.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// The transaction was rolled back; the same again would fail again.
    Refused(Arc<sqlx::Error>),
    /// Nothing was written; the same again may succeed.
    Transient(Arc<sqlx::Error>),
    /// The connection was lost, and with it the answer. Also after 57P01: a server that is told to stop may still
    /// have committed before it says so.
    Unknown,
}

/// Serialization failure, deadlock, lock not available, too many connections: nothing was written.
const TRANSIENT: [&str; 4] = ["40001", "40P01", "55P03", "53300"];

impl From<sqlx::Error> for Failure {
    /// An error of severity ERROR ends the transaction without a commit. Anything graver ends the connection, and
    /// an error that is not the server's own says nothing about the transaction.
    fn from(error: sqlx::Error) -> Failure {
        let server_error = match &error {
            sqlx::Error::Database(inner) => inner.try_downcast_ref::<PgDatabaseError>(),
            _ => None,
        };
        match server_error.map(|inner| (inner.severity(), inner.code())) {
            Some((PgSeverity::Error, code)) if TRANSIENT.contains(&code) => {
                Failure::Transient(Arc::new(error))
            }
            Some((PgSeverity::Error, _)) => Failure::Refused(Arc::new(error)),
            _ => Failure::Unknown,
        }
    }
}

impl Failure {
    /// A connection could not be had, so nothing was sent.
    pub(super) fn unreachable(error: sqlx::Error) -> Failure {
        Failure::Transient(Arc::new(error))
    }
}
