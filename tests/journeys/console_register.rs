//! The console's forms: a household, its application and what changes later; people found by name; and what was paid too
//! much asked back.

use axum::http::StatusCode;
use tests::counter::PERSON;

use crate::paying::{FUND, settled};
use crate::visitors::{Browser, office_with_a_console};

/// Somebody who is not registered yet.
pub const NEWCOMER: &str = "990114195002030023";

pub const HOUSEHOLD: [(&str, &str); 8] = [
    ("household_number", "HLG-2"),
    ("relation", "户主"),
    ("name", "单建国"),
    ("id_number", NEWCOMER),
    ("hukou", "本市户籍"),
    ("community", "龙泽苑东社区"),
    ("address", "2号楼2室"),
    ("registered_on", "2023-01-05"),
];

fn with<'a>(fields: &[(&'a str, &'a str)], name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(known, held)| (*known, if *known == name { value } else { *held })).collect()
}

#[tokio::test]
async fn a_clerk_registers_a_household_an_application_and_a_change_by_form() {
    let (counter, _, app, router) = office_with_a_console().await;
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let sheet = "/register/household";
    let asked = clerk.get(sheet).await;
    assert!(asked.text().contains("register-household_number"), "{}", asked.text());
    let wrong = clerk.post(sheet, &with(&HOUSEHOLD, "id_number", "990114195002030020")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("id_number_invalid") && wrong.text().contains("register-id_number-wrong"));
    assert!(wrong.text().contains("value=\"单建国\""), "what was typed is kept");
    let taken = clerk.post(sheet, &with(&HOUSEHOLD, "id_number", PERSON)).await;
    assert_ne!(taken.status, StatusCode::SEE_OTHER, "somebody else has this number");
    let home = clerk.post(sheet, &HOUSEHOLD).await;
    assert!(home.location.starts_with("/households/"), "{}", home.text());
    assert!(clerk.get(&home.location).await.text().contains("单*国"));

    let application = [
        ("applicant", NEWCOMER),
        ("household_number", "HLG-2"),
        ("program", "高龄老年人津贴"),
        ("consulted_on", ""),
        ("applied_on", "2023-02-01"),
    ];
    let other = clerk.post("/register/application", &with(&application, "household_number", "HLG-1")).await;
    assert!(other.text().contains("other_household"), "{}", other.text());
    let case = clerk.post("/register/application", &application).await;
    assert!(case.location.starts_with("/cases/"), "{}", case.text());
    assert!(clerk.get(&case.location).await.text().contains("受理"));
    let change = [
        ("id_number", NEWCOMER),
        ("kind", "账户变更"),
        ("effective_on", "2023-03-01"),
        ("reported_on", "2023-03-01"),
        ("account", "99011400"),
    ];
    let changed = clerk.post("/register/change", &change).await;
    assert_eq!(changed.location, home.location, "{}", changed.text());
    assert!(clerk.get(&home.location).await.text().contains("尾号 1400"));

    let mut elsewhere = Browser::signed_in(&router, "zhao.min").await;
    let foreign = elsewhere.post(sheet, &with(&HOUSEHOLD, "household_number", "HLG-3")).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN, "of another community");
    let unknown = elsewhere.post("/register/change", &change).await;
    assert!(unknown.text().contains("unknown_person"), "not even that there is one");
    let mut reviewer = Browser::signed_in(&router, "li.qiang").await;
    assert_eq!(reviewer.post(sheet, &HOUSEHOLD).await.status, StatusCode::FORBIDDEN);
    assert_eq!(clerk.get("/register/nothing").await.status, StatusCode::NOT_FOUND);

    for typed in ["单建国", "建国", "sjg", "shanjianguo"] {
        let found = clerk.post("/find", &[("text", typed)]).await;
        assert!(
            found.text().contains("单*国") && !found.text().contains("王*英"),
            "{typed}: {}",
            found.text()
        );
    }
    assert!(clerk.post("/find", &[("text", "wxy")]).await.text().contains("王*英"));
    assert_eq!(clerk.post("/find", &[("text", "zzz")]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(elsewhere.post("/find", &[("text", "sjg")]).await.status, StatusCode::NOT_FOUND);
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}

/// The form that the page holds.
fn form_of(page: &str) -> String {
    let (_, after) = page.split_once("name=\"form\" value=\"").unwrap_or_else(|| panic!("{page}"));
    after.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_form_that_is_sent_twice_acts_once_and_a_new_one_acts_again() {
    let (counter, _, app, router) = office_with_a_console().await;
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let length = async || app.office().repository.log().length().await.unwrap();
    let today = api::processes::office_day(chrono::Utc::now()).to_string();
    let account = |number: &'static str, form: String| {
        let fixed = [("id_number", PERSON), ("kind", "账户变更"), ("effective_on", today.as_str())];
        let more = [("reported_on", today.as_str()), ("account", number)];
        let known = fixed.into_iter().chain(more).map(|(name, value)| (name, value.to_owned()));
        known.chain([("form", form)]).collect::<Vec<_>>()
    };
    let mut send = async |fields: &[(&'static str, String)]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let sent = clerk.post("/register/change", &fields).await;
        assert!(sent.location.starts_with("/households/"), "{}", sent.text());
        form_of(clerk.get("/register/change").await.text())
    };
    let mut form = send(&account("99011400", String::new())).await;
    let mut before = length().await;
    let first = account("99011401", form.clone());
    for (number, grows) in [("99011401", 1), ("99011402", 1), ("99011401", 1), ("99011401", 0)] {
        let typed = account(number, form);
        send(&typed).await;
        assert_eq!(length().await, before + grows, "{number}");
        form = send(&typed).await;
        assert_eq!(length().await, before + grows, "{number}, sent twice");
        before += grows;
    }
    form = send(&account("99011402", form)).await;
    before = length().await;
    // the first form comes late, out of a browser that tries again: it was done then
    send(&first).await;
    assert_eq!(length().await, before);
    // a case is suspended, which is no repeat of anything
    let suspended = [("id_number", PERSON), ("kind", "失联停发"), ("effective_on", today.as_str())];
    let mut suspended = [&suspended[..], &[("reported_on", today.as_str())]].concat();
    suspended.push(("form", &form));
    let told = clerk.post("/register/change", &suspended).await;
    assert!(told.location.starts_with("/households/"), "{}", told.text());
    assert_eq!(length().await, before + 1);
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn what_a_late_death_left_paid_too_much_comes_back_by_a_plan_of_two_people() {
    let (counter, case, app, router) = office_with_a_console().await;
    let fund = app.office().fund_id(FUND).to_string();
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let mut approver = Browser::signed_in(&router, "chen.jing").await;
    let mut finance = Browser::signed_in(&router, "liu.yang").await;
    let plan = [
        ("month", "2023-11"),
        ("program", "advanced_age_allowance"),
        ("fund", fund.as_str()),
        ("number", "1"),
    ];
    let run = clerk.post("/runs", &plan).await.location;
    assert_eq!(clerk.post(&format!("{run}/submit"), &[]).await.location, run);
    assert_eq!(approver.post(&format!("{run}/approve"), &[]).await.location, run);
    let file = finance.post(&format!("{run}/files"), &[("layout", "plain_csv"), ("execution_on", "")]).await;
    let results = settled(file.text());
    let taken = finance.upload(&format!("{run}/results"), "plain_csv", &results).await.location;
    assert!(taken.starts_with(&format!("{run}?taken=")), "{taken}");

    let death = [
        ("id_number", PERSON),
        ("kind", "死亡"),
        ("effective_on", "2023-10-20"),
        ("reported_on", "2023-12-20"),
    ];
    let told = clerk.post("/register/change", &death).await;
    assert!(told.location.starts_with("/households/"), "{}", told.text());
    let case = case.to_string();
    let heirs = [("case", case.as_str()), ("way", "heirs"), ("estate", "5000"), ("reason", "")];
    assert_eq!(clerk.post("/recoveries", &heirs).await.status, StatusCode::FORBIDDEN, "finance proposes");
    let typed = finance.post("/recoveries", &with(&heirs, "estate", "5,000.001")).await;
    assert!(typed.text().contains("amount_malformed") && typed.text().contains("5,000.001"));
    let proposed = finance.post("/recoveries", &heirs).await;
    assert_eq!(proposed.location, "/recoveries", "{}", proposed.text());
    let page = approver.get("/recoveries").await;
    assert!(approver.get("/").await.text().contains("追回方案待审批"));
    let (_, after) = page.text().split_once("action=\"/recoveries/").unwrap();
    let plan = format!("/recoveries/{}", after.split('/').next().unwrap());
    assert_eq!(
        finance.post(&format!("{plan}/approve"), &[("confirm", "yes")]).await.status,
        StatusCode::FORBIDDEN
    );
    let hasty = approver.post(&format!("{plan}/approve"), &[]).await;
    assert!(hasty.text().contains("confirmation_missing"), "{}", hasty.text());
    let approved = approver.post(&format!("{plan}/approve"), &[("confirm", "yes")]).await;
    assert_eq!(approved.location, "/recoveries", "{}", approved.text());
    let repayments = format!("/recoveries/cases/{case}/repayments");
    let today = api::processes::office_day(chrono::Utc::now()).to_string();
    let repay = [("amount", "100.00"), ("received_on", today.as_str())];
    assert_eq!(clerk.post(&repayments, &repay).await.status, StatusCode::FORBIDDEN);
    let taken = finance.post(&repayments, &repay).await;
    assert_eq!(taken.location, "/recoveries", "{}", taken.text());
    assert!(finance.get("/recoveries").await.text().contains("没有未退清的款项"));
    let person = approver.post("/find", &[("text", PERSON)]).await.location;
    assert!(approver.get(&person).await.text().contains("已追回"));
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}
