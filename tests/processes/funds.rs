//! Funds under a race: two programs of the office, each with its own memory of the fund, ask for the last yuan at once.

use std::sync::Arc;

use api::books::book_at;
use api::processes::{self as work, Office, ProcessError, Step};
use domain::books::TrialQuestion;
use domain::fund::{Fund, FundCharter, FundCommand, FundSource, Restriction};
use domain::ids::{FundId, RunId};
use domain::money::Money;
use eventlog::appender::Appender;
use eventlog::keyring::Keyring;
use eventlog::read::Log;
use eventlog::repository::Repository;
use projections::runner::{Runner, Until};
use tests::office::{SmallOffice, at_work};
use tests::personas;
use uuid::Uuid;

const ROUNDS: u64 = 24;
const TODAY: &str = "2023-02-27";

/// A second program on the same database: nothing in memory is shared.
async fn second_program(small: &SmallOffice) -> Office {
    let pool = small.ledger.service().clone();
    let log = Log::new(pool.clone());
    Office {
        repository: Repository::new(log.clone(), Appender::start(small.ledger.database()).await.unwrap()),
        keyring: Arc::new(Keyring::open(pool.clone(), small.ledger.master_key().clone()).await.unwrap()),
        pool,
        runner: Arc::new(Runner::new(log)),
        rules: small.office.rules.clone(),
        program: None,
    }
}

async fn fund_with_100_yuan(office: &Office) -> FundId {
    let finance = at_work(personas::finance(), TODAY);
    let charter = FundCharter {
        fund_id: office.fund_id("最后一元"),
        name: "最后一元".to_owned(),
        source: FundSource::Budget,
        restriction: Restriction::Restricted,
        opened_on: finance.today(),
        programs: vec![],
    };
    let fund = work::open_fund(office, &finance, charter).await.unwrap();
    work::appropriate(office, &finance, fund, Money::from_fen(10_000), "昌财〔2023〕9号").await.unwrap();
    fund
}

async fn commit(office: &Office, fund: FundId, run: u64) -> Result<(), ProcessError> {
    let approver = at_work(personas::approver(), TODAY);
    let (run_id, amount) = (RunId::new(Uuid::from_u128(run.into())), Money::from_fen(6_000));
    let commit = FundCommand::Commit { run_id, amount, committed_on: approver.today(), by_program: vec![] };
    let key = office.derived("race", &run.to_string());
    office.together(&approver, key, [Step::Fund(fund.to_string(), commit)]).await.map(|_| ())
}

async fn release(office: &Office, fund: FundId, run: u64) {
    let finance = at_work(personas::finance(), TODAY);
    let (run_id, amount) = (RunId::new(Uuid::from_u128(run.into())), Money::from_fen(6_000));
    let release = FundCommand::Release { run_id, amount, released_on: finance.today(), by_program: vec![] };
    let key = office.derived("race_over", &run.to_string());
    office.together(&finance, key, [Step::Fund(fund.to_string(), release)]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_runs_that_race_for_the_last_yuan_never_both_win_it() {
    let small = SmallOffice::open().await;
    let (one, other) = (&small.office, second_program(&small).await);
    let fund = fund_with_100_yuan(one).await;
    let mut won_by_other = 0;
    for round in 0..ROUNDS {
        let runs = [round * 2 + 1, round * 2 + 2];
        // each begins first in its turn
        let (first, second) = if round % 2 == 0 { (one, &other) } else { (&other, one) };
        let outcomes = tokio::join!(commit(first, fund, runs[0]), commit(second, fund, runs[1]));
        let (winner, refusal) = match outcomes {
            (Ok(()), Err(refusal)) => (runs[0], refusal),
            (Err(refusal), Ok(())) => (runs[1], refusal),
            both => panic!("round {round}: {both:?}"),
        };
        let ProcessError::Refused { code, zh, .. } = refusal else { panic!("{refusal:?}") };
        assert_eq!(code, "fund_short");
        assert!(zh.contains("缺口 20.00 元"), "{zh}");
        won_by_other += u64::from(winner == runs[1]);
        let account = work::fund_account(&other, fund).await.unwrap();
        assert_eq!((account.committed, account.free()), (Money::from_fen(6_000), Money::from_fen(4_000)));
        release(one, fund, winner).await;
    }
    println!("{won_by_other} of {ROUNDS} rounds were won by the run that was asked second");
    let state = other.repository.load_newest::<Fund>(fund).await.unwrap().state;
    assert_eq!(state.account().unwrap().free(), Money::from_fen(10_000));
    small.ledger.finish().await;
}

#[tokio::test]
async fn the_books_of_the_log_and_of_the_read_tables_are_the_same_at_the_head() {
    let small = SmallOffice::open().await;
    let office = &small.office;
    office.runner.catch_up(Until::Head).await.unwrap();
    let length = office.repository.log().length().await.unwrap();
    let read = book_at(office.repository.log(), length).await.unwrap();
    let projected = projections::books::book(&office.pool, None).await.unwrap();
    assert_eq!(read, projected);
    for length in (0..=length).step_by(3) {
        let book = book_at(office.repository.log(), length).await.unwrap();
        let balance = book.trial_balance(TrialQuestion::default()).unwrap();
        assert_eq!(balance.difference, Money::ZERO, "from {length} events");
    }
    small.ledger.finish().await;
}
