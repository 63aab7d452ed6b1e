//! Commands over the log: remembered states, conflicts, repeats, several aggregates at once.

use std::time::Instant;

use eventlog::append::{AppendError, CommandKey};
use eventlog::database::service_pool;
use eventlog::read::ReadError;
use eventlog::repository::{ExecuteError, Repository, RequestMeta};
use eventlog::rounds::RecordedAnswer;
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::support::{Jar, JarCommand, JarError, JarEvent, Ledger, context};

fn request() -> RequestMeta {
    RequestMeta::new(Uuid::now_v7())
}

fn keyed() -> RequestMeta {
    request().under(CommandKey { id: Uuid::now_v7(), request_hash: [3; 32] })
}

async fn execute(repository: &Repository, id: &str, command: JarCommand) -> Result<Vec<JarEvent>, JarError> {
    match repository.execute::<Jar>(id, command, &context(), &request()).await {
        Ok(executed) => Ok(executed.events),
        Err(ExecuteError::Refused(refusal)) => Err(refusal),
        Err(other) => panic!("{other:?}"),
    }
}

async fn coins(repository: &Repository, id: &str) -> u32 {
    repository.load::<Jar>(id).await.unwrap().state.coins
}

#[tokio::test(flavor = "multi_thread")]
async fn many_callers_on_one_aggregate_of_two_processes_lose_nothing() {
    let ledger = Ledger::new().await;
    let repositories = [ledger.repository().await, ledger.repository().await];
    let callers = (0..16).map(|caller| {
        let repository = repositories[caller % 2].clone();
        tokio::spawn(async move {
            for _ in 0..10 {
                execute(&repository, "a", JarCommand::Add(1)).await.unwrap();
            }
        })
    });
    join_all(callers).await.into_iter().for_each(Result::unwrap);
    assert_eq!(ledger.prove().await, 160);
    assert_eq!(coins(&ledger.repository().await, "a").await, 160);
}

async fn record_answer(ledger: &Ledger, key: Uuid, body: &str) {
    let service = service_pool(&ledger.database, 1).await.unwrap();
    let query = sqlx::query("insert into app_answers (key, sha256, status, body) values ($1, $2, 200, $3)");
    query.bind(key).bind(vec![7_u8; 32]).bind(body).execute(&service).await.unwrap();
}

#[tokio::test]
async fn states_and_recorded_answers_that_are_asked_for_at_once_are_each_their_own() {
    let ledger = Ledger::new().await;
    let writer = ledger.repository().await;
    for (id, number) in [("a", 1), ("b", 2), ("a", 3)] {
        execute(&writer, id, JarCommand::Add(number)).await.unwrap();
    }
    let (first, second, unused) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    record_answer(&ledger, first, "1").await;
    record_answer(&ledger, second, "2").await;
    let reader = ledger.repository().await;
    let ids = ["b", "a", "nobody", "a"];
    let (coins, answers) = futures::join!(
        join_all(ids.map(|id| coins(&reader, id))),
        join_all([second, unused, first].map(|key| reader.rounds().recorded_answer(key))),
    );
    assert_eq!(coins, [2, 4, 0, 4]);
    let answer =
        |body: &str| Some(RecordedAnswer { sha256: vec![7; 32], status: 200, body: Some(body.to_owned()) });
    let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(answers, [answer("2"), None, answer("1")]);
}

#[tokio::test]
async fn a_state_is_asked_for_alone_where_its_round_fails() {
    let ledger = Ledger::new().await;
    execute(&ledger.repository().await, "a", JarCommand::Add(5)).await.unwrap();
    let revoke = format!("revoke select on {}.app_answers from ledger_service", ledger.database.schema());
    sqlx::query(&revoke).execute(&ledger.superuser).await.unwrap();
    let reader = ledger.repository().await;
    assert_eq!(coins(&reader, "a").await, 5);
    assert!(matches!(reader.rounds().recorded_answer(Uuid::now_v7()).await, Err(ReadError::Database(_))));
}

#[tokio::test]
async fn a_refusal_rests_on_the_newest_state_not_on_a_remembered_one() {
    let ledger = Ledger::new().await;
    let [here, there] = [ledger.repository().await, ledger.repository().await];
    execute(&here, "a", JarCommand::Add(1)).await.unwrap();
    execute(&there, "a", JarCommand::Add(9)).await.unwrap();
    // Here remembers one coin, and takes ten.
    execute(&here, "a", JarCommand::Take(10)).await.unwrap();
    assert_eq!(execute(&there, "a", JarCommand::Take(1)).await, Err(JarError::TooMany));
    execute(&here, "a", JarCommand::Add(3)).await.unwrap();
    assert_eq!(coins(&there, "a").await, 0);
    assert_eq!(there.load_newest::<Jar>("a").await.unwrap().state.coins, 3);
    assert_eq!(coins(&there, "a").await, 3);
    assert_eq!(ledger.prove().await, 4);
}

#[tokio::test]
async fn who_asks_at_once_gets_each_stream_as_it_is_whether_it_is_remembered_or_not() {
    let ledger = Ledger::new().await;
    let [writer, reader] = [ledger.repository().await, ledger.repository().await];
    let jars: Vec<String> = (0..20).map(|number| format!("jar-{number}")).collect();
    let mut expected = vec![0; jars.len()];
    for round in 1..=3 {
        // the last jar stays empty, and of the others some are as they were
        for (number, jar) in jars.iter().enumerate().filter(|(number, _)| *number < 19 && number % round == 0)
        {
            execute(&writer, jar, JarCommand::Add(1)).await.unwrap();
            execute(&writer, jar, JarCommand::Add(round as u32)).await.unwrap();
            expected[number] += 1 + round as u32;
        }
        let asked = (0..60).map(|caller| reader.load_newest::<Jar>(&jars[caller * 7 % jars.len()]));
        for (caller, loaded) in join_all(asked).await.into_iter().enumerate() {
            let number = caller * 7 % jars.len();
            assert_eq!(loaded.unwrap().state.coins, expected[number], "{} in round {round}", jars[number]);
        }
    }
    assert_eq!(reader.length_seen().await.unwrap(), ledger.prove().await);
}

#[tokio::test]
async fn what_was_looked_at_since_a_moment_is_not_looked_at_again_for_it() {
    let ledger = Ledger::new().await;
    let [writer, reader] = [ledger.repository().await, ledger.repository().await];
    execute(&writer, "a", JarCommand::Add(1)).await.unwrap();
    let before = Instant::now();
    assert_eq!(reader.load_since::<Jar>("a", before).await.unwrap().state.coins, 1);
    execute(&writer, "a", JarCommand::Add(1)).await.unwrap();
    assert_eq!(reader.load_since::<Jar>("a", before).await.unwrap().state.coins, 1, "new enough for then");
    assert_eq!(
        reader.load_since::<Jar>("a", Instant::now()).await.unwrap().state.coins,
        2,
        "and not for now"
    );
    let after = Instant::now();
    execute(&reader, "a", JarCommand::Add(1)).await.unwrap();
    let own = reader.load_since::<Jar>("a", after).await.unwrap();
    assert_eq!((own.state.coins, own.version), (3, 3), "what it wrote itself it has seen");
    assert_eq!(ledger.prove().await, 3);
}

#[tokio::test]
async fn a_command_that_had_taken_effect_appends_nothing_and_succeeds() {
    let ledger = Ledger::new().await;
    let repository = ledger.repository().await;
    assert_eq!(execute(&repository, "a", JarCommand::Seal).await.unwrap().len(), 1);
    assert_eq!(execute(&repository, "a", JarCommand::Seal).await, Ok(vec![]));
    assert_eq!(ledger.prove().await, 1);
}

#[tokio::test]
async fn a_repeat_is_answered_even_where_deciding_again_would_refuse() {
    let ledger = Ledger::new().await;
    let repository = ledger.repository().await;
    execute(&repository, "a", JarCommand::Add(5)).await.unwrap();
    let request = keyed().answering(r#"{"took":5}"#.to_owned());
    let take = |request: RequestMeta| {
        let repository = repository.clone();
        async move { repository.execute::<Jar>("a", JarCommand::Take(5), &context(), &request).await }
    };
    let first = take(request.clone()).await.unwrap();
    let repeat = take(request.clone()).await.unwrap();
    let (first, repeated) = (first.appended.unwrap(), repeat.appended.unwrap());
    assert_eq!((repeated.last_position, repeated.outcome), (first.last_position, first.outcome));
    assert!(repeated.repeated && repeat.events.is_empty());
    let mut other = request.clone();
    other.command.as_mut().unwrap().request_hash = [4; 32];
    assert!(matches!(take(other).await, Err(ExecuteError::Append(AppendError::CommandReused))));
    assert!(matches!(take(keyed()).await, Err(ExecuteError::Refused(JarError::TooMany))));
    assert_eq!(ledger.prove().await, 2);
}

#[derive(Debug, thiserror::Error)]
enum MoveError {
    #[error(transparent)]
    Jar(#[from] ExecuteError<JarError>),
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error(transparent)]
    Read(#[from] ReadError),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Moved {
    coins: u32,
}

/// Moves coins between two jars, in one transaction.
async fn move_coins(
    repository: &Repository,
    (from, to): (&'static str, &'static str),
    coins: u32,
    request: &RequestMeta,
) -> Result<Moved, MoveError> {
    let context = context();
    let steps = repository.transact(&context, request, |work| {
        Box::pin(async move {
            work.decide::<Jar>(from, JarCommand::Take(coins)).await?;
            work.decide::<Jar>(to, JarCommand::Add(coins)).await?;
            Ok::<_, MoveError>(Moved { coins })
        })
    });
    steps.await.map(|transacted| transacted.value)
}

#[tokio::test(flavor = "multi_thread")]
async fn coins_moved_between_jars_are_never_lost_or_made() {
    let ledger = Ledger::new().await;
    let repositories = [ledger.repository().await, ledger.repository().await];
    for jar in ["a", "b", "c"] {
        execute(&repositories[0], jar, JarCommand::Add(20)).await.unwrap();
    }
    let pairs = [("a", "b"), ("b", "c"), ("c", "a"), ("b", "a")];
    let movers = (0..24).map(|mover| {
        let (repository, pair) = (repositories[mover % 2].clone(), pairs[mover % 4]);
        tokio::spawn(async move { move_coins(&repository, pair, 1 + mover as u32 % 5, &keyed()).await })
    });
    let moved = join_all(movers).await.into_iter().map(Result::unwrap).filter(Result::is_ok).count() as u64;
    assert_eq!(ledger.prove().await, 3 + 2 * moved);
    let fresh = ledger.repository().await;
    assert_eq!(coins(&fresh, "a").await + coins(&fresh, "b").await + coins(&fresh, "c").await, 60);
    assert!(moved > 10, "{moved}");
}

#[tokio::test]
async fn a_command_on_several_aggregates_is_repeated_with_its_first_answer() {
    let ledger = Ledger::new().await;
    let repository = ledger.repository().await;
    execute(&repository, "a", JarCommand::Add(5)).await.unwrap();
    let request = keyed();
    assert_eq!(move_coins(&repository, ("a", "b"), 4, &request).await.unwrap(), Moved { coins: 4 });
    // By now there is only one coin, so deciding again would refuse.
    assert_eq!(move_coins(&repository, ("a", "b"), 4, &request).await.unwrap(), Moved { coins: 4 });
    let refused = move_coins(&repository, ("a", "b"), 4, &keyed()).await;
    assert!(matches!(refused, Err(MoveError::Jar(ExecuteError::Refused(JarError::TooMany)))));
    assert_eq!((coins(&repository, "a").await, coins(&repository, "b").await), (1, 4));
    assert_eq!(ledger.prove().await, 3);
}

#[tokio::test]
async fn steps_of_one_work_see_each_other_and_nothing_of_a_dropped_one_stays() {
    let ledger = Ledger::new().await;
    let repository = ledger.repository().await;
    let mut work = repository.begin(&context(), &request());
    work.decide::<Jar>("a", JarCommand::Add(5)).await.unwrap();
    work.decide::<Jar>("a", JarCommand::Take(4)).await.unwrap();
    assert_eq!(work.state::<Jar>("a").await.unwrap().coins, 1);
    drop(work);
    assert_eq!((coins(&repository, "a").await, ledger.log.length().await.unwrap()), (0, 0));
    let mut work = repository.begin(&context(), &request());
    work.decide::<Jar>("a", JarCommand::Add(5)).await.unwrap();
    work.decide::<Jar>("a", JarCommand::Take(4)).await.unwrap();
    let appended = work.commit().await.unwrap().unwrap();
    assert_eq!((appended.first_position, appended.last_position), (0, 1));
    assert_eq!(coins(&repository, "a").await, 1);
}
