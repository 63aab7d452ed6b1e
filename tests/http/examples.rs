//! The examples of the document work when they are pasted: each is sent to a real server by somebody who may.

use std::collections::BTreeMap;

use api::http::endpoint::{BodyKind, Endpoint};
use api::http::examples;
use api::http::v1::endpoints;
use domain::user::DataScope;

use crate::client::{Doors, ROLES, Reply};
use crate::things::{Things, things};

/// The token of the first role that may do what the endpoint does.
fn who<'t>(tokens: &'t BTreeMap<&str, String>, endpoint: &Endpoint) -> &'t str {
    let may = |(_, role): &&(&str, _)| api::access::may(*role, endpoint.capability);
    let (name, _) = ROLES.iter().find(may).unwrap_or_else(|| panic!("nobody may {}", endpoint.path));
    &tokens[name]
}

/// Whether the server could read what was sent.
fn was_read(reply: &Reply) -> bool {
    let unreadable = ["body_invalid", "fields_invalid", "body_malformed", "parameter_invalid"];
    let code = if reply.status >= 400 { reply.code() } else { String::new() };
    reply.status != 400 && reply.status < 500 && !unreadable.contains(&code.as_str())
}

async fn tokens(doors: &Doors) -> BTreeMap<&'static str, String> {
    let mut tokens = BTreeMap::new();
    for (name, role) in ROLES {
        tokens.insert(name, doors.token(&format!("pastes.{name}"), role, DataScope::Everywhere).await);
    }
    tokens
}

#[tokio::test]
async fn every_example_of_the_document_is_understood_by_the_server() {
    let doors = Doors::open().await;
    let (tokens, things): (_, Things) = (tokens(&doors).await, things(&doors).await);
    let mut sent = 0;
    for endpoint in endpoints().iter().filter(|endpoint| matches!(endpoint.body, BodyKind::Json(_))) {
        let example = examples::of(endpoint).unwrap();
        let path = things.put_into(endpoint.path);
        let reply = doors.post(who(&tokens, endpoint), &path, &example).await;
        assert!(was_read(&reply), "{path}: {reply:?}");
        sent += 1;
    }
    assert!(sent > 40, "{sent}");
    // the same server says so of an example that is none
    let wrong = serde_json::json!({ "outcome": "perhaps" });
    let review = things.put_into("/cases/{id}/review");
    assert!(!was_read(&doors.post(&tokens["reviewer"], &review, &wrong).await));
}

#[tokio::test]
async fn everything_that_can_be_read_is_answered_in_the_small_office() {
    let doors = Doors::open().await;
    let (tokens, things) = (tokens(&doors).await, things(&doors).await);
    let unsealed = ["/proofs/checkpoint", "/proofs/inclusion", "/proofs/consistency"];
    for endpoint in endpoints().iter().filter(|endpoint| endpoint.verb() == "GET") {
        let path = things.put_into(endpoint.path);
        let reply = doors.get(who(&tokens, endpoint), &path).await;
        let expected = if unsealed.contains(&endpoint.path) { 409 } else { 200 };
        assert_eq!(reply.status, expected, "{path}: {reply:?}");
    }
}
