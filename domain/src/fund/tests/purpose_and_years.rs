//! What a fund may pay, and the end of its years.

use chrono::NaiveDate;
use rstest::rstest;

use super::super::*;
use super::{asked, asked_by, day, given, outcome, run, yuan};
use crate::actor::{Actor, ActorId, Role};
use crate::aggregate::{Context, Instruction};
use crate::books::Account;
use crate::explain::Explain;
use crate::ids::FundId;
use crate::program::Program;

const AGE: Program = Program::AdvancedAgeAllowance;
const CARE: Program = Program::ElderlyCareSubsidy;
const MEALS: Program = Program::ElderlyMealSubsidy;

fn opened(programs: &[Program]) -> Vec<FundEvent> {
    let charter = FundCharter {
        fund_id: FundId::new(uuid::Uuid::from_u128(1)),
        name: "助老专项".into(),
        source: FundSource::Budget,
        restriction: Restriction::Restricted,
        opened_on: day("2022-03-01"),
        programs: programs.to_vec(),
    };
    after(vec![], vec![FundCommand::OpenFund { charter }])
}

/// The past with what follows from each command in turn; every one must be accepted.
fn after(past: Vec<FundEvent>, commands: Vec<FundCommand>) -> Vec<FundEvent> {
    commands.into_iter().fold(past, |mut past, command| {
        past.extend(given(past.clone()).when(asked(command)).inspect_result().unwrap());
        past
    })
}

fn appropriate(amount: i32, program: Option<Program>, budget_year: Option<i32>) -> FundCommand {
    let document = format!("财社〔2022〕{amount}号");
    let purpose = Purpose { program, level: Some(GovernmentLevel::District), budget_year };
    FundCommand::Appropriate { amount: yuan(amount), document, appropriated_on: day("2022-12-20"), purpose }
}

fn shares(of: &[(Program, i32)]) -> Vec<ProgramShare> {
    of.iter().map(|&(program, amount)| ProgramShare { program, amount: yuan(amount) }).collect()
}

fn commit(number: u128, on: &str, of: &[(Program, i32)]) -> FundCommand {
    let amount = yuan(of.iter().map(|(_, amount)| amount).sum());
    FundCommand::Commit { run_id: run(number), amount, committed_on: day(on), by_program: shares(of) }
}

#[test]
fn a_fund_pays_its_purpose_and_no_other() {
    let past = after(opened(&[AGE]), vec![appropriate(1_000, None, None)]);
    let refusal = FundError::ProgramNotAllowed { program: CARE };
    given(past.clone())
        .when(asked(commit(1, "2023-01-05", &[(AGE, 10), (CARE, 10)])))
        .then_expect_error(refusal.clone());
    assert!(refusal.zh().contains("失能老年人护理补贴"), "{}", refusal.zh());
    given(past.clone()).when(asked(appropriate(5, Some(CARE), None))).then_expect_error(refusal);
    assert_eq!(outcome(given(past).when(asked(commit(1, "2023-01-05", &[(AGE, 1_000)])))), "ok");
    let twice = FundCommand::OpenFund {
        charter: FundCharter {
            programs: vec![AGE, AGE],
            ..match &opened(&[])[..] {
                [FundEvent::FundOpened { fund_id, name, source, restriction, opened_on, .. }] => {
                    FundCharter {
                        fund_id: *fund_id,
                        name: name.clone(),
                        source: *source,
                        restriction: *restriction,
                        opened_on: *opened_on,
                        programs: vec![],
                    }
                }
                other => panic!("{other:?}"),
            }
        },
    };
    given(vec![]).when(asked(twice)).then_expect_error(FundError::ProgramTwice);
}

/// The fund holds 100 yuan for [`AGE`], 50 for [`CARE`] and 30 for any; run 1 uses what the first column says.
#[rustfmt::skip]
#[rstest]
//     committed before              asked for                      answer
#[case(&[],                          &[(AGE, 130)],                 "ok")]
#[case(&[],                          &[(AGE, 131)],                 "program_short")]
#[case(&[],                          &[(MEALS, 30)],                "ok")]
#[case(&[],                          &[(MEALS, 31)],                "program_short")]
#[case(&[],                          &[(AGE, 120), (CARE, 60)],     "ok")]
#[case(&[],                          &[(AGE, 121), (CARE, 60)],     "fund_short")]
#[case(&[(AGE, 130)],                &[(CARE, 50)],                 "ok")]
#[case(&[(AGE, 120)],                &[(CARE, 60)],                 "ok")]
#[case(&[(AGE, 120)],                &[(CARE, 60), (MEALS, 1)],     "fund_short")]
#[case(&[(AGE, 110)],                &[(MEALS, 21)],                "program_short")]
#[case(&[(CARE, 20)],                &[(AGE, 131)],                 "program_short")]
fn money_for_one_program_pays_that_program_alone(
    #[case] before: &[(Program, i32)],
    #[case] asked_for: &[(Program, i32)],
    #[case] expected: &str,
) {
    let money = vec![appropriate(100, Some(AGE), None), appropriate(50, Some(CARE), None), appropriate(30, None, None)];
    let mut past = after(opened(&[]), money);
    if !before.is_empty() {
        past = after(past, vec![commit(1, "2023-01-05", before)]);
    }
    let account = account(&past);
    let (sum, usable) = (yuan(asked_for.iter().map(|(_, amount)| amount).sum()), account.usable(&shares(asked_for), day("2023-01-06")));
    assert_eq!(usable.unwrap() >= sum, expected == "ok", "what may be used says what an approval will");
    assert_eq!(outcome(given(past).when(asked(commit(2, "2023-01-06", asked_for)))), expected);
}

/// The fund as its past left it.
fn account(past: &[FundEvent]) -> FundAccount {
    let mut fund = Fund::default();
    past.iter().for_each(|event| fund.evolve(event).unwrap());
    fund.account().unwrap().clone()
}

#[test]
fn money_for_next_year_and_for_another_program_is_free_and_may_not_be_used() {
    let money = vec![
        appropriate(20, Some(CARE), None),
        appropriate(50, None, Some(2023)),
        appropriate(14, None, None),
    ];
    let account = account(&after(opened(&[]), money));
    let usable = |on, needed| account.usable(&shares(&[(AGE, needed)]), day(on)).unwrap();
    assert_eq!(account.free(), yuan(84));
    assert_eq!((usable("2022-12-31", 30), usable("2023-01-01", 30)), (yuan(14), yuan(64)));
    assert_eq!(account.free_on(day("2022-12-31")).unwrap(), yuan(34));
}

#[test]
fn what_a_program_lacks_is_named_in_yuan() {
    let past = after(opened(&[]), vec![appropriate(100, Some(AGE), None), appropriate(50, Some(CARE), None)]);
    let refusal = FundError::ProgramShort { program: CARE, amount: yuan(70), free: yuan(50), gap: yuan(20) };
    given(past).when(asked(commit(1, "2023-01-05", &[(CARE, 70)]))).then_expect_error(refusal.clone());
    assert!(refusal.zh().contains("缺口 20.00 元") && refusal.to_string().contains("20.00 yuan"));
}

#[test]
fn what_the_bank_returned_is_free_for_its_program_again() {
    let past = after(opened(&[]), vec![appropriate(100, Some(AGE), None), appropriate(50, Some(CARE), None)]);
    let past = after(past, vec![commit(1, "2023-01-05", &[(AGE, 100), (CARE, 50)])]);
    let release = |amount, by_program| FundCommand::Release {
        run_id: run(1),
        amount: yuan(amount),
        released_on: day("2023-01-09"),
        by_program,
    };
    given(past.clone()).when(asked(release(40, vec![]))).then_expect_error(FundError::SharesDiffer);
    given(past.clone())
        .when(asked(release(60, shares(&[(CARE, 60)]))))
        .then_expect_error(FundError::SharesDiffer);
    let whole = given(past.clone()).when(asked(release(150, vec![]))).inspect_result().unwrap();
    let FundEvent::FundsReleased { by_program, .. } = &whole[0] else { panic!("{whole:?}") };
    assert_eq!(*by_program, shares(&[(AGE, 100), (CARE, 50)]));
    let past = after(past, vec![release(40, shares(&[(CARE, 40)]))]);
    assert_eq!(
        outcome(given(past.clone()).when(asked(commit(2, "2023-01-10", &[(AGE, 40)])))),
        "program_short"
    );
    assert_eq!(outcome(given(past).when(asked(commit(2, "2023-01-10", &[(CARE, 40)])))), "ok");
}

#[test]
fn money_of_the_next_budget_year_waits_for_it() {
    let past =
        after(opened(&[]), vec![appropriate(100, None, None), appropriate(900, Some(AGE), Some(2023))]);
    given(past.clone())
        .when(asked(commit(1, "2022-12-28", &[(AGE, 101)])))
        .then_expect_error(FundError::FundShort { amount: yuan(101), free: yuan(100), gap: yuan(1) });
    assert_eq!(outcome(given(past.clone()).when(asked(commit(1, "2023-01-02", &[(AGE, 1_000)])))), "ok");
    given(past)
        .when(asked(appropriate(5, None, Some(2024))))
        .then_expect_error(FundError::BudgetYearOdd { year: 2024 });
}

fn facts() -> YearFacts {
    let line = |account, fen| ClosingLine {
        account,
        program: None,
        level: None,
        budget_year: None,
        balance: crate::money::Money::from_fen(fen),
    };
    YearFacts {
        unspent: yuan(70),
        committed: yuan(20),
        in_transit: yuan(10),
        lines: vec![line(Account::AppropriationIncome, -10_000), line(Account::ProgramExpense, 3_000)],
        position: 40,
    }
}

fn close(year: i32) -> FundCommand {
    FundCommand::CloseYear { year, facts: facts(), closed_on: day("2023-01-08") }
}

fn carry(year: i32, found: YearFacts) -> FundCommand {
    let document = "昌财结转〔2023〕1号".to_owned();
    FundCommand::CarryOver { year, document, found, carried_on: day("2023-01-09") }
}

/// Asked by an approver of this name.
fn approver(name: &str, command: FundCommand) -> Instruction<FundCommand> {
    let actor = Actor { id: ActorId::parse(name).unwrap(), role: Role::Approver };
    Instruction { context: Context { actor, today: day("2023-07-31") }, command }
}

#[test]
fn a_year_is_closed_by_one_and_carried_over_by_another() {
    let past = after(opened(&[]), vec![appropriate(100, None, None), close(2022)]);
    let as_known_later = YearFacts { position: 99, ..facts() };
    given(past.clone())
        .when(approver("someone", carry(2022, facts())))
        .then_expect_error(FundError::FourEyes);
    given(past.clone())
        .when(approver("chen.jing", carry(2022, YearFacts { unspent: yuan(71), ..facts() })))
        .then_expect_error(FundError::ClosingDiffers { year: 2022 });
    given(past.clone()).when(approver("chen.jing", carry(2022, as_known_later))).then_expect_events(vec![
        FundEvent::FundYearCarriedOver {
            year: 2022,
            document: "昌财结转〔2023〕1号".to_owned(),
            result: yuan(70),
            carried: yuan(70),
            committed: yuan(20),
            restriction: Restriction::Restricted,
            carried_on: day("2023-01-09"),
            carried_by: ActorId::parse("chen.jing").unwrap(),
        },
    ]);
    assert_eq!(outcome(given(past).when(asked_by(Role::Clerk, close(2022)))), "role_not_allowed");
}

#[test]
fn nothing_is_booked_into_a_closed_year() {
    let past = after(opened(&[]), vec![appropriate(100, None, None), close(2022)]);
    let refusal = FundError::YearClosed { day: day("2022-12-30"), year: 2022 };
    given(past.clone()).when(asked(commit(1, "2022-12-30", &[(AGE, 1)]))).then_expect_error(refusal.clone());
    assert_eq!((refusal.code(), refusal.field()), ("year_closed", "day"));
    assert_eq!(outcome(given(past).when(asked(commit(1, "2023-01-02", &[(AGE, 1)])))), "ok");
}

/// Whether the fund's year 2022 is open, closed or carried over × what is asked of which year.
#[rustfmt::skip]
#[rstest]
//                     close(2021)         close(2022)         close(2023)               reopen(2022)       carry(2022)
#[case("open",       " year_before_fund    ok                  year_not_over             year_not_closed    year_not_closed ")]
#[case("closed",     " year_closed_before  repeat              earlier_year_not_carried  ok                 ok ")]
#[case("carried",    " year_closed_before  repeat              year_not_over             year_carried_over  repeat ")]
fn every_situation_of_a_year_answers(#[case] situation: &str, #[case] expected: &str) {
    let mut past = after(opened(&[]), vec![appropriate(100, None, None)]);
    if situation != "open" {
        past = after(past, vec![close(2022)]);
    }
    if situation == "carried" {
        past.extend(given(past.clone()).when(approver("chen.jing", carry(2022, facts()))).inspect_result().unwrap());
    }
    let reopened_on: NaiveDate = day("2023-01-08");
    let reopen = FundCommand::ReopenYear { year: 2022, reason: "漏记".into(), reopened_on };
    let asked = [close(2021), close(2022), close(2023), reopen].map(|command| (Role::Finance, command));
    let mut answers: Vec<&str> =
        asked.into_iter().map(|(role, command)| outcome(given(past.clone()).when(asked_by(role, command)))).collect();
    answers.push(outcome(given(past).when(approver("chen.jing", carry(2022, facts())))));
    let expected: Vec<&str> = expected.split_whitespace().collect();
    // before the fund was opened there is no year of its own
    assert_eq!(answers, expected);
}

#[test]
fn a_reopened_year_is_closed_again_with_what_had_been_left_out() {
    let past = after(opened(&[]), vec![appropriate(100, None, None), close(2022)]);
    let reopened_on = day("2023-01-09");
    let reopen = FundCommand::ReopenYear { year: 2022, reason: "漏记一笔".into(), reopened_on };
    let past = after(past, vec![reopen, commit(1, "2022-12-31", &[(AGE, 1)])]);
    let again = YearFacts { committed: yuan(21), position: 44, ..facts() };
    let close = FundCommand::CloseYear { year: 2022, facts: again, closed_on: day("2023-01-10") };
    assert_eq!(outcome(given(past.clone()).when(asked(close))), "ok");
    let odd = ClosingLine { account: Account::Deposits, ..facts().lines[0] };
    let odd = YearFacts { lines: vec![odd], ..facts() };
    let close = FundCommand::CloseYear { year: 2022, facts: odd, closed_on: day("2023-01-10") };
    given(past)
        .when(asked(close))
        .then_expect_error(FundError::AccountNotClosed { account: Account::Deposits });
}
