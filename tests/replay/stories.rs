//! What is told of each subject of a small office.

use std::collections::BTreeSet;

use api::processes::erasure::{self, ErasurePlan};
use api::processes::{self as work, Step};
use api::replay::run_audit::lines_of;
use api::replay::{
    Clocks, DueOnTheDay, Ground, Histories, ReportItem, Subject, Verdict, nothing_sealed, replay, tell,
};
use domain::benefit_case::{BenefitCaseCommand, ClosureReason};
use domain::ids::{CampaignId, CaseId, FundId, PersonId, RunId};
use domain::money::Money;
use domain::personal::RetentionClass;
use domain::program::Program;
use sqlx::Executor;
use tests::office::{FUND, SmallOffice, WANG, at_work, day, id_number};
use tests::personas;

use crate::{id, steps, told, told_on, verdicts};

async fn a_case(small: &SmallOffice) -> CaseId {
    id(small, "PaymentOrdered", "{PaymentOrdered,order,case_id}").await
}

#[tokio::test]
async fn a_case_is_told_step_by_step_and_what_was_decided_and_paid_is_the_same() {
    let small = SmallOffice::open().await;
    let items = told(&small, Subject::Case(a_case(&small).await)).await;
    assert!(
        matches!(&items[0], ReportItem::Head(head) if head.rule_version == small.office.rules.newest().version())
    );
    let positions: Vec<u64> = steps(&items).map(|step| step.position).collect();
    assert!(positions.is_sorted() && positions.len() > 10, "{positions:?}");
    let determined: Vec<&str> = verdicts(&items).iter().map(|(event, _)| *event).collect();
    let expected = ["EligibilityDecided", "EntitlementDetermined", "PaymentOrdered", "PaymentOrdered"];
    assert_eq!(determined, expected);
    assert!(verdicts(&items).iter().all(|(_, verdict)| **verdict == Verdict::Same), "{items:?}");

    let decided = steps(&items).find(|step| step.event == "EligibilityDecided").unwrap();
    let stage = decided.changes.iter().find(|change| change.field == "stage").unwrap();
    let (before, after) = (stage.before.as_ref().unwrap(), stage.after.as_ref().unwrap());
    assert_eq!((before.zh.as_str(), after.zh.as_str()), ("审核", "享受中"));
    assert!(decided.basis.iter().any(|step| step.source.contains("京民养老发〔2019〕160号")), "{decided:?}");
    let text = serde_json::to_string(&items).unwrap();
    assert!(!text.contains(WANG.name) && !text.contains(WANG.account), "{text}");
}

#[tokio::test]
async fn read_tables_are_not_asked() {
    let small = SmallOffice::open().await;
    let subjects = subjects(&small).await;
    let mut before = Vec::new();
    for subject in subjects {
        before.push(told(&small, subject).await);
    }
    let tables =
        "select tablename from pg_tables where schemaname = current_schema and tablename like 'read\\_%'";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(small.ledger.owner()).await.unwrap();
    for table in ["app_run_lines".to_owned()].iter().chain(&tables) {
        small
            .ledger
            .owner()
            .execute(format!("alter table {table} rename to away_{table}").as_str())
            .await
            .unwrap();
    }
    for (subject, before) in subjects.into_iter().zip(before) {
        assert_eq!(told(&small, subject).await, before);
    }
    for table in ["app_run_lines".to_owned()].iter().chain(&tables) {
        small
            .ledger
            .owner()
            .execute(format!("alter table away_{table} rename to {table}").as_str())
            .await
            .unwrap();
    }
}

async fn subjects(small: &SmallOffice) -> [Subject; 5] {
    [
        Subject::Case(a_case(small).await),
        Subject::Person(id::<PersonId>(small, "PaymentOrdered", "{PaymentOrdered,order,beneficiary}").await),
        Subject::Run(id::<RunId>(small, "PaymentOrdered", "{PaymentOrdered,order,run_id}").await),
        Subject::Fund(small.office.fund_id(FUND)),
        Subject::Campaign(id::<CampaignId>(small, "CampaignOpened", "{CampaignOpened,campaign_id}").await),
    ]
}

#[tokio::test]
async fn every_subject_is_told_without_fault_one_json_object_a_line() {
    let small = SmallOffice::open().await;
    for subject in subjects(&small).await {
        let items = told(&small, subject).await;
        assert!(items.iter().all(|item| !item.is_fault()), "{items:?}");
        assert!(steps(&items).count() > 3 && !verdicts(&items).is_empty(), "{subject:?}: {items:?}");
        let mut text = Vec::new();
        items.iter().for_each(|item| item.write(&mut text).unwrap());
        let lines: Vec<serde_json::Value> = text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect();
        assert_eq!(lines.len(), items.len());
        assert_eq!(lines[0]["item"], "head");
    }
}

#[tokio::test]
async fn whoever_holds_the_events_makes_the_same_report_without_a_database() {
    let small = SmallOffice::open().await;
    let clocks = Clocks { effective: day("2023-12-31"), known: day("2023-12-31") };
    let mut histories = Histories::known_on(clocks.known);
    let log = small.office.repository.log().read_from(0, u32::MAX).await.unwrap();
    log.iter().rev().for_each(|stored| histories.take(stored));
    small.office.keyring.load_all().await.unwrap();
    let rules = small.office.rule_books().await.unwrap();
    let ground = Ground {
        opener: &*small.office.keyring,
        restricted: &BTreeSet::new(),
        rules: &rules,
        proof: &nothing_sealed,
    };
    for subject in subjects(&small).await {
        let mut items = tell(&histories, subject, clocks, &ground);
        if let Subject::Run(run) = subject {
            items.extend(lines_of(&histories, run, &ground));
        }
        assert_eq!(items, told(&small, subject).await);
    }
}

#[tokio::test]
async fn a_run_is_told_with_every_line_and_the_whole() {
    let small = SmallOffice::open().await;
    let run = id::<RunId>(&small, "PaymentOrdered", "{PaymentOrdered,order,run_id}").await;
    let items = told(&small, Subject::Run(run)).await;
    let lines =
        items.iter().filter(|item| matches!(item, ReportItem::Line(line) if line.verdict == Verdict::Same));
    assert_eq!(lines.count(), 5);
    let Some(ReportItem::RunTotals(totals)) = items.last() else { panic!("{items:?}") };
    assert_eq!((totals.lines, totals.same, totals.differences.len()), (5, 5, 0), "{totals:?}");
    // on the eve nothing was known of it
    let eve = Clocks { effective: day("2023-01-30"), known: day("2023-01-29") };
    let unknown = replay(&small.office, Subject::Run(run), eve, &nothing_sealed, |_| {}).await.unwrap_err();
    assert_eq!(unknown.code(), "unknown_object");
}

#[tokio::test]
async fn what_a_fund_spent_is_what_its_run_settled_or_it_differs() {
    let mut small = SmallOffice::open().await;
    let fund: FundId = small.office.fund_id(FUND);
    let spent = small.first("FundsSpent").await;
    let amount = small.text("payload #>> '{FundsSpent,amount}'", spent).await;
    small.forge(spent, &format!("\"amount\":{amount}"), "\"amount\":1").await;
    let items = told(&small, Subject::Fund(fund)).await;
    let faults: Vec<u64> = steps(&items)
        .filter(|step| step.verdict.as_ref().is_some_and(Verdict::is_fault))
        .map(|step| step.position)
        .collect();
    assert_eq!(faults, [spent]);
}

#[tokio::test]
async fn a_decision_that_the_facts_do_not_carry_differs_and_a_broken_step_is_named() {
    let mut small = SmallOffice::open().await;
    let determined = small.first("EntitlementDetermined").await;
    let case: CaseId = small.text("aggregate_id", determined).await.parse().unwrap();
    let amount = small.text("payload #>> '{EntitlementDetermined,amount}'", determined).await;
    small.forge(determined, &format!("\"amount\":{amount}"), "\"amount\":77700").await;
    let recommended =
        small.where_is(&format!("aggregate_id = '{case}' and event_type = 'ReviewRecommended'")).await;
    small.damage(&format!("update log_events set payload = '{{}}' where position = {recommended}")).await;
    let items = told(&small, Subject::Case(case)).await;
    let found = verdicts(&items);
    let Some((_, Verdict::Unanswerable { code, .. })) =
        found.iter().find(|(event, _)| *event == "ReviewRecommended")
    else {
        panic!("{found:?}")
    };
    assert_eq!(*code, "event_unreadable");
    let (_, differs) = found.iter().find(|(event, _)| *event == "EntitlementDetermined").unwrap();
    let Verdict::Differs { differences } = differs else { panic!("{found:?}") };
    let difference = &differences[0];
    assert_eq!((difference.field, difference.found.as_str()), ("amount", "777.00"), "{difference:?}");
}

#[tokio::test]
async fn an_erased_person_is_told_as_erased_and_nothing_is_a_fault() {
    let small = SmallOffice::open().await;
    let (person_id, _) = small.office.find(&id_number(WANG)).await.unwrap();
    let cases = work::cases_of(&small.office, person_id, Program::AdvancedAgeAllowance).await.unwrap();
    let close = BenefitCaseCommand::Close { reason: ClosureReason::Withdrawn, closed_on: day("2023-02-15") };
    let clerk = at_work(personas::clerk(), "2023-02-15");
    let step = [Step::BenefitCase(cases[0].0.to_string(), close)];
    small.office.together(&clerk, small.office.derived("close", "1"), step).await.unwrap();
    let basis = "个人信息保护法第四十七条".to_owned();
    let plan = ErasurePlan { person_id, through: RetentionClass::Vouchers, basis };
    erasure::request(&small.office, &at_work(personas::clerk(), "2054-01-01"), &plan).await.unwrap();
    erasure::erase(&small.office, &at_work(personas::approver(), "2054-01-02"), person_id).await.unwrap();
    let items = told_on(&small, Subject::Person(person_id), "2054-02-01", "2054-02-01").await;
    assert!(items.iter().all(|item| !item.is_fault()), "{items:?}");
    let on = day("2054-01-02");
    assert!(verdicts(&items).iter().all(|(_, verdict)| **verdict == Verdict::Erased { on }), "{items:?}");
    let text = serde_json::to_string(&items).unwrap();
    assert!(text.contains("（已于 2054-01-02 删除）") && text.contains("个人信息保护法第四十七条"), "{text}");
    assert!(!text.contains("王**") && !text.contains("尾号"), "{text}");
}

#[tokio::test]
async fn a_case_is_asked_for_as_of_two_clocks() {
    let small = SmallOffice::open().await;
    // the first case is the one whose steps were recorded on their days
    let case: CaseId = id(&small, "ApplicationReceived", "{ApplicationReceived,subject,case_id}").await;
    let held = async |effective: &str, known: &str| {
        let items = told_on(&small, Subject::Case(case), effective, known).await;
        let Some(ReportItem::OnTheDay(held)) = items.into_iter().last() else { panic!("no day") };
        let stage = held.facts.iter().find(|fact| fact.field == "stage").unwrap().value.en.clone();
        let due = match held.due.unwrap() {
            DueOnTheDay::Determined { amount, .. } => Some(amount),
            DueOnTheDay::Unknown { .. } => None,
        };
        (stage, due)
    };
    assert_eq!(held("2023-01-12", "2023-01-12").await, ("Recommended".to_owned(), None));
    let hundred = Some(Money::from_fen(10_000));
    assert_eq!(held("2023-01-12", "2023-01-31").await, ("Recommended".to_owned(), hundred));
    assert_eq!(held("2023-01-31", "2023-01-31").await, ("On the roll".to_owned(), hundred));
}
