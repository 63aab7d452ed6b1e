//! Connections that break, callers that hang up: nothing acknowledged is lost, nothing is written twice.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use eventlog::append::{Append, AppendError, CommandKey};
use futures::future::join_all;
use sqlx::{ConnectOptions, Connection, Executor};
use uuid::Uuid;

use crate::support::{Ledger, jar_append};

/// Ends the connections of this ledger's appenders.
async fn kill_appenders(ledger: &Ledger) -> i64 {
    sqlx::query_scalar(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity
          where query like '%log_append%' and datname = current_database()
            and application_name = current_schema() || ' service'",
    )
    .fetch_one(&ledger.superuser)
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_killed_under_load_lose_nothing_and_double_nothing() {
    let ledger = Ledger::new().await;
    let appenders = [ledger.appender().await, ledger.appender().await];
    let enough = Arc::new(AtomicBool::new(false));
    let callers = (0..8usize).map(|caller| {
        let (appender, enough) = (appenders[caller % 2].clone(), enough.clone());
        tokio::spawn(async move {
            let mut acknowledged = BTreeMap::new();
            for turn in 0.. {
                if enough.load(Ordering::Relaxed) {
                    break;
                }
                let command = CommandKey { id: Uuid::now_v7(), request_hash: [1; 32] };
                let append = jar_append(&format!("c{caller}-{turn}"), 0, 2);
                let append = Append { command: Some(command), ..append };
                let appended = appender.append(append).await.unwrap();
                acknowledged.insert(format!("c{caller}-{turn}"), appended.first_position);
            }
            acknowledged
        })
    });
    let callers: Vec<_> = callers.collect();
    let mut killed = 0;
    while killed < 6 {
        tokio::time::sleep(Duration::from_millis(60)).await;
        killed += kill_appenders(&ledger).await;
    }
    enough.store(true, Ordering::Relaxed);
    let acknowledged: BTreeMap<_, _> = join_all(callers).await.into_iter().flat_map(Result::unwrap).collect();
    let events = ledger.log.read_from(0, 1_000_000).await.unwrap();
    let stored: BTreeMap<_, _> =
        events.iter().filter(|e| e.sequence == 1).map(|e| (e.stream.id.clone(), e.position)).collect();
    assert_eq!(acknowledged, stored);
    assert_eq!(ledger.prove().await, 2 * acknowledged.len() as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_a_lost_connection_is_an_unknown_outcome() {
    let ledger = Ledger::new().await;
    let appender = ledger.appender().await;
    appender.append(jar_append("a", 0, 1)).await.unwrap();
    // Somebody holds the head, so that the command is under way when its connection dies.
    let mut holder = ledger.database.service_options().connect().await.unwrap();
    let mut held = holder.begin().await.unwrap();
    held.execute("select log_open(0, null)").await.unwrap();
    let keyless = tokio::spawn({
        let appender = appender.clone();
        async move { appender.append(jar_append("keyless", 0, 1)).await }
    });
    while kill_waiting(&ledger).await == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    held.rollback().await.unwrap();
    assert!(matches!(keyless.await.unwrap(), Err(AppendError::Unknown)));
    appender.append(jar_append("a", 1, 1)).await.unwrap();
    assert_eq!(ledger.prove().await, 2);
}

async fn kill_waiting(ledger: &Ledger) -> i64 {
    sqlx::query_scalar(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity
          where query like '%log_append%' and wait_event_type = 'Lock'
            and datname = current_database()
            and application_name = current_schema() || ' service'",
    )
    .fetch_one(&ledger.superuser)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_caller_that_hangs_up_leaves_its_command_to_be_written() {
    let ledger = Ledger::new().await;
    let appender = ledger.appender().await;
    for turn in 0..20 {
        let append = appender.append(jar_append(&format!("s{turn}"), 0, 1));
        let _ = tokio::time::timeout(Duration::ZERO, append).await;
    }
    let mut news = appender.growth().watch();
    tokio::time::timeout(Duration::from_secs(10), news.wait_for(|length| *length == 20))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(ledger.prove().await, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_over_a_lost_connection_is_answered_as_the_first_time() {
    let ledger = Ledger::new().await;
    let appender = ledger.appender().await;
    let command = CommandKey { id: Uuid::now_v7(), request_hash: [1; 32] };
    let append = Append { command: Some(command), ..jar_append("a", 0, 2) };
    let first = appender.append(append.clone()).await.unwrap();
    assert!(kill_appenders(&ledger).await > 0);
    let again = appender.append(append).await.unwrap();
    assert!(again.repeated);
    assert_eq!((again.first_position, again.last_position), (first.first_position, first.last_position));
    assert_eq!(ledger.prove().await, 2);
}
