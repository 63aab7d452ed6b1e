//! Who manages users at the console, and who looks on.

use axum::http::StatusCode;

use crate::visitors::{Browser, office_with_a_console};

#[tokio::test]
async fn an_administrator_opens_locks_and_gives_tokens_and_sees_no_case() {
    let (_counter, case, app, router) = office_with_a_console().await;
    let mut admin = Browser::signed_in(&router, "sun.lei").await;
    let wrong = [("account", "Zhou Zheng"), ("title", "审计<岗>"), ("auditor", "yes")];
    let refused = admin.post("/users", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("value=\"Zhou Zheng\"") && !refused.text().contains("审计<岗>"));
    let both = [("account", "zhou.zheng"), ("title", "审计岗"), ("auditor", "yes"), ("clerk", "yes")];
    let both = admin.post("/users", &both).await;
    assert!(both.status.is_client_error(), "an auditor has no other role");
    let open = [("account", "zhou.zheng"), ("title", "审计岗"), ("auditor", "yes"), ("communities", "")];
    assert_eq!(admin.post("/users", &open).await.location, "/users/zhou.zheng");
    let weak = admin.post("/users/zhou.zheng/password", &[("password", "12345")]).await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", weak.text());
    let strong = [("password", crate::visitors::PASSWORD)];
    assert_eq!(admin.post("/users/zhou.zheng/password", &strong).await.status, StatusCode::SEE_OTHER);

    let token = [("role", "auditor"), ("purpose", "季度审计"), ("days", "30"), ("audit", "yes")];
    let issued = admin.post("/users/zhou.zheng/token", &token).await;
    assert_eq!(issued.status, StatusCode::OK, "{}", issued.text());
    let (_, secret) = issued.text().split_once("<p>ledger_").unwrap();
    let secret = &secret[..20];
    let page = admin.get("/users/zhou.zheng").await;
    assert!(page.text().contains("季度审计") && page.text().contains("从未"), "{}", page.text());
    assert!(!page.text().contains(secret), "a token is shown once");
    let (_, id) = page.text().split_once("name=\"token\" value=\"").unwrap();
    let revoke = [("token", &id[..36]), ("reason", "审计结束")];
    assert_eq!(admin.post("/users/zhou.zheng/revoke-token", &revoke).await.status, StatusCode::SEE_OTHER);
    assert!(admin.get("/users/zhou.zheng").await.text().contains("没有令牌"));

    let mut auditor = Browser::signed_in(&router, "zhou.zheng").await;
    assert!(auditor.get("/users").await.text().contains("wang.fang"));
    assert!(!auditor.get("/users").await.text().contains("开立用户"), "an auditor looks on");
    assert_eq!(auditor.post("/users", &open).await.status, StatusCode::FORBIDDEN);
    admin.post("/users/zhou.zheng/lock", &[("reason", "离岗")]).await;
    assert_eq!(auditor.get("/users").await.location, "/sign-in", "a locked user is out at once");
    assert!(admin.get("/users").await.text().contains("停用：离岗"));
    let own = admin.post("/users/sun.lei/lock", &[("reason", "试")]).await;
    assert!(own.status.is_client_error(), "nobody locks themself");
    assert_eq!(admin.get(&format!("/cases/{case}")).await.status, StatusCode::FORBIDDEN);
    app.close().await.unwrap();
}

/// A step of the administrator: its name, what is typed, and whether the user's session goes on.
type Step = (&'static str, &'static [(&'static str, &'static str)], bool);

#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_ends_where_what_it_rests_on_is_another() {
    let (counter, _, app, router) = office_with_a_console().await;
    let mut admin = Browser::signed_in(&router, "sun.lei").await;
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let mut colleague = Browser::signed_in(&router, "he.ping").await;
    let strong = "another horse, another battery 7";
    let steps: [Step; 7] = [
        ("token", &[("role", "clerk"), ("purpose", "试用"), ("days", "30"), ("cases", "yes")], true),
        ("scope", &[("communities", "龙泽苑东社区")], true),
        ("grant", &[("role", "reviewer")], false),
        ("revoke", &[("role", "reviewer")], false),
        ("password", &[("password", crate::visitors::PASSWORD)], false),
        ("password", &[("password", "short")], true),
        ("lock", &[("reason", "离岗")], false),
    ];
    for (step, fields, goes_on) in steps {
        let done = admin.post(&format!("/users/wang.fang/{step}"), fields).await;
        assert!(!done.status.is_server_error(), "{step}: {}", done.text());
        assert_eq!(clerk.get("/").await.status == StatusCode::OK, goes_on, "{step}");
        assert_eq!(colleague.get("/").await.status, StatusCode::OK, "{step}: nobody else is meant");
        if step != "lock" && !goes_on {
            clerk = Browser::signed_in(&router, "wang.fang").await;
        }
    }
    admin.post("/users/wang.fang/unlock", &[]).await;
    assert_eq!(clerk.get("/").await.location, "/sign-in", "what was locked out does not come back by itself");

    // who changes their own password goes on where they sit, and nowhere else
    let mut second = Browser::signed_in(&router, "sun.lei").await;
    let own = admin.post("/users/sun.lei/password", &[("password", strong)]).await;
    assert_eq!(own.status, StatusCode::SEE_OTHER, "{}", own.text());
    assert_eq!(second.get("/users").await.location, "/sign-in");
    assert_eq!(admin.get("/users").await.status, StatusCode::OK);
    // at the command line nobody sits at a session
    let set = counter.ask_with(&["user", "password", "he.ping", "--as", "clerk:he.ping"], strong);
    assert_eq!(set.status, 0, "{set:?}");
    assert_eq!(colleague.get("/").await.location, "/sign-in");
    app.close().await.unwrap();
}

#[tokio::test]
async fn nobody_else_manages_users() {
    let (_counter, _, app, router) = office_with_a_console().await;
    for account in ["wang.fang", "chen.jing", "liu.yang"] {
        let mut browser = Browser::signed_in(&router, account).await;
        for path in ["/users", "/users/sun.lei", "/webhooks", "/layouts"] {
            assert_eq!(browser.get(path).await.status, StatusCode::FORBIDDEN, "{account} {path}");
        }
        let grant = browser.post("/users/wang.fang/grant", &[("role", "approver")]).await;
        assert_eq!(grant.status, StatusCode::FORBIDDEN);
    }
    let mut admin = Browser::signed_in(&router, "sun.lei").await;
    assert_eq!(admin.get("/users/nobody").await.status, StatusCode::NOT_FOUND);
    assert_eq!(admin.post("/users/wang.fang/become-king", &[]).await.status, StatusCode::NOT_FOUND);
    app.close().await.unwrap();
}
