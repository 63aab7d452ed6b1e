//! What reading and writing the binary format of COPY have in common.

use chrono::{DateTime, Utc};

/// How a binary COPY begins; four bytes of flags and four of an extension's length follow.
pub(crate) const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// The columns of `log_events`.
pub(crate) const COLUMNS: i16 = 9;
/// 2000-01-01T00:00:00Z, from which PostgreSQL counts, in microseconds of the Unix epoch.
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;

/// A moment in PostgreSQL's microseconds.
pub(crate) fn postgres_time(moment: DateTime<Utc>) -> i64 {
    moment.timestamp_micros() - POSTGRES_EPOCH
}

/// A moment from PostgreSQL's microseconds; none outside of the calendar.
pub(crate) fn moment(postgres_time: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(postgres_time.checked_add(POSTGRES_EPOCH)?)
}
