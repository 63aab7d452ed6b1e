//! 追缴撤回: what was asked back is due after all.

use super::*;

fn withdraw_on(fen: i32, on: &str) -> Instruction<PaymentCommand> {
    let (amount, withdrawn_on) = (Money::from_fen(fen), day(on));
    asked_by(Role::Approver, PaymentCommand::WithdrawRecovery { amount, withdrawn_on })
}

fn withdraw(fen: i32) -> Instruction<PaymentCommand> {
    withdraw_on(fen, "2023-07-27")
}

fn withdrawn(fen: i32) -> PaymentEvent {
    PaymentEvent::RecoveryWithdrawn { amount: Money::from_fen(fen), withdrawn_on: day("2023-07-27") }
}

/// Of 10,000 fen 8,000 are asked back, of which 3,000 came.
fn opened() -> Vec<PaymentEvent> {
    history(vec![order(), settle(), recover(8_000), receive(3_000)])
}

fn after(events: &[PaymentEvent]) -> Payment {
    let mut payment = Payment::default();
    events.iter().for_each(|event| payment.try_evolve(event).unwrap());
    payment
}

#[test]
fn an_approver_withdraws_what_is_open_and_no_more() {
    given(opened()).when(withdraw(5_000)).then_expect_events(vec![withdrawn(5_000)]);
    assert_eq!(outcome(given(opened()).when(withdraw(5_001))), "recovery_above_open");
    assert_eq!(outcome(given(opened()).when(withdraw(0))), "amount_not_positive");
    for role in [Role::Clerk, Role::Reviewer, Role::Finance, Role::System, Role::Auditor] {
        let Instruction { command, .. } = withdraw(5_000);
        let refused = given(opened()).when(asked_by(role, command)).inspect_result().unwrap_err();
        assert_eq!(refused.code(), "role_not_allowed");
        assert!(refused.zh().contains("审批人"), "{}", refused.zh());
    }
    let done = [opened(), vec![withdrawn(5_000)]].concat();
    assert_eq!(outcome(given(done.clone()).when(withdraw(1))), "recovery_above_open");
    assert_eq!(outcome(given(done).when(asked(receive(1)))), "recovery_above_open");
}

#[test]
fn it_is_withdrawn_between_the_settlement_and_today_and_of_nothing_but_a_settled_payment() {
    assert_eq!(outcome(given(opened()).when(withdraw_on(1, "2023-07-10"))), "day_too_early");
    assert_eq!(outcome(given(opened()).when(withdraw_on(1, "2023-08-01"))), "day_in_future");
    assert_eq!(outcome(given(vec![]).when(withdraw(1))), "payment_unknown");
    for stage in [PaymentStage::Ordered, PaymentStage::Returned, PaymentStage::Cancelled] {
        assert_eq!(outcome(given(reaching(stage)).when(withdraw(1))), "wrong_stage");
    }
    assert_eq!(outcome(given(reaching(PaymentStage::Settled)).when(withdraw(1))), "recovery_above_open");
}

#[test]
fn what_is_withdrawn_counts_as_never_asked_back() {
    let payment = after(&[opened(), vec![withdrawn(2_000)]].concat());
    let money = payment.whereabouts();
    let fen = [money.recovery_opened, money.recovery_received, money.recovery_open(), money.standing()];
    assert_eq!(fen.map(Money::fen), [6_000, 3_000, 3_000, 4_000]);
    let kept = serde_json::to_string(&payment).unwrap();
    assert_eq!(serde_json::from_str::<Payment>(&kept).unwrap(), payment);
    let never = serde_json::to_string(&after(&opened())).unwrap();
    assert!(!never.contains("withdrawals"), "what was kept before there were any reads as it did: {never}");
}

#[test]
fn what_was_withdrawn_can_be_asked_back_once_more_on_the_same_day() {
    assert_eq!(outcome(given(opened()).when(asked(recover(8_000)))), "repeat");
    let done = [opened(), vec![withdrawn(5_000)]].concat();
    assert_eq!(outcome(given(done.clone()).when(asked(recover(8_000)))), "recovery_above_settled");
    let anew = given(done.clone()).when(asked(recover(5_000))).inspect_result().unwrap();
    assert_eq!(anew.len(), 1);
    let again = [done, anew].concat();
    assert_eq!(after(&again).whereabouts().recovery_opened, Money::from_fen(8_000));
    assert_eq!(outcome(given(again).when(asked(recover(5_000)))), "repeat");
}
