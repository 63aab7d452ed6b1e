//! What is asked again under its key is done once, whatever happened since; under another key it is another act.

use std::time::Duration;

use domain::actor::Role;
use domain::program::Program;
use domain::user::DataScope;
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
