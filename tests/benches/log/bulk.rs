//! Bulk append against COPY of the same rows into a table with the same indexes.

use std::time::Instant;

use eventlog::append::StreamAppend;
use eventlog::bulk::BulkOptions;
use sqlx::{Executor, PgConnection};

use crate::Size;
use crate::account::{Setting, history};
use crate::report::{Line, table};

pub async fn run(setting: &Setting, size: Size) {
    let mut lines = [
        Line::new("ours: append_bulk, chunks of 5,000"),
        Line::new("raw COPY binary, same rows and indexes, one tx"),
        Line::new("raw COPY binary, a transaction for each 5,000"),
    ];
    for round in 0..size.rounds {
        let last = round + 1 == size.rounds;
        lines[0]
            .rates
            .push(ours(setting, size.bulk_events, if last { Keep::ForReplay } else { Keep::Not }).await);
        lines[1].rates.push(raw(setting, size.bulk_events, size.bulk_events).await);
        lines[2].rates.push(raw(setting, size.bulk_events, 5_000).await);
    }
    table("bulk append, one event a stream", "events/s", &lines);
}

enum Keep {
    ForReplay,
    Not,
}

fn payments(events: u32) -> impl Iterator<Item = StreamAppend> {
    (0..events).map(|number| history(number, 1))
}

async fn ours(setting: &Setting, events: u32, keep: Keep) -> f64 {
    let (_, repository) = setting.ledger("bulk").await;
    let started = Instant::now();
    repository.appender().append_bulk(payments(events), &BulkOptions::default()).await.unwrap();
    let rate = f64::from(events) / started.elapsed().as_secs_f64();
    if let Keep::Not = keep {
        setting.drop("bulk").await;
    }
    rate
}

const RAW_TABLE: &str = r#"
    create table raw (position bigint not null, recorded_at timestamptz not null, sequence bigint not null,
        aggregate_type text collate "C" not null, aggregate_id text collate "C" not null, event_type text collate "C" not null,
        event_version text collate "C" not null, payload json not null, metadata json not null,
        primary key (aggregate_id, aggregate_type, sequence), unique (position))"#;

async fn raw(setting: &Setting, events: u32, chunk: u32) -> f64 {
    let mut owner = setting.owner("raw").await;
    owner.execute(RAW_TABLE).await.unwrap();
    let started = Instant::now();
    let mut rows = (0..).zip(payments(events));
    for _ in 0..events.div_ceil(chunk) {
        copy(&mut owner, (&mut rows).take(chunk as usize)).await;
    }
    let rate = f64::from(events) / started.elapsed().as_secs_f64();
    setting.drop("raw").await;
    rate
}

async fn copy(connection: &mut PgConnection, rows: impl Iterator<Item = (i64, StreamAppend)>) {
    let mut copy = connection.copy_in_raw("copy raw from stdin (format binary)").await.unwrap();
    let mut bytes = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0".to_vec();
    for (position, append) in rows {
        row(&mut bytes, position, &append);
        if bytes.len() > 256 * 1024 {
            copy.send(bytes.as_slice()).await.unwrap();
            bytes.clear();
        }
    }
    bytes.extend((-1i16).to_be_bytes());
    copy.send(bytes).await.unwrap();
    copy.finish().await.unwrap();
}

fn row(bytes: &mut Vec<u8>, position: i64, append: &StreamAppend) {
    let event = &append.events[0];
    let numbers = [position, 0, 1].map(i64::to_be_bytes);
    let texts = [&append.stream.kind, append.stream.id.as_str(), event.kind.name, event.kind.version];
    let texts = texts.into_iter().chain([event.payload.as_str(), event.metadata.as_str()]);
    bytes.extend(9i16.to_be_bytes());
    for value in numbers.iter().map(|number| number.as_slice()).chain(texts.map(str::as_bytes)) {
        bytes.extend((value.len() as u32).to_be_bytes());
        bytes.extend(value);
    }
}
