//! Each yuan is followed: by a few stories, against a slow and obviously right model, and over random funds.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::*;
use crate::fund::FundEvent;
use crate::ids::{PaymentId, RemittanceId, RunId};

fn campaign_id(number: u128) -> CampaignId {
    CampaignId::new(Uuid::from_u128(number))
}

fn credit(campaign: u128, gift: u128, amount: i32) -> FundEvent {
    FundEvent::DonationCredited {
        campaign_id: campaign_id(campaign),
        donation_id: gift_id(gift),
        amount: yuan(amount),
        credited_on: day("2023-05-20"),
        refund_number: None,
    }
}

fn spend(run: u128, amount: i32) -> FundEvent {
    let run_id = RunId::new(Uuid::from_u128(run));
    FundEvent::FundsSpent { run_id, amount: yuan(amount), spent_on: day("2023-06-20") }
}

fn recover(amount: i32) -> FundEvent {
    let payment_id = PaymentId::new(Uuid::from_u128(77));
    FundEvent::RecoveryCredited {
        amount: yuan(amount),
        payment_id,
        credited_on: day("2023-06-25"),
        reference: None,
    }
}

fn remit(campaign: u128, amount: i32) -> FundEvent {
    FundEvent::DonationsRemitted {
        campaign_id: campaign_id(campaign),
        remittance_id: RemittanceId::new(Uuid::from_u128(5)),
        amount: yuan(amount),
        remitted_on: day("2023-07-01"),
    }
}

fn flows(events: &[FundEvent]) -> Flows {
    let mut flows = Flows::default();
    events.iter().for_each(|event| flows.see(event));
    flows
}

/// Pieces as (inflow, outflow, yuan), and the yuan left of each inflow.
fn told(events: &[FundEvent]) -> (Vec<(usize, usize, i64)>, Vec<i64>) {
    let followed = flows(events).follow();
    assert_eq!(followed.uncovered, Money::ZERO);
    let piece = |piece: &Piece| (piece.inflow, piece.outflow, piece.amount.fen() / 100);
    let left = followed.left.iter().map(|left| left.fen() / 100).collect();
    (followed.pieces.iter().map(piece).collect(), left)
}

#[test]
fn the_first_that_came_is_the_first_that_goes() {
    let events = [credit(1, 1, 100), credit(1, 2, 50), spend(1, 70), spend(2, 60)];
    assert_eq!(told(&events), (vec![(0, 0, 70), (0, 1, 30), (1, 1, 30)], vec![0, 20]));
}

#[test]
fn a_remittance_takes_from_its_own_campaign_first_and_then_from_the_others() {
    let events = [credit(1, 1, 100), credit(2, 2, 50), remit(2, 60)];
    assert_eq!(told(&events), (vec![(1, 0, 50), (0, 0, 10)], vec![90, 0]));
}

#[test]
fn a_refunded_gift_leaves_the_queue_and_the_next_takes_its_place() {
    let events = [credit(1, 1, 100), spend(1, 80), credit(1, 2, 90), credit(1, 1, -90)];
    assert_eq!(told(&events), (vec![(0, 0, 10), (1, 0, 70)], vec![0, 20]));
}

#[test]
fn recovered_money_queues_up_again() {
    let events = [credit(1, 1, 100), spend(1, 100), recover(30), credit(1, 2, 10), spend(2, 35)];
    assert_eq!(told(&events), (vec![(0, 0, 100), (1, 1, 30), (2, 1, 5)], vec![0, 0, 5]));
}

#[test]
fn what_a_damaged_log_spends_beyond_its_money_is_told() {
    let followed = flows(&[credit(1, 1, 10), spend(1, 15)]).follow();
    assert_eq!(followed.uncovered, yuan(5));
}

/// Every fen is a coin in a row; each use takes the first coins that are left.
fn slowly(flows: &Flows) -> (Vec<(usize, usize, i64)>, Vec<i64>) {
    let coins = flows.inflows.iter().enumerate();
    let mut coins: Vec<Option<usize>> = coins
        .flat_map(|(index, inflow)| std::iter::repeat_n(Some(index), inflow.amount.fen().max(0) as usize))
        .collect();
    let mut taken: std::collections::BTreeMap<(usize, usize), i64> = std::collections::BTreeMap::new();
    for (outflow, out) in flows.outflows.iter().enumerate() {
        for _ in 0..out.amount.fen() {
            let own = |coin: &Option<usize>| match (coin, out.used) {
                (Some(index), Use::Remittance { campaign_id: of, .. }) => {
                    matches!(flows.inflows[*index].origin, Origin::Gift { campaign_id, .. } if campaign_id == of)
                }
                _ => false,
            };
            let place = coins.iter().position(own).or_else(|| coins.iter().position(Option::is_some));
            let coin = coins[place.expect("there is a coin")].take().unwrap();
            *taken.entry((outflow, coin)).or_default() += 1;
        }
    }
    let mut left = vec![0; flows.inflows.len()];
    coins.iter().flatten().for_each(|index| left[*index] += 1);
    (taken.into_iter().map(|((outflow, inflow), fen)| (inflow, outflow, fen)).collect(), left)
}

/// What a fund may live through, in fen, never spending what it has not.
fn life() -> impl Strategy<Value = Vec<FundEvent>> {
    prop::collection::vec((0..10_u8, 1..4_u128, 1..30_u128, 1..60_i64), 0..40).prop_map(|steps| {
        let (mut events, mut balance) = (Vec::new(), 0_i64);
        let mut remaining: std::collections::BTreeMap<u128, (u128, i64)> = std::collections::BTreeMap::new();
        for (which, campaign, gift, fen) in steps {
            let money = |fen: i64| Money::try_from_fen(fen).unwrap();
            let mut event = match which {
                0..=3 if !remaining.contains_key(&gift) => {
                    remaining.insert(gift, (campaign, fen));
                    balance += fen;
                    credit(campaign, gift, 0)
                }
                4 => match remaining.get_mut(&gift) {
                    Some((campaign, left)) if fen <= *left && fen <= balance => {
                        *left -= fen;
                        balance -= fen;
                        events.push(FundEvent::DonationCredited {
                            campaign_id: campaign_id(*campaign),
                            donation_id: gift_id(gift),
                            amount: money(-fen),
                            credited_on: day("2023-05-21"),
                            refund_number: None,
                        });
                        continue;
                    }
                    _ => continue,
                },
                5 => {
                    balance += fen;
                    recover(0)
                }
                6..=7 if fen <= balance => {
                    balance -= fen;
                    spend(campaign, 0)
                }
                8 if fen <= balance => {
                    balance -= fen;
                    remit(campaign, 0)
                }
                _ => continue,
            };
            match &mut event {
                FundEvent::DonationCredited { amount, .. }
                | FundEvent::RecoveryCredited { amount, .. }
                | FundEvent::FundsSpent { amount, .. }
                | FundEvent::DonationsRemitted { amount, .. } => *amount = money(fen),
                _ => unreachable!(),
            }
            events.push(event);
        }
        events
    })
}

fn tied(events: &[FundEvent]) {
    let flows = flows(events);
    let followed = flows.follow();
    let fen = |amounts: &mut dyn Iterator<Item = Money>| amounts.map(Money::fen).sum::<i64>();
    let came = fen(&mut flows.inflows.iter().map(|inflow| inflow.amount));
    let went = fen(&mut flows.outflows.iter().map(|outflow| outflow.amount));
    let left = fen(&mut followed.left.iter().copied());
    assert_eq!(came, went + left, "gifts − refunds + recovered = spent + remitted + left");
    assert_eq!(followed.uncovered, Money::ZERO);
    for (index, inflow) in flows.inflows.iter().enumerate() {
        let used = followed.pieces.iter().filter(|piece| piece.inflow == index);
        let used = fen(&mut used.map(|piece| piece.amount));
        assert_eq!(inflow.amount.fen(), used + followed.left[index].fen(), "each gift is told whole");
    }
    for (index, outflow) in flows.outflows.iter().enumerate() {
        let paid = followed.pieces.iter().filter(|piece| piece.outflow == index);
        assert_eq!(outflow.amount.fen(), fen(&mut paid.map(|piece| piece.amount)), "each use is paid");
    }
    let (mut pieces, left) = slowly(&flows);
    let mut quickly: Vec<_> =
        followed.pieces.iter().map(|piece| (piece.inflow, piece.outflow, piece.amount.fen())).collect();
    pieces.sort_unstable();
    quickly.sort_unstable();
    assert_eq!(quickly, pieces, "as coin after coin has it");
    assert_eq!(followed.left.iter().map(|left| left.fen()).collect::<Vec<_>>(), left);
}

proptest! {
    #[test]
    fn every_sum_ties_and_the_rule_is_that_of_the_coins(events in life()) {
        tied(&events);
    }
}

#[test]
fn the_random_funds_refund_recover_spend_and_remit() {
    let mut runner = TestRunner::deterministic();
    let lives: Vec<Vec<FundEvent>> =
        (0..100).map(|_| life().new_tree(&mut runner).unwrap().current()).collect();
    let any = |told: fn(&FundEvent) -> bool| lives.iter().flatten().any(told);
    assert!(any(|event| matches!(event, FundEvent::DonationCredited { amount, .. } if amount.is_negative())));
    assert!(any(|event| matches!(event, FundEvent::RecoveryCredited { .. })));
    assert!(any(|event| matches!(event, FundEvent::FundsSpent { .. })));
    assert!(any(|event| matches!(event, FundEvent::DonationsRemitted { .. })));
}
