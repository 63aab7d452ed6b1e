//! What people write themselves stands in the log for good: names and numbers of those whom it is about are refused.

use api::processes::payment_run::{self, RunPlan};
use api::processes::{self as work, ProcessError, Repaid, WantedWay, propose_plan, receive_repayment};
use domain::ids::PaymentId;
use domain::program::Program;
use projections::runner::Until;
use rstest::rstest;
use tests::office::{Broken, FUND, SmallOffice, WANG, ZHAO, at_work, day, id_number};
use tests::personas;

use crate::recoveries::{case_of, late_death, yuan};

const TODAY: &str = "2023-02-21";

async fn returned(small: &SmallOffice) -> PaymentId {
    let query = "select payment_id from read_payments where status = 'returned' limit 1";
    PaymentId::new(sqlx::query_scalar(query).fetch_one(small.ledger.owner()).await.unwrap())
}

async fn give_up(small: &SmallOffice, payment: PaymentId, reason: &str) -> Result<(), ProcessError> {
    payment_run::cancel_payment(&small.office, &at_work(personas::finance(), TODAY), payment, reason).await
}

fn is_refused(outcome: Result<(), ProcessError>, expected: &str) {
    match outcome.unwrap_err() {
        ProcessError::Refused { code: "personal_value", field, zh, .. } => {
            assert_eq!(field, expected);
            assert!(zh.contains("永久保存"), "{zh}");
        }
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[case::his_name(format!("{}账户已销户", ZHAO.name))]
#[case::his_account(format!("账号{}已销户", ZHAO.account))]
#[case::his_name_with_a_blank("赵 铁柱放弃".to_owned())]
#[case::a_telephone("电话 13800000000 无人接听".to_owned())]
#[tokio::test]
async fn a_reason_names_nobody_whom_it_is_about(#[case] reason: String) {
    let small = SmallOffice::open().await;
    let (payment, end) = (returned(&small).await, small.end().await);
    is_refused(give_up(&small, payment, &reason).await, "reason");
    assert_eq!(small.end().await, end);
    give_up(&small, payment, "本人账户已销户").await.unwrap();
    assert_eq!(small.broken().await, Broken::new());
    small.ledger.finish().await;
}

#[tokio::test]
async fn a_plan_that_is_sent_back_names_nobody_of_the_family() {
    let small = late_death().await;
    let (office, (case, _)) = (&small.office, case_of(&small, WANG).await);
    let finance = at_work(personas::finance(), TODAY);
    let plan =
        propose_plan(office, &finance, case, WantedWay::Heirs { estate: yuan("60.00") }).await.unwrap();
    let approver = at_work(personas::approver(), TODAY);
    let refused = work::reject_plan(office, &approver, plan, &format!("{}家属不认可", WANG.name)).await;
    is_refused(refused, "reason");
    work::reject_plan(office, &approver, plan, "家属不认可").await.unwrap();
    small.ledger.finish().await;
}

#[tokio::test]
async fn a_run_that_is_sent_back_names_none_of_its_payees() {
    let small = SmallOffice::open().await;
    let (office, clerk) = (&small.office, at_work(personas::clerk(), TODAY));
    let programs = vec![Program::AdvancedAgeAllowance];
    let month = "2023-03".parse().unwrap();
    let plan = RunPlan { month, programs, fund_id: office.fund_id(FUND), number: 1 };
    let run = payment_run::open(office, &clerk, &plan).await.unwrap();
    let calculation = payment_run::calculate(office, &clerk, run).await.unwrap().calculation;
    payment_run::submit(office, &clerk, run, calculation.warning_count).await.unwrap();
    let approver = at_work(personas::approver(), TODAY);
    let named = format!("{}的账户有误", WANG.name);
    is_refused(payment_run::reject(office, &approver, run, &named).await, "reason");
    payment_run::reject(office, &approver, run, "账户有误").await.unwrap();
    small.ledger.finish().await;
}

#[tokio::test]
async fn a_slip_s_number_is_no_number_of_the_register() {
    let small = late_death().await;
    let (office, (case, _)) = (&small.office, case_of(&small, WANG).await);
    let finance = at_work(personas::finance(), TODAY);
    propose_plan(office, &finance, case, WantedWay::Heirs { estate: yuan("60.00") }).await.unwrap();
    office.runner.catch_up(Until::Head).await.unwrap();
    let repaid = |reference: &str| Repaid {
        amount: yuan("10.00"),
        received_on: day(TODAY),
        reference: Some(reference.to_owned()),
    };
    let spaced = format!("{} {}", &ZHAO.account[..4], &ZHAO.account[4..]);
    for number in [id_number(WANG).as_str(), ZHAO.account, &format!("回单 {}", WANG.account), &spaced] {
        is_refused(receive_repayment(office, &finance, case, repaid(number)).await, "reference");
    }
    let named = format!("{}退款回单", WANG.name);
    is_refused(receive_repayment(office, &finance, case, repaid(&named)).await, "reference");
    receive_repayment(office, &finance, case, repaid("20230221000000017")).await.unwrap();
    assert_eq!(small.broken().await, Broken::new());
    small.ledger.finish().await;
}
