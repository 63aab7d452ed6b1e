//! The second fence: the database itself shows no row of another community, whatever is asked of it.

use api::http::Api;
use api::http::limits::Bounds;
use api::processes as work;
use api::registers::{RawRow, RegisterRow, changes};
use domain::actor::Role;
use domain::money::Money;
use domain::program::Program;
use domain::user::DataScope;
use futures::future::join_all;
use projections::snapshot::Snapshot;
use projections::{beneficiary_summaries, case_files, payment_registers};
use sqlx::Executor;
use tests::office::{WANG, application, at_work, id_number};
use tests::personas;

use crate::client::{COMMUNITY, Doors, OTHER};

const TABLES: [&str; 5] =
    ["read_households", "read_members", "read_cases", "read_payments", "read_beneficiary_months"];

async fn counts(doors: &Doors, data_scope: &DataScope) -> Vec<i64> {
    let about = [&case_files::ABOUT, &payment_registers::ABOUT, &beneficiary_summaries::ABOUT];
    let snapshot = Snapshot::take(&doors.small.office.pool, &about).await.unwrap();
    let mut seen = snapshot.narrow(data_scope).await.unwrap();
    let mut counts = Vec::new();
    for table in TABLES {
        // deliberately without any filter
        let query = format!("select count(*) from {table}");
        counts.push(sqlx::query_scalar(&query).fetch_one(seen.connection()).await.unwrap());
    }
    counts
}

#[tokio::test]
async fn a_query_that_forgets_its_filter_finds_nobody_of_another_community() {
    let doors = Doors::open().await;
    let own = counts(&doors, &DataScope::of([COMMUNITY.to_owned()])).await;
    assert!(own.iter().all(|count| *count >= 3), "{own:?}");
    assert_eq!(counts(&doors, &DataScope::Everywhere).await, own);
    assert_eq!(counts(&doors, &DataScope::of([OTHER.to_owned()])).await, [0; 5]);
    assert_eq!(counts(&doors, &DataScope::Communities(vec![])).await, [0; 5]);
    let both = DataScope::of([OTHER.to_owned(), COMMUNITY.to_owned()]);
    assert_eq!(counts(&doors, &both).await, own);
}

#[tokio::test]
async fn who_asks_for_summaries_at_once_gets_their_own_and_sees_nobody_elses() {
    let doors = Doors::open().await;
    let near = doors.token("li.na", Role::Clerk, DataScope::of([COMMUNITY.to_owned()])).await;
    let far = doors.token("zhao.min", Role::Clerk, DataScope::of([OTHER.to_owned()])).await;
    let all = doors.token("sun.li", Role::Auditor, DataScope::Everywhere).await;
    let people = doors.get(&all, "/persons").await.json();
    let ids: Vec<&str> = people["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|person| person["person_id"].as_str().unwrap())
        .collect();
    assert!(ids.len() >= 3, "{people}");
    let paths: Vec<String> = ids.iter().map(|id| format!("/beneficiaries/{id}/summary")).collect();
    let mut alone = Vec::new();
    for path in &paths {
        let reply = doors.get(&near, path).await;
        assert_eq!(reply.json()["person_id"], path.split('/').nth(2).unwrap());
        alone.push(reply.json());
    }
    let asked = (0..90).map(|number: usize| {
        let (path, token) = (&paths[number % paths.len()], [&near, &far, &all][number / paths.len() % 3]);
        doors.get(token, path)
    });
    for (number, reply) in join_all(asked).await.into_iter().enumerate() {
        let expected = &alone[number % paths.len()];
        if number / paths.len() % 3 == 1 {
            assert_eq!((reply.status, reply.code().as_str()), (404, "not_found"));
        } else {
            assert!(
                reply.json() == *expected,
                "{} is told otherwise than alone",
                paths[number % paths.len()]
            );
        }
    }
}

#[tokio::test]
async fn without_a_setting_there_are_no_rows_and_nothing_can_be_changed() {
    let doors = Doors::open().await;
    let mut transaction = doors.small.office.pool.begin().await.unwrap();
    transaction.execute("set local role ledger_reader").await.unwrap();
    for table in TABLES {
        let query = format!("select count(*) from {table}");
        let count: i64 = sqlx::query_scalar(&query).fetch_one(&mut *transaction).await.unwrap();
        assert_eq!(count, 0, "{table}");
    }
    let refused = transaction.execute("delete from read_cases").await.unwrap_err().to_string();
    assert!(refused.contains("permission denied"), "{refused}");
    drop(transaction);
    let mut other = doors.small.office.pool.begin().await.unwrap();
    other.execute("set local role ledger_reader").await.unwrap();
    for table in ["log_events", "app_tokens", "app_passwords", "app_data_keys"] {
        let denied = sqlx::query(&format!("select 1 from {table}")).execute(&mut *other).await;
        assert!(denied.is_err(), "{table}");
        drop(other);
        other = doors.small.office.pool.begin().await.unwrap();
        other.execute("set local role ledger_reader").await.unwrap();
    }
}

#[tokio::test]
async fn tables_that_are_made_anew_are_fenced_again() {
    let doors = Doors::open().await;
    let log = doors.small.office.repository.log().clone();
    projections::rebuild::rebuild(doors.small.ledger.owner(), &log, &projections::all()).await.unwrap();
    assert_eq!(counts(&doors, &DataScope::of([OTHER.to_owned()])).await, [0; 5]);
    assert!(counts(&doors, &DataScope::Everywhere).await.iter().all(|count| *count >= 3));
}

#[tokio::test]
async fn the_code_asks_too_before_anything_is_done() {
    let doors = Doors::open().await;
    let near = doors.token("li.na", Role::Clerk, DataScope::of([COMMUNITY.to_owned()])).await;
    let far = doors.token("zhao.min", Role::Clerk, DataScope::of([OTHER.to_owned()])).await;
    let case = doors.get(&near, "/cases?limit=1").await.json()["items"][0]["case_id"].clone();
    let path = format!("/cases/{}/closure", case.as_str().unwrap());
    let body = serde_json::json!({ "reason": "withdrawn", "closed_on": "2023-06-30" });
    let refused = doors.post(&far, &path, &body).await;
    assert_eq!((refused.status, refused.code().as_str()), (404, "not_found"));
    assert_eq!(doors.count("CaseClosed").await, 0);
    // the handlers' own question, without a request
    let api = Api::new(doors.small.office.clone(), "test".to_owned(), Bounds::default());
    let caller =
        api::processes::users::caller_of(api.office(), &far, chrono::Utc::now()).await.unwrap().unwrap();
    let id = case.as_str().unwrap().parse().unwrap();
    assert_eq!(api.case_seen_by(&caller, id).await.unwrap_err().status, 404);
}

#[tokio::test]
async fn what_waits_for_a_case_of_another_community_is_in_nobody_else_s_list() {
    let doors = Doors::open().await;
    let office = &doors.small.office;
    let died = [id_number(WANG).as_str(), "死亡", "2023-01-20", "2023-02-20"].map(str::to_owned);
    let row = changes::Row::read(&RawRow::from_texts(1, died)).unwrap();
    work::record_change(office, &at_work(personas::clerk(), "2023-02-20"), &row).await.unwrap();
    let case = work::find_case(office, &application(WANG, Program::AdvancedAgeAllowance)).await.unwrap();
    let finance = at_work(personas::finance(), "2023-02-21");
    let heirs = work::WantedWay::Heirs { estate: Money::from_fen(6_000) };
    work::propose_plan(office, &finance, case.subject.case_id, heirs).await.unwrap();
    let listed = async |name: &str, of: &str| {
        let token = doors.token(name, Role::Approver, DataScope::of([of.to_owned()])).await;
        let todo = doors.get(&token, "/todo").await.json();
        todo["items"].as_array().unwrap().iter().filter(|one| one["kind"] == "plan_to_approve").count()
    };
    assert_eq!(listed("chen.jing", COMMUNITY).await, 1);
    assert_eq!(listed("zhao.min", OTHER).await, 0);
}
