//! Given, when, then.

use chrono::NaiveDate;
use cqrs_es::test::TestFramework;
use rstest::rstest;

use crate::actor::{Actor, ActorId, Role};
use crate::aggregate::{Context, Instruction};

use super::{
    LogBreak, LogBreakCommand as Command, LogBreakError as Error, LogBreakEvent as Event, Loss, LossKind,
    SignedHead, TreeHead, WHY_MAX,
};

const WHY: &str = "磁盘损坏，只有昨夜的备份";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn who(account: &str) -> ActorId {
    ActorId::parse(account).unwrap()
}

fn loss(found: u64) -> Box<Loss> {
    let root = |size: u64| format!("root of {size}");
    let signed = SignedHead { size: 610, root: root(610), checkpoint: "a log\n610\n…\n".to_owned() };
    let head = |size| TreeHead { size, root: root(size) };
    Box::new(Loss { kind: LossKind::Behind, kept: head(300), signed: Some(signed), found: head(found) })
}

fn propose(why: &str) -> Command {
    propose_of(302, why)
}

fn propose_of(found: u64, why: &str) -> Command {
    Command::ProposeBreak { loss: loss(found), why: why.to_owned(), proposed_on: day("2026-11-27") }
}

fn accept() -> Command {
    Command::AcceptBreak { loss: loss(302), accepted_on: day("2026-11-28") }
}

fn proposed(account: &str, why: &str) -> Event {
    proposed_of(302, account, why)
}

fn proposed_of(found: u64, account: &str, why: &str) -> Event {
    let (why, by) = (why.to_owned(), who(account));
    Event::LogBreakProposed { loss: loss(found), why, proposed_on: day("2026-11-27"), by }
}

fn accepted() -> Event {
    Event::LogBreakAccepted {
        loss: loss(302),
        why: WHY.to_owned(),
        proposed_by: who("root"),
        accepted_on: day("2026-11-28"),
        by: who("second"),
    }
}

fn does(account: &str, role: Role, command: Command) -> Instruction<Command> {
    let context = Context { actor: Actor { id: who(account), role }, today: day("2026-11-28") };
    Instruction { context, command }
}

fn administrator(account: &str, command: Command) -> Instruction<Command> {
    does(account, Role::Administrator, command)
}

#[test]
fn two_administrators_go_on_after_a_loss() {
    let given = |events| TestFramework::<LogBreak>::with(()).given(events);
    given(vec![]).when(administrator("root", propose(WHY))).then_expect_events(vec![proposed("root", WHY)]);
    given(vec![proposed("root", WHY)])
        .when(administrator("second", accept()))
        .then_expect_events(vec![accepted()]);
}

#[test]
fn a_repeat_changes_nothing_and_other_words_replace_ones_own() {
    let given = |events| TestFramework::<LogBreak>::with(()).given(events);
    given(vec![proposed("root", WHY)]).when(administrator("root", propose(WHY))).then_expect_events(vec![]);
    given(vec![proposed("root", WHY), accepted()])
        .when(administrator("second", accept()))
        .then_expect_events(vec![]);
    given(vec![proposed("root", "x")])
        .when(administrator("root", propose(WHY)))
        .then_expect_events(vec![proposed("root", WHY)]);
    // the words that were there last are those that are accepted
    given(vec![proposed("root", "x"), proposed("root", WHY)])
        .when(administrator("second", accept()))
        .then_expect_events(vec![accepted()]);
}

#[test]
fn another_loss_is_proposed_in_the_place_of_one_that_is_pending_or_past() {
    for given in [vec![proposed("root", WHY)], vec![proposed("root", WHY), accepted()]] {
        TestFramework::<LogBreak>::with(())
            .given(given)
            .when(administrator("second", propose_of(303, "y")))
            .then_expect_events(vec![proposed_of(303, "second", "y")]);
    }
}

#[rstest]
#[case::clerk(Role::Clerk)]
#[case::approver(Role::Approver)]
#[case::auditor(Role::Auditor)]
#[case::program(Role::System)]
fn nobody_else_goes_on(#[case] role: Role) {
    for (given, command) in [(vec![], propose(WHY)), (vec![proposed("root", WHY)], accept())] {
        TestFramework::<LogBreak>::with(())
            .given(given)
            .when(does("second", role, command))
            .then_expect_error(Error::RoleNotAllowed { role });
    }
}

#[rstest]
#[case::nobody_proposed(vec![], "second", accept(), Error::BreakUnknown)]
#[case::the_same_person(vec![proposed("root", WHY)], "root", accept(), Error::FourEyes)]
#[case::somebody_elses(vec![proposed("root", WHY)], "second", propose("y"), Error::BreakPending)]
#[case::done(vec![proposed("root", WHY), accepted()], "root", propose(WHY), Error::BreakAccepted)]
#[case::another_loss(
    vec![proposed("root", WHY)], "second",
    Command::AcceptBreak { loss: loss(303), accepted_on: day("2026-11-28") }, Error::LossChanged
)]
#[case::another_loss_later(
    vec![proposed("root", WHY), accepted()], "second",
    Command::AcceptBreak { loss: loss(303), accepted_on: day("2026-11-28") }, Error::BreakUnknown
)]
#[case::tomorrow(
    vec![proposed("root", WHY)], "second",
    Command::AcceptBreak { loss: loss(302), accepted_on: day("2026-11-29") }, Error::DateInFuture
)]
#[case::proposed_tomorrow(
    vec![], "root",
    Command::ProposeBreak { loss: loss(302), why: WHY.to_owned(), proposed_on: day("2026-11-29") },
    Error::DateInFuture
)]
#[case::silent(vec![], "root", propose(" "), Error::ReasonMissing)]
#[case::long(vec![], "root", propose(&"长".repeat(WHY_MAX + 1)), Error::ReasonMissing)]
fn it_is_refused(
    #[case] given: Vec<Event>,
    #[case] account: &str,
    #[case] command: Command,
    #[case] error: Error,
) {
    TestFramework::<LogBreak>::with(())
        .given(given)
        .when(administrator(account, command))
        .then_expect_error(error);
}
