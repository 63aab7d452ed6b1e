//! The books (账簿): what [`domain::books`] makes of every event, by subaccount and day.

pub mod postings;
mod spans;

use chrono::NaiveDate;
use domain::aggregate::Decider;
use domain::any_event::AnyEvent;
use domain::books::{Book, Bookkeeper, Entries, PaidFor, Subaccount, TrialBalance, TrialQuestion, Turnover};
use domain::campaign::{Campaign, CampaignEvent};
use domain::fund::{Fund, FundEvent, GovernmentLevel};
use domain::ids::{CampaignId, FundId, RunId};
use domain::money::{Money, MoneyError};
use domain::payment_run::{PaymentRun, PaymentRunEvent};
use domain::program::Program;
use futures::future::BoxFuture;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sqlx::{Executor, PgConnection, Postgres, Row};
use uuid::Uuid;

use self::spans::Spans;
use crate::error::{ApplyError, ProjectionError};
use crate::payment_registers::facts::{PaymentFacts, payment_events};
use crate::projection::{About, At, Batch, Projection};
use crate::rows::{fetch_all, store};
use crate::tables::Tables;
use crate::{donation_totals, payment_registers};

/// The projection; it owns `read_book_days`, `read_book_spans` and `read_book_years`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Books;

/// Its name, version and tables.
pub static ABOUT: About = About {
    name: "books",
    version: 3,
    schema: include_str!("sql/tables.sql"),
    tables: &["read_book_days", "read_book_spans", "read_book_years"],
    needs: &[&payment_registers::ABOUT, &donation_totals::ABOUT],
};

/// What was posted to a subaccount on a day: a row of `read_book_days`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookDayRow {
    /// The subaccount's name.
    pub subaccount: String,
    /// 记账日.
    pub day: NaiveDate,
    /// The account's code.
    pub account: domain::books::Account,
    /// 资金.
    pub fund_id: Option<FundId>,
    /// 救助项目.
    pub program: Option<Program>,
    /// 资金层级.
    pub level: Option<GovernmentLevel>,
    /// 预算年度.
    pub budget_year: Option<i32>,
    /// Everything debited.
    #[serde(rename = "debit_fen")]
    pub debit: Money,
    /// Everything credited.
    #[serde(rename = "credit_fen")]
    pub credit: Money,
    /// How many postings.
    pub posting_count: u64,
}

/// A year was closed on a fund, or opened again: a row of `read_book_years`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct BookYearRow {
    fund_id: FundId,
    /// By which event.
    position: u64,
    /// The last year that is closed from then on. None once it was reopened and nothing earlier is closed.
    closed_through: Option<i32>,
}

/// Everything that was posted, of one fund or of all.
///
/// # Errors
/// Those of the database; a sum out of the range of money.
pub async fn book<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    fund: Option<FundId>,
) -> Result<Book, ProjectionError> {
    let query = sqlx::query(include_str!("sql/days.sql")).bind(fund.map(FundId::uuid));
    let rows = fetch_all(TABLE, executor, query).await?;
    of_days(rows).map_err(|_| ProjectionError::Row { table: TABLE })
}

fn of_days(rows: Vec<BookDayRow>) -> Result<Book, MoneyError> {
    let mut book = Book::default();
    for row in rows {
        let turnover = Turnover { debit: row.debit, credit: row.credit, count: row.posting_count };
        book.take(row.place(), row.day, turnover)?;
    }
    Ok(book)
}

/// The trial balance (试算平衡).
///
/// # Errors
/// Those of the database; a sum out of the range of money.
pub async fn trial_balance<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    question: TrialQuestion,
) -> Result<TrialBalance, ProjectionError> {
    let book = book(executor, question.fund).await?;
    book.trial_balance(question).map_err(|_| ProjectionError::Row { table: TABLE })
}

const TABLE: &str = "read_book_days";

impl BookDayRow {
    fn new(subaccount: Subaccount, day: NaiveDate, turnover: Turnover) -> BookDayRow {
        let Subaccount { account, fund, program, level, budget_year } = subaccount;
        let Turnover { debit, credit, count } = turnover;
        BookDayRow {
            subaccount: subaccount.to_string(),
            day,
            account,
            fund_id: fund,
            program,
            level,
            budget_year,
            debit,
            credit,
            posting_count: count,
        }
    }

    /// Which subaccount it is.
    fn place(&self) -> Subaccount {
        let BookDayRow { account, fund_id: fund, program, level, budget_year, .. } = *self;
        Subaccount { account, fund, program, level, budget_year }
    }
}

impl Projection for Books {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn apply<'a>(
        &'a self,
        batch: Batch<'a>,
        connection: &'a mut PgConnection,
        tables: Tables,
    ) -> BoxFuture<'a, Result<(), ApplyError>> {
        Box::pin(apply(batch, connection, tables))
    }
}

async fn apply(batch: Batch<'_>, connection: &mut PgConnection, tables: Tables) -> Result<(), ApplyError> {
    let (mut keeper, events) = begin(batch, connection, tables).await?;
    if events.is_empty() {
        return Ok(());
    }
    for BookYearRow { fund_id, closed_through, .. } in years(connection, tables).await? {
        keeper.know_closed(fund_id, closed_through);
    }
    write(&mut keeper, events, connection, tables).await
}

/// The events of a batch that concern the books, in their order, and a bookkeeper who knows the payments, runs and
/// campaigns of before that they speak of; not yet which years are closed.
async fn begin<'a>(
    batch: Batch<'a>,
    connection: &mut PgConnection,
    tables: Tables,
) -> Result<(Bookkeeper, Vec<(At<'a>, AnyEvent)>), ApplyError> {
    let mut keeper = Bookkeeper::default();
    let mut events = known_payments(batch, connection, tables, &mut keeper).await?;
    for happened in batch.of::<PaymentRunEvent>(<PaymentRun as Decider>::TYPE) {
        let (at, event) = happened?;
        events.push((at, AnyEvent::PaymentRun(event)));
    }
    for happened in batch.of::<FundEvent>(<Fund as Decider>::TYPE) {
        let (at, event) = happened?;
        events.push((at, AnyEvent::Fund(event)));
    }
    for happened in batch.of::<CampaignEvent>(<Campaign as Decider>::TYPE) {
        let (at, event) = happened?;
        events.push((at, AnyEvent::Campaign(event)));
    }
    let campaigns = batch.begun_earlier(<Campaign as Decider>::TYPE)?;
    let statement = include_str!("sql/funds_of_campaigns.sql");
    for (campaign, fund) in load_pairs(connection, tables, statement, &campaigns).await? {
        keeper.know_campaign(CampaignId::new(campaign), FundId::new(fund));
    }
    // a year that is closed within the batch moves what follows it and not what came before
    events.sort_by_key(|(at, _)| at.0.position);
    Ok((keeper, events))
}

/// What one event posts.
fn book_one(keeper: &mut Bookkeeper, at: At<'_>, event: &AnyEvent) -> Result<Entries, ApplyError> {
    let recorded_on = at.0.metadata().map_err(|error| at.fault(error))?.office_day;
    Ok(keeper.book(&at.0.stream.id, event, recorded_on))
}

/// Books the events and stores the sums.
async fn write(
    keeper: &mut Bookkeeper,
    events: Vec<(At<'_>, AnyEvent)>,
    connection: &mut PgConnection,
    tables: Tables,
) -> Result<(), ApplyError> {
    let (mut book, mut spans) = (Book::default(), Spans::default());
    let mut years = Vec::new();
    for (at, event) in &events {
        let entries = book_one(keeper, *at, event)?;
        let position = at.0.position;
        at.sum(book.enter(&entries))?;
        at.sum(spans.enter(position, &entries))?;
        if let AnyEvent::Fund(FundEvent::FundYearClosed { .. } | FundEvent::FundYearReopened { .. }) = event {
            let fund_id = FundId::new(at.id()?);
            let closed_through = keeper.closed().get(&fund_id).copied();
            years.push(BookYearRow { fund_id, position, closed_through });
        }
    }
    let rows: Vec<BookDayRow> =
        book.days().map(|(subaccount, day, turnover)| BookDayRow::new(subaccount, day, turnover)).collect();
    store(connection, tables, include_str!("sql/add_days.sql"), &rows).await?;
    store(connection, tables, include_str!("sql/add_spans.sql"), &spans.rows()).await?;
    store(connection, tables, include_str!("sql/store_years.sql"), &years).await
}

/// Every closing and reopening, in the order of the log.
async fn years(connection: &mut PgConnection, tables: Tables) -> Result<Vec<BookYearRow>, ApplyError> {
    load(connection, tables, include_str!("sql/years.sql")).await
}

/// The batch's payment events; the bookkeeper is told what their orders and runs said.
async fn known_payments<'a>(
    batch: Batch<'a>,
    connection: &mut PgConnection,
    tables: Tables,
    keeper: &mut Bookkeeper,
) -> Result<Vec<(At<'a>, AnyEvent)>, ApplyError> {
    let payments = payment_events(batch, connection, tables).await?;
    let mut runs: Vec<Uuid> = payments.iter().map(|(_, _, facts)| facts.run_id.uuid()).collect();
    runs.sort_unstable();
    runs.dedup();
    let funds = load_pairs(connection, tables, include_str!("sql/funds_of_runs.sql"), &runs).await?;
    for (run, fund) in &funds {
        keeper.know_run(RunId::new(*run), FundId::new(*fund));
    }
    let mut events = Vec::with_capacity(payments.len());
    for (at, event, facts) in payments {
        let fund = funds.iter().find(|(run, _)| *run == facts.run_id.uuid());
        let fund = fund.map(|(_, fund)| FundId::new(*fund));
        let PaymentFacts { program, amount, execution_on, .. } = facts;
        let paid_for = PaidFor { program, amount, fund, execution_on };
        keeper.know_payment(facts.payment_id, paid_for);
        events.push((at, AnyEvent::Payment(event)));
    }
    Ok(events)
}

/// Pairs of a thing and its fund.
async fn load_pairs(
    connection: &mut PgConnection,
    tables: Tables,
    statement: &'static str,
    keys: &[Uuid],
) -> Result<Vec<(Uuid, Uuid)>, ApplyError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let statement = tables.statement(statement);
    Ok(sqlx::query_as(&statement).bind(keys).fetch_all(connection).await?)
}

async fn load<R: DeserializeOwned>(
    connection: &mut PgConnection,
    tables: Tables,
    statement: &'static str,
) -> Result<Vec<R>, ApplyError> {
    let statement = tables.statement(statement);
    let rows = sqlx::query(&statement).fetch_all(connection).await?;
    rows.iter().map(|row| Ok(serde_json::from_str(row.try_get_unchecked::<&str, _>(0)?)?)).collect()
}
