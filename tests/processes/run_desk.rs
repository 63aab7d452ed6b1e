//! The desk of a payment run before its approval: payments that are held, sums that ask for two approvers.

use api::processes::payment_run::{self, Prepared, RunNote, RunPlan};
use api::processes::{self as work, ProcessError, propose_rates, publish_rates};
use domain::benefit_case::{HeldMonths, HoldReason};
use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, RunId};
use domain::payment_run::{RunException, RunStage};
use domain::program::Program;
use tests::office::{FUND, Known, SmallOffice, WANG, at_work, bank_answers, id_number};
use tests::personas;

const TODAY: &str = "2023-02-27";

/// A run of a month and the small office's programs.
async fn open_run(small: &SmallOffice, month: &str, number: u32, on: &str) -> RunId {
    let programs = vec![Program::AdvancedAgeAllowance, Program::SubsistenceAllowance];
    let (month, fund_id) = (month.parse().unwrap(), small.office.fund_id(FUND));
    let plan = RunPlan { month, programs, fund_id, number };
    payment_run::open(&small.office, &at_work(personas::clerk(), on), &plan).await.unwrap()
}

async fn calculated(small: &SmallOffice, run: RunId, on: &str) -> Prepared {
    payment_run::calculate(&small.office, &at_work(personas::clerk(), on), run).await.unwrap()
}

async fn submitted(small: &SmallOffice, prepared: &Prepared, on: &str) {
    let seen = prepared.calculation.warning_count;
    let clerk = at_work(personas::clerk(), on);
    payment_run::submit(&small.office, &clerk, prepared.run_id, seen).await.unwrap();
}

async fn case_of(small: &SmallOffice, person: Known, program: Program) -> CaseId {
    let (person, _) = small.office.find(&id_number(person)).await.unwrap();
    work::cases_of(&small.office, person, program).await.unwrap().pop().unwrap().0
}

/// The months of a case that the run could not pay, each with the reason.
fn exceptions(prepared: &Prepared, case: CaseId) -> Vec<(BenefitMonth, RunException)> {
    let found = prepared.notes.iter().filter_map(|note| match note {
        RunNote::Exception { case_id, month: Some(month), exception, .. } if *case_id == case => {
            Some((*month, *exception))
        }
        _ => None,
    });
    found.collect()
}

fn code(refused: Result<(), ProcessError>) -> &'static str {
    refused.unwrap_err().code()
}

#[tokio::test]
async fn a_held_payment_waits_while_the_rest_is_paid_and_comes_as_arrears_once_somebody_else_lets_it_go() {
    let small = SmallOffice::open().await;
    let (office, clerk) = (&small.office, at_work(personas::clerk(), TODAY));
    let case = case_of(&small, WANG, Program::AdvancedAgeAllowance).await;
    let march = HeldMonths::Month("2023-03".parse().unwrap());
    let before = calculated(&small, open_run(&small, "2023-03", 1, TODAY).await, TODAY).await;
    for _ in 0..2 {
        let why = (HoldReason::Other, Some("邻居称其已搬走"));
        payment_run::hold(office, &clerk, case, march, why).await.unwrap();
    }
    let run = calculated(&small, before.run_id, TODAY).await;
    assert_eq!(run.calculation.line_count, before.calculation.line_count - 1);
    assert_eq!(exceptions(&run, case), [("2023-03".parse().unwrap(), RunException::PaymentHeld)]);
    submitted(&small, &run, TODAY).await;
    payment_run::approve(office, &at_work(personas::approver(), TODAY), run.run_id).await.unwrap();
    let (finance, mut file) = (at_work(personas::finance(), TODAY), Vec::new());
    payment_run::release(office, &finance, run.run_id, finance.today(), &mut file).await.unwrap();
    let answers = bank_answers(&String::from_utf8(file).unwrap());
    payment_run::settle(office, &finance, run.run_id, answers).await.unwrap();

    assert_eq!(code(payment_run::lift_hold(office, &clerk, case, march).await), "lifted_by_holder");
    let reviewer = at_work(personas::reviewer(), "2023-03-06");
    assert_eq!(code(payment_run::lift_hold(office, &reviewer, case, HeldMonths::All).await), "not_held");
    payment_run::lift_hold(office, &reviewer, case, march).await.unwrap();
    let late = calculated(&small, open_run(&small, "2023-03", 2, "2023-03-06").await, "2023-03-06").await;
    assert_eq!(exceptions(&late, case), []);
    assert_eq!(
        late.calculation.line_count, 1,
        "the supplementary run pays what came late, and nothing twice"
    );
    assert_eq!(small.broken().await, tests::office::Broken::new());
    small.ledger.finish().await;
}

#[tokio::test]
async fn what_is_due_of_every_month_is_held_until_the_hold_of_every_month_is_lifted() {
    let small = SmallOffice::open().await;
    let (office, clerk) = (&small.office, at_work(personas::clerk(), TODAY));
    let case = case_of(&small, WANG, Program::AdvancedAgeAllowance).await;
    payment_run::hold(office, &clerk, case, HeldMonths::All, (HoldReason::ReportedByOthers, None))
        .await
        .unwrap();
    let april = "2023-04";
    let run = calculated(&small, open_run(&small, april, 1, "2023-03-27").await, "2023-03-27").await;
    let held: Vec<String> = exceptions(&run, case).iter().map(|(month, _)| month.to_string()).collect();
    assert_eq!(held, ["2023-03", april]);
    small.ledger.finish().await;
}

#[tokio::test]
async fn a_run_above_the_sum_commits_its_fund_only_when_a_second_approver_agrees() {
    let small = SmallOffice::open().await;
    let lower = r#"
        [[parameter]]
        key = "second_approval_above"
        zh = "两人审批"
        en = "two approve"
        unit = "yuan"
        [[parameter.row]]
        from = "2023-01"
        value = "100.00"
        announced = "2023-02-01"
        source = "内控制度"
        status = "illustrative"
    "#;
    let office = &small.office;
    let administrator = at_work(personas::administrator(), TODAY);
    propose_rates(office, &administrator, "内控制度〔2023〕1号", lower).await.unwrap();
    publish_rates(office, &at_work(personas::approver(), TODAY), 1).await.unwrap();
    let run = calculated(&small, open_run(&small, "2023-03", 1, TODAY).await, TODAY).await;
    submitted(&small, &run, TODAY).await;
    let (first, second) = (at_work(personas::approver(), TODAY), at_work(personas::second_approver(), TODAY));
    assert_eq!(code(payment_run::approve(office, &second, run.run_id).await), "endorsement_missing");
    payment_run::endorse(office, &first, run.run_id).await.unwrap();
    let committed = "select count(*) from log_events where event_type = 'FundsCommitted'";
    let commitments =
        async || -> i64 { sqlx::query_scalar(committed).fetch_one(small.ledger.owner()).await.unwrap() };
    let before = commitments().await;
    assert_eq!(code(payment_run::approve(office, &first, run.run_id).await), "four_eyes");
    assert_eq!(commitments().await, before);
    payment_run::approve(office, &second, run.run_id).await.unwrap();
    assert_eq!(commitments().await, before + 1);
    let mut file = Vec::new();
    let own =
        at_work(domain::actor::Actor { role: domain::actor::Role::Finance, ..personas::approver() }, TODAY);
    let refused = payment_run::release(office, &own, run.run_id, own.today(), &mut file).await;
    assert_eq!(refused.unwrap_err().code(), "four_eyes");
    let stage = office.repository.load_newest::<domain::payment_run::PaymentRun>(run.run_id).await.unwrap();
    assert_eq!(stage.state.stage(), RunStage::Approved);
    small.ledger.finish().await;
}

#[tokio::test]
async fn an_approved_or_released_run_is_not_prepared_again() {
    let small = SmallOffice::open().await;
    let (office, clerk) = (&small.office, at_work(personas::clerk(), TODAY));
    let run = calculated(&small, open_run(&small, "2023-03", 1, TODAY).await, TODAY).await;
    submitted(&small, &run, TODAY).await;
    payment_run::approve(office, &at_work(personas::approver(), TODAY), run.run_id).await.unwrap();
    let again = payment_run::calculate(office, &clerk, open_run(&small, "2023-03", 1, TODAY).await).await;
    assert_eq!(again.unwrap_err().code(), "wrong_stage");
    let (finance, mut file) = (at_work(personas::finance(), TODAY), Vec::new());
    let released =
        payment_run::release(office, &finance, run.run_id, finance.today(), &mut file).await.unwrap();
    assert_eq!(released.line_count, run.calculation.line_count);
    let again = payment_run::calculate(office, &clerk, run.run_id).await;
    assert_eq!(again.unwrap_err().code(), "wrong_stage");
    let supplementary = calculated(&small, open_run(&small, "2023-03", 2, TODAY).await, TODAY).await;
    assert_eq!(supplementary.calculation.line_count, 0, "what is on its way is not paid again");
    small.ledger.finish().await;
}
