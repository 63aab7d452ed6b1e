//! An event that cannot be taken in stops its projection, just before it; nothing is skipped.

use domain::aggregate::{Decider, EventKind};
use domain::payment_run::PaymentRun;
use domain::program::Program;
use eventlog::append::{NewEvent, StreamAppend, StreamId};
use projections::case_files::queries as files;
use projections::{Fault, ProjectionError};
use uuid::Uuid;

use crate::office::{Office, metadata};

/// A payment run's opening whose payload no program can read.
fn unreadable(id: Uuid) -> StreamAppend {
    let event = NewEvent {
        kind: EventKind { name: "PaymentRunOpened", version: "1.0.0" },
        payload: r#"{"PaymentRunOpened":{"month":"张三"}}"#.to_owned(),
        metadata: metadata(),
    };
    StreamAppend { stream: StreamId::new(PaymentRun::TYPE, id.to_string()), expected: 0, events: vec![event] }
}

#[tokio::test]
async fn an_unreadable_event_stops_its_projection_and_names_itself() {
    let mut office = Office::open().await;
    office.ledger.break_on_purpose();
    office.enroll(Program::SubsistenceAllowance).await;
    let stream = office.id();
    let at = office.append_all(vec![unreadable(stream)]).await.first_position;
    let after = office.enroll(Program::SubsistenceAllowance).await;

    for _ in 0..2 {
        let error = office.catch_up().await.unwrap_err();
        let ProjectionError::Stopped { projection, position, fault, .. } = &error else {
            panic!("{error:?}")
        };
        assert_eq!((*projection, *position), ("payment_registers", at));
        assert!(matches!(fault, Fault::Decode(_)));
        let text = error.to_string();
        assert!(text.contains(&stream.to_string()) && text.contains("PaymentRunOpened"), "{text}");
        assert!(!text.contains("张三"), "an error never shows a value: {text}");
    }
    let lag = office.runner.lag().await.unwrap();
    let stopped = lag.iter().find(|lag| lag.name == "payment_registers").unwrap();
    assert_eq!(stopped.position, Some(at), "everything before the event was applied");
    let waiting = ["payment_registers", "beneficiary_summaries", "books"];
    for lag in lag.iter().filter(|lag| waiting.contains(&lag.name)) {
        assert!(lag.behind() > 0, "who needs the payments waits for them: {lag:?}");
    }
    let others = lag.iter().filter(|lag| !waiting.contains(&lag.name));
    assert!(others.into_iter().all(|lag| lag.behind() == 0), "{lag:?}");
    assert_eq!(files::cases_of_person(office.ledger.service(), after.person).await.unwrap().len(), 1);
}
