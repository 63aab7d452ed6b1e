//! One order for all writers; all or nothing; one conflict, one answer.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::aggregate::EventKind;
use eventlog::append::{Append, AppendError, CommandKey, Malformed, NewEvent, StreamAppend};
use futures::future::join_all;
use uuid::Uuid;

use crate::support::{Ledger, jar_append, jar_stream, stream};

fn key(request: u8) -> CommandKey {
    CommandKey { id: Uuid::now_v7(), request_hash: [request; 32] }
}

#[tokio::test]
async fn the_first_event_stands_at_position_0_with_sequence_1() {
    let ledger = Ledger::new().await;
    let appender = ledger.appender().await;
    let appended = appender.append(jar_append("a", 0, 2)).await.unwrap();
    assert_eq!((appended.first_position, appended.last_position, appended.repeated), (0, 1, false));
    let events = ledger.log.read_stream(&stream("a")).await.unwrap();
    let places: Vec<_> = events.iter().map(|event| (event.position, event.sequence)).collect();
    assert_eq!(places, [(0, 1), (1, 2)]);
    assert_eq!(events[0].recorded_at, appended.recorded_at);
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_writers_in_two_processes_leave_no_gap() {
    let ledger = Ledger::new().await;
    let appenders = [ledger.appender().await, ledger.appender().await];
    let writers = (0..16u64).map(|writer| {
        let appender = appenders[writer as usize % 2].clone();
        tokio::spawn(async move {
            let (mut positions, mut conflicts) = (Vec::new(), 0);
            for turn in 0..60u64 {
                // Few streams and blind guesses of their versions: most meet conflicts.
                let append =
                    jar_append(&format!("s{}", (writer + turn) % 5), turn / 4, 1 + (turn % 3) as u32);
                match appender.append(append).await {
                    Ok(appended) => positions.extend(appended.first_position..=appended.last_position),
                    Err(AppendError::Conflict { .. }) => conflicts += 1,
                    Err(other) => panic!("{other:?}"),
                }
                let own = jar_append(&format!("own-{writer}"), turn, 1);
                let appended = appender.append(own).await.unwrap();
                positions.push(appended.first_position);
            }
            (positions, conflicts)
        })
    });
    let done: Vec<_> = join_all(writers).await.into_iter().map(Result::unwrap).collect();
    let conflicts: u32 = done.iter().map(|(_, conflicts)| conflicts).sum();
    let told: BTreeSet<u64> = done.iter().flat_map(|(positions, _)| positions).copied().collect();
    assert!(conflicts > 100, "{conflicts} conflicts");
    assert_eq!(ledger.prove().await, told.len() as u64);
    assert_eq!(told.last().copied(), Some(told.len() as u64 - 1));
}

#[tokio::test]
async fn one_conflict_does_not_sink_its_batch() {
    let ledger = Ledger::new().await;
    let [appender, other] = [ledger.appender().await, ledger.appender().await];
    appender.append(jar_append("a", 0, 1)).await.unwrap();
    // Behind the appender's back, so that it cannot know.
    other.append(jar_append("b", 0, 1)).await.unwrap();
    let appends = [("a", 1), ("b", 0), ("c", 0), ("d", 5), ("a", 1), ("a", 2)];
    let answers = join_all(appends.map(|(id, expected)| appender.append(jar_append(id, expected, 1)))).await;
    let outcome = |answer: &Result<_, _>| match answer {
        Ok(_) => "written".to_owned(),
        Err(AppendError::Conflict { stream, expected, actual }) => format!("{stream} {expected} {actual}"),
        Err(other) => panic!("{other:?}"),
    };
    let outcomes: Vec<String> = answers.iter().map(outcome).collect();
    assert_eq!(outcomes, ["written", "Jar/b 0 1", "written", "Jar/d 5 0", "Jar/a 1 2", "written"]);
    assert_eq!(ledger.prove().await, 5);
}

#[tokio::test]
async fn a_command_on_several_streams_is_written_whole_or_not_at_all() {
    let ledger = Ledger::new().await;
    let appender = ledger.appender().await;
    appender.append(jar_append("a", 0, 1)).await.unwrap();
    let half = Append::new(vec![jar_stream("new", 0, 2), jar_stream("a", 0, 1)]);
    assert!(matches!(appender.append(half).await, Err(AppendError::Conflict { expected: 0, actual: 1, .. })));
    assert_eq!(ledger.log.length().await.unwrap(), 1);
    let whole = Append::new(vec![jar_stream("new", 0, 2), jar_stream("a", 1, 1)]);
    let appended = appender.append(whole).await.unwrap();
    assert_eq!((appended.first_position, appended.last_position), (1, 3));
    ledger.prove().await;
}

#[tokio::test]
async fn a_repeat_is_answered_and_another_request_under_its_key_refused() {
    let ledger = Ledger::new().await;
    let [appender, other] = [ledger.appender().await, ledger.appender().await];
    let outcome = r#"{"case":"7","b":1}"#.to_owned();
    let first = Append { command: Some(key(1)), outcome: outcome.clone(), ..jar_append("a", 0, 2) };
    let written = appender.append(first.clone()).await.unwrap();
    let later_version = Append { streams: vec![jar_stream("a", 2, 2)], ..first.clone() };
    for (door, repeat) in [(&appender, first.clone()), (&appender, later_version), (&other, first.clone())] {
        let repeated = door.append(Append { outcome: "0".to_owned(), ..repeat }).await.unwrap();
        assert!(repeated.repeated);
        assert_eq!(repeated.outcome, outcome);
        assert_eq!(repeated.last_position, written.last_position);
    }
    let id = first.command.unwrap().id;
    let reused = Append { command: Some(CommandKey { id, request_hash: [2; 32] }), ..jar_append("z", 0, 1) };
    assert!(matches!(appender.append(reused).await, Err(AppendError::CommandReused)));
    assert_eq!(ledger.prove().await, 2);
    let found = ledger.log.lookup_command(id).await.unwrap().unwrap();
    assert_eq!((found.key, found.appended.outcome), (first.command.unwrap(), outcome));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_sent_many_times_at_once_is_written_once() {
    let ledger = Ledger::new().await;
    let appenders = [ledger.appender().await, ledger.appender().await];
    for round in 0..20 {
        let append = Append { command: Some(key(7)), ..jar_append(&format!("r{round}"), 0, 1) };
        let answers = join_all((0..12).map(|turn| appenders[turn % 2].append(append.clone()))).await;
        let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers.iter().filter(|answer| !answer.repeated).count(), 1);
        assert!(answers.iter().all(|answer| answer.first_position == round));
    }
    assert_eq!(ledger.prove().await, 20);
}

#[tokio::test]
async fn time_never_runs_backwards_even_if_the_simulated_clock_does() {
    let ledger = Ledger::simulated().await;
    let appender = ledger.appender().await;
    let noon: DateTime<Utc> = "2024-02-29T04:00:00Z".parse().unwrap();
    let mut recorded = Vec::new();
    for (turn, minutes) in (0..).zip([0, 5, -60, 6]) {
        let now = Some(noon + TimeDelta::minutes(minutes));
        let append = Append { now, ..jar_append("a", turn, 1) };
        recorded.push(appender.append(append).await.unwrap().recorded_at);
    }
    assert_eq!(recorded, [0, 5, 5, 6].map(|minutes| noon + TimeDelta::minutes(minutes)));
    ledger.prove().await;
}

#[tokio::test]
async fn a_real_ledger_does_not_believe_the_writers_clock() {
    let ledger = Ledger::new().await;
    let appender = ledger.appender().await;
    let long_ago = "2001-01-01T00:00:00Z".parse().unwrap();
    let appended = appender.append(Append { now: Some(long_ago), ..jar_append("a", 0, 1) }).await.unwrap();
    assert!(Utc::now() - appended.recorded_at < TimeDelta::minutes(10));
}

#[tokio::test]
async fn what_is_stored_are_the_exact_bytes() {
    let ledger = Ledger::new().await;
    let appender = ledger.appender().await;
    let payload = r#"{"z":1, "a":12345678901234567,"名":"低保 \u4e2d\n\"é\" 𠮷","a":1.0,"n":1e400, "x":[ ]}"#;
    let metadata = r#"{ "b":"二" ,"a":"1"}"#;
    let kind = EventKind { name: "Odd", version: "1.0.0" };
    let event = NewEvent { kind, payload: payload.to_owned(), metadata: metadata.to_owned() };
    let append = |id: &str| StreamAppend { stream: stream(id), expected: 0, events: vec![event.clone()] };
    appender.append(Append::new(vec![append("a")])).await.unwrap();
    appender.append_bulk([append("b")], &Default::default()).await.unwrap();
    let mut stored = ledger.log.read_from(0, 10).await.unwrap();
    let mut all = ledger.log.stream_all(0, 2).await.unwrap();
    while let Some(event) = all.next().await.unwrap() {
        stored.push(event);
    }
    assert_eq!(stored.len(), 4);
    assert!(stored.iter().all(|event| event.payload == payload && event.metadata == metadata));
    assert_eq!(stored[0], stored[2]);
    assert_eq!(stored[1], stored[3]);
}

#[tokio::test]
async fn what_cannot_be_stored_is_refused_at_the_door_and_its_neighbours_are_written() {
    let ledger = Ledger::new().await;
    let appender = ledger.appender().await;
    let with = |change: fn(&mut StreamAppend)| {
        let mut append = jar_stream("odd", 0, 1);
        change(&mut append);
        Append::new(vec![append])
    };
    let cases = [
        (with(|append| append.events.clear()), Malformed::Empty),
        (
            with(|append| append.events[0].payload = format!("\"{}\"", "x".repeat(60_000))),
            Malformed::TooLarge,
        ),
        (with(|append| append.events[0].metadata.push('\0')), Malformed::Nul),
        (with(|append| append.stream.id.clear()), Malformed::StreamName),
        (Append::new(vec![]), Malformed::Empty),
        (Append::new(vec![jar_stream("a", 0, 1), jar_stream("a", 1, 1)]), Malformed::StreamTwice),
    ];
    for (append, expected) in cases {
        let refused = appender.append(append).await.unwrap_err();
        assert!(matches!(refused, AppendError::Malformed(found) if found == expected), "{refused:?}");
    }
    let no_json = with(|append| append.events[0].payload = "{".to_owned());
    let batch = [jar_append("a", 0, 1), no_json, jar_append("b", 0, 1)];
    let answers = join_all(batch.map(|append| appender.append(append))).await;
    let written: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(written, [true, false, true]);
    assert!(matches!(answers[1], Err(AppendError::Database(_))));
    assert_eq!(ledger.prove().await, 2);
}
