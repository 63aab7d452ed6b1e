//! Given, when, then.

use chrono::NaiveDate;
use cqrs_es::test::TestFramework;
use uuid::Uuid;

use crate::actor::{Actor, ActorId, Role};
use crate::aggregate::{Context, Decider, Instruction};
use crate::explain::Explain;
use crate::ids::{HouseholdId, PersonId};

use super::{Identity, IdentityCommand as Command, IdentityError as Error, IdentityEvent as Event};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn person(number: u128) -> PersonId {
    PersonId::new(Uuid::from_u128(number))
}

fn household(number: u128) -> HouseholdId {
    HouseholdId::new(Uuid::from_u128(number))
}

fn does(role: Role, command: Command) -> Instruction<Command> {
    let actor = Actor { id: ActorId::parse("li").unwrap(), role };
    Instruction { context: Context { actor, today: day("2023-12-31") }, command }
}

fn claim(who: u128, home: u128) -> Command {
    let claimed_on = day("2023-01-05");
    Command::ClaimIdentity { person_id: person(who), household_id: household(home), claimed_on }
}

fn transfer(from: u128, to: u128) -> Command {
    let (from, to) = (household(from), household(to));
    Command::TransferIdentity { person_id: person(1), from, to, claimed_on: day("2023-06-01") }
}

fn release(who: u128) -> Command {
    Command::ReleaseIdentity { person_id: person(who), released_on: day("2023-07-01") }
}

fn claimed(who: u128, home: u128) -> Event {
    let claimed_on = day("2023-01-05");
    Event::IdentityClaimed { person_id: person(who), household_id: household(home), claimed_on }
}

fn released(who: u128) -> Event {
    Event::IdentityReleased { person_id: person(who), released_on: day("2023-07-01") }
}

fn given(events: Vec<Event>) -> cqrs_es::test::AggregateTestExecutor<Identity> {
    TestFramework::<Identity>::with(()).given(events)
}

fn taken() -> Error {
    Error::IdentityTaken { person: person(1), household: household(10) }
}

#[test]
fn a_number_is_claimed_once_by_one_person_of_one_household() {
    given(vec![]).when(does(Role::Clerk, claim(1, 10))).then_expect_events(vec![claimed(1, 10)]);
    given(vec![claimed(1, 10)]).when(does(Role::Clerk, claim(1, 10))).then_expect_events(vec![]);
    given(vec![claimed(1, 10)]).when(does(Role::Clerk, claim(2, 10))).then_expect_error(taken());
    given(vec![claimed(1, 10)]).when(does(Role::Clerk, claim(1, 11))).then_expect_error(taken());
}

#[test]
fn the_refusal_names_who_is_registered() {
    assert_eq!(taken().code(), "identity_taken");
    assert!(taken().zh().contains(&person(1).to_string()));
}

#[test]
fn a_claim_moves_with_its_person() {
    let moved = Event::IdentityClaimed {
        person_id: person(1),
        household_id: household(11),
        claimed_on: day("2023-06-01"),
    };
    given(vec![claimed(1, 10)])
        .when(does(Role::Clerk, transfer(10, 11)))
        .then_expect_events(vec![moved.clone()]);
    given(vec![claimed(1, 10), moved]).when(does(Role::Clerk, transfer(10, 11))).then_expect_events(vec![]);
    given(vec![claimed(1, 10)]).when(does(Role::Clerk, transfer(12, 11))).then_expect_error(taken());
    given(vec![]).when(does(Role::Clerk, transfer(10, 11))).then_expect_error(Error::IdentityNotClaimed);
}

#[test]
fn an_erasure_gives_the_number_free() {
    given(vec![claimed(1, 10)]).when(does(Role::Reviewer, release(1))).then_expect_events(vec![released(1)]);
    given(vec![claimed(1, 10), released(1)])
        .when(does(Role::Reviewer, release(1)))
        .then_expect_events(vec![]);
    given(vec![claimed(1, 10)]).when(does(Role::Reviewer, release(2))).then_expect_error(taken());
    let again = vec![claimed(1, 10), released(1)];
    given(again).when(does(Role::Clerk, claim(2, 12))).then_expect_events(vec![claimed(2, 12)]);
}

#[test]
fn clerks_do_not_release_and_auditors_do_nothing() {
    let refused = |role| Error::RoleNotAllowed { role };
    given(vec![claimed(1, 10)]).when(does(Role::Clerk, release(1))).then_expect_error(refused(Role::Clerk));
    given(vec![]).when(does(Role::Auditor, claim(1, 10))).then_expect_error(refused(Role::Auditor));
}

#[test]
fn nothing_is_claimed_tomorrow() {
    let claimed_on = day("2024-01-01");
    let command = Command::ClaimIdentity { person_id: person(1), household_id: household(10), claimed_on };
    given(vec![]).when(does(Role::Clerk, command)).then_expect_error(Error::DateInFuture);
}

#[test]
fn a_damaged_history_is_named() {
    let mut identity = Identity::default();
    let impossible = identity.try_evolve(&released(1)).unwrap_err();
    assert_eq!(impossible.to_string(), "IdentityReleased cannot happen to an unclaimed identity");
    identity.try_evolve(&claimed(1, 10)).unwrap();
    assert!(identity.try_evolve(&claimed(2, 10)).is_err());
    assert_eq!(identity.holder(), Some(person(1)));
}
