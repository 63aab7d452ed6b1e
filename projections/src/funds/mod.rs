//! Funds (资金): what each holds, what it promised to which run, and what became of it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::aggregate::Decider;
use domain::fund::{Fund, FundEvent, FundSource, Restriction};
use domain::ids::{FundId, RunId};
use domain::money::{Money, MoneyError};
use domain::program::Program;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use sqlx::{Executor, PgConnection, Postgres};
use uuid::Uuid;

use crate::error::{ApplyError, ProjectionError};
use crate::projection::{About, At, Batch, Projection};
use crate::rows::{KeyedRow, Rows, fetch_all, store};
use crate::tables::Tables;

/// The projection; it owns `read_funds` and `read_fund_runs`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Funds;

/// Its name, version and tables.
pub static ABOUT: About = About {
    name: "funds",
    version: 2,
    schema: include_str!("sql/tables.sql"),
    tables: &["read_funds", "read_fund_runs"],
    needs: &[],
};

/// One fund: a row of `read_funds`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundRow {
    /// The fund.
    pub fund_id: FundId,
    /// Its name.
    pub name: String,
    /// Where its money comes from.
    pub source: FundSource,
    /// What it may be spent on.
    pub restriction: Restriction,
    /// When it was opened.
    pub opened_on: NaiveDate,
    /// The programs it may pay; every program where none is named.
    pub programs: Vec<Program>,
    /// The last year that is closed.
    pub closed_through: Option<i32>,
    /// Appropriated to it.
    #[serde(rename = "appropriated_fen")]
    pub appropriated: Money,
    /// Donated to it, less refunds.
    #[serde(rename = "donated_fen")]
    pub donated: Money,
    /// Recovered into it.
    #[serde(rename = "recovered_fen")]
    pub recovered: Money,
    /// Spent from it.
    #[serde(rename = "spent_fen")]
    pub spent: Money,
    /// Remitted from it to other organisations.
    #[serde(rename = "remitted_fen")]
    pub remitted: Money,
    /// Promised to runs and not yet spent or released.
    #[serde(rename = "committed_fen")]
    pub committed: Money,
    /// 余额.
    #[serde(rename = "balance_fen")]
    pub balance: Money,
    /// The log position of its opening.
    pub opened_position: u64,
}

/// What a fund promised to a run: a row of `read_fund_runs`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundRunRow {
    /// The fund.
    pub fund_id: FundId,
    /// The run.
    pub run_id: RunId,
    /// Promised, ever.
    #[serde(rename = "committed_fen")]
    pub committed: Money,
    /// Of that, spent.
    #[serde(rename = "spent_fen")]
    pub spent: Money,
    /// Of that, released.
    #[serde(rename = "released_fen")]
    pub released: Money,
}

/// Every fund, in the order in which they were opened.
///
/// # Errors
/// Those of the database.
pub async fn funds<'e>(
    executor: impl Executor<'e, Database = Postgres>,
) -> Result<Vec<FundRow>, ProjectionError> {
    fetch_all("read_funds", executor, sqlx::query(include_str!("sql/funds.sql"))).await
}

/// What funds promised to a run.
///
/// # Errors
/// Those of the database.
pub async fn funds_of_run<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    run: RunId,
) -> Result<Vec<FundRunRow>, ProjectionError> {
    let query = sqlx::query(include_str!("sql/funds_of_run.sql")).bind(run.uuid());
    fetch_all("read_fund_runs", executor, query).await
}

impl Projection for Funds {
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

impl KeyedRow for FundRow {
    const LOAD: &'static str = include_str!("sql/load_funds.sql");
    const STORE: &'static str = include_str!("sql/store_funds.sql");

    fn key(&self) -> Uuid {
        self.fund_id.uuid()
    }
}

async fn apply(batch: Batch<'_>, connection: &mut PgConnection, tables: Tables) -> Result<(), ApplyError> {
    let begun = batch.begun_earlier(Fund::TYPE)?;
    let mut funds: Rows<FundRow> = Rows::load(connection, tables, &begun).await?;
    let mut runs: BTreeMap<(FundId, RunId), FundRunRow> = BTreeMap::new();
    for happened in batch.of::<FundEvent>(Fund::TYPE) {
        let (at, event) = happened?;
        if let Some(run) = run_of(&event) {
            let key = (FundId::new(at.id()?), run);
            let promised = runs.entry(key).or_insert_with(|| FundRunRow::none(key));
            at.sum(promised.add(&event))?;
        }
        evolve(&mut funds, at, event)?;
    }
    funds.store(connection, tables).await?;
    let runs: Vec<FundRunRow> = runs.into_values().collect();
    store(connection, tables, include_str!("sql/add_runs.sql"), &runs).await
}

fn evolve(funds: &mut Rows<FundRow>, at: At<'_>, event: FundEvent) -> Result<(), ApplyError> {
    if let FundEvent::FundOpened { fund_id, name, source, restriction, opened_on, programs } = event {
        funds.put(FundRow {
            fund_id,
            name,
            source,
            restriction,
            opened_on,
            programs,
            closed_through: None,
            appropriated: Money::ZERO,
            donated: Money::ZERO,
            recovered: Money::ZERO,
            spent: Money::ZERO,
            remitted: Money::ZERO,
            committed: Money::ZERO,
            balance: Money::ZERO,
            opened_position: at.0.position,
        });
        return Ok(());
    }
    let fund = funds.get_mut(at.id()?).ok_or_else(|| at.unknown("fund"))?;
    at.sum(fund.add(&event))
}

fn run_of(event: &FundEvent) -> Option<RunId> {
    match event {
        FundEvent::FundsCommitted { run_id, .. }
        | FundEvent::FundsReleased { run_id, .. }
        | FundEvent::FundsRecommitted { run_id, .. }
        | FundEvent::FundsSpent { run_id, .. } => Some(*run_id),
        _ => None,
    }
}

impl FundRow {
    /// 可用余额: what is promised to nobody.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn free(&self) -> Result<Money, MoneyError> {
        self.balance.minus(self.committed)
    }

    fn add(&mut self, event: &FundEvent) -> Result<(), MoneyError> {
        match event {
            FundEvent::FundOpened { .. } => {}
            FundEvent::MoneyAppropriated { amount, .. } => {
                self.appropriated = self.appropriated.plus(*amount)?;
                self.balance = self.balance.plus(*amount)?;
            }
            FundEvent::DonationCredited { amount, .. } => {
                self.donated = self.donated.plus(*amount)?;
                self.balance = self.balance.plus(*amount)?;
            }
            FundEvent::RecoveryCredited { amount, .. } => {
                self.recovered = self.recovered.plus(*amount)?;
                self.balance = self.balance.plus(*amount)?;
            }
            FundEvent::DonationsRemitted { amount, .. } => {
                self.remitted = self.remitted.plus(*amount)?;
                self.balance = self.balance.minus(*amount)?;
            }
            FundEvent::FundsCommitted { amount, .. } | FundEvent::FundsRecommitted { amount, .. } => {
                self.committed = self.committed.plus(*amount)?;
            }
            FundEvent::FundsReleased { amount, .. } => self.committed = self.committed.minus(*amount)?,
            FundEvent::FundsSpent { amount, .. } => {
                self.committed = self.committed.minus(*amount)?;
                self.spent = self.spent.plus(*amount)?;
                self.balance = self.balance.minus(*amount)?;
            }
            FundEvent::FundYearClosed { year, .. } => self.closed_through = Some(*year),
            FundEvent::FundYearReopened { closed_through, .. } => self.closed_through = *closed_through,
            FundEvent::FundYearCarriedOver { .. } => {}
        }
        Ok(())
    }
}

impl FundRunRow {
    fn none((fund_id, run_id): (FundId, RunId)) -> FundRunRow {
        FundRunRow { fund_id, run_id, committed: Money::ZERO, spent: Money::ZERO, released: Money::ZERO }
    }

    fn add(&mut self, event: &FundEvent) -> Result<(), MoneyError> {
        match event {
            FundEvent::FundsCommitted { amount, .. } => self.committed = self.committed.plus(*amount)?,
            FundEvent::FundsReleased { amount, .. } => self.released = self.released.plus(*amount)?,
            FundEvent::FundsRecommitted { amount, .. } => self.released = self.released.minus(*amount)?,
            FundEvent::FundsSpent { amount, .. } => self.spent = self.spent.plus(*amount)?,
            _ => {}
        }
        Ok(())
    }
}
