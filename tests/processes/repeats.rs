//! What is asked twice is done once; what is asked anew is done anew, also by the same person on the same day.

use api::processes::{self as work, Importer, OpenedCase, assess_care, change_case, import, record_change};
use api::processes::{ProcessError, Taken};
use api::registers::{GoodRow, RawRow, RegisterRow, care_assessments, changes};
use domain::actor::{Actor, ActorId, Role};
use domain::benefit_case::{BenefitCaseCommand, Outcome};
use domain::household::Household;
use domain::ids::CaseId;
use domain::policy::SuspensionReason;
use domain::program::Program;
use indicatif::ProgressBar;
use tests::office::{CHEN, Known, SmallOffice, WANG, application, at_work, day, id_number};
use tests::personas;

const TODAY: &str = "2023-02-27";

/// Accounts between which somebody cannot decide.
const ACCOUNTS: [&str; 2] = ["9901140000000000043", "9901140000000000051"];

fn suspend() -> BenefitCaseCommand {
    BenefitCaseCommand::Suspend { reason: SuspensionReason::Unreachable, since: day(TODAY) }
}

fn resume() -> BenefitCaseCommand {
    BenefitCaseCommand::Resume { confirmed_on: day(TODAY) }
}

async fn case_of(small: &SmallOffice, person: Known) -> CaseId {
    let (person, _) = small.office.find(&id_number(person)).await.unwrap();
    let cases = work::cases_of(&small.office, person, Program::AdvancedAgeAllowance).await.unwrap();
    cases.last().unwrap().0
}

async fn count(small: &SmallOffice, event_type: &str) -> i64 {
    sqlx::query_scalar("select count(*) from log_events where event_type = $1")
        .bind(event_type)
        .fetch_one(small.ledger.owner())
        .await
        .unwrap()
}

fn row<R: RegisterRow>(cells: &[&str]) -> R {
    let cells = cells.iter().map(|cell| (*cell).to_owned());
    R::read(&RawRow::from_texts(1, cells)).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn account(person: Known, account: &str) -> changes::Row {
    row(&[id_number(person).as_str(), "账户变更", TODAY, TODAY, account])
}

fn of_cases(person: Known, kind: &str) -> changes::Row {
    row(&[id_number(person).as_str(), kind, TODAY, TODAY])
}

#[tokio::test]
async fn a_case_is_suspended_resumed_and_suspended_again_by_one_person_on_one_day() {
    let small = SmallOffice::open().await;
    let (case, clerk) = (case_of(&small, WANG).await, at_work(personas::clerk(), TODAY));
    for (command, suspended, resumed) in [(suspend(), 1, 0), (resume(), 1, 1), (suspend(), 2, 1)] {
        for asked in ["the first time", "again"] {
            change_case(&small.office, &clerk, case, command.clone()).await.unwrap();
            let found = (count(&small, "CaseSuspended").await, count(&small, "CaseResumed").await);
            assert_eq!(found, (suspended, resumed), "{command:?} {asked}");
        }
    }
}

#[tokio::test]
async fn what_is_told_of_somebody_s_cases_is_told_again_on_one_day() {
    let small = SmallOffice::open().await;
    let clerk = at_work(personas::clerk(), TODAY);
    for (kind, suspended, resumed) in [("失联停发", 1, 0), ("确认健在", 1, 1), ("失联停发", 2, 1)]
    {
        for asked in ["the first time", "again"] {
            record_change(&small.office, &clerk, &of_cases(WANG, kind)).await.unwrap();
            let found = (count(&small, "CaseSuspended").await, count(&small, "CaseResumed").await);
            assert_eq!(found, (suspended, resumed), "{kind} {asked}");
        }
    }
}

#[tokio::test]
async fn two_who_ask_the_same_at_once_have_it_done_once() {
    let small = SmallOffice::open().await;
    let (case, clerk) = (case_of(&small, WANG).await, at_work(personas::clerk(), TODAY));
    let asks = || change_case(&small.office, &clerk, case, suspend());
    let (one, other, third) = tokio::join!(asks(), asks(), asks());
    assert!(one.is_ok() && other.is_ok() && third.is_ok(), "{one:?} {other:?} {third:?}");
    assert_eq!(count(&small, "CaseSuspended").await, 1);
}

#[tokio::test]
async fn facts_that_change_there_and_back_on_one_day_are_recorded_each_time() {
    let small = SmallOffice::open().await;
    let (office, clerk) = (&small.office, at_work(personas::clerk(), TODAY));
    let (person, home) = office.find(&id_number(WANG)).await.unwrap();
    let id = id_number(WANG);
    let before = count(&small, "AccountChanged").await;
    for (time, number) in (1..).zip([ACCOUNTS[0], ACCOUNTS[1], ACCOUNTS[0]]) {
        for _ in 0..2 {
            record_change(office, &clerk, &account(WANG, number)).await.unwrap();
            assert_eq!(count(&small, "AccountChanged").await - before, time, "{number}");
        }
    }
    let household = office.repository.load_newest::<Household>(home).await.unwrap().state;
    let stands = household.member(person).unwrap().account.last().unwrap().account_index.clone();
    let first = domain::identifiers::BankAccount::parse(ACCOUNTS[0]).unwrap();
    assert_eq!(stands, office.account_index(&first), "the last that was told");

    let certificate = |level| -> changes::Row {
        let mut cells = vec![id.as_str(), "残疾证变更", TODAY, TODAY];
        cells.resize(changes::Row::KIND.template().columns.len(), "");
        let column =
            changes::Row::KIND.template().columns.iter().position(|column| column.code == "disabilities");
        cells[column.unwrap()] = level;
        row(&cells)
    };
    for (time, level) in (1..).zip(["肢体2", "肢体1", "肢体2"]) {
        for _ in 0..2 {
            record_change(office, &clerk, &certificate(level)).await.unwrap();
            assert_eq!(count(&small, "DisabilityCertified").await, time, "{level}");
        }
    }
    for (time, level) in (1..).zip(["重度失能", "中度失能", "重度失能"]) {
        for _ in 0..2 {
            let assessed: care_assessments::Row = row(&[id.as_str(), level, TODAY]);
            assess_care(office, &clerk, &assessed).await.unwrap();
            assert_eq!(count(&small, "CareLevelAssessed").await, time, "{level}");
        }
    }
}

#[tokio::test]
async fn a_file_that_comes_again_changes_nothing_whatever_happened_since() {
    let small = SmallOffice::open().await;
    let (office, clerk) = (&small.office, at_work(personas::clerk(), TODAY));
    let importer = Importer { desk: clerk.clone(), visitors: Vec::new() };
    let rows = || {
        let rows = [account(WANG, ACCOUNTS[0]), of_cases(WANG, "失联停发")];
        let numbered = (2..).zip(rows).map(|(number, row)| GoodRow { number, row });
        numbered.collect::<Vec<_>>()
    };
    let takes = async || import(office, &importer, rows(), &ProgressBar::hidden()).await.unwrap();
    let first = takes().await;
    assert_eq!((first.new, first.repeated, first.refused), (2, 0, vec![]));
    // the office knows better by now
    record_change(office, &clerk, &account(WANG, ACCOUNTS[1])).await.unwrap();
    record_change(office, &clerk, &of_cases(WANG, "确认健在")).await.unwrap();
    let length = office.repository.log().length().await.unwrap();
    let again = takes().await;
    assert_eq!((again.new, again.repeated, again.refused), (0, 2, vec![]));
    assert_eq!(office.repository.log().length().await.unwrap(), length);
}

#[tokio::test]
async fn a_row_of_a_file_that_a_clerk_entered_by_form_is_a_repeat() {
    let small = SmallOffice::open().await;
    let (office, clerk) = (&small.office, at_work(personas::clerk(), TODAY));
    let entered = [account(WANG, ACCOUNTS[0]), of_cases(WANG, "失联停发")];
    for row in &entered {
        record_change(office, &clerk, row).await.unwrap();
    }
    let length = office.repository.log().length().await.unwrap();
    let rows = (2..).zip(entered).map(|(number, row)| GoodRow { number, row }).collect();
    let importer = Importer { desk: clerk, visitors: Vec::new() };
    let taken = import(office, &importer, rows, &ProgressBar::hidden()).await.unwrap();
    assert_eq!((taken.new, taken.repeated, taken.refused), (0, 2, vec![]));
    assert_eq!(office.repository.log().length().await.unwrap(), length);
}

#[tokio::test]
async fn a_change_of_somebody_without_a_case_is_told_to_be_lost() {
    let small = SmallOffice::open().await;
    let clerk = at_work(personas::clerk(), TODAY);
    let lost = work::take_change(&small.office, &clerk, &of_cases(CHEN, "失联停发")).await;
    assert!(matches!(lost, Err(ProcessError::Unknown { .. })), "{lost:?}");
    let taken = work::take_change(&small.office, &clerk, &of_cases(WANG, "失联停发")).await;
    assert_eq!(taken.unwrap(), Taken::New);
}

/// Somebody's application, up to where it waits for its review.
async fn applied(small: &SmallOffice) -> OpenedCase {
    let clerk = at_work(personas::clerk(), TODAY);
    let asked = changed_day(application(WANG, Program::ElderlyCareSubsidy));
    work::receive_application(&small.office, &clerk, &asked).await.unwrap()
}

fn changed_day(mut row: api::registers::applications::Row) -> api::registers::applications::Row {
    row.steps.applied_on = day(TODAY);
    row
}

#[tokio::test]
async fn a_review_that_was_withdrawn_is_given_again_on_the_same_day() {
    let small = SmallOffice::open().await;
    let (office, case) = (&small.office, applied(&small).await);
    let reviewer = at_work(personas::reviewer(), TODAY);
    let withdraw = BenefitCaseCommand::WithdrawReview { withdrawn_on: day(TODAY) };
    let before = count(&small, "ReviewRecommended").await;
    for (time, outcome) in (1..).zip([Outcome::Refused, Outcome::Approved, Outcome::Refused]) {
        for _ in 0..2 {
            work::recommend(office, &reviewer, case, outcome).await.unwrap();
            assert_eq!(count(&small, "ReviewRecommended").await - before, time, "{outcome:?}");
        }
        change_case(office, &reviewer, case.subject.case_id, withdraw.clone()).await.unwrap();
    }
    assert_eq!(count(&small, "ReviewWithdrawn").await, 3);
}

#[tokio::test]
async fn a_decision_is_made_once_and_again_only_after_an_appeal() {
    let small = SmallOffice::open().await;
    let (office, case) = (&small.office, applied(&small).await);
    let (reviewer, approver) = (at_work(personas::reviewer(), TODAY), at_work(personas::approver(), TODAY));
    let id = case.subject.case_id;
    let before = count(&small, "EligibilityDecided").await;
    for time in 1..=2 {
        work::recommend(office, &reviewer, case, Outcome::Refused).await.unwrap();
        for _ in 0..2 {
            work::decide(office, &approver, case, Outcome::Refused).await.unwrap();
            assert_eq!(count(&small, "EligibilityDecided").await - before, time);
        }
        let clerk = at_work(personas::clerk(), TODAY);
        let note = work::note_for(office, case.subject.applicant, "不服").await.unwrap();
        let appeal = BenefitCaseCommand::FileAppeal { note, served_on: day(TODAY), filed_on: day(TODAY) };
        change_case(office, &clerk, id, appeal).await.unwrap();
        let another = Actor { id: ActorId::parse("gao.ling").unwrap(), role: Role::Approver };
        let other = at_work(another, TODAY);
        let uphold = BenefitCaseCommand::DecideAppeal { outcome: Outcome::Approved, decided_on: day(TODAY) };
        change_case(office, &other, id, uphold).await.unwrap();
    }
    assert_eq!(count(&small, "AppealDecided").await, 2);
}
