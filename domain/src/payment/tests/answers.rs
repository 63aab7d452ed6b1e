//! What the bank says again, or on an odd day.

use super::*;

#[test]
fn a_bank_may_refuse_a_payment_before_the_day_on_which_it_was_to_pay() {
    let refused = PaymentCommand::ReturnPayment { reason: "AC04".into(), returned_on: day("2023-07-08") };
    let returned = history(vec![order(), refused]);
    let late = |settled_on| PaymentCommand::SettleReturned {
        settled_on,
        bank_reference: "A1".into(),
        withheld: vec![],
    };
    given(returned.clone())
        .when(asked(late(day("2023-07-09"))))
        .then_expect_error(PaymentError::DayTooEarly { day: day("2023-07-09"), earliest: day("2023-07-10") });
    assert_eq!(outcome(given(returned).when(asked(late(day("2023-07-10"))))), "ok");
    let ahead = PaymentCommand::ReturnPayment { reason: "AC04".into(), returned_on: day("2023-08-01") };
    assert_eq!(outcome(given(reaching(PaymentStage::Ordered)).when(asked(ahead))), "day_in_future");
}

#[test]
fn the_bank_s_second_answer_is_told_from_a_repeat() {
    let settled_again = PaymentCommand::SettlePayment {
        settled_on: day("2023-07-12"),
        bank_reference: "A2".into(),
        withheld: vec![],
    };
    given(reaching(PaymentStage::Settled))
        .when(asked(settled_again))
        .then_expect_error(PaymentError::SettlementDiffers);
    let returned_again =
        PaymentCommand::ReturnPayment { reason: "name_mismatch".into(), returned_on: day("2023-07-11") };
    given(reaching(PaymentStage::Returned))
        .when(asked(returned_again))
        .then_expect_error(PaymentError::ReturnDiffers);
}

#[test]
fn a_statement_names_the_booking_of_what_had_settled_without_a_reference() {
    let said = |reference: &str, on: &str| PaymentCommand::SettlePayment {
        settled_on: day(on),
        bank_reference: reference.into(),
        withheld: vec![],
    };
    let settled = history(vec![order(), said("status:0a1b:7", "2023-07-11")]);
    let named = PaymentEvent::BookingNamed { bank_reference: "A1".into(), booked_on: day("2023-07-12") };
    given(settled.clone()).when(asked(said("A1", "2023-07-12"))).then_expect_events(vec![named.clone()]);
    given(settled.clone()).when(asked(said("status:0a1c:9", "2023-07-12"))).then_expect_events(vec![]);
    given(settled.clone())
        .when(asked(said("A1", "2023-07-09")))
        .then_expect_error(PaymentError::DayTooEarly { day: day("2023-07-09"), earliest: day("2023-07-10") });
    let after = [settled, vec![named]].concat();
    given(after.clone()).when(asked(said("A1", "2023-07-13"))).then_expect_events(vec![]);
    given(after.clone()).when(asked(said("status:0a1b:7", "2023-07-13"))).then_expect_events(vec![]);
    given(after).when(asked(said("A2", "2023-07-13"))).then_expect_error(PaymentError::SettlementDiffers);
}

#[test]
fn the_bank_s_file_may_be_taken_again_on_a_later_day() {
    let settled_again = PaymentCommand::SettlePayment {
        settled_on: day("2023-07-12"),
        bank_reference: "A1".into(),
        withheld: vec![],
    };
    given(reaching(PaymentStage::Settled)).when(asked(settled_again)).then_expect_events(Vec::new());
    let returned_again =
        PaymentCommand::ReturnPayment { reason: "account_closed".into(), returned_on: day("2023-07-12") };
    given(reaching(PaymentStage::Returned)).when(asked(returned_again)).then_expect_events(vec![]);
}

#[test]
fn an_answer_before_its_order_or_after_today_is_refused() {
    let on =
        |on| PaymentCommand::SettlePayment { settled_on: on, bank_reference: "A1".into(), withheld: vec![] };
    let ordered = reaching(PaymentStage::Ordered);
    given(ordered.clone())
        .when(asked(on(day("2023-07-09"))))
        .then_expect_error(PaymentError::DayTooEarly { day: day("2023-07-09"), earliest: day("2023-07-10") });
    given(ordered.clone())
        .when(asked(on(day("2023-08-01"))))
        .then_expect_error(PaymentError::DayInFuture { day: day("2023-08-01") });
    let nameless = PaymentCommand::SettlePayment {
        settled_on: day("2023-07-11"),
        bank_reference: " ".into(),
        withheld: vec![],
    };
    given(ordered)
        .when(asked(nameless))
        .then_expect_error(PaymentError::TextMissing { field: "bank_reference" });
}
