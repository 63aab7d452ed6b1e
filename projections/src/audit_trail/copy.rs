//! Rows of the trail in the text form of COPY: they are only ever added, and there is one for each event.

use std::fmt::Display;

use chrono::SecondsFormat;
use sqlx::PgConnection;

use super::TrailRow;
use crate::error::ApplyError;
use crate::tables::Tables;

/// How many bytes are handed to the connection at once.
const SEND_BYTES: usize = 256 * 1024;

/// Adds rows.
///
/// # Errors
/// Those of the database.
pub(super) async fn add(
    connection: &mut PgConnection,
    tables: Tables,
    rows: &[TrailRow],
) -> Result<(), ApplyError> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut copy = connection.copy_in_raw(&tables.statement(include_str!("sql/copy_rows.sql"))).await?;
    let mut text = Vec::with_capacity(SEND_BYTES + 1024);
    for row in rows {
        write(&mut text, row)?;
        if text.len() >= SEND_BYTES {
            copy.send(text.as_slice()).await?;
            text.clear();
        }
    }
    copy.send(text.as_slice()).await?;
    copy.finish().await?;
    Ok(())
}

/// One row, with the columns in the order of the statement.
fn write(text: &mut Vec<u8>, row: &TrailRow) -> Result<(), ApplyError> {
    let role = serde_json::to_string(&row.actor_role)?;
    let subjects = &row.subjects;
    field(text, Some(row.position));
    field(text, Some(row.recorded_at.to_rfc3339_opts(SecondsFormat::Micros, true)));
    field(text, Some(&row.stream_kind));
    field(text, Some(&row.stream_id));
    field(text, Some(row.sequence));
    field(text, Some(&row.event_type));
    field(text, Some(&row.actor_id));
    field(text, Some(role.trim_matches('"')));
    field(text, Some(row.office_day));
    field(text, row.effective_on);
    field(text, Some(row.correlation_id));
    for subject in [subjects.household_id, subjects.person_id, subjects.case_id, subjects.run_id] {
        field(text, subject);
    }
    // the last tab is the end of the row
    text.pop();
    text.push(b'\n');
    Ok(())
}

/// A value and a tab; a backslash stands before what would end the field or the row.
fn field(text: &mut Vec<u8>, value: Option<impl Display>) {
    match value {
        None => text.extend_from_slice(b"\\N"),
        Some(value) => {
            for byte in value.to_string().into_bytes() {
                match byte {
                    b'\\' | b'\t' => text.extend([b'\\', byte]),
                    b'\n' => text.extend(b"\\n"),
                    b'\r' => text.extend(b"\\r"),
                    _ => text.push(byte),
                }
            }
        }
    }
    text.push(b'\t');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_field_or_a_row_is_escaped() {
        let mut text = Vec::new();
        field(&mut text, Some("a\tb\nc\\d\re"));
        field(&mut text, None::<&str>);
        assert_eq!(String::from_utf8(text).unwrap(), "a\\\tb\\nc\\\\d\\re\t\\N\t");
    }
}
