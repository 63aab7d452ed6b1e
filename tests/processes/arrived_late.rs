//! 退汇后到账: the bank gave a payment back, and says later that it arrived after all. The ledger follows what happened to
//! the money, whatever was decided of it meanwhile.

use api::lang::Lang;
use api::processes::payment_run::{self, RunNote, RunPlan, TakenIn};
use api::processes::{self as work, ProcessError, Step, WantedWay, net_case, propose_plan};
use api::registers::{RawRow, RegisterRow, changes};
use api::replay::{Clocks, ReportItem, Subject, Verdict, nothing_sealed, replay};
use domain::bank_return::{LineResolution, UnmatchedReason};
use domain::fund::{Fund, FundAccount, FundCommand};
use domain::ids::{PaymentId, RunId};
use domain::money::Money;
use domain::payment::{Payment, PaymentCommand, PaymentStage};
use domain::payment_run::{PaymentRun, RunException};
use domain::program::Program;
use tests::office::{Broken, FUND, ZHAO, at_work, day, id_number};
use tests::personas;
use uuid::Uuid;

use crate::bank_returns::{AtTheBank, at_the_bank};

pub const LATER: &str = "2023-02-28";

/// The last line came back; the others are on their way.
async fn gave_one_back() -> (AtTheBank, PaymentId) {
    let bank = at_the_bank("pain_001").await;
    let last = bank.line_of(ZHAO, "2023-03").await;
    bank.take(&bank.report(&[bank.says(last, "RJCT", "AC04")])).await.unwrap();
    let payment_id = bank.lines[last].payment_id;
    (bank, payment_id)
}

/// All others arrived, so that the run is reconciled.
async fn reconciled() -> (AtTheBank, PaymentId) {
    let (bank, payment_id) = gave_one_back().await;
    settle_the_others(&bank, payment_id).await;
    assert!(bank.is_reconciled().await);
    (bank, payment_id)
}

async fn settle_the_others(bank: &AtTheBank, payment_id: PaymentId) {
    let others = (0..bank.lines.len()).filter(|place| bank.lines[*place].payment_id != payment_id);
    let says: Vec<_> = others.map(|place| bank.says(place, "ACSC", "")).collect();
    bank.take(&bank.report(&says)).await.unwrap();
}

/// The bank says now that the payment arrived.
async fn arrived(bank: &AtTheBank, payment_id: PaymentId) -> TakenIn {
    let place = bank.lines.iter().position(|line| line.payment_id == payment_id).unwrap();
    let taken = bank.take(&bank.report(&[bank.says(place, "ACSC", "")])).await.unwrap();
    let reasons: Vec<_> = taken.unmatched.iter().map(|line| line.reason).collect();
    assert_eq!(reasons, [UnmatchedReason::SettledAfterReturn]);
    assert_eq!(stage(bank, payment_id).await, PaymentStage::Returned, "a file alone decides nothing");
    taken
}

async fn resolve(bank: &AtTheBank, taken: &TakenIn, payment_id: PaymentId) -> Result<(), ProcessError> {
    bank.resolve(taken, 1, LineResolution::Settled { payment_id }).await
}

async fn stage(bank: &AtTheBank, payment_id: PaymentId) -> PaymentStage {
    bank.small.office.repository.load_newest::<Payment>(payment_id).await.unwrap().state.stage()
}

async fn fund(bank: &AtTheBank) -> FundAccount {
    let id = bank.small.office.fund_id(FUND);
    let fund = bank.small.office.repository.load_newest::<Fund>(id).await.unwrap().state;
    fund.account().unwrap().clone()
}

/// Count and sum that arrived, count that came back, as the run itself says.
async fn results(bank: &AtTheBank) -> (u64, Money, u64) {
    let run = bank.small.office.repository.load_newest::<PaymentRun>(bank.run).await.unwrap().state;
    let PaymentRun::Reconciled(done) = &*run else { panic!("{:?}", run.stage()) };
    (done.results.settled_count, done.results.settled_sum, done.results.returned_count)
}

pub async fn correct_the_account(bank: &AtTheBank) {
    let id_number = id_number(ZHAO);
    let cells = [id_number.as_str(), "账户变更", LATER, LATER, "9901140000000000050"];
    let row = changes::Row::read(&RawRow::from_texts(1, cells.map(str::to_owned))).unwrap();
    work::record_change(&bank.small.office, &at_work(personas::clerk(), LATER), &row).await.unwrap();
}

/// The supplementary run, as far as its submission.
pub async fn supplement(bank: &AtTheBank) -> (RunId, u64) {
    let (office, clerk) = (&bank.small.office, at_work(personas::clerk(), LATER));
    let programs = vec![Program::AdvancedAgeAllowance, Program::SubsistenceAllowance];
    let month = "2023-03".parse().unwrap();
    let plan = RunPlan { month, programs, fund_id: office.fund_id(FUND), number: 2 };
    let run = payment_run::open(office, &clerk, &plan).await.unwrap();
    let calculation = payment_run::calculate(office, &clerk, run).await.unwrap().calculation;
    if calculation.line_count > 0 {
        payment_run::submit(office, &clerk, run, calculation.warning_count).await.unwrap();
    }
    (run, calculation.line_count)
}

pub async fn approve(bank: &AtTheBank, run: RunId) -> Result<(), ProcessError> {
    payment_run::approve(&bank.small.office, &at_work(personas::approver(), LATER), run).await.map(|_| ())
}

pub async fn release(bank: &AtTheBank, run_id: RunId) -> Result<Vec<u8>, ProcessError> {
    let (mut file, finance) = (Vec::new(), at_work(personas::finance(), LATER));
    payment_run::release(&bank.small.office, &finance, run_id, day(LATER), &mut file).await?;
    Ok(file)
}

/// What an auditor finds who determines everything anew.
async fn all_the_same(bank: &AtTheBank, subject: Subject) {
    let mut found = Vec::new();
    let clocks = Clocks { effective: day("2023-12-31"), known: day("2023-12-31") };
    replay(&bank.small.office, subject, clocks, &nothing_sealed, |item| match item {
        ReportItem::Step(step) => found.extend(step.verdict),
        ReportItem::Line(line) => found.push(line.verdict),
        _ => {}
    })
    .await
    .unwrap();
    assert!(!found.is_empty() && found.iter().all(|verdict| *verdict == Verdict::Same), "{found:?}");
}

#[tokio::test]
async fn what_arrived_after_all_is_paid_spent_and_not_paid_again() {
    let (bank, payment_id) = reconciled().await;
    correct_the_account(&bank).await;
    let (before, sum) = (fund(&bank).await, Money::sum(bank.lines.iter().map(|line| line.amount)).unwrap());
    let amount = bank.amount_of(payment_id);
    let taken = arrived(&bank, payment_id).await;
    resolve(&bank, &taken, payment_id).await.unwrap();

    assert_eq!(stage(&bank, payment_id).await, PaymentStage::Settled);
    assert_eq!(results(&bank).await, (5, sum, 0));
    let after = fund(&bank).await;
    assert_eq!(after.balance, before.balance.minus(amount).unwrap());
    assert_eq!((after.committed, after.commitment(bank.run).spent), (Money::ZERO, sum));
    assert_eq!(bank.small.broken().await, Broken::new());
    all_the_same(&bank, Subject::Run(bank.run)).await;
    all_the_same(&bank, Subject::Fund(bank.small.office.fund_id(FUND))).await;
    assert_eq!(supplement(&bank).await.1, 0, "nothing is owed");

    let end = bank.small.end().await;
    resolve(&bank, &taken, payment_id).await.unwrap();
    assert_eq!(bank.small.end().await, end, "it is resolved once");
    let place = bank.lines.iter().position(|line| line.payment_id == payment_id).unwrap();
    let again = bank.take(&bank.report(&[bank.says(place, "ACSC", ""), bank.says(place, "ACSC", "")])).await;
    assert_eq!(again.unwrap().matching.repeated_count, 2, "the bank says what is known");
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn two_lines_of_one_payment_say_that_it_arrived_once() {
    let bank = at_the_bank("plain_csv").await;
    let (one, other) = (bank.line_of(ZHAO, "2023-03").await, bank.line_of(ZHAO, "2023-02").await);
    let mut text = "payment,result,reference\n".to_owned();
    for (place, line) in bank.lines.iter().enumerate() {
        let said = if [one, other].contains(&place) { "returned,AC04" } else { "settled,B-1" };
        text.push_str(&format!("{},{said}\n", line.payment_id));
    }
    bank.take(&text).await.unwrap();
    let (payment_id, second) = (bank.lines[one].payment_id, bank.lines[other].payment_id);
    let line = format!("{payment_id},settled,B-7\n");
    let taken = bank.take(&format!("payment,result,reference\n{line}{line}")).await.unwrap();
    let rows: Vec<u64> = taken.unmatched.iter().map(|line| line.row).collect();
    assert_eq!(rows.len(), 2);
    bank.resolve(&taken, rows[0], LineResolution::Settled { payment_id }).await.unwrap();
    let (before, money) = (results(&bank).await, fund(&bank).await);
    bank.resolve(&taken, rows[1], LineResolution::Settled { payment_id }).await.unwrap();
    assert_eq!(
        (results(&bank).await, fund(&bank).await),
        (before, money),
        "the other one is still at the office"
    );
    assert_eq!(stage(&bank, second).await, PaymentStage::Returned);
    assert_eq!(bank.small.broken().await, Broken::new());
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn a_line_that_could_not_be_matched_can_turn_out_to_be_what_arrived_after_all() {
    let (bank, payment_id) = reconciled().await;
    let place = bank.lines.iter().position(|line| line.payment_id == payment_id).unwrap();
    let mut strange = bank.says(place, "ACSC", "");
    strange.reference = "NOT-OURS".to_owned();
    let taken = bank.take(&bank.report(&[strange])).await.unwrap();
    assert_eq!(taken.unmatched[0].reason, UnmatchedReason::ReferenceUnknown);
    resolve(&bank, &taken, payment_id).await.unwrap();
    assert_eq!((stage(&bank, payment_id).await, results(&bank).await.0), (PaymentStage::Settled, 5));
    assert_eq!(bank.small.broken().await, Broken::new());
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn while_the_bank_s_word_is_open_the_month_is_neither_paid_again_nor_given_up() {
    let (bank, payment_id) = reconciled().await;
    correct_the_account(&bank).await;
    let (next, lines) = supplement(&bank).await;
    assert_eq!(lines, 1);
    approve(&bank, next).await.unwrap();
    let taken = arrived(&bank, payment_id).await;
    assert_eq!(release(&bank, next).await.unwrap_err().code(), "months_paid_meanwhile");
    let finance = at_work(personas::finance(), LATER);
    let office = &bank.small.office;
    let given_up = payment_run::cancel_payment(office, &finance, payment_id, "本人放弃").await;
    assert_eq!(given_up.unwrap_err().code(), "arrival_claimed");
    payment_run::reject(office, &at_work(personas::approver(), LATER), next, "待核实").await.unwrap();
    assert_eq!(exceptions(&bank, next).await, [RunException::ArrivalClaimed]);
    // it was another payment that arrived: the month can be paid again
    bank.resolve(&taken, 1, LineResolution::Dismissed).await.unwrap();
    assert_eq!(exceptions(&bank, next).await, []);
    assert_eq!(bank.small.broken().await, Broken::new());
    bank.small.ledger.finish().await;
}

pub async fn exceptions(bank: &AtTheBank, run: RunId) -> Vec<RunException> {
    let clerk = at_work(personas::clerk(), LATER);
    let prepared = payment_run::calculate(&bank.small.office, &clerk, run).await.unwrap();
    let exception = |note: &RunNote| match note {
        RunNote::Exception { exception, .. } => Some(*exception),
        _ => None,
    };
    prepared.notes.iter().filter_map(exception).collect()
}

#[tokio::test]
async fn results_that_an_interruption_left_behind_are_corrected_when_a_file_is_taken_in_again() {
    let (bank, payment_id) = reconciled().await;
    let (office, finance) = (&bank.small.office, at_work(personas::finance(), LATER));
    let (settled_on, bank_reference) = (finance.today(), "B-7".to_owned());
    let late = PaymentCommand::SettleReturned { settled_on, bank_reference, withheld: vec![] };
    let key = office.derived("interrupted", "");
    office.together(&finance, key, [Step::Payment(payment_id.to_string(), late)]).await.unwrap();
    assert_eq!(results(&bank).await.0, 4, "the run does not know of it yet");
    // the run pays two programs, and of one of them months of several kinds
    let place = bank.lines.iter().position(|line| line.payment_id != payment_id).unwrap();
    bank.take(&bank.report(&[bank.says(place, "ACSC", "")])).await.unwrap();
    let sum = Money::sum(bank.lines.iter().map(|line| line.amount)).unwrap();
    assert_eq!(results(&bank).await, (5, sum, 0));
    assert_eq!(fund(&bank).await.commitment(bank.run).spent, sum);
    assert_eq!(bank.small.broken().await, Broken::new());
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn a_line_that_was_dismissed_by_mistake_is_something_after_all() {
    let (bank, payment_id) = reconciled().await;
    let taken = arrived(&bank, payment_id).await;
    bank.resolve(&taken, 1, LineResolution::Dismissed).await.unwrap();
    resolve(&bank, &taken, payment_id).await.unwrap();
    assert_eq!((stage(&bank, payment_id).await, results(&bank).await.0), (PaymentStage::Settled, 5));
    let end = bank.small.end().await;
    resolve(&bank, &taken, payment_id).await.unwrap();
    assert_eq!(bank.small.end().await, end);
    assert_eq!(bank.resolve(&taken, 1, LineResolution::Dismissed).await.unwrap_err().code(), "line_resolved");
    assert_eq!(bank.small.broken().await, Broken::new());
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn what_came_back_for_a_reason_that_concerns_no_account_goes_to_the_same_account_again() {
    let bank = at_the_bank("pain_001").await;
    let says: Vec<_> = (0..bank.lines.len()).map(|place| bank.says(place, "RJCT", "TECH")).collect();
    bank.take(&bank.report(&says)).await.unwrap();
    let (next, lines) = supplement(&bank).await;
    assert_eq!(lines, 5, "the whole file failed, and is sent again");
    approve(&bank, next).await.unwrap();
    release(&bank, next).await.unwrap();
    assert_eq!(bank.count("PaymentReissued").await, 7, "two of January, and these");
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn nothing_is_asked_back_before_the_bank_has_answered_for_the_month() {
    let (bank, payment_id) = reconciled().await;
    correct_the_account(&bank).await;
    let (next, _) = supplement(&bank).await;
    approve(&bank, next).await.unwrap();
    release(&bank, next).await.unwrap();
    let place = bank.lines.iter().position(|line| line.payment_id == payment_id).unwrap();
    let taken = bank.take(&bank.report(&[bank.says(place, "ACSC", "")])).await.unwrap();
    resolve(&bank, &taken, payment_id).await.unwrap();
    let finance = at_work(personas::finance(), LATER);
    let case = bank.lines[place].case_id;
    let refused = propose_plan(&bank.small.office, &finance, case, WantedWay::Repayment).await;
    assert_eq!(refused.unwrap_err().code(), "nothing_to_recover", "the other one may still come back");
    assert_eq!(bank.small.broken().await, Broken::new());
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn before_the_run_is_reconciled_only_the_payment_changes() {
    let (bank, payment_id) = gave_one_back().await;
    let taken = arrived(&bank, payment_id).await;
    let before = fund(&bank).await;
    resolve(&bank, &taken, payment_id).await.unwrap();
    assert_eq!(stage(&bank, payment_id).await, PaymentStage::Settled);
    assert_eq!(fund(&bank).await, before, "all of the run is held ready until its last answer");
    assert_eq!(bank.small.broken().await, Broken::new());
    settle_the_others(&bank, payment_id).await;
    assert_eq!(results(&bank).await.0, 5);
    assert_eq!(fund(&bank).await.committed, Money::ZERO);
    assert_eq!(bank.small.broken().await, Broken::new());
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn a_payment_that_was_given_up_can_have_arrived_too() {
    let (bank, payment_id) = reconciled().await;
    let finance = at_work(personas::finance(), LATER);
    payment_run::cancel_payment(&bank.small.office, &finance, payment_id, "本人放弃").await.unwrap();
    let place = bank.lines.iter().position(|line| line.payment_id == payment_id).unwrap();
    let taken = bank.take(&bank.report(&[bank.says(place, "ACSC", "")])).await.unwrap();
    resolve(&bank, &taken, payment_id).await.unwrap();
    assert_eq!(stage(&bank, payment_id).await, PaymentStage::Settled);
    assert_eq!(bank.small.broken().await, Broken::new());
    bank.small.ledger.finish().await;
}

#[tokio::test]
async fn what_the_fund_has_promised_elsewhere_meanwhile_is_missing_and_nothing_happens() {
    let (bank, payment_id) = reconciled().await;
    let office = &bank.small.office;
    let (free, amount) = (fund(&bank).await.free(), bank.amount_of(payment_id));
    let left = amount.minus(Money::from_fen(1)).unwrap();
    let approver = at_work(personas::approver(), LATER);
    let other = FundCommand::Commit {
        run_id: RunId::new(Uuid::from_u128(9)),
        amount: free.minus(left).unwrap(),
        committed_on: approver.today(),
        by_program: vec![],
    };
    let key = office.derived("promised_elsewhere", "");
    office.together(&approver, key, [Step::Fund(office.fund_id(FUND).to_string(), other)]).await.unwrap();
    let taken = arrived(&bank, payment_id).await;
    let end = bank.small.end().await;
    let refused = resolve(&bank, &taken, payment_id).await.unwrap_err();
    assert_eq!(refused.code(), "fund_short");
    assert!(refused.text(Lang::Zh).contains("缺口 0.01 元"), "{}", refused.text(Lang::Zh));
    assert_eq!(bank.small.end().await, end, "neither the line nor the payment changed");
    let finance = at_work(personas::finance(), LATER);
    let fen = Money::from_fen(1);
    work::appropriate(office, &finance, office.fund_id(FUND), fen, "昌财〔2023〕2号").await.unwrap();
    resolve(&bank, &taken, payment_id).await.unwrap();
    assert_eq!(fund(&bank).await.free(), Money::ZERO);
}

#[tokio::test]
async fn a_run_that_would_pay_it_again_is_neither_approved_nor_released() {
    for approved in [false, true] {
        let (bank, payment_id) = reconciled().await;
        correct_the_account(&bank).await;
        let (next, lines) = supplement(&bank).await;
        assert_eq!(lines, 1);
        if approved {
            approve(&bank, next).await.unwrap();
        }
        let taken = arrived(&bank, payment_id).await;
        resolve(&bank, &taken, payment_id).await.unwrap();
        if approved {
            let refused = release(&bank, next).await.unwrap_err();
            assert_eq!(refused.code(), "months_paid_meanwhile");
        } else {
            let refused = approve(&bank, next).await.unwrap_err();
            assert_eq!(refused.code(), "cases_changed");
        }
        let attempts = bank.count("PaymentOrdered").await;
        assert_eq!(attempts, 10, "it was not ordered again");
        assert_eq!(bank.small.broken().await, Broken::new());
        bank.small.ledger.finish().await;
    }
}

#[tokio::test]
async fn a_month_that_was_paid_again_meanwhile_is_overpaid_and_asked_back() {
    let (bank, payment_id) = reconciled().await;
    correct_the_account(&bank).await;
    let (next, _) = supplement(&bank).await;
    approve(&bank, next).await.unwrap();
    let file = release(&bank, next).await.unwrap();
    let results = tests::office::bank_answers(&String::from_utf8(file).unwrap());
    let finance = at_work(personas::finance(), LATER);
    payment_run::settle(&bank.small.office, &finance, next, results).await.unwrap();

    let taken = {
        let place = bank.lines.iter().position(|line| line.payment_id == payment_id).unwrap();
        bank.take(&bank.report(&[bank.says(place, "ACSC", "")])).await.unwrap()
    };
    assert_eq!(stage(&bank, payment_id).await, PaymentStage::Reissued);
    resolve(&bank, &taken, payment_id).await.unwrap();
    assert_eq!(stage(&bank, payment_id).await, PaymentStage::Settled);
    let overpaid = Broken::from([("paid_is_due", vec![])]);
    assert_eq!(bank.small.broken().await, overpaid, "nobody has asked it back yet");
    let place = bank.lines.iter().position(|line| line.payment_id == payment_id).unwrap();
    let netting =
        net_case(&bank.small.office, finance.today(), bank.lines[place].case_id).await.unwrap().netting;
    assert_eq!(netting.overpaid, bank.amount_of(payment_id), "{netting:?}");
    let case = bank.lines[place].case_id;
    propose_plan(&bank.small.office, &finance, case, WantedWay::Repayment).await.unwrap();
    assert_eq!(bank.small.broken().await, Broken::new());
    bank.small.ledger.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_answers_of_the_bank_and_a_late_arrival_at_once_come_to_the_same() {
    for _ in 0..4 {
        let (bank, payment_id) = gave_one_back().await;
        let taken = arrived(&bank, payment_id).await;
        let (_, resolved) =
            tokio::join!(settle_the_others(&bank, payment_id), resolve(&bank, &taken, payment_id));
        if let Err(refused) = resolved {
            assert_eq!(refused.code(), "run_changed");
            resolve(&bank, &taken, payment_id).await.unwrap();
        }
        let sum = Money::sum(bank.lines.iter().map(|line| line.amount)).unwrap();
        assert_eq!(results(&bank).await, (5, sum, 0));
        let fund = fund(&bank).await;
        assert_eq!((fund.committed, fund.commitment(bank.run).spent), (Money::ZERO, sum));
        assert_eq!(bank.small.broken().await, Broken::new());
        bank.small.ledger.finish().await;
    }
}
