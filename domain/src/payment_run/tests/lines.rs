//! Due minus paid, and the digest of lines.

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::ids::{CaseId, PaymentId, PersonId};
use crate::payment::PaymentKind;
use crate::personal::BlindIndex;

const CASE: CaseId = CaseId::new(Uuid::from_u128(7));

fn month(number: u32) -> BenefitMonth {
    BenefitMonth::try_new(2023, number).unwrap()
}

fn due(number: u32, fen: i32) -> MonthDue {
    MonthDue { month: month(number), due: Money::from_fen(fen) }
}

fn ordered(number: u32, attempts: u32, fen: i32) -> MonthOrdered {
    let standing = Money::from_fen(fen);
    MonthOrdered { month: month(number), attempts, standing, waived: Money::ZERO, returned_attempt: None }
}

fn to_pay(number: u32, attempt: u32, kind: PaymentKind, fen: i32, due_fen: i32) -> MonthDifference {
    MonthDifference::ToPay(MonthToPay {
        month: month(number),
        payment_id: PaymentId::derive(CASE, month(number), attempt),
        attempt,
        kind,
        amount: Money::from_fen(fen),
        due: Money::from_fen(due_fen),
        replaces: None,
    })
}

#[test]
fn july_rates_that_were_announced_in_october_come_as_arrears_with_october() {
    let due: Vec<_> = (6..=10).map(|number| due(number, if number < 7 { 10_000 } else { 12_000 })).collect();
    let paid: Vec<_> = (6..=9).map(|number| ordered(number, 1, 10_000)).collect();
    let found = differences(CASE, &due, &paid, month(10)).unwrap();
    let arrears = |number| to_pay(number, 2, PaymentKind::Arrears, 2_000, 12_000);
    let ordinary = to_pay(10, 1, PaymentKind::Ordinary, 12_000, 12_000);
    assert_eq!(found, [arrears(7), arrears(8), arrears(9), ordinary]);
}

#[test]
fn a_death_reported_late_leaves_the_months_after_it_to_recover() {
    let paid: Vec<_> = (5..=7).map(|number| ordered(number, 1, 10_000)).collect();
    let found = differences(CASE, &[due(5, 10_000)], &paid, month(8)).unwrap();
    let overpaid =
        |number| MonthOverpaid { month: month(number), amount: Money::from_fen(10_000), due: Money::ZERO };
    assert_eq!(found, [6, 7].map(|number| MonthDifference::Overpaid(overpaid(number))));
}

/// Paid 100.00, all of it asked back and 60.00 of that given up: the person keeps 60.00.
#[rstest]
#[case::still_nothing_due(0, None)]
#[case::less_than_is_kept(5_999, None)]
#[case::what_is_kept(6_000, None)]
#[case::more_than_is_kept(7_000, Some(1_000))]
fn what_was_given_up_is_neither_asked_back_nor_paid_again(#[case] now: i32, #[case] pays: Option<i32>) {
    let waived = MonthOrdered { waived: Money::from_fen(6_000), ..ordered(7, 1, 0) };
    let found = differences(CASE, &[due(7, now)], &[waived], month(8)).unwrap();
    let expected = pays.map(|fen| to_pay(7, 2, PaymentKind::Arrears, fen, now));
    assert_eq!(found, Vec::from_iter(expected));
}

#[test]
fn a_returned_payment_is_reissued_as_the_next_attempt() {
    let first = PaymentId::derive(CASE, month(7), 1);
    let returned = MonthOrdered { returned_attempt: Some(first), ..ordered(7, 1, 0) };
    let found = differences(CASE, &[due(7, 10_000)], &[returned], month(7)).unwrap();
    let MonthDifference::ToPay(pay) = found[0] else { panic!("{found:?}") };
    assert_eq!((pay.kind, pay.attempt, pay.replaces), (PaymentKind::Reissue, 2, Some(first)));
    assert_eq!(pay.payment_id, PaymentId::derive(CASE, month(7), 2));
}

#[test]
fn months_after_the_run_s_are_left_to_their_own_runs() {
    let found = differences(CASE, &[due(7, 100), due(8, 100)], &[ordered(9, 1, 100)], month(7)).unwrap();
    assert_eq!(found, [to_pay(7, 1, PaymentKind::Ordinary, 100, 100)]);
}

#[rstest]
#[case::twice(&[due(7, 1), due(7, 1)], &[], DifferenceError::MonthsOutOfOrder(month(7)))]
#[case::descending(&[], &[ordered(7, 1, 1), ordered(6, 1, 1)], DifferenceError::MonthsOutOfOrder(month(6)))]
#[case::negative_due(&[due(7, -1)], &[], DifferenceError::AmountNegative(month(7)))]
#[case::negative_standing(&[], &[ordered(7, 1, -1)], DifferenceError::AmountNegative(month(7)))]
fn malformed_months_are_refused(
    #[case] due: &[MonthDue],
    #[case] ordered: &[MonthOrdered],
    #[case] refusal: DifferenceError,
) {
    assert_eq!(differences(CASE, due, ordered, month(7)), Err(refusal));
}

#[test]
fn an_overpayment_is_spread_over_what_was_settled() {
    let overpaid = MonthOverpaid { month: month(7), amount: Money::from_fen(700), due: Money::ZERO };
    let settled = |attempt, fen| RecoverablePayment {
        payment_id: PaymentId::derive(CASE, month(7), attempt),
        recoverable: Money::from_fen(fen),
    };
    let proposals = recovery_proposals(overpaid, [settled(3, 0), settled(2, 500), settled(1, 500)]);
    let amounts: Vec<_> =
        proposals.iter().map(|proposal| (proposal.payment_id, proposal.amount.fen())).collect();
    assert_eq!(amounts, [(settled(2, 0).payment_id, 500), (settled(1, 0).payment_id, 200)]);
}

fn line(case: u128, number: u32, fen: i32) -> RunLine {
    let case_id = CaseId::new(Uuid::from_u128(case));
    let parties = LineParties {
        case_id,
        beneficiary: PersonId::new(Uuid::from_u128(case + 1_000)),
        program: if case.is_multiple_of(2) {
            Program::AdvancedAgeAllowance
        } else {
            Program::ElderlyCareSubsidy
        },
        payee: PersonId::new(Uuid::from_u128(case + 1_000)),
        account_index: BlindIndex::from_hex("0a".repeat(32)),
    };
    let dues = [MonthDue { month: month(number), due: Money::from_fen(fen) }];
    match differences(case_id, &dues, &[], month(number)).unwrap()[0] {
        MonthDifference::ToPay(pay) => RunLine::new(parties, pay),
        MonthDifference::Overpaid(_) => unreachable!(),
    }
}

fn digest<'a>(lines: impl IntoIterator<Item = &'a RunLine>) -> String {
    let mut digest = LineDigest::default();
    lines.into_iter().for_each(|line| digest.line(line));
    digest.finish()
}

fn builder() -> CalculationBuilder {
    CalculationBuilder::new(CalculationBasis {
        position: 9,
        known_on: day("2023-07-03"),
        rule_version: "2023-07".into(),
        calculated_on: day("2023-07-03"),
    })
}

#[test]
fn a_line_is_written_as_it_always_was() {
    assert_eq!(
        line(1, 7, 60_000).to_string(),
        "line1|5eda1905-0073-8776-aa2b-1c1b537a727a|00000000-0000-0000-0000-000000000001|\
         00000000-0000-0000-0000-0000000003e9|elderly_care_subsidy|2023-07|1|ordinary|60000|60000|\
         00000000-0000-0000-0000-0000000003e9|\
         0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"
    );
}

#[test]
fn a_line_that_withholds_says_for_which_payment_under_which_plan() {
    let repaid = PaymentId::derive(CASE, month(6), 1);
    let plan_id = crate::ids::RecoveryPlanId::derive(CASE, 1);
    let withheld =
        vec![crate::payment::Withholding { plan_id, payment_id: repaid, amount: Money::from_fen(500) }];
    let line = RunLine { withheld, ..line(1, 7, 60_000) };
    let text = line.to_string();
    assert!(text.starts_with("line2|"), "{text}");
    assert!(text.ends_with(&format!("0a|{plan_id}:{repaid}:500")), "{text}");
    assert_ne!(digest([&line]), digest([&RunLine { withheld: vec![], ..line.clone() }]));
}

#[test]
fn a_line_reads_back_from_its_text_and_nothing_else_does() {
    let repaid = PaymentId::derive(CASE, month(6), 1);
    let part = |number| crate::payment::Withholding {
        plan_id: crate::ids::RecoveryPlanId::derive(CASE, number),
        payment_id: repaid,
        amount: Money::from_fen(500),
    };
    let plain = line(1, 7, 60_000);
    let withholding = RunLine { withheld: vec![part(1), part(2)], ..line(2, 7, 60_000) };
    for known in [&plain, &withholding] {
        assert_eq!(known.to_string().parse(), Ok(known.clone()));
    }
    let text = plain.to_string();
    let damaged = [
        String::new(),
        text.replace("line1", "line2"),
        text.replace("line1", "line3"),
        text.replace("ordinary", "extraordinary"),
        text.replace("|60000|60000|", "|600.00|60000|"),
        text.replace("|60000|60000|", "|60000|"),
        text.replace("2023-07", "2023-13"),
        text.replace("elderly_care_subsidy", "elderly"),
        format!("{text}|"),
        withholding.to_string().replace("line2", "line1"),
        withholding.to_string().replace(":500", ":500:1"),
        withholding.to_string().replace(":500", ""),
    ];
    for text in damaged {
        assert_eq!(text.parse::<RunLine>(), Err(NotALine), "{text}");
    }
}

#[test]
fn the_builder_sums_up_by_program_and_refuses_what_does_not_ascend() {
    // cases 2 and 4 get the advanced age allowance, whose code comes before that of case 1's program
    let lines = [line(2, 7, 10_000), line(4, 7, 10_000), line(1, 7, 60_000)];
    let mut builder = builder();
    lines.iter().for_each(|line| builder.line(line).unwrap());
    builder.exception();
    for early in [&lines[2], &line(1, 6, 1), &lines[0]] {
        let refusal = CalculationError::LineOutOfOrder { case_id: early.case_id, month: early.month };
        assert_eq!(builder.line(early), Err(refusal));
    }
    let found = builder.finish().unwrap();
    assert_eq!(found.by_program, calculation().by_program);
    assert_eq!((found.line_count, found.control_sum.fen(), found.exception_count), (3, 80_000, 1));
    assert_eq!(found.digest, digest(&lines));
}

#[test]
fn every_exception_reads_back_and_tells_what_to_do() {
    for exception in RunException::ALL {
        assert_eq!(exception.code().parse(), Ok(*exception));
        assert_eq!(serde_json::to_value(exception).unwrap(), exception.code());
        assert!(exception.zh().contains('请') && exception.en().contains(": "));
    }
}

proptest! {
    #[test]
    fn equal_lines_give_equal_digests_and_any_change_another(
        amounts in prop::collection::vec(1..1_000_i32, 2..8),
        which in any::<prop::sample::Index>(),
    ) {
        let lines: Vec<_> = amounts.iter().zip(1..).map(|(fen, case)| line(case, 7, *fen)).collect();
        let whole = digest(&lines);
        prop_assert_eq!(&digest(&lines.clone()), &whole);
        let at = which.index(lines.len() - 1);
        let mut swapped = lines.clone();
        swapped.swap(at, at + 1);
        prop_assert_ne!(digest(&swapped), whole.clone());
        let mut other_account = lines.clone();
        other_account[at].account_index = BlindIndex::from_hex("0b".repeat(32));
        prop_assert_ne!(digest(&other_account), whole.clone());
        prop_assert_ne!(digest(&lines[1..]), whole);
    }

    #[test]
    fn after_the_lines_are_paid_and_recoveries_opened_what_stands_is_what_is_due(
        months in prop::collection::btree_map(1..=12_u32, (0..500_i32, 0..500_i32, 0..4_u32), 0..12),
        run in 1..=12_u32,
    ) {
        let due: Vec<_> = months.iter().map(|(number, (fen, _, _))| due(*number, *fen)).collect();
        let before: Vec<_> = months
            .iter()
            .filter(|(_, (_, _, attempts))| *attempts > 0)
            .map(|(number, (_, fen, attempts))| ordered(*number, *attempts, *fen))
            .collect();
        let mut after = before.clone();
        for difference in differences(CASE, &due, &before, month(run)).unwrap() {
            apply(&mut after, difference);
        }
        for MonthDue { month, due } in due.iter().filter(|due| due.month <= self::month(run)) {
            let stands = after.iter().find(|paid| paid.month == *month).map_or(0, |paid| paid.standing.fen());
            prop_assert_eq!(stands, due.fen());
        }
        prop_assert_eq!(differences(CASE, &due, &after, month(run)), Ok(vec![]));
    }
}

/// Pays or recovers the difference.
fn apply(after: &mut Vec<MonthOrdered>, difference: MonthDifference) {
    let month = match difference {
        MonthDifference::ToPay(pay) => pay.month,
        MonthDifference::Overpaid(overpaid) => overpaid.month,
    };
    let at = after.partition_point(|paid| paid.month < month);
    if after.get(at).is_none_or(|paid| paid.month != month) {
        after.insert(at, MonthOrdered::none(month));
    }
    let paid = &mut after[at];
    match difference {
        MonthDifference::ToPay(pay) => {
            assert_eq!(pay.attempt, paid.attempts + 1);
            paid.attempts = pay.attempt;
            paid.standing = paid.standing.plus(pay.amount).unwrap();
        }
        MonthDifference::Overpaid(overpaid) => {
            paid.standing = paid.standing.minus(overpaid.amount).unwrap();
        }
    }
}
