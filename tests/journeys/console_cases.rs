//! The console's page of a case: who can do what next, what is refused, and the case as it was known on other days.

use axum::http::StatusCode;
use tests::counter::{Counter, PERSON};

use crate::visitors::{Browser, a_case_to_review, office_with_a_console};

/// The version that the page says it shows, as its forms send it along.
fn version(page: &str) -> String {
    let (_, after) = page.split_once("name=\"version\" value=\"").unwrap();
    after.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_case_is_reviewed_withdrawn_decided_and_appealed_by_four_people_at_its_page() {
    let (counter, _, app, router) = office_with_a_console().await;
    let case = format!("/cases/{}", a_case_to_review(&counter, &app).await);
    let step = |name: &str| format!("{case}/{name}");
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let mut reviewer = Browser::signed_in(&router, "li.qiang").await;
    let mut approver = Browser::signed_in(&router, "chen.jing").await;

    let page = clerk.get(&case).await;
    assert!(page.text().contains("step-request_materials"), "{}", page.text());
    assert!(!page.text().contains("step-recommend") && !page.text().contains("step-decide_eligibility"));
    assert_eq!(
        clerk.post(&step("recommend"), &[("outcome", "approved")]).await.status,
        StatusCode::FORBIDDEN
    );
    let missing = [("materials", "病历\n\n诊断书"), ("due_on", "2001-01-01")];
    let refused = clerk.post(&step("request_materials"), &missing).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("诊断书</textarea>"), "what was typed is kept");
    assert!(refused.text().contains("due_passed") || refused.text().contains("due_date_passed"));
    assert!(refused.text().contains("request_materials-due_on-wrong"), "the refusal stands at its field");

    let seen = version(reviewer.get(&case).await.text());
    let recommend = [("outcome", "approved"), ("version", seen.as_str())];
    assert_eq!(reviewer.post(&step("recommend"), &recommend).await.location, case);
    assert_eq!(reviewer.post(&step("recommend"), &recommend).await.location, case, "sent twice, done once");
    let stale = [("outcome", "refused"), ("version", seen.as_str())];
    assert!(reviewer.post(&step("recommend"), &stale).await.text().contains("version_changed"));
    assert_eq!(reviewer.post(&step("withdraw_review"), &[]).await.location, case);
    let gathering = reviewer.get(&case).await;
    assert!(gathering.text().contains("撤回审核意见") && !gathering.text().contains("step-withdraw_review"));
    assert!(!approver.get(&case).await.text().contains("step-decide_eligibility"), "nothing to decide yet");
    assert_eq!(reviewer.post(&step("recommend"), &[("outcome", "refused")]).await.location, case);

    let look = approver.get(&case).await;
    assert!(look.text().contains("按现行规则核定"), "the rules are shown before the decision");
    let hasty = approver.post(&step("decide_eligibility"), &[("outcome", "refused")]).await;
    assert!(hasty.text().contains("confirmation_missing"), "{}", hasty.text());
    let refuse = [("outcome", "refused"), ("confirm", "yes")];
    let decided = approver.post(&step("decide_eligibility"), &refuse).await;
    assert_eq!(decided.location, case, "{}", decided.text());

    let page = clerk.get(&case).await;
    assert!(page.text().contains("不予批准") && page.text().contains("step-file_appeal"), "{}", page.text());
    let today = api::processes::office_day(chrono::Utc::now()).to_string();
    let appeal = [("note", "<b>不服</b>"), ("served_on", today.as_str()), ("filed_on", today.as_str())];
    assert_eq!(clerk.post(&step("file_appeal"), &appeal).await.location, case);
    let told = approver.get(&case).await;
    assert!(!told.text().contains("<b>不服"), "what was written stays sealed");
    let uphold = [("outcome", "approved"), ("confirm", "yes")];
    let own = approver.post(&step("decide_appeal"), &uphold).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "who refused does not decide the appeal");
    assert!(own.text().contains("four_eyes"));
    end(counter, app).await;
}

#[tokio::test]
async fn payment_is_held_by_one_clerk_and_let_go_by_another_and_no_step_is_open_to_strangers() {
    let (counter, case, app, router) = office_with_a_console().await;
    let case = format!("/cases/{case}");
    let step = |name: &str| format!("{case}/{name}");
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let mut other = Browser::signed_in(&router, "he.ping").await;
    let hold = [("months", "2023-12"), ("reason", "other"), ("note", "")];
    let refused = clerk.post(&step("hold_payment"), &hold).await;
    assert!(refused.text().contains("hold_note_missing") && refused.text().contains("value=\"2023-12\""));
    let hold = [("months", "2023-12"), ("reason", "account_in_doubt"), ("note", "")];
    assert_eq!(clerk.post(&step("hold_payment"), &hold).await.location, case);
    assert!(clerk.get(&case).await.text().contains("登记暂缓的人不得自行解除"));
    let lift = [("months", "2023-12")];
    assert!(clerk.post(&step("lift_payment_hold"), &lift).await.text().contains("lifted_by_holder"));
    assert_eq!(other.post(&step("lift_payment_hold"), &lift).await.location, case);
    assert!(other.get(&case).await.text().contains("解除暂缓 2023-12"));

    let suspend = [("reason", "unreachable"), ("since", "2024-01-01")];
    assert!(clerk.post(&step("suspend"), &suspend).await.text().contains("confirmation_missing"));
    let suspend = [&suspend[..], &[("confirm", "yes")]].concat();
    assert_eq!(clerk.post(&step("suspend"), &suspend).await.location, case);
    assert!(clerk.get(&case).await.text().contains("step-resume"));
    assert_eq!(clerk.post(&step("unheard_of"), &[]).await.status, StatusCode::NOT_FOUND);

    let mut elsewhere = Browser::signed_in(&router, "zhao.min").await;
    assert_eq!(elsewhere.post(&step("close"), &suspend).await.status, StatusCode::NOT_FOUND);
    let mut administrator = Browser::signed_in(&router, "sun.lei").await;
    assert_eq!(administrator.post(&step("close"), &suspend).await.status, StatusCode::FORBIDDEN);
    assert_eq!(elsewhere.get(&step("compare")).await.status, StatusCode::NOT_FOUND);
    let from_elsewhere = clerk.post_from("http://evil.example", &step("close"), &suspend).await;
    assert_eq!(from_elsewhere.status, StatusCode::FORBIDDEN);
    end(counter, app).await;
}

#[tokio::test]
async fn a_case_is_looked_at_as_it_was_known_then_and_two_days_are_compared() {
    let (counter, case, app, router) = office_with_a_console().await;
    let case = format!("/cases/{case}");
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let now = clerk.get(&case).await;
    assert!(now.text().contains("type=\"range\"") && now.text().contains("step-close"));
    let then = clerk.get(&format!("{case}?known=2999-01-01&effective=2023-10-01")).await;
    assert!(then.text().contains("正在查看当时的情况"), "{}", then.text());
    assert!(!then.text().contains("step-close"), "steps are taken today");
    let compared = clerk.get(&format!("{case}/compare?one=2020-01-01&other=2999-01-01")).await;
    assert_eq!(compared.status, StatusCode::OK, "{}", compared.text());
    assert!(compared.text().contains("≠ 不同") && compared.text().contains("龙泽苑东社区"));
    let same = clerk.get(&format!("{case}/compare?one=2999-01-01&other=2999-01-01")).await;
    assert!(!same.text().contains("≠ 不同"));
    let nonsense = clerk.get(&format!("{case}/compare?one=%3Cscript%3E&other=x")).await;
    assert_eq!(nonsense.status, StatusCode::OK, "what is no day is the first and the last");
    assert!(!nonsense.text().contains("<script>alert"));
    end(counter, app).await;
}

#[tokio::test]
async fn a_person_is_masked_until_opened_for_a_reason_that_everybody_then_sees() {
    let (counter, _, app, router) = office_with_a_console().await;
    let mut approver = Browser::signed_in(&router, "chen.jing").await;
    let person = approver.post("/find", &[("text", PERSON)]).await.location;
    let open = format!("{person}/open");
    let masked = approver.get(&person).await;
    assert!(masked.text().contains("王*英") && masked.text().contains("还没有人打开过"), "{}", masked.text());
    assert!(!masked.text().contains(PERSON) && !masked.text().contains("9901140000000000019"));
    assert!(masked.text().contains("class=\"heat\"") && masked.text().contains("待发"), "months are due");
    let silent = approver.post(&open, &[("purpose", " ")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!silent.text().contains(PERSON), "nothing is opened without a reason");
    let opened = approver.post(&open, &[("purpose", "核对来访本人身份")]).await;
    assert!(opened.text().contains("王秀英") && opened.text().contains(PERSON), "{}", opened.text());
    assert!(opened.text().contains("9901140000000000019"));
    let after = approver.get(&person).await;
    assert!(after.text().contains("<td>核对来访本人身份</td>") && !after.text().contains("还没有人打开过"));
    assert!(!after.text().contains(PERSON), "masked again");

    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let refused = clerk.post(&open, &[("purpose", "好奇")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "a clerk opens nobody");
    assert!(!refused.text().contains(PERSON) && !clerk.get(&person).await.text().contains("好奇"));
    let mut elsewhere = Browser::signed_in(&router, "ma.li").await;
    assert_eq!(elsewhere.post(&open, &[("purpose", "好奇")]).await.status, StatusCode::NOT_FOUND);

    let (_, household) = masked.text().split_once("/households/").unwrap();
    let household = format!("/households/{}", household.split('"').next().unwrap());
    let home = clerk.get(&household).await;
    assert!(home.text().contains("王*英") && home.text().contains("龙泽苑东社区"), "{}", home.text());
    let before = clerk.get(&format!("{household}?known=2000-01-01&effective=2000-01-01")).await;
    assert!(before.text().contains("当时还没有记录"));
    assert_eq!(elsewhere.get(&household).await.status, StatusCode::NOT_FOUND);
    end(counter, app).await;
}

async fn end(counter: Counter, app: api::app::App) {
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}
