//! The rows that a run writes, copied raw into a table with the same columns, conditions and indexes, a transaction for each
//! 5,000: what the server itself takes for them. The log's two guards are not there. Events are copied into an empty table,
//! whose indexes are small, and into one that holds what the log held before them.

use std::time::{Duration, Instant};

use api::app::App;
use domain::ids::RunId;
use futures::TryStreamExt;
use sqlx::{Executor, PgConnection};

use crate::payment_run::Rates;
use crate::server_clock::server_time;

/// Rows of one transaction, as many as a chunk of the ledger's own.
const CHUNK: usize = 5_000;

pub async fn compare(app: &App, lines: u32, run: RunId, rates: &Rates) {
    let mut owner = app.owner().acquire().await.unwrap();
    let staged = staged_rows(lines, run);
    owner.execute(LINES).await.unwrap();
    told(&mut owner, lines, "raw COPY of the staged rows", &staged, &[("calculate", rates.calculate)]).await;
    let orders = [("release", rates.release), ("ordering alone", rates.order)];
    for (event, steps) in [("PaymentOrdered", &orders[..]), ("PaymentSettled", &[("settle", rates.settle)])] {
        let rows = rows_of(&mut owner, event).await;
        owner.execute(EVENTS).await.unwrap();
        told(&mut owner, lines, &format!("raw COPY of the {event} rows"), &rows, steps).await;
        owner.execute(EVENTS).await.unwrap();
        owner.execute(before(event).as_str()).await.unwrap();
        told(&mut owner, lines, "  into a table as long as the log was", &rows, steps).await;
    }
}

const LINES: &str = "create table raw_rows (like app_run_lines including all)";

const EVENTS: &str = "create table raw_rows (like log_events including constraints, primary key (aggregate_id, aggregate_type, sequence), unique (position))";

/// What the log held before the first event of a type.
fn before(event: &str) -> String {
    format!(
        "insert into raw_rows select * from log_events
          where position < (select min(position) from log_events where event_type = '{event}')"
    )
}

/// Copies rows into a table of their own, and says how the steps that write such rows compare.
async fn told(connection: &mut PgConnection, lines: u32, what: &str, rows: &[String], steps: &[(&str, f64)]) {
    let (took, server) = copy(connection, rows).await;
    connection.execute("drop table raw_rows").await.unwrap();
    let raw = f64::from(lines) / took.as_secs_f64();
    println!(
        "  {what:<52} {raw:>9.0} lines/s  server {:>5.1} µs/line",
        server.as_secs_f64() * 1e6 / f64::from(lines)
    );
    for (step, ours) in steps {
        println!("    {step:<50} {ours:>9.0} lines/s  {:.2}× of it", ours / raw);
    }
}

/// The questions for a run's staged lines, a chunk each.
fn staged_rows(lines: u32, run: RunId) -> Vec<String> {
    let chunk = |from| {
        format!(
            "select * from app_run_lines where run_id = '{run}' order by program, case_id, month offset {from} limit {CHUNK}"
        )
    };
    (0..lines as usize).step_by(CHUNK).map(chunk).collect()
}

/// The questions for the events of one type, a chunk each.
async fn rows_of(connection: &mut PgConnection, event: &str) -> Vec<String> {
    let positions: Vec<i64> =
        sqlx::query_scalar("select position from log_events where event_type = $1 order by position")
            .bind(event)
            .fetch_all(connection)
            .await
            .unwrap();
    let chunk = |chunk: &[i64]| {
        let (first, last) = (chunk[0], chunk[chunk.len() - 1]);
        format!(
            "select * from log_events where position between {first} and {last} and event_type = '{event}'"
        )
    };
    positions.chunks(CHUNK).map(chunk).collect()
}

/// Copies rows out, which is not counted, and in again.
async fn copy(connection: &mut PgConnection, rows: &[String]) -> (Duration, Duration) {
    let (mut took, mut server) = (Duration::ZERO, Duration::ZERO);
    for chunk in rows {
        let out = format!("copy ({chunk}) to stdout (format binary)");
        let bytes: Vec<_> = connection.copy_out_raw(&out).await.unwrap().try_collect().await.unwrap();
        let (began, before) = (Instant::now(), server_time());
        let mut copy = connection.copy_in_raw("copy raw_rows from stdin (format binary)").await.unwrap();
        for piece in bytes.concat().chunks(256 * 1024) {
            copy.send(piece).await.unwrap();
        }
        copy.finish().await.unwrap();
        took += began.elapsed();
        server += server_time() - before;
    }
    (took, server)
}
