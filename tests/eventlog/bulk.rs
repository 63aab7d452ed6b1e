//! Thousands of events through the same door.

use domain::aggregate::EventKind;
use eventlog::append::{AppendError, Malformed};
use eventlog::bulk::{BulkError, BulkOptions, Chunk, Existing};

use crate::support::{Ledger, jar_append, jar_stream, stream};

fn chunks_of(chunk_events: usize, existing: Existing) -> BulkOptions {
    BulkOptions { chunk_events, existing, now: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bulk_and_single_commands_share_one_order() {
    let ledger = Ledger::new().await;
    let appender = ledger.appender().await;
    let single = appender.clone();
    let commands = tokio::spawn(async move {
        for turn in 0..100 {
            single.append(jar_append("clerk", turn, 1)).await.unwrap();
        }
    });
    let streams = (0..3_000).map(|payment| jar_stream(&format!("p{payment}"), 0, 2));
    let appended = appender.append_bulk(streams, &chunks_of(500, Existing::Refuse)).await.unwrap();
    commands.await.unwrap();
    assert_eq!((appended.events, appended.chunks), (6_000, 12));
    assert_eq!(ledger.prove().await, 6_100);
    let first = ledger.log.read_stream(&stream("p0")).await.unwrap();
    assert_eq!(Some(first[0].position), appended.first_position);
    assert_eq!(first[0].event_type, "CoinsAdded");
}

#[tokio::test]
async fn streams_that_exist_are_named_and_their_chunk_is_left_out() {
    let ledger = Ledger::new().await;
    let appender = ledger.appender().await;
    appender.append(jar_append("p7", 0, 1)).await.unwrap();
    let payments = || (0..10).map(|payment| jar_stream(&format!("p{payment}"), 0, 1));
    let refused = appender.append_bulk(payments(), &chunks_of(4, Existing::Refuse)).await;
    let Err(BulkError::Existing { streams, appended }) = refused else { panic!("{refused:?}") };
    assert_eq!((streams, appended.events), (vec![stream("p7")], 4));
    // Trying again leaves out what the first attempt wrote, and ends the work.
    let again = appender.append_bulk(payments(), &chunks_of(4, Existing::Skip)).await.unwrap();
    assert_eq!((again.skipped.len(), again.events), (5, 5));
    assert_eq!(ledger.prove().await, 10);
}

#[tokio::test]
async fn streams_are_continued_only_from_the_version_expected() {
    let ledger = Ledger::new().await;
    let appender = ledger.appender().await;
    appender.append(jar_append("a", 0, 2)).await.unwrap();
    let streams = || vec![jar_stream("a", 2, 1), jar_stream("b", 3, 1), jar_stream("c", 0, 1)];
    let refused = appender.append_bulk(streams(), &BulkOptions::default()).await;
    assert!(matches!(refused, Err(BulkError::Existing { streams, .. }) if streams == [stream("b")]));
    let skipping = appender.append_bulk(streams(), &chunks_of(9, Existing::Skip)).await.unwrap();
    assert_eq!((skipping.skipped, skipping.events), (vec![stream("b")], 2));
    assert_eq!(ledger.prove().await, 4);
    // The appender learns that somebody else wrote.
    appender.append(jar_append("a", 3, 1)).await.unwrap();
    assert!(matches!(appender.append(jar_append("a", 3, 1)).await, Err(AppendError::Conflict { .. })));
}

#[tokio::test]
async fn a_bulk_refuses_what_a_command_would() {
    let ledger = Ledger::new().await;
    let appender = ledger.appender().await;
    let mut odd = jar_stream("odd", 0, 1);
    odd.events[0].kind = EventKind { name: "Odd", version: "1.0.0" };
    odd.events[0].payload = "{".to_owned();
    let refused = appender.append_bulk([jar_stream("a", 0, 1), odd.clone()], &BulkOptions::default()).await;
    assert!(matches!(refused, Err(BulkError::Append { error: AppendError::Database(_), .. })), "{refused:?}");
    odd.events[0].payload = "\0".to_owned();
    let refused = appender.append_bulk([odd], &BulkOptions::default()).await;
    let Err(BulkError::Append { error: AppendError::Malformed(Malformed::Nul), .. }) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(ledger.prove().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn bulks_that_continue_the_same_streams_at_once_take_each_sequence_once() {
    let ledger = Ledger::new().await;
    let appender = ledger.appender().await;
    let begun = (0..400).map(|payment| jar_stream(&format!("p{payment}"), 0, 1));
    appender.append_bulk(begun, &BulkOptions::default()).await.unwrap();
    let writers = (0..3).map(|_| {
        let appender = appender.clone();
        tokio::spawn(async move {
            let mut bulk = appender.open_bulk(&chunks_of(50, Existing::Skip)).await.unwrap();
            let mut done = (0, 0);
            for first in (0..400).step_by(50) {
                let continued = first..first + 50;
                let continued = continued.map(|payment| jar_stream(&format!("p{payment}"), 1, 1)).collect();
                let appended = bulk.append(Chunk::try_new(continued).unwrap()).await.unwrap();
                done = (done.0 + appended.events, done.1 + appended.skipped.len());
            }
            bulk.close().await;
            done
        })
    });
    let mut done = (0, 0);
    for writer in writers.collect::<Vec<_>>() {
        let (events, skipped) = writer.await.unwrap();
        done = (done.0 + events, done.1 + skipped);
    }
    assert_eq!(done, (400, 800), "one of the three continued each stream, and two left it out");
    assert_eq!(ledger.prove().await, 800);
}

#[tokio::test]
async fn a_chunk_with_a_stream_that_went_on_is_refused_whole_and_the_next_is_taken() {
    let ledger = Ledger::new().await;
    let appender = ledger.appender().await;
    appender.append(jar_append("a", 0, 2)).await.unwrap();
    let mut bulk = appender.open_bulk(&BulkOptions::default()).await.unwrap();
    let stale = Chunk::try_new(vec![jar_stream("b", 0, 1), jar_stream("a", 1, 1)]).unwrap();
    let refused = bulk.append(stale).await;
    assert!(matches!(refused, Err(BulkError::Existing { streams, .. }) if streams == [stream("a")]));
    let right = Chunk::try_new(vec![jar_stream("b", 0, 1), jar_stream("a", 2, 1)]).unwrap();
    assert_eq!(bulk.append(right).await.unwrap().events, 2);
    assert_eq!(ledger.prove().await, 4);
}
