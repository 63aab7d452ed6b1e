//! Readers never skip, never end early, and understand old versions.

use std::time::Duration;

use domain::aggregate::EventKind;
use eventlog::append::{Append, NewEvent, StreamAppend};
use eventlog::event::DecodeError;
use eventlog::read::ReadError;
use eventlog::subscribe::Subscription;
use sqlx::{ConnectOptions, Connection, Executor};

use crate::support::{JarEvent, Ledger, jar_append, jar_stream, stream};

#[tokio::test]
async fn a_stream_can_be_read_as_it_was_known_at_a_position() {
    let ledger = Ledger::new().await;
    let appender = ledger.appender().await;
    for turn in 0..3 {
        appender.append(jar_append("a", turn, 1)).await.unwrap();
        appender.append(jar_append("b", turn, 1)).await.unwrap();
    }
    let until = ledger.log.read_stream_until(&stream("a"), 3).await.unwrap();
    assert_eq!(until.iter().map(|event| event.position).collect::<Vec<_>>(), [0, 2]);
    let after = ledger.log.read_stream_after(&stream("a"), 2).await.unwrap();
    assert_eq!(after.iter().map(|event| event.sequence).collect::<Vec<_>>(), [3]);
    let page = ledger.log.read_from(4, 10).await.unwrap();
    assert_eq!(page.iter().map(|event| event.position).collect::<Vec<_>>(), [4, 5]);
    assert!(ledger.log.read_stream(&stream("none")).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_sees_every_position_though_commits_come_late() {
    let ledger = Ledger::new().await;
    let [near, far] = [ledger.appender().await, ledger.appender().await];
    let mut subscription = Subscription::new(ledger.log.clone(), near.growth(), 0, 7);
    let reader = tokio::spawn(async move {
        let mut seen = Vec::new();
        while seen.len() < 410 {
            seen.extend(subscription.next_batch().await.unwrap().into_iter().map(|event| event.position));
        }
        seen
    });
    // A writer that opens the log and dawdles before it commits: what comes after waits for it.
    let database = ledger.database.clone();
    let dawdler = tokio::spawn(async move {
        let mut connection = database.service_options().connect().await.unwrap();
        for turn in 0..10 {
            let mut slow = connection.begin().await.unwrap();
            slow.execute("select log_open(1, null)").await.unwrap();
            tokio::time::sleep(Duration::from_millis(15)).await;
            let insert = format!(
                "insert into log_events select last_position, last_recorded_at, {}, 'Jar', 'slow', 'CoinsAdded',
                        '2.0.0', '{{}}', '{{}}' from log_head",
                turn + 1
            );
            slow.execute(insert.as_str()).await.unwrap();
            slow.commit().await.unwrap();
        }
    });
    let writers = [near, far].into_iter().enumerate().map(|(writer, appender)| async move {
        for turn in 0..200 {
            appender.append(jar_append(&format!("w{writer}"), turn, 1)).await.unwrap();
        }
    });
    futures::future::join_all(writers).await;
    dawdler.await.unwrap();
    assert_eq!(reader.await.unwrap(), (0..410).collect::<Vec<u64>>());
}

#[tokio::test]
async fn another_process_hears_of_growth() {
    let ledger = Ledger::new().await;
    let [writer, reader] = [ledger.appender().await, ledger.appender().await];
    let mut news = reader.growth().watch();
    let heard = async { news.wait_for(|length| *length > 0).await.map(|length| *length) };
    let writing = async {
        for turn in 0..200 {
            writer.append(jar_append("a", turn, 1)).await.unwrap();
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    };
    tokio::select! {
        length = heard => assert!(length.unwrap() > 0),
        () = writing => panic!("nothing was heard"),
    }
}

#[tokio::test]
async fn a_stream_of_everything_owes_what_lies_in_its_range() {
    let ledger = Ledger::new().await;
    let appender = ledger.appender().await;
    let streams = (0..1_500).map(|jar| jar_stream(&format!("j{jar}"), 0, 2));
    appender.append_bulk(streams, &Default::default()).await.unwrap();
    let mut all = ledger.log.stream_all(10, 2_990).await.unwrap();
    let mut next = 10;
    while let Some(event) = all.next().await.unwrap() {
        assert_eq!((event.position, event.sequence), (next, next % 2 + 1));
        next += 1;
    }
    assert_eq!((next, all.owed()), (2_990, 0));
    let mut beyond = ledger.log.stream_all(2_990, 3_001).await.unwrap();
    let mut last = Ok(None);
    for _ in 0..11 {
        last = beyond.next().await;
    }
    assert!(matches!(last, Err(ReadError::Cut { owed: 11, received: 10 })), "{last:?}");
    assert!(ledger.log.stream_all(5, 5).await.unwrap().next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_stream_that_is_cut_is_an_error() {
    let ledger = Ledger::new().await;
    let appender = ledger.appender().await;
    let streams = (0..20_000).map(|jar| jar_stream(&format!("j{jar}"), 0, 2));
    appender.append_bulk(streams, &Default::default()).await.unwrap();
    let mut all = ledger.log.stream_all(0, 40_000).await.unwrap();
    let mut received = all.next_chunk().await.unwrap().unwrap().len();
    let killed: i64 = sqlx::query_scalar(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity
          where query like 'copy (%' and datname = current_database()
            and application_name = current_schema() || ' service'",
    )
    .fetch_one(&ledger.superuser)
    .await
    .unwrap();
    assert_eq!(killed, 1);
    let error = loop {
        match all.next_chunk().await {
            Ok(Some(chunk)) => received += chunk.len(),
            Ok(None) => panic!("ended after {received}"),
            Err(error) => break error,
        }
    };
    assert!(received < 40_000);
    assert!(matches!(error, ReadError::Database(_) | ReadError::Cut { .. }), "{error:?}");
}

async fn stored(ledger: &Ledger, kind: EventKind, payload: &str) -> Result<Option<JarEvent>, DecodeError> {
    let event = NewEvent { kind, payload: payload.to_owned(), metadata: "{}".to_owned() };
    let id = uuid::Uuid::now_v7().to_string();
    let append = StreamAppend { stream: stream(&id), expected: 0, events: vec![event] };
    ledger.appender().await.append(Append::new(vec![append])).await.unwrap();
    ledger.log.read_stream(&stream(&id)).await.unwrap()[0].decode()
}

#[tokio::test]
async fn old_versions_are_brought_up_to_date_when_read() {
    let ledger = Ledger::new().await;
    let kind = |name, version| EventKind { name, version };
    let oldest = stored(&ledger, kind("PenniesAdded", "0.9.0"), r#"{"PenniesAdded":{"pennies":"7"}}"#).await;
    assert_eq!(oldest, Ok(Some(JarEvent::CoinsAdded { coins: 7 })));
    let old = stored(&ledger, kind("CoinsAdded", "1.0.0"), r#"{"CoinsAdded":{"pennies":8}}"#).await;
    assert_eq!(old, Ok(Some(JarEvent::CoinsAdded { coins: 8 })));
    let new = stored(&ledger, kind("CoinsAdded", "2.0.0"), r#"{"CoinsAdded":{"coins":9}}"#).await;
    assert_eq!(new, Ok(Some(JarEvent::CoinsAdded { coins: 9 })));
    assert_eq!(stored(&ledger, kind("PaymentOrdered", "1.0.0"), "{}").await, Ok(None));
    let earlier = stored(&ledger, kind("CoinsTaken", "1.0.0"), r#"{"CoinsTaken":{"coins":2}}"#).await;
    assert_eq!(earlier, Ok(Some(JarEvent::CoinsTaken { coins: 2 })), "a minor version adds optional fields");
    let later = stored(&ledger, kind("CoinsTaken", "1.2.0"), r#"{"CoinsTaken":{"coins":2}}"#).await;
    assert!(matches!(later, Err(DecodeError::UnknownVersion { .. })), "{later:?}");
    let future = stored(&ledger, kind("CoinsAdded", "3.0.0"), "{}").await.unwrap_err();
    assert!(matches!(future, DecodeError::UnknownVersion { .. }));
    let secret = r#"{"CoinsAdded":{"coins":"张三"}}"#;
    let damaged = stored(&ledger, kind("CoinsAdded", "2.0.0"), secret).await.unwrap_err();
    assert!(matches!(damaged, DecodeError::Malformed { .. }));
    assert!(!format!("{damaged} {damaged:?}").contains("张三"));
}
