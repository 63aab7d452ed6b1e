//! Goods stay apart from money; receipts have numbers without gaps, and a voided one keeps its own.

use rstest::rstest;

use super::*;

fn goods(number: u128, yuan_worth: i32) -> InKindGift {
    InKindGift {
        donation_id: gift_id(number),
        donor: PersonId::new(Uuid::from_u128(number + 100)),
        donor_name: Some(Sealed::from_ciphertext("v1.a")),
        publicity: Publicity::Named,
        goods: Goods {
            description: "棉被".into(),
            quantity: 20,
            unit: "床".into(),
            fair_value: yuan(yuan_worth),
            valuation: Valuation::Invoice,
        },
        received_on: day("2023-05-21"),
    }
}

fn receive_goods(gift: InKindGift) -> CampaignCommand {
    CampaignCommand::ReceiveInKind { gift }
}

fn void(receipt_number: u32, reason: &str) -> CampaignCommand {
    CampaignCommand::VoidReceipt { receipt_number, reason: reason.into(), voided_on: day("2023-06-03") }
}

fn campaign(past: &[CampaignEvent]) -> Campaign {
    let mut campaign = Campaign::default();
    past.iter().for_each(|event| campaign.try_evolve(event).unwrap());
    campaign
}

#[test]
fn goods_have_a_value_of_their_own_that_is_never_added_to_the_total() {
    let past = history(vec![open(), receive(1, 100), receive_goods(goods(2, 3_000)), issue(2)]);
    let campaign = campaign(&past);
    let book = campaign.book().unwrap();
    assert_eq!((book.total(), book.donation_count()), (yuan(100), 1));
    assert_eq!((book.in_kind_value, book.in_kind.len()), (yuan(3_000), 1));
    assert_eq!(book.receipts[&1].amount, yuan(3_000), "the receipt certifies the fair value");
}

#[rstest]
#[case::nothing(|gift: &mut InKindGift| gift.goods.quantity = 0, "quantity_not_positive")]
#[case::worthless(|gift: &mut InKindGift| gift.goods.fair_value = Money::ZERO, "amount_not_positive")]
#[case::unnamed(|gift: &mut InKindGift| gift.goods.description = " ".into(), "text_missing")]
#[case::no_unit(|gift: &mut InKindGift| gift.goods.unit = String::new(), "text_missing")]
#[case::early(|gift: &mut InKindGift| gift.received_on = day("2023-04-30"), "outside_period")]
#[case::a_gift_of_money(|gift: &mut InKindGift| gift.donation_id = gift_id(1), "donation_differs")]
#[case::as_it_is(|_: &mut InKindGift| (), "ok")]
fn goods_are_described_valued_and_within_the_period(
    #[case] change: fn(&mut InKindGift),
    #[case] expected: &str,
) {
    let mut gift = goods(2, 10);
    change(&mut gift);
    let given = given(reaching(CampaignStage::Open));
    assert_eq!(outcome(given.when(asked(receive_goods(gift)))), expected);
}

#[test]
fn the_same_goods_are_a_repeat_and_other_goods_of_that_number_are_not() {
    let past = history(vec![open(), receive_goods(goods(2, 10))]);
    assert_eq!(outcome(given(past.clone()).when(asked(receive_goods(goods(2, 10))))), "repeat");
    assert_eq!(outcome(given(past).when(asked(receive_goods(goods(2, 11))))), "donation_differs");
}

#[test]
fn a_voided_receipt_keeps_its_number_and_the_gift_gets_the_next_one() {
    let past =
        history(vec![open(), receive(1, 100), receive(2, 50), issue(1), void(1, "名称有误"), issue(2)]);
    let past = [past.clone(), { given(past).when(asked(issue(1))).inspect_result().unwrap() }].concat();
    let campaign = campaign(&past);
    let receipts = &campaign.book().unwrap().receipts;
    assert_eq!(receipts.keys().copied().collect::<Vec<_>>(), [1, 2, 3]);
    assert!(receipts[&1].voided.is_some() && receipts[&3].voided.is_none());
    assert_eq!(receipts[&3].donation_id, gift_id(1));
}

#[test]
fn a_receipt_is_voided_once_and_with_a_reason() {
    let past = history(vec![open(), receive(1, 100), issue(1)]);
    let answer = |past: &[CampaignEvent], command| outcome(given(past.to_vec()).when(asked(command)));
    assert_eq!(answer(&past, void(2, "名称有误")), "receipt_unknown");
    assert_eq!(answer(&past, void(1, "")), "text_missing");
    let voided = history(vec![open(), receive(1, 100), issue(1), void(1, "名称有误")]);
    assert_eq!(answer(&voided, void(1, "名称有误")), "repeat");
    assert_eq!(answer(&voided, void(1, "其他")), "receipt_voided");
}

#[test]
fn a_receipt_certifies_what_was_not_refunded() {
    let past = history(vec![open(), receive(1, 100), refund(1, 30), issue(1)]);
    let Some(CampaignEvent::ReceiptIssued { amount, .. }) = past.last() else { panic!("no receipt") };
    assert_eq!(*amount, Some(yuan(70)));
}

#[test]
fn a_donor_may_change_the_wish_to_be_named_also_after_the_results() {
    let wish = |publicity| CampaignCommand::ChangePublicity {
        donation_id: gift_id(1),
        publicity,
        changed_on: day("2023-09-01"),
    };
    let past = reaching(CampaignStage::Published);
    assert_eq!(outcome(given(past.clone()).when(asked(wish(Publicity::Named)))), "repeat");
    assert_eq!(outcome(given(past.clone()).when(asked(wish(Publicity::Masked)))), "ok");
    let changed = given(past.clone()).when(asked(wish(Publicity::Anonymous))).inspect_result().unwrap();
    let past = [past, changed].concat();
    assert_eq!(campaign(&past).book().unwrap().gifts[&gift_id(1)].publicity, Publicity::Anonymous);
    // the gift as it was recorded stays a repeat
    assert_eq!(outcome(given(past).when(asked(receive(1, 100)))), "repeat");
}

#[test]
fn who_left_no_name_is_not_named_later() {
    let (mut money, mut goods) = (donation(1, 100), goods(2, 10));
    (money.donor_name, money.publicity) = (None, Publicity::Anonymous);
    (goods.donor_name, goods.publicity) = (None, Publicity::Anonymous);
    let receive = CampaignCommand::ReceiveDonation { donation: money };
    let past = history(vec![open(), receive, receive_goods(goods)]);
    for number in [1, 2] {
        let wish = |publicity| {
            let (donation_id, changed_on) = (gift_id(number), day("2023-09-01"));
            asked(CampaignCommand::ChangePublicity { donation_id, publicity, changed_on })
        };
        for publicity in [Publicity::Named, Publicity::Masked] {
            given(past.clone()).when(wish(publicity)).then_expect_error(CampaignError::DonorNameMissing);
        }
        assert_eq!(outcome(given(past.clone()).when(wish(Publicity::Anonymous))), "repeat");
    }
    let missing = CampaignError::DonorNameMissing;
    assert_eq!((missing.code(), missing.field()), ("donor_name_missing", "publicity"));
}
