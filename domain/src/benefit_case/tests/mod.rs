//! Stories, transitions and properties of benefit cases.

mod held;
mod properties;
mod stories;
mod transitions;

use chrono::NaiveDate;
use cqrs_es::test::TestFramework;
use uuid::Uuid;

use crate::actor::{Actor, ActorId, Contributors, Role};
use crate::aggregate::{Context, Instruction};
use crate::ids::{CaseId, HouseholdId, PersonId};
use crate::money::Money;
use crate::personal::{Note, Sealed};
use crate::policy::{Determination, SuspensionReason};
use crate::program::Program;

use super::{
    BenefitCase, BenefitCaseCommand as Command, BenefitCaseError as Error, BenefitCaseEvent as Event,
    CaseSubject, ClosureReason, HeldMonths, HoldReason, MeansFinding, ObjectionOutcome, Outcome, RulesAnswer,
};

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn id(name: &str) -> ActorId {
    ActorId::parse(name).unwrap()
}

/// Someone of the office, on a day late enough for everything in the stories.
pub fn persona(name: &str) -> Context {
    let role = match name {
        "zhao" | "sun" => Role::Approver,
        "wang" => Role::Reviewer,
        "audit" => Role::Auditor,
        "admin" => Role::Administrator,
        "bank" => Role::Finance,
        "system" => Role::System,
        _ => Role::Clerk,
    };
    Context { actor: Actor { id: id(name), role }, today: day("2024-06-30") }
}

pub fn does(name: &str, command: Command) -> Instruction<Command> {
    Instruction { context: persona(name), command }
}

pub fn given(events: &[Event]) -> cqrs_es::test::AggregateTestExecutor<BenefitCase> {
    TestFramework::<BenefitCase>::with(()).given(events.to_vec())
}

pub fn subject(program: Program) -> CaseSubject {
    CaseSubject {
        case_id: CaseId::new(Uuid::from_u128(1)),
        household_id: HouseholdId::new(Uuid::from_u128(2)),
        applicant: PersonId::new(Uuid::from_u128(3)),
        program,
    }
}

pub fn note() -> Sealed<Note> {
    Sealed::from_ciphertext("note")
}

pub fn determination() -> Sealed<Determination> {
    Sealed::from_ciphertext("determination")
}

pub fn approve(decided_on: &str) -> Command {
    Command::DecideEligibility {
        outcome: Outcome::Approved,
        decided_on: day(decided_on),
        reasons: vec![],
        rule_version: "v1".to_owned(),
        rules: RulesAnswer::Eligible(determination()),
        facts_recorded_by: Contributors::default(),
    }
}

pub fn refuse(decided_on: &str) -> Command {
    Command::DecideEligibility {
        outcome: Outcome::Refused,
        decided_on: day(decided_on),
        reasons: vec!["motor_vehicle".to_owned()],
        rule_version: "v1".to_owned(),
        rules: RulesAnswer::Ineligible(determination()),
        facts_recorded_by: Contributors::default(),
    }
}

pub fn decided(outcome: Outcome, decided_on: &str, by: &str) -> Event {
    let reasons = if outcome == Outcome::Refused { vec!["motor_vehicle".to_owned()] } else { vec![] };
    Event::EligibilityDecided {
        outcome,
        decided_on: day(decided_on),
        reasons,
        rule_version: "v1".to_owned(),
        determination: Some(determination()),
        by: id(by),
    }
}

pub fn applied(program: Program) -> Event {
    Event::ApplicationReceived {
        subject: subject(program),
        applied_on: day("2023-09-01"),
        request: None,
        chosen_set: None,
        by: id("li"),
    }
}

pub fn checked() -> Event {
    let finding = MeansFinding::Consistent;
    Event::MeansChecked { finding, checked_on: day("2023-09-05"), report: "H-1".to_owned(), by: id("li") }
}

pub fn visited() -> Event {
    let visitors = vec![id("li"), id("chen")];
    Event::HomeVisited { visitors, note: note(), visited_on: day("2023-09-06"), by: id("li") }
}

pub fn recommended(outcome: Outcome) -> Event {
    Event::ReviewRecommended { outcome, reviewed_on: day("2023-09-08"), by: id("wang") }
}

pub fn posted() -> Event {
    Event::NoticePosted {
        posted_on: day("2023-09-11"),
        notice_days: 7,
        earliest_decision_on: day("2023-09-19"),
        by: id("li"),
    }
}

/// A 低保 application until it may be decided, on 2023-09-19.
pub fn proposed() -> Vec<Event> {
    let program = Program::SubsistenceAllowance;
    vec![applied(program), checked(), visited(), recommended(Outcome::Approved), posted()]
}

/// A 低保 case on the roll since 2023-09-20.
pub fn enrolled() -> Vec<Event> {
    with(proposed(), [decided(Outcome::Approved, "2023-09-20", "zhao")])
}

/// A 高龄津贴 case on the roll since 2023-09-20.
pub fn enrolled_elder() -> Vec<Event> {
    let review = [applied(Program::AdvancedAgeAllowance), recommended(Outcome::Approved)];
    with(review.to_vec(), [decided(Outcome::Approved, "2023-09-20", "zhao")])
}

pub fn refused() -> Vec<Event> {
    let review = [applied(Program::SubsistenceAllowance), recommended(Outcome::Refused)];
    with(review.to_vec(), [decided(Outcome::Refused, "2023-09-20", "zhao")])
}

pub fn closed(reason: ClosureReason) -> Event {
    Event::CaseClosed { reason, closed_on: day("2024-01-15"), by: id("li") }
}

pub fn suspended() -> Event {
    Event::CaseSuspended { reason: SuspensionReason::Unreachable, since: day("2023-10-01"), by: id("li") }
}

pub fn appealed(filed_on: &str) -> Event {
    Event::AppealFiled { note: note(), filed_on: day(filed_on), by: id("li") }
}

pub fn objected() -> Event {
    Event::ObjectionRaised { objection: 1, note: note(), raised_on: day("2023-09-12"), by: id("chen") }
}

pub fn resolved(outcome: ObjectionOutcome) -> Event {
    Event::ObjectionResolved { objection: 1, outcome, resolved_on: day("2023-09-13"), by: id("chen") }
}

pub fn hold(months: HeldMonths, held_on: &str) -> Command {
    let (reason, note) = (HoldReason::FactsInDoubt, None);
    Command::HoldPayment { months, reason, note, held_on: day(held_on) }
}

pub fn determined() -> Command {
    Command::DetermineEntitlement {
        from: "2023-10".parse().unwrap(),
        amount: Money::from_fen(139_500),
        rule_version: "v1".to_owned(),
        determination: determination(),
    }
}

pub fn with(mut events: Vec<Event>, more: impl IntoIterator<Item = Event>) -> Vec<Event> {
    events.extend(more);
    events
}
