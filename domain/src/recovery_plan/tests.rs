//! The life of a plan, told and tabulated; what a line withholds; and a case's months netted.

mod netting;
mod random;
mod withholding;

use chrono::NaiveDate;
use cqrs_es::test::{AggregateResultValidator, AggregateTestExecutor, TestFramework};
use rstest::rstest;
use uuid::Uuid;

use super::*;
use crate::actor::{Actor, ActorId, Role};
use crate::aggregate::{Context, Instruction};
use crate::calendar::BenefitMonth;
use crate::explain::Explain;
use crate::ids::{CaseId, PaymentId, PersonId, RecoveryPlanId};
use crate::money::Money;
use crate::program::Program;

const CASE: CaseId = CaseId::new(Uuid::from_u128(1));
const PERSON: PersonId = PersonId::new(Uuid::from_u128(3));

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn month(number: u32) -> BenefitMonth {
    BenefitMonth::try_new(2023, number).unwrap()
}

fn item(number: u32, fen: i32) -> PlanItem {
    let payment_id = PaymentId::derive(CASE, month(number), 1);
    PlanItem { month: month(number), payment_id, amount: Money::from_fen(fen) }
}

fn terms(way: RecoveryWay) -> PlanTerms {
    PlanTerms {
        plan_id: RecoveryPlanId::derive(CASE, 1),
        number: 1,
        case_id: CASE,
        beneficiary: PERSON,
        program: Program::AdvancedAgeAllowance,
        items: vec![item(6, 6_000), item(7, 3_000)],
        way,
        limits: PlanLimits { waiver_limit: Money::from_fen(10_000), withholding_share: 20 },
    }
}

const BY_BENEFICIARY: RecoveryWay = RecoveryWay::Repayment { by: Repayer::Beneficiary };
const BY_HEIRS: RecoveryWay = RecoveryWay::Repayment { by: Repayer::Heirs };

fn withholding(from: u128, per_month: i32, agreement: Option<&str>) -> RecoveryWay {
    RecoveryWay::Withholding {
        from_case: CaseId::new(Uuid::from_u128(8)),
        from_person: PersonId::new(Uuid::from_u128(from)),
        per_month: Money::from_fen(per_month),
        agreement: agreement.map(str::to_owned),
    }
}

fn waiver(ground: WaiverGround) -> RecoveryWay {
    RecoveryWay::Waiver { ground, reason: "追缴成本高于金额".to_owned() }
}

fn proposing(terms: PlanTerms, debtor: Debtor) -> RecoveryPlanCommand {
    RecoveryPlanCommand::ProposePlan { terms: Box::new(terms), debtor, proposed_on: day("2023-08-01") }
}

fn propose() -> RecoveryPlanCommand {
    proposing(terms(BY_BENEFICIARY), Debtor::Living)
}

fn approve() -> RecoveryPlanCommand {
    RecoveryPlanCommand::ApprovePlan { approved_on: day("2023-08-02") }
}

fn reject() -> RecoveryPlanCommand {
    RecoveryPlanCommand::RejectPlan { reason: "金额有误".into(), rejected_on: day("2023-08-02") }
}

fn complete() -> RecoveryPlanCommand {
    RecoveryPlanCommand::CompletePlan { completed_on: day("2023-08-20") }
}

fn end() -> RecoveryPlanCommand {
    RecoveryPlanCommand::EndPlan { reason: "本人去世".into(), ended_on: day("2023-08-20") }
}

fn asked_by(role: Role, name: &str, command: RecoveryPlanCommand) -> Instruction<RecoveryPlanCommand> {
    let actor = Actor { id: ActorId::parse(name).unwrap(), role };
    Instruction { context: Context { actor, today: day("2023-08-31") }, command }
}

/// Asked by whoever may: finance, or an approver.
fn asked(command: RecoveryPlanCommand) -> Instruction<RecoveryPlanCommand> {
    match command {
        RecoveryPlanCommand::ApprovePlan { .. } | RecoveryPlanCommand::RejectPlan { .. } => {
            asked_by(Role::Approver, "zhao", command)
        }
        _ => asked_by(Role::Finance, "qian", command),
    }
}

fn given(events: Vec<RecoveryPlanEvent>) -> AggregateTestExecutor<RecoveryPlan> {
    TestFramework::<RecoveryPlan>::with(()).given(events)
}

fn history(commands: Vec<RecoveryPlanCommand>) -> Vec<RecoveryPlanEvent> {
    commands.into_iter().fold(vec![], |mut past, command| {
        past.extend(given(past.clone()).when(asked(command)).inspect_result().unwrap());
        past
    })
}

fn reaching(stage: PlanStage) -> Vec<RecoveryPlanEvent> {
    history(match stage {
        PlanStage::Unproposed => vec![],
        PlanStage::Proposed => vec![propose()],
        PlanStage::Approved => vec![propose(), approve()],
        PlanStage::Rejected => vec![propose(), reject()],
        PlanStage::Completed => vec![propose(), approve(), complete()],
        PlanStage::Ended => vec![propose(), approve(), end()],
    })
}

fn outcome(result: AggregateResultValidator<RecoveryPlan>) -> &'static str {
    match result.inspect_result() {
        Ok(events) if events.is_empty() => "repeat",
        Ok(_) => "ok",
        Err(refusal) => refusal.code(),
    }
}

/// Every situation × every command.
#[rustfmt::skip]
#[rstest]
//                                propose    approve       reject        complete      end
#[case(PlanStage::Unproposed, " ok         plan_unknown  plan_unknown  plan_unknown  plan_unknown ")]
#[case(PlanStage::Proposed,   " repeat     ok            ok            wrong_stage   ok           ")]
#[case(PlanStage::Approved,   " repeat     repeat        wrong_stage   ok            ok           ")]
#[case(PlanStage::Rejected,   " repeat     wrong_stage   repeat        wrong_stage   wrong_stage  ")]
#[case(PlanStage::Completed,  " repeat     repeat        wrong_stage   repeat        wrong_stage  ")]
#[case(PlanStage::Ended,      " repeat     wrong_stage   wrong_stage   wrong_stage   repeat       ")]
fn every_situation_answers_every_command(#[case] stage: PlanStage, #[case] expected: &str) {
    let commands = [propose(), approve(), reject(), complete(), end()];
    let answers = commands.map(|command| outcome(given(reaching(stage)).when(asked(command))));
    assert_eq!(answers.to_vec(), expected.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn nobody_decides_on_what_they_proposed_and_only_their_role_does_a_step() {
    for command in [approve(), reject()] {
        let own = asked_by(Role::Approver, "qian", command.clone());
        assert_eq!(outcome(given(reaching(PlanStage::Proposed)).when(own)), "four_eyes");
        let finance = asked_by(Role::Finance, "zhao", command);
        assert_eq!(outcome(given(reaching(PlanStage::Proposed)).when(finance)), "role_not_allowed");
    }
    for role in [Role::Clerk, Role::Approver, Role::Auditor] {
        assert_eq!(outcome(given(vec![]).when(asked_by(role, "qian", propose()))), "role_not_allowed");
    }
}

#[test]
fn a_waiver_is_complete_with_its_approval() {
    let proposed = history(vec![proposing(terms(waiver(WaiverGround::SmallSum)), Debtor::Living)]);
    given(proposed).when(asked(approve())).then_expect_events(vec![
        RecoveryPlanEvent::RecoveryPlanApproved {
            approved_by: ActorId::parse("zhao").unwrap(),
            approved_on: day("2023-08-02"),
        },
        RecoveryPlanEvent::RecoveryPlanCompleted { completed_on: day("2023-08-02") },
    ]);
}

const fn deceased(estate: Option<i32>, received: i32) -> Debtor {
    let estate = match estate {
        Some(fen) => Some(Money::from_fen(fen)),
        None => None,
    };
    Debtor::Deceased { estate, received: Money::from_fen(received) }
}

/// The plan is about 90.00 yuan.
#[rustfmt::skip]
#[rstest]
#[case::the_living_repay(             BY_BENEFICIARY,                         Debtor::Living,               "ok")]
#[case::the_dead_do_not(              BY_BENEFICIARY,                         deceased(None, 0),            "beneficiary_deceased")]
#[case::the_living_have_no_heirs(     BY_HEIRS,                               Debtor::Living,               "beneficiary_lives")]
#[case::heirs_owe_what_they_inherit(  BY_HEIRS,                               deceased(Some(9_000), 0),     "ok")]
#[case::and_no_more(                  BY_HEIRS,                               deceased(Some(8_999), 0),     "above_estate")]
#[case::less_what_they_repaid(        BY_HEIRS,                               deceased(Some(10_000), 1_001), "above_estate")]
#[case::the_estate_is_to_be_known(    BY_HEIRS,                               deceased(None, 0),            "estate_unknown")]
#[case::from_one_s_own_payments(      withholding(3, 1_000, None),            Debtor::Living,               "ok")]
#[case::nothing_a_month(              withholding(3, 0, None),                Debtor::Living,               "instalment_not_positive")]
#[case::from_a_dead_one_s_payments(   withholding(3, 1_000, None),            deceased(None, 0),            "beneficiary_deceased")]
#[case::from_another_s_payments(      withholding(4, 1_000, None),            deceased(None, 0),            "agreement_missing")]
#[case::as_that_person_agreed(        withholding(4, 1_000, Some("同意书1号")), deceased(None, 0),           "ok")]
#[case::a_small_sum(                  waiver(WaiverGround::SmallSum),         deceased(None, 0),            "ok")]
#[case::an_estate_not_used_up(        waiver(WaiverGround::EstateExhausted),  deceased(Some(5_000), 4_999), "estate_left")]
#[case::an_estate_used_up(            waiver(WaiverGround::EstateExhausted),  deceased(Some(5_000), 5_000), "ok")]
#[case::no_estate_at_all(             waiver(WaiverGround::EstateExhausted),  deceased(Some(0), 0),         "ok")]
fn each_way_has_its_limits(#[case] way: RecoveryWay, #[case] debtor: Debtor, #[case] expected: &str) {
    assert_eq!(outcome(given(vec![]).when(asked(proposing(terms(way), debtor)))), expected);
}

#[rstest]
#[case::nothing(vec![], "nothing_to_recover")]
#[case::of_nothing(vec![item(6, 0)], "amount_not_positive")]
#[case::descending(vec![item(7, 1), item(6, 1)], "items_out_of_order")]
#[case::twice(vec![item(6, 1), item(6, 1)], "items_out_of_order")]
fn a_plan_is_about_payments_each_once(#[case] items: Vec<PlanItem>, #[case] expected: &str) {
    let terms = PlanTerms { items, ..terms(BY_BENEFICIARY) };
    assert_eq!(outcome(given(vec![]).when(asked(proposing(terms, Debtor::Living)))), expected);
}

#[test]
fn a_sum_above_the_limit_is_not_small_and_an_id_follows_from_case_and_number() {
    let above = PlanTerms { items: vec![item(6, 10_001)], ..terms(waiver(WaiverGround::SmallSum)) };
    given(vec![]).when(asked(proposing(above, Debtor::Living))).then_expect_error(
        RecoveryPlanError::AboveWaiverLimit {
            total: Money::from_fen(10_001),
            limit: Money::from_fen(10_000),
        },
    );
    let other = PlanTerms { number: 2, ..terms(BY_BENEFICIARY) };
    let refusal = RecoveryPlanError::PlanIdMismatch;
    given(vec![]).when(asked(proposing(other, Debtor::Living))).then_expect_error(refusal);
}

#[test]
fn a_plan_proposed_otherwise_is_no_repeat_and_days_follow_each_other() {
    let other = proposing(terms(withholding(3, 1_000, None)), Debtor::Living);
    assert_eq!(outcome(given(reaching(PlanStage::Proposed)).when(asked(other))), "plan_exists");
    let on = |date| RecoveryPlanCommand::ApprovePlan { approved_on: day(date) };
    let answers = ["2023-07-31", "2023-09-01"]
        .map(|date| outcome(given(reaching(PlanStage::Proposed)).when(asked(on(date)))));
    assert_eq!(answers, ["day_too_early", "day_in_future"]);
}

#[test]
fn every_refusal_says_in_chinese_what_to_do() {
    let refusals = [
        RecoveryPlanError::FourEyes,
        RecoveryPlanError::EstateUnknown,
        RecoveryPlanError::AgreementMissing,
        RecoveryPlanError::NothingToRecover,
    ];
    assert!(refusals.iter().all(|refusal| refusal.zh().ends_with('。') && !refusal.code().is_empty()));
}
