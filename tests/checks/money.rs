//! Money: the books, the funds, the runs, and that nobody is paid twice or too much.

use api::processes as work;
use api::processes::payment_run::{self, RunPlan};
use api::registers::{RawRow, RegisterRow, changes};
use domain::ids::{CaseId, PaymentId};
use domain::payment::RecoveryReason;
use domain::program::Program;
use tests::personas;

use tests::office::{FUND, SmallOffice, WANG, at_work, bank_answers, codes, id_number};

#[tokio::test]
async fn books_that_do_not_tie_to_the_funds_are_found() {
    let mut small = SmallOffice::open().await;
    let spent = small.first("FundsSpent").await;
    let amount = small.text("payload -> 'FundsSpent' ->> 'amount'", spent).await;
    small.forge(spent, &format!("\"amount\":{amount}"), "\"amount\":1").await;
    assert_eq!(codes(&small.broken().await), ["books", "projections"]);
}

#[tokio::test]
async fn a_fund_that_is_overdrawn_is_named() {
    let mut small = SmallOffice::open().await;
    let appropriated = small.first("MoneyAppropriated").await;
    small.forge(appropriated, "\"amount\":1000000", "\"amount\":100").await;
    let broken = small.broken().await;
    assert_eq!(broken["funds"][0], small.first("FundsCommitted").await);
    // the gifts at the bank belong to another fund
    assert_eq!(broken["books"][0], small.first("PaymentOrdered").await);
    assert_eq!(codes(&broken), ["books", "funds", "projections"]);
}

#[tokio::test]
async fn a_gift_that_its_fund_never_saw_is_found_at_its_campaign() {
    let mut small = SmallOffice::open().await;
    let gift = small.first("DonationReceived").await;
    small.forge(gift, "\"amount\":5000", "\"amount\":500000").await;
    let broken = small.broken().await;
    assert_eq!(broken["funds"], [small.first("ResultsPublished").await]);
    assert_eq!(codes(&broken), ["books", "funds", "projections"]);
}

#[tokio::test]
async fn a_run_with_another_sum_than_its_payments_is_named() {
    let mut small = SmallOffice::open().await;
    let calculated = small.first("PaymentRunCalculated").await;
    let sum = small.text("payload #>> '{PaymentRunCalculated,calculation,control_sum}'", calculated).await;
    small.forge(calculated, &format!("\"control_sum\":{sum}"), "\"control_sum\":7").await;
    let broken = small.broken().await;
    assert_eq!(broken["run_sums"], [small.first("PaymentRunReleased").await]);
    assert_eq!(codes(&broken), ["projections", "run_sums"]);
}

#[tokio::test]
async fn a_run_that_was_reconciled_with_other_sums_is_named() {
    let mut small = SmallOffice::open().await;
    let reconciled = small.first("PaymentRunReconciled").await;
    small.forge(reconciled, "\"settled_count\":3", "\"settled_count\":4").await;
    let broken = small.broken().await;
    assert_eq!(broken["run_sums"], [reconciled]);
    assert_eq!(codes(&broken), ["run_sums"]);
}

/// Orders the month of a payment once more, as the attempt `attempt`.
async fn order_again(small: &mut SmallOffice, attempt: u32) -> (u64, u64) {
    let first = small.first("PaymentSettled").await;
    let payment = small.text("aggregate_id", first).await;
    let ordered = small.where_is(&format!("aggregate_id = '{payment}'")).await;
    let case: CaseId =
        small.text("payload #>> '{PaymentOrdered,order,case_id}'", ordered).await.parse().unwrap();
    let month = small.text("payload #>> '{PaymentOrdered,order,month}'", ordered).await.parse().unwrap();
    let second = PaymentId::derive(case, month, attempt).to_string();
    let (from, to) = ("\"attempt\":1", format!("\"attempt\":{attempt}"));
    let again = small.append_copy(ordered, &second, from, &to).await;
    (ordered, again)
}

#[tokio::test]
async fn a_month_that_is_paid_twice_is_named_with_both_payments() {
    let mut small = SmallOffice::open().await;
    let (ordered, again) = order_again(&mut small, 2).await;
    let broken = small.broken().await;
    assert_eq!(broken["paid_once"], [ordered, again]);
    assert_eq!(codes(&broken), ["paid_once", "run_sums"]);
}

#[tokio::test]
async fn a_payment_whose_id_does_not_follow_from_its_month_is_named() {
    let mut small = SmallOffice::open().await;
    let (_, again) = order_again(&mut small, 3).await;
    let broken = small.broken().await;
    assert!(broken["paid_once"].contains(&again), "{broken:?}");
    assert_eq!(codes(&broken), ["paid_once", "run_sums"]);
}

#[tokio::test]
async fn a_death_reported_late_is_paid_too_much_until_a_recovery_is_open() {
    let small = SmallOffice::open().await;
    let desk = at_work(personas::clerk(), "2023-02-20");
    let cells = [id_number(WANG).as_str(), "死亡", "2023-01-20", "2023-02-20"].map(str::to_owned);
    let row = changes::Row::read(&RawRow::from_texts(1, cells)).unwrap();
    work::record_change(&small.office, &desk, &row).await.unwrap();
    let verdicts = small.verdicts().await;
    let found = verdicts.iter().find(|verdict| verdict.invariant.code == "paid_is_due").unwrap();
    assert_eq!(found.findings.len(), 1, "{found:?}");
    assert!(found.findings[0].en.contains("2023-02"), "{found:?}");
    assert_eq!(codes(&small.broken().await), ["paid_is_due"]);

    let finance = at_work(personas::finance(), "2023-02-21");
    let month = "2023-02".parse().unwrap();
    let too_much = work::find_overpayments(&small.office, &finance, Program::ALL, month).await.unwrap();
    for overpayment in too_much {
        let payment = overpayment.payment_id.unwrap();
        let reason = RecoveryReason::Deceased;
        work::open_recovery(&small.office, &finance, payment, overpayment.amount, reason).await.unwrap();
    }
    assert_eq!(codes(&small.broken().await), [""; 0]);
}

#[tokio::test]
async fn what_was_paid_too_much_is_no_finding_while_it_is_on_its_way() {
    let small = SmallOffice::open().await;
    let office = &small.office;
    let (clerk, finance) =
        (at_work(personas::clerk(), "2023-02-27"), at_work(personas::finance(), "2023-02-28"));
    let (month, programs) = ("2023-03".parse().unwrap(), vec![Program::AdvancedAgeAllowance]);
    let plan = RunPlan { month, programs, fund_id: office.fund_id(FUND), number: 1 };
    let run = payment_run::open(office, &clerk, &plan).await.unwrap();
    let warnings = payment_run::calculate(office, &clerk, run).await.unwrap().calculation.warning_count;
    payment_run::submit(office, &clerk, run, warnings).await.unwrap();
    payment_run::approve(office, &at_work(personas::approver(), "2023-02-27"), run).await.unwrap();
    let mut file = Vec::new();
    payment_run::release(office, &finance, run, finance.today(), &mut file).await.unwrap();
    let cells = [id_number(WANG).as_str(), "死亡", "2023-02-20", "2023-02-27"].map(str::to_owned);
    let row = changes::Row::read(&RawRow::from_texts(1, cells)).unwrap();
    work::record_change(office, &clerk, &row).await.unwrap();
    assert_eq!(codes(&small.broken().await), [""; 0], "nothing of March has arrived");
    let answers = bank_answers(&String::from_utf8(file).unwrap());
    payment_run::settle(office, &finance, run, answers).await.unwrap();
    assert_eq!(codes(&small.broken().await), ["paid_is_due"]);
}
