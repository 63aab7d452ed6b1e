//! Funds under a race: two programs of the office, each with its own memory of the fund, ask for the last yuan at once.

use std::sync::Arc;

use api::books::{book_at, read_books};
use api::processes::campaign::{approve_remittance, propose_remittance, refund_donation};
use api::processes::users::KnownTokens;
use api::processes::{self as work, Office, ProcessError, Step, WantedWay};
use domain::books::{Account, Book, TrialQuestion};
use domain::fund::{Fund, FundCharter, FundCommand, FundSource, Restriction};
use domain::ids::{FundId, RunId};
use domain::money::Money;
use eventlog::appender::Appender;
use eventlog::keyring::Keyring;
use eventlog::read::Log;
use eventlog::repository::Repository;
use projections::runner::{Runner, Until};
use tests::office::{CHEN, FUND, GIFTS, SmallOffice, WANG, at_work, day};
use tests::personas;
use uuid::Uuid;

use crate::recoveries::{case_of, late_death, pay, withholding, yuan};

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
        tokens: KnownTokens::default(),
        program: None,
        webhook_hosts: small.office.webhook_hosts.clone(),
        bank_layouts: Arc::clone(&small.office.bank_layouts),
        statement_layouts: Arc::clone(&small.office.statement_layouts),
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

/// What a late death had paid too much comes back: an instalment from another's benefit, the rest is given up.
async fn withhold_and_waive(small: &SmallOffice) {
    let office = &small.office;
    let finance = |on| at_work(personas::finance(), on);
    let ((dead, _), (other, _)) = (case_of(small, WANG).await, case_of(small, CHEN).await);
    let wanted = withholding(other, "60.00");
    let plan = work::propose_plan(office, &finance("2023-02-21"), dead, wanted).await.unwrap();
    work::approve_plan(office, &at_work(personas::approver(), "2023-02-21"), plan).await.unwrap();
    pay(small, "2023-03", "2023-02-25").await;
    work::end_plan(office, &finance("2023-02-26"), plan, "对方不再同意").await.unwrap();
    let waive = WantedWay::SmallSum { reason: "追缴成本高于金额".to_owned() };
    let second = work::propose_plan(office, &finance("2023-02-27"), dead, waive).await.unwrap();
    work::approve_plan(office, &at_work(personas::approver(), "2023-02-28"), second).await.unwrap();
}

/// Of three gifts one is refunded in part, and half of what is left goes to another organisation.
async fn refund_and_remit(small: &SmallOffice) {
    const SPRING: &str = "春风行动";
    let office = &small.office;
    small.open_campaign(SPRING, "2023-03-01", "2023-03-31").await;
    let gift = small.give((SPRING, "C-1"), "张三", "200.00", "2023-03-02").await;
    small.give((SPRING, "C-2"), "李四", "30.00", "2023-03-02").await;
    let campaign = office.campaign_id(SPRING);
    let finance = at_work(personas::finance(), "2023-03-03");
    let (refunded, refunded_on) = (yuan("20.00"), finance.today());
    refund_donation(office, &finance, (campaign, gift), refunded, refunded_on, None).await.unwrap();
    let recipient = "市慈善基金会";
    let proposed = propose_remittance(office, &finance, campaign, recipient, yuan("105.00")).await;
    let approver = at_work(personas::approver(), "2023-03-04");
    approve_remittance(office, &approver, (campaign, proposed.unwrap()), "HK-1").await.unwrap();
}

/// Closes 2023 on both funds and carries it over.
async fn end_the_year(small: &SmallOffice) {
    let (finance, approver) =
        (at_work(personas::finance(), "2024-01-05"), at_work(personas::approver(), "2024-01-06"));
    for name in [FUND, GIFTS] {
        let fund = small.office.fund_id(name);
        work::close_year(&small.office, &finance, fund, 2023).await.unwrap();
        work::carry_over(&small.office, &approver, fund, 2023, "昌财结转〔2024〕1号").await.unwrap();
    }
}

#[tokio::test]
async fn every_fund_s_trial_balance_is_zero_after_every_event_of_recoveries_gifts_and_a_year_s_end() {
    let small = late_death().await;
    withhold_and_waive(&small).await;
    refund_and_remit(&small).await;
    end_the_year(&small).await;
    let office = &small.office;
    let (log, funds) = (office.repository.log(), [FUND, GIFTS].map(|name| Some(office.fund_id(name))));
    let (mut book, mut moved) = (Book::default(), [0_u32; 2]);
    let length = log.length().await.unwrap();
    read_books(log, length, |stored, _, entries| {
        book.enter(entries)?;
        for (fund, moved) in funds.iter().zip(&mut moved) {
            let balance = book.trial_balance(TrialQuestion { fund: *fund, ..TrialQuestion::default() })?;
            let position = stored.position;
            assert_eq!(balance.difference, Money::ZERO, "after position {position}");
            assert_eq!(balance.total.debit, balance.total.credit, "after position {position}");
            *moved += u32::from(entries.postings.iter().any(|posting| posting.subaccount.fund == *fund));
        }
        let strangers = entries.postings.iter().filter(|posting| !funds.contains(&posting.subaccount.fund));
        assert_eq!(strangers.count(), 0, "every posting has its fund");
        Ok(())
    })
    .await
    .unwrap();
    assert!(moved.iter().all(|events| *events > 5), "both funds moved: {moved:?}");
    let turnover = |account| {
        let of = book.days().filter(|(place, _, _)| place.account == account);
        of.map(|(_, _, turnover)| turnover.debit.fen().max(turnover.credit.fen())).sum::<i64>()
    };
    let expected = [
        (Account::RecoveriesReceivable, 10_000 + 6_000 + 4_000),
        (Account::RecoveriesWaived, 4_000 + 4_000),
        (Account::RemittanceExpense, 10_500 + 10_500),
    ];
    for (account, fen) in expected {
        assert_eq!(turnover(account), fen, "{account}");
    }
    assert_eq!(book.balance(|place, _| place.account == Account::RecoveriesReceivable), Ok(Money::ZERO));
    office.runner.catch_up(Until::Head).await.unwrap();
    assert_eq!(projections::books::book(&office.pool, None).await.unwrap(), book);
    for on in ["2023-02-28", "2023-03-31", "2023-12-31"] {
        let question = TrialQuestion { on: Some(day(on)), ..TrialQuestion::default() };
        assert_eq!(book.trial_balance(question).unwrap().difference, Money::ZERO, "up to {on}");
    }
    assert!(small.broken().await.is_empty());
    small.ledger.finish().await;
}
