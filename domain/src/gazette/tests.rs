//! Given, when, then.

use chrono::NaiveDate;
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use rstest::rstest;
use sha2::{Digest, Sha256};

use crate::actor::{Actor, ActorId, Role};
use crate::aggregate::{Context, Decider, Instruction};
use crate::explain::Explain;
use crate::policy::{RuleBookError, RuleProblem};

use super::{Gazette, GazetteCommand as Command, GazetteError as Error, GazetteEvent as Event};

const RAISE: &str = r#"
[[parameter]]
key = "subsistence_standard"
[[parameter.row]]
from = "2026-07"
value = "1520.00"
announced = "2026-10-20"
source = "京民社救发〔2026〕99号"
status = "sourced"
"#;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn who(name: &str) -> ActorId {
    ActorId::parse(name).unwrap()
}

fn does(role: Role, name: &str, command: Command) -> Instruction<Command> {
    let actor = Actor { id: who(name), role };
    Instruction { context: Context { actor, today: day("2026-11-28") }, command }
}

fn propose(text: &str) -> Command {
    Command::ProposeParameters {
        document: "京民社救发〔2026〕99号".to_owned(),
        text: text.to_owned(),
        proposed_on: day("2026-11-01"),
    }
}

fn approve(number: u32) -> Command {
    Command::ApproveParameters { number, approved_on: day("2026-11-02") }
}

fn reject(number: u32) -> Command {
    Command::RejectParameters { number, reason: "文号有误".to_owned(), rejected_on: day("2026-11-02") }
}

fn proposed(number: u32, text: &str) -> Event {
    Event::PolicyParametersProposed {
        number,
        document: "京民社救发〔2026〕99号".to_owned(),
        text: text.to_owned(),
        proposed_on: day("2026-11-01"),
        proposed_by: who("zhao"),
    }
}

fn published(number: u32, text: &str) -> Event {
    Event::PolicyParametersPublished {
        number,
        document: "京民社救发〔2026〕99号".to_owned(),
        announced_on: day("2026-10-20"),
        from: "2026-07".parse().unwrap(),
        text: text.to_owned(),
        sha256: hex::encode(Sha256::digest(text.as_bytes())),
        approved_on: day("2026-11-02"),
        approved_by: who("qian"),
    }
}

fn rejected(number: u32) -> Event {
    Event::PolicyParametersRejected {
        number, reason: "文号有误".to_owned(), rejected_on: day("2026-11-02")
    }
}

fn given(events: Vec<Event>) -> AggregateTestExecutor<Gazette> {
    TestFramework::<Gazette>::with(()).given(events)
}

#[test]
fn one_proposes_and_another_publishes() {
    given(vec![])
        .when(does(Role::Administrator, "zhao", propose(RAISE)))
        .then_expect_events(vec![proposed(1, RAISE)]);
    given(vec![proposed(1, RAISE)])
        .when(does(Role::Approver, "qian", approve(1)))
        .then_expect_events(vec![published(1, RAISE)]);
}

#[test]
fn nobody_publishes_what_they_proposed() {
    given(vec![proposed(1, RAISE)])
        .when(does(Role::Approver, "zhao", approve(1)))
        .then_expect_error(Error::FourEyes);
}

#[rstest]
#[case(Role::Clerk, propose(RAISE))]
#[case(Role::Finance, propose(RAISE))]
#[case(Role::Approver, propose(RAISE))]
#[case(Role::Administrator, approve(1))]
#[case(Role::Reviewer, approve(1))]
#[case(Role::Clerk, reject(1))]
#[case(Role::System, approve(1))]
fn a_role_does_only_its_part(#[case] role: Role, #[case] command: Command) {
    let refusal = Error::RoleNotAllowed { command: command.name() };
    given(vec![proposed(1, RAISE)]).when(does(role, "sun", command)).then_expect_error(refusal);
}

#[test]
fn a_repeat_changes_nothing() {
    let repeats = [
        (vec![proposed(1, RAISE)], Role::Administrator, "zhao", propose(RAISE)),
        (vec![proposed(1, RAISE), published(1, RAISE)], Role::Reviewer, "li", propose(RAISE)),
        (vec![proposed(1, RAISE), published(1, RAISE)], Role::Approver, "qian", approve(1)),
        (vec![proposed(1, RAISE), rejected(1)], Role::Approver, "qian", reject(1)),
    ];
    for (events, role, name, command) in repeats {
        given(events).when(does(role, name, command)).then_expect_events(vec![]);
    }
}

#[test]
fn what_was_rejected_is_proposed_again_under_a_new_number() {
    let history = vec![proposed(1, RAISE), rejected(1)];
    given(history.clone())
        .when(does(Role::Administrator, "zhao", propose(RAISE)))
        .then_expect_events(vec![proposed(2, RAISE)]);
    given(history)
        .when(does(Role::Approver, "qian", approve(1)))
        .then_expect_error(Error::ProposalClosed { number: 1 });
}

#[test]
fn an_unknown_proposal_is_named() {
    given(vec![])
        .when(does(Role::Approver, "qian", approve(7)))
        .then_expect_error(Error::ProposalUnknown { number: 7 });
}

fn refusal(history: &[Event], role: Role, command: Command) -> Error {
    let mut gazette = Gazette::default();
    for event in history {
        gazette.try_evolve(event).unwrap();
    }
    let context = does(role, "wu", command.clone()).context;
    gazette.decide(command, &context).unwrap_err()
}

#[test]
fn a_bad_text_is_refused_with_its_line() {
    let error = refusal(&[], Role::Reviewer, propose(&RAISE.replace("1520.00", "1520")));
    let Error::Rates(RuleBookError::Invalid { line, at, problem, .. }) = &error else { panic!("{error}") };
    assert_eq!(
        (*line, at.as_str(), *problem),
        (6, "subsistence_standard: 2026-07", RuleProblem::ValueMalformed)
    );
    assert_eq!((error.code(), error.field()), ("value_malformed", "text"));
    assert!(error.zh().contains("第6行"), "{}", error.zh());
}

#[test]
fn an_announcement_is_not_taken_in_advance() {
    let later = RAISE.replace("2026-10-20", "2026-11-02");
    assert_eq!(
        refusal(&[], Role::Reviewer, propose(&later)),
        Error::NotYetAnnounced { day: day("2026-11-02") }
    );
    let without = RAISE.replace("announced = \"2026-10-20\"\n", "");
    assert_eq!(refusal(&[], Role::Reviewer, propose(&without)).code(), "announcement_missing");
}

#[test]
fn a_text_beyond_an_entry_is_refused() {
    let long = format!("{RAISE}# {}", "x".repeat(super::TEXT_BYTES_MAX));
    let bytes = long.len();
    assert_eq!(refusal(&[], Role::Reviewer, propose(&long)), Error::TextTooLong { bytes });
}

#[test]
fn a_document_that_contradicts_one_published_meanwhile_is_not_published() {
    let other = RAISE.replace("1520.00", "1530.00");
    let history = [proposed(1, RAISE), proposed(2, &other), published(1, RAISE)];
    assert_eq!(refusal(&history, Role::Approver, approve(2)).code(), "contradicts_row");
}

#[test]
fn a_correction_is_announced_later_and_published_beside_the_first() {
    let correction = RAISE.replace("1520.00", "1530.00").replace("2026-10-20", "2026-11-01");
    let history = vec![proposed(1, RAISE), published(1, RAISE)];
    given(history)
        .when(does(Role::Administrator, "zhao", propose(&correction)))
        .then_expect_events(vec![proposed(2, &correction)]);
}

#[test]
fn days_follow_each_other() {
    let early = Command::ApproveParameters { number: 1, approved_on: day("2026-10-31") };
    let refused = refusal(&[proposed(1, RAISE)], Role::Approver, early);
    assert_eq!(refused, Error::DayTooEarly { day: day("2026-10-31"), earliest: day("2026-11-01") });
    let late = Command::ApproveParameters { number: 1, approved_on: day("2026-11-29") };
    let refused = refusal(&[proposed(1, RAISE)], Role::Approver, late);
    assert_eq!(refused, Error::DayInFuture { day: day("2026-11-29") });
}

#[test]
fn a_document_and_a_reason_are_said() {
    let unnamed = Command::ProposeParameters {
        document: " ".to_owned(),
        text: RAISE.to_owned(),
        proposed_on: day("2026-11-01"),
    };
    assert_eq!(refusal(&[], Role::Reviewer, unnamed), Error::WordsMissing { field: "document" });
    let silent =
        Command::RejectParameters { number: 1, reason: String::new(), rejected_on: day("2026-11-02") };
    let refused = refusal(&[proposed(1, RAISE)], Role::Approver, silent);
    assert_eq!(refused, Error::WordsMissing { field: "reason" });
}

#[test]
fn what_cannot_have_happened_is_not_folded() {
    let mut gazette = Gazette::default();
    assert!(gazette.try_evolve(&published(1, RAISE)).is_err());
    assert!(gazette.try_evolve(&proposed(2, RAISE)).is_err());
    assert_eq!(gazette, Gazette::default());
}
