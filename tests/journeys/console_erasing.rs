//! At the console: one person asks that somebody be erased and another decides; what the law keeps is restricted; a donor's
//! request is decided by whoever may.

use api::console::{Console, Entrance, routes};
use api::processes::erasure;
use axum::Router;
use axum::http::StatusCode;
use domain::ids::PersonId;
use tests::counter::{Counter, PERSON};
use tests::office::{SmallOffice, at_work};
use tests::personas;

use crate::console_audit::auditor;
use crate::console_register::{HOUSEHOLD, NEWCOMER};
use crate::visitors::{Browser, Got, office_with_a_console, open_accounts};

const BASIS: &str = "个人信息保护法第四十七条";
const ALL: [(&str, &str); 2] = [("class", "vouchers"), ("basis", BASIS)];
const REASON: (&str, &str) = ("reason", "本人撤回");

/// Somebody of whom no law keeps anything, registered by form. Gives the page of the erasure.
async fn newcomer(clerk: &mut Browser) -> String {
    let home = clerk.post("/register/household", &HOUSEHOLD).await;
    assert!(home.location.starts_with("/households/"), "{}", home.text());
    format!("{}/erasure", clerk.post("/find", &[("text", NEWCOMER)]).await.location)
}

/// What the form to approve was made on.
fn seen_on(page: &Got) -> String {
    let (_, after) =
        page.text().split_once("name=\"seen\" value=\"").unwrap_or_else(|| panic!("{}", page.text()));
    after.split('"').next().unwrap().to_owned()
}

fn says(page: &Got, parts: &[&str]) {
    for part in parts {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
}

fn refused(got: &Got, status: StatusCode, parts: &[&str]) {
    assert_eq!(got.status, status, "{}", got.text());
    says(got, parts);
}

#[tokio::test]
async fn a_clerk_asks_an_approver_erases_and_nothing_of_the_person_is_shown_again() {
    let (counter, _, app, router) = office_with_a_console().await;
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let mut approver = Browser::signed_in(&router, "chen.jing").await;
    says(&clerk.get("/erasures").await, &["没有删除申请", "先查找此人"]);
    let page = newcomer(&mut clerk).await;
    let person = page.trim_end_matches("/erasure").to_owned();
    says(&clerk.get(&person).await, &[&format!("href=\"{page}\"")]);
    says(&clerk.get(&page).await, &["单*国", "无保管义务", "可以删除", "批准之后不能恢复"]);
    let step = |name: &str| format!("{page}/{name}");

    let long = "依".repeat(201);
    for basis in [" ", &long] {
        let wrong = clerk.post(&step("request"), &[("class", "case_work"), ("basis", basis)]).await;
        let kept = format!("value=\"{basis}\"");
        let parts = ["basis_invalid", "id=\"request-basis-wrong\"", "value=\"case_work\" selected", &kept];
        refused(&wrong, StatusCode::UNPROCESSABLE_ENTITY, &parts);
    }
    let other = clerk.post(&step("request"), &[("class", "all"), ("basis", BASIS)]).await;
    refused(&other, StatusCode::UNPROCESSABLE_ENTITY, &["choice_unknown", BASIS]);
    for _ in 0..2 {
        assert_eq!(clerk.post(&step("request"), &ALL).await.location, page, "twice is once");
    }
    says(&clerk.get(&page).await, &["申请等待审核、审批人员决定", "wang.fang", BASIS]);
    assert_eq!(clerk.post(&step("approve"), &[("confirm", "yes")]).await.status, StatusCode::FORBIDDEN);

    says(&approver.get("/").await, &["删除申请待决定", &format!("href=\"{page}\"")]);
    let asked = approver.get(&page).await;
    let told = [
        "wang.fang",
        BASIS,
        "从此任何人都不能打开",
        "会计凭证的密钥同时销毁",
        "谁也不能恢复",
        "随时可以退回",
    ];
    says(&asked, &told);
    let seen = ("seen", seen_on(&asked));
    let hasty = approver.post(&step("approve"), &[("seen", &seen.1)]).await;
    refused(&hasty, StatusCode::UNPROCESSABLE_ENTITY, &["confirmation_missing"]);
    let blind = approver.post(&step("approve"), &[("confirm", "yes")]).await;
    refused(&blind, StatusCode::UNPROCESSABLE_ENTITY, &["choice_unknown"]);
    says(&approver.get(&person).await, &["单*国"]);
    for _ in 0..2 {
        let done = approver.post(&step("approve"), &[("confirm", "yes"), ("seen", &seen.1)]).await;
        assert_eq!(done.location, page, "twice is once: {}", done.text());
    }
    let gone = approver.get(&page).await;
    says(&gone, &["（已删除）", "个人信息已删除，没有可办理的事项", "chen.jing"]);
    let masked = clerk.get(&person).await;
    says(&masked, &["（已删除）"]);
    assert!(
        [&masked, &gone].iter().all(|page| !page.text().contains("单*") && !page.text().contains("建国"))
    );
    assert_eq!(clerk.post("/find", &[("text", NEWCOMER)]).await.status, StatusCode::NOT_FOUND);
    says(&clerk.get("/erasures").await, &["已删除", "（已删除）", BASIS]);
    assert!(!approver.get("/").await.text().contains("删除申请待决定"));
    refused(
        &clerk.post(&step("request"), &[("class", "vouchers"), ("basis", BASIS)]).await,
        StatusCode::SEE_OTHER,
        &[],
    );
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn a_reviewer_who_asked_does_not_decide_and_an_approval_is_of_the_request_that_was_seen() {
    let (counter, _, app, router) = office_with_a_console().await;
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let mut reviewer = Browser::signed_in(&router, "li.qiang").await;
    let mut approver = Browser::signed_in(&router, "chen.jing").await;
    let page = newcomer(&mut clerk).await;
    let step = |name: &str| format!("{page}/{name}");
    let narrow = [("class", "case_work"), ("basis", BASIS)];
    assert_eq!(reviewer.post(&step("request"), &narrow).await.location, page);
    let own = reviewer.get(&page).await;
    says(&own, &["您提出了申请，须由其他审核、审批人员决定", "会计凭证的密钥保留"]);
    assert!(!own.text().contains(&format!("action=\"{}\"", step("approve"))), "{}", own.text());
    assert!(!reviewer.get("/").await.text().contains("删除申请待决定"), "it waits for somebody else");
    let seen = seen_on(&approver.get(&page).await);
    let approve = [("confirm", "yes"), ("seen", seen.as_str())];
    refused(&reviewer.post(&step("approve"), &approve).await, StatusCode::FORBIDDEN, &["four_eyes"]);

    let silent = approver.post(&step("reject"), &[("reason", "")]).await;
    refused(&silent, StatusCode::UNPROCESSABLE_ENTITY, &["reason_invalid", "id=\"reject-reason-wrong\""]);
    assert_eq!(approver.post(&step("reject"), &[REASON]).await.location, page);
    says(&clerk.get(&page).await, &["已退回", "chen.jing", "本人撤回"]);
    // a request for more than the approver has read
    assert_eq!(clerk.post(&step("request"), &ALL).await.location, page);
    let late = approver.post(&step("approve"), &approve).await;
    assert!(!late.status.is_success() && late.location.is_empty(), "{}", late.text());
    says(&late, &["version_changed", "单*国"]);
    let seen = seen_on(&approver.get(&page).await);
    let done = approver.post(&step("approve"), &[("confirm", "yes"), ("seen", &seen)]).await;
    assert_eq!(done.location, page, "{}", done.text());
    let list = clerk.get("/erasures").await;
    says(&list, &["已退回", "已删除", "li.qiang", "wang.fang"]);
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn what_is_at_work_is_named_and_who_is_restricted_is_shown_to_nobody_until_it_is_lifted() {
    let (counter, case, app, router) = office_with_a_console().await;
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let mut approver = Browser::signed_in(&router, "chen.jing").await;
    let busy = format!("{}/erasure", clerk.post("/find", &[("text", PERSON)]).await.location);
    let open = clerk.get(&busy).await;
    says(&open, &["尚未办结", &format!("href=\"/cases/{case}\""), "有未办结事项", "办结后起算"]);
    assert!(!open.text().contains("name=\"basis\""), "nothing to be filled in: {}", open.text());
    refused(
        &clerk.post(&format!("{busy}/request"), &ALL).await,
        StatusCode::UNPROCESSABLE_ENTITY,
        &["case_open"],
    );
    let restrict = [("basis", BASIS), ("confirm", "yes")];
    let refusal = approver.post(&format!("{busy}/restrict"), &restrict).await;
    refused(&refusal, StatusCode::UNPROCESSABLE_ENTITY, &["case_open"]);

    let page = newcomer(&mut clerk).await;
    let person = page.trim_end_matches("/erasure").to_owned();
    let step = |name: &str| format!("{page}/{name}");
    assert_eq!(clerk.post(&step("restrict"), &restrict).await.status, StatusCode::FORBIDDEN);
    let hasty = approver.post(&step("restrict"), &[("basis", BASIS)]).await;
    let kept = format!("value=\"{BASIS}\"");
    refused(&hasty, StatusCode::UNPROCESSABLE_ENTITY, &["confirmation_missing", &kept]);
    assert_eq!(approver.post(&step("restrict"), &restrict).await.location, page);
    says(&clerk.get(&person).await, &["（限制处理）"]);
    let hidden = clerk.get(&page).await;
    says(&hidden, &["（限制处理）", "起限制处理"]);
    assert!(!hidden.text().contains("单*国"));
    assert_eq!(clerk.post("/find", &[("text", "单建国")]).await.status, StatusCode::NOT_FOUND);
    let silent = approver.post(&step("lift"), &[("reason", " ")]).await;
    refused(&silent, StatusCode::UNPROCESSABLE_ENTITY, &["reason_invalid", "id=\"lift-reason-wrong\""]);
    assert_eq!(approver.post(&step("lift"), &[("reason", "本人重新申请")]).await.location, page);
    says(&clerk.get(&page).await, &["单*国", "本人重新申请"]);
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn an_auditor_looks_on_and_another_community_another_role_and_an_unknown_step_get_nothing() {
    let (counter, _, app, router) = office_with_a_console().await;
    auditor(&counter, "zhou.zheng", None);
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let page = newcomer(&mut clerk).await;
    assert_eq!(clerk.post(&format!("{page}/request"), &ALL).await.location, page);
    let mut auditor = Browser::signed_in(&router, "zhou.zheng").await;
    for path in ["/erasures", &page] {
        let shown = auditor.get(path).await;
        refused(&shown, StatusCode::OK, &[BASIS, "wang.fang"]);
        assert!(!shown.text().contains("/erasure/"), "no form: {}", shown.text());
    }
    let acts = [("request", ALL.to_vec()), ("approve", vec![("confirm", "yes")]), ("reject", vec![REASON])];
    for (step, typed) in &acts {
        assert_eq!(
            auditor.post(&format!("{page}/{step}"), typed).await.status,
            StatusCode::FORBIDDEN,
            "{step}"
        );
    }
    for account in ["liu.yang", "sun.lei"] {
        let mut browser = Browser::signed_in(&router, account).await;
        for path in ["/erasures", &page] {
            assert_eq!(browser.get(path).await.status, StatusCode::FORBIDDEN, "{account} {path}");
        }
    }
    let mut elsewhere = Browser::signed_in(&router, "ma.li").await;
    assert_eq!(elsewhere.get(&page).await.status, StatusCode::NOT_FOUND);
    let acts = [("approve", vec![("confirm", "yes")]), ("reject", vec![REASON]), ("restrict", ALL.to_vec())];
    for (step, typed) in &acts {
        assert_eq!(
            elsewhere.post(&format!("{page}/{step}"), typed).await.status,
            StatusCode::NOT_FOUND,
            "{step}"
        );
    }
    says(&elsewhere.get("/erasures").await, &["没有删除申请"]);
    assert!(!elsewhere.get("/").await.text().contains("删除申请待决定"));
    let mut approver = Browser::signed_in(&router, "chen.jing").await;
    for path in [
        format!("{page}/become-king"),
        format!("/people/{}/erasure/reject", PersonId::new(uuid::Uuid::nil())),
    ] {
        assert_eq!(approver.post(&path, &[REASON]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    app.close().await.unwrap();
}

/// An office of whose donors one asked, when the law kept the vouchers no longer; the page of that, and the one of the gifts.
async fn office_with_a_donors_request() -> (Counter, Router, String, String) {
    let small = SmallOffice::open().await;
    let gift = small.first("DonationReceived").await;
    let donor = small.text("payload #>> '{DonationReceived,donation,donor}'", gift).await;
    let campaign = small.text("aggregate_id", gift).await;
    let file = erasure::donor::look_up(&small.office, donor.parse().unwrap()).await.unwrap().unwrap();
    let clerk = at_work(personas::clerk(), "2054-01-01");
    erasure::donor::request(&small.office, &clerk, &file, BASIS).await.unwrap();
    let SmallOffice { ledger, office } = small;
    let counter = Counter::over(ledger).await;
    open_accounts(&counter);
    let router = routes(Console::new(office, Entrance::default()));
    (counter, router, format!("/donors/{donor}/erasure"), format!("/campaigns/{campaign}/gifts"))
}

#[tokio::test]
async fn a_donors_request_waits_for_who_decides_and_the_law_is_asked_again() {
    let (_counter, router, page, gifts) = office_with_a_donors_request().await;
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let mut reviewer = Browser::signed_in(&router, "li.qiang").await;
    let mut finance = Browser::signed_in(&router, "liu.yang").await;
    says(&clerk.get(&gifts).await, &[&format!("href=\"{page}\"")]);
    says(&clerk.get("/erasures").await, &["捐赠人", &format!("href=\"{page}\""), BASIS]);
    says(&reviewer.get("/").await, &["捐赠人删除申请待决定", &format!("href=\"{page}\"")]);
    let asked = reviewer.get(&page).await;
    says(&asked, &["首善有我", BASIS, "2054-01-01", "票据显示“已删除”", "自2054-01-01起方可删除"]);
    assert!(!asked.text().contains("慕容"), "a donor is named on no page");
    // the decision is asked today, when the vouchers are still kept
    let approve = [("confirm", "yes")];
    assert_eq!(clerk.post(&format!("{page}/approve"), &approve).await.status, StatusCode::FORBIDDEN);
    let early = reviewer.post(&format!("{page}/approve"), &approve).await;
    refused(&early, StatusCode::UNPROCESSABLE_ENTITY, &["retention_runs"]);
    let silent = reviewer.post(&format!("{page}/reject"), &[("reason", "")]).await;
    refused(&silent, StatusCode::UNPROCESSABLE_ENTITY, &["id=\"reject-reason-wrong\""]);
    assert_eq!(reviewer.post(&format!("{page}/reject"), &[REASON]).await.location, page);
    says(&reviewer.get(&page).await, &["已退回", "本人撤回"]);
    assert!(!reviewer.get("/").await.text().contains("捐赠人删除申请待决定"));
    let again = clerk.post(&format!("{page}/request"), &[("basis", BASIS)]).await;
    refused(&again, StatusCode::UNPROCESSABLE_ENTITY, &["retention_runs"]);
    refused(&finance.get(&page).await, StatusCode::OK, &["您这个岗位在此没有可办理的事项"]);
    let mut administrator = Browser::signed_in(&router, "sun.lei").await;
    assert_eq!(administrator.get(&page).await.status, StatusCode::FORBIDDEN);
    let nobody = "/donors/00000000-0000-0000-0000-000000000000/erasure";
    assert_eq!(clerk.get(nobody).await.status, StatusCode::NOT_FOUND);
}
