//! Every endpoint, every role, a thing of the own and of another community: the committed table against the answers.

use std::fmt::Write;

use api::http::v1::endpoints;
use domain::user::DataScope;
use serde_json::json;

use crate::client::{COMMUNITY, Doors, OTHER, ROLES};
use crate::document::assert_committed;

/// Identifiers of things that exist.
struct Things {
    case: String,
    household: String,
    person: String,
    run: String,
}

impl Things {
    /// The endpoint's path with a thing of its kind.
    fn put_into(&self, path: &str) -> String {
        let id = match path.split('/').nth(1) {
            Some("cases") => &self.case,
            Some("households") => &self.household,
            Some("beneficiaries") => &self.person,
            Some("runs") => &self.run,
            _ => "0c8f1a52-7b1e-4c55-9a39-64c0d3b8a001",
        };
        let path = path.replace("{id}", id).replace("{account}", "no.body");
        if path.ends_with("/summary") { format!("{path}?purpose=%E8%AF%95%E7%94%A8") } else { path }
    }
}

async fn things(doors: &Doors) -> Things {
    let token = doors.token("finds.things", domain::actor::Role::Auditor, DataScope::Everywhere).await;
    let case = doors.get(&token, "/cases?program=subsistence_allowance").await.json()["items"][0].clone();
    let run = doors.get(&token, "/runs").await.json()["items"][0]["run_id"].clone();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    Things {
        case: text(&case["case_id"]),
        household: text(&case["household_id"]),
        person: text(&case["applicant"]),
        run: text(&run),
    }
}

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
        let _ = write!(table, "{:<4} {:<32}", endpoint.verb(), endpoint.path);
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
