//! At the console: somebody sets a second factor and signs in with it; where the office asks for one, on the way in.

use std::collections::BTreeSet;

use api::app::App;
use api::console::{Console, Entrance, routes};
use axum::Router;
use axum::http::StatusCode;
use domain::actor::Role;
use tests::authenticator::code_of;

use crate::visitors::{ADMIN, Browser, Got, PASSWORD, office_with_a_console};

fn pages(app: &App, second_factor_for: BTreeSet<Role>) -> Router {
    let entrance = Entrance { second_factor_for, ..Entrance::default() };
    routes(Console::new(app.office().clone(), entrance))
}

/// The secret that a page shows.
fn secret_on(page: &Got) -> String {
    let text = page.text();
    let from = text.find("secret=").unwrap_or_else(|| panic!("{text}")) + "secret=".len();
    text[from..].chars().take_while(char::is_ascii_alphanumeric).collect()
}

async fn password(browser: &mut Browser, account: &str) -> Got {
    browser.post("/sign-in", &[("account", account), ("password", PASSWORD)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_set_a_second_factor_shows_it_at_every_sign_in() {
    let (_counter, _, app, router) = office_with_a_console().await;
    let mut browser = Browser::signed_in(&router, "wang.fang").await;
    let offered = browser.get("/second-factor").await;
    assert!(offered.text().contains("/second-factor/start") && !offered.text().contains("secret="));
    assert_eq!(browser.post("/second-factor/start", &[]).await.location, "/second-factor");
    let shown = browser.get("/second-factor").await;
    let secret = secret_on(&shown);
    assert!(
        shown.text().contains("class=\"qr\"") && !shown.text().contains("style="),
        "the policy forbids it"
    );
    let wrong = browser.post("/second-factor/confirm", &[("code", "000000")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let set = browser.post("/second-factor/confirm", &[("code", &code_of(&secret, -1))]).await;
    assert!(set.text().contains("恢复码"), "{}", set.text());

    let mut other = Browser::new(&router);
    assert_eq!(password(&mut other, "wang.fang").await.location, "/sign-in/code");
    assert_eq!(other.get("/").await.location, "/sign-in", "half in is not in");
    assert_eq!(other.get("/runs").await.location, "/sign-in");
    let wrong = other.post("/sign-in/code", &[("code", "000000")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("role=\"alert\""));
    let entered = other.post("/sign-in/code", &[("code", &code_of(&secret, 0))]).await;
    assert_eq!((entered.status, entered.location.as_str()), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(other.get("/").await.status, StatusCode::OK);

    let without = other.post("/second-factor/start", &[("code", "")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY, "an open desk does not replace it");
    let mut stranger = Browser::new(&router);
    assert_eq!(stranger.get("/sign-in/code").await.location, "/sign-in");
    assert_eq!(stranger.post("/sign-in/code", &[("code", "000000")]).await.location, "/sign-in");
    app.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_that_is_set_or_lost_ends_what_else_is_open() {
    let (counter, _, app, router) = office_with_a_console().await;
    let mut here = Browser::signed_in(&router, "wang.fang").await;
    let mut there = Browser::signed_in(&router, "wang.fang").await;
    let mut colleague = Browser::signed_in(&router, "he.ping").await;
    here.post("/second-factor/start", &[]).await;
    let secret = secret_on(&here.get("/second-factor").await);
    assert_eq!(there.get("/").await.status, StatusCode::OK, "what is begun changes nothing");
    here.post("/second-factor/confirm", &[("code", &code_of(&secret, -1))]).await;
    assert_eq!(here.get("/").await.status, StatusCode::OK, "who set it goes on");
    assert_eq!(there.get("/").await.location, "/sign-in", "what was opened by the password alone has ended");
    assert_eq!(colleague.get("/").await.status, StatusCode::OK);

    password(&mut there, "wang.fang").await;
    assert_eq!(there.post("/sign-in/code", &[("code", &code_of(&secret, 0))]).await.location, "/");
    let mut half = Browser::new(&router);
    assert_eq!(password(&mut half, "wang.fang").await.location, "/sign-in/code");
    counter.do_well(&["user", "factor", "remove", "wang.fang", "--reason", "手机遗失", "--as", ADMIN]);
    for browser in [&mut here, &mut there] {
        assert_eq!(browser.get("/").await.location, "/sign-in", "whoever has the phone is out");
    }
    assert_eq!(half.get("/sign-in/code").await.location, "/sign-in", "and so is who was half in");
    assert_eq!(colleague.get("/").await.status, StatusCode::OK);
    app.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_office_asks_for_one_it_is_set_on_the_way_in() {
    let (_counter, _, app, _) = office_with_a_console().await;
    let router = pages(&app, BTreeSet::from([Role::Approver]));
    Browser::signed_in(&router, "wang.fang").await;
    let mut browser = Browser::new(&router);
    assert_eq!(password(&mut browser, "chen.jing").await.location, "/sign-in/second-factor");
    assert_eq!(browser.get("/").await.location, "/sign-in", "the password alone does not let in");
    let secret = secret_on(&browser.get("/sign-in/second-factor").await);
    let wrong = browser.post("/sign-in/second-factor", &[("code", "000000")]).await;
    assert_eq!(secret_on(&wrong), secret, "the secret that was scanned is kept");
    let entered = browser.post("/sign-in/second-factor", &[("code", &code_of(&secret, 0))]).await;
    assert!(entered.status == StatusCode::OK && entered.text().contains("恢复码"));
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
    let mut again = Browser::new(&router);
    assert_eq!(password(&mut again, "chen.jing").await.location, "/sign-in/code");
    assert_eq!(again.get("/sign-in/second-factor").await.location, "/sign-in", "no secret is shown again");
    let entered = again.post("/sign-in/code", &[("code", &code_of(&secret, 1))]).await;
    assert_eq!(entered.location, "/");
    app.close().await.unwrap();
}
