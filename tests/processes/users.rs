//! Who may come in: passwords and tokens through the real processes, on a real ledger.

use std::collections::BTreeSet;

use api::access::{Capability, Denied};
use api::processes::users::{self, NewUser, TokenWanted};
use api::processes::{Desk, ProcessError};
use chrono::{Duration, Utc};
use domain::actor::{ActorId, Role};
use domain::user::{DataScope, Scope, UserCommand, UserKind};
use tests::office::SmallOffice;
use tests::personas;
use tests::plans::plan_of;

const PASSWORD: &str = "龙泽苑的春天来了四月十二日";

fn wang() -> ActorId {
    ActorId::parse("wang.fang").unwrap()
}

fn admin() -> Desk {
    Desk::new(personas::administrator(), Utc::now())
}

async fn office_with(kind: UserKind, roles: &[Role]) -> SmallOffice {
    let small = SmallOffice::start().await;
    let (title, data_scope) = ("低保经办岗".to_owned(), DataScope::of(["龙泽苑东社区".to_owned()]));
    let user = NewUser { account: wang(), kind, title, data_scope, roles: roles.to_vec() };
    users::open_user(&small.office, &admin(), user).await.unwrap();
    small
}

async fn signs_in(small: &SmallOffice, password: &str) -> Result<(), ProcessError> {
    users::sign_in(&small.office, "wang.fang", password, Utc::now()).await.map(drop)
}

async fn events(small: &SmallOffice, event_type: &str) -> Vec<String> {
    sqlx::query_scalar("select payload::text from log_events where event_type = $1 order by position")
        .bind(event_type)
        .fetch_all(small.ledger.owner())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_person_signs_in_with_the_password_that_was_set_and_the_log_says_so() {
    let small = office_with(UserKind::Staff, &[Role::Clerk]).await;
    assert_eq!(signs_in(&small, PASSWORD).await.unwrap_err().code(), "sign_in_refused", "there is none yet");
    users::set_password(&small.office, &admin(), &wang(), PASSWORD).await.unwrap();
    assert_eq!(signs_in(&small, "龙泽苑的春天来了四月十三日").await.unwrap_err().code(), "sign_in_refused");
    signs_in(&small, PASSWORD).await.unwrap();
    let signed_in = events(&small, "SignedIn").await;
    assert!(signed_in.len() == 1 && signed_in[0].contains("\"refused_before\":1"), "{signed_in:?}");
    let dump = small.ledger.dump().await;
    assert!(!dump.mentions(PASSWORD), "the password stands in the database");
}

#[tokio::test]
async fn five_refusals_make_an_account_wait_and_leave_one_event() {
    let small = office_with(UserKind::Staff, &[Role::Clerk]).await;
    users::set_password(&small.office, &admin(), &wang(), PASSWORD).await.unwrap();
    for _ in 0..9 {
        assert_eq!(signs_in(&small, "wrong wrong wrong").await.unwrap_err().code(), "sign_in_refused");
    }
    assert_eq!(signs_in(&small, PASSWORD).await.unwrap_err().code(), "sign_in_refused", "it waits");
    let refused = events(&small, "SignInsRefused").await;
    assert!(refused.len() == 1 && refused[0].contains("\"count\":5"), "{refused:?}");
    small.strike("update app_passwords set waits_until = clock_timestamp() - interval '1 second'").await;
    signs_in(&small, PASSWORD).await.unwrap();
    let nobody = users::sign_in(&small.office, "no.body", PASSWORD, Utc::now()).await.unwrap_err();
    let strange = users::sign_in(&small.office, "王芳'; --", PASSWORD, Utc::now()).await.unwrap_err();
    assert_eq!((nobody.code(), strange.code()), ("sign_in_refused", "sign_in_refused"));
}

fn wanted(role: Role, scopes: &[Scope]) -> TokenWanted {
    let scopes = scopes.iter().copied().collect::<BTreeSet<_>>();
    TokenWanted { account: wang(), role, scopes, purpose: "对接经办系统".to_owned(), days: 30 }
}

#[tokio::test]
async fn a_token_opens_the_door_until_it_ends_is_revoked_or_its_role_is_gone() {
    let small = office_with(UserKind::Staff, &[Role::Clerk, Role::Reviewer]).await;
    let office = &small.office;
    let made = users::issue_token(office, &admin(), wanted(Role::Clerk, &[Scope::Cases])).await.unwrap();
    let now = Utc::now();
    let caller = users::caller_of(office, &made.token, now).await.unwrap().unwrap();
    assert_eq!((caller.actor.id.as_str(), caller.actor.role), ("wang.fang", Role::Clerk));
    assert!(caller.sees("龙泽苑东社区") && !caller.sees("霍营社区"));
    assert_eq!(caller.may(Capability::ReadCases), Ok(()));
    assert_eq!(caller.may(Capability::PrepareCases), Err(Denied::Scope(Scope::Write)));
    assert_eq!(caller.may(Capability::ReadPayments), Err(Denied::Scope(Scope::Payments)));
    assert_eq!(caller.may(Capability::DecideCases), Err(Denied::Role));
    let later = now + Duration::days(32);
    assert_eq!(users::caller_of(office, &made.token, later).await.unwrap(), None, "its last day is over");
    for wrong in ["", "ledger_", "ledger_AAAA", &made.token[1..], &format!("{}A", made.token)] {
        assert_eq!(users::caller_of(office, wrong, now).await.unwrap(), None, "{wrong}");
    }
    let withdraw = UserCommand::WithdrawRole { role: Role::Clerk };
    users::change_user(office, &admin(), &wang(), withdraw).await.unwrap();
    assert_eq!(users::caller_of(office, &made.token, now).await.unwrap(), None, "the role is gone");
    let other = users::issue_token(office, &admin(), wanted(Role::Reviewer, &[Scope::Cases])).await.unwrap();
    assert!(users::caller_of(office, &other.token, now).await.unwrap().is_some());
    let reason = "不再使用".to_owned();
    let revoke = UserCommand::RevokeToken { token_id: other.token_id, reason };
    users::change_user(office, &admin(), &wang(), revoke).await.unwrap();
    assert_eq!(users::caller_of(office, &other.token, now).await.unwrap(), None, "it is revoked");
    assert!(!small.ledger.dump().await.mentions(&made.token), "a token stands in the database");
    let uses = users::token_uses(office, &wang()).await.unwrap();
    assert_eq!(uses.len(), 2, "{uses:?}");
}

#[tokio::test]
async fn another_system_has_tokens_and_no_password() {
    let small = office_with(UserKind::Consumer, &[]).await;
    let refused = users::set_password(&small.office, &admin(), &wang(), PASSWORD).await.unwrap_err();
    assert_eq!(refused.code(), "no_password");
    let reads = wanted(Role::Consumer, &[Scope::Summaries]);
    let made = users::issue_token(&small.office, &admin(), reads).await.unwrap();
    let caller = users::caller_of(&small.office, &made.token, Utc::now()).await.unwrap();
    assert_eq!(caller.unwrap().actor.role, Role::Consumer);
    let listed = users::users(&small.office).await.unwrap();
    assert!(listed.len() == 1 && listed[0].roles.is_empty());
}

#[tokio::test]
async fn users_are_found_by_an_index_and_not_by_a_walk_over_the_log() {
    let small = office_with(UserKind::Staff, &[Role::Clerk]).await;
    let question = include_str!("../../api/src/processes/users/sql/accounts.sql");
    let plan = plan_of(&small.ledger, question).await;
    assert!(plan.contains("log_events_users"), "{plan}");
}
