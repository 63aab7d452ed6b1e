//! Public notices: what everybody sees without an account, and what they can say.

use api::app::App;
use api::processes::{
    Desk, Step, check_means, hold_consultation, receive_application, recommend, visit_home,
};
use api::registers::{RawRow, RegisterRow, applications};
use axum::http::StatusCode;
use chrono::{Days, Utc};
use domain::benefit_case::{BenefitCaseCommand, Outcome};
use domain::ids::CaseId;
use tests::counter::PERSON;
use tests::personas;
use uuid::Uuid;

use crate::visitors::{Browser, office_with_a_console};

/// Puts an application for the subsistence allowance on notice today.
async fn a_case_on_notice(app: &App) -> CaseId {
    let office = app.office();
    let desk = |actor| Desk::new(actor, Utc::now());
    let clerk = desk(personas::clerk());
    let today = clerk.today().to_string();
    let cells = [PERSON, "HLG-1", "最低生活保障", &today, &today].map(str::to_owned);
    let asked = applications::Row::read(&RawRow::from_texts(1, cells)).unwrap();
    hold_consultation(office, &clerk, &asked).await.unwrap();
    let case = receive_application(office, &clerk, &asked).await.unwrap();
    check_means(office, &clerk, case).await.unwrap();
    let visitors = vec![personas::clerk().id, personas::second_clerk().id];
    visit_home(office, &clerk, case, visitors, "与申报一致").await.unwrap();
    recommend(office, &desk(personas::reviewer()), case, Outcome::Approved).await.unwrap();
    // the working days of this year may not be published yet, so the test says when the notice ends
    let posted_on = clerk.today();
    let post = BenefitCaseCommand::PostNotice {
        posted_on,
        notice_days: 7,
        earliest_decision_on: posted_on + Days::new(8),
    };
    let step = Step::BenefitCase(case.subject.case_id.to_string(), post);
    office.together(&clerk, Uuid::new_v4(), [step]).await.unwrap();
    case.subject.case_id
}

#[tokio::test]
async fn anybody_sees_a_notice_with_a_masked_name_and_objects_and_the_clerk_is_told() {
    let (counter, _, app, router) = office_with_a_console().await;
    let mut nobody = Browser::new(&router);
    assert!(nobody.get("/notices").await.text().contains("目前没有公示"));
    let case = a_case_on_notice(&app).await;
    let list = nobody.get("/notices").await;
    assert!(list.text().contains("王*英") && list.text().contains("noindex"), "{}", list.text());
    let secrets =
        ["王秀英".to_owned(), PERSON.to_owned(), "1号楼".to_owned(), "99011400".to_owned(), case.to_string()];
    assert!(secrets.iter().all(|secret| !list.text().contains(secret)), "{}", list.text());
    let (_, name) = list.text().split_once("/notices/").unwrap();
    let notice = format!("/notices/{}", &name[..36]);
    let page = nobody.get(&notice).await;
    assert!(secrets.iter().all(|secret| !page.text().contains(secret)), "{}", page.text());
    assert_eq!(nobody.get(&format!("/notices/{case}")).await.status, StatusCode::NOT_FOUND, "another name");

    let objections = format!("{notice}/objections");
    let short = nobody.post(&objections, &[("words", "不对"), ("contact", "<b>")]).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        short.text().contains("不对") && !short.text().contains("<b>"),
        "what was typed is kept: {}",
        short.text()
    );
    let words = [("words", "该户另有一套出租房，未见申报，请核实。"), ("contact", "13900000000")];
    let taken = nobody.post(&objections, &words).await;
    assert!(taken.text().contains("回执号 GS-"), "{}", taken.text());
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let desk = clerk.get("/").await;
    assert!(
        desk.text().contains("公示异议待核实") && desk.text().contains(&case.to_string()),
        "{}",
        desk.text()
    );
    let mut elsewhere = Browser::signed_in(&router, "zhao.min").await;
    assert!(!elsewhere.get("/").await.text().contains("公示异议待核实"));
    let log = app.office().repository.log();
    for stored in log.read_from(0, 1_000).await.unwrap() {
        let text = format!("{stored:?}");
        assert!(!text.contains("13900000000") && !text.contains("出租房"), "{}", stored.event_type);
    }
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn objections_are_taken_few_at_a_time() {
    let (_counter, _, app, router) = office_with_a_console().await;
    a_case_on_notice(&app).await;
    let mut nobody = Browser::new(&router);
    let list = nobody.get("/notices").await;
    let (_, name) = list.text().split_once("/notices/").unwrap();
    let objections = format!("/notices/{}/objections", &name[..36]);
    let words = [("words", "该户情况与公示不符，请核实。")];
    for _ in 0..5 {
        assert_eq!(nobody.post(&objections, &words).await.status, StatusCode::OK);
    }
    let more = nobody.post(&objections, &words).await;
    assert_eq!(more.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(more.text().contains("请核实"), "what was typed is kept");
    let elsewhere = nobody.post_from("http://evil.example", &objections, &words).await;
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
    app.close().await.unwrap();
}
