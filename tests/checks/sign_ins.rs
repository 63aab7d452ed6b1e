//! Sign-ins through a provider: by who was linked at the time, as both sides say it.

use api::processes::Desk;
use api::processes::users::{self, NewUser};
use chrono::Utc;
use domain::actor::{ActorId, Role};
use domain::user::{DataScope, UserKind};
use tests::office::{Broken, SmallOffice};
use tests::personas;

const ISSUER: &str = "https://sso.example.gov.cn";

fn admin() -> Desk {
    Desk::new(personas::administrator(), Utc::now())
}

fn account(name: &str) -> ActorId {
    ActorId::parse(name).unwrap()
}

/// Two users, one of whom is linked and came in.
async fn office() -> SmallOffice {
    let small = SmallOffice::start().await;
    for name in ["wang.fang", "li.na"] {
        let (title, data_scope) = ("窗口".to_owned(), DataScope::Everywhere);
        let roles = vec![Role::Clerk];
        let user = NewUser { account: account(name), kind: UserKind::Staff, title, data_scope, roles };
        users::open_user(&small.office, &admin(), user).await.unwrap();
    }
    comes_in(&small, "u-4711").await;
    assert_eq!(small.broken().await, Broken::new());
    small
}

async fn comes_in(small: &SmallOffice, subject: &str) {
    let office = &small.office;
    users::link_identity(office, &admin(), &account("wang.fang"), ISSUER, subject).await.unwrap();
    let (user, _) = users::user_of_subject(office, ISSUER, subject).await.unwrap().unwrap();
    users::admit_by_provider(office, &user, None, Utc::now()).await.unwrap();
}

#[tokio::test]
async fn who_was_unlinked_and_linked_anew_came_in_by_right_each_time() {
    let small = office().await;
    users::unlink_identity(&small.office, &admin(), &account("wang.fang"), "换号".to_owned()).await.unwrap();
    comes_in(&small, "u-4712").await;
    assert_eq!(small.broken().await, Broken::new());
}

#[tokio::test]
async fn a_sign_in_through_a_provider_by_somebody_who_was_not_linked_is_named() {
    let mut small = office().await;
    let signed_in = small.first("SignedIn").await;
    let forged = small.append_copy(signed_in, "li.na", "wang.fang", "li.na").await;
    assert_eq!(small.broken().await["sign_ins"], [forged]);
}

#[tokio::test]
async fn a_sign_in_after_the_link_was_ended_is_named() {
    let mut small = office().await;
    users::unlink_identity(&small.office, &admin(), &account("wang.fang"), "换岗".to_owned()).await.unwrap();
    let signed_in = small.first("SignedIn").await;
    let forged = small.append_copy(signed_in, "wang.fang", "x-x", "x-x").await;
    assert_eq!(small.broken().await["sign_ins"], [forged]);
}

#[tokio::test]
async fn a_link_that_only_one_side_knows_or_that_is_another_s_is_named() {
    let mut small = office().await;
    let (linked, of_provider) = (small.first("IdentityLinked").await, small.first("SubjectLinked").await);
    let signed_in = small.first("SignedIn").await;
    small.forge(of_provider, "\"account\":\"wang.fang\"", "\"account\":\"li.na\"").await;
    let mut named = vec![linked, of_provider, signed_in];
    named.sort_unstable();
    assert_eq!(small.broken().await["sign_ins"], named);
}
