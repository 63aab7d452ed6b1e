//! The books through the door: a trial balance at any position, and from each sum to the postings and the events behind it.

use std::collections::HashSet;

use domain::actor::Role;
use domain::user::DataScope;
use serde_json::{Value, json};
use tests::office::FUND;

use crate::client::{COMMUNITY, Doors, OTHER};

fn fen(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is no amount"))
}

fn items(page: &Value) -> Vec<Value> {
    page["items"].as_array().unwrap_or_else(|| panic!("{page}")).clone()
}

/// Every posting of an account, three at a time.
async fn postings(doors: &Doors, token: &str, account: &str, asked: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/accounts/{account}/postings?limit=3{asked}{cursor}");
        let page = doors.get(token, &path).await.json();
        found.extend(items(&page));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

fn net(postings: &[Value]) -> i64 {
    postings.iter().map(|each| fen(&each["debit_fen"]) - fen(&each["credit_fen"])).sum()
}

#[tokio::test]
async fn every_sum_of_the_trial_balance_leads_to_its_postings_and_they_to_their_events() {
    let doors = Doors::open().await;
    let finance = doors.token("zheng.shu", Role::Finance, DataScope::Everywhere).await;
    let chart = items(&doors.get(&finance, "/accounts").await.json());
    assert_eq!(chart[0]["statement_account"], "1002 银行存款");
    let balance = doors.get(&finance, "/trial-balance").await.json();
    assert_eq!(balance["total"]["debit_fen"], balance["total"]["credit_fen"]);
    let accounts = balance["accounts"].as_array().unwrap();
    assert!(accounts.len() > 4, "{balance}");
    for line in accounts {
        let code = line["account"].as_str().unwrap();
        assert!(chart.iter().any(|each| each["account"] == code && each["zh"] == line["zh"]), "{line}");
        let postings = postings(&doors, &finance, code, "").await;
        let closing = fen(&line["closing_debit_fen"]) - fen(&line["closing_credit_fen"]);
        assert_eq!(net(&postings), closing, "{code}");
        assert_eq!(fen(&postings.last().unwrap()["balance_fen"]), closing, "{code}");
        let places: HashSet<String> =
            postings.iter().map(|each| format!("{}/{}", each["position"], each["number"])).collect();
        assert_eq!(places.len(), postings.len(), "{code}: none comes twice");
        for posting in &postings {
            let query = "select event_type || stream_id from read_audit_trail where position = $1";
            let event: String = sqlx::query_scalar(query)
                .bind(fen(&posting["position"]))
                .fetch_one(doors.small.ledger.owner())
                .await
                .unwrap();
            let told = [&posting["event"], &posting["stream_id"]].map(|each| each.as_str().unwrap());
            assert_eq!(told.concat(), event);
        }
    }
}

#[tokio::test]
async fn the_books_are_those_of_the_position_fund_program_and_days_that_are_asked_for() {
    let doors = Doors::open().await;
    let finance = doors.token("zheng.shu", Role::Finance, DataScope::Everywhere).await;
    let before = doors.get(&finance, "/trial-balance").await.json();
    let at = before["position"].as_u64().unwrap();
    let fund = doors.small.office.fund_id(FUND);
    let money = json!({ "amount_fen": 5000, "document": "昌财〔2023〕7号", "level": "district" });
    let path = format!("/funds/{fund}/appropriations");
    assert_eq!(doors.post(&finance, &path, &money).await.status, 200);
    assert_eq!(doors.get(&finance, &format!("/trial-balance?at={at}")).await.json(), before);
    let deposits = postings(&doors, &finance, "deposits", "").await;
    let then = postings(&doors, &finance, "deposits", &format!("&at={at}")).await;
    assert_eq!(net(&deposits) - net(&then), 5000);
    assert_eq!(deposits[..then.len()], then);
    let subaccounts = doors.get(&finance, "/trial-balance?subaccounts=true").await.json();
    let district = subaccounts["accounts"].as_array().unwrap().iter();
    let district = district.filter(|line| line["level"] == "district").collect::<Vec<_>>();
    assert_eq!((district.len(), &district[0]["credit_fen"]), (1, &json!(5000)), "{subaccounts}");
    let of_fund = postings(&doors, &finance, "deposits", &format!("&fund={fund}")).await;
    assert!(of_fund.len() < deposits.len() && of_fund.iter().all(|each| each["fund_id"] == json!(fund)));
    let spent = "&program=subsistence_allowance";
    let spent = postings(&doors, &finance, "program_expense", spent).await;
    assert!(!spent.is_empty() && spent.iter().all(|each| each["program"] == "subsistence_allowance"));
    let day = deposits[1]["day"].as_str().unwrap();
    let later = postings(&doors, &finance, "deposits", &format!("&from={day}")).await;
    assert_eq!(later.last(), deposits.last(), "what lies before the days counts for the balance");
    let beyond = doors.get(&finance, &format!("/trial-balance?at={}", at + 1_000)).await;
    assert_eq!((beyond.status, beyond.json()["field"].as_str()), (400, Some("at")));
    let backwards = doors.get(&finance, "/trial-balance?from=2023-02-01&on=2023-01-31").await;
    assert_eq!((backwards.status, backwards.json()["field"].as_str()), (400, Some("from")));
    assert_eq!(doors.get(&finance, "/accounts/pocket/postings").await.status, 404);
}

#[tokio::test]
async fn whose_payment_a_posting_is_stays_with_those_who_see_the_person() {
    let doors = Doors::open().await;
    let near = doors.token("zheng.shu", Role::Finance, DataScope::of([COMMUNITY.to_owned()])).await;
    let far = doors.token("wu.hua", Role::Finance, DataScope::of([OTHER.to_owned()])).await;
    let own = postings(&doors, &near, "in_transit", "").await;
    let others = postings(&doors, &far, "in_transit", "").await;
    assert!(own.iter().all(|each| each["stream"] == "Payment" && each["stream_id"].is_string()));
    assert!(others.iter().all(|each| each["stream_id"].is_null()), "{others:?}");
    assert_eq!(net(&own), net(&others), "the sums are everybody's");
    assert!(!own.is_empty() && own.len() == others.len());
    let appropriated = postings(&doors, &far, "appropriation_income", "").await;
    assert!(appropriated.iter().all(|each| each["stream_id"].is_string()), "a fund is nobody's secret");
}
