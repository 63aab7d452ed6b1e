//! Whatever is asked, in whatever order.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::aggregate::Decider;
use crate::policy::{AssistanceMode, AssistanceRequest};

use super::super::{Action, Stage, Step};
use super::*;

const PEOPLE: &[&str] = &["li", "chen", "wang", "zhao", "sun", "audit", "system"];
const ROLES: &[Role] = &[Role::Clerk, Role::Reviewer, Role::Approver, Role::System];

/// One thing that someone may ask on a day of the year after 2023-09-01.
#[derive(Clone, Copy, Debug)]
struct Ask {
    action: Action,
    who: usize,
    /// Mostly the persona's own role, at times another: people change posts.
    role: usize,
    offset: u64,
    yes: bool,
    aim: Aim,
}

/// How much sense an ask makes.
#[derive(Clone, Copy, Debug)]
enum Aim {
    /// Anyone asks anything.
    Wild,
    /// Someone who may ask asks for something that can be done next, so that long lives are reached.
    Fitting(usize),
}

fn asks() -> impl Strategy<Value = Vec<Ask>> {
    let action = prop::sample::select(Action::ALL);
    let aim = prop_oneof![1 => Just(Aim::Wild), 3 => (0..60_usize).prop_map(Aim::Fitting)];
    let one = (action, 0..PEOPLE.len(), 0..20_usize, 0..12_u64, prop::bool::weighted(0.8), aim);
    let one =
        one.prop_map(|(action, who, role, offset, yes, aim)| Ask { action, who, role, offset, yes, aim });
    prop::collection::vec(one, 1..120)
}

/// The ask as its aim makes it in this state.
fn aimed(ask: Ask, case: &BenefitCase) -> Ask {
    let Aim::Fitting(pick) = ask.aim else { return ask };
    let mut next = case.next_actions();
    // one end in five is enough, or no play would grow old
    next.retain(|action| *action != Action::Close || !ask.yes);
    if next.is_empty() {
        return ask;
    }
    Ask { action: next[pick % next.len()], ..ask }
}

/// Who asks, on which day.
fn asker(ask: Ask, command: &Command, on: NaiveDate) -> Context {
    let may = |name: &&str| command.allowed_roles().contains(&persona(name).actor.role);
    let able: Vec<_> = PEOPLE.iter().copied().filter(may).collect();
    let name = match ask.aim {
        Aim::Fitting(_) => able[ask.who % able.len()],
        Aim::Wild => PEOPLE[ask.who],
    };
    let mut context = persona(name);
    context.today = on + chrono::Days::new(10);
    if let Some(role) = ROLES.get(ask.role) {
        context.actor.role = *role;
    }
    context
}

fn programs() -> impl Strategy<Value = Program> {
    prop::sample::select(vec![
        Program::SubsistenceAllowance,
        Program::ChildrenInDifficulty,
        Program::AdvancedAgeAllowance,
        Program::TemporaryAssistance,
    ])
}

fn command(program: Program, ask: Ask, on: NaiveDate) -> Command {
    let outcome = if ask.yes { Outcome::Approved } else { Outcome::Refused };
    let later = |days| on + chrono::Days::new(days);
    match ask.action {
        Action::HoldConsultation => Command::HoldConsultation { subject: subject(program), held_on: on },
        Action::ReceiveApplication => receive(program, on),
        Action::RequestMaterials => {
            Command::RequestMaterials { materials: vec!["病历".to_owned()], due_on: later(400) }
        }
        Action::SupplyMaterials => Command::SupplyMaterials { supplied_on: on },
        Action::CheckMeans => {
            let report = on.to_string();
            Command::CheckMeans { finding: MeansFinding::Consistent, checked_on: on, report }
        }
        Action::RecordHomeVisit => {
            let visitors = vec![id("li"), id(PEOPLE[ask.who])];
            Command::RecordHomeVisit { visitors, note: note(), visited_on: on }
        }
        Action::Recommend => Command::Recommend { outcome, reviewed_on: on },
        Action::WithdrawReview => Command::WithdrawReview { withdrawn_on: on },
        Action::PostNotice => {
            Command::PostNotice { posted_on: on, notice_days: 7, earliest_decision_on: later(8) }
        }
        Action::RaiseObjection => Command::RaiseObjection { note: note(), raised_on: on },
        Action::ResolveObjection => {
            let outcome = if ask.yes { ObjectionOutcome::Dismissed } else { ObjectionOutcome::Upheld };
            Command::ResolveObjection { objection: 1 + (ask.offset % 2) as u32, outcome, resolved_on: on }
        }
        Action::DecideEligibility if ask.yes => approve(&on.to_string()),
        Action::DecideEligibility => refuse(&on.to_string()),
        Action::DetermineEntitlement => determined(),
        Action::NoteRecertificationDue => Command::NoteRecertificationDue { due_on: later(30) },
        Action::Recertify => Command::Recertify { recertified_on: on, next_due_on: later(300) },
        Action::Suspend => Command::Suspend { reason: SuspensionReason::Unreachable, since: on },
        Action::Resume => Command::Resume { confirmed_on: on },
        Action::HoldPayment => hold(held_months(ask), &on.to_string()),
        Action::LiftPaymentHold => Command::LiftPaymentHold { months: held_months(ask), lifted_on: on },
        Action::Close if ask.role == 0 => Command::Close { reason: ClosureReason::Completed, closed_on: on },
        Action::Close => Command::Close { reason: ClosureReason::Withdrawn, closed_on: on },
        Action::FileAppeal => Command::FileAppeal { note: note(), served_on: on, filed_on: later(5) },
        Action::DecideAppeal => Command::DecideAppeal { outcome, decided_on: on },
    }
}

fn held_months(ask: Ask) -> HeldMonths {
    if ask.yes { HeldMonths::All } else { HeldMonths::Month("2023-10".parse().unwrap()) }
}

fn receive(program: Program, applied_on: NaiveDate) -> Command {
    let asked = AssistanceRequest {
        mode: AssistanceMode::Tier,
        on: applied_on,
        persons: Some(1),
        tier: Some(1),
        amount: None,
    };
    let request = (program == Program::TemporaryAssistance).then_some(asked);
    Command::ReceiveApplication { subject: subject(program), applied_on, request, chosen_set: None }
}

/// Plays a year of asking; the accepted events, each after the state that it met.
fn played(program: Program, asks: &[Ask]) -> Vec<(BenefitCase, Event)> {
    let mut case = BenefitCase::default();
    let mut history = Vec::new();
    let mut on = day("2023-09-01");
    for ask in asks {
        on = on + chrono::Days::new(ask.offset);
        let next = case.next_actions();
        let ask = aimed(*ask, &case);
        let asked = command(program, ask, on);
        let context = asker(ask, &asked, on);
        let Ok(events) = case.decide(asked.clone(), &context) else { continue };
        let happened = !events.is_empty();
        for event in events {
            assert!(next.contains(&ask.action), "{ask:?} was accepted but not offered by {}", case.stage());
            history.push((case.clone(), event.clone()));
            case.try_evolve(&event).expect("a decided event is possible");
        }
        if happened && can_be_told_again(ask.action, &case) {
            assert_eq!(case.decide(asked, &context), Ok(vec![]), "{ask:?} again");
        }
    }
    history
}

/// A second objection, or a second visit to a case on the roll, is news even when it says the same.
fn can_be_told_again(action: Action, case: &BenefitCase) -> bool {
    let enrolled = matches!(case, BenefitCase::Enrolled(_));
    match action {
        Action::RaiseObjection => false,
        Action::CheckMeans | Action::RecordHomeVisit => !enrolled,
        _ => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_decided_event_is_always_possible_and_a_stage_offers_what_it_accepts(
        program in programs(),
        asks in asks(),
    ) {
        played(program, &asks);
    }

    #[test]
    fn a_decider_never_took_part(program in programs(), asks in asks()) {
        let mut took_part = Contributors::default();
        for (_, event) in played(program, &asks) {
            let json = serde_json::to_value(&event).unwrap();
            let (name, fields) = json.as_object().unwrap().iter().next().unwrap();
            let by = id(fields["by"].as_str().unwrap());
            if let Event::EligibilityDecided { .. } | Event::AppealDecided { .. } = event {
                prop_assert!(!took_part.include(&by), "{by} took part and gave {name}");
                continue;
            }
            took_part.add(&by);
            if let Event::HomeVisited { visitors, .. } = &event {
                visitors.iter().for_each(|visitor| took_part.add(visitor));
            }
        }
    }

    #[test]
    fn an_approval_follows_all_that_the_program_asks(program in programs(), asks in asks()) {
        let history = played(program, &asks);
        for (before, event) in &history {
            let Event::EligibilityDecided { outcome: Outcome::Approved, decided_on, .. } = event else { continue };
            let BenefitCase::UnderReview(review) = before else { panic!("decided in {}", before.stage()) };
            prop_assert!(!review.is_objected());
            if program == Program::SubsistenceAllowance {
                let Step::OnNotice { earliest_decision_on, .. } = review.step else {
                    panic!("approved without a notice")
                };
                prop_assert!(*decided_on >= earliest_decision_on);
            }
        }
    }

    #[test]
    fn held_months_are_let_go_by_somebody_else_and_no_month_is_held_twice(
        program in programs(),
        asks in asks(),
    ) {
        let mut open: Vec<(HeldMonths, ActorId)> = Vec::new();
        for (_, event) in played(program, &asks) {
            match event {
                Event::PaymentHeld { months, by, .. } => {
                    prop_assert!(open.iter().all(|(held, _)| *held != months));
                    open.push((months, by));
                }
                Event::PaymentHoldLifted { months, by, .. } => {
                    let at = open.iter().position(|(held, _)| *held == months);
                    let (_, holder) = open.remove(at.expect("what is let go was held"));
                    prop_assert_ne!(holder, by);
                }
                _ => {}
            }
        }
    }

    #[test]
    fn a_state_survives_its_json(program in programs(), asks in asks()) {
        for (state, _) in played(program, &asks) {
            let json = serde_json::to_string(&state).unwrap();
            prop_assert_eq!(serde_json::from_str::<BenefitCase>(&json).unwrap(), state);
        }
    }
}

#[test]
fn the_plays_reach_every_stage() {
    let mut runner = TestRunner::deterministic();
    let mut reached = BTreeSet::new();
    for _ in 0..400 {
        let (program, asks) = (programs(), asks()).new_tree(&mut runner).unwrap().current();
        reached.extend(played(program, &asks).into_iter().map(|(state, _)| state.stage()));
    }
    // nothing follows an end before any decision, so no event ever meets it
    let expected = Stage::ALL.iter().copied().filter(|stage| *stage != Stage::Discontinued).collect();
    assert_eq!(reached, expected);
}
