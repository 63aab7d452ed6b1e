//! The lines of a run between calculation and release: written by COPY, read back in pages.

use domain::ids::{CaseId, PaymentId, RunId};
use domain::payment::PaymentOrder;
use domain::payment_run::{LineParties, MonthToPay, RunLine};
use domain::personal::BlindIndex;
use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{PgPool, Row};
use uuid::Uuid;

use super::RunNote;
use crate::processes::ProcessError;

/// Lines of one page.
pub const PAGE_LINES: i64 = 5_000;

/// How much text is handed to the connection at once.
const SEND_BYTES: usize = 256 * 1024;

/// A line as it waits for its release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagedLine {
    /// The order; its execution day is set at the release.
    pub order: Box<PaymentOrder>,
    /// Keyed hash of the account.
    pub account_index: BlindIndex,
    /// The returned payment whose place it takes.
    pub replaces: Option<PaymentId>,
}

impl StagedLine {
    /// The line, as the digest takes it.
    pub fn run_line(&self) -> RunLine {
        let order = &self.order;
        let parties = LineParties {
            case_id: order.case_id,
            beneficiary: order.beneficiary,
            program: order.program,
            payee: order.payee,
            account_index: self.account_index.clone(),
        };
        let PaymentOrder { payment_id, month, attempt, kind, amount, due, .. } = **order;
        let replaces = self.replaces;
        let pay = MonthToPay { month, payment_id, attempt, kind, amount, due, replaces };
        RunLine { withheld: order.withheld.clone(), ..RunLine::new(parties, pay) }
    }
}

/// Waits until no other calculation of the run is on its way; held until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_lines(connection: &mut PgConnection, run_id: RunId) -> Result<(), ProcessError> {
    sqlx::query(include_str!("sql/lock_lines.sql")).bind(run_id.uuid()).execute(connection).await?;
    Ok(())
}

/// Writes the lines of one calculation.
pub struct StagingWriter<'c> {
    connection: &'c mut PgConnection,
    run_id: RunId,
    lines: u64,
    text: Vec<u8>,
}

impl<'c> StagingWriter<'c> {
    /// Throws away what an earlier calculation of the run left.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn begin(
        connection: &'c mut PgConnection,
        run_id: RunId,
    ) -> Result<StagingWriter<'c>, ProcessError> {
        for statement in [include_str!("sql/delete_lines.sql"), include_str!("sql/delete_notes.sql")] {
            sqlx::query(statement).bind(run_id.uuid()).execute(&mut *connection).await?;
        }
        Ok(StagingWriter { connection, run_id, lines: 0, text: Vec::with_capacity(2 * SEND_BYTES) })
    }

    /// Takes the next line.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn line(&mut self, line: &StagedLine) -> Result<(), ProcessError> {
        let json = serde_json::to_string(line).map_err(|error| ProcessError::Damaged(error.to_string()))?;
        self.text.extend_from_slice(format!("{}\t{}\t", self.run_id, self.lines).as_bytes());
        escape(&json, &mut self.text);
        self.text.push(b'\n');
        self.lines += 1;
        if self.text.len() >= SEND_BYTES { self.send().await } else { Ok(()) }
    }

    /// Writes what is left, and the notes.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn finish(mut self, notes: &[RunNote]) -> Result<(), ProcessError> {
        self.send().await?;
        for (number, note) in (0_i64..).zip(notes) {
            let json =
                serde_json::to_string(note).map_err(|error| ProcessError::Damaged(error.to_string()))?;
            let query = sqlx::query(include_str!("sql/insert_note.sql"));
            query.bind(self.run_id.uuid()).bind(number).bind(json).execute(&mut *self.connection).await?;
        }
        Ok(())
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

/// COPY's text form: a backslash stands before what would end the field or the row.
fn escape(json: &str, text: &mut Vec<u8>) {
    for byte in json.bytes() {
        match byte {
            b'\\' => text.extend_from_slice(b"\\\\"),
            // JSON text has none of the others: they are escaped inside its strings
            _ => text.push(byte),
        }
    }
}

/// Reads the lines of a run in their order.
pub struct StagedLines<'p> {
    pool: &'p PgPool,
    run_id: RunId,
    next: i64,
}

impl<'p> StagedLines<'p> {
    /// Begins with the first line.
    pub fn new(pool: &'p PgPool, run_id: RunId) -> StagedLines<'p> {
        StagedLines { pool, run_id, next: 0 }
    }

    /// The next lines; none when all have come.
    ///
    /// # Errors
    /// Those of the database, and [`ProcessError::Damaged`] for a line that cannot be read.
    pub async fn next_page(&mut self) -> Result<Option<Vec<StagedLine>>, ProcessError> {
        let query = sqlx::query(include_str!("sql/read_lines.sql"));
        let query = query.bind(self.run_id.uuid()).bind(self.next).bind(self.next + PAGE_LINES);
        let rows = query.fetch_all(self.pool).await?;
        self.next += PAGE_LINES;
        if rows.is_empty() {
            return Ok(None);
        }
        rows.iter().map(read_line).collect::<Result<Vec<_>, _>>().map(Some)
    }
}

fn read_line(row: &PgRow) -> Result<StagedLine, ProcessError> {
    let json: &str = row.try_get(0)?;
    serde_json::from_str(json).map_err(|error| ProcessError::Damaged(format!("a staged line: {error}")))
}

/// Some lines of a run in their order, from a place (from 0) on.
///
/// # Errors
/// Those of the database, and [`ProcessError::Damaged`] for a line that cannot be read.
pub async fn lines_from(
    pool: &PgPool,
    run_id: RunId,
    from: u64,
    count: u32,
) -> Result<Vec<StagedLine>, ProcessError> {
    let from = from.cast_signed();
    let query = sqlx::query(include_str!("sql/read_lines.sql")).bind(run_id.uuid());
    let rows = query.bind(from).bind(from.saturating_add(i64::from(count))).fetch_all(pool).await?;
    rows.iter().map(read_line).collect()
}

/// The lines of some cases of a run, in their order.
///
/// # Errors
/// Those of the database, and [`ProcessError::Damaged`] for a line that cannot be read.
pub async fn lines_of_cases(
    pool: &PgPool,
    run_id: RunId,
    cases: &[CaseId],
) -> Result<Vec<StagedLine>, ProcessError> {
    if cases.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = cases.iter().map(|case| case.uuid()).collect();
    let query = sqlx::query(include_str!("sql/read_lines_of_cases.sql")).bind(run_id.uuid()).bind(ids);
    query.fetch_all(pool).await?.iter().map(read_line).collect()
}

/// The cases of a run with a line to one of some accounts, by their keyed hashes.
///
/// # Errors
/// Those of the database.
pub async fn cases_on_accounts(
    pool: &PgPool,
    run_id: RunId,
    accounts: &[&str],
) -> Result<Vec<CaseId>, ProcessError> {
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let query = sqlx::query(include_str!("sql/cases_on_accounts.sql")).bind(run_id.uuid()).bind(accounts);
    let rows = query.fetch_all(pool).await?;
    Ok(rows.iter().map(|row| row.try_get(0).map(CaseId::new)).collect::<Result<_, _>>()?)
}

/// What the newest calculation of a run could not pay, and what was paid too much.
///
/// # Errors
/// Those of the database, and [`ProcessError::Damaged`] for a note that cannot be read.
pub async fn notes_of(pool: &PgPool, run_id: RunId) -> Result<Vec<RunNote>, ProcessError> {
    let rows = sqlx::query(include_str!("sql/read_notes.sql")).bind(run_id.uuid()).fetch_all(pool).await?;
    let read = |row: &sqlx::postgres::PgRow| -> Result<RunNote, ProcessError> {
        let json: &str = row.try_get(0)?;
        serde_json::from_str(json).map_err(|error| ProcessError::Damaged(format!("a note: {error}")))
    };
    rows.iter().map(read).collect()
}
