//! Lines of a payment platform's statement, and refunds told apart by their numbers.

use super::*;

fn from_statement(number: u128, fee: i32) -> CampaignCommand {
    let statement = StatementLine {
        channel: PaymentChannel::Wechat,
        transaction_number: "4200001800202305201234567890".into(),
        fee: Money::from_fen(fee),
    };
    CampaignCommand::ReceiveDonation {
        donation: Donation { statement: Some(statement), ..donation(number, 100) },
    }
}

fn numbered_refund(amount: i32, refund_number: &str) -> CampaignCommand {
    CampaignCommand::RefundDonation {
        donation_id: gift_id(1),
        amount: yuan(amount),
        refunded_on: day("2023-06-01"),
        refund_number: Some(refund_number.into()),
    }
}

#[test]
fn a_gift_counts_whole_whatever_the_platform_keeps_as_its_fee() {
    let past = history(vec![open(), from_statement(1, 60)]);
    let mut campaign = Campaign::default();
    past.iter().for_each(|event| campaign.try_evolve(event).unwrap());
    assert_eq!(campaign.book().unwrap().total(), yuan(100));
    let given = || given(history(vec![open()]));
    assert_eq!(outcome(given().when(asked(from_statement(1, 10_001)))), "fee_out_of_range");
    assert_eq!(outcome(given().when(asked(from_statement(1, -1)))), "fee_out_of_range");
}

#[test]
fn two_refunds_of_one_sum_and_day_are_two_where_their_numbers_differ() {
    let past = history(vec![open(), receive(1, 100), numbered_refund(30, "R1"), numbered_refund(30, "R2")]);
    assert_eq!(past.len(), 4);
    let answer = |command| outcome(given(past.clone()).when(asked(command)));
    assert_eq!(answer(numbered_refund(30, "R2")), "repeat");
    assert_eq!(answer(numbered_refund(20, "R2")), "refund_differs");
    assert_eq!(answer(numbered_refund(41, "R3")), "refund_above_remaining");
    assert_eq!(answer(numbered_refund(1, " ")), "text_missing");
}
