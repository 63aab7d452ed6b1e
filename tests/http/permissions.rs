//! Every endpoint, every role, a thing of the own and of another community: the committed table against the answers.

use std::fmt::Write;

use api::http::v1::endpoints;
use domain::user::DataScope;
use serde_json::json;

use crate::client::{COMMUNITY, Doors, OTHER, ROLES};
use crate::document::assert_committed;
use crate::things::things;

#[tokio::test]
async fn every_endpoint_answers_every_role_as_the_table_says() {
    let doors = Doors::open().await;
    let things = things(&doors).await;
    let mut callers = Vec::new();
    for (name, role) in ROLES {
        let own = DataScope::of([COMMUNITY.to_owned()]);
        let other = DataScope::of([OTHER.to_owned()]);
        let own = doors.token(&format!("own.{name}"), role, own).await;
        callers.push((name, own, doors.token(&format!("other.{name}"), role, other).await));
    }
    let mut table = String::from(
        "Statuses by role: of a thing in the caller's community / in another one. POSTs are sent an empty object.\n\n",
    );
    for endpoint in endpoints() {
        let path = things.put_into(endpoint.path);
        let _ = write!(table, "{:<4} {:<52}", endpoint.verb(), endpoint.path);
        for (name, own, other) in &callers {
            let mut statuses = Vec::new();
            for token in [own, other] {
                let reply = match endpoint.verb() {
                    "POST" => doors.post(token, &path, &json!({})).await,
                    _ => doors.get(token, &path).await,
                };
                assert!(reply.status < 500, "{name} {path}: {reply:?}");
                let denied = reply.status == 403 && reply.code() == "role_not_allowed";
                let allowed = api::access::may(role_of(name), endpoint.capability);
                assert!(allowed || denied, "{name} {} {path}: {reply:?}", endpoint.verb());
                statuses.push(reply.status.to_string());
            }
            let _ = write!(table, " {name} {}", statuses.join("/"));
        }
        table.push('\n');
    }
    assert_committed("tests/http/permissions.txt", &table);
}

fn role_of(name: &str) -> domain::actor::Role {
    ROLES.into_iter().find(|(known, _)| *known == name).unwrap().1
}
