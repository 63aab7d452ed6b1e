//! Given, when, then.

use std::collections::BTreeSet;

use chrono::{Duration, NaiveDate};
use rstest::rstest;
use uuid::Uuid;

use super::{
    DataScope, Scope, SignInDoor, SignInProof, TOKEN_DAYS_MAX, TOKENS_MAX, TokenTerms, User,
    UserCommand as Command, UserError as Error, UserEvent, UserKind,
};
use crate::actor::{Actor, ActorId, Role};
use crate::aggregate::{Context, Decider, LedgerEvent};
use crate::personal::BlindIndex;

fn today() -> NaiveDate {
    "2026-11-28".parse().unwrap()
}

fn account(name: &str) -> ActorId {
    ActorId::parse(name).unwrap()
}

fn by(name: &str, role: Role) -> Context {
    Context { actor: Actor { id: account(name), role }, today: today() }
}

fn admin() -> Context {
    by("sun.lei", Role::Administrator)
}

#[test]
fn what_ends_sessions_is_known_by_its_events() {
    let mut user = User::default();
    does(&mut user, opening(UserKind::Staff), &admin()).unwrap();
    let (own, why) = (by("wang.fang", Role::Clerk), || "换岗".to_owned());
    let subject = || BlindIndex::from_hex("a".repeat(64));
    let link = Command::LinkIdentity { issuer: "https://sso.example".to_owned(), subject: subject() };
    let commands = [
        (Command::GrantRole { role: Role::Clerk }, admin()),
        (Command::SetDataScope { data_scope: DataScope::of(["霍营社区".to_owned()]) }, admin()),
        (Command::RecordPassword, own.clone()),
        (Command::RecordSecondFactor, own),
        (Command::RemoveSecondFactor { reason: why() }, admin()),
        (link, admin()),
        (Command::UnlinkIdentity { subject: Some(subject()), reason: why() }, admin()),
        (Command::WithdrawRole { role: Role::Clerk }, admin()),
        (Command::LockUser { reason: why() }, admin()),
        (Command::UnlockUser, admin()),
    ];
    let mut ending = Vec::new();
    for (command, context) in commands {
        let ends = command.ends_sessions();
        for event in user.decide(command, &context).unwrap() {
            let name = event.kind().name;
            assert_eq!(ends, UserEvent::ENDING_SESSIONS.contains(&name), "{name}");
            ending.extend(ends.then_some(name));
            user.try_evolve(&event).unwrap();
        }
    }
    ending.sort_unstable();
    let mut known = UserEvent::ENDING_SESSIONS;
    known.sort_unstable();
    assert_eq!(ending, known);
}

fn opening(kind: UserKind) -> Command {
    let title = "低保经办岗".to_owned();
    Command::OpenUser { account: account("wang.fang"), kind, title, data_scope: DataScope::Everywhere }
}

/// Does it, and how many events there were.
fn does(user: &mut User, command: Command, context: &Context) -> Result<usize, Error> {
    let events = user.decide(command, context)?;
    for event in &events {
        user.try_evolve(event).unwrap();
    }
    Ok(events.len())
}

fn staff(roles: &[Role]) -> User {
    let mut user = User::default();
    does(&mut user, opening(UserKind::Staff), &admin()).unwrap();
    for role in roles {
        does(&mut user, Command::GrantRole { role: *role }, &admin()).unwrap();
    }
    user
}

fn terms(number: u128, role: Role) -> TokenTerms {
    TokenTerms {
        token_id: Uuid::from_u128(number),
        role,
        scopes: BTreeSet::from([Scope::Cases, Scope::Write]),
        purpose: "对接经办系统".to_owned(),
        expires_on: today() + Duration::days(90),
    }
}

#[test]
fn an_account_is_opened_once_and_given_roles() {
    let mut user = staff(&[Role::Clerk, Role::Reviewer]);
    assert_eq!(does(&mut user, opening(UserKind::Staff), &admin()), Ok(0), "a repeat is success");
    assert_eq!(does(&mut user, opening(UserKind::Consumer), &admin()), Err(Error::AccountTaken));
    assert_eq!(does(&mut user, Command::GrantRole { role: Role::Clerk }, &admin()), Ok(0));
    assert!(user.account().unwrap().acts_as(Role::Reviewer));
    does(&mut user, Command::WithdrawRole { role: Role::Reviewer }, &admin()).unwrap();
    assert!(!user.account().unwrap().acts_as(Role::Reviewer));
}

#[rstest]
#[case::clerk_and_administrator(&[Role::Clerk], Role::Administrator)]
#[case::administrator_and_clerk(&[Role::Administrator], Role::Clerk)]
#[case::auditor_and_finance(&[Role::Auditor], Role::Finance)]
#[case::approver_and_auditor(&[Role::Approver], Role::Auditor)]
#[case::nobody_is_the_system(&[], Role::System)]
#[case::no_person_is_a_consumer(&[], Role::Consumer)]
fn roles_that_do_not_go_together_are_refused(#[case] has: &[Role], #[case] role: Role) {
    let refused = does(&mut staff(has), Command::GrantRole { role }, &admin());
    assert_eq!(refused, Err(Error::RolesIncompatible { role }));
}

#[rstest]
#[case(Role::Clerk)]
#[case(Role::Reviewer)]
#[case(Role::Approver)]
#[case(Role::Finance)]
#[case(Role::Auditor)]
#[case(Role::Consumer)]
fn only_administrators_manage_users(#[case] role: Role) {
    let refused = does(&mut User::default(), opening(UserKind::Staff), &by("li.na", role));
    assert_eq!(refused, Err(Error::RoleNotAllowed { command: "OpenUser" }));
    let refused = does(&mut staff(&[]), Command::GrantRole { role: Role::Clerk }, &by("li.na", role));
    assert_eq!(refused, Err(Error::RoleNotAllowed { command: "GrantRole" }));
}

#[test]
fn nobody_manages_their_own_account() {
    let own = by("wang.fang", Role::Administrator);
    assert_eq!(does(&mut User::default(), opening(UserKind::Staff), &own), Err(Error::OwnAccount));
    let mut user = staff(&[Role::Administrator]);
    let lock = Command::LockUser { reason: "离岗".to_owned() };
    assert_eq!(does(&mut user, lock, &own), Err(Error::OwnAccount));
    let token = Command::IssueToken(terms(1, Role::Administrator));
    assert_eq!(does(&mut user, token, &own), Err(Error::OwnAccount));
    assert_eq!(does(&mut user, Command::RecordPassword, &own), Ok(1), "but everybody sets their password");
}

#[test]
fn a_password_is_set_by_its_owner_or_an_administrator_and_by_nobody_else() {
    let mut user = staff(&[Role::Clerk]);
    assert_eq!(does(&mut user, Command::RecordPassword, &by("wang.fang", Role::Clerk)), Ok(1));
    assert_eq!(does(&mut user, Command::RecordPassword, &admin()), Ok(1));
    let other = does(&mut user, Command::RecordPassword, &by("li.na", Role::Clerk));
    assert_eq!(other, Err(Error::RoleNotAllowed { command: "RecordPassword" }));
    let mut consumer = User::default();
    does(&mut consumer, opening(UserKind::Consumer), &admin()).unwrap();
    assert_eq!(does(&mut consumer, Command::RecordPassword, &admin()), Err(Error::NoPassword));
}

#[test]
fn a_token_lives_until_its_last_day_or_until_it_is_revoked() {
    let mut user = staff(&[Role::Clerk]);
    let token = terms(1, Role::Clerk);
    assert_eq!(does(&mut user, Command::IssueToken(token.clone()), &admin()), Ok(1));
    assert_eq!(does(&mut user, Command::IssueToken(token.clone()), &admin()), Ok(0));
    let known = user.account().unwrap();
    assert!(known.token_on(token.token_id, token.expires_on).is_some());
    assert!(known.token_on(token.token_id, token.expires_on + Duration::days(1)).is_none());
    let revoke = Command::RevokeToken { token_id: token.token_id, reason: "不再使用".to_owned() };
    assert_eq!(does(&mut user, revoke.clone(), &by("wang.fang", Role::Clerk)), Ok(1));
    assert!(user.account().unwrap().token_on(token.token_id, today()).is_none());
    assert_eq!(does(&mut user, revoke, &admin()), Err(Error::TokenUnknown));
}

#[test]
fn a_lock_or_a_lost_role_takes_the_tokens_along() {
    let mut user = staff(&[Role::Clerk, Role::Reviewer]);
    for (number, role) in [(1, Role::Clerk), (2, Role::Reviewer)] {
        does(&mut user, Command::IssueToken(terms(number, role)), &admin()).unwrap();
    }
    let alive =
        |user: &User, number| user.account().unwrap().token_on(Uuid::from_u128(number), today()).is_some();
    does(&mut user, Command::WithdrawRole { role: Role::Clerk }, &admin()).unwrap();
    assert_eq!((alive(&user, 1), alive(&user, 2)), (false, true));
    does(&mut user, Command::LockUser { reason: "离岗".to_owned() }, &admin()).unwrap();
    assert!(!alive(&user, 2));
    let sign_in = Command::RecordSignIn { refused_before: 0, door: SignInDoor::Password, proof: None };
    assert_eq!(does(&mut user, sign_in, &by("ledger", Role::System)), Err(Error::UserLocked));
    does(&mut user, Command::UnlockUser, &admin()).unwrap();
    assert!(alive(&user, 2));
}

#[test]
fn what_a_token_may_not_be_is_refused() {
    let mut user = staff(&[Role::Clerk]);
    let mut issue = |change: fn(&mut TokenTerms)| {
        let mut token = terms(1, Role::Clerk);
        change(&mut token);
        does(&mut user, Command::IssueToken(token), &admin())
    };
    assert_eq!(issue(|token| token.role = Role::Approver), Err(Error::RoleMissing { role: Role::Approver }));
    assert_eq!(issue(|token| token.purpose = " ".into()), Err(Error::WordsMissing { field: "purpose" }));
    assert_eq!(issue(|token| token.scopes = BTreeSet::new()), Err(Error::ScopesMissing));
    assert_eq!(issue(|token| token.scopes = BTreeSet::from([Scope::Write])), Err(Error::ScopesMissing));
    let range = Err(Error::ExpiryOutOfRange { days: TOKEN_DAYS_MAX });
    assert_eq!(issue(|token| token.expires_on = today() - Duration::days(1)), range);
    assert_eq!(issue(|token| token.expires_on = today() + Duration::days(TOKEN_DAYS_MAX + 1)), range);
    for number in 1..=TOKENS_MAX {
        does(&mut user, Command::IssueToken(terms(number as u128, Role::Clerk)), &admin()).unwrap();
    }
    let one_more = does(&mut user, Command::IssueToken(terms(1_000, Role::Clerk)), &admin());
    assert_eq!(one_more, Err(Error::TooManyTokens));
}

#[test]
fn a_consumer_acts_as_one_and_has_no_role() {
    let mut consumer = User::default();
    does(&mut consumer, opening(UserKind::Consumer), &admin()).unwrap();
    let grant = does(&mut consumer, Command::GrantRole { role: Role::Clerk }, &admin());
    assert_eq!(grant, Err(Error::RolesIncompatible { role: Role::Clerk }));
    let mut token = terms(1, Role::Consumer);
    token.scopes = BTreeSet::from([Scope::Summaries]);
    assert_eq!(does(&mut consumer, Command::IssueToken(token), &admin()), Ok(1));
}

#[rstest]
#[case::none(DataScope::Communities(vec![]))]
#[case::nameless(DataScope::Communities(vec![" ".to_owned()]))]
#[case::control(DataScope::Communities(vec!["东\u{1f}西".to_owned()]))]
#[case::too_many(DataScope::Communities((0..101).map(|number| number.to_string()).collect()))]
fn communities_that_are_none_are_refused(#[case] data_scope: DataScope) {
    let refused = does(&mut staff(&[]), Command::SetDataScope { data_scope }, &admin());
    assert_eq!(refused, Err(Error::CommunitiesMalformed));
}

#[test]
fn a_data_scope_includes_what_it_names() {
    let some = DataScope::of(["龙泽苑".to_owned(), " 龙华园 ".to_owned(), "龙华园".to_owned()]);
    assert_eq!(some, DataScope::Communities(vec!["龙华园".to_owned(), "龙泽苑".to_owned()]));
    assert!(some.includes("龙华园") && !some.includes("霍营"));
    assert!(DataScope::Everywhere.includes("霍营"));
}

#[test]
fn a_second_factor_is_set_by_its_owner_alone_and_asked_for_from_then_on() {
    let mut user = staff(&[Role::Clerk]);
    let set = || Command::RecordSecondFactor;
    let other = Err(Error::RoleNotAllowed { command: "RecordSecondFactor" });
    assert_eq!(does(&mut user, set(), &admin()), other, "whoever sets it sees its secret");
    let own = by("wang.fang", Role::Clerk);
    assert_eq!(does(&mut user, set(), &own), Ok(1));
    let system = by("ledger", Role::System);
    let enters = |proof| Command::RecordSignIn { refused_before: 0, door: SignInDoor::Password, proof };
    assert_eq!(does(&mut user, enters(None), &system), Err(Error::SecondFactorMissing));
    assert_eq!(does(&mut user, enters(Some(SignInProof::Code)), &system), Ok(1));
    let remove = || Command::RemoveSecondFactor { reason: "手机遗失".to_owned() };
    let refused = Err(Error::RoleNotAllowed { command: "RemoveSecondFactor" });
    assert_eq!(does(&mut user, remove(), &own), refused, "a stolen session does not take it away");
    let itself = by("wang.fang", Role::Administrator);
    assert_eq!(does(&mut user, remove(), &itself), Err(Error::OwnAccount));
    assert_eq!(does(&mut user, remove(), &admin()), Ok(1));
    assert_eq!(does(&mut user, remove(), &admin()), Ok(0), "a repeat is success");
    assert_eq!(does(&mut user, enters(None), &system), Ok(1), "the password is enough again");
}

#[test]
fn another_system_and_a_locked_user_set_no_second_factor() {
    let own = by("wang.fang", Role::Consumer);
    let mut system = User::default();
    does(&mut system, opening(UserKind::Consumer), &admin()).unwrap();
    assert_eq!(does(&mut system, Command::RecordSecondFactor, &own), Err(Error::NoPassword));
    let mut user = staff(&[Role::Clerk]);
    does(&mut user, Command::LockUser { reason: "离岗".to_owned() }, &admin()).unwrap();
    assert_eq!(does(&mut user, Command::RecordSecondFactor, &own), Err(Error::UserLocked));
}

fn identity(digit: char) -> Command {
    let subject = BlindIndex::from_hex(digit.to_string().repeat(64));
    Command::LinkIdentity { issuer: "https://sso.example.gov.cn".to_owned(), subject }
}

#[test]
fn an_administrator_links_another_user_with_one_identity_and_nobody_themself() {
    let mut user = staff(&[Role::Administrator]);
    let own = by("wang.fang", Role::Administrator);
    assert_eq!(does(&mut user, identity('a'), &own), Err(Error::OwnAccount));
    let clerk = Err(Error::RoleNotAllowed { command: "LinkIdentity" });
    assert_eq!(does(&mut user, identity('a'), &by("wang.fang", Role::Clerk)), clerk);
    assert_eq!(does(&mut user, identity('a'), &admin()), Ok(1));
    assert_eq!(does(&mut user, identity('a'), &admin()), Ok(0), "a repeat is success");
    assert_eq!(does(&mut user, identity('b'), &admin()), Err(Error::IdentityLinkedAlready));
    let unlink_of = |digit: char, reason: &str| {
        let subject = Some(BlindIndex::from_hex(digit.to_string().repeat(64)));
        Command::UnlinkIdentity { subject, reason: reason.to_owned() }
    };
    let unlink = |reason: &str| unlink_of('a', reason);
    assert_eq!(does(&mut user, unlink_of('b', "换岗"), &admin()), Err(Error::IdentityChanged));
    assert_eq!(does(&mut user, unlink("换岗"), &own), Err(Error::OwnAccount));
    assert_eq!(does(&mut user, unlink(" "), &admin()), Err(Error::WordsMissing { field: "reason" }));
    assert_eq!(does(&mut user, unlink("换岗"), &admin()), Ok(1));
    assert_eq!(does(&mut user, unlink("换岗"), &admin()), Ok(0), "a repeat is success");
    assert_eq!(does(&mut user, identity('b'), &admin()), Ok(1));
}

#[test]
fn a_locked_user_and_another_system_are_linked_with_no_identity() {
    let mut user = staff(&[Role::Clerk]);
    does(&mut user, Command::LockUser { reason: "离岗".to_owned() }, &admin()).unwrap();
    assert_eq!(does(&mut user, identity('a'), &admin()), Err(Error::UserLocked));
    let mut system = User::default();
    does(&mut system, opening(UserKind::Consumer), &admin()).unwrap();
    assert_eq!(does(&mut system, identity('a'), &admin()), Err(Error::NoPassword));
}

#[rstest]
#[case("https://sso.example.gov.cn/realms/office", true)]
#[case("http://127.0.0.1:9000", true)]
#[case("http://localhost/oidc", true)]
#[case("http://[::1]:9000", true)]
#[case("http://sso.example.gov.cn", false)]
#[case("http://127.0.0.1.example.com", false)]
#[case("http://localhost@example.com", false)]
#[case("https://", false)]
#[case("https://sso.example.gov.cn?a=b", false)]
#[case("https://sso.example.gov.cn#a", false)]
#[case("https://sso.example gov.cn", false)]
#[case("javascript:alert(1)", false)]
#[case("", false)]
fn an_issuer_is_an_address_that_is_encrypted_or_this_machine(#[case] issuer: &str, #[case] is_one: bool) {
    let subject = BlindIndex::from_hex("a".repeat(64));
    let done = does(&mut staff(&[]), Command::LinkIdentity { issuer: issuer.to_owned(), subject }, &admin());
    assert_eq!(done, if is_one { Ok(1) } else { Err(Error::IssuerMalformed) });
}

#[test]
fn the_provider_lets_in_who_is_linked_and_shows_the_second_factor() {
    let system = by("ledger", Role::System);
    let enters = |door, proof| Command::RecordSignIn { refused_before: 0, door, proof };
    let mut user = staff(&[Role::Clerk]);
    let by_provider = || enters(SignInDoor::Provider, None);
    assert_eq!(does(&mut user, by_provider(), &system), Err(Error::IdentityNotLinked));
    does(&mut user, identity('a'), &admin()).unwrap();
    assert_eq!(does(&mut user, by_provider(), &system), Ok(1));
    does(&mut user, Command::RecordSecondFactor, &by("wang.fang", Role::Clerk)).unwrap();
    assert_eq!(does(&mut user, by_provider(), &system), Err(Error::SecondFactorMissing));
    let word = Some(SignInProof::Provider);
    assert_eq!(does(&mut user, enters(SignInDoor::Provider, word), &system), Ok(1));
    let refused = does(&mut user, enters(SignInDoor::Password, word), &system);
    assert_eq!(refused, Err(Error::SecondFactorMissing), "a password is not the provider's word");
    does(&mut user, Command::LockUser { reason: "离岗".to_owned() }, &admin()).unwrap();
    assert_eq!(does(&mut user, enters(SignInDoor::Provider, word), &system), Err(Error::UserLocked));
}
