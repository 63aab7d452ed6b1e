//! The lines of a run between calculation and release, as they are read back: in their order, page by page.

use chrono::NaiveDate;
use domain::identifiers::BankAccount;
use domain::ids::{CaseId, PaymentId, RunId};
use domain::payment::PaymentOrder;
use domain::payment_run::RunLine;
use domain::personal::Sealed;
use domain::policy::Determination;
use futures::{Stream, stream};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{Executor, PgPool, Postgres, Row};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::processes::ProcessError;
use crate::processes::cores::{blocking, on_all_cores};

/// A line as it waits for its release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagedLine {
    /// The run.
    pub run_id: RunId,
    /// The line.
    pub line: RunLine,
    /// The account, sealed for the payee.
    pub account: Sealed<BankAccount>,
    /// The facts and steps, sealed for the beneficiary.
    pub determination: Sealed<Determination>,
    /// Version of the rule book.
    pub rule_version: String,
    /// The returned payment whose place it takes.
    pub replaces: Option<PaymentId>,
}

impl StagedLine {
    /// The order that the line becomes, for the day on which the bank is to pay.
    pub fn order(&self, execution_on: NaiveDate) -> PaymentOrder {
        let line = &self.line;
        PaymentOrder {
            payment_id: line.payment_id,
            run_id: self.run_id,
            case_id: line.case_id,
            beneficiary: line.beneficiary,
            program: line.program,
            month: line.month,
            attempt: line.attempt,
            kind: line.kind,
            amount: line.amount,
            due: line.due,
            payee: line.payee,
            account: self.account.clone(),
            rule_version: self.rule_version.clone(),
            determination: self.determination.clone(),
            execution_on,
            withheld: line.withheld.clone(),
        }
    }
}

/// A staged line as far as the files to the bank need it.
#[derive(Clone, Debug)]
pub struct LineToDeliver {
    /// The line.
    pub line: RunLine,
    /// The account, sealed for the payee.
    pub account: Sealed<BankAccount>,
}

/// What can be read of a staged line: all of it, or only as much as somebody needs.
pub trait Staged: Sized + Send + 'static {
    /// The page after a line, whose columns [`Staged::read`] reads.
    const PAGE: &'static str;

    /// Reads a row.
    ///
    /// # Errors
    /// Those of the database, and [`ProcessError::Damaged`] for a line that cannot be read.
    fn read(run_id: RunId, row: &PgRow) -> Result<Self, ProcessError>;

    /// The line.
    fn line(&self) -> &RunLine;
}

impl Staged for StagedLine {
    const PAGE: &'static str = include_str!("sql/page_of_lines.sql");

    fn read(run_id: RunId, row: &PgRow) -> Result<StagedLine, ProcessError> {
        Ok(StagedLine {
            run_id,
            line: RunLine::read(run_id, row)?,
            account: Sealed::from_ciphertext(row.try_get::<&str, _>(1)?),
            determination: Sealed::from_ciphertext(row.try_get::<&str, _>(2)?),
            rule_version: row.try_get(3)?,
            replaces: row.try_get::<Option<Uuid>, _>(4)?.map(PaymentId::new),
        })
    }

    fn line(&self) -> &RunLine {
        &self.line
    }
}

impl Staged for LineToDeliver {
    const PAGE: &'static str = include_str!("sql/page_to_deliver.sql");

    fn read(run_id: RunId, row: &PgRow) -> Result<LineToDeliver, ProcessError> {
        let account = Sealed::from_ciphertext(row.try_get::<&str, _>(1)?);
        Ok(LineToDeliver { line: RunLine::read(run_id, row)?, account })
    }

    fn line(&self) -> &RunLine {
        &self.line
    }
}

impl Staged for RunLine {
    const PAGE: &'static str = include_str!("sql/page_of_texts.sql");

    fn read(_: RunId, row: &PgRow) -> Result<RunLine, ProcessError> {
        let text: &str = row.try_get(0)?;
        text.parse().map_err(|error| ProcessError::Damaged(format!("a staged line: {error}")))
    }

    fn line(&self) -> &RunLine {
        self
    }
}

/// Reads the lines of a run in their order. The next page is read and decoded while the last one is worked on.
pub struct StagedLines<L = StagedLine> {
    pool: PgPool,
    run_id: RunId,
    after: Place,
    ahead: Option<JoinSet<Result<Vec<L>, ProcessError>>>,
}

/// Where a line stands in its run: lines ascend by program code, case and month.
#[derive(Clone, Debug, Default)]
struct Place {
    program: &'static str,
    case: Uuid,
    month: String,
}

impl Place {
    fn of(line: &RunLine) -> Place {
        Place { program: line.program.code(), case: line.case_id.uuid(), month: line.month.to_string() }
    }
}

impl<L: Staged> StagedLines<L> {
    /// Begins with the first line.
    pub fn of(pool: &PgPool, run_id: RunId) -> StagedLines<L> {
        StagedLines { pool: pool.clone(), run_id, after: Place::default(), ahead: None }
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
        let Some(last) = page.last() else { return Ok(None) };
        self.after = Place::of(last.line());
        self.ahead = Some(self.read_ahead());
        Ok(Some(page))
    }

    /// All pages, in their order.
    pub fn pages(self) -> impl Stream<Item = Result<Vec<L>, ProcessError>> + Send {
        stream::try_unfold(self, async |mut lines| Ok(lines.next_page().await?.map(|page| (page, lines))))
    }

    /// Begins to read a page, on a task that ends with this reader.
    fn read_ahead(&self) -> JoinSet<Result<Vec<L>, ProcessError>> {
        let (pool, run_id, after) = (self.pool.clone(), self.run_id, self.after.clone());
        let mut ahead = JoinSet::new();
        ahead.spawn(async move {
            let query = sqlx::query(L::PAGE).bind(run_id.uuid());
            let query = query.bind(after.program).bind(after.case).bind(after.month);
            let rows = in_order(&pool, query).await?;
            blocking(move || on_all_cores(&rows, |row| L::read(run_id, row)).into_iter().collect()).await?
        });
        ahead
    }
}

/// The rows of a question for lines in their order.
async fn in_order(pool: &PgPool, query: Query<'_, Postgres, PgArguments>) -> Result<Vec<PgRow>, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    transaction.execute(include_str!("sql/line_settings.sql")).await?;
    let rows = query.fetch_all(&mut *transaction).await?;
    transaction.rollback().await?;
    Ok(rows)
}

/// Some lines of a run in their order, from a place (from 0) on; none of a forecast.
///
/// # Errors
/// Those of the database, and [`ProcessError::Damaged`] for a line that cannot be read.
pub async fn lines_from(
    pool: &PgPool,
    run_id: RunId,
    from: u64,
    count: u32,
) -> Result<Vec<StagedLine>, ProcessError> {
    let query = sqlx::query(include_str!("sql/lines_from.sql")).bind(run_id.uuid());
    let rows = in_order(pool, query.bind(from.cast_signed()).bind(i64::from(count))).await?;
    rows.iter().map(|row| StagedLine::read(run_id, row)).collect()
}

/// The lines of some cases of a run, in their order; none of a forecast.
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
    let query = sqlx::query(include_str!("sql/lines_of_cases.sql")).bind(run_id.uuid()).bind(uuids(cases));
    query.fetch_all(pool).await?.iter().map(|row| StagedLine::read(run_id, row)).collect()
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

/// As the database takes them.
pub(super) fn uuids(cases: &[CaseId]) -> Vec<Uuid> {
    cases.iter().map(|case| case.uuid()).collect()
}
