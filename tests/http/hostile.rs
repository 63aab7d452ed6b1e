//! What people and programs send that should not be sent: never a 5xx, never an event of it, never the value repeated.

use domain::actor::Role;
use domain::user::DataScope;
use serde_json::{Value, json};

use crate::client::{COMMUNITY, Doors, member};

/// Bodies of persons with one thing wrong in each; controls are right.
const INPUTS: &str = include_str!("hostile.jsonl");

#[tokio::test]
async fn every_hostile_person_is_answered_below_500_and_no_number_is_repeated() {
    let doors = Doors::open().await;
    let clerk = doors.token("li.na", Role::Clerk, DataScope::Everywhere).await;
    let mut asked = 0;
    for line in INPUTS.lines().filter(|line| !line.trim().is_empty()) {
        let input: Value = serde_json::from_str(line).unwrap();
        let payload = &input["payload"];
        let mut one = member(&format!("HLG-B{asked}"), "张伟", "", COMMUNITY);
        for (name, value) in payload.as_object().into_iter().flatten() {
            one[name] = value.clone();
        }
        let raw = doors.post(&clerk, "/households", &json!({ "members": [one] })).await;
        assert!(raw.status < 500, "{}: {raw:?}", input["name"]);
        let number = payload["id_number"].as_str().unwrap_or_default();
        assert!(number.len() < 15 || !raw.text.contains(number), "{}: {raw:?}", input["name"]);
        let as_sent = doors.post(&clerk, "/persons/find", payload).await;
        assert!((400..500).contains(&as_sent.status), "{}: {as_sent:?}", input["name"]);
        asked += 1;
    }
    assert!(asked >= 12, "{asked}");
    let there: i64 = sqlx::query_scalar("select count(*) from log_events")
        .fetch_one(doors.small.ledger.owner())
        .await
        .unwrap();
    assert!(there > 0, "the log is still there");
}

#[tokio::test]
async fn hostile_requests_are_refused_and_harm_nothing() {
    let doors = Doors::open().await;
    let token = doors.token("zhou.zheng", Role::Auditor, DataScope::Everywhere).await;
    let clerk = doors.token("li.na", Role::Clerk, DataScope::Everywhere).await;
    for path in [
        "/cases/../../etc/passwd",
        "/cases/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/cases/' or 1=1 --",
        "/cases/%27%20or%201%3D1%20--",
        "/cases/00000000-0000-0000-0000-000000000000",
        "/cases?program=%27%3B%20drop%20table%20log_events",
        "/cases?limit=-1",
        "/cases?limit=999999999999999999999",
        "/cases?limit=1&limit=2",
        "/cases?cursor=%00",
        "/persons?community=%27%3B%20select%20pg_sleep%285%29%20--",
        "/persons?community=%00",
        "/persons?presence=%ff%fe",
        "/changes?from=18446744073709551615",
        "/trail?cursor=MTg0NDY3NDQwNzM3MDk1NTE2MTU",
        "/beneficiaries/x/summary?effective=9999-99-99",
        "/beneficiaries/0c8f1a52-7b1e-4c55-9a39-64c0d3b8a001/summary?effective=9999-12-31",
        "/nowhere",
    ] {
        let path = path.replace(' ', "%20");
        let reply = doors.get(&token, &path).await;
        assert!(reply.status < 500, "{path}: {reply:?}");
    }
    for body in [
        "",
        "{",
        "[]",
        "null",
        "\"x\"",
        "{\"members\":{}}",
        "{\"members\":[[]]}",
        "{\"members\":[],\"role\":\"approver\"}",
        "{\"members\":[{\"name\":\"\\u0000\"}]}",
    ] {
        let bearer = format!("Bearer {clerk}");
        let key = uuid::Uuid::new_v4().to_string();
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("idempotency-key", &key),
        ];
        let reply = doors.send("POST", "/households", &headers, body.as_bytes()).await;
        assert!((400..500).contains(&reply.status), "{body}: {reply:?}");
    }
    let bearer = format!("Bearer {clerk}");
    let headers =
        [("authorization", bearer.as_str()), ("content-type", "text/plain"), ("idempotency-key", "k")];
    assert_eq!(doors.send("POST", "/households", &headers, b"{}").await.status, 415);
    assert_eq!(doors.send("DELETE", "/cases", &headers, b"").await.status, 405);
    let large = format!("{{\"members\":[{{\"name\":\"{}\"}}]}}", "长".repeat(500_000));
    let headers =
        [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", "l")];
    assert_eq!(doors.send("POST", "/households", &headers, large.as_bytes()).await.status, 413);
    let reason = json!({ "reason": "a\u{0}b" });
    let approver = doors.token("sun.qiang", Role::Approver, DataScope::Everywhere).await;
    let run = doors.get(&approver, "/runs").await.json()["items"][0]["run_id"].clone();
    let rejection = format!("/runs/{}/rejection", run.as_str().unwrap());
    assert_eq!(doors.post(&approver, &rejection, &reason).await.status, 422, "the log keeps no NUL");
    // mass assignment: a field that nobody offers is refused, not ignored
    let mut one = member("HLG-M", "张伟", "", COMMUNITY);
    one["approved_by"] = json!("li.na");
    assert_eq!(doors.post(&clerk, "/households", &json!({ "members": [one] })).await.status, 422);
}

#[tokio::test]
async fn a_webhook_inside_is_refused_where_it_is_subscribed_and_given_up_messages_are_told_to_who_may_read_users()
 {
    let doors = Doors::open().await;
    let administrator = doors.token("zhou.kai", Role::Administrator, DataScope::Everywhere).await;
    doors.token("medical.insurance", Role::Consumer, DataScope::Everywhere).await;
    let wanted = |url: &str| json!({ "consumer": "medical.insurance", "url": url });
    for url in [
        "https://127.0.0.1/hook",
        "http://192.168.1.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://localhost/",
    ] {
        let refused = doors.post(&administrator, "/webhooks", &wanted(url)).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "address_forbidden"), "{refused:?}");
        assert_eq!(refused.json()["field"], "url");
    }
    assert_eq!(doors.count("WebhookSubscribed").await, 0);
    let made = doors.post(&administrator, "/webhooks", &wanted("https://hooks.example/ledger")).await;
    assert_eq!(made.status, 200, "{made:?}");
    let dead = "insert into app_webhook_dead (webhook_id, position, tries, failure) values ($1::uuid, 1, 8, 'timed_out')";
    let id = made.json()["webhook_id"].as_str().unwrap().to_owned();
    sqlx::query(dead).bind(&id).execute(doors.small.ledger.owner()).await.unwrap();
    for (name, role, told) in [("li.na", Role::Clerk, 0), ("zhou.zheng", Role::Auditor, 1)] {
        let token = doors.token(name, role, DataScope::Everywhere).await;
        let found = doors.get(&token, "/todo").await.json();
        let given_up = found["items"].as_array().unwrap().iter().filter(|one| one["of"] == id.as_str());
        assert_eq!(given_up.count(), told, "{name}: {found}");
    }
}
