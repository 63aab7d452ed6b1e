//! What every request passes: token, allowance, permission, key, version.

use api::http::limits::Bounds;
use domain::actor::Role;
use domain::user::{DataScope, Scope};
use serde_json::json;
use tests::office::SmallOffice;

use crate::client::{COMMUNITY, Doors, id_number, member};

#[tokio::test]
async fn without_a_token_that_is_worth_something_nobody_comes_in() {
    let doors = Doors::open().await;
    let token = doors.token("li.na", Role::Clerk, DataScope::Everywhere).await;
    for header in ["", "Bearer", "Bearer nonsense", &format!("Basic {token}"), &format!("Bearer {token}x")] {
        let refused = doors.send("GET", "/cases", &[("authorization", header)], b"").await;
        assert_eq!((refused.status, refused.code().as_str()), (401, "token_required"), "{header}");
        assert!(refused.header("www-authenticate").unwrap().starts_with("Bearer"));
        assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    }
    let known = doors.get(&token, "/me").await;
    assert_eq!((known.status, known.json()["account"].as_str()), (200, Some("li.na")));
    assert!(known.header("x-request-id").is_some() && known.header("ratelimit-remaining").is_some());
    doors.lock("li.na").await;
    assert_eq!(doors.get(&token, "/me").await.status, 401, "a lock holds at once");
}

#[tokio::test]
async fn a_token_does_what_its_scopes_say_and_no_more() {
    let doors = Doors::open().await;
    let reads = doors.narrow_token("li.na", Role::Clerk, DataScope::Everywhere, &[Scope::Cases]).await;
    assert_eq!(doors.get(&reads, "/cases").await.status, 200);
    let payments = doors.get(&reads, "/runs").await;
    assert_eq!((payments.status, payments.code().as_str()), (403, "scope_missing"));
    let writes = doors.post(&reads, "/cases", &json!({ "application": {} })).await;
    assert_eq!((writes.status, writes.code().as_str()), (403, "scope_missing"));
    assert_eq!(writes.json()["field"], "write");
    let decides = doors.post(&reads, "/cases/x/decision", &json!({ "outcome": "approved" })).await;
    assert_eq!((decides.status, decides.code().as_str()), (403, "role_not_allowed"));
    assert_eq!(decides.json()["zh"], "您的角色无权办理此事，请由审批岗位的人员办理。");
}

#[tokio::test]
async fn too_many_requests_wait_and_say_how_long() {
    let bounds = Bounds { per_minute: 3, ..Bounds::default() };
    let doors = Doors::with(SmallOffice::start().await, bounds).await;
    let token = doors.token("li.na", Role::Clerk, DataScope::Everywhere).await;
    for _ in 0..3 {
        assert_eq!(doors.get(&token, "/me").await.status, 200);
    }
    let refused = doors.get(&token, "/me").await;
    assert_eq!((refused.status, refused.code().as_str()), (429, "too_many_requests"));
    assert_eq!(refused.header("ratelimit-limit"), Some("3"));
    assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
}

#[tokio::test]
async fn a_repeat_under_its_key_is_answered_as_before_and_another_request_is_refused() {
    let doors = Doors::open().await;
    let token = doors.token("li.na", Role::Clerk, DataScope::Everywhere).await;
    let household =
        json!({ "members": [member("HLG-9", "孙玉梅", &id_number("99011419400202002"), COMMUNITY)] });
    let first = doors.post_as(&token, "/households", &household, "key-1", &[]).await;
    assert_eq!(first.status, 200, "{first:?}");
    let events = doors.count("HouseholdRegistered").await;
    let again = doors.post_as(&token, "/households", &household, "key-1", &[]).await;
    assert_eq!((again.status, again.json()), (200, first.json()));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(doors.count("HouseholdRegistered").await, events);
    let other = json!({ "members": [member("HLG-8", "孙玉兰", &id_number("99011419410202002"), COMMUNITY)] });
    let reused = doors.post_as(&token, "/households", &other, "key-1", &[]).await;
    assert_eq!((reused.status, reused.code().as_str()), (422, "command_reused"));
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let keyless = doors.send("POST", "/households", &headers, b"{}").await;
    assert_eq!((keyless.status, keyless.code().as_str()), (400, "idempotency_key_required"));
    let two = doors.token("zhao.min", Role::Clerk, DataScope::Everywhere).await;
    let same_key = doors.post_as(&two, "/households", &other, "key-1", &[]).await;
    assert_eq!(same_key.status, 200, "a key is its caller's alone");
}

#[tokio::test]
async fn who_may_no_longer_come_in_is_told_that_alone_whatever_they_send() {
    let doors = Doors::open().await;
    let token = doors.token("li.na", Role::Clerk, DataScope::Everywhere).await;
    let household =
        json!({ "members": [member("HLG-9", "孙玉梅", &id_number("99011419400202002"), COMMUNITY)] });
    assert_eq!(doors.post_as(&token, "/households", &household, "key-1", &[]).await.status, 200);
    doors.lock("li.na").await;
    let bearer = format!("Bearer {token}");
    let repeat = doors.post_as(&token, "/households", &household, "key-1", &[]).await;
    assert_eq!(
        (repeat.status, repeat.code().as_str()),
        (401, "token_required"),
        "not even what was answered"
    );
    let keyless = doors.send("POST", "/households", &[("authorization", &bearer)], b"nonsense").await;
    assert_eq!((keyless.status, keyless.code().as_str()), (401, "token_required"));
    let auditor = doors.token("sun.jian", Role::Auditor, DataScope::Everywhere).await;
    let bearer = format!("Bearer {auditor}");
    let keyless = doors.send("POST", "/households", &[("authorization", &bearer)], b"nonsense").await;
    assert_eq!((keyless.status, keyless.code().as_str()), (403, "role_not_allowed"), "before what is wrong");
}

#[tokio::test]
async fn what_changed_since_it_was_seen_is_not_overwritten() {
    let doors = Doors::open().await;
    let token = doors.token("li.na", Role::Clerk, DataScope::Everywhere).await;
    let cases = doors.get(&token, "/cases?program=advanced_age_allowance&limit=1").await.json();
    let id = cases["items"][0]["case_id"].as_str().unwrap().to_owned();
    let seen = doors.get(&token, &format!("/cases/{id}")).await;
    let tag = seen.header("etag").unwrap().to_owned();
    let body = json!({ "reason": "withdrawn", "closed_on": "2023-06-30" });
    let path = format!("/cases/{id}/closure");
    let stale = doors.post_as(&token, &path, &body, "close-1", &[("if-match", "\"1\"")]).await;
    assert_eq!((stale.status, stale.code().as_str()), (412, "version_changed"));
    let strange = doors.post_as(&token, &path, &body, "close-2", &[("if-match", "W/\"1\"")]).await;
    assert_eq!((strange.status, strange.code().as_str()), (400, "if_match_invalid"));
    let done = doors.post_as(&token, &path, &body, "close-3", &[("if-match", &tag)]).await;
    assert_eq!(done.status, 200, "{done:?}");
    let later = doors.get(&token, &format!("/cases/{id}")).await;
    assert_eq!(later.json()["stage"], "closed");
    assert_ne!(later.header("etag"), Some(tag.as_str()));
}

#[tokio::test]
async fn an_administrator_links_a_user_with_an_identity_that_nobody_reads_again() {
    let doors = Doors::open().await;
    let admin = doors.token("he.jie", Role::Administrator, DataScope::Everywhere).await;
    let clerk = doors.token("li.na", Role::Clerk, DataScope::Everywhere).await;
    doors.token("wang.fang", Role::Clerk, DataScope::Everywhere).await;
    let link = |subject: &str| json!({ "link_identity": { "issuer": "https://sso.example.gov.cn", "subject": subject } });
    let refused = doors.post(&clerk, "/users/wang.fang/changes", &link("u-4711")).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "role_not_allowed"));
    let own = doors.post(&admin, "/users/he.jie/changes", &link("u-1")).await;
    assert_eq!((own.status, own.code().as_str()), (403, "own_account"));
    assert_eq!(doors.post(&admin, "/users/li.na/changes", &link("u-4711")).await.status, 200);
    let taken = doors.post(&admin, "/users/wang.fang/changes", &link("u-4711")).await;
    assert_eq!((taken.status, taken.code().as_str()), (422, "subject_taken"));
    let none = doors.post(&admin, "/users/wang.fang/changes", &link(" ")).await;
    assert_eq!((none.status, none.code().as_str()), (422, "subject_malformed"));
    let users = doors.get(&admin, "/users").await.json().to_string();
    assert!(users.contains("sso.example.gov.cn") && !users.contains("u-4711"), "{users}");
    let unlink = json!({ "unlink_identity": { "reason": "换岗" } });
    assert_eq!(doors.post(&admin, "/users/li.na/changes", &unlink).await.status, 200);
    assert_eq!(doors.post(&admin, "/users/wang.fang/changes", &link("u-4711")).await.status, 200);
    assert_eq!(doors.count("IdentityLinked").await, 2);
}
