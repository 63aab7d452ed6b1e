//! The lines of a run between calculation and release: written by COPY, read back in pages.

use domain::calendar::BenefitMonth;
use domain::identifiers::BankAccount;
use domain::ids::{CaseId, PaymentId, PersonId, RunId};
use domain::money::Money;
use domain::payment::{PaymentKind, PaymentOrder, Withholding};
use domain::payment_run::{LineParties, MonthToPay, RunLine};
use domain::personal::{BlindIndex, Sealed};
use domain::program::Program;
use futures::{Stream, stream};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{PgPool, Row};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::RunNote;
use crate::processes::ProcessError;
use crate::processes::cores::{blocking, on_all_cores};

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

/// A staged line as far as the digest and the files to the bank need it: what was determined is passed over.
#[derive(Debug, Deserialize)]
pub struct LineToDeliver {
    /// The order.
    pub order: OrderToDeliver,
    /// Keyed hash of the account.
    pub account_index: BlindIndex,
}

/// An order without its determination.
#[derive(Debug, Deserialize)]
pub struct OrderToDeliver {
    /// The payment.
    pub payment_id: PaymentId,
    /// The case.
    pub case_id: CaseId,
    /// The beneficiary.
    pub beneficiary: PersonId,
    /// The program.
    pub program: Program,
    /// 所属月份.
    pub month: BenefitMonth,
    /// Counts the payments of the case for the month, from 1.
    pub attempt: u32,
    /// Why it is paid.
    pub kind: PaymentKind,
    /// What the bank pays, in fen.
    pub amount: Money,
    /// What the month is due in all, in fen.
    pub due: Money,
    /// Who holds the account.
    pub payee: PersonId,
    /// The account, sealed for the payee.
    pub account: Sealed<BankAccount>,
    /// 抵扣.
    #[serde(default)]
    pub withheld: Vec<Withholding>,
}

impl LineToDeliver {
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
        let OrderToDeliver { payment_id, month, attempt, kind, amount, due, .. } = *order;
        let pay = MonthToPay { month, payment_id, attempt, kind, amount, due, replaces: None };
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
        self.text(&StagedText::of(line)?).await
    }

    /// Takes the text of the next line.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn text(&mut self, line: &StagedText) -> Result<(), ProcessError> {
        let keys = format!("{}\t{}\t{}\t", self.run_id, self.lines, line.case_id);
        self.text.extend_from_slice(keys.as_bytes());
        self.text.extend_from_slice(line.json.as_bytes());
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

/// A line in the text form of COPY.
pub struct StagedText {
    case_id: CaseId,
    json: String,
}

impl StagedText {
    /// A backslash stands before what would end the field or the row. JSON text has nothing of that but backslashes:
    /// the others are escaped inside its strings.
    ///
    /// # Errors
    /// [`ProcessError::Damaged`] for a line that cannot be written.
    pub fn of(line: &StagedLine) -> Result<StagedText, ProcessError> {
        let json = serde_json::to_string(line).map_err(|error| ProcessError::Damaged(error.to_string()))?;
        let json = if json.contains('\\') { json.replace('\\', "\\\\") } else { json };
        Ok(StagedText { case_id: line.order.case_id, json })
    }
}

/// Reads the lines of a run in their order, as [`StagedLine`] or as [`LineToDeliver`]. The next page is read and decoded
/// while the last one is worked on.
pub struct StagedLines<L = StagedLine> {
    pool: PgPool,
    run_id: RunId,
    next: i64,
    ahead: Option<JoinSet<Result<Vec<L>, ProcessError>>>,
}

impl StagedLines {
    /// Begins with the first line.
    pub fn new(pool: &PgPool, run_id: RunId) -> StagedLines {
        StagedLines::begin(pool, run_id)
    }
}

impl StagedLines<LineToDeliver> {
    /// Begins with the first line, without what was determined.
    pub fn to_deliver(pool: &PgPool, run_id: RunId) -> StagedLines<LineToDeliver> {
        StagedLines::begin(pool, run_id)
    }
}

impl<L: DeserializeOwned + Send + 'static> StagedLines<L> {
    fn begin(pool: &PgPool, run_id: RunId) -> StagedLines<L> {
        StagedLines { pool: pool.clone(), run_id, next: 0, ahead: None }
    }

    /// The next lines; none when all have come.
    ///
    /// # Errors
    /// Those of the database, and [`ProcessError::Damaged`] for a line that cannot be read.
    pub async fn next_page(&mut self) -> Result<Option<Vec<L>>, ProcessError> {
        let mut ahead = self.ahead.take().unwrap_or_else(|| self.read_ahead());
        let page = match ahead.join_next().await {
            Some(read) => read.map_err(|error| ProcessError::Damaged(error.to_string()))??,
            None => Vec::new(),
        };
        if page.is_empty() {
            return Ok(None);
        }
        self.ahead = Some(self.read_ahead());
        Ok(Some(page))
    }

    /// All pages, in their order.
    pub fn pages(self) -> impl Stream<Item = Result<Vec<L>, ProcessError>> + Send {
        stream::try_unfold(self, async |mut lines| Ok(lines.next_page().await?.map(|page| (page, lines))))
    }

    /// Begins to read a page, on a task that ends with this reader.
    fn read_ahead(&mut self) -> JoinSet<Result<Vec<L>, ProcessError>> {
        let (pool, run_id, from) = (self.pool.clone(), self.run_id, self.next);
        self.next += PAGE_LINES;
        let mut ahead = JoinSet::new();
        ahead.spawn(async move {
            let query = sqlx::query(include_str!("sql/read_lines.sql")).bind(run_id.uuid());
            let rows = query.bind(from).bind(from + PAGE_LINES).fetch_all(&pool).await?;
            blocking(move || in_order(&rows)).await?
        });
        ahead
    }
}

/// Decodes rows that come with their numbers, and puts them in order: the server would sort whole lines.
fn in_order<L: DeserializeOwned + Send>(rows: &[PgRow]) -> Result<Vec<L>, ProcessError> {
    let numbered = |row: &PgRow| Ok((row.try_get(1)?, read_line(row)?));
    let lines: Result<Vec<(i64, L)>, ProcessError> = on_all_cores(rows, numbered).into_iter().collect();
    let mut lines = lines?;
    lines.sort_unstable_by_key(|(number, _)| *number);
    Ok(lines.into_iter().map(|(_, line)| line).collect())
}

fn read_line<L: DeserializeOwned>(row: &PgRow) -> Result<L, ProcessError> {
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
    in_order(&query.bind(from).bind(from.saturating_add(i64::from(count))).fetch_all(pool).await?)
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
