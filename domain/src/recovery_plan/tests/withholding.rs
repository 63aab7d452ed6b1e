//! What a line withholds.

use proptest::prelude::*;

use super::*;

fn claim(number: u32, per_month: i32, open: &[i32]) -> WithholdingClaim {
    let open = open.iter().zip(1..).map(|(fen, month)| OpenItem {
        payment_id: PaymentId::derive(CASE, self::month(month), number),
        open: Money::from_fen(*fen),
    });
    WithholdingClaim {
        plan_id: RecoveryPlanId::derive(CASE, number),
        per_month: Money::from_fen(per_month),
        share: 20,
        open: open.collect(),
    }
}

fn room(to_pay: i32, due: i32, withheld: i32) -> LineRoom {
    let [to_pay, due, withheld] = [to_pay, due, withheld].map(Money::from_fen);
    LineRoom { to_pay, due, withheld }
}

fn amounts(room: LineRoom, claims: &mut [WithholdingClaim]) -> Vec<i64> {
    withhold(room, claims).unwrap().iter().map(|part| part.amount.fen()).collect()
}

/// A month due 100.00 of which at most a fifth may be withheld.
#[rustfmt::skip]
#[rstest]
//                                  to pay   due  withheld  a month  open              withholds
#[case::an_instalment(              10_000, 10_000,      0,  1_500, &[9_000],          &[1_500])]
#[case::at_most_the_share(          10_000, 10_000,      0,  5_000, &[9_000],          &[2_000])]
#[case::at_most_what_is_open(       10_000, 10_000,      0,  1_500, &[400],            &[400])]
#[case::the_oldest_month_first(     10_000, 10_000,      0,  1_500, &[400, 9_000],     &[400, 1_100])]
#[case::less_what_the_month_gave(   10_000, 10_000,    500,  1_500, &[9_000],          &[1_000])]
#[case::a_month_that_gave_enough(    3_000, 10_000,  2_000,  1_500, &[9_000],          &[])]
#[case::never_the_whole_payment(       100, 10_000,      0,  1_500, &[9_000],          &[99])]
#[case::a_fen_stays_a_fen(               1, 10_000,      0,  1_500, &[9_000],          &[])]
#[case::nothing_open(               10_000, 10_000,      0,  1_500, &[],               &[])]
fn a_line_withholds(
    #[case] to_pay: i32, #[case] due: i32, #[case] withheld: i32,
    #[case] per_month: i32, #[case] open: &[i32], #[case] expected: &[i64],
) {
    assert_eq!(amounts(room(to_pay, due, withheld), &mut [claim(1, per_month, open)]), expected);
}

#[test]
fn two_plans_share_the_share_and_the_next_month_goes_on() {
    let mut claims = [claim(1, 1_500, &[2_000]), claim(2, 1_500, &[9_000])];
    assert_eq!(amounts(room(10_000, 10_000, 0), &mut claims), [1_500]);
    assert_eq!(amounts(room(10_000, 10_000, 0), &mut claims), [500, 1_000]);
    assert_eq!(amounts(room(10_000, 10_000, 0), &mut claims), [1_500]);
}

proptest! {
    #[test]
    fn what_is_withheld_is_within_every_limit(
        (to_pay, due) in (1..20_000_i32).prop_flat_map(|due| (1..=due, Just(due))),
        plans in prop::collection::vec((1..5_000_i32, prop::collection::vec(0..8_000_i32, 0..4)), 0..4),
    ) {
        let mut claims: Vec<_> =
            plans.iter().zip(1..).map(|((per_month, open), number)| claim(number, *per_month, open)).collect();
        let before: i64 = claims.iter().flat_map(|claim| &claim.open).map(|item| item.open.fen()).sum();
        let taken: i64 = amounts(room(to_pay, due, 0), &mut claims).iter().sum();
        let after: i64 = claims.iter().flat_map(|claim| &claim.open).map(|item| item.open.fen()).sum();
        prop_assert_eq!(before - after, taken, "what is taken is taken off the claims");
        prop_assert!(taken < i64::from(to_pay), "something is left to pay");
        prop_assert!(taken <= Money::from_fen(due).percent(20).unwrap().fen());
    }
}
