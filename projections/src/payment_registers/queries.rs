//! Questions to the payment registers. All amounts are in fen.

use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, PaymentId, PersonId, RunId};
use domain::money::Money;
use domain::payment::{PaymentKind, PaymentStage};
use domain::payment_run::ProgramTotal;
use domain::program::Program;
use futures::Stream;
use serde::{Deserialize, Serialize};
use sqlx::{Executor, Postgres};
use uuid::Uuid;

use super::{PaymentRow, PaymentRunRow};
use crate::error::ProjectionError;
use crate::rows::{fetch_all, fetch_each, fetch_one};

/// Lines of a run with the same program, kind and status, in sum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineTotal {
    /// The program.
    pub program: Program,
    /// Why they are paid.
    pub kind: PaymentKind,
    /// Where they stand.
    pub status: PaymentStage,
    /// 笔数.
    pub count: u64,
    /// 合计.
    pub sum: Money,
    /// How much of it is asked back.
    pub recovery_opened: Money,
    /// How much of that came back.
    pub recovery_received: Money,
}

/// Where a payment stands, as far as a file from the bank asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineStanding {
    /// The payment.
    pub payment_id: PaymentId,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub status: PaymentStage,
    /// The bank's reference of its arrival.
    pub bank_reference: Option<String>,
}

/// A page of a run's lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinePage {
    /// Where the page begins.
    pub start: PageStart,
    /// The most lines.
    pub limit: u32,
}

/// Where a page of lines begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageStart {
    /// With the first line.
    First,
    /// After this line, the last of the page before.
    After(Box<PaymentRow>),
}

/// A run.
///
/// # Errors
/// Those of the database.
pub async fn run<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    run: RunId,
) -> Result<Option<PaymentRunRow>, ProjectionError> {
    fetch_one("read_payment_runs", executor, sqlx::query(include_str!("sql/run.sql")).bind(run.uuid())).await
}

/// Every run, in the order in which they were opened.
///
/// # Errors
/// Those of the database.
pub async fn runs<'e>(
    executor: impl Executor<'e, Database = Postgres>,
) -> Result<Vec<PaymentRunRow>, ProjectionError> {
    fetch_all("read_payment_runs", executor, sqlx::query(include_str!("sql/runs.sql"))).await
}

/// What the runs of a month ordered of some programs, whatever became of it.
///
/// # Errors
/// Those of the database.
pub async fn totals_of_month<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    month: BenefitMonth,
    programs: &[Program],
) -> Result<Vec<ProgramTotal>, ProjectionError> {
    let codes: Vec<&str> = programs.iter().map(|program| program.code()).collect();
    let query = sqlx::query(include_str!("sql/totals_of_month.sql")).bind(month.to_string()).bind(codes);
    fetch_all("read_payments", executor, query).await
}

/// Payments by their identifiers; those that do not exist are left out.
///
/// # Errors
/// Those of the database.
pub async fn payments<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    payments: &[PaymentId],
) -> Result<Vec<PaymentRow>, ProjectionError> {
    let ids: Vec<Uuid> = payments.iter().map(|payment| payment.uuid()).collect();
    fetch_all(TABLE, executor, sqlx::query(include_str!("sql/payment.sql")).bind(ids)).await
}

/// The payments for a person, and those for others that went to the person's account.
///
/// # Errors
/// Those of the database.
pub async fn payments_naming<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    person: PersonId,
) -> Result<Vec<PaymentId>, ProjectionError> {
    let query = sqlx::query_scalar(include_str!("sql/payments_naming.sql")).bind(person.uuid());
    Ok(query.fetch_all(executor).await?.into_iter().map(PaymentId::new).collect())
}

/// Every payment of a case, by month and attempt.
///
/// # Errors
/// Those of the database.
pub async fn payments_of_case<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    case: CaseId,
) -> Result<Vec<PaymentRow>, ProjectionError> {
    fetch_all(TABLE, executor, sqlx::query(include_str!("sql/payments_of_case.sql")).bind(case.uuid())).await
}

/// The lines of a run one by one, by program, case, month and attempt, with little memory.
pub fn lines_of_run<'e>(
    executor: impl Executor<'e, Database = Postgres> + 'e,
    run: RunId,
) -> impl Stream<Item = Result<PaymentRow, ProjectionError>> + 'e {
    fetch_each(TABLE, executor, sqlx::query(include_str!("sql/lines_of_run.sql")).bind(run.uuid()))
}

/// One page of a run's lines, in the order of [`lines_of_run`].
///
/// # Errors
/// Those of the database.
pub async fn lines_page<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    run: RunId,
    page: LinePage,
) -> Result<Vec<PaymentRow>, ProjectionError> {
    let query = sqlx::query(include_str!("sql/lines_page.sql")).bind(run.uuid());
    let query = match page.start {
        PageStart::First => query.bind("").bind(Uuid::nil()).bind("").bind(0_i32),
        PageStart::After(line) => query
            .bind(line.program.code())
            .bind(line.case_id.uuid())
            .bind(line.month.to_string())
            .bind(line.attempt.cast_signed()),
    };
    fetch_all(TABLE, executor, query.bind(i64::from(page.limit))).await
}

/// The lines of a run in sum, added up anew.
///
/// # Errors
/// Those of the database.
pub async fn totals_of_run<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    run: RunId,
) -> Result<Vec<LineTotal>, ProjectionError> {
    fetch_all(TABLE, executor, sqlx::query(include_str!("sql/totals_of_run.sql")).bind(run.uuid())).await
}

/// Where each payment of a run stands, one by one in no order.
pub fn standings_of_run<'e>(
    executor: impl Executor<'e, Database = Postgres> + 'e,
    run: RunId,
) -> impl Stream<Item = Result<LineStanding, ProjectionError>> + 'e {
    fetch_each(TABLE, executor, sqlx::query(include_str!("sql/standings_of_run.sql")).bind(run.uuid()))
}

/// Payments that came back and were neither reissued nor cancelled, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn returned_payments<'e>(
    executor: impl Executor<'e, Database = Postgres>,
) -> Result<Vec<PaymentRow>, ProjectionError> {
    fetch_all(TABLE, executor, sqlx::query(include_str!("sql/returned_payments.sql"))).await
}

/// Payments of which something is still to be recovered, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn open_recoveries<'e>(
    executor: impl Executor<'e, Database = Postgres>,
) -> Result<Vec<PaymentRow>, ProjectionError> {
    fetch_all(TABLE, executor, sqlx::query(include_str!("sql/open_recoveries.sql"))).await
}

const TABLE: &str = "read_payments";
