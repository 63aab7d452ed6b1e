//! What is asked again under its key is done once, whatever happened since; under another key it is another act.

use std::time::Duration;

use domain::actor::Role;
use domain::program::Program;
use domain::user::DataScope;
use futures::future::join_all;
use serde_json::{Value, json};
use tests::office::{WANG, id_number};
use tests::plans::plan_of;
use uuid::Uuid;

use crate::client::Doors;

/// Asks under a key, and it is done.
async fn asks(doors: &Doors, token: &str, path: &str, (body, key): (&Value, &str)) {
    let reply = doors.post_as(token, path, body, key, &[]).await;
    assert_eq!(reply.status, 200, "{path}: {reply:?}");
}

#[tokio::test]
async fn a_request_whose_answer_was_lost_is_not_done_a_second_time_after_others() {
    let doors = Doors::open().await;
    let clerk = doors.token("li.na", Role::Clerk, DataScope::Everywhere).await;
    let office = &doors.small.office;
    let (person, _) = office.find(&id_number(WANG)).await.unwrap();
    let cases = api::processes::cases_of(office, person, Program::AdvancedAgeAllowance).await.unwrap();
    let case = cases.last().unwrap().0;
    let today = api::processes::office_day(chrono::Utc::now()).to_string();
    let (suspension, resumption) = (format!("/cases/{case}/suspension"), format!("/cases/{case}/resumption"));
    let suspend = json!({ "reason": "unreachable", "since": today });
    let resume = json!({ "confirmed_on": today });
    let keys = [(); 3].map(|()| Uuid::new_v4().to_string());
    asks(&doors, &clerk, &suspension, (&suspend, &keys[0])).await;
    asks(&doors, &clerk, &resumption, (&resume, &keys[1])).await;
    assert_eq!(doors.count("CaseResumed").await, 1);

    // the server ended before it had kept the first answer
    let again = Doors::with_office(doors.small, "delete from app_answers").await;
    asks(&again, &clerk, &suspension, (&suspend, &keys[0])).await;
    assert_eq!(again.count("CaseSuspended").await, 1, "it was asked for before the resumption");
    asks(&again, &clerk, &suspension, (&suspend, &keys[2])).await;
    assert_eq!(again.count("CaseSuspended").await, 2, "it is asked for anew");
}

#[tokio::test]
async fn answers_are_forgotten_after_a_week_and_looked_for_by_their_day() {
    let doors = Doors::open().await;
    let owner = doors.small.ledger.owner();
    let keep = "insert into app_answers (key, sha256, status, body, answered_at)
                select gen_random_uuid(), sha256('asked'), 200, age, now() - age::interval
                  from unnest(array['6 days', '8 days', '9 days']) as age";
    sqlx::query(keep).execute(owner).await.unwrap();
    let clerk = doors.token("li.na", Role::Clerk, DataScope::Everywhere).await;
    let refused = doors.post(&clerk, &format!("/cases/{}/suspension", Uuid::new_v4()), &json!({})).await;
    assert!(refused.status < 500, "whatever it is answered, the answer is kept: {refused:?}");
    let old = || {
        sqlx::query_scalar::<_, String>("select body from app_answers where body like '% days'")
            .fetch_all(owner)
    };
    while old().await.unwrap() != ["6 days"] {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let plan = plan_of(&doors.small.ledger, include_str!("../../api/src/http/sql/forget_answers.sql")).await;
    assert!(plan.contains("Index Cond: (answered_at <"), "{plan}");
    assert!(plan.contains("Index Cond: (key = ANY"), "{plan}");
}

/// Another process that keeps an answer under this key just before this one does.
async fn keeps_first(doors: &Doors, key: Uuid) {
    let owner = doors.small.ledger.owner();
    let function = format!(
        "create function keep_first() returns trigger language plpgsql as $$ begin
             insert into app_answers (key, sha256, status, body)
             values ('{key}', sha256('elsewhere'), 200, 'elsewhere') on conflict do nothing;
             return new;
         end $$"
    );
    sqlx::query(&function).execute(owner).await.unwrap();
    let trigger = format!(
        "create trigger keep_first before insert on app_answers for each row
         when (new.key = '{key}' and pg_trigger_depth() = 0) execute function keep_first()"
    );
    sqlx::query(&trigger).execute(owner).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_another_process_kept_first_stays_and_costs_no_other_its_place() {
    let doors = Doors::open().await;
    let clerk = doors.token("li.na", Role::Clerk, DataScope::Everywhere).await;
    let key_of = |key: &str| doors.small.office.derived("http_request", &format!("li.na|{key}"));
    keeps_first(&doors, key_of("twice")).await;
    let path = format!("/cases/{}/suspension", Uuid::new_v4());
    let body = json!({ "reason": "unreachable", "since": "2023-01-01" });
    let asked = ["before", "twice", "after"].map(|key| doors.post_as(&clerk, &path, &body, key, &[]));
    for refused in join_all(asked).await {
        assert_eq!(refused.status, 404, "{refused:?}");
    }
    let kept = async |key: &str| {
        let query = "select body from app_answers where key = $1";
        loop {
            let found = sqlx::query_scalar::<_, String>(query).bind(key_of(key));
            match found.fetch_optional(doors.small.ledger.owner()).await.unwrap() {
                Some(body) => return body,
                None => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    };
    assert_eq!(kept("twice").await, "elsewhere");
    for key in ["before", "after"] {
        assert!(kept(key).await.contains("not_found"), "{key}");
    }
}
