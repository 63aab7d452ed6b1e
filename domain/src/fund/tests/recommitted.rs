//! 恢复占用: what a run gave back as it had come back is needed after all.

use super::*;

fn recommit(number: u128, amount: i32, by_program: &[(Program, i32)]) -> FundCommand {
    let share =
        |(program, amount): &(Program, i32)| ProgramShare { program: *program, amount: yuan(*amount) };
    FundCommand::Recommit {
        run_id: run(number),
        amount: yuan(amount),
        recommitted_on: day("2023-07-20"),
        by_program: by_program.iter().map(share).collect(),
    }
}

/// 1,000 yuan, of which run 1 had 700: 600 arrived, 100 came back.
fn reconciled() -> Vec<FundCommand> {
    vec![open(FundSource::Budget), appropriate(1_000), commit(1, 700), spend(1, 600), release(1, 100)]
}

#[test]
fn what_was_released_is_held_ready_again_and_spent() {
    let account = fold(&history([reconciled(), vec![recommit(1, 100, &[]), spend(1, 100)]].concat()));
    let account = account.account().unwrap();
    assert_eq!((account.balance, account.committed, account.free()), (yuan(300), Money::ZERO, yuan(300)));
    let (committed, spent, released) = (yuan(700), yuan(700), Money::ZERO);
    assert_eq!(account.commitment(run(1)), Commitment { committed, spent, released, by_program: vec![] });
}

#[test]
fn no_more_than_was_released_of_the_run() {
    let past = history(reconciled());
    let above = FundError::AboveReleased { amount: yuan(101), released: yuan(100) };
    given(past.clone()).when(asked(recommit(1, 101, &[]))).then_expect_error(above);
    assert_eq!(outcome(given(past.clone()).when(asked(recommit(2, 1, &[])))), "run_unknown");
    assert_eq!(outcome(given(past.clone()).when(asked(recommit(1, 0, &[])))), "amount_not_positive");
    let approver = asked_by(Role::Approver, recommit(1, 100, &[]));
    assert_eq!(outcome(given(past).when(approver)), "role_not_allowed");
}

#[test]
fn what_was_promised_to_another_run_meanwhile_is_missing_and_the_gap_is_named() {
    let past = history([reconciled(), vec![commit(2, 330)]].concat());
    let short = FundError::FundShort { amount: yuan(100), free: yuan(70), gap: yuan(30) };
    given(past).when(asked(recommit(1, 100, &[]))).then_expect_error(short);
}

#[test]
fn a_program_uses_again_what_it_had_given_back() {
    let (one, other) = (program(1), program(2));
    let commit = commit_shares(1, 40, 60);
    let back = FundCommand::Release {
        run_id: run(1),
        amount: yuan(60),
        released_on: day("2023-07-11"),
        by_program: vec![ProgramShare { program: other, amount: yuan(60) }],
    };
    let before = vec![open(FundSource::Budget), appropriate(1_000), commit, spend(1, 40), back];
    let after = [before.clone(), vec![recommit(1, 60, &[(other, 60)]), spend(1, 60)]].concat();
    let account = |commands| fold(&history(commands)).account().unwrap().clone();
    let used =
        |account: &FundAccount| [one, other].map(|program| account.earmarks.used.get(&program).copied());
    assert_eq!(used(&account(before.clone())), [Some(yuan(40)), Some(Money::ZERO)]);
    assert_eq!(used(&account(after)), [Some(yuan(40)), Some(yuan(60))]);
    let differing = recommit(1, 60, &[(other, 50)]);
    assert_eq!(outcome(given(history(before)).when(asked(differing))), "shares_differ");
}
