//! cqrs-es runs over the log, and stock postgres-es reads it.

use std::collections::HashMap;

use cqrs_es::persist::{PersistedEventRepository, PersistedEventStore, ReplayStream, SerializedEvent};
use cqrs_es::{AggregateError, CqrsFramework, EventStore};
use domain::aggregate::Instruction;
use eventlog::append::StreamId;
use eventlog::cqrs::{LedgerEventStore, stock_repository};
use eventlog::repository::RequestMeta;
use uuid::Uuid;

use crate::support::{Jar, JarCommand, JarError, JarEvent, Ledger, context};

fn instruction(command: JarCommand) -> Instruction<JarCommand> {
    Instruction { context: context(), command }
}

#[tokio::test]
async fn the_framework_executes_and_stock_readers_load_the_same_events() {
    let ledger = Ledger::new().await;
    let store = LedgerEventStore::<Jar>::new(ledger.log.clone(), ledger.appender().await);
    let framework = CqrsFramework::new(store, vec![], ());
    let by = HashMap::from([("by".to_owned(), "王芳".to_owned())]);
    framework.execute_with_metadata("a", instruction(JarCommand::Add(5)), by.clone()).await.unwrap();
    framework.execute("a", instruction(JarCommand::Take(2))).await.unwrap();
    let refused = framework.execute("a", instruction(JarCommand::Take(9))).await;
    assert!(matches!(refused, Err(AggregateError::UserError(JarError::TooMany))));
    framework.execute("b", instruction(JarCommand::Seal)).await.unwrap();
    framework.execute("b", instruction(JarCommand::Seal)).await.unwrap();

    let stock = PersistedEventStore::<_, Jar>::new_event_store(stock_repository(&ledger.log));
    let events = stock.load_events("a").await.unwrap();
    let payloads: Vec<_> = events.iter().map(|event| event.payload.clone()).collect();
    assert_eq!(payloads, [JarEvent::CoinsAdded { coins: 5 }, JarEvent::CoinsTaken { coins: 2 }]);
    assert_eq!((events[0].metadata.clone(), events[1].sequence), (by, 2));
    let mut replay: ReplayStream = stock_repository(&ledger.log).stream_all_events::<Jar>().await.unwrap();
    let mut count = 0;
    while let Some(event) = replay.next::<Jar>(&[]).await {
        event.unwrap();
        count += 1;
    }
    assert_eq!((count, ledger.prove().await), (3, 3));
}

#[tokio::test]
async fn a_stale_commit_is_a_conflict() {
    let ledger = Ledger::new().await;
    let store = LedgerEventStore::<Jar>::new(ledger.log.clone(), ledger.appender().await);
    let [first, second] =
        [store.load_aggregate("a").await.unwrap(), store.load_aggregate("a").await.unwrap()];
    let event = vec![JarEvent::CoinsAdded { coins: 1 }];
    let committed = store.commit(event.clone(), first, HashMap::new()).await.unwrap();
    assert_eq!(committed[0].sequence, 1);
    let stale = store.commit(event, second, HashMap::new()).await;
    assert!(matches!(stale, Err(AggregateError::AggregateConflict)));
}

#[tokio::test]
async fn stock_postgres_es_cannot_insert() {
    let ledger = Ledger::new().await;
    let event = SerializedEvent {
        aggregate_id: "a".to_owned(),
        sequence: 1,
        aggregate_type: "Jar".to_owned(),
        event_type: "CoinsAdded".to_owned(),
        event_version: "2.0.0".to_owned(),
        payload: serde_json::json!({ "CoinsAdded": { "coins": 1 } }),
        metadata: serde_json::json!({}),
    };
    assert!(stock_repository(&ledger.log).persist::<Jar>(&[event], None).await.is_err());
    assert_eq!(ledger.prove().await, 0);
}

#[tokio::test]
async fn stock_readers_load_the_metadata_that_the_repository_writes() {
    let ledger = Ledger::new().await;
    let repository = ledger.repository().await;
    let correlation = Uuid::now_v7();
    let request = RequestMeta::new(correlation);
    repository.execute::<Jar>("a", JarCommand::Seal, &context(), &request).await.unwrap();
    let stock = PersistedEventStore::<_, Jar>::new_event_store(stock_repository(&ledger.log));
    let events = stock.load_events("a").await.unwrap();
    let expected = [
        ("actor_id", "clerk.wang"),
        ("actor_role", "clerk"),
        ("correlation_id", &correlation.to_string()),
        ("effective_on", "2026-03-02"),
        ("office_day", "2026-03-02"),
    ];
    let expected: HashMap<_, _> = expected.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    assert_eq!(events[0].metadata, expected);
    let stored = ledger.log.read_stream(&StreamId::new("Jar", "a")).await.unwrap();
    assert_eq!(stored[0].metadata().unwrap().correlation_id, correlation);
}
