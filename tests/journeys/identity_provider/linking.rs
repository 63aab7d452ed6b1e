//! Who links users with identities: an administrator, never themself, at the console and at the command line.

use api::identity_provider::ProviderWord;
use axum::http::StatusCode;
use serde_json::json;

use super::visitor::{Office, Visitor};
use crate::visitors::{ADMIN, PASSWORD};

async fn admin(office: &Office) -> Visitor {
    let mut visitor = Visitor::new(&office.router);
    let typed = format!("account=sun.lei&password={}", PASSWORD.replace(' ', "+"));
    assert_eq!(visitor.sends("/sign-in", &typed).await.location, "/");
    visitor
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_links_and_unlinks_at_the_console() {
    let office = Office::open(ProviderWord::NotTaken).await;
    let mut admin = admin(&office).await;
    let page = admin.opens("/users/wang.fang").await.text;
    assert!(page.contains("/users/wang.fang/link") && page.contains("未关联"), "{page}");
    let empty = admin.sends("/users/wang.fang/link", "subject=+").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", empty.text);
    let linked = admin.sends("/users/wang.fang/link", "subject=u-4711").await;
    assert_eq!(linked.location, "/users/wang.fang", "{}", linked.text);
    let page = admin.opens("/users/wang.fang").await.text;
    assert!(page.contains(office.provider.issuer()) && !page.contains("u-4711"), "{page}");
    let taken = admin.sends("/users/chen.jing/link", "subject=u-4711").await;
    assert!(taken.status.is_client_error() && taken.text.contains("已关联其他用户"), "{}", taken.text);
    let own = admin.sends("/users/sun.lei/link", "subject=u-1").await;
    assert!(own.status.is_client_error() && own.text.contains("不能管理自己的账号"), "{}", own.text);

    office.provider.shows("u-4711", &["pwd"]);
    let mut visitor = Visitor::new(&office.router);
    visitor.signs_in().await;
    assert!(visitor.is_in().await);
    assert_eq!(visitor.sends("/users/wang.fang/link", "subject=u-2").await.status, StatusCode::FORBIDDEN);

    let why = "reason=%E6%8D%A2%E5%B2%97";
    assert_eq!(admin.sends("/users/wang.fang/unlink", why).await.location, "/users/wang.fang");
    assert!(!visitor.is_in().await, "what the identity opened has ended");
    let refused = Visitor::new(&office.router).signs_in().await;
    assert!(refused.text.contains("subject_unknown"), "{}", refused.text);
    assert_eq!(admin.sends("/users/chen.jing/link", "subject=u-4711").await.location, "/users/chen.jing");
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_links_whom_an_administrator_names_and_repeats_nothing() {
    let office = Office::open(ProviderWord::NotTaken).await;
    let issuer = office.provider.issuer();
    let link = |account: &str, who: &str, subject: &str| {
        let link = ["user", "identity", "link", account, "--issuer", issuer, "--as", who];
        let answer = office.counter.ask_with(&link, subject);
        (answer.status, answer.code().to_owned())
    };
    assert_eq!(link("wang.fang", ADMIN, "u-4711"), (0, String::new()));
    assert_eq!(link("wang.fang", ADMIN, "u-4711"), (0, String::new()), "a repeat is success");
    assert_eq!(office.events("IdentityLinked").await.len(), 1);
    assert_eq!(link("wang.fang", ADMIN, "u-4712"), (1, "identity_linked_already".to_owned()));
    assert_eq!(link("chen.jing", ADMIN, "u-4711"), (1, "subject_taken".to_owned()));
    assert_eq!(link("sun.lei", ADMIN, "u-1"), (1, "own_account".to_owned()));
    assert_eq!(link("chen.jing", "clerk:wang.fang", "u-2"), (1, "role_not_allowed".to_owned()));
    let unlink = ["user", "identity", "unlink", "wang.fang", "--reason", "换岗"];
    let clerk = office.counter.ask(&[&unlink[..], &["--as", "clerk:wang.fang"]].concat());
    assert_eq!(clerk.code(), "role_not_allowed");
    for _ in 0..2 {
        office.counter.do_well(&[&unlink[..], &["--as", ADMIN]].concat());
    }
    let released = office.events("SubjectReleased").await;
    assert_eq!((released.len(), &released[0]["account"]), (1, &json!("wang.fang")));
    office.close().await;
}
