//! The console: three people sign in and pay a month; and what nobody gets there.

use api::console::{Console, Entrance, routes};
use axum::http::StatusCode;
use tests::counter::PERSON;

use crate::paying::{FUND, settled};
use crate::visitors::{ADMIN, Browser, a_case_to_review, office_with_a_console};

#[tokio::test]
async fn three_people_pay_a_month_at_the_console_and_each_does_their_own_part() {
    let (counter, case, app, router) = office_with_a_console().await;
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let mut approver = Browser::signed_in(&router, "chen.jing").await;
    let mut finance = Browser::signed_in(&router, "liu.yang").await;
    let fund = app.office().fund_id(FUND).to_string();
    let plan = |month| {
        [("month", month), ("program", "advanced_age_allowance"), ("fund", fund.as_str()), ("number", "1")]
    };
    let wrong = clerk.post("/runs", &plan("November")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("value=\"November\""), "what was typed is kept");
    let run = clerk.post("/runs", &plan("2023-11")).await.location;
    let page = clerk.get(&run).await;
    assert!(page.text().contains("人民币贰佰元整") && page.text().contains("王*英"), "{}", page.text());
    assert!(!page.text().contains("王秀英"), "a name is never whole");
    assert_eq!(clerk.post(&format!("{run}/approve"), &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(clerk.post(&format!("{run}/submit"), &[]).await.location, run);
    assert!(approver.get("/").await.text().contains("批次待审批"));
    assert_eq!(approver.post(&format!("{run}/approve"), &[]).await.location, run);

    let release = [("layout", "plain_csv"), ("execution_on", "")];
    let file = finance.post(&format!("{run}/files"), &release).await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(file.text().contains(",9901140000000000019,100.00"), "{}", file.text());
    assert_eq!(finance.post(&format!("{run}/files"), &release).await.bytes, file.bytes);
    let results = settled(file.text());
    let foreign = finance.upload(&format!("{run}/results"), "pain_001", &results).await;
    assert_eq!(foreign.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", foreign.text());
    let taken = finance.upload(&format!("{run}/results"), "plain_csv", &results).await;
    assert!(taken.location.starts_with(&format!("{run}?taken=")), "{}", taken.text());
    assert!(finance.get(&run).await.text().contains("已对账"));

    let told = clerk.get(&format!("/cases/{case}")).await;
    assert!(told.text().contains("重新核定：一致") && !told.text().contains("王秀英"), "{}", told.text());
    let then = clerk.get(&format!("/cases/{case}?known=2023-10-09&effective=2023-10-09")).await;
    assert!(then.text().contains("当时还没有记录") && !then.text().contains("享受中"), "{}", then.text());
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn nobody_gets_at_a_page_without_a_session_a_role_and_a_community() {
    let (counter, case, app, router) = office_with_a_console().await;
    let case = format!("/cases/{case}");
    let mut nobody = Browser::new(&router);
    for path in ["/", "/find", "/runs", "/money", "/erasures", &case] {
        assert_eq!(nobody.get(path).await.location, "/sign-in", "{path}");
    }
    let wrong = [("account", "<b>wang</b>"), ("password", "wrong")];
    let refused = nobody.post("/sign-in", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!refused.text().contains("<b>wang</b>"), "{}", refused.text());

    let mut administrator = Browser::signed_in(&router, "sun.lei").await;
    for path in ["/find", "/runs", "/money", "/erasures", &case] {
        assert_eq!(administrator.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let find = administrator.get("/find").await;
    assert!(find.text().contains("请由经办、审核、审批、审计岗位的人员办理"), "{}", find.text());
    let mut elsewhere = Browser::signed_in(&router, "zhao.min").await;
    assert_eq!(elsewhere.get(&case).await.status, StatusCode::NOT_FOUND, "of another community");

    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let found = clerk.post("/find", &[("text", PERSON)]).await;
    assert!(found.location.starts_with("/people/"), "{}", found.text());
    assert!(clerk.get(&found.location).await.text().contains("高龄老年人津贴"));
    for path in [found.location.clone(), format!("{}/erasure", found.location)] {
        let hidden = elsewhere.get(&path).await;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{}", hidden.text());
    }
    for text in [PERSON, case.trim_start_matches("/cases/")] {
        let hidden = elsewhere.post("/find", &[("text", text)]).await;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND, "not even that there is one");
    }
    let waits = a_case_to_review(&counter, &app).await.to_string();
    let mut reviewer = Browser::signed_in(&router, "li.qiang").await;
    let review = reviewer.post(&format!("/cases/{waits}/recommend"), &[("outcome", "approved")]).await;
    assert_eq!(review.location, format!("/cases/{waits}"), "{}", review.text());
    let mut approver = Browser::signed_in(&router, "chen.jing").await;
    let mut approver_elsewhere = Browser::signed_in(&router, "ma.li").await;
    assert!(approver.get("/").await.text().contains(&waits));
    assert!(!approver_elsewhere.get("/").await.text().contains(&waits));
    assert_eq!(clerk.post("/find", &[("text", "<script>")]).await.status, StatusCode::NOT_FOUND);
    let from_elsewhere = clerk.post_from("http://evil.example", "/find", &[("text", "1")]).await;
    assert_eq!(from_elsewhere.status, StatusCode::FORBIDDEN);
    for path in ["/cases/1", "/runs/../users", "/people/%00", "/runs/00000000-0000-0000-0000-000000000000"] {
        let status = clerk.get(path).await.status;
        assert!(status.is_client_error(), "{path}: {status}");
    }
    assert_eq!(clerk.post("/role", &[("role", "approver")]).await.status, StatusCode::FORBIDDEN);
    // a role that is withdrawn ends the session with the next request
    app.close().await.unwrap();
    counter.do_well(&["user", "revoke", "wang.fang", "clerk", "--as", ADMIN]);
    let app = counter.app().await;
    let console = Console::new(app.office().clone(), Entrance::default());
    clerk.router = routes(console);
    assert_eq!(clerk.get("/runs").await.location, "/sign-in");
    app.close().await.unwrap();
}

#[tokio::test]
async fn the_desk_of_a_large_office_says_that_more_reviews_are_due_than_it_counts() {
    let (_counter, _, app, router) = office_with_a_console().await;
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    for (cases, said, more) in
        [(1_999, "1999</span>", "另有 1979 项"), (1, "2000+</span>", "至少另有 1980 项")]
    {
        let many = "insert into read_cases
                        (case_id, household_id, applicant, program, stage, enrolled, review_due_on, sequence, opened_position, state)
                    select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'advanced_age_allowance', 'enrolled',
                           true, '2023-01-31', 1, place, '{}'
                      from generate_series(1, $1) as place";
        sqlx::query(many).bind(cases).execute(app.owner()).await.unwrap();
        let desk = clerk.get("/").await;
        assert!(desk.text().contains(said) && desk.text().contains(more), "{said}: {}", desk.text());
    }
    app.close().await.unwrap();
}
