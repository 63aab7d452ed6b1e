//! The books (账簿): what [`domain::books`] makes of every event, by subaccount and day.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::aggregate::Decider;
use domain::any_event::AnyEvent;
use domain::books::{Book, Bookkeeper, PaidFor, Subaccount, TrialBalance, TrialQuestion, Turnover};
use domain::campaign::{Campaign, CampaignEvent};
use domain::fund::{Fund, FundEvent, GovernmentLevel};
use domain::ids::{CampaignId, FundId, RunId};
use domain::money::Money;
use domain::payment_run::{PaymentRun, PaymentRunEvent};
use domain::program::Program;
use futures::future::BoxFuture;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sqlx::{Executor, PgConnection, Postgres, Row};
use uuid::Uuid;

use crate::error::{ApplyError, ProjectionError};
use crate::payment_registers::facts::payment_events;
use crate::projection::{About, At, Batch, Projection};
use crate::rows::{fetch_all, store};
use crate::tables::Tables;
use crate::{donation_totals, payment_registers};

/// The projection; it owns `read_book_days` and `read_book_years`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Books;

/// Its name, version and tables.
pub static ABOUT: About = About {
    name: "books",
    version: 2,
    schema: include_str!("sql/tables.sql"),
    tables: &["read_book_days", "read_book_years"],
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

/// The last year that is closed on a fund: a row of `read_book_years`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct BookYearRow {
    fund_id: FundId,
    /// None once it was reopened and nothing earlier is closed.
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
    let rows: Vec<BookDayRow> = fetch_all(TABLE, executor, query).await?;
    let mut book = Book::default();
    for row in rows {
        let turnover = Turnover { debit: row.debit, credit: row.credit, count: row.posting_count };
        let taken = book.take(row.place(), row.day, turnover);
        taken.map_err(|_| ProjectionError::Row { table: TABLE })?;
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
    if events.is_empty() {
        return Ok(());
    }
    let campaigns = batch.begun_earlier(<Campaign as Decider>::TYPE)?;
    let statement = include_str!("sql/funds_of_campaigns.sql");
    for (campaign, fund) in load_pairs(connection, tables, statement, &campaigns).await? {
        keeper.know_campaign(CampaignId::new(campaign), FundId::new(fund));
    }
    let years: Vec<BookYearRow> = load(connection, tables, include_str!("sql/years.sql")).await?;
    for BookYearRow { fund_id, closed_through } in years {
        if let Some(year) = closed_through {
            keeper.know_closed(fund_id, year);
        }
    }
    write(&mut keeper, events, connection, tables).await
}

/// Books the events in their order and stores the sums.
async fn write(
    keeper: &mut Bookkeeper,
    mut events: Vec<(At<'_>, AnyEvent)>,
    connection: &mut PgConnection,
    tables: Tables,
) -> Result<(), ApplyError> {
    // a year that is closed within the batch moves what follows it and not what came before
    events.sort_by_key(|(at, _)| at.0.position);
    let before = keeper.closed().clone();
    let mut book = Book::default();
    for (at, event) in &events {
        let recorded_on = at.0.metadata().map_err(|error| at.fault(error))?.office_day;
        let entries = keeper.book(&at.0.stream.id, event, recorded_on);
        at.sum(book.enter(&entries))?;
    }
    let rows: Vec<BookDayRow> =
        book.days().map(|(subaccount, day, turnover)| BookDayRow::new(subaccount, day, turnover)).collect();
    store(connection, tables, include_str!("sql/add_days.sql"), &rows).await?;
    let funds: BTreeSet<FundId> = before.keys().chain(keeper.closed().keys()).copied().collect();
    let turned = funds.into_iter().filter(|fund| before.get(fund) != keeper.closed().get(fund));
    let row = |fund_id| BookYearRow { fund_id, closed_through: keeper.closed().get(&fund_id).copied() };
    let years: Vec<BookYearRow> = turned.map(row).collect();
    store(connection, tables, include_str!("sql/store_years.sql"), &years).await
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
        let paid_for = PaidFor { program: facts.program, amount: facts.amount, fund };
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
