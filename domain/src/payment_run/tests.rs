//! The life of a payment run, told and tabulated.

mod lines;
mod random;
mod reconciled_again;

use chrono::NaiveDate;
use cqrs_es::test::{AggregateResultValidator, TestFramework};
use rstest::rstest;
use uuid::Uuid;

use super::*;
use crate::actor::{Actor, ActorId, Role};
use crate::aggregate::{Context, Decider, Instruction};
use crate::calendar::BenefitMonth;
use crate::explain::Explain;
use crate::ids::{FundId, RunId};
use crate::money::Money;
use crate::program::Program;

const CLERK: (&str, Role) = ("clerk.wang", Role::Clerk);
const APPROVER: (&str, Role) = ("approver.zhao", Role::Approver);
const FINANCE: (&str, Role) = ("finance.qian", Role::Finance);
/// A sum that the run of these stories is not above, and one that it is.
const ENOUGH: Money = Money::from_fen(80_000);
const TOO_LITTLE: Money = Money::from_fen(79_999);
const ENDORSER: (&str, Role) = ("approver.lin", Role::Approver);
const FILE: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const LINES: &str = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn actor((id, _): (&str, Role)) -> ActorId {
    ActorId::parse(id).unwrap()
}

fn asked_by(who: (&str, Role), command: PaymentRunCommand) -> Instruction<PaymentRunCommand> {
    let actor = Actor { id: actor(who), role: who.1 };
    Instruction { context: Context { actor, today: day("2023-07-31") }, command }
}

fn given(events: Vec<PaymentRunEvent>) -> cqrs_es::test::AggregateTestExecutor<PaymentRun> {
    TestFramework::<PaymentRun>::with(()).given(events)
}

fn open() -> PaymentRunCommand {
    PaymentRunCommand::OpenRun {
        run_id: RunId::new(Uuid::from_u128(1)),
        month: BenefitMonth::try_new(2023, 7).unwrap(),
        programs: vec![Program::AdvancedAgeAllowance, Program::ElderlyCareSubsidy],
        fund_id: FundId::new(Uuid::from_u128(2)),
    }
}

fn calculation() -> Calculation {
    let total = |program, line_count, fen| ProgramTotal { program, line_count, sum: Money::from_fen(fen) };
    Calculation {
        position: 4_711,
        known_on: day("2023-07-03"),
        rule_version: "2023-07".into(),
        line_count: 3,
        control_sum: Money::from_fen(80_000),
        digest: LINES.into(),
        by_program: vec![
            total(Program::ElderlyCareSubsidy, 1, 60_000),
            total(Program::AdvancedAgeAllowance, 2, 20_000),
        ],
        exception_count: 1,
        calculated_on: day("2023-07-03"),
        warning_count: 2,
    }
}

fn record() -> PaymentRunCommand {
    PaymentRunCommand::RecordCalculation { calculation: calculation() }
}

fn submit() -> PaymentRunCommand {
    submit_on(day("2023-07-04"))
}

fn submit_on(submitted_on: NaiveDate) -> PaymentRunCommand {
    PaymentRunCommand::SubmitRun { submitted_on, warnings_seen: 2, second_approval_above: Some(ENOUGH) }
}

fn endorse() -> PaymentRunCommand {
    PaymentRunCommand::EndorseRun { endorsed_on: day("2023-07-04") }
}

fn approve() -> PaymentRunCommand {
    PaymentRunCommand::ApproveRun { approved_on: day("2023-07-05") }
}

fn reject() -> PaymentRunCommand {
    PaymentRunCommand::RejectRun { reason: "名单有误".into(), rejected_on: day("2023-07-06") }
}

fn release() -> PaymentRunCommand {
    PaymentRunCommand::ReleaseRun {
        file_sha256: FILE.into(),
        execution_on: day("2023-07-10"),
        digest: LINES.into(),
        delivery: None,
    }
}

fn results(settled: (u64, i32), returned: (u64, i32)) -> BankResults {
    BankResults {
        settled_count: settled.0,
        settled_sum: Money::from_fen(settled.1),
        returned_count: returned.0,
        returned_sum: Money::from_fen(returned.1),
    }
}

fn reconcile() -> PaymentRunCommand {
    let results = results((2, 70_000), (1, 10_000));
    PaymentRunCommand::ReconcileRun { results, reconciled_on: day("2023-07-12") }
}

fn opened() -> PaymentRunEvent {
    let PaymentRunCommand::OpenRun { run_id, month, programs, fund_id } = open() else { unreachable!() };
    PaymentRunEvent::PaymentRunOpened { run_id, month, programs, fund_id, opened_by: actor(CLERK) }
}

fn calculated() -> PaymentRunEvent {
    PaymentRunEvent::PaymentRunCalculated { calculation: calculation(), calculated_by: actor(CLERK) }
}

fn submitted() -> PaymentRunEvent {
    submitted_above(Some(ENOUGH))
}

fn submitted_above(second_approval_above: Option<Money>) -> PaymentRunEvent {
    let (submitted_on, submitted_by) = (day("2023-07-04"), actor(CLERK));
    PaymentRunEvent::PaymentRunSubmitted {
        submitted_on,
        submitted_by,
        warnings_seen: 2,
        second_approval_above,
    }
}

fn endorsed() -> PaymentRunEvent {
    PaymentRunEvent::PaymentRunEndorsed { endorsed_on: day("2023-07-04"), endorsed_by: actor(ENDORSER) }
}

fn approved() -> PaymentRunEvent {
    PaymentRunEvent::PaymentRunApproved { approved_on: day("2023-07-05"), approved_by: actor(APPROVER) }
}

fn rejected() -> PaymentRunEvent {
    PaymentRunEvent::PaymentRunRejected { reason: "名单有误".into(), rejected_on: day("2023-07-06") }
}

fn released() -> PaymentRunEvent {
    let execution_on = day("2023-07-10");
    PaymentRunEvent::PaymentRunReleased { file_sha256: FILE.into(), execution_on, delivery: None }
}

fn reconciled() -> PaymentRunEvent {
    PaymentRunEvent::PaymentRunReconciled {
        settled_count: 2,
        settled_sum: Money::from_fen(70_000),
        returned_count: 1,
        returned_sum: Money::from_fen(10_000),
        reconciled_on: day("2023-07-12"),
    }
}

/// The events that lead to a situation.
fn history(stage: RunStage) -> Vec<PaymentRunEvent> {
    let prepared = [opened(), calculated(), submitted(), approved(), released(), reconciled()];
    match stage {
        RunStage::Unopened => vec![],
        RunStage::Opened => prepared[..1].to_vec(),
        RunStage::Calculated => prepared[..2].to_vec(),
        RunStage::Submitted => prepared[..3].to_vec(),
        RunStage::Endorsed => [&prepared[..2], &[submitted_above(Some(TOO_LITTLE)), endorsed()]].concat(),
        RunStage::Approved => prepared[..4].to_vec(),
        RunStage::Rejected => [&prepared[..3], &[rejected()]].concat(),
        RunStage::Released => prepared[..5].to_vec(),
        RunStage::Reconciled => prepared.to_vec(),
    }
}

#[test]
fn a_month_goes_from_counting_to_the_bank_s_last_answer() {
    let steps = [
        (CLERK, open(), opened()),
        (CLERK, record(), calculated()),
        (CLERK, submit(), submitted()),
        (APPROVER, approve(), approved()),
        (FINANCE, release(), released()),
        (FINANCE, reconcile(), reconciled()),
    ];
    let mut past = vec![];
    for (who, command, event) in steps {
        given(past.clone()).when(asked_by(who, command)).then_expect_events(vec![event.clone()]);
        past.push(event);
    }
}

/// Every situation × every command, each asked by the role that may and with content that fits.
#[rustfmt::skip]
#[rstest]
//                              open          record        submit        endorse       approve       reject        release       reconcile
#[case(RunStage::Unopened,   "  ok            run_unknown   run_unknown   run_unknown   run_unknown   run_unknown   run_unknown   run_unknown  ")]
#[case(RunStage::Opened,     "  repeat        ok            wrong_stage   wrong_stage   wrong_stage   wrong_stage   wrong_stage   wrong_stage  ")]
#[case(RunStage::Calculated, "  repeat        repeat        ok            wrong_stage   wrong_stage   wrong_stage   wrong_stage   wrong_stage  ")]
#[case(RunStage::Submitted,  "  repeat        wrong_stage   repeat        endorsement_not_needed ok            ok            wrong_stage   wrong_stage  ")]
#[case(RunStage::Endorsed,   "  repeat        wrong_stage   wrong_stage   repeat        ok            ok            wrong_stage   wrong_stage  ")]
#[case(RunStage::Approved,   "  repeat        wrong_stage   wrong_stage   wrong_stage   repeat        ok            ok            wrong_stage  ")]
#[case(RunStage::Rejected,   "  repeat        ok            wrong_stage   wrong_stage   wrong_stage   repeat        wrong_stage   wrong_stage  ")]
#[case(RunStage::Released,   "  repeat        wrong_stage   wrong_stage   wrong_stage   wrong_stage   wrong_stage   repeat        ok           ")]
#[case(RunStage::Reconciled, "  repeat        wrong_stage   wrong_stage   wrong_stage   wrong_stage   wrong_stage   wrong_stage   repeat       ")]
fn every_situation_answers_every_command(#[case] stage: RunStage, #[case] expected: &str) {
    let commands = [
        (CLERK, open()), (CLERK, record()), (CLERK, submit()), (ENDORSER, endorse()),
        (APPROVER, approve()), (APPROVER, reject()), (FINANCE, release()), (FINANCE, reconcile()),
    ];
    let answers = commands.map(|(who, command)| outcome(given(history(stage)).when(asked_by(who, command))));
    assert_eq!(answers.to_vec(), expected.split_whitespace().collect::<Vec<_>>());
}

fn outcome(result: AggregateResultValidator<PaymentRun>) -> &'static str {
    match result.inspect_result() {
        Ok(events) if events.is_empty() => "repeat",
        Ok(_) => "ok",
        Err(refusal) => refusal.code(),
    }
}

/// Every role × every command: `+` may, `-` may not.
#[rustfmt::skip]
#[rstest]
//                           open record submit endorse approve reject release reconcile
#[case(Role::Clerk,         "+      +      +      -      -      +      -      -")]
#[case(Role::Reviewer,      "-      -      -      -      -      -      -      -")]
#[case(Role::Approver,      "-      -      -      +      +      +      -      -")]
#[case(Role::Finance,       "-      -      -      -      -      +      +      +")]
#[case(Role::Auditor,       "-      -      -      -      -      -      -      -")]
#[case(Role::Administrator, "-      -      -      -      -      -      -      -")]
#[case(Role::System,        "-      +      -      -      -      -      -      +")]
fn only_its_role_does_a_step(#[case] role: Role, #[case] expected: &str) {
    use RunStage as Stage;
    let large = [&history(Stage::Calculated)[..], &[submitted_above(Some(TOO_LITTLE))]].concat();
    let steps = [
        (Stage::Unopened, open()), (Stage::Opened, record()), (Stage::Calculated, submit()),
        (Stage::Submitted, endorse()), (Stage::Submitted, approve()), (Stage::Submitted, reject()), (Stage::Approved, release()),
        (Stage::Released, reconcile()),
    ];
    let may = steps.map(|(stage, command)| {
        let past = if matches!(command, PaymentRunCommand::EndorseRun { .. }) { large.clone() } else { history(stage) };
        match outcome(given(past).when(asked_by(("someone.else", role), command))) {
            "ok" => "+",
            "role_not_allowed" => "-",
            other => other,
        }
    });
    assert_eq!(may.to_vec(), expected.split_whitespace().collect::<Vec<_>>());
}

#[rstest]
#[case::opened("opener", Duty::Prepared)]
#[case::calculated("calculator", Duty::Prepared)]
#[case::submitted("submitter", Duty::Prepared)]
fn nobody_approves_or_releases_what_they_prepared(#[case] contributor: &str, #[case] conflict: Duty) {
    let by = |name: &str| ActorId::parse(name).unwrap();
    let mut events = history(RunStage::Submitted);
    if let PaymentRunEvent::PaymentRunOpened { opened_by, .. } = &mut events[0] {
        *opened_by = by("opener");
    }
    if let PaymentRunEvent::PaymentRunCalculated { calculated_by, .. } = &mut events[1] {
        *calculated_by = by("calculator");
    }
    if let PaymentRunEvent::PaymentRunSubmitted { submitted_by, .. } = &mut events[2] {
        *submitted_by = by("submitter");
    }
    given(events.clone())
        .when(asked_by((contributor, Role::Approver), approve()))
        .then_expect_error(PaymentRunError::FourEyes { duty: Duty::Approved, conflict });
    given([events, vec![approved()]].concat())
        .when(asked_by((contributor, Role::Finance), release()))
        .then_expect_error(PaymentRunError::FourEyes { duty: Duty::Released, conflict });
}

#[test]
fn whoever_approved_does_not_release() {
    given(history(RunStage::Approved))
        .when(asked_by((APPROVER.0, Role::Finance), release()))
        .then_expect_error(PaymentRunError::FourEyes { duty: Duty::Released, conflict: Duty::Approved });
}

#[test]
fn a_contributor_stays_one_after_a_rejection() {
    let other = PaymentRunEvent::PaymentRunCalculated {
        calculation: calculation(),
        calculated_by: ActorId::parse("clerk.li").unwrap(),
    };
    let again = [history(RunStage::Rejected), vec![other, submitted()]].concat();
    for contributor in [CLERK.0, "clerk.li"] {
        given(again.clone())
            .when(asked_by((contributor, Role::Approver), approve()))
            .then_expect_error(PaymentRunError::FourEyes { duty: Duty::Approved, conflict: Duty::Prepared });
    }
    given(again).when(asked_by(APPROVER, approve())).then_expect_events(vec![approved()]);
}

#[test]
fn an_approved_run_whose_lines_changed_is_sent_back_and_calculated_again() {
    let mut changed = release();
    if let PaymentRunCommand::ReleaseRun { digest, .. } = &mut changed {
        *digest = FILE.into();
    }
    let approved = history(RunStage::Approved);
    given(approved.clone()).when(asked_by(FINANCE, changed)).then_expect_error(PaymentRunError::LinesChanged);
    given(approved.clone()).when(asked_by(FINANCE, reject())).then_expect_events(vec![rejected()]);
    given([approved, vec![rejected()]].concat())
        .when(asked_by(CLERK, record()))
        .then_expect_events(vec![calculated()]);
}

#[test]
fn a_run_above_the_sum_is_approved_by_two_people_and_released_by_a_third() {
    let large = [history(RunStage::Calculated), vec![submitted_above(Some(TOO_LITTLE))]].concat();
    let missing = PaymentRunError::EndorsementMissing { above: TOO_LITTLE };
    given(large.clone()).when(asked_by(APPROVER, approve())).then_expect_error(missing);
    given(large.clone())
        .when(asked_by((CLERK.0, Role::Approver), endorse()))
        .then_expect_error(PaymentRunError::FourEyes { duty: Duty::Endorsed, conflict: Duty::Prepared });
    given(large.clone()).when(asked_by(ENDORSER, endorse())).then_expect_events(vec![endorsed()]);
    let large = [large, vec![endorsed()]].concat();
    given(large.clone()).when(asked_by(ENDORSER, endorse())).then_expect_events(vec![]);
    given(large.clone())
        .when(asked_by(ENDORSER, approve()))
        .then_expect_error(PaymentRunError::FourEyes { duty: Duty::Approved, conflict: Duty::Endorsed });
    given(large.clone()).when(asked_by(APPROVER, approve())).then_expect_events(vec![approved()]);
    let large = [large, vec![approved()]].concat();
    given(large.clone())
        .when(asked_by((ENDORSER.0, Role::Finance), release()))
        .then_expect_error(PaymentRunError::FourEyes { duty: Duty::Released, conflict: Duty::Endorsed });
    given(large).when(asked_by(FINANCE, release())).then_expect_events(vec![released()]);
}

#[test]
fn a_run_of_exactly_the_sum_and_one_without_such_a_rule_need_one_approval() {
    for above in [Some(ENOUGH), None] {
        let past = [history(RunStage::Calculated), vec![submitted_above(above)]].concat();
        given(past.clone()).when(asked_by(APPROVER, approve())).then_expect_events(vec![approved()]);
        given(past)
            .when(asked_by(ENDORSER, endorse()))
            .then_expect_error(PaymentRunError::EndorsementNotNeeded);
    }
}

#[test]
fn what_must_be_seen_is_seen_before_the_submission() {
    let blind = PaymentRunCommand::SubmitRun {
        submitted_on: day("2023-07-04"),
        warnings_seen: 1,
        second_approval_above: None,
    };
    given(history(RunStage::Calculated))
        .when(asked_by(CLERK, blind))
        .then_expect_error(PaymentRunError::WarningsUnseen { seen: 1, found: 2 });
}

#[test]
fn a_run_that_was_sent_back_remembers_the_calculation_that_no_longer_holds() {
    let mut run = PaymentRun::default();
    history(RunStage::Rejected).iter().for_each(|event| run.try_evolve(event).unwrap());
    assert_eq!((run.calculation(), run.last_calculation()), (None, Some(&calculation())));
}

#[test]
fn a_run_without_lines_is_not_submitted() {
    let empty = Calculation {
        line_count: 0,
        control_sum: Money::ZERO,
        by_program: vec![],
        exception_count: 3,
        ..calculation()
    };
    let event = PaymentRunEvent::PaymentRunCalculated { calculation: empty, calculated_by: actor(CLERK) };
    given(vec![opened(), event]).when(asked_by(CLERK, submit())).then_expect_error(PaymentRunError::RunEmpty);
}

#[test]
fn opening_with_bad_content_is_refused() {
    let with = |change: fn(&mut BenefitMonth, &mut Vec<Program>)| {
        let PaymentRunCommand::OpenRun { run_id, mut month, mut programs, fund_id } = open() else {
            unreachable!()
        };
        change(&mut month, &mut programs);
        asked_by(CLERK, PaymentRunCommand::OpenRun { run_id, month, programs, fund_id })
    };
    let none = || given(vec![]);
    none().when(with(|month, _| *month = month.plus(2))).then_expect_error(PaymentRunError::MonthTooEarly);
    none().when(with(|_, programs| programs.clear())).then_expect_error(PaymentRunError::NoPrograms);
    none()
        .when(with(|_, programs| programs.push(Program::AdvancedAgeAllowance)))
        .then_expect_error(PaymentRunError::ProgramTwice);
    given(vec![opened()])
        .when(with(|month, _| *month = month.plus(-1)))
        .then_expect_error(PaymentRunError::RunExists);
}

#[rstest]
#[case::another_programs_sum(|c: &mut Calculation| c.by_program[0].sum = Money::ZERO, Contradiction::ProgramTotals)]
#[case::another_count(|c: &mut Calculation| c.line_count = 4, Contradiction::ProgramTotals)]
#[case::a_program_not_of_the_run(
    |c: &mut Calculation| c.by_program[0].program = Program::TemporaryAssistance,
    Contradiction::Programs
)]
#[case::a_program_twice(
    |c: &mut Calculation| c.by_program[0].program = Program::AdvancedAgeAllowance,
    Contradiction::Programs
)]
#[case::a_digest_in_capitals(|c: &mut Calculation| c.digest = LINES.to_uppercase(), Contradiction::Digest)]
#[case::money_without_lines(
    |c: &mut Calculation| {
        c.line_count = 0;
        c.by_program.iter_mut().for_each(|total| total.line_count = 0);
    },
    Contradiction::ControlSum
)]
fn a_calculation_that_contradicts_itself_is_refused(
    #[case] change: fn(&mut Calculation),
    #[case] contradiction: Contradiction,
) {
    let mut calculation = calculation();
    change(&mut calculation);
    given(vec![opened()])
        .when(asked_by(CLERK, PaymentRunCommand::RecordCalculation { calculation }))
        .then_expect_error(PaymentRunError::CalculationContradictory { contradiction });
}

#[rstest]
#[case::one_line_missing(results((2, 70_000), (0, 0)), 2, 70_000)]
#[case::one_fen_too_much(results((2, 70_001), (1, 10_000)), 3, 80_001)]
#[case::less_than_nothing(results((2, 90_000), (1, -10_000)), 3, 80_000)]
fn results_that_do_not_add_up_are_refused(
    #[case] results: BankResults,
    #[case] reported_count: u64,
    #[case] reported_fen: i32,
) {
    let command = PaymentRunCommand::ReconcileRun { results, reconciled_on: day("2023-07-12") };
    given(history(RunStage::Released)).when(asked_by(FINANCE, command)).then_expect_error(
        PaymentRunError::SumsDisagree {
            reported_count,
            reported_sum: Money::from_fen(reported_fen),
            ordered_count: 3,
            ordered_sum: Money::from_fen(80_000),
        },
    );
}

#[test]
fn days_follow_each_other_and_do_not_lie_ahead() {
    let early = |day: NaiveDate, earliest: NaiveDate| PaymentRunError::DayTooEarly { day, earliest };
    let approve_on = |on| PaymentRunCommand::ApproveRun { approved_on: on };
    given(history(RunStage::Calculated))
        .when(asked_by(CLERK, submit_on(day("2023-07-02"))))
        .then_expect_error(early(day("2023-07-02"), day("2023-07-03")));
    given(history(RunStage::Submitted))
        .when(asked_by(APPROVER, approve_on(day("2023-07-03"))))
        .then_expect_error(early(day("2023-07-03"), day("2023-07-04")));
    given(history(RunStage::Submitted))
        .when(asked_by(APPROVER, approve_on(day("2023-08-01"))))
        .then_expect_error(PaymentRunError::DayInFuture { day: day("2023-08-01") });
}

#[test]
fn a_rejection_needs_a_reason_and_a_release_a_digest() {
    let without_reason = PaymentRunCommand::RejectRun { reason: "  ".into(), rejected_on: day("2023-07-06") };
    given(history(RunStage::Submitted))
        .when(asked_by(APPROVER, without_reason))
        .then_expect_error(PaymentRunError::ReasonMissing);
    let with_bad_file = PaymentRunCommand::ReleaseRun {
        file_sha256: "none".into(),
        execution_on: day("2023-07-10"),
        digest: LINES.into(),
        delivery: None,
    };
    given(history(RunStage::Approved))
        .when(asked_by(FINANCE, with_bad_file))
        .then_expect_error(PaymentRunError::FileDigestMalformed);
}

#[test]
fn an_event_out_of_place_is_impossible_and_changes_nothing() {
    let mut run = PaymentRun::default();
    let impossible = run.try_evolve(&approved()).unwrap_err();
    assert_eq!(impossible.to_string(), "PaymentRunApproved cannot happen to unopened");
    assert_eq!(run, PaymentRun::Unopened);
}
