//! What was paid without being due: a death reported late, with heirs, instalments from another benefit, and waivers.

use api::bank::catalogue::{Catalogue, PLAIN};
use api::flags::{FlagOptions, flags};
use api::processes::payment_run::{self, RunPlan};
use api::processes::{
    self as work, AsOf, ProcessError, Repaid, WantedWay, approve_plan, balance_of, end_plan, net_case,
    propose_plan, receive_repayment,
};
use api::registers::{RawRow, RegisterRow, changes};
use domain::bank_return::{LineResolution, UnmatchedReason};
use domain::ids::{CaseId, PersonId, RecoveryPlanId, RunId};
use domain::money::Money;
use domain::payment::Payment;
use domain::program::Program;
use domain::recovery_plan::{PlanStage, RecoveryPlan};
use projections::case_files::queries::cases_of_person;
use tests::office::{CHEN, Known, SmallOffice, WANG, ZHAO, at_work, bank_answers, day, id_number};
use tests::personas;

/// Mrs Wang died on 20 January; her family told the office on 20 February, after February was paid.
pub async fn late_death() -> SmallOffice {
    let small = SmallOffice::open().await;
    let desk = at_work(personas::clerk(), "2023-02-20");
    let cells = [id_number(WANG).as_str(), "死亡", "2023-01-20", "2023-02-20"].map(str::to_owned);
    let row = changes::Row::read(&RawRow::from_texts(1, cells)).unwrap();
    work::record_change(&small.office, &desk, &row).await.unwrap();
    small
}

/// Mr Zhao has another account, to which the bank can pay.
async fn correct_the_account(small: &SmallOffice) {
    let desk = at_work(personas::clerk(), "2023-02-23");
    let id = id_number(ZHAO);
    let cells = [id.as_str(), "账户变更", "2023-02-23", "2023-02-23", "9901140000000000043"];
    let row = changes::Row::read(&RawRow::from_texts(1, cells.map(str::to_owned))).unwrap();
    work::record_change(&small.office, &desk, &row).await.unwrap();
}

pub async fn case_of(small: &SmallOffice, known: Known) -> (CaseId, PersonId) {
    let (person, _) = small.office.find(&id_number(known)).await.unwrap();
    let cases = cases_of_person(&small.office.pool, person).await.unwrap();
    (cases[0].case_id, person)
}

pub fn finance(on: &str) -> work::Desk {
    at_work(personas::finance(), on)
}

/// The run of March.
fn march(office: &work::Office) -> RunPlan {
    RunPlan {
        month: "2023-03".parse().unwrap(),
        programs: vec![Program::SubsistenceAllowance],
        fund_id: office.fund_id(tests::office::FUND),
        number: 1,
    }
}

/// Money without a slip.
pub fn repaid(amount: &str, on: &str) -> Repaid {
    Repaid { amount: yuan(amount), received_on: day(on), reference: None }
}

pub fn yuan(amount: &str) -> Money {
    Money::parse_yuan(amount).unwrap()
}

pub async fn open_of(small: &SmallOffice, person: PersonId, on: &str) -> String {
    let as_of = AsOf { effective: day(on), known: day(on) };
    balance_of(&small.office, person, as_of).await.unwrap().open.to_string()
}

pub async fn stage(small: &SmallOffice, plan: RecoveryPlanId) -> PlanStage {
    small.office.repository.load_newest::<RecoveryPlan>(plan).await.unwrap().state.stage()
}

/// Pays a month; the bank answers as [`bank_answers`] does. Gives the sum of the run.
pub async fn pay(small: &SmallOffice, month: &str, on: &str) -> Money {
    let office = &small.office;
    let plan = RunPlan {
        month: month.parse().unwrap(),
        programs: vec![Program::AdvancedAgeAllowance, Program::SubsistenceAllowance],
        fund_id: office.fund_id(tests::office::FUND),
        number: 1,
    };
    let clerk = at_work(personas::clerk(), on);
    let run = payment_run::open(office, &clerk, &plan).await.unwrap();
    let calculation = payment_run::calculate(office, &clerk, run).await.unwrap().calculation;
    payment_run::submit(office, &clerk, run, calculation.warning_count).await.unwrap();
    payment_run::approve(office, &at_work(personas::approver(), on), run).await.unwrap();
    let mut file = Vec::new();
    payment_run::release(office, &finance(on), run, day(on), &mut file).await.unwrap();
    let results = bank_answers(&String::from_utf8(file).unwrap());
    payment_run::settle(office, &finance(on), run, results).await.unwrap();
    calculation.control_sum
}

/// A run of the subsistence allowance that was released, with its file.
async fn at_the_bank(small: &SmallOffice, month: &str, on: &str) -> (RunId, String) {
    let office = &small.office;
    let wanted = RunPlan {
        month: month.parse().unwrap(),
        programs: vec![Program::SubsistenceAllowance],
        fund_id: office.fund_id(tests::office::FUND),
        number: 1,
    };
    let clerk = at_work(personas::clerk(), on);
    let run = payment_run::open(office, &clerk, &wanted).await.unwrap();
    let calculation = payment_run::calculate(office, &clerk, run).await.unwrap().calculation;
    payment_run::submit(office, &clerk, run, calculation.warning_count).await.unwrap();
    payment_run::approve(office, &at_work(personas::approver(), on), run).await.unwrap();
    let mut file = Vec::new();
    payment_run::release(office, &finance(on), run, day(on), &mut file).await.unwrap();
    (run, String::from_utf8(file).unwrap())
}

pub fn withholding(from: CaseId, per_month: &str) -> WantedWay {
    WantedWay::Withholding {
        from_case: Some(from),
        per_month: yuan(per_month),
        agreement: Some("同意书〔2023〕1号".to_owned()),
    }
}

#[tokio::test]
async fn a_late_death_is_netted_month_by_month_with_the_event_that_changed_it() {
    let small = late_death().await;
    let (case, _) = case_of(&small, WANG).await;
    let netted = net_case(&small.office, day("2023-02-21"), case).await.unwrap();
    let months: Vec<_> = netted
        .netting
        .months
        .iter()
        .map(|month| {
            let fen = [month.paid.due_before, month.due_now, month.paid.settled, month.difference];
            (month.paid.month.to_string(), fen.map(Money::fen))
        })
        .collect();
    let expected = [
        ("2023-01".to_owned(), [10_000, 10_000, 10_000, 0]),
        ("2023-02".to_owned(), [10_000, 0, 10_000, -10_000]),
    ];
    assert_eq!(months, expected);
    let died = small.first("DeathRecorded").await;
    let work::MonthCause::Event { event, position, months, .. } = &netted.causes[0] else {
        panic!("{:?}", netted.causes)
    };
    assert_eq!((event.as_str(), *position), ("DeathRecorded", died));
    assert_eq!(months, &["2023-02".parse().unwrap()]);
    small.ledger.finish().await;
}

#[tokio::test]
async fn heirs_repay_what_the_estate_bears_and_the_rest_is_given_up_by_two_people() {
    let small = late_death().await;
    let (office, (case, person)) = (&small.office, case_of(&small, WANG).await);
    let heirs = WantedWay::Heirs { estate: yuan("60.00") };
    let plan = propose_plan(office, &finance("2023-02-21"), case, heirs.clone()).await.unwrap();
    assert_eq!(open_of(&small, person, "2023-02-21").await, "100.00");
    let again = propose_plan(office, &finance("2023-02-21"), case, heirs).await.unwrap_err();
    assert!(matches!(again, ProcessError::PlanOpen { plan: open } if open == plan), "{again:?}");
    let own = at_work(
        domain::actor::Actor { role: domain::actor::Role::Approver, ..personas::finance() },
        "2023-02-21",
    );
    assert_eq!(approve_plan(office, &own, plan).await.unwrap_err().code(), "four_eyes");
    let approver = |on| at_work(personas::approver(), on);
    approve_plan(office, &approver("2023-02-21"), plan).await.unwrap();
    receive_repayment(office, &finance("2023-02-22"), case, repaid("60.00", "2023-02-22")).await.unwrap();
    end_plan(office, &finance("2023-02-22"), plan, "遗产已清偿完毕").await.unwrap();
    let waive = WantedWay::EstateExhausted { estate: yuan("60.00"), reason: "遗产不足".to_owned() };
    let second = propose_plan(office, &finance("2023-02-23"), case, waive).await.unwrap();
    approve_plan(office, &approver("2023-02-24"), second).await.unwrap();
    assert_eq!(stage(&small, second).await, PlanStage::Completed);
    // approved again it is a repeat, although there is nothing left to give up
    let length = office.repository.log().length().await.unwrap();
    approve_plan(office, &approver("2023-02-24"), second).await.unwrap();
    assert_eq!(office.repository.log().length().await.unwrap(), length);
    // as of two clocks: what was open then, as known then
    let history = ["2023-02-20", "2023-02-21", "2023-02-22", "2023-02-24"];
    let mut open = Vec::new();
    for on in history {
        open.push(open_of(&small, person, on).await);
    }
    assert_eq!(open, ["0.00", "100.00", "40.00", "0.00"]);
    assert!(small.broken().await.is_empty());
    small.ledger.finish().await;
}

#[tokio::test]
async fn another_s_benefit_repays_by_instalments_as_that_person_agreed_and_the_bank_pays_the_net() {
    let small = late_death().await;
    let (office, (case, person)) = (&small.office, case_of(&small, WANG).await);
    let (from, _) = case_of(&small, CHEN).await;
    let missing = WantedWay::Withholding { from_case: Some(from), per_month: yuan("60.00"), agreement: None };
    let refused = propose_plan(office, &finance("2023-02-21"), case, missing).await.unwrap_err();
    assert_eq!(refused.code(), "agreement_missing");
    let plan = propose_plan(office, &finance("2023-02-21"), case, withholding(from, "60.00")).await.unwrap();
    let planned_only = pay(&small, "2023-03", "2023-02-25").await;
    approve_plan(office, &at_work(personas::approver(), "2023-02-26"), plan).await.unwrap();
    let first = pay(&small, "2023-04", "2023-03-28").await;
    assert_eq!(planned_only.minus(first).unwrap(), yuan("60.00"), "only an approved plan withholds");
    assert_eq!(open_of(&small, person, "2023-03-28").await, "40.00");
    let second = pay(&small, "2023-05", "2023-04-28").await;
    assert_eq!(planned_only.minus(second).unwrap(), yuan("40.00"));
    assert_eq!(open_of(&small, person, "2023-04-28").await, "0.00");
    assert_eq!(stage(&small, plan).await, PlanStage::Completed);
    assert_eq!(pay(&small, "2023-06", "2023-05-28").await, planned_only);
    assert!(small.broken().await.is_empty());
    small.ledger.finish().await;
}

#[tokio::test]
async fn a_plan_ends_when_somebody_says_that_the_line_that_repays_the_rest_has_settled() {
    let small = late_death().await;
    let (office, (case, person)) = (&small.office, case_of(&small, WANG).await);
    let (from, _) = case_of(&small, CHEN).await;
    let plan = propose_plan(office, &finance("2023-02-21"), case, withholding(from, "100.00")).await.unwrap();
    approve_plan(office, &at_work(personas::approver(), "2023-02-21"), plan).await.unwrap();
    let (run, file) = at_the_bank(&small, "2023-03", "2023-02-22").await;
    let payment = file.lines().find_map(|line| line.strip_prefix("P,")?.split(',').next()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let answer = folder.path().join("answer.csv");
    std::fs::write(&answer, format!("payment,result,reference\n{payment},arrived,B-9\n")).unwrap();
    let catalogue = Catalogue::own().unwrap();
    let layout = catalogue.layout(PLAIN).unwrap();
    let taken = payment_run::take_in(office, &finance("2023-02-23"), run, &answer, layout).await.unwrap();
    assert_eq!(taken.unmatched[0].reason, UnmatchedReason::ResultUnknown);
    assert_eq!(
        (open_of(&small, person, "2023-02-23").await, stage(&small, plan).await),
        ("100.00".to_owned(), PlanStage::Approved)
    );
    let finding = || payment_run::Finding {
        return_id: taken.return_id,
        row: 2,
        resolution: LineResolution::Settled { payment_id: payment.parse().unwrap() },
        note: "已向银行核实".to_owned(),
    };
    payment_run::resolve_line(office, &finance("2023-02-24"), finding()).await.unwrap();
    assert_eq!(
        (open_of(&small, person, "2023-02-24").await, stage(&small, plan).await),
        ("0.00".to_owned(), PlanStage::Completed)
    );
    let end = small.end().await;
    payment_run::resolve_line(office, &finance("2023-02-24"), finding()).await.unwrap();
    assert_eq!(small.end().await, end, "said twice, it is said once");
    assert!(small.broken().await.is_empty());
    small.ledger.finish().await;
}

#[tokio::test]
async fn an_instalment_of_a_returned_payment_repays_nothing_and_the_next_attempt_withholds_anew() {
    let small = late_death().await;
    let (office, (case, person)) = (&small.office, case_of(&small, WANG).await);
    let (from, _) = case_of(&small, ZHAO).await;
    let plan = propose_plan(office, &finance("2023-02-21"), case, withholding(from, "15.00")).await.unwrap();
    approve_plan(office, &at_work(personas::approver(), "2023-02-21"), plan).await.unwrap();
    // his account is the one that the bank refuses: March is returned, with what it withheld
    pay(&small, "2023-03", "2023-02-22").await;
    assert_eq!(open_of(&small, person, "2023-02-22").await, "100.00");
    correct_the_account(&small).await;
    pay(&small, "2023-04", "2023-03-28").await;
    // January to April, each month 15.00
    assert_eq!(open_of(&small, person, "2023-03-28").await, "40.00");
    assert!(small.broken().await.is_empty());
    small.ledger.finish().await;
}

#[tokio::test]
async fn what_came_back_between_calculation_and_release_is_not_withheld_too() {
    let small = late_death().await;
    let (office, (case, person)) = (&small.office, case_of(&small, WANG).await);
    let (from, _) = case_of(&small, CHEN).await;
    let plan = propose_plan(office, &finance("2023-02-21"), case, withholding(from, "60.00")).await.unwrap();
    let approver = at_work(personas::approver(), "2023-02-21");
    approve_plan(office, &approver, plan).await.unwrap();
    let clerk = at_work(personas::clerk(), "2023-02-22");
    let run = payment_run::open(office, &clerk, &march(office)).await.unwrap();
    let calculation = payment_run::calculate(office, &clerk, run).await.unwrap().calculation;
    payment_run::submit(office, &clerk, run, calculation.warning_count).await.unwrap();
    payment_run::approve(office, &at_work(personas::approver(), "2023-02-22"), run).await.unwrap();
    receive_repayment(office, &finance("2023-02-22"), case, repaid("50.00", "2023-02-22")).await.unwrap();
    let mut file = Vec::new();
    let refused =
        payment_run::release(office, &finance("2023-02-22"), run, day("2023-02-22"), &mut file).await;
    assert_eq!(refused.unwrap_err().code(), "withheld_changed");
    // sent back and calculated anew, it withholds what is left
    let again = at_work(personas::approver(), "2023-02-23");
    payment_run::reject(office, &again, run, "待追回款有变").await.unwrap();
    let anew = payment_run::calculate(office, &at_work(personas::clerk(), "2023-02-23"), run).await.unwrap();
    let more = anew.calculation.control_sum.minus(calculation.control_sum).unwrap();
    assert_eq!(more, yuan("10.00"));
    assert_eq!(open_of(&small, person, "2023-02-23").await, "50.00");
    assert!(small.broken().await.is_empty());
    small.ledger.finish().await;
}

#[tokio::test]
async fn what_came_back_before_approval_is_named_and_only_its_lines_are_calculated_anew() {
    let small = late_death().await;
    let (office, (case, _)) = (&small.office, case_of(&small, WANG).await);
    let (from, _) = case_of(&small, CHEN).await;
    let plan = propose_plan(office, &finance("2023-02-21"), case, withholding(from, "60.00")).await.unwrap();
    approve_plan(office, &at_work(personas::approver(), "2023-02-21"), plan).await.unwrap();
    let clerk = at_work(personas::clerk(), "2023-02-22");
    let run = payment_run::open(office, &clerk, &march(office)).await.unwrap();
    let before = payment_run::calculate(office, &clerk, run).await.unwrap().calculation;
    payment_run::submit(office, &clerk, run, before.warning_count).await.unwrap();
    receive_repayment(office, &finance("2023-02-22"), case, repaid("50.00", "2023-02-22")).await.unwrap();
    let refused = payment_run::approve(office, &at_work(personas::approver(), "2023-02-22"), run).await;
    let Err(ProcessError::CasesChanged { changed }) = refused else { panic!("{refused:?}") };
    assert_eq!(changed.iter().map(|changed| changed.case_id).collect::<Vec<_>>(), [from]);
    let anew = payment_run::recalculate(office, &clerk, run).await.unwrap();
    assert_eq!(anew.recalculated, [from]);
    let part = anew.prepared.calculation;
    assert_eq!(part.control_sum.minus(before.control_sum).unwrap(), yuan("10.00"));
    let whole = payment_run::calculate(office, &clerk, run).await.unwrap().calculation;
    assert_eq!(part.digest, whole.digest);
    small.ledger.finish().await;
}

#[tokio::test]
async fn what_comes_back_while_an_instalment_is_on_its_way_makes_its_month_due_the_rest() {
    let small = late_death().await;
    let (office, (case, person)) = (&small.office, case_of(&small, WANG).await);
    let (from, _) = case_of(&small, CHEN).await;
    let plan = propose_plan(office, &finance("2023-02-21"), case, withholding(from, "60.00")).await.unwrap();
    approve_plan(office, &at_work(personas::approver(), "2023-02-21"), plan).await.unwrap();
    let (run, file) = at_the_bank(&small, "2023-03", "2023-02-22").await;
    receive_repayment(office, &finance("2023-02-23"), case, repaid("70.00", "2023-02-23")).await.unwrap();
    let results = bank_answers(&file);
    payment_run::settle(office, &finance("2023-02-24"), run, results).await.unwrap();
    assert_eq!(open_of(&small, person, "2023-02-24").await, "0.00");
    assert_eq!(stage(&small, plan).await, PlanStage::Completed);
    let netted = net_case(office, day("2023-02-24"), from).await.unwrap();
    let march = netted.netting.months.iter().find(|month| month.paid.month == "2023-03".parse().unwrap());
    assert_eq!(march.unwrap().difference, yuan("30.00"), "withheld 60.00, of which 30.00 were still open");
    let settled =
        office.repository.load_newest::<Payment>(netted.payable.payments.last().unwrap().payment_id).await;
    assert_eq!(settled.unwrap().state.whereabouts().withheld, yuan("30.00"));
    let wrong = FlagOptions { codes: vec!["wrong_amount".to_owned()], ..FlagOptions::default() };
    let raised = flags(office, &wrong).await.unwrap();
    assert!(raised.is_empty(), "the order was right when it was made: {raised:#?}");
    assert!(small.broken().await.is_empty());
    small.ledger.finish().await;
}

#[tokio::test]
async fn equal_repayments_of_a_day_are_told_apart_by_their_slips_and_a_slip_counts_once() {
    let small = late_death().await;
    let (office, (case, person)) = (&small.office, case_of(&small, WANG).await);
    let heirs = WantedWay::Heirs { estate: yuan("1000.00") };
    let plan = propose_plan(office, &finance("2023-02-21"), case, heirs).await.unwrap();
    approve_plan(office, &at_work(personas::approver(), "2023-02-21"), plan).await.unwrap();
    let take = async |amount: &str, on: &str, slip: Option<&str>| {
        let slip = Repaid { reference: slip.map(str::to_owned), ..repaid(amount, on) };
        let taken = receive_repayment(office, &finance("2023-02-23"), case, slip).await;
        (taken.map_err(|error| error.code()), open_of(&small, person, "2023-02-23").await)
    };
    let (today, yesterday) = ("2023-02-23", "2023-02-22");
    assert_eq!(take("30.00", today, Some("H-1")).await, (Ok(()), "70.00".to_owned()));
    assert_eq!(take("30.00", today, Some("H-1")).await, (Ok(()), "70.00".to_owned()));
    assert_eq!(take("30.00", today, Some("H-2")).await, (Ok(()), "40.00".to_owned()));
    for (amount, on) in [("30.01", today), ("30.00", yesterday)] {
        assert_eq!(take(amount, on, Some("H-1")).await, (Err("repayment_differs"), "40.00".to_owned()));
    }
    assert_eq!(take("10.00", today, None).await, (Ok(()), "30.00".to_owned()));
    assert_eq!(take("10.00", today, None).await, (Ok(()), "30.00".to_owned()));
    assert_eq!(take("30.00", today, Some("H-3")).await, (Ok(()), "0.00".to_owned()));
    assert_eq!(take("30.00", today, Some("H-3")).await, (Ok(()), "0.00".to_owned()));
    assert_eq!(stage(&small, plan).await, PlanStage::Completed);
    assert!(small.broken().await.is_empty());
    small.ledger.finish().await;
}
