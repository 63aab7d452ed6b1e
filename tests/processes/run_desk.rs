//! The desk of a payment run before its approval: payments that are held, sums that ask for two approvers.

use api::processes::Step;
use api::processes::payment_run::{self, Prepared, RunNote, RunPlan};
use api::processes::{self as work, Desk, ProcessError, propose_rates, publish_rates};
use api::registers::{RawRow, RegisterRow, changes};
use domain::benefit_case::{BenefitCaseCommand, CaseSubject, HeldMonths, HoldReason, Outcome, RulesAnswer};
use domain::calendar::BenefitMonth;
use domain::identity::IdentityCommand;
use domain::ids::{CaseId, PersonId, RunId};
use domain::payment_run::{PaymentRun, PaymentRunCommand, RunException, RunStage, RunWarning};
use domain::personal::Sealed;
use domain::policy::SuspensionReason;
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

pub async fn case_of(small: &SmallOffice, person: Known, program: Program) -> CaseId {
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

/// The office publishes another value of an amount from a month on.
pub async fn publish(small: &SmallOffice, key: &str, from: &str, value: &str) {
    let text = format!(
        "[[parameter]]\nkey = '{key}'\nzh = '甲'\nen = 'a'\nunit = 'yuan'\n
         [[parameter.row]]\nfrom = '{from}'\nvalue = '{value}'\nannounced = '2023-02-01'\n
         source = '内控制度'\nstatus = 'illustrative'"
    );
    let administrator = at_work(personas::administrator(), TODAY);
    propose_rates(&small.office, &administrator, "内控制度〔2023〕1号", &text).await.unwrap();
    publish_rates(&small.office, &at_work(personas::approver(), TODAY), 1).await.unwrap();
}

/// What must be seen of a case.
fn warnings(prepared: &Prepared, case: CaseId) -> Vec<RunWarning> {
    let found = prepared.notes.iter().filter_map(|note| match note {
        RunNote::Warning { case_id, warning, .. } if *case_id == case => Some(*warning),
        _ => None,
    });
    found.collect()
}

/// The account of a person is another from a day on.
async fn change_account(small: &SmallOffice, person: Known, on: &str) {
    let desk = at_work(personas::second_clerk(), on);
    let id_number = id_number(person);
    let cells = [id_number.as_str(), "账户变更", on, on, "9901140000000000043"];
    let row = changes::Row::read(&RawRow::from_texts(1, cells.map(str::to_owned))).unwrap();
    work::record_change(&small.office, &desk, &row).await.unwrap();
}

/// One step of a case by one person.
async fn case_step(small: &SmallOffice, desk: &Desk, case: CaseId, command: BenefitCaseCommand) {
    let key = small.office.derived("test", &format!("{case}|{command:?}"));
    small.office.together(desk, key, [Step::BenefitCase(case.to_string(), command)]).await.unwrap();
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
    publish(&small, "second_approval_above", "2023-01", "100.00").await;
    let office = &small.office;
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
    let stage = office.repository.load_newest::<PaymentRun>(run.run_id).await.unwrap();
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
    let mistyped = "2099-12-31".parse().unwrap();
    let refused = payment_run::release(office, &finance, run.run_id, mistyped, &mut file).await;
    assert_eq!((refused.unwrap_err().code(), file.len()), ("execution_too_late", 0));
    let released =
        payment_run::release(office, &finance, run.run_id, finance.today(), &mut file).await.unwrap();
    assert_eq!(released.line_count, run.calculation.line_count);
    let again = payment_run::calculate(office, &clerk, run.run_id).await;
    assert_eq!(again.unwrap_err().code(), "wrong_stage");
    let supplementary = calculated(&small, open_run(&small, "2023-03", 2, TODAY).await, TODAY).await;
    assert_eq!(supplementary.calculation.line_count, 0, "what is on its way is not paid again");
    small.ledger.finish().await;
}

#[tokio::test]
async fn a_case_that_changed_before_the_approval_is_named_and_it_alone_is_calculated_anew() {
    let small = SmallOffice::open().await;
    let office = &small.office;
    let case = case_of(&small, WANG, Program::AdvancedAgeAllowance).await;
    let run = calculated(&small, open_run(&small, "2023-03", 1, TODAY).await, TODAY).await;
    submitted(&small, &run, TODAY).await;
    change_account(&small, WANG, "2023-02-28").await;
    let approver = at_work(personas::approver(), "2023-02-28");
    let refused = payment_run::approve(office, &approver, run.run_id).await.unwrap_err();
    assert_eq!(refused.code(), "cases_changed");
    let ProcessError::CasesChanged { changed } = refused else { panic!() };
    let named: Vec<_> = changed.iter().map(|changed| (changed.case_id, changed.months.len())).collect();
    assert_eq!(named, [(case, 1)]);
    let month = changed[0].months[0];
    assert_eq!((month.month.to_string(), month.calculated), ("2023-03".to_owned(), month.now));
    assert!(changed[0].events.iter().any(|event| event.event == "AccountChanged"), "{changed:?}");

    let clerk = at_work(personas::clerk(), "2023-02-28");
    let again = payment_run::recalculate(office, &clerk, run.run_id).await.unwrap();
    assert_eq!(again.recalculated, [case]);
    let part = again.prepared;
    assert_ne!(part.calculation.digest, run.calculation.digest);
    assert_eq!(part.calculation.control_sum, run.calculation.control_sum);
    let whole = payment_run::calculate(office, &clerk, run.run_id).await.unwrap();
    assert_eq!((&part.calculation.digest, &part.notes), (&whole.calculation.digest, &whole.notes));
    submitted(&small, &whole, "2023-02-28").await;
    payment_run::approve(office, &approver, run.run_id).await.unwrap();
    let finance = at_work(personas::finance(), "2023-02-28");
    payment_run::release(office, &finance, run.run_id, finance.today(), &mut Vec::new()).await.unwrap();
    assert_eq!(small.broken().await, tests::office::Broken::new());
    small.ledger.finish().await;
}

#[tokio::test]
async fn a_change_that_makes_no_difference_to_a_line_does_not_hold_the_approval_up() {
    let small = SmallOffice::open().await;
    let (office, clerk) = (&small.office, at_work(personas::clerk(), TODAY));
    let case = case_of(&small, WANG, Program::AdvancedAgeAllowance).await;
    let run = calculated(&small, open_run(&small, "2023-03", 1, TODAY).await, TODAY).await;
    submitted(&small, &run, TODAY).await;
    let later = HeldMonths::Month("2023-09".parse().unwrap());
    payment_run::hold(office, &clerk, case, later, (HoldReason::FactsInDoubt, None)).await.unwrap();
    payment_run::approve(office, &at_work(personas::approver(), TODAY), run.run_id).await.unwrap();
    small.ledger.finish().await;
}

#[tokio::test]
async fn a_payment_that_is_held_while_its_run_waits_leaves_the_run_and_nothing_else_does() {
    let small = SmallOffice::open().await;
    let (office, clerk) = (&small.office, at_work(personas::clerk(), TODAY));
    let case = case_of(&small, WANG, Program::AdvancedAgeAllowance).await;
    let run = calculated(&small, open_run(&small, "2023-03", 1, TODAY).await, TODAY).await;
    submitted(&small, &run, TODAY).await;
    payment_run::hold(office, &clerk, case, HeldMonths::All, (HoldReason::FactsInDoubt, None)).await.unwrap();
    let approver = at_work(personas::approver(), TODAY);
    let refused = payment_run::approve(office, &approver, run.run_id).await.unwrap_err();
    let ProcessError::CasesChanged { changed } = refused else { panic!("{refused:?}") };
    assert_eq!(changed[0].months[0].exception, Some(RunException::PaymentHeld));
    let again = payment_run::recalculate(office, &clerk, run.run_id).await.unwrap();
    assert_eq!(again.prepared.calculation.line_count, run.calculation.line_count - 1);
    assert_eq!(exceptions(&again.prepared, case), [("2023-03".parse().unwrap(), RunException::PaymentHeld)]);
    let state = office.repository.load_newest::<PaymentRun>(run.run_id).await.unwrap().state;
    assert_eq!(state.stage(), RunStage::Calculated, "it is submitted again");
    small.ledger.finish().await;
}

/// A run that was approved before something happened to the case of [`WANG`].
async fn approved_before(small: &SmallOffice) -> (CaseId, Prepared) {
    let case = case_of(small, WANG, Program::AdvancedAgeAllowance).await;
    let run = calculated(small, open_run(small, "2023-03", 1, TODAY).await, TODAY).await;
    submitted(small, &run, TODAY).await;
    payment_run::approve(&small.office, &at_work(personas::approver(), TODAY), run.run_id).await.unwrap();
    (case, run)
}

#[tokio::test]
async fn a_payment_that_is_held_after_the_approval_does_not_go_out() {
    let small = SmallOffice::open().await;
    let (office, clerk) = (&small.office, at_work(personas::clerk(), TODAY));
    let (approver, finance) = (at_work(personas::approver(), TODAY), at_work(personas::finance(), TODAY));
    let (case, run) = approved_before(&small).await;
    payment_run::hold(office, &clerk, case, HeldMonths::All, (HoldReason::FactsInDoubt, None)).await.unwrap();
    let (end, mut file) = (small.end().await, Vec::new());
    let release = payment_run::release(office, &finance, run.run_id, finance.today(), &mut file);
    let refused = release.await.unwrap_err();
    assert_eq!((refused.code(), file.len(), small.end().await), ("lines_stopped", 0, end));
    let named: Vec<_> = refused.changed().iter().map(|changed| changed.case_id).collect();
    assert_eq!(named, [case]);
    assert_eq!(refused.changed()[0].months[0].exception, Some(RunException::PaymentHeld));

    payment_run::reject(office, &approver, run.run_id, "审批后已暂缓").await.unwrap();
    let again = payment_run::recalculate(office, &clerk, run.run_id).await.unwrap();
    assert_eq!(again.recalculated, [case]);
    submitted(&small, &again.prepared, TODAY).await;
    payment_run::approve(office, &approver, run.run_id).await.unwrap();
    let released =
        payment_run::release(office, &finance, run.run_id, finance.today(), &mut file).await.unwrap();
    assert_eq!(released.line_count, run.calculation.line_count - 1);
    assert_eq!(small.broken().await, tests::office::Broken::new());
    small.ledger.finish().await;
}

#[tokio::test]
async fn an_account_that_was_corrected_after_the_approval_gets_the_money() {
    let small = SmallOffice::open().await;
    let (case, run) = approved_before(&small).await;
    change_account(&small, WANG, "2023-02-28").await;
    let finance = at_work(personas::finance(), "2023-02-28");
    let mut file = Vec::new();
    let release = payment_run::release(&small.office, &finance, run.run_id, finance.today(), &mut file);
    let refused = release.await.unwrap_err();
    assert_eq!(refused.code(), "lines_stopped");
    let month = refused.changed()[0].months[0];
    assert_eq!((refused.changed()[0].case_id, month.now), (case, month.calculated));
    small.ledger.finish().await;
}

#[tokio::test]
async fn what_makes_no_line_smaller_does_not_hold_a_release_up() {
    let small = SmallOffice::open().await;
    let (office, clerk) = (&small.office, at_work(personas::clerk(), TODAY));
    let (case, run) = approved_before(&small).await;
    let later = HeldMonths::Month("2023-09".parse().unwrap());
    payment_run::hold(office, &clerk, case, later, (HoldReason::FactsInDoubt, None)).await.unwrap();
    let finance = at_work(personas::finance(), TODAY);
    payment_run::release(office, &finance, run.run_id, finance.today(), &mut Vec::new()).await.unwrap();
    small.ledger.finish().await;
}

#[tokio::test]
async fn one_benefit_from_two_cases_is_paid_from_the_one_that_was_decided_first() {
    let small = SmallOffice::open().await;
    let (office, program) = (&small.office, Program::AdvancedAgeAllowance);
    let first = case_of(&small, WANG, program).await;
    let (applicant, household_id) = office.find(&id_number(WANG)).await.unwrap();
    let case_id = CaseId::new(office.derived("test", "another case"));
    let subject = CaseSubject { case_id, household_id, applicant, program };
    let (clerk, reviewer) =
        (at_work(personas::clerk(), "2023-02-01"), at_work(personas::reviewer(), "2023-02-01"));
    let approver = at_work(personas::approver(), TODAY);
    let (request, chosen_set, applied_on) = (None, None, clerk.today());
    let applied = BenefitCaseCommand::ReceiveApplication { subject, applied_on, request, chosen_set };
    case_step(&small, &clerk, case_id, applied).await;
    let recommend = BenefitCaseCommand::Recommend { outcome: Outcome::Approved, reviewed_on: applied_on };
    case_step(&small, &reviewer, case_id, recommend).await;
    let decide = BenefitCaseCommand::DecideEligibility {
        outcome: Outcome::Approved,
        decided_on: approver.today(),
        reasons: vec![],
        rule_version: "2023".to_owned(),
        rules: RulesAnswer::Eligible(Sealed::from_ciphertext("sealed")),
        facts_recorded_by: domain::actor::Contributors::default(),
    };
    case_step(&small, &approver, case_id, decide).await;
    let run = calculated(&small, open_run(&small, "2023-03", 1, TODAY).await, TODAY).await;
    assert_eq!(exceptions(&run, first), []);
    let barred = exceptions(&run, case_id);
    assert!(
        !barred.is_empty() && barred.iter().all(|(_, why)| *why == RunException::ExclusiveBenefit),
        "{barred:?}"
    );
    small.ledger.finish().await;
}

#[tokio::test]
async fn an_amount_far_from_last_month_s_is_seen_before_the_submission_and_a_fund_that_is_short_is_named() {
    let small = SmallOffice::open().await;
    publish(&small, "advanced_age_80", "2023-03", "90000.00").await;
    let (office, clerk) = (&small.office, at_work(personas::clerk(), TODAY));
    let case = case_of(&small, WANG, Program::AdvancedAgeAllowance).await;
    let run = calculated(&small, open_run(&small, "2023-03", 1, TODAY).await, TODAY).await;
    assert_eq!(warnings(&run, case), [RunWarning::AmountUnusual]);
    let blind = payment_run::submit(office, &clerk, run.run_id, 0).await;
    assert_eq!(code(blind), "warnings_unseen");
    submitted(&small, &run, TODAY).await;
    let outlook = payment_run::outlook(office, clerk.today(), run.run_id).await.unwrap();
    assert!(outlook.short.is_positive());
    assert_eq!(outlook.last_month.iter().map(|total| total.line_count).sum::<u64>(), 5);
    let approver = at_work(personas::approver(), TODAY);
    assert_eq!(code(payment_run::approve(office, &approver, run.run_id).await), "fund_short");
    small.ledger.finish().await;
}

#[tokio::test]
async fn a_case_that_was_suspended_is_listed_until_it_is_resumed() {
    let small = SmallOffice::open().await;
    let (office, clerk) = (&small.office, at_work(personas::clerk(), TODAY));
    let case = case_of(&small, WANG, Program::AdvancedAgeAllowance).await;
    let (reason, since) = (SuspensionReason::Unreachable, tests::office::day("2023-02-20"));
    case_step(&small, &clerk, case, BenefitCaseCommand::Suspend { reason, since }).await;
    let run = calculated(&small, open_run(&small, "2023-03", 1, TODAY).await, TODAY).await;
    assert_eq!(warnings(&run, case), [RunWarning::CaseSuspended]);
    let seen = payment_run::changed_cases(office, clerk.today(), &state_of(&small, run.run_id).await).await;
    assert_eq!(seen.unwrap(), []);
    small.ledger.finish().await;
}

async fn state_of(small: &SmallOffice, run: RunId) -> PaymentRun {
    (*small.office.repository.load_newest::<PaymentRun>(run).await.unwrap().state).clone()
}

#[tokio::test]
async fn nobody_is_paid_under_an_id_number_that_is_nobody_s_or_another_person_s() {
    let small = SmallOffice::open().await;
    let office = &small.office;
    let case = case_of(&small, WANG, Program::AdvancedAgeAllowance).await;
    let (person_id, household_id) = office.find(&id_number(WANG)).await.unwrap();
    let identity = office.id_index(&id_number(WANG)).as_str().to_owned();
    let (approver, clerk) = (at_work(personas::approver(), TODAY), at_work(personas::clerk(), TODAY));
    let released = IdentityCommand::ReleaseIdentity { person_id, released_on: approver.today() };
    let key = |what: &str| office.derived("test", what);
    let step = Step::Identity(identity.clone(), released);
    office.together(&approver, key("release"), [step]).await.unwrap();
    let run = calculated(&small, open_run(&small, "2023-03", 1, TODAY).await, TODAY).await;
    let march = "2023-03".parse().unwrap();
    assert_eq!(exceptions(&run, case), [(march, RunException::IdentityMissing)]);

    let stranger = PersonId::new(office.derived("test", "stranger"));
    let claimed_on = clerk.today();
    let claim = IdentityCommand::ClaimIdentity { person_id: stranger, household_id, claimed_on };
    office.together(&clerk, key("claim"), [Step::Identity(identity, claim)]).await.unwrap();
    let run = calculated(&small, run.run_id, TODAY).await;
    assert_eq!(exceptions(&run, case), [(march, RunException::IdentityDuplicate)]);
    small.ledger.finish().await;
}

#[tokio::test]
async fn a_payee_who_left_the_household_is_seen_before_the_submission_and_one_who_lives_there_is_not() {
    let small = SmallOffice::open().await;
    let (office, clerk) = (&small.office, at_work(personas::second_clerk(), "2023-02-20"));
    let case = case_of(&small, WANG, Program::AdvancedAgeAllowance).await;
    let son = Known { id_number: "99011419650312001", ..WANG };
    let (mother, son) = (id_number(WANG), id_number(son));
    let change = async |cells: [&str; 11]| {
        let row = changes::Row::read(&RawRow::from_texts(1, cells.map(str::to_owned))).unwrap();
        work::record_change(office, &clerk, &row).await.unwrap();
    };
    let on = "2023-02-20";
    let joins = [son.as_str(), "成员加入", on, on, "", "", "", WANG.household, "子女", "王建国", "本市户籍"];
    change(joins).await;
    let account = "9901140000000000043";
    change([mother.as_str(), "账户变更", on, on, account, son.as_str(), "", "", "", "", ""]).await;
    let run = calculated(&small, open_run(&small, "2023-03", 1, TODAY).await, TODAY).await;
    assert_eq!(warnings(&run, case), []);
    change([son.as_str(), "成员离开", on, on, "", "", "", "", "", "", ""]).await;
    let again = calculated(&small, run.run_id, TODAY).await;
    assert_eq!(warnings(&again, case), [RunWarning::PayeeNotBeneficiary]);
    assert_eq!(again.calculation.digest, run.calculation.digest, "the line stays");
    small.ledger.finish().await;
}

#[tokio::test]
async fn of_two_runs_with_the_same_lines_that_were_approved_at_once_the_second_orders_nothing() {
    let small = SmallOffice::open().await;
    let office = &small.office;
    let finance = at_work(personas::finance(), TODAY);
    let mut runs = Vec::new();
    for number in 1..=2 {
        let run = calculated(&small, open_run(&small, "2023-03", number, TODAY).await, TODAY).await;
        submitted(&small, &run, TODAY).await;
        runs.push(run.run_id);
    }
    let approver = at_work(personas::approver(), TODAY);
    payment_run::approve(office, &approver, runs[0]).await.unwrap();
    let refused = payment_run::approve(office, &approver, runs[1]).await;
    assert_eq!(code(refused), "lines_approved_elsewhere");
    // what looked before the first approval stood is approved all the same
    let approve = PaymentRunCommand::ApproveRun { approved_on: approver.today() };
    let step = Step::PaymentRun(runs[1].to_string(), approve);
    office.together(&approver, office.derived("test", "approved at once"), [step]).await.unwrap();
    payment_run::release(office, &finance, runs[0], finance.today(), &mut Vec::new()).await.unwrap();
    let before = small.end().await;
    let second = payment_run::release(office, &finance, runs[1], finance.today(), &mut Vec::new()).await;
    assert_eq!(second.unwrap_err().code(), "lines_ordered_elsewhere");
    assert_eq!(small.end().await, before);
    small.ledger.finish().await;
}

#[tokio::test]
async fn a_run_whose_lines_another_run_ordered_is_not_approved_and_then_has_nothing_left_to_pay() {
    let small = SmallOffice::open().await;
    let office = &small.office;
    let (finance, approver) = (at_work(personas::finance(), TODAY), at_work(personas::approver(), TODAY));
    let mut runs = Vec::new();
    for number in 1..=2 {
        let run = calculated(&small, open_run(&small, "2023-03", number, TODAY).await, TODAY).await;
        submitted(&small, &run, TODAY).await;
        runs.push(run.run_id);
    }
    payment_run::approve(office, &approver, runs[0]).await.unwrap();
    payment_run::release(office, &finance, runs[0], finance.today(), &mut Vec::new()).await.unwrap();
    assert_eq!(code(payment_run::approve(office, &approver, runs[1]).await), "cases_changed");
    let clerk = at_work(personas::clerk(), TODAY);
    let again = payment_run::recalculate(office, &clerk, runs[1]).await.unwrap();
    assert_eq!(again.prepared.calculation.line_count, 0);
    small.ledger.finish().await;
}
