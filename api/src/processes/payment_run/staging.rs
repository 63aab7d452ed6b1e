//! The lines of a run between calculation and release, as they are written: by COPY, all of them or those of some cases in
//! their places.

use domain::ids::{CaseId, RunId};
use sqlx::postgres::PgConnection;
use sqlx::{PgPool, Row};

use super::RunNote;
use super::staged::{StagedLine, uuids};
use crate::processes::ProcessError;

/// How much text is handed to the connection at once.
const SEND_BYTES: usize = 256 * 1024;

/// Waits until no other calculation of the run is on its way; held until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_lines(connection: &mut PgConnection, run_id: RunId) -> Result<(), ProcessError> {
    sqlx::query(include_str!("sql/lock_lines.sql")).bind(run_id.uuid()).execute(connection).await?;
    Ok(())
}

/// Throws away the lines and the notes of a run.
///
/// # Errors
/// Those of the database.
pub async fn clear(connection: &mut PgConnection, run_id: RunId) -> Result<(), ProcessError> {
    for statement in [include_str!("sql/delete_lines.sql"), include_str!("sql/delete_notes.sql")] {
        sqlx::query(statement).bind(run_id.uuid()).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Throws away the lines of some cases of a run.
///
/// # Errors
/// Those of the database.
pub async fn clear_cases(
    connection: &mut PgConnection,
    run_id: RunId,
    cases: &[CaseId],
) -> Result<(), ProcessError> {
    let query = sqlx::query(include_str!("sql/delete_lines_of_cases.sql"));
    query.bind(run_id.uuid()).bind(uuids(cases)).execute(connection).await?;
    Ok(())
}

/// Writes lines of a run, in any order.
pub struct StagingWriter<'c> {
    connection: &'c mut PgConnection,
    text: Vec<u8>,
}

impl<'c> StagingWriter<'c> {
    /// Begins to write.
    pub fn new(connection: &'c mut PgConnection) -> StagingWriter<'c> {
        StagingWriter { connection, text: Vec::with_capacity(2 * SEND_BYTES) }
    }

    /// Takes the next line.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn line(&mut self, line: &StagedText) -> Result<(), ProcessError> {
        self.text.extend_from_slice(line.0.as_bytes());
        if self.text.len() >= SEND_BYTES { self.send().await } else { Ok(()) }
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn finish(mut self) -> Result<(), ProcessError> {
        self.send().await
    }

    async fn send(&mut self) -> Result<(), ProcessError> {
        if self.text.is_empty() {
            return Ok(());
        }
        let mut copy = self.connection.copy_in_raw(include_str!("sql/copy_lines.sql")).await?;
        copy.send(self.text.as_slice()).await?;
        copy.finish().await?;
        self.text.clear();
        Ok(())
    }
}

/// A line in the text form of COPY.
pub struct StagedText(String);

impl StagedText {
    /// The row of a line.
    pub fn of(staged: &StagedLine) -> StagedText {
        let StagedLine { run_id, line, account, determination, rule_version, replaces } = staged;
        let (program, case, month) = (line.program.code(), line.case_id, line.month);
        let mut row = format!("{run_id}\t{program}\t{case}\t{month}\t{line}\t");
        for field in [account.ciphertext(), determination.ciphertext(), rule_version] {
            push_escaped(&mut row, field);
            row.push('\t');
        }
        match replaces {
            Some(payment) => row.push_str(&payment.to_string()),
            None => row.push_str("\\N"),
        }
        row.push('\n');
        StagedText(row)
    }
}

/// A backslash stands before what would end the field or the row.
fn push_escaped(row: &mut String, field: &str) {
    for part in field.split_inclusive(['\\', '\t', '\n', '\r']) {
        match part.char_indices().next_back() {
            Some((at, last @ ('\\' | '\t' | '\n' | '\r'))) => {
                row.push_str(part.get(..at).unwrap_or_default());
                row.push('\\');
                row.push(match last {
                    '\t' => 't',
                    '\n' => 'n',
                    '\r' => 'r',
                    other => other,
                });
            }
            _ => row.push_str(part),
        }
    }
}

/// Keeps notes of a run in the place of those that it had.
///
/// # Errors
/// Those of the database, and [`ProcessError::Damaged`] for a note that cannot be written.
pub async fn keep_notes(
    connection: &mut PgConnection,
    run_id: RunId,
    notes: &[RunNote],
) -> Result<(), ProcessError> {
    let texts: Result<Vec<String>, _> = notes.iter().map(serde_json::to_string).collect();
    let texts = texts.map_err(|error| ProcessError::Damaged(error.to_string()))?;
    sqlx::query(include_str!("sql/delete_notes.sql")).bind(run_id.uuid()).execute(&mut *connection).await?;
    let query = sqlx::query(include_str!("sql/insert_notes.sql")).bind(run_id.uuid());
    query.bind(texts).execute(connection).await?;
    Ok(())
}

/// What the newest calculation of a run could not pay, and what was paid too much; nothing before the first one.
///
/// # Errors
/// Those of the database, and [`ProcessError::Damaged`] for a note that cannot be read.
pub async fn notes_of(pool: &PgPool, run_id: RunId) -> Result<Vec<RunNote>, ProcessError> {
    read_notes(pool, run_id, false).await
}

/// The same as they are staged, be it by a calculation or by the forecast that stands in its place.
///
/// # Errors
/// As [`notes_of`].
pub async fn notes_staged(pool: &PgPool, run_id: RunId) -> Result<Vec<RunNote>, ProcessError> {
    read_notes(pool, run_id, true).await
}

async fn read_notes(pool: &PgPool, run_id: RunId, ahead: bool) -> Result<Vec<RunNote>, ProcessError> {
    let query = sqlx::query(include_str!("sql/read_notes.sql")).bind(run_id.uuid()).bind(ahead);
    let rows = query.fetch_all(pool).await?;
    let read = |row: &sqlx::postgres::PgRow| -> Result<RunNote, ProcessError> {
        let json: &str = row.try_get(0)?;
        serde_json::from_str(json).map_err(|error| ProcessError::Damaged(format!("a note: {error}")))
    };
    rows.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_field_or_a_row_is_written_as_two_characters() {
        let cases = [
            ("2023-07", "2023-07"),
            ("", ""),
            ("a\\b", "a\\\\b"),
            ("\t\n\r", "\\t\\n\\r"),
            ("表\n2", "表\\n2"),
        ];
        for (field, written) in cases {
            let mut row = String::new();
            push_escaped(&mut row, field);
            assert_eq!(row, written, "{field:?}");
        }
    }
}
