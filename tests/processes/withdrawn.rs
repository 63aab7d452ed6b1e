//! 追缴撤回: a month that was asked back is due after all. No run pays it a second time beside the claim.

use api::processes::payment_run::{self, Prepared, RunNote, RunPlan};
use api::processes::{
    AsOf, ProcessError, WantedWay, Withdrawn, approve_plan, balance_of, change_case, net_case, open_recovery,
    propose_plan, receive_repayment, withdraw_recovery,
};
use domain::actor::Actor;
use domain::benefit_case::BenefitCaseCommand;
use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, PersonId, RecoveryPlanId};
use domain::payment::RecoveryReason;
use domain::payment_run::RunException;
use domain::policy::SuspensionReason;
use domain::program::Program;
use domain::recovery_plan::PlanStage;
use tests::office::{FUND, SmallOffice, WANG, at_work, bank_answers, day};
use tests::personas;

use crate::recoveries::{case_of, finance, open_of, repaid, stage, yuan};

/// The day on which everything is known.
const TODAY: &str = "2023-03-03";

/// Of whom the story is told.
struct Wang {
    small: SmallOffice,
    case: CaseId,
    person: PersonId,
    plan: RecoveryPlanId,
}

/// Mrs Wang could not be found in February, so that it was asked back; part of it may have come.
async fn asked_back(came: Option<&str>) -> Wang {
    let small = SmallOffice::open().await;
    let (office, (case, person)) = (&small.office, case_of(&small, WANG).await);
    let (reason, since) = (SuspensionReason::Unreachable, day("2023-02-01"));
    let suspend = BenefitCaseCommand::Suspend { reason, since };
    change_case(office, &at_work(personas::clerk(), "2023-02-20"), case, suspend).await.unwrap();
    let plan = propose_plan(office, &finance("2023-02-21"), case, WantedWay::Repayment).await.unwrap();
    approve_plan(office, &at_work(personas::approver(), "2023-02-22"), plan).await.unwrap();
    if let Some(amount) = came {
        let slip = repaid(amount, "2023-02-23");
        receive_repayment(office, &finance("2023-02-23"), case, slip).await.unwrap();
    }
    Wang { small, case, person, plan }
}

/// In March she turns up, and February is due after all.
async fn asked_back_and_due(came: Option<&str>) -> Wang {
    let wang = asked_back(came).await;
    wang.turns_up().await;
    wang
}

impl Wang {
    async fn turns_up(&self) {
        let on = "2023-03-02";
        let (clerk, resume) =
            (at_work(personas::clerk(), on), BenefitCaseCommand::Resume { confirmed_on: day(on) });
        change_case(&self.small.office, &clerk, self.case, resume).await.unwrap();
    }

    /// The run of March, calculated.
    async fn march(&self) -> Prepared {
        let (office, clerk) = (&self.small.office, at_work(personas::clerk(), TODAY));
        let (month, programs) = ("2023-03".parse().unwrap(), vec![Program::AdvancedAgeAllowance]);
        let plan = RunPlan { month, programs, fund_id: office.fund_id(FUND), number: 1 };
        let run = payment_run::open(office, &clerk, &plan).await.unwrap();
        payment_run::calculate(office, &clerk, run).await.unwrap()
    }

    /// The same run once more, where something changed; a whole calculation finds the same.
    async fn recalculated(&self, run: &Prepared) -> Prepared {
        let (office, clerk) = (&self.small.office, at_work(personas::clerk(), TODAY));
        let anew = payment_run::recalculate(office, &clerk, run.run_id).await.unwrap();
        assert_eq!(anew.recalculated, [self.case]);
        let whole = payment_run::calculate(office, &clerk, run.run_id).await.unwrap();
        assert_eq!(whole.calculation.digest, anew.prepared.calculation.digest);
        assert_eq!(whole.notes, anew.prepared.notes);
        anew.prepared
    }

    /// Pays the run; the bank answers as [`bank_answers`] does.
    async fn pays(&self, run: &Prepared) {
        let office = &self.small.office;
        let clerk = at_work(personas::clerk(), TODAY);
        payment_run::submit(office, &clerk, run.run_id, run.calculation.warning_count).await.unwrap();
        payment_run::approve(office, &at_work(personas::approver(), TODAY), run.run_id).await.unwrap();
        let mut file = Vec::new();
        payment_run::release(office, &finance(TODAY), run.run_id, day(TODAY), &mut file).await.unwrap();
        let results = bank_answers(&String::from_utf8(file).unwrap());
        payment_run::settle(office, &finance(TODAY), run.run_id, results).await.unwrap();
    }

    async fn withdraws(&self, who: Actor) -> Result<Withdrawn, ProcessError> {
        withdraw_recovery(&self.small.office, &at_work(who, TODAY), self.case).await
    }

    /// The months of the case that a run could not pay, each with the reason.
    fn exceptions(&self, run: &Prepared) -> Vec<(String, RunException)> {
        let found = run.notes.iter().filter_map(|note| match note {
            RunNote::Exception { case_id, month: Some(month), exception, .. } if *case_id == self.case => {
                Some((month.to_string(), *exception))
            }
            _ => None,
        });
        found.collect()
    }

    /// What February still lacks, in fen.
    async fn february_lacks(&self) -> i64 {
        let february: BenefitMonth = "2023-02".parse().unwrap();
        let netting = net_case(&self.small.office, day(TODAY), self.case).await.unwrap().netting;
        netting.months.iter().find(|month| month.paid.month == february).unwrap().difference.fen()
    }
}

#[tokio::test]
async fn a_month_that_is_asked_back_and_due_waits_until_an_approver_withdraws_the_claim_and_is_paid_once() {
    let wang = asked_back_and_due(None).await;
    assert_eq!(wang.february_lacks().await, 10_000);
    let run = wang.march().await;
    assert_eq!(wang.exceptions(&run), [("2023-02".to_owned(), RunException::ClaimOpen)]);
    let done = wang.withdraws(personas::approver()).await.unwrap();
    let months: Vec<_> =
        done.payments.iter().map(|part| (part.month.to_string(), part.amount, part.left)).collect();
    assert_eq!(months, [("2023-02".to_owned(), yuan("100.00"), yuan("0.00"))]);
    assert_eq!(done.total, yuan("100.00"));
    let anew = wang.recalculated(&run).await;
    assert_eq!(wang.exceptions(&anew), []);
    assert_eq!(anew.calculation.control_sum, run.calculation.control_sum, "February is not paid again");
    assert_eq!(open_of(&wang.small, wang.person, TODAY).await, "0.00");
    assert_eq!(stage(&wang.small, wang.plan).await, PlanStage::Completed);
    wang.pays(&anew).await;
    assert_eq!(wang.february_lacks().await, 0);
    let end = wang.small.end().await;
    assert_eq!(wang.withdraws(personas::approver()).await.unwrap_err().code(), "nothing_to_withdraw");
    assert_eq!(wang.small.end().await, end);
    assert!(wang.small.broken().await.is_empty());
    wang.small.ledger.finish().await;
}

#[tokio::test]
async fn of_a_month_that_was_half_repaid_the_next_run_pays_the_half_that_came_back() {
    let wang = asked_back_and_due(Some("50.00")).await;
    let run = wang.march().await;
    assert_eq!(wang.exceptions(&run), [("2023-02".to_owned(), RunException::ClaimOpen)]);
    assert_eq!(wang.withdraws(personas::approver()).await.unwrap().total, yuan("50.00"));
    let anew = wang.recalculated(&run).await;
    assert_eq!(wang.exceptions(&anew), []);
    let more = anew.calculation.control_sum.minus(run.calculation.control_sum).unwrap();
    assert_eq!(more, yuan("50.00"));
    wang.pays(&anew).await;
    assert_eq!(wang.february_lacks().await, 0);
    assert_eq!(open_of(&wang.small, wang.person, TODAY).await, "0.00");
    // what was open before stays to be known as of then
    let then = AsOf { effective: day("2023-02-28"), known: day("2023-02-28") };
    assert_eq!(balance_of(&wang.small.office, wang.person, then).await.unwrap().open, yuan("50.00"));
    assert!(wang.small.broken().await.is_empty());
    wang.small.ledger.finish().await;
}

#[tokio::test]
async fn finance_withdraws_nothing_and_what_is_not_due_is_not_withdrawn() {
    let wang = asked_back(None).await;
    assert_eq!(wang.withdraws(personas::approver()).await.unwrap_err().code(), "nothing_to_withdraw");
    wang.turns_up().await;
    let end = wang.small.end().await;
    assert_eq!(wang.withdraws(personas::finance()).await.unwrap_err().code(), "role_not_allowed");
    assert_eq!(wang.small.end().await, end);
    assert_eq!(open_of(&wang.small, wang.person, TODAY).await, "100.00");
    wang.small.ledger.finish().await;
}

#[tokio::test]
async fn what_was_withdrawn_can_be_asked_back_and_withdrawn_once_more_on_the_same_day() {
    let wang = asked_back_and_due(None).await;
    wang.withdraws(personas::approver()).await.unwrap();
    let end = wang.small.end().await;
    let (office, desk) = (&wang.small.office, finance(TODAY));
    let payments = net_case(office, day(TODAY), wang.case).await.unwrap().payable.payments;
    let february = payments.iter().find(|payment| payment.month.to_string() == "2023-02").unwrap();
    let (reason, amount) = (RecoveryReason::FactsCorrected, yuan("100.00"));
    for _ in 0..2 {
        open_recovery(office, &desk, february.payment_id, amount, reason).await.unwrap();
    }
    assert_eq!(wang.small.end().await, end + 1, "asked twice, it is asked back once");
    wang.withdraws(personas::approver()).await.unwrap();
    open_recovery(office, &desk, february.payment_id, amount, reason).await.unwrap();
    assert_eq!(wang.small.end().await, end + 3);
    assert_eq!(open_of(&wang.small, wang.person, TODAY).await, "100.00");
    wang.small.ledger.finish().await;
}
