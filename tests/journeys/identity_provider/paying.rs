//! A month is paid by three people who came in through the provider, and the bank sends it back.

use api::identity_provider::ProviderWord;
use axum::http::StatusCode;

use super::visitor::{Office, Visitor};
use crate::paying::FUND;

/// Somebody who is linked with a subject of their own and comes in.
async fn comes_in(office: &Office, account: &str) -> Visitor {
    let subject = format!("subject of {account}");
    office.links(account, &subject);
    office.provider.shows(&subject, &["pwd"]);
    let mut visitor = Visitor::new(&office.router);
    visitor.signs_in().await;
    assert!(visitor.is_in().await, "{account}");
    visitor
}

/// The bank sends every line back.
fn returned(file: &str) -> String {
    let payments = file.lines().filter_map(|line| line.strip_prefix("P,")?.split(',').next());
    let lines: String = payments.map(|payment| format!("{payment},returned,AC01\n")).collect();
    format!("payment,result,reference\n{lines}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_prepared_approved_released_and_returned_through_the_provider_s_sessions() {
    let office = Office::open(ProviderWord::NotTaken).await;
    let mut clerk = comes_in(&office, "wang.fang").await;
    let mut approver = comes_in(&office, "chen.jing").await;
    let mut finance = comes_in(&office, "liu.yang").await;
    let fund = office.app.office().fund_id(FUND);
    let plan = format!("month=2023-11&program=advanced_age_allowance&fund={fund}&number=1");
    let prepared = clerk.sends("/runs", &plan).await;
    let run = prepared.location.clone();
    assert!(run.starts_with("/runs/"), "{}", prepared.text);
    assert_eq!(clerk.sends(&format!("{run}/submit"), "").await.location, run);
    // the roles are the ledger's, whoever the provider is
    for (who, step) in [(&mut clerk, "approve"), (&mut approver, "files"), (&mut finance, "approve")] {
        let refused = who.sends(&format!("{run}/{step}"), "layout=plain_csv&execution_on=").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{step}: {}", refused.text);
    }
    assert_eq!(approver.sends(&format!("{run}/approve"), "").await.location, run);
    let file = finance.sends(&format!("{run}/files"), "layout=plain_csv&execution_on=").await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.text);
    let taken = finance.hands_in(&format!("{run}/results"), "plain_csv", &returned(&file.text)).await;
    assert!(taken.location.starts_with(&format!("{run}?taken=")), "{}", taken.text);

    let by: Vec<(String, String)> = sqlx::query_as(
        "select event_type, metadata ->> 'actor_id' from log_events
          where event_type in ('PaymentRunOpened', 'PaymentRunSubmitted', 'PaymentRunApproved',
                               'PaymentRunReleased', 'PaymentReturned')
          order by position",
    )
    .fetch_all(&office.app.office().pool)
    .await
    .unwrap();
    let mut by: Vec<(&str, &str)> = by.iter().map(|(what, who)| (what.as_str(), who.as_str())).collect();
    by.dedup();
    assert_eq!(
        by,
        [
            ("PaymentRunOpened", "wang.fang"),
            ("PaymentRunSubmitted", "wang.fang"),
            ("PaymentRunApproved", "chen.jing"),
            ("PaymentRunReleased", "liu.yang"),
            ("PaymentReturned", "liu.yang"),
        ]
    );
    let doors = office.events("SignedIn").await;
    assert_eq!(doors.iter().filter(|event| event["door"] == "provider").count(), 3);
    office.close().await;
}
