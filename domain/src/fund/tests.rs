//! The life of a fund, told, tabulated and at random.

use chrono::NaiveDate;
use cqrs_es::test::{AggregateResultValidator, AggregateTestExecutor, TestFramework};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use rstest::rstest;
use uuid::Uuid;

use super::*;
use crate::actor::{Actor, ActorId, Role};
use crate::aggregate::{Context, Decider, Instruction};
use crate::explain::Explain;
use crate::ids::{CampaignId, DonationId, FundId, PaymentId, RunId};
use crate::money::Money;
use crate::program::Program;

mod purpose_and_years;
mod recommitted;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn yuan(amount: i32) -> Money {
    Money::from_fen(amount * 100)
}

fn run(number: u128) -> RunId {
    RunId::new(Uuid::from_u128(number))
}

fn asked_by(role: Role, command: FundCommand) -> Instruction<FundCommand> {
    let actor = Actor { id: ActorId::parse("someone").unwrap(), role };
    Instruction { context: Context { actor, today: day("2023-07-31") }, command }
}

/// Asked by the role that may.
fn asked(command: FundCommand) -> Instruction<FundCommand> {
    let role = if matches!(command, FundCommand::Commit { .. }) { Role::Approver } else { Role::Finance };
    asked_by(role, command)
}

fn given(events: Vec<FundEvent>) -> AggregateTestExecutor<Fund> {
    TestFramework::<Fund>::with(()).given(events)
}

fn open(source: FundSource) -> FundCommand {
    FundCommand::OpenFund {
        charter: FundCharter {
            fund_id: FundId::new(Uuid::from_u128(1)),
            name: "困难群众救助资金".into(),
            source,
            restriction: Restriction::Restricted,
            opened_on: day("2023-01-01"),
            programs: vec![],
        },
    }
}

fn appropriate(amount: i32) -> FundCommand {
    FundCommand::Appropriate {
        amount: yuan(amount),
        document: "财社〔2023〕1号".into(),
        appropriated_on: day("2023-01-05"),
        purpose: Purpose::default(),
    }
}

fn credit(donation: u128, amount: i32) -> FundCommand {
    FundCommand::CreditDonation {
        campaign_id: CampaignId::new(Uuid::from_u128(1)),
        donation_id: DonationId::new(Uuid::from_u128(donation)),
        amount: yuan(amount),
        credited_on: day("2023-05-01"),
        refund_number: None,
    }
}

fn commit(number: u128, amount: i32) -> FundCommand {
    FundCommand::Commit {
        run_id: run(number),
        amount: yuan(amount),
        committed_on: day("2023-07-05"),
        by_program: vec![],
    }
}

fn spend(number: u128, amount: i32) -> FundCommand {
    FundCommand::Spend { run_id: run(number), amount: yuan(amount), spent_on: day("2023-07-11") }
}

fn release(number: u128, amount: i32) -> FundCommand {
    FundCommand::Release {
        run_id: run(number),
        amount: yuan(amount),
        released_on: day("2023-07-11"),
        by_program: vec![],
    }
}

fn recovered(amount: i32) -> FundCommand {
    FundCommand::CreditRecovery {
        payment_id: PaymentId::new(Uuid::from_u128(5)),
        amount: yuan(amount),
        credited_on: day("2023-07-20"),
        reference: None,
    }
}

/// What follows when each command is asked in turn; every one must be accepted.
fn history(commands: Vec<FundCommand>) -> Vec<FundEvent> {
    commands.into_iter().fold(vec![], |mut past, command| {
        past.extend(given(past.clone()).when(asked(command)).inspect_result().unwrap());
        past
    })
}

fn budget_of(amount: i32) -> Vec<FundEvent> {
    history(vec![open(FundSource::Budget), appropriate(amount)])
}

fn outcome(result: AggregateResultValidator<Fund>) -> &'static str {
    match result.inspect_result() {
        Ok(events) if events.is_empty() => "repeat",
        Ok(_) => "ok",
        Err(refusal) => refusal.code(),
    }
}

#[test]
fn the_last_yuan_goes_to_one_run_only_and_the_gap_is_named() {
    let events = [budget_of(1_000), history_after(budget_of(1_000), vec![commit(1, 700)])].concat();
    given(events.clone()).when(asked(commit(2, 500))).then_expect_error(FundError::FundShort {
        amount: yuan(500),
        free: yuan(300),
        gap: yuan(200),
    });
    let refusal = FundError::FundShort { amount: yuan(500), free: yuan(300), gap: yuan(200) };
    assert!(refusal.zh().contains("缺口 200.00 元"));
    given(events).when(asked(commit(2, 300))).then_expect_events(vec![FundEvent::FundsCommitted {
        run_id: run(2),
        amount: yuan(300),
        committed_on: day("2023-07-05"),
        by_program: vec![],
    }]);
}

/// The events that `commands` add to `past`.
fn history_after(past: Vec<FundEvent>, commands: Vec<FundCommand>) -> Vec<FundEvent> {
    commands.into_iter().fold(vec![], |mut new, command| {
        let before = [past.clone(), new.clone()].concat();
        new.extend(given(before).when(asked(command)).inspect_result().unwrap());
        new
    })
}

#[test]
fn what_the_bank_returned_is_free_again_and_what_it_paid_is_gone() {
    let fund = fold(&history(vec![
        open(FundSource::Budget),
        appropriate(1_000),
        commit(1, 700),
        spend(1, 600),
        release(1, 100),
        recovered(50),
    ]));
    let account = fund.account().unwrap();
    assert_eq!((account.balance, account.committed, account.free()), (yuan(450), Money::ZERO, yuan(450)));
    let (committed, spent, released) = (yuan(700), yuan(600), yuan(100));
    let expected = Commitment { committed, spent, released, by_program: vec![] };
    assert_eq!(account.commitment(run(1)), expected);
}

#[test]
fn no_run_spends_or_frees_more_than_was_committed_for_it() {
    let committed =
        history(vec![open(FundSource::Budget), appropriate(1_000), commit(1, 700), spend(1, 500)]);
    let above = FundError::AboveCommitment { amount: yuan(201), remainder: yuan(200) };
    given(committed.clone()).when(asked(spend(1, 201))).then_expect_error(above.clone());
    given(committed.clone()).when(asked(release(1, 201))).then_expect_error(above);
    given(committed).when(asked(spend(2, 1))).then_expect_error(FundError::RunUnknown);
}

#[test]
fn a_run_whose_approval_was_undone_is_committed_again_for_another_sum() {
    let undone = history(vec![open(FundSource::Budget), appropriate(1_000), commit(1, 700), release(1, 700)]);
    given(undone).when(asked(commit(1, 650))).then_expect_events(vec![FundEvent::FundsCommitted {
        run_id: run(1),
        amount: yuan(650),
        committed_on: day("2023-07-05"),
        by_program: vec![],
    }]);
}

#[test]
fn a_gift_comes_in_once_and_goes_back_at_most_whole() {
    let credited = history(vec![open(FundSource::Donations), credit(1, 100)]);
    assert_eq!(outcome(given(credited.clone()).when(asked(credit(1, 100)))), "repeat");
    given(credited.clone()).when(asked(credit(1, 101))).then_expect_error(FundError::DonationDiffers);
    given(credited.clone()).when(asked(credit(2, -1))).then_expect_error(FundError::DonationUnknown);
    given(credited.clone())
        .when(asked(credit(1, -101)))
        .then_expect_error(FundError::RefundAboveRemaining { amount: yuan(101), remaining: yuan(100) });
    let promised = [credited, history_after_donations(vec![commit(1, 60)])].concat();
    given(promised).when(asked(credit(1, -50))).then_expect_error(FundError::FundShort {
        amount: yuan(50),
        free: yuan(40),
        gap: yuan(10),
    });
}

fn history_after_donations(commands: Vec<FundCommand>) -> Vec<FundEvent> {
    history_after(history(vec![open(FundSource::Donations), credit(1, 100)]), commands)
}

#[test]
fn money_goes_to_a_fund_of_its_source() {
    let budget = FundError::WrongSource { source_of_fund: FundSource::Budget };
    given(budget_of(1)).when(asked(credit(1, 5))).then_expect_error(budget);
    let donations = FundError::WrongSource { source_of_fund: FundSource::Donations };
    given(history(vec![open(FundSource::Donations)]))
        .when(asked(appropriate(5)))
        .then_expect_error(donations);
}

/// Every situation × every command. The open fund holds 1,000 yuan, of which 700 are committed to run 1.
#[rustfmt::skip]
#[rstest]
//                 open     appropriate   commit(1)     commit(2)     spend(1)      spend(2)      release(1)    recovered
#[case(false, "    ok       fund_unknown  fund_unknown  fund_unknown  fund_unknown  fund_unknown  fund_unknown  fund_unknown ")]
#[case(true,  "    repeat   repeat        repeat        fund_short    ok            run_unknown   ok            ok           ")]
fn every_situation_answers_every_command(#[case] opened: bool, #[case] expected: &str) {
    let past = if opened {
        history(vec![open(FundSource::Budget), appropriate(1_000), commit(1, 700)])
    } else {
        vec![]
    };
    let commands = [
        open(FundSource::Budget), appropriate(1_000), commit(1, 700), commit(2, 700),
        spend(1, 100), spend(2, 100), release(1, 100), recovered(10),
    ];
    let answers = commands.map(|command| outcome(given(past.clone()).when(asked(command))));
    assert_eq!(answers.to_vec(), expected.split_whitespace().collect::<Vec<_>>());
}

/// Every role × every command: `+` may, `-` may not.
#[rustfmt::skip]
#[rstest]
//                           open appropriate commit spend release recovered
#[case(Role::Clerk,         "-    -           -      -     +       -")]
#[case(Role::Reviewer,      "-    -           -      -     -       -")]
#[case(Role::Approver,      "-    -           +      -     +       -")]
#[case(Role::Finance,       "+    +           -      +     +       +")]
#[case(Role::Auditor,       "-    -           -      -     -       -")]
#[case(Role::Administrator, "-    -           -      -     -       -")]
#[case(Role::System,        "-    -           -      +     +       +")]
fn only_its_role_moves_money(#[case] role: Role, #[case] expected: &str) {
    let past = history(vec![open(FundSource::Budget), appropriate(1_000), commit(1, 700)]);
    let commands = [
        open(FundSource::Budget), appropriate(1_000), commit(1, 700), spend(1, 1), release(1, 1), recovered(1),
    ];
    let may = commands.map(|command| {
        if outcome(given(past.clone()).when(asked_by(role, command))) == "role_not_allowed" { "-" } else { "+" }
    });
    assert_eq!(may.to_vec(), expected.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn malformed_requests_are_refused() {
    let past = budget_of(1_000);
    given(past.clone()).when(asked(commit(1, 0))).then_expect_error(FundError::AmountNotPositive);
    given(past.clone()).when(asked(commit(1, -5))).then_expect_error(FundError::AmountNotPositive);
    let late = FundCommand::Commit {
        run_id: run(1),
        amount: yuan(1),
        committed_on: day("2023-08-01"),
        by_program: vec![],
    };
    given(past.clone())
        .when(asked(late))
        .then_expect_error(FundError::DayInFuture { day: day("2023-08-01") });
    let early = FundCommand::Commit {
        run_id: run(1),
        amount: yuan(1),
        committed_on: day("2022-12-31"),
        by_program: vec![],
    };
    given(past.clone())
        .when(asked(early))
        .then_expect_error(FundError::DayTooEarly { day: day("2022-12-31"), earliest: day("2023-01-01") });
    let nameless = FundCommand::Appropriate {
        amount: yuan(1),
        document: String::new(),
        appropriated_on: day("2023-02-01"),
        purpose: Purpose::default(),
    };
    given(past).when(asked(nameless)).then_expect_error(FundError::TextMissing { field: "document" });
}

fn fold(events: &[FundEvent]) -> Fund {
    let mut fund = Fund::default();
    events.iter().for_each(|event| fund.try_evolve(event).unwrap());
    fund
}

fn commands() -> impl Strategy<Value = Vec<FundCommand>> {
    let command = (0..8_u8, 1..4_u128, -400..1_000_i32).prop_map(|(which, number, amount)| match which {
        6 => appropriate_for(program(number), amount),
        7 => commit_shares(number, amount, amount / 3),
        0 => appropriate(amount),
        1 => commit(number, amount),
        2 => spend(number, amount),
        3 => release(number, amount),
        4 => recovered(amount),
        _ => credit(number, amount),
    });
    let source = prop::sample::select(vec![FundSource::Budget, FundSource::Donations]);
    (source, prop::collection::vec(command, 1..60))
        .prop_map(|(source, commands)| std::iter::once(open(source)).chain(commands).collect())
}

fn program(number: u128) -> Program {
    Program::ALL[usize::try_from(number).unwrap()]
}

fn appropriate_for(program: Program, amount: i32) -> FundCommand {
    let purpose = Purpose { program: Some(program), ..Purpose::default() };
    let document = format!("财社〔2023〕{amount}号");
    FundCommand::Appropriate { amount: yuan(amount), document, appropriated_on: day("2023-02-01"), purpose }
}

/// For two programs.
fn commit_shares(number: u128, one: i32, other: i32) -> FundCommand {
    let shares = [(program(number), one), (program(number + 1), other)];
    let by_program = shares.map(|(program, amount)| ProgramShare { program, amount: yuan(amount) }).to_vec();
    let (run_id, amount) = (run(number), yuan(one + other));
    FundCommand::Commit { run_id, amount, committed_on: day("2023-07-05"), by_program }
}

/// No program uses more than what came in for it and for any.
fn assert_earmarks_hold(Earmarks { reserved, general, used, unnamed }: &Earmarks) {
    let beyond = used.iter().map(|(program, used)| {
        let own = reserved.get(program).copied().unwrap_or_default();
        used.minus(own).unwrap().max(Money::ZERO)
    });
    let of_any = Money::sum(beyond.chain([*unnamed])).unwrap();
    // what was committed without shares may have taken money of a program, as it always could
    assert!(of_any <= *general || unnamed.is_positive(), "{of_any} of {general}");
}

/// Asks everything in turn and proves after every accepted step that no fund is overdrawn.
fn play(commands: Vec<FundCommand>) -> Fund {
    let mut fund = Fund::default();
    for command in commands {
        let Instruction { context, command } = asked(command);
        for event in fund.decide(command, &context).unwrap_or_default() {
            assert_eq!(fund.try_evolve(&event), Ok(()));
        }
        let Some(account) = fund.account() else { continue };
        assert!(!account.balance.is_negative() && !account.committed.is_negative());
        assert!(account.committed <= account.balance, "free money is never below nothing");
        let remainders = Money::sum(account.runs.values().map(|run| run.remainder()));
        assert_eq!(remainders, Ok(account.committed));
        assert_earmarks_hold(&account.earmarks);
        for run in account.runs.values() {
            assert!(run.spent.plus(run.released).unwrap() <= run.committed);
        }
    }
    let kept = serde_json::to_string(&fund).unwrap();
    assert_eq!(serde_json::from_str::<Fund>(&kept).unwrap(), fund);
    fund
}

proptest! {
    #[test]
    fn no_fund_is_ever_overdrawn(commands in commands()) {
        play(commands);
    }
}

#[test]
fn the_random_office_spends_releases_and_refunds() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let ends: Vec<Fund> =
        (0..200).map(|_| play(commands().new_tree(&mut runner).unwrap().current())).collect();
    let any = |what: fn(&FundAccount) -> bool| ends.iter().filter_map(Fund::account).any(what);
    assert!(any(|account| account.runs.values().any(|run| run.spent.is_positive())));
    assert!(any(|account| account.runs.values().any(|run| run.released.is_positive())));
    assert!(any(|account| account.donations.values().any(|gift| !gift.refunds.is_empty())));
}
