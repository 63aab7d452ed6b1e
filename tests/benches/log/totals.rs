//! A projection that keeps totals in a table: what was paid, by benefit month and a part of the accounts.

use std::collections::BTreeMap;

use domain::aggregate::Decider;
use futures::future::BoxFuture;
use projections::error::ApplyError;
use projections::projection::{About, Batch, Projection};
use projections::tables::Tables;
use sqlx::PgConnection;

use crate::account::{Account, AccountEvent};

const TABLES: &str = "create table read_totals (month text not null, part text not null, payments bigint not null, \
    amount bigint not null, primary key (month, part))";

const ADD: &str = "insert into read_totals as stored (month, part, payments, amount) \
    select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) \
    on conflict (month, part) do update \
    set payments = stored.payments + excluded.payments, amount = stored.amount + excluded.amount";

static ABOUT: About =
    About { name: "totals", version: 1, schema: TABLES, tables: &["read_totals"], needs: &[] };

pub struct Totals;

impl Projection for Totals {
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
    let mut totals: BTreeMap<(String, String), (i64, i64)> = BTreeMap::new();
    for read in batch.of::<AccountEvent>(Account::TYPE) {
        let (at, AccountEvent::AmountPaid { amount, month, .. }) = read?;
        let total = totals.entry((month, at.0.stream.id[..2].to_owned())).or_default();
        total.0 += 1;
        total.1 += amount.cast_signed();
    }
    let (keys, sums): (Vec<_>, Vec<_>) = totals.into_iter().unzip();
    let (months, parts): (Vec<String>, Vec<String>) = keys.into_iter().unzip();
    let (payments, amounts): (Vec<i64>, Vec<i64>) = sums.into_iter().unzip();
    let statement = tables.statement(ADD);
    let add = sqlx::query(&statement).bind(months).bind(parts).bind(payments).bind(amounts);
    add.execute(connection).await?;
    Ok(())
}
