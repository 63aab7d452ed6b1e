//! Given, when, then.

use chrono::NaiveDate;
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use proptest::prelude::*;
use rstest::rstest;
use uuid::Uuid;

use super::{
    BankReturn, BankReturnCommand as Command, BankReturnError as Error, BankReturnEvent as Event, LINES_MAX,
    LineResolution, Matching, ReceivedFile, UNMATCHED_MAX, UnmatchedLine, UnmatchedReason,
};
use crate::actor::{Actor, ActorId, Role};
use crate::aggregate::{Context, Decider, Instruction};
use crate::ids::{BankReturnId, PaymentId, RunId};
use crate::money::Money;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn run() -> RunId {
    RunId::new(Uuid::from_u128(7))
}

fn payment(number: u128) -> PaymentId {
    PaymentId::new(Uuid::from_u128(number))
}

fn context(role: Role) -> Context {
    Context { actor: Actor { id: ActorId::parse("liu.yang").unwrap(), role }, today: day("2023-07-20") }
}

fn does(role: Role, command: Command) -> Instruction<Command> {
    Instruction { context: context(role), command }
}

fn file() -> ReceivedFile {
    let sha256 = "ab".repeat(32);
    ReceivedFile {
        return_id: BankReturnId::derive(run(), &sha256),
        run_id: run(),
        sha256,
        layout: "pain_002".into(),
        line_count: 4,
        settled_count: 3,
        settled_sum: Money::from_fen(30_000),
        returned_count: 1,
        returned_sum: Money::from_fen(10_000),
    }
}

fn line(row: u64) -> UnmatchedLine {
    UnmatchedLine {
        row,
        reason: UnmatchedReason::ReferenceUnknown,
        outcome: None,
        amount: Some(Money::from_fen(10_000)),
        end_to_end_id: Some("NOT-OURS".into()),
        payment_id: None,
        account_index: None,
        bank_code: None,
    }
}

fn receive() -> Command {
    Command::ReceiveFile { file: file(), received_on: day("2023-07-20") }
}

fn received() -> Event {
    Event::BankFileReceived { file: file(), received_on: day("2023-07-20") }
}

fn unmatched(rows: &[u64]) -> Event {
    Event::BankLinesUnmatched { lines: rows.iter().copied().map(line).collect() }
}

fn matching(unmatched_count: u64) -> Matching {
    Matching {
        settled_count: 3 - unmatched_count,
        settled_sum: Money::from_fen(20_000),
        returned_count: 1,
        returned_sum: Money::from_fen(10_000),
        unmatched_count,
        ..Matching::default()
    }
}

fn matched(unmatched_count: u64) -> Event {
    Event::BankFileMatched { matching: matching(unmatched_count), matched_on: day("2023-07-20") }
}

fn complete(unmatched_count: u64) -> Command {
    Command::RecordMatched { matching: matching(unmatched_count), matched_on: day("2023-07-20") }
}

fn resolve(row: u64, resolution: LineResolution, note: &str) -> Command {
    Command::ResolveLine { row, resolution, note: note.to_owned(), resolved_on: day("2023-07-20") }
}

fn resolved(row: u64) -> Event {
    Event::BankLineResolved {
        row,
        resolution: LineResolution::Dismissed,
        note: "非本单位".into(),
        resolved_on: day("2023-07-20"),
        by: ActorId::parse("liu.yang").unwrap(),
    }
}

fn given(events: Vec<Event>) -> AggregateTestExecutor<BankReturn> {
    TestFramework::<BankReturn>::with(()).given(events)
}

#[test]
fn a_file_is_taken_in_matched_and_its_exception_resolved() {
    given(vec![]).when(does(Role::Finance, receive())).then_expect_events(vec![received()]);
    given(vec![received()])
        .when(does(Role::System, Command::RecordUnmatched { lines: vec![line(3)] }))
        .then_expect_events(vec![unmatched(&[3])]);
    given(vec![received(), unmatched(&[3])])
        .when(does(Role::Finance, complete(1)))
        .then_expect_events(vec![matched(1)]);
    given(vec![received(), unmatched(&[3]), matched(1)])
        .when(does(Role::Finance, resolve(3, LineResolution::Dismissed, "非本单位")))
        .then_expect_events(vec![resolved(3)]);
}

#[test]
fn doing_it_again_changes_nothing() {
    let all = vec![received(), unmatched(&[3]), matched(1), resolved(3)];
    for command in [receive(), complete(1), resolve(3, LineResolution::Dismissed, "非本单位")] {
        given(all.clone()).when(does(Role::Finance, command)).then_expect_events(vec![]);
    }
    given(vec![received(), unmatched(&[3])])
        .when(does(Role::Finance, Command::RecordUnmatched { lines: vec![line(3)] }))
        .then_expect_events(vec![]);
}

#[test]
fn the_same_bytes_for_the_same_run_are_the_same_file() {
    let sha256 = "ab".repeat(32);
    assert_eq!(BankReturnId::derive(run(), &sha256), file().return_id);
    assert_ne!(BankReturnId::derive(RunId::new(Uuid::nil()), &sha256), file().return_id);
    let other = ReceivedFile { layout: "camt_053".into(), ..file() };
    let again = Command::ReceiveFile { file: other, received_on: day("2023-07-20") };
    given(vec![received()]).when(does(Role::Finance, again)).then_expect_error(Error::FileDiffers);
}

#[test]
fn many_unmatched_lines_are_several_events_and_too_many_are_refused() {
    let lines = |count: usize| (1..=count as u64).map(line).collect::<Vec<_>>();
    let state = {
        let mut state = BankReturn::default();
        state.try_evolve(&received()).unwrap();
        state
    };
    let keep = |count| Command::RecordUnmatched { lines: lines(count) };
    let events = state.decide(keep(LINES_MAX + 1), &context(Role::Finance)).unwrap();
    assert_eq!(events.len(), 2);
    let largest = serde_json::to_string(&events[0]).unwrap();
    assert!(largest.len() < 59_000, "{}", largest.len());
    let refused = state.decide(keep(UNMATCHED_MAX + 1), &context(Role::Finance));
    assert_eq!(refused, Err(Error::TooManyUnmatched));
}

fn received_with(change: impl FnOnce(&mut ReceivedFile)) -> Command {
    let mut file = file();
    change(&mut file);
    Command::ReceiveFile { file, received_on: day("2023-07-20") }
}

#[rstest]
#[case::clerk(Role::Clerk, receive(), Error::RoleNotAllowed { command: "ReceiveFile" })]
#[case::digest(Role::Finance, received_with(|file| file.sha256 = "AB".repeat(32)), Error::FileMalformed)]
#[case::other_run(Role::Finance, received_with(|file| file.run_id = RunId::new(Uuid::nil())), Error::FileMalformed)]
#[case::layout(Role::Finance, received_with(|file| file.layout = String::new()), Error::TextMissing { field: "file.layout" })]
#[case::empty(Role::Finance, received_with(|file| file.line_count = 0), Error::CountsDiffer)]
#[case::more_results_than_lines(Role::Finance, received_with(|file| file.settled_count = 4), Error::CountsDiffer)]
#[case::negative(Role::Finance, received_with(|file| file.returned_sum = Money::from_fen(-1)), Error::CountsDiffer)]
#[case::tomorrow(
    Role::Finance,
    Command::ReceiveFile { file: file(), received_on: day("2023-07-21") },
    Error::DayInFuture { day: day("2023-07-21") }
)]
#[case::unknown(Role::Finance, complete(0), Error::FileUnknown)]
fn what_does_not_fit_a_new_file_is_refused(
    #[case] role: Role,
    #[case] command: Command,
    #[case] refusal: Error,
) {
    given(vec![]).when(does(role, command)).then_expect_error(refusal);
}

#[rstest]
#[case::not_an_exception(resolve(4, LineResolution::Dismissed, "x"), Error::LineUnknown { row: 4 })]
#[case::no_note(resolve(3, LineResolution::Dismissed, " "), Error::TextMissing { field: "note" })]
#[case::other_payment(
    resolve(5, LineResolution::Settled { payment_id: payment(2) }, "x"),
    Error::PaymentDiffers { row: 5, payment_id: payment(1) }
)]
#[case::counts(complete(1), Error::CountsDiffer)]
fn what_does_not_fit_a_matched_file_is_refused(#[case] command: Command, #[case] refusal: Error) {
    let named = UnmatchedLine { payment_id: Some(payment(1)), ..line(5) };
    let lines = Event::BankLinesUnmatched { lines: vec![line(3), named] };
    let history = vec![received(), lines, matched(2)];
    given(history).when(does(Role::Finance, command)).then_expect_error(refusal);
}

#[test]
fn a_resolution_is_not_changed_and_not_made_before_the_file_is_matched() {
    let history = vec![received(), unmatched(&[3]), matched(1), resolved(3)];
    let otherwise = resolve(3, LineResolution::Dismissed, "另一原因");
    given(history).when(does(Role::Finance, otherwise)).then_expect_error(Error::LineResolved { row: 3 });
    let early = resolve(3, LineResolution::Dismissed, "非本单位");
    let stage = super::BankReturnStage::Received;
    given(vec![received(), unmatched(&[3])])
        .when(does(Role::Finance, early))
        .then_expect_error(Error::WrongStage { command: "ResolveLine", stage });
    let system = resolve(3, LineResolution::Dismissed, "非本单位");
    given(vec![received(), unmatched(&[3]), matched(1)])
        .when(does(Role::System, system))
        .then_expect_error(Error::RoleNotAllowed { command: "ResolveLine" });
}

#[test]
fn a_damaged_history_is_named() {
    let mut state = BankReturn::default();
    assert!(state.try_evolve(&matched(1)).is_err());
    state.try_evolve(&received()).unwrap();
    state.try_evolve(&unmatched(&[3])).unwrap();
    assert!(state.try_evolve(&unmatched(&[3])).is_err(), "a row is unmatched once");
    assert!(state.try_evolve(&resolved(3)).is_err(), "not before the file is matched");
    state.try_evolve(&matched(1)).unwrap();
    assert!(state.try_evolve(&resolved(4)).is_err());
}

proptest! {
    /// However commands come, every decided event can follow, and no row is kept or resolved twice.
    #[test]
    fn random_commands_keep_every_row_once(commands in prop::collection::vec((0..4_u8, 1..6_u64), 1..40)) {
        let mut state = BankReturn::default();
        for (kind, row) in commands {
            let rows = state.received().map_or(0, |received| received.lines.len() as u64).min(3);
            let command = match kind {
                0 => receive(),
                1 => Command::RecordUnmatched { lines: vec![line(row)] },
                2 => complete(rows),
                _ => resolve(row, LineResolution::Dismissed, "非本单位"),
            };
            if let Ok(events) = state.decide(command, &context(Role::Finance)) {
                for event in events {
                    state.try_evolve(&event).unwrap();
                }
            }
            if let BankReturn::Matched(matched) = &state {
                let kept = &matched.received.lines;
                prop_assert!(matched.resolved.keys().all(|row| kept.contains_key(row)));
                prop_assert_eq!(matched.matching.line_count(), Some(4));
            }
        }
    }
}

#[test]
fn a_reason_is_called_on_the_screen_as_in_the_log() {
    use UnmatchedReason as Reason;
    let all = [
        Reason::LineMalformed,
        Reason::AmountMalformed,
        Reason::AccountMalformed,
        Reason::ResultUnknown,
        Reason::ReferenceUnknown,
        Reason::OtherRun,
        Reason::Ambiguous,
        Reason::AmountDiffers,
        Reason::AccountDiffers,
        Reason::SettledTwice,
        Reason::SettledAfterReturn,
        Reason::ReturnedAfterSettlement,
        Reason::ReturnDiffers,
        Reason::TooEarly,
    ];
    for reason in all {
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
    }
}
