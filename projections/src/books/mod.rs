//! The books (账簿): what [`domain::books`] makes of every event, by account.

use std::collections::BTreeMap;

use domain::aggregate::Decider;
use domain::books::{Account, BookedEvent, postings};
use domain::campaign::{Campaign, CampaignEvent};
use domain::fund::{Fund, FundEvent};
use domain::money::{Money, MoneyError};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use sqlx::{Executor, PgConnection, Postgres};

use crate::error::{ApplyError, ProjectionError};
use crate::payment_registers;
use crate::payment_registers::facts::payment_events;
use crate::projection::{About, At, Batch, Projection};
use crate::rows::{fetch_all, store};
use crate::tables::Tables;

/// The projection; it owns `read_book_accounts`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Books;

/// Its name, version and tables.
pub static ABOUT: About = About {
    name: "books",
    version: 1,
    schema: include_str!("sql/tables.sql"),
    tables: &["read_book_accounts"],
    needs: &[&payment_registers::ABOUT],
};

/// An account with everything that was posted to it: a row of `read_book_accounts`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRow {
    /// The account's code; see [`Account::code`].
    pub account: String,
    /// Everything debited.
    #[serde(rename = "debit_fen")]
    pub debit: Money,
    /// Everything credited.
    #[serde(rename = "credit_fen")]
    pub credit: Money,
    /// How many postings.
    pub posting_count: u64,
}

/// 试算平衡: every account that was ever posted to, and what is left of all together, which is nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialBalance {
    /// The accounts.
    pub accounts: Vec<AccountRow>,
    /// Debits less credits of all; anything but nothing is damage.
    pub difference: Money,
}

impl AccountRow {
    /// Debits less credits.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn balance(&self) -> Result<Money, MoneyError> {
        self.debit.minus(self.credit)
    }
}

/// The trial balance.
///
/// # Errors
/// Those of the database; a sum out of the range of money.
pub async fn trial_balance<'e>(
    executor: impl Executor<'e, Database = Postgres>,
) -> Result<TrialBalance, ProjectionError> {
    let query = sqlx::query(include_str!("sql/accounts.sql"));
    let accounts: Vec<AccountRow> = fetch_all("read_book_accounts", executor, query).await?;
    let sum = |total: Money, account: &AccountRow| total.plus(account.balance()?);
    let difference = accounts.iter().try_fold(Money::ZERO, sum);
    let difference = difference.map_err(|_| ProjectionError::Row { table: "read_book_accounts" })?;
    Ok(TrialBalance { accounts, difference })
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
    let mut sums = Sums::default();
    for happened in batch.of::<FundEvent>(Fund::TYPE) {
        let (at, event) = happened?;
        sums.add(at, BookedEvent::Fund(&event))?;
    }
    for happened in batch.of::<CampaignEvent>(Campaign::TYPE) {
        let (at, event) = happened?;
        sums.add(at, BookedEvent::Campaign(&event))?;
    }
    for (at, event, facts) in payment_events(batch, connection, tables).await? {
        sums.add(at, BookedEvent::Payment(&event, facts.paid_for()))?;
    }
    let rows: Vec<AccountRow> = sums.0.into_values().collect();
    store(connection, tables, include_str!("sql/add_postings.sql"), &rows).await
}

/// What a batch adds to each account.
#[derive(Default)]
struct Sums(BTreeMap<Account, AccountRow>);

impl Sums {
    fn add(&mut self, at: At<'_>, event: BookedEvent<'_>) -> Result<(), ApplyError> {
        for posting in postings(event) {
            let account = posting.account;
            let new = || AccountRow { account: account.code(), ..AccountRow::default() };
            let row = self.0.entry(account).or_insert_with(new);
            row.posting_count += 1;
            if posting.amount.is_negative() {
                row.credit = at.sum(row.credit.minus(posting.amount))?;
            } else {
                row.debit = at.sum(row.debit.plus(posting.amount))?;
            }
        }
        Ok(())
    }
}
