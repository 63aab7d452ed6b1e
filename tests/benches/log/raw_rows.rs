//! The rows of a run's orders and settlements, copied raw into a table with the log's columns, conditions and indexes, a
//! transaction for each 5,000: what the server itself takes for them. The log's two guards are not there.

use std::time::{Duration, Instant};

use api::app::App;
use futures::TryStreamExt;
use sqlx::{Executor, PgConnection};

use crate::payment_run::Rates;
use crate::server_clock::server_time;

/// Rows of one transaction, as many as a chunk of the ledger's own.
const CHUNK: usize = 5_000;

pub async fn compare(app: &App, lines: u32, rates: &Rates) {
    let mut owner = app.owner().acquire().await.unwrap();
    let orders = [("release", rates.release), ("ordering alone", rates.order)];
    for (event, steps) in [("PaymentOrdered", &orders[..]), ("PaymentSettled", &[("settle", rates.settle)])] {
        owner.execute(TABLE).await.unwrap();
        let (took, server) = copy(&mut owner, event).await;
        let raw = f64::from(lines) / took.as_secs_f64();
        println!(
            "  {:<52} {raw:>9.0} lines/s  server {:>5.1} µs/line",
            format!("raw COPY of the {event} rows"),
            server.as_secs_f64() * 1e6 / f64::from(lines)
        );
        for (step, ours) in steps {
            println!("    {step:<50} {ours:>9.0} lines/s  {:.2}× of it", ours / raw);
        }
        owner.execute("drop table raw_rows").await.unwrap();
    }
}

const TABLE: &str = "create table raw_rows (like log_events including constraints, primary key (aggregate_id, aggregate_type, sequence), unique (position))";

/// Copies the rows of one kind of event out, which is not counted, and in again.
async fn copy(connection: &mut PgConnection, event: &str) -> (Duration, Duration) {
    let positions: Vec<i64> =
        sqlx::query_scalar("select position from log_events where event_type = $1 order by position")
            .bind(event)
            .fetch_all(&mut *connection)
            .await
            .unwrap();
    let (mut took, mut server) = (Duration::ZERO, Duration::ZERO);
    for chunk in positions.chunks(CHUNK) {
        let (first, last) = (chunk[0], chunk[chunk.len() - 1]);
        let out = format!(
            "copy (select * from log_events where position between {first} and {last} and event_type = '{event}') to stdout (format binary)"
        );
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
