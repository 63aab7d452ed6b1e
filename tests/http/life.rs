//! A benefit's life through the door: registered, applied for, reviewed, decided, paid, answered by the bank. Nobody does a
//! step that another has to do.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use api::bank::catalogue::Catalogue;
use api::http::limits::Bounds;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::actor::Role;
use domain::user::DataScope;
use serde_json::{Value, json};
use tests::office::{FUND, SmallOffice, WANG, ZHAO};

use crate::client::{COMMUNITY, Doors, id_number, member};

struct Staff {
    clerk: String,
    reviewer: String,
    approver: String,
    finance: String,
}

async fn staff(doors: &Doors) -> Staff {
    let of = async |name: &str, role| doors.token(name, role, DataScope::Everywhere).await;
    Staff {
        clerk: of("li.na", Role::Clerk).await,
        reviewer: of("wu.gang", Role::Reviewer).await,
        approver: of("sun.qiang", Role::Approver).await,
        finance: of("zheng.shu", Role::Finance).await,
    }
}

async fn done(doors: &Doors, token: &str, path: &str, body: &Value) -> Value {
    let reply = doors.post(token, path, body).await;
    assert_eq!(reply.status, 200, "{path}: {reply:?}");
    reply.json()
}

/// The doors of an office whose bank takes a layout of its own.
async fn doors_with_a_layout_of_their_own() -> Doors {
    let folder = tempfile::tempdir().unwrap();
    let layout = include_str!("../../api/src/bank/layouts/plain_csv.toml");
    let own = layout.replace("\"plain_csv\"", "\"own_bank\"").replace("text = \"P\"", "text = \"付\"");
    fs::write(folder.path().join("own.toml"), own).unwrap();
    let mut small = SmallOffice::open().await;
    small.office.bank_layouts = Arc::new(Catalogue::with_folder(folder.path()).unwrap());
    Doors::with(small, Bounds { per_minute: 100_000, ..Bounds::default() }).await
}

#[tokio::test]
async fn a_benefit_is_applied_for_decided_and_paid_through_the_door() {
    let doors = doors_with_a_layout_of_their_own().await;
    let staff = staff(&doors).await;
    let number = id_number("99011419400101001");
    let members = json!({ "members": [member("HLG-20", "钱国强", &number, COMMUNITY)] });
    done(&doors, &staff.clerk, "/households", &members).await;
    let today = api::processes::office_day(chrono::Utc::now());
    let application = json!({ "application": {
        "applicant": number, "household_number": "HLG-20", "program": "高龄老年人津贴",
        "consulted_on": today.to_string(), "applied_on": today.to_string(),
    }});
    let case = done(&doors, &staff.clerk, "/cases", &application).await["id"].as_str().unwrap().to_owned();
    let decided = json!({ "outcome": "approved" });
    let early = doors.post(&staff.approver, &format!("/cases/{case}/decision"), &decided).await;
    assert_eq!(early.status, 409, "{early:?}");
    let own = doors.post(&staff.clerk, &format!("/cases/{case}/review"), &decided).await;
    assert_eq!((own.status, own.code().as_str()), (403, "role_not_allowed"));
    done(&doors, &staff.reviewer, &format!("/cases/{case}/review"), &decided).await;
    done(&doors, &staff.approver, &format!("/cases/{case}/decision"), &decided).await;
    let entry = doors.get(&staff.clerk, &format!("/cases/{case}")).await.json();
    assert_eq!(entry["stage"], "enrolled", "{entry}");
    pay(&doors, &staff).await;
}

/// March 2023 for those who were on the roll before.
async fn pay(doors: &Doors, staff: &Staff) {
    let run = json!({ "month": "2023-03", "programs": ["subsistence_allowance"], "fund": FUND });
    let prepared = done(doors, &staff.clerk, "/runs", &run).await;
    let id = prepared["run_id"].as_str().unwrap().to_owned();
    assert!(prepared["line_count"].as_u64().unwrap() >= 1, "{prepared}");
    let unseen = json!({ "warnings_seen": prepared["warning_count"].as_u64().unwrap() + 1 });
    let refused = doors.post(&staff.clerk, &format!("/runs/{id}/submission"), &unseen).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "warnings_unseen"));
    let seen = json!({ "warnings_seen": prepared["warning_count"] });
    done(doors, &staff.clerk, &format!("/runs/{id}/submission"), &seen).await;
    done(doors, &staff.approver, &format!("/runs/{id}/approval"), &json!({})).await;
    let release = json!({ "layout": "own_bank" });
    let released = done(doors, &staff.finance, &format!("/runs/{id}/release"), &release).await;
    let file = STANDARD.decode(released["files_base64"][0].as_str().unwrap()).unwrap();
    let file = String::from_utf8(file).unwrap();
    assert!(file.lines().any(|line| line.starts_with("付,")), "{file}");
    assert!(!file.contains(WANG.account) && !file.contains(ZHAO.account), "they are in another program");
    // answers are kept one after another, a moment after they are given
    let again = doors.post_as(&staff.clerk, &format!("/runs/{id}/submission"), &seen, "after", &[]).await;
    assert_eq!(again.status, 200, "{again:?}");
    let after = doors.small.office.derived("http_request", "li.na|after");
    let owner = doors.small.ledger.owner();
    let kept_after =
        || sqlx::query("select from app_answers where key = $1").bind(after).fetch_optional(owner);
    while kept_after().await.unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let kept: i64 = sqlx::query_scalar("select count(*) from app_answers where body like '%files_base64%'")
        .fetch_one(owner)
        .await
        .unwrap();
    assert_eq!(kept, 0, "files with accounts are not kept");
    let listed = doors.get(&staff.finance, &format!("/runs/{id}/payments")).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len() as u64, released["line_count"].as_u64().unwrap());
    answer(doors, &staff.finance, &id, &listed["items"]).await;
    assert!(doors.get(&staff.finance, "/trial-balance").await.json()["difference_fen"] == 0);
}

/// The bank's answer, in the office's own layout: every payment arrived.
async fn answer(doors: &Doors, token: &str, run: &str, payments: &Value) {
    let payments = payments.as_array().unwrap();
    let line = |payment: &Value| format!("{},settled,R-1\n", payment["payment_id"].as_str().unwrap());
    let file: String =
        std::iter::once("payment,result,reference\n".to_owned()).chain(payments.iter().map(line)).collect();
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("idempotency-key", "answer"),
        ("content-type", "application/octet-stream"),
    ];
    let path = format!("/runs/{run}/returns?layout=own_bank");
    let taken = doors.send("POST", &path, &headers, file.as_bytes()).await;
    assert_eq!(taken.status, 200, "{taken:?}");
    let run = doors.get(token, &format!("/runs/{run}")).await.json();
    assert_eq!(run["stage"], "reconciled", "{run}");
}
