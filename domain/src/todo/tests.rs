//! Given, when, then.

use chrono::NaiveDate;
use cqrs_es::test::TestFramework;
use rstest::rstest;
use uuid::Uuid;

use crate::actor::{Actor, ActorId, Role};
use crate::aggregate::{Context, Decider, Instruction};
use crate::ids::PersonId;
use crate::personal::{Note, Sealed};
use crate::program::Program;

use super::{Todo, TodoCommand as Command, TodoError as Error, TodoEvent as Event, TodoKind};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn person() -> PersonId {
    PersonId::new(Uuid::from_u128(1))
}

fn reason() -> Sealed<Note> {
    Sealed::from_ciphertext("open.1".to_owned())
}

fn dismiss(facts: &str, on: &str) -> Command {
    Command::DismissTodo {
        kind: TodoKind::NotEnrolled,
        person_id: person(),
        program: Program::AdvancedAgeAllowance,
        facts_sha256: facts.to_owned(),
        reason: reason(),
        dismissed_on: day(on),
    }
}

fn dismissed(facts: &str, on: &str) -> Event {
    Event::TodoDismissed {
        kind: TodoKind::NotEnrolled,
        person_id: person(),
        program: Program::AdvancedAgeAllowance,
        facts_sha256: facts.to_owned(),
        reason: reason(),
        dismissed_on: day(on),
        by: ActorId::parse("li").unwrap(),
    }
}

fn does(role: Role, command: Command) -> Instruction<Command> {
    let actor = Actor { id: ActorId::parse("li").unwrap(), role };
    Instruction { context: Context { actor, today: day("2026-11-28") }, command }
}

fn given(events: Vec<Event>) -> cqrs_es::test::AggregateTestExecutor<Todo> {
    TestFramework::<Todo>::with(()).given(events)
}

#[test]
fn an_entry_is_set_aside_until_its_facts_are_others() {
    let (old, new) = ("a".repeat(64), "b".repeat(64));
    given(vec![])
        .when(does(Role::Clerk, dismiss(&old, "2026-11-20")))
        .then_expect_events(vec![dismissed(&old, "2026-11-20")]);
    given(vec![dismissed(&old, "2026-11-20")])
        .when(does(Role::Reviewer, dismiss(&old, "2026-11-28")))
        .then_expect_events(vec![]);
    given(vec![dismissed(&old, "2026-11-20")])
        .when(does(Role::Clerk, dismiss(&new, "2026-11-28")))
        .then_expect_events(vec![dismissed(&new, "2026-11-28")]);
}

#[rstest]
#[case(Role::Auditor, "a", "2026-11-28", Error::RoleNotAllowed)]
#[case(Role::Finance, "a", "2026-11-28", Error::RoleNotAllowed)]
#[case(Role::Clerk, "A", "2026-11-28", Error::FactsMalformed)]
#[case(Role::Clerk, "a", "2026-11-29", Error::DayInFuture { day: "2026-11-29".parse().unwrap() })]
fn what_is_refused(#[case] role: Role, #[case] digit: &str, #[case] on: &str, #[case] error: Error) {
    given(vec![]).when(does(role, dismiss(&digit.repeat(64), on))).then_expect_error(error);
}

#[test]
fn each_person_program_and_kind_has_a_stream_of_its_own() {
    let id = Todo::stream_id(TodoKind::NotEnrolled, person(), Program::AdvancedAgeAllowance);
    assert_eq!(id, Todo::stream_id(TodoKind::NotEnrolled, person(), Program::AdvancedAgeAllowance));
    assert_ne!(id, Todo::stream_id(TodoKind::SeemsEnded, person(), Program::AdvancedAgeAllowance));
    assert_ne!(id, Todo::stream_id(TodoKind::NotEnrolled, person(), Program::ElderlyCareSubsidy));
}

#[test]
fn the_same_facts_are_not_dismissed_twice() {
    let facts = "a".repeat(64);
    let mut todo = Todo::default();
    todo.try_evolve(&dismissed(&facts, "2026-11-20")).unwrap();
    assert!(todo.is_dismissed_on(&facts));
    assert!(todo.try_evolve(&dismissed(&facts, "2026-11-21")).is_err());
}
