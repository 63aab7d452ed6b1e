//! Given, when, then.

use rstest::rstest;

use super::{
    IdentityProvider, IdentityProviderCommand as Command, IdentityProviderError as Error, ProviderRefusal,
    is_told,
};
use crate::actor::{Actor, ActorId, Role};
use crate::aggregate::{Context, Decider};
use crate::personal::BlindIndex;

fn account(name: &str) -> ActorId {
    ActorId::parse(name).unwrap()
}

fn by(name: &str, role: Role) -> Context {
    Context { actor: Actor { id: account(name), role }, today: "2026-11-28".parse().unwrap() }
}

fn admin() -> Context {
    by("sun.lei", Role::Administrator)
}

fn subject(digit: char) -> BlindIndex {
    BlindIndex::from_hex(digit.to_string().repeat(64))
}

fn link(digit: char, name: &str) -> Command {
    let issuer = "https://sso.example.gov.cn".to_owned();
    Command::LinkSubject { issuer, subject: subject(digit), account: account(name) }
}

fn release(digit: char, name: &str) -> Command {
    Command::ReleaseSubject { subject: subject(digit), account: account(name) }
}

/// Does it, and how many events there were.
fn does(provider: &mut IdentityProvider, command: Command, context: &Context) -> Result<usize, Error> {
    let events = provider.decide(command, context)?;
    for event in &events {
        provider.try_evolve(event).unwrap();
    }
    Ok(events.len())
}

#[test]
fn a_subject_is_one_user_until_it_is_released() {
    let mut provider = IdentityProvider::default();
    assert_eq!(does(&mut provider, link('a', "wang.fang"), &admin()), Ok(1));
    assert_eq!(does(&mut provider, link('a', "wang.fang"), &admin()), Ok(0), "a repeat is success");
    assert_eq!(does(&mut provider, link('a', "li.na"), &admin()), Err(Error::SubjectTaken));
    assert_eq!(does(&mut provider, link('b', "li.na"), &admin()), Ok(1));
    assert_eq!(provider.account_of(&subject('a')), Some(&account("wang.fang")));
    assert_eq!(does(&mut provider, release('a', "li.na"), &admin()), Ok(0), "it is not theirs");
    assert_eq!(does(&mut provider, release('a', "wang.fang"), &admin()), Ok(1));
    assert_eq!(does(&mut provider, release('a', "wang.fang"), &admin()), Ok(0));
    assert_eq!(does(&mut provider, link('a', "li.na"), &admin()), Ok(1));
}

#[rstest]
#[case(Role::Clerk)]
#[case(Role::Reviewer)]
#[case(Role::Approver)]
#[case(Role::Finance)]
#[case(Role::Auditor)]
#[case(Role::Consumer)]
#[case(Role::System)]
fn only_administrators_link(#[case] role: Role) {
    let mut provider = IdentityProvider::default();
    let refused = does(&mut provider, link('a', "wang.fang"), &by("li.na", role));
    assert_eq!(refused, Err(Error::RoleNotAllowed));
    let refused = does(&mut provider, release('a', "wang.fang"), &by("li.na", role));
    assert_eq!(refused, Err(Error::RoleNotAllowed));
}

#[test]
fn nobody_links_themself() {
    let mut provider = IdentityProvider::default();
    let own = by("wang.fang", Role::Administrator);
    assert_eq!(does(&mut provider, link('a', "wang.fang"), &own), Err(Error::OwnAccount));
    does(&mut provider, link('a', "wang.fang"), &admin()).unwrap();
    assert_eq!(does(&mut provider, release('a', "wang.fang"), &own), Err(Error::OwnAccount));
}

#[test]
fn refusals_are_recorded_by_the_system_and_told_ever_more_seldom() {
    let mut provider = IdentityProvider::default();
    let refusals = || Command::RecordRefusals {
        issuer: "https://sso.example.gov.cn".to_owned(),
        refusal: ProviderRefusal::SubjectUnknown,
        account: None,
        count: 1,
    };
    assert_eq!(does(&mut provider, refusals(), &admin()), Err(Error::RoleNotAllowed));
    assert_eq!(does(&mut provider, refusals(), &by("ledger", Role::System)), Ok(1));
    let told: Vec<u32> = (0..=20).filter(|count| is_told(*count)).collect();
    assert_eq!(told, [1, 2, 4, 8, 16]);
}

#[test]
fn a_release_of_what_is_not_linked_is_no_history() {
    let mut provider = IdentityProvider::default();
    let mut linked = IdentityProvider::default();
    does(&mut linked, link('a', "wang.fang"), &admin()).unwrap();
    let released = linked.decide(release('a', "wang.fang"), &admin()).unwrap();
    assert!(provider.try_evolve(&released[0]).is_err());
    let again = IdentityProvider::default().decide(link('a', "li.na"), &admin()).unwrap();
    assert!(linked.try_evolve(&again[0]).is_err());
}
