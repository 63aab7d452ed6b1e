//! Second factors through the real processes, on a real ledger: a code is good once, tries are counted, nothing is in clear.

use api::processes::users::{self, NewFactor, NewUser};
use api::processes::{Desk, ProcessError};
use chrono::{DateTime, Duration, Utc};
use domain::actor::{Actor, ActorId, Role};
use domain::user::{DataScope, SignInDoor, UserKind};
use tests::authenticator::code_of;
use tests::office::SmallOffice;
use tests::personas;

const PASSWORD: &str = "龙泽苑的春天来了四月十二日";

fn wang() -> ActorId {
    ActorId::parse("wang.fang").unwrap()
}

fn admin() -> Desk {
    Desk::new(personas::administrator(), Utc::now())
}

fn own() -> Desk {
    Desk::new(Actor { id: wang(), role: Role::Clerk }, Utc::now())
}

/// An office whose clerk has a password and a second factor: the office, the secret and the recovery codes.
async fn office_with_factor() -> (SmallOffice, String, Vec<String>) {
    let small = SmallOffice::start().await;
    let office = &small.office;
    let (title, data_scope) = ("低保经办岗".to_owned(), DataScope::Everywhere);
    let user =
        NewUser { account: wang(), kind: UserKind::Staff, title, data_scope, roles: vec![Role::Clerk] };
    users::open_user(office, &admin(), user).await.unwrap();
    users::set_password(office, &admin(), &wang(), PASSWORD).await.unwrap();
    let NewFactor { secret, uri, .. } = users::begin_second_factor(office, &wang()).await.unwrap();
    assert!(uri.contains(&secret));
    users::sign_in(office, "wang.fang", PASSWORD, Utc::now()).await.expect("it is not in use yet");
    let refused = users::confirm_second_factor(office, &own(), "000000x", Utc::now()).await;
    assert_eq!(code(refused), "code_refused");
    let codes = users::confirm_second_factor(office, &own(), &code_of(&secret, 0), Utc::now()).await.unwrap();
    (small, secret, codes)
}

fn code<T>(result: Result<T, ProcessError>) -> &'static str {
    result.err().map_or("none", |error| error.code())
}

async fn enters(small: &SmallOffice, typed: &str, now: DateTime<Utc>) -> &'static str {
    code(users::sign_in_with_code(&small.office, &wang(), SignInDoor::Password, typed, now).await)
}

async fn payloads(small: &SmallOffice, event_type: &str) -> Vec<String> {
    sqlx::query_scalar("select payload::text from log_events where event_type = $1 order by position")
        .bind(event_type)
        .fetch_all(small.ledger.owner())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_code_lets_in_once_and_the_password_alone_no_more() {
    let (small, secret, recovery) = office_with_factor().await;
    let alone = users::sign_in(&small.office, "wang.fang", PASSWORD, Utc::now()).await;
    assert_eq!(code(alone), "second_factor_missing");
    let now = Utc::now();
    let (at_first, later) = (code_of(&secret, 0), now + Duration::seconds(30));
    assert_eq!(enters(&small, &at_first, now).await, "code_refused", "it was shown when the factor was set");
    let next = code_of(&secret, 1);
    assert_eq!(enters(&small, &next, later).await, "none");
    assert_eq!(enters(&small, &next, later).await, "code_refused", "a code is good once");
    let spaced = recovery[3].to_lowercase().replace('-', " ");
    assert_eq!(enters(&small, &spaced, now).await, "none");
    assert_eq!(enters(&small, &recovery[3], now).await, "code_refused", "so is a recovery code");
    let signed_in = payloads(&small, "SignedIn").await;
    assert_eq!(signed_in.len(), 3, "{signed_in:?}");
    assert!(!signed_in[0].contains("proof"));
    assert!(signed_in[1].contains("\"proof\":\"code\"") && signed_in[1].contains("\"refused_before\":1"));
    assert!(signed_in[2].contains("\"proof\":\"recovery_code\""));
    let dump = small.ledger.dump().await;
    for clear in [&secret, &recovery[0], &recovery[0].replace('-', "")] {
        assert!(!dump.mentions(clear), "it stands in the database: {clear}");
    }
}

#[tokio::test]
async fn wrong_codes_are_counted_with_wrong_passwords_also_when_they_come_at_once() {
    let (small, _, recovery) = office_with_factor().await;
    let tries = (0..20).map(|_| enters(&small, "000000", Utc::now()));
    assert!(futures::future::join_all(tries).await.iter().all(|each| *each == "code_refused"));
    let counted: i32 = sqlx::query_scalar("select refused from app_passwords")
        .fetch_one(small.ledger.owner())
        .await
        .unwrap();
    assert_eq!(counted, 5, "the sixth was not looked at");
    assert_eq!(payloads(&small, "SignInsRefused").await.len(), 1);
    assert_eq!(enters(&small, &recovery[0], Utc::now()).await, "code_refused", "the right one waits too");
    small.strike("update app_passwords set waits_until = clock_timestamp() - interval '1 second'").await;
    assert_eq!(enters(&small, &recovery[0], Utc::now()).await, "none", "and was not used up");
}

#[tokio::test]
async fn who_lost_it_gets_a_new_one_after_an_administrator_took_it_away() {
    let (small, secret, recovery) = office_with_factor().await;
    let office = &small.office;
    let reason = || "手机遗失".to_owned();
    let itself = users::remove_second_factor(office, &own(), &wang(), reason()).await;
    assert_eq!(code(itself), "role_not_allowed");
    users::remove_second_factor(office, &admin(), &wang(), reason()).await.unwrap();
    users::sign_in(office, "wang.fang", PASSWORD, Utc::now()).await.unwrap();
    let later = Utc::now() + Duration::seconds(30);
    assert_eq!(enters(&small, &code_of(&secret, 1), later).await, "code_refused");
    assert_eq!(enters(&small, &recovery[1], later).await, "code_refused");
    let nothing = users::confirm_second_factor(office, &own(), "123456", Utc::now()).await;
    assert_eq!(code(nothing), "second_factor_not_begun");
    let begun = users::begin_second_factor(office, &wang()).await.unwrap();
    assert_ne!(begun.secret, secret);
}

#[tokio::test]
async fn a_secret_that_was_moved_to_another_account_does_not_open() {
    let (small, secret, _) = office_with_factor().await;
    small.strike("update app_second_factors set account = 'li.na'").await;
    small.strike("insert into app_passwords (account, hash) values ('li.na', 'none')").await;
    let li = ActorId::parse("li.na").unwrap();
    let entered = users::sign_in_with_code(
        &small.office,
        &li,
        SignInDoor::Password,
        &code_of(&secret, 1),
        Utc::now() + Duration::seconds(30),
    )
    .await;
    assert_ne!(code(entered), "none");
}
