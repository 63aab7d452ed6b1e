//! New rates at the console: tried, proposed by one person, published by another.

use axum::http::StatusCode;

use crate::visitors::{Browser, office_with_a_console};

/// 100 yuan become 160 from October 2023 on.
const DRAFT: &str = r#"
[[parameter]]
key = "advanced_age_80"
[[parameter.row]]
from = "2023-10"
value = "160.00"
announced = "2023-12-20"
source = "京民养老发〔2023〕8号"
status = "sourced"
"#;

#[tokio::test]
async fn a_draft_is_tried_on_the_register_and_published_by_somebody_else() {
    let (counter, _, app, router) = office_with_a_console().await;
    let mut admin = Browser::signed_in(&router, "sun.lei").await;
    let mut approver = Browser::signed_in(&router, "chen.jing").await;
    let page = admin.get("/rates").await;
    assert!(page.text().contains("高龄津贴") && page.text().contains("没有参数草案"), "{}", page.text());
    assert!(page.text().contains("1,450.00") && !page.text().contains("1450.00"), "{}", page.text());
    let tried = admin.post("/rates/trial", &[("text", DRAFT)]).await;
    assert_eq!(tried.status, StatusCode::OK, "{}", tried.text());
    assert!(tried.text().contains("60.00") && tried.text().contains("增加"), "{}", tried.text());
    assert!(!tried.text().contains("/cases/"), "an administrator sees what it costs, and no case");
    let wrong = admin.post("/rates/trial", &[("text", "[[parameter]]\nkey = \"gold\"")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("key = &#34;gold&#34;"), "what was typed is kept: {}", wrong.text());

    let propose = [("document", "京民养老发〔2023〕8号"), ("text", DRAFT)];
    assert_eq!(admin.post("/rates/proposals", &propose).await.location, "/rates");
    let own = admin.post("/rates/proposals/1/approve", &[]).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "{}", own.text());
    assert!(approver.get("/rates").await.text().contains("批准发布"));
    assert_eq!(approver.post("/rates/proposals/1/approve", &[]).await.location, "/rates");
    let row = approver.get("/rates/values?of=advanced_age_80").await;
    assert!(row.text().contains("160.00") && row.text().contains("京民养老发〔2023〕8号"), "{}", row.text());
    let late = approver.post("/rates/proposals/1/reject", &[("reason", "晚了")]).await;
    assert!(late.text().contains("proposal_closed"), "{}", late.text());

    let text = DRAFT.replace("2023-10", "2024-01").replace("160.00", "1160.00");
    let other = [("document", "京民养老发〔2023〕9号"), ("text", text.as_str())];
    let tried = admin.post("/rates/trial", &other).await;
    let row = tried.text().split("<tr").find(|row| row.contains("advanced_age_80")).unwrap();
    assert!(row.contains("1,160.00"), "{row}");
    assert_eq!(admin.post("/rates/proposals", &other).await.location, "/rates");
    assert_eq!(approver.post("/rates/proposals/2/reject", &[("reason", "待定稿")]).await.location, "/rates");
    let rejected = admin.get("/rates").await;
    let row = rejected.text().split("<tr").find(|row| row.contains("待定稿")).unwrap();
    assert!(row.contains("chen.jing"), "who sent it back is said: {row}");
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn rates_are_everybodys_to_read_and_not_everybodys_to_propose() {
    let (_counter, _, app, router) = office_with_a_console().await;
    for account in ["wang.fang", "chen.jing", "liu.yang"] {
        let mut browser = Browser::signed_in(&router, account).await;
        assert_eq!(browser.get("/rates").await.status, StatusCode::OK, "{account}");
        for path in ["/rates/trial", "/rates/proposals"] {
            let asked = browser.post(path, &[("text", DRAFT), ("document", "1")]).await;
            assert_eq!(asked.status, StatusCode::FORBIDDEN, "{account} {path}");
            assert!(asked.text().contains("请由审核、管理员岗位的人员办理"), "{account} {path}");
        }
    }
    let mut nobody = Browser::new(&router);
    assert_eq!(nobody.get("/rates").await.location, "/sign-in");
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    assert_eq!(clerk.get("/rates/values?of=gold").await.status, StatusCode::NOT_FOUND);
    let approve = clerk.post("/rates/proposals/9/approve", &[]).await;
    assert_eq!(approve.status, StatusCode::FORBIDDEN, "{}", approve.text());
    app.close().await.unwrap();
}
