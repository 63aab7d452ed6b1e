//! Where a run stands, and its payments as a file from the bank is matched with them.

use std::collections::HashSet;

use domain::ids::{PaymentId, RunId};
use domain::money::Money;
use domain::payment::PaymentStage;
use domain::payment_run::BankResults;
use domain::personal::BlindIndex;
use futures::TryStreamExt;
use projections::payment_registers::queries::{standings_of_run, totals_of_run};
use projections::runner::Until;
use sqlx::Row;
use uuid::Uuid;

use crate::bank::run_book::{Entry, RunBook, Stand};
use crate::processes::{Office, ProcessError};

/// Where a run stands by every file so far: ordered = settled + returned + pending.
pub(super) struct Standing {
    pub results: BankResults,
    pub pending_count: u64,
    pub pending_sum: Money,
}

/// Where a run stands now.
pub(super) async fn standing_of(office: &Office, run_id: RunId) -> Result<Standing, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let (mut results, mut pending_count, mut pending_sum) = (BankResults::default(), 0, Money::ZERO);
    for total in totals_of_run(&office.pool, run_id).await? {
        let (count, sum) = match total.status {
            PaymentStage::Settled => (&mut results.settled_count, &mut results.settled_sum),
            PaymentStage::Returned | PaymentStage::Reissued | PaymentStage::Cancelled => {
                (&mut results.returned_count, &mut results.returned_sum)
            }
            PaymentStage::Ordered | PaymentStage::Unordered => (&mut pending_count, &mut pending_sum),
        };
        *count += total.count;
        *sum = sum.plus(total.sum)?;
    }
    Ok(Standing { results, pending_count, pending_sum })
}

/// The payments of a run as the read tables hold them.
pub(super) async fn book_of(office: &Office, run_id: RunId) -> Result<RunBook, ProcessError> {
    let mut entries = Vec::new();
    let mut rows = std::pin::pin!(standings_of_run(&office.pool, run_id));
    while let Some(row) = rows.try_next().await? {
        let stand = match row.status {
            PaymentStage::Settled => Stand::Settled,
            PaymentStage::Returned | PaymentStage::Reissued | PaymentStage::Cancelled => Stand::Returned,
            PaymentStage::Ordered | PaymentStage::Unordered => Stand::Pending,
        };
        let (payment_id, amount, bank_reference) = (row.payment_id, row.amount, row.bank_reference);
        entries.push(Entry { payment_id, amount, stand, bank_reference });
    }
    Ok(RunBook::new(entries))
}

/// The keyed hashes of the accounts that a run's payments go to.
pub(super) async fn accounts_of(
    office: &Office,
    run_id: RunId,
) -> Result<Vec<(PaymentId, BlindIndex)>, ProcessError> {
    let query = sqlx::query(include_str!("sql/read_accounts.sql")).bind(run_id.uuid());
    let mut rows = query.fetch(&office.pool);
    let mut accounts = Vec::new();
    while let Some(row) = rows.try_next().await? {
        let (id, index): (Uuid, String) = (row.try_get(0)?, row.try_get(1)?);
        accounts.push((PaymentId::new(id), BlindIndex::from_hex(index)));
    }
    Ok(accounts)
}

/// The payments of a run that withhold something to repay earlier ones; few, mostly none.
pub(super) async fn withholding_of(
    office: &Office,
    run_id: RunId,
) -> Result<HashSet<PaymentId>, ProcessError> {
    let query = sqlx::query(include_str!("sql/read_withholding.sql")).bind(run_id.uuid());
    let mut rows = query.fetch(&office.pool);
    let mut found = HashSet::new();
    while let Some(row) = rows.try_next().await? {
        found.insert(PaymentId::new(row.try_get(0)?));
    }
    Ok(found)
}
