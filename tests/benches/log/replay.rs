//! Reading everything back: decoded and counted, and through a projection into a table, against the bare ways and
//! stock replay.

use std::sync::Arc;
use std::time::Instant;

use cqrs_es::persist::{PersistedEventRepository, ReplayStream};
use eventlog::cqrs::stock_repository;
use eventlog::database::{owner_pool, service_pool};
use eventlog::read::Log;
use futures::TryStreamExt;
use projections::projection::Projection;
use projections::rebuild::rebuild;
use sqlx::PgPool;
use sqlx::postgres::PgPoolCopyExt;

use crate::Size;
use crate::account::{Account, AccountEvent, Setting};
use crate::report::{Line, peak_megabytes, reset_peak, table};
use crate::totals::Totals;

pub async fn run(setting: &Setting, size: Size) {
    let database = setting.database("bulk");
    let log = Log::new(service_pool(&database, 4).await.unwrap());
    let owner = owner_pool(&database, 2).await.unwrap();
    let events = u64::from(size.bulk_events);
    let mut lines = [
        Line::new("ours: stream_all, decoded and counted"),
        Line::new("ours: rebuilt into a table of totals"),
        Line::new("sqlx: fetch in order and drop"),
        Line::new("COPY binary, decoded bare"),
        Line::new("postgres-es: stream_all_events, decoded"),
    ];
    let mut peak = 0;
    for _ in 0..size.rounds {
        reset_peak();
        lines[0].rates.push(timed(events, ours(&log)).await);
        peak = peak.max(peak_megabytes());
        reset_peak();
        lines[1].rates.push(timed(events, rebuilt(&owner, &log)).await);
        peak = peak.max(peak_megabytes());
        lines[2].rates.push(timed(events, fetch(&log)).await);
        lines[3].rates.push(timed(events, bare(&log)).await);
        lines[4].rates.push(timed(events, stock(&log)).await);
    }
    table("replay of the whole log", "events/s", &lines);
    println!("  peak memory of this process while ours ran: {peak} MB");
    owner.close().await;
    log.pool().close().await;
    setting.drop("bulk").await;
}

async fn timed(events: u64, reading: impl Future<Output = u64>) -> f64 {
    let started = Instant::now();
    assert_eq!(reading.await, events * (60_000 / 1_000));
    events as f64 / started.elapsed().as_secs_f64()
}

/// A projection that counts, in thousands so that every reader must have read the amounts.
fn count(event: &AccountEvent) -> u64 {
    let AccountEvent::AmountPaid { amount, .. } = event;
    amount / 1_000
}

async fn ours(log: &Log) -> u64 {
    let until = log.length().await.unwrap();
    let mut stream = log.stream_all(0, until).await.unwrap();
    let mut sum = 0;
    while let Some(chunk) = stream.next_chunk().await.unwrap() {
        for event in chunk {
            sum += count(&event.decode::<AccountEvent>().unwrap().unwrap());
        }
    }
    sum
}

/// By the same steps as `ledger rebuild`: filled beside, analyzed, swapped in.
async fn rebuilt(owner: &PgPool, log: &Log) -> u64 {
    rebuild(owner, log, &[Arc::new(Totals) as Arc<dyn Projection>]).await.unwrap();
    let sum = "select coalesce(sum(payments), 0)::bigint from read_totals where amount >= 60000 * payments";
    sqlx::query_scalar::<_, i64>(sum).fetch_one(owner).await.unwrap().cast_unsigned() * 60
}

async fn fetch(log: &Log) -> u64 {
    let mut rows = sqlx::query("select * from log_events order by position").fetch(log.pool());
    let mut sum = 0;
    while rows.try_next().await.unwrap().is_some() {
        sum += 60;
    }
    sum
}

async fn bare(log: &Log) -> u64 {
    let statement = "copy (select payload from log_events order by position) to stdout (format binary)";
    let mut rows = log.pool().copy_out_raw(statement).await.unwrap();
    let mut sum = 0;
    let mut begun = 0;
    while let Some(row) = rows.try_next().await.unwrap() {
        let tuple = if begun == 0 { &row[19..] } else { &row[..] };
        begun = 1;
        if tuple.len() > 6 {
            sum += count(&serde_json::from_slice(&tuple[6..]).unwrap());
        }
    }
    sum
}

async fn stock(log: &Log) -> u64 {
    let mut replay: ReplayStream = stock_repository(log).stream_all_events::<Account>().await.unwrap();
    let mut sum = 0;
    while let Some(event) = replay.next::<Account>(&[]).await {
        sum += count(&event.unwrap().payload);
    }
    sum
}
