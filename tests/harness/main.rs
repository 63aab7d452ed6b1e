//! The harness itself: each test has a ledger of its own, and clear values are found where they are.

use tests::{RawDump, TestLedger, ledger_binary, personas};

#[tokio::test]
async fn two_ledgers_share_a_server_and_nothing_else() {
    let (first, second) = (TestLedger::start().await, TestLedger::start().await);
    sqlx::query("create table mine (id integer)").execute(first.owner()).await.unwrap();
    let elsewhere = sqlx::query("select id from mine").fetch_all(second.owner()).await;
    assert!(elsewhere.is_err());
    let port = |each: &TestLedger| each.server().postgres().socket_dir().to_owned();
    assert_eq!(port(&first), port(&second));
    first.finish().await;
    second.finish().await;
}

#[tokio::test]
async fn the_service_may_not_make_tables() {
    let ledger = TestLedger::start().await;
    assert!(sqlx::query("create table intruder (id integer)").execute(ledger.service()).await.is_err());
}

#[tokio::test]
async fn the_database_of_a_test_is_gone_afterwards() {
    let ledger = TestLedger::start().await;
    let keeps_the_server = tests::SharedServer::join().await;
    let name: String =
        sqlx::query_scalar("select current_database()::text").fetch_one(ledger.owner()).await.unwrap();
    drop(ledger);
    let postgres =
        sqlx::PgPool::connect_with(keeps_the_server.postgres().superuser("postgres")).await.unwrap();
    let left: i64 = sqlx::query_scalar("select count(*) from pg_database where datname = $1")
        .bind(name)
        .fetch_one(&postgres)
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_raw_dump_finds_a_clear_value_in_any_spelling() {
    let ledger = TestLedger::start().await;
    let spellings = "create table leaks as select
        '张三丰'::text as plain, convert_to('李四光', 'UTF8') as bytes, '\"\\u738b\\u4e94\\u6674\"'::json as escaped";
    sqlx::query(spellings).execute(ledger.owner()).await.unwrap();
    let dump: RawDump = ledger.dump().await;
    for value in ["张三丰", "李四光", "王五晴"] {
        assert!(dump.mentions(value), "{value}");
    }
    assert!(!dump.mentions("赵六安"));
}

#[tokio::test]
#[should_panic(expected = "leaves nothing in the schema public")]
async fn a_broken_invariant_fails_the_test_at_its_end() {
    let ledger = TestLedger::start().await;
    let superuser = ledger.superuser().await;
    sqlx::query("create table public.stray (id integer)").execute(&superuser).await.unwrap();
    superuser.close().await;
    drop(ledger);
}

#[tokio::test]
async fn a_ledger_broken_on_purpose_is_not_proven() {
    let mut ledger = TestLedger::start_simulated().await;
    ledger.break_on_purpose();
    let superuser = ledger.superuser().await;
    sqlx::query("create table public.stray (id integer)").execute(&superuser).await.unwrap();
    superuser.close().await;
    drop(ledger);
}

#[test]
fn personas_are_different_people() {
    let people = [
        personas::clerk(),
        personas::second_clerk(),
        personas::reviewer(),
        personas::approver(),
        personas::finance(),
        personas::auditor(),
        personas::administrator(),
    ];
    let names: std::collections::BTreeSet<_> = people.iter().map(|each| each.id.as_str()).collect();
    assert_eq!(names.len(), people.len());
}

#[test]
fn the_program_is_found() {
    assert!(ledger_binary().is_file());
}
