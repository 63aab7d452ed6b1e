//! A file from the bank through the door: how far it is, while it is taken in and in the end.

use api::processes::{Desk, Step};
use chrono::Utc;
use domain::actor::Role;
use domain::bank_return::{BankReturnCommand, ReceivedFile};
use domain::ids::BankReturnId;
use domain::money::Money;
use domain::user::DataScope;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tests::office::FUND;
use tests::personas;

use crate::client::{Doors, OTHER, Reply};

async fn done(doors: &Doors, token: &str, path: &str, body: &Value) -> Value {
    let reply = doors.post(token, path, body).await;
    assert_eq!(reply.status, 200, "{path}: {reply:?}");
    reply.json()
}

/// A released run of March, and its payments.
async fn released(doors: &Doors) -> (String, Vec<Value>) {
    let of = async |name: &str, role| doors.token(name, role, DataScope::Everywhere).await;
    let (clerk, finance) = (of("li.na", Role::Clerk).await, of("zheng.shu", Role::Finance).await);
    let run = json!({ "month": "2023-03", "programs": ["subsistence_allowance"], "fund": FUND });
    let prepared = done(doors, &clerk, "/runs", &run).await;
    let id = prepared["run_id"].as_str().unwrap().to_owned();
    let seen = json!({ "warnings_seen": prepared["warning_count"] });
    done(doors, &clerk, &format!("/runs/{id}/submission"), &seen).await;
    let approver = of("sun.qiang", Role::Approver).await;
    done(doors, &approver, &format!("/runs/{id}/approval"), &json!({})).await;
    let layout = json!({ "layout": "plain_csv" });
    done(doors, &finance, &format!("/runs/{id}/release"), &layout).await;
    let payments = doors.get(&finance, &format!("/runs/{id}/payments")).await.json();
    (id, payments["items"].as_array().unwrap().clone())
}

async fn send(doors: &Doors, token: &str, run: &str, file: &str) -> Reply {
    let (bearer, key) = (format!("Bearer {token}"), uuid::Uuid::new_v4().to_string());
    let headers = [
        ("authorization", bearer.as_str()),
        ("idempotency-key", key.as_str()),
        ("content-type", "application/octet-stream"),
    ];
    doors.send("POST", &format!("/runs/{run}/returns?layout=plain_csv"), &headers, file.as_bytes()).await
}

/// What an interrupted taking in leaves: the file is known, none of its lines is applied.
async fn interrupt(doors: &Doors, run: &str, sha256: &str, payments: &[Value]) {
    let office = &doors.small.office;
    let run_id = run.parse().unwrap();
    let return_id = BankReturnId::derive(run_id, sha256);
    let sum = payments.iter().map(|each| each["amount_fen"].as_i64().unwrap()).sum::<i64>();
    let file = ReceivedFile {
        return_id,
        run_id,
        sha256: sha256.to_owned(),
        layout: "plain_csv".to_owned(),
        line_count: payments.len() as u64,
        settled_count: payments.len() as u64,
        settled_sum: Money::from_fen(sum.try_into().unwrap()),
        returned_count: 0,
        returned_sum: Money::ZERO,
    };
    let desk = Desk::new(personas::finance(), Utc::now());
    let command = BankReturnCommand::ReceiveFile { file, received_on: desk.today() };
    let key = office.derived("interrupted", sha256);
    office.together(&desk, key, [Step::BankReturn(return_id.to_string(), command)]).await.unwrap();
}

#[tokio::test]
async fn a_file_from_the_bank_is_followed_from_nothing_to_its_result() {
    let doors = Doors::open().await;
    let (run, payments) = released(&doors).await;
    let finance = doors.token("wu.hua", Role::Finance, DataScope::Everywhere).await;
    let line = |each: &Value| format!("{},settled,B1\n", each["payment_id"].as_str().unwrap());
    let file = format!("payment,result,reference\n{}", payments.iter().map(line).collect::<String>());
    let sha256 = hex::encode(Sha256::digest(file.as_bytes()));
    let path = format!("/runs/{run}/returns/{sha256}");
    let count = payments.len() as u64;

    let first = doors.get(&finance, &path).await.json();
    assert_eq!((first["stage"].as_str(), &first["file"]), (Some("unreceived"), &Value::Null), "{first}");
    assert_eq!((first["pending_count"].as_u64(), &first["result"]), (Some(count), &Value::Null));

    interrupt(&doors, &run, &sha256, &payments).await;
    let halfway = doors.get(&finance, &path).await.json();
    assert_eq!(halfway["stage"], "received", "{halfway}");
    assert_eq!(halfway["file"]["line_count"].as_u64(), Some(count));
    assert_eq!(halfway["results"]["settled_count"], 0);

    let reply = send(&doors, &finance, &run, &file).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let mut result = reply.json();
    assert_eq!(result["matching"]["settled_count"].as_u64(), Some(count), "{result}");
    let last = doors.get(&finance, &path).await.json();
    assert_eq!((last["stage"].as_str(), last["pending_count"].as_u64()), (Some("matched"), Some(0)));
    assert_eq!(last["results"]["settled_count"].as_u64(), Some(count));
    result["known_before"] = json!(true);
    assert_eq!(last["result"], result, "what the request was answered");
}

#[tokio::test]
async fn lines_of_a_file_that_name_people_of_others_are_not_told() {
    let doors = Doors::open().await;
    let (run, payments) = released(&doors).await;
    let finance = doors.token("wu.hua", Role::Finance, DataScope::Everywhere).await;
    let far = doors.token("he.yuan", Role::Finance, DataScope::of([OTHER.to_owned()])).await;
    let payment = payments[0]["payment_id"].as_str().unwrap();
    // two results for one line: the second is an exception
    let file = format!("payment,result,reference\n{payment},settled,B1\n{payment},returned,AC04\n");
    let reply = send(&doors, &finance, &run, &file).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let sha256 = hex::encode(Sha256::digest(file.as_bytes()));
    let path = format!("/runs/{run}/returns/{sha256}");
    let seen = doors.get(&finance, &path).await.json();
    let named = seen["result"]["unmatched"].as_array().unwrap();
    assert!(named.iter().any(|line| line["payment_id"] == payment), "{seen}");
    let others = doors.get(&far, &path).await.json();
    assert_eq!(others["unmatched_count"], seen["unmatched_count"]);
    assert!(!others.to_string().contains(payment), "{others}");
    for wrong in ["x".repeat(64), sha256[1..].to_owned(), sha256.to_uppercase()] {
        assert_eq!(doors.get(&finance, &format!("/runs/{run}/returns/{wrong}")).await.status, 404, "{wrong}");
    }
}
