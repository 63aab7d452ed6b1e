//! The life of a payment, told, tabulated and at random.

use chrono::NaiveDate;
use cqrs_es::test::{AggregateResultValidator, AggregateTestExecutor, TestFramework};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use rstest::rstest;
use uuid::Uuid;

use super::*;
use crate::actor::{Actor, ActorId, Role};
use crate::aggregate::{Context, Decider, Instruction};
use crate::calendar::BenefitMonth;
use crate::explain::Explain;
use crate::ids::{CaseId, PaymentId, PersonId, RecoveryPlanId, RunId};
use crate::money::Money;
use crate::personal::Sealed;
use crate::program::Program;

mod answers;
mod arrived_late;
mod withdrawn;

const CASE: CaseId = CaseId::new(Uuid::from_u128(1));

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn july() -> BenefitMonth {
    BenefitMonth::try_new(2023, 7).unwrap()
}

fn attempt(number: u32) -> PaymentId {
    PaymentId::derive(CASE, july(), number)
}

fn asked_by(role: Role, command: PaymentCommand) -> Instruction<PaymentCommand> {
    let actor = Actor { id: ActorId::parse("finance.qian").unwrap(), role };
    Instruction { context: Context { actor, today: day("2023-07-31") }, command }
}

fn asked(command: PaymentCommand) -> Instruction<PaymentCommand> {
    asked_by(Role::Finance, command)
}

fn given(events: Vec<PaymentEvent>) -> AggregateTestExecutor<Payment> {
    TestFramework::<Payment>::with(()).given(events)
}

fn order_sealed_as(ciphertext: &str) -> PaymentOrder {
    PaymentOrder {
        payment_id: attempt(1),
        run_id: RunId::new(Uuid::from_u128(2)),
        case_id: CASE,
        beneficiary: PersonId::new(Uuid::from_u128(3)),
        program: Program::AdvancedAgeAllowance,
        month: july(),
        attempt: 1,
        kind: PaymentKind::Ordinary,
        amount: Money::from_fen(10_000),
        due: Money::from_fen(10_000),
        payee: PersonId::new(Uuid::from_u128(3)),
        account: Sealed::from_ciphertext(ciphertext),
        rule_version: "2023-07".into(),
        determination: Sealed::from_ciphertext(ciphertext),
        execution_on: day("2023-07-10"),
        withheld: vec![],
    }
}

fn order() -> PaymentCommand {
    PaymentCommand::OrderPayment { order: Box::new(order_sealed_as("v1.a")) }
}

fn settle() -> PaymentCommand {
    PaymentCommand::SettlePayment {
        settled_on: day("2023-07-11"),
        bank_reference: "A1".into(),
        withheld: vec![],
    }
}

fn take_back() -> PaymentCommand {
    PaymentCommand::ReturnPayment { reason: "account_closed".into(), returned_on: day("2023-07-11") }
}

fn settle_returned() -> PaymentCommand {
    let (settled_on, bank_reference) = (day("2023-07-20"), "A1".into());
    PaymentCommand::SettleReturned { settled_on, bank_reference, withheld: vec![] }
}

fn reissue() -> PaymentCommand {
    PaymentCommand::ReissuePayment { reissued_as: attempt(2), reissued_on: day("2023-07-20") }
}

fn cancel() -> PaymentCommand {
    PaymentCommand::CancelPayment { reason: "本人去世".into(), cancelled_on: day("2023-07-20") }
}

fn recover(fen: i32) -> PaymentCommand {
    PaymentCommand::OpenRecovery {
        amount: Money::from_fen(fen),
        reason: RecoveryReason::Deceased,
        opened_on: day("2023-07-21"),
    }
}

fn receive(fen: i32) -> PaymentCommand {
    PaymentCommand::ReceiveRecovery {
        amount: Money::from_fen(fen),
        received_on: day("2023-07-25"),
        withheld_from: None,
        reference: None,
    }
}

/// What follows when each command is asked in turn; every one must be accepted.
fn history(commands: Vec<PaymentCommand>) -> Vec<PaymentEvent> {
    commands.into_iter().fold(vec![], |mut past, command| {
        past.extend(given(past.clone()).when(asked(command)).inspect_result().unwrap());
        past
    })
}

fn reaching(stage: PaymentStage) -> Vec<PaymentEvent> {
    history(match stage {
        PaymentStage::Unordered => vec![],
        PaymentStage::Ordered => vec![order()],
        PaymentStage::Settled => vec![order(), settle()],
        PaymentStage::Returned => vec![order(), take_back()],
        PaymentStage::Reissued => vec![order(), take_back(), reissue()],
        PaymentStage::Cancelled => vec![order(), take_back(), cancel()],
    })
}

fn outcome(result: AggregateResultValidator<Payment>) -> &'static str {
    match result.inspect_result() {
        Ok(events) if events.is_empty() => "repeat",
        Ok(_) => "ok",
        Err(refusal) => refusal.code(),
    }
}

#[test]
fn an_order_settles() {
    let PaymentCommand::OrderPayment { order: placed } = order() else { unreachable!() };
    let placed = PaymentEvent::PaymentOrdered { order: placed };
    given(vec![]).when(asked(order())).then_expect_events(vec![placed.clone()]);
    given(vec![placed]).when(asked_by(Role::System, settle())).then_expect_events(vec![
        PaymentEvent::PaymentSettled {
            settled_on: day("2023-07-11"),
            bank_reference: "A1".into(),
            withheld: vec![],
        },
    ]);
}

#[test]
fn a_returned_payment_is_reissued_as_the_next_attempt_only() {
    let returned = reaching(PaymentStage::Returned);
    let linked = PaymentEvent::PaymentReissued { reissued_as: attempt(2), reissued_on: day("2023-07-20") };
    given(returned.clone()).when(asked(reissue())).then_expect_events(vec![linked]);
    let third = PaymentCommand::ReissuePayment { reissued_as: attempt(3), reissued_on: day("2023-07-20") };
    given(returned).when(asked(third.clone())).then_expect_error(PaymentError::ReissueMismatch);
    given(reaching(PaymentStage::Reissued))
        .when(asked(third))
        .then_expect_error(PaymentError::ReissueDiffers);
}

#[test]
fn an_overpayment_is_asked_back_and_comes_back_in_parts() {
    let settled = reaching(PaymentStage::Settled);
    let too_much = PaymentError::RecoveryAboveSettled {
        amount: Money::from_fen(10_001),
        recoverable: Money::from_fen(10_000),
    };
    given(settled.clone()).when(asked(recover(10_001))).then_expect_error(too_much);
    let opened = history(vec![order(), settle(), recover(8_000), receive(3_000)]);
    given(opened.clone()).when(asked(receive(5_001))).then_expect_error(PaymentError::RecoveryAboveOpen {
        amount: Money::from_fen(5_001),
        open: Money::from_fen(5_000),
    });
    given(opened.clone()).when(asked(receive(5_000))).then_expect_events(vec![
        PaymentEvent::RecoveryReceived {
            amount: Money::from_fen(5_000),
            received_on: day("2023-07-25"),
            withheld_from: None,
            reference: None,
        },
    ]);
    given(opened.clone()).when(asked(recover(2_001))).then_expect_error(PaymentError::RecoveryAboveSettled {
        amount: Money::from_fen(2_001),
        recoverable: Money::from_fen(2_000),
    });
    given(opened).when(asked(recover(8_000))).then_expect_events(vec![]);
}

fn plan() -> RecoveryPlanId {
    RecoveryPlanId::derive(CASE, 1)
}

fn waive(fen: i32) -> PaymentCommand {
    PaymentCommand::WaiveRecovery {
        amount: Money::from_fen(fen),
        plan_id: plan(),
        waived_on: day("2023-07-26"),
    }
}

fn withheld(fen: i32) -> Withholding {
    let earlier = PaymentId::derive(CASE, BenefitMonth::try_new(2023, 6).unwrap(), 1);
    Withholding { plan_id: plan(), payment_id: earlier, amount: Money::from_fen(fen) }
}

/// An order of 7,000 fen of a month that is due 10,000, because 3,000 repay June.
fn order_withholding() -> PaymentOrder {
    PaymentOrder {
        amount: Money::from_fen(7_000),
        withheld: vec![withheld(3_000)],
        ..order_sealed_as("v1.a")
    }
}

fn settle_withholding(fen: i32) -> PaymentCommand {
    let (settled_on, bank_reference) = (day("2023-07-11"), "A1".into());
    PaymentCommand::SettlePayment { settled_on, bank_reference, withheld: vec![withheld(fen)] }
}

#[test]
fn what_is_withheld_stands_for_the_month_as_long_as_the_payment_does() {
    let placed = PaymentCommand::OrderPayment { order: Box::new(order_withholding()) };
    let standing = |commands: Vec<PaymentCommand>| {
        let mut payment = Payment::default();
        for event in history(commands) {
            payment.try_evolve(&event).unwrap();
        }
        payment.whereabouts().standing().fen()
    };
    assert_eq!(standing(vec![placed.clone()]), 10_000, "in transit");
    assert_eq!(standing(vec![placed.clone(), settle_withholding(3_000)]), 10_000, "settled");
    // the family had repaid 2,000 meanwhile: the month is due that much more
    assert_eq!(standing(vec![placed.clone(), settle_withholding(1_000)]), 8_000);
    assert_eq!(standing(vec![placed.clone(), take_back()]), 0, "returned");
    assert_eq!(standing(vec![placed, settle_withholding(3_000), recover(10_000)]), 0, "all asked back");
}

#[test]
fn what_is_withheld_is_what_was_ordered_to_be() {
    let placed = history(vec![PaymentCommand::OrderPayment { order: Box::new(order_withholding()) }]);
    for wrong in [settle_withholding(3_001), settle_withholding(0)] {
        given(placed.clone()).when(asked(wrong)).then_expect_error(PaymentError::WithheldDiffers);
    }
    let above = PaymentOrder { withheld: vec![withheld(3_001)], ..order_withholding() };
    given(vec![]).when(asked(PaymentCommand::OrderPayment { order: Box::new(above) })).then_expect_error(
        PaymentError::AmountAboveDue { amount: Money::from_fen(10_001), due: Money::from_fen(10_000) },
    );
}

fn receive_with(fen: i32, date: &str, reference: &str) -> PaymentCommand {
    PaymentCommand::ReceiveRecovery {
        amount: Money::from_fen(fen),
        received_on: day(date),
        withheld_from: None,
        reference: Some(reference.into()),
    }
}

#[test]
fn equal_repayments_of_a_day_are_one_without_a_reference_and_as_many_as_their_references() {
    let opened = history(vec![order(), settle(), recover(8_000), receive(3_000)]);
    given(opened.clone()).when(asked(receive(3_000))).then_expect_events(vec![]);
    let first = receive_with(2_000, "2023-07-25", "H-1");
    let once = [opened, history_after(&first)].concat();
    given(once.clone()).when(asked(first)).then_expect_events(vec![]);
    let second = given(once.clone()).when(asked(receive_with(2_000, "2023-07-25", "H-2")));
    assert_eq!(outcome(second), "ok");
    for other in [receive_with(2_001, "2023-07-25", "H-1"), receive_with(2_000, "2023-07-26", "H-1")] {
        given(once.clone()).when(asked(other)).then_expect_error(PaymentError::RepaymentDiffers);
    }
    let unnamed = given(once.clone()).when(asked(receive_with(1, "2023-07-25", " ")));
    assert_eq!(outcome(unnamed), "text_missing");
    assert_eq!(outcome(given(once).when(asked(receive(2_000)))), "ok", "without a reference it is another");
}

/// What a repayment adds to a payment of which 5,000 fen are open.
fn history_after(repayment: &PaymentCommand) -> Vec<PaymentEvent> {
    let opened = history(vec![order(), settle(), recover(8_000), receive(3_000)]);
    given(opened).when(asked(repayment.clone())).inspect_result().unwrap()
}

#[test]
fn a_payment_repays_another_once_under_a_plan() {
    let from =
        WithheldFrom { payment_id: attempt(2), program: Program::AdvancedAgeAllowance, plan_id: plan() };
    let on = |date: &str| PaymentCommand::ReceiveRecovery {
        amount: Money::from_fen(3_000),
        received_on: day(date),
        withheld_from: Some(from),
        reference: None,
    };
    let repaid = history(vec![order(), settle(), recover(8_000), on("2023-07-25")]);
    given(repaid).when(asked(on("2023-07-26"))).then_expect_events(vec![]);
}

#[test]
fn an_approver_gives_up_what_is_open_and_no_more() {
    let opened = history(vec![order(), settle(), recover(8_000), receive(3_000)]);
    let by_approver = |command| asked_by(Role::Approver, command);
    assert_eq!(outcome(given(opened.clone()).when(asked(waive(5_000)))), "role_not_allowed");
    assert_eq!(outcome(given(opened.clone()).when(by_approver(waive(5_001)))), "recovery_above_open");
    let waived = PaymentEvent::RecoveryWaived {
        amount: Money::from_fen(5_000),
        plan_id: plan(),
        waived_on: day("2023-07-26"),
    };
    given(opened.clone()).when(by_approver(waive(5_000))).then_expect_events(vec![waived.clone()]);
    let given_up = [opened, vec![waived]].concat();
    given(given_up.clone()).when(by_approver(waive(5_000))).then_expect_events(vec![]);
    assert_eq!(outcome(given(given_up).when(asked(receive(1)))), "recovery_above_open");
}

/// Every situation × every command.
#[rustfmt::skip]
#[rstest]
//                                order             settle                take_back                  settle_returned  reissue          cancel           recover          receive
#[case(PaymentStage::Unordered, " ok                payment_unknown       payment_unknown            payment_unknown  payment_unknown  payment_unknown  payment_unknown  payment_unknown     ")]
#[case(PaymentStage::Ordered,   " repeat            ok                    ok                         wrong_stage      wrong_stage      wrong_stage      wrong_stage      wrong_stage         ")]
#[case(PaymentStage::Settled,   " repeat            repeat                returned_after_settlement  repeat           wrong_stage      wrong_stage      ok               recovery_above_open ")]
#[case(PaymentStage::Returned,  " repeat            settled_after_return  repeat                     ok               ok               ok               wrong_stage      wrong_stage         ")]
#[case(PaymentStage::Reissued,  " repeat            settled_after_return  repeat                     ok               repeat           wrong_stage      wrong_stage      wrong_stage         ")]
#[case(PaymentStage::Cancelled, " repeat            settled_after_return  repeat                     ok               wrong_stage      repeat           wrong_stage      wrong_stage         ")]
fn every_situation_answers_every_command(#[case] stage: PaymentStage, #[case] expected: &str) {
    let late = settle_returned();
    let commands = [order(), settle(), take_back(), late, reissue(), cancel(), recover(100), receive(100)];
    let answers = commands.map(|command| outcome(given(reaching(stage)).when(asked(command))));
    assert_eq!(answers.to_vec(), expected.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn finance_and_the_program_act_and_nobody_else() {
    for role in [Role::Clerk, Role::Reviewer, Role::Approver, Role::Auditor, Role::Administrator] {
        assert_eq!(outcome(given(vec![]).when(asked_by(role, order()))), "role_not_allowed");
    }
    assert_eq!(outcome(given(vec![]).when(asked_by(Role::System, order()))), "ok");
    let cancelled_by_the_program = asked_by(Role::System, cancel());
    assert_eq!(
        outcome(given(reaching(PaymentStage::Returned)).when(cancelled_by_the_program)),
        "role_not_allowed"
    );
}

#[test]
fn an_order_that_was_sealed_again_is_the_same_order() {
    let again = PaymentCommand::OrderPayment { order: Box::new(order_sealed_as("v1.b")) };
    given(reaching(PaymentStage::Ordered)).when(asked(again)).then_expect_events(vec![]);
}

#[rstest]
#[case::not_derived(|o: &mut PaymentOrder| o.payment_id = attempt(2), PaymentError::PaymentIdMismatch)]
#[case::attempt_zero(|o: &mut PaymentOrder| o.attempt = 0, PaymentError::AttemptZero)]
#[case::nothing(|o: &mut PaymentOrder| o.amount = Money::ZERO, PaymentError::AmountNotPositive)]
#[case::above_due(
    |o: &mut PaymentOrder| o.due = Money::from_fen(9_999),
    PaymentError::AmountAboveDue { amount: Money::from_fen(10_000), due: Money::from_fen(9_999) }
)]
fn a_malformed_order_is_refused(#[case] change: fn(&mut PaymentOrder), #[case] refusal: PaymentError) {
    let mut order = order_sealed_as("v1.a");
    change(&mut order);
    given(vec![])
        .when(asked(PaymentCommand::OrderPayment { order: Box::new(order) }))
        .then_expect_error(refusal);
}

#[test]
fn another_order_for_the_same_attempt_is_not_a_repeat() {
    let mut other = order_sealed_as("v1.a");
    other.run_id = RunId::new(Uuid::from_u128(9));
    given(reaching(PaymentStage::Settled))
        .when(asked(PaymentCommand::OrderPayment { order: Box::new(other) }))
        .then_expect_error(PaymentError::PaymentDiffers);
}

fn commands() -> impl Strategy<Value = Vec<PaymentCommand>> {
    let command = (0..8_u8, 1..=12_000_i32, 11..=28_u32).prop_map(|(which, fen, date)| {
        let on = NaiveDate::from_ymd_opt(2023, 7, date).unwrap();
        let amount = Money::from_fen(fen);
        match which {
            0 => order(),
            7 => settle_returned(),
            1 => PaymentCommand::SettlePayment {
                settled_on: on,
                bank_reference: "A1".into(),
                withheld: vec![],
            },
            2 => PaymentCommand::ReturnPayment { reason: "account_closed".into(), returned_on: on },
            3 => PaymentCommand::ReissuePayment { reissued_as: attempt(2), reissued_on: on },
            4 => PaymentCommand::CancelPayment { reason: "本人放弃".into(), cancelled_on: on },
            5 => {
                let reason = RecoveryReason::FactsCorrected;
                PaymentCommand::OpenRecovery { amount, reason, opened_on: on }
            }
            _ => PaymentCommand::ReceiveRecovery {
                amount,
                received_on: on,
                withheld_from: None,
                reference: None,
            },
        }
    });
    prop::collection::vec(command, 1..60)
}

/// Asks everything in turn and proves after every accepted step that no yuan is lost.
fn play(commands: Vec<PaymentCommand>) -> Payment {
    let mut payment = Payment::default();
    for command in commands {
        let Instruction { context, command } = asked(command);
        let Ok(events) = payment.decide(command.clone(), &context) else { continue };
        for event in &events {
            assert_eq!(payment.try_evolve(event), Ok(()));
        }
        assert_eq!(payment.decide(command, &context), Ok(vec![]), "asked again, nothing happens");
        let money = payment.whereabouts();
        let parts = Money::sum([money.settled, money.returned, money.pending]);
        assert_eq!(parts, Ok(money.ordered), "ordered = settled + returned + pending");
        let answered = money.recovery_received.plus(money.recovery_waived).unwrap();
        assert!(answered <= money.recovery_opened);
        assert!(money.recovery_opened <= money.settled.plus(money.withheld).unwrap());
        let kept = serde_json::to_string(&payment).unwrap();
        assert_eq!(serde_json::from_str::<Payment>(&kept).unwrap(), payment);
    }
    payment
}

proptest! {
    #[test]
    fn at_every_instant_ordered_is_settled_and_returned_and_pending(commands in commands()) {
        play(commands);
    }
}

#[test]
fn the_random_bank_reaches_every_situation() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let ends: Vec<Payment> =
        (0..300).map(|_| play(commands().new_tree(&mut runner).unwrap().current())).collect();
    for stage in ["in transit", "settled", "reissued", "cancelled"] {
        assert!(ends.iter().any(|end| end.stage().en() == stage), "no payment ended {stage}");
    }
    assert!(ends.iter().any(|end| end.whereabouts().recovery_received.is_positive()));
}
