//! 退汇后到账: what came back arrived after all.

use super::*;

#[test]
fn a_payment_that_came_back_settles_when_finance_says_that_it_arrived_after_all() {
    for stage in [PaymentStage::Returned, PaymentStage::Reissued, PaymentStage::Cancelled] {
        given(reaching(stage)).when(asked(settle_returned())).then_expect_events(vec![
            PaymentEvent::ReturnRevoked { revoked_on: day("2023-07-20") },
            PaymentEvent::PaymentSettled {
                settled_on: day("2023-07-20"),
                bank_reference: "A1".into(),
                withheld: vec![],
            },
        ]);
        assert_eq!(
            outcome(given(reaching(stage)).when(asked_by(Role::System, settle_returned()))),
            "role_not_allowed",
            "a file alone does not take a return back"
        );
    }
}

#[test]
fn what_arrived_after_all_stands_as_if_it_had_never_come_back() {
    let late = whereabouts(vec![order(), take_back(), settle_returned()]);
    assert_eq!(late, whereabouts(vec![order(), settle()]));
    assert_eq!(late.standing(), Money::from_fen(10_000));
    let revoked = [
        reaching(PaymentStage::Returned),
        vec![PaymentEvent::ReturnRevoked { revoked_on: day("2023-07-20") }],
    ]
    .concat();
    let mut payment = Payment::default();
    revoked.iter().for_each(|event| payment.try_evolve(event).unwrap());
    assert_eq!(payment.stage(), PaymentStage::Ordered);
}

#[test]
fn what_arrived_after_all_is_recovered_as_any_overpayment() {
    let paid_twice = history(vec![order(), take_back(), reissue(), settle_returned()]);
    assert_eq!(outcome(given(paid_twice).when(asked(recover(10_000)))), "ok");
}

#[test]
fn it_does_not_arrive_before_it_came_back_nor_withhold_more_than_was_ordered() {
    let on = |settled_on, withheld| PaymentCommand::SettleReturned {
        settled_on,
        bank_reference: "A1".into(),
        withheld,
    };
    let returned = reaching(PaymentStage::Returned);
    given(returned.clone())
        .when(asked(on(day("2023-07-10"), vec![])))
        .then_expect_error(PaymentError::DayTooEarly { day: day("2023-07-10"), earliest: day("2023-07-11") });
    given(returned)
        .when(asked(on(day("2023-07-12"), vec![withheld(1)])))
        .then_expect_error(PaymentError::WithheldDiffers);
    let placed = PaymentCommand::OrderPayment { order: Box::new(order_withholding()) };
    let withholding = whereabouts(vec![placed, take_back(), on(day("2023-07-12"), vec![withheld(3_000)])]);
    assert_eq!(withholding.standing(), Money::from_fen(10_000));
}

#[test]
fn another_booking_of_what_arrived_after_all_is_told_from_a_repeat() {
    let late = history(vec![order(), take_back(), settle_returned()]);
    assert_eq!(outcome(given(late.clone()).when(asked(settle_returned()))), "repeat");
    assert_eq!(outcome(given(late.clone()).when(asked(settle()))), "repeat", "the file is taken again");
    assert_eq!(outcome(given(late.clone()).when(asked(take_back()))), "returned_after_settlement");
    let other = PaymentCommand::SettleReturned {
        settled_on: day("2023-07-21"),
        bank_reference: "A2".into(),
        withheld: vec![],
    };
    assert_eq!(outcome(given(late).when(asked(other))), "settlement_differs");
}

fn whereabouts(commands: Vec<PaymentCommand>) -> Whereabouts {
    let mut payment = Payment::default();
    history(commands).iter().for_each(|event| payment.try_evolve(event).unwrap());
    payment.whereabouts()
}
