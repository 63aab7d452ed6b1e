//! A sign-in that is under way while what it rests on changes: it opens nothing.

use std::time::Duration;

use axum::http::StatusCode;
use sqlx::{PgPool, Postgres, pool::PoolConnection};
use tests::authenticator::code_of;
use tests::counter::Counter;

use crate::visitors::{ADMIN, Browser, Got, PASSWORD, office_with_a_console};

const NEW_PASSWORD: &str = "battery staple horse 7";

/// Who signs in waits before the log hears of it, for as long as this lives: after the password, or the code, was looked at.
struct Stalled {
    superuser: PgPool,
    lock: PoolConnection<Postgres>,
}

impl Stalled {
    /// Who makes a statement that begins so waits.
    async fn at(counter: &Counter, statement: &str) -> Stalled {
        let superuser = counter.ledger.superuser().await;
        let mut lock = superuser.acquire().await.unwrap();
        for made in [
            format!(
                "create function ledger.stall() returns trigger language plpgsql as $$ begin
                     if current_query() like '{statement}%' then perform pg_advisory_xact_lock(4711); end if;
                     return null;
                 end $$"
            ),
            "create trigger stall before update on ledger.app_passwords
                 for each statement execute function ledger.stall()"
                .to_owned(),
            "select pg_advisory_lock(4711)".to_owned(),
        ] {
            sqlx::query(&made).execute(&mut *lock).await.unwrap();
        }
        Stalled { superuser, lock }
    }

    /// Until somebody waits.
    async fn is_met(&mut self) {
        let waits =
            "select exists (select from pg_locks where locktype = 'advisory' and not granted and objid = 4711
                      and database = (select oid from pg_database where datname = current_database()))";
        for _ in 0..500 {
            if sqlx::query_scalar(waits).fetch_one(&mut *self.lock).await.unwrap() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("nobody signs in");
    }

    async fn goes_on(mut self) {
        sqlx::query("select pg_advisory_unlock(4711)").execute(&mut *self.lock).await.unwrap();
        drop(self.lock);
        self.superuser.close().await;
    }
}

/// Somebody sends a form and waits; meanwhile their password is changed by an administrator.
async fn while_the_password_changes(
    counter: &Counter,
    mut browser: Browser,
    (path, fields, statement): (&'static str, Vec<(&'static str, String)>, &str),
) -> (Browser, Got) {
    let mut stalled = Stalled::at(counter, statement).await;
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let changing = async {
        stalled.is_met().await;
        let set = counter.ask_with(&["user", "password", "wang.fang", "--as", ADMIN], NEW_PASSWORD);
        assert_eq!(set.status, 0, "{set:?}");
        stalled.goes_on().await;
    };
    let (got, ()) = tokio::join!(browser.post(path, &fields), changing);
    (browser, got)
}

async fn open_sessions(counter: &Counter) -> i64 {
    let count = "select (select count(*) from app_sessions where account = 'wang.fang')
                      + (select count(*) from app_half_sessions where account = 'wang.fang')";
    sqlx::query_scalar(count).fetch_one(counter.ledger.owner()).await.unwrap()
}

fn password(password: &str) -> Vec<(&'static str, String)> {
    vec![("account", "wang.fang".to_owned()), ("password", password.to_owned())]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_password_opens_nothing_though_it_was_right_when_it_was_looked_at() {
    let (counter, _, app, router) = office_with_a_console().await;
    let form = ("/sign-in", password(PASSWORD), "update app_passwords as now");
    let (mut browser, got) = while_the_password_changes(&counter, Browser::new(&router), form).await;
    assert_eq!(open_sessions(&counter).await, 0, "the old password began a session");
    assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", got.text());
    assert!(got.text().contains("请重新登录"), "{}", got.text());
    assert_eq!(browser.get("/").await.location, "/sign-in");
    let again = browser.post("/sign-in", &[("account", "wang.fang"), ("password", NEW_PASSWORD)]).await;
    assert_eq!(again.location, "/", "{}", again.text());
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_opens_nothing_for_who_gave_the_old_password() {
    let (counter, _, app, router) = office_with_a_console().await;
    let clerk = "clerk:wang.fang";
    let begun = counter.do_well(&["user", "factor", "begin", "--as", clerk]);
    let secret = begun["secret"].as_str().unwrap();
    let confirmed = counter.ask_with(&["user", "factor", "confirm", "--as", clerk], &code_of(secret, -1));
    assert_eq!(confirmed.status, 0, "{confirmed:?}");
    let mut browser = Browser::new(&router);
    let half = browser.post("/sign-in", &[("account", "wang.fang"), ("password", PASSWORD)]).await;
    assert_eq!(half.location, "/sign-in/code");
    let form = ("/sign-in/code", vec![("code", code_of(secret, 0))], "update app_passwords as now");
    let (mut browser, got) = while_the_password_changes(&counter, browser, form).await;
    assert_eq!(open_sessions(&counter).await, 0, "the old password began a session");
    assert_ne!(got.location, "/", "{}", got.text());
    assert_eq!(browser.get("/").await.location, "/sign-in");
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}
