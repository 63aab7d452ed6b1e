//! A reconciled run of which a line that had come back arrived after all.

use super::*;

fn corrected(settled: (u64, i32), returned: (u64, i32), on: &str) -> PaymentRunCommand {
    PaymentRunCommand::ReconcileRun { results: results(settled, returned), reconciled_on: day(on) }
}

#[test]
fn the_newest_results_hold() {
    let all = corrected((3, 80_000), (0, 0), "2023-07-20");
    let again = PaymentRunEvent::PaymentRunReconciled {
        settled_count: 3,
        settled_sum: Money::from_fen(80_000),
        returned_count: 0,
        returned_sum: Money::ZERO,
        reconciled_on: day("2023-07-20"),
    };
    let reconciled = history(RunStage::Reconciled);
    given(reconciled.clone()).when(asked_by(FINANCE, all.clone())).then_expect_events(vec![again.clone()]);
    let mut run = PaymentRun::default();
    let twice = [reconciled, vec![again]].concat();
    twice.iter().for_each(|event| run.try_evolve(event).unwrap());
    let PaymentRun::Reconciled(Reconciled { results, reconciled_on, .. }) = run else { unreachable!() };
    assert_eq!((results.settled_count, results.returned_count), (3, 0));
    assert_eq!(reconciled_on, day("2023-07-20"));
    assert_eq!(outcome(given(twice.clone()).when(asked_by(FINANCE, all))), "repeat");
    assert_eq!(outcome(given(twice).when(asked_by(FINANCE, reconcile()))), "wrong_stage", "none goes back");
}

#[test]
fn a_run_of_which_the_bank_refuses_every_line_is_reconciled_before_it_was_to_pay() {
    let released = history(RunStage::Released);
    let refused = corrected((0, 0), (3, 80_000), "2023-07-09");
    assert_eq!(outcome(given(released.clone()).when(asked_by(FINANCE, refused))), "ok");
    let one_paid = corrected((1, 10_000), (2, 70_000), "2023-07-09");
    assert_eq!(outcome(given(released).when(asked_by(FINANCE, one_paid))), "day_too_early");
}

#[rstest]
#[case::fewer_settled(corrected((1, 10_000), (2, 70_000), "2023-07-20"), "wrong_stage")]
#[case::as_many_settled(corrected((2, 60_000), (1, 20_000), "2023-07-20"), "wrong_stage")]
#[case::another_sum(corrected((3, 79_999), (0, 0), "2023-07-20"), "sums_disagree")]
#[case::before_the_first(corrected((3, 80_000), (0, 0), "2023-07-11"), "day_too_early")]
#[case::not_yet(corrected((3, 80_000), (0, 0), "2023-08-01"), "day_in_future")]
fn results_are_corrected_in_one_direction_only(#[case] command: PaymentRunCommand, #[case] expected: &str) {
    assert_eq!(outcome(given(history(RunStage::Reconciled)).when(asked_by(FINANCE, command))), expected);
}
