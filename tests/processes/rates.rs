//! New rates between two people and several processes: what was decided before stays, what comes after counts at once.

use api::processes::payment_run::{self, RunNote, RunPlan};
use api::processes::{
    Office, ProcessError, RulesInUse, propose_rates, publish_rates, rate_proposals, rates_rejected_by,
    record_change, reject_rates,
};
use api::registers::{RawRow, RegisterRow, changes};
use api::replay::{Clocks, ReportItem, Subject, Verdict, nothing_sealed, replay};
use domain::gazette::ProposalStage;
use domain::ids::RunId;
use domain::money::Money;
use domain::payment::PaymentKind;
use domain::payment_run::RunWarning;
use domain::policy::RuleBook;
use domain::program::Program;
use tests::office::{Broken, FUND, SmallOffice, WANG, at_work, day, id_number};
use tests::personas;

/// 100 yuan become 160 from January on, announced in February: two months are owed the difference.
const RAISE: &str = r#"
[[parameter]]
key = "advanced_age_80"
[[parameter.row]]
from = "2023-01"
value = "160.00"
announced = "2023-02-20"
source = "京民养老发〔2023〕8号"
status = "sourced"
"#;
const DOCUMENT: &str = "京民养老发〔2023〕8号";

async fn publish(office: &Office, on: &str) {
    let number = propose_rates(office, &at_work(personas::administrator(), on), DOCUMENT, RAISE).await;
    publish_rates(office, &at_work(personas::approver(), on), number.unwrap().number).await.unwrap();
}

async fn open_run(office: &Office, month: &str, on: &str) -> RunId {
    let programs = vec![Program::AdvancedAgeAllowance];
    let plan = RunPlan { month: month.parse().unwrap(), programs, fund_id: office.fund_id(FUND), number: 1 };
    payment_run::open(office, &at_work(personas::clerk(), on), &plan).await.unwrap()
}

/// The lines of a run: month, kind and amount.
async fn lines(small: &SmallOffice, run: RunId) -> Vec<(String, PaymentKind, Money)> {
    let query = "select payload #>> '{PaymentOrdered,order,month}', payload #> '{PaymentOrdered,order,kind}',
                        (payload #>> '{PaymentOrdered,order,amount}')::bigint
                   from log_events
                  where event_type = 'PaymentOrdered' and payload #>> '{PaymentOrdered,order,run_id}' = $1
                  order by 1, 3";
    let found: Vec<(String, sqlx::types::Json<PaymentKind>, i64)> =
        sqlx::query_as(query).bind(run.to_string()).fetch_all(small.ledger.owner()).await.unwrap();
    let line = |(month, kind, fen): (String, sqlx::types::Json<PaymentKind>, i64)| {
        (month, kind.0, Money::try_from_fen(fen).unwrap())
    };
    found.into_iter().map(line).collect()
}

async fn verdicts(office: &Office, subject: Subject) -> Vec<Verdict> {
    let clocks = Clocks { effective: day("2023-12-31"), known: day("2023-12-31") };
    let mut found = Vec::new();
    replay(office, subject, clocks, &nothing_sealed, |item| match item {
        ReportItem::Step(step) => found.extend(step.verdict),
        ReportItem::Line(line) => found.push(line.verdict),
        _ => {}
    })
    .await
    .unwrap();
    found
}

#[tokio::test]
async fn a_retroactive_rate_pays_its_arrears_with_the_next_run_and_leaves_what_was_decided() {
    let small = SmallOffice::open().await;
    let office = &small.office;
    let first = small.first("PaymentRunOpened").await;
    let first: RunId = small.text("payload #>> '{PaymentRunOpened,run_id}'", first).await.parse().unwrap();
    publish(office, "2023-02-27").await;

    let run = open_run(office, "2023-03", "2023-02-27").await;
    let prepared =
        payment_run::calculate(office, &at_work(personas::clerk(), "2023-02-27"), run).await.unwrap();
    let rules = office.rules.newest();
    assert_eq!(prepared.calculation.rule_version, rules.version());
    assert_ne!(rules.version(), RuleBook::published().version());
    let seen = prepared.calculation.warning_count;
    payment_run::submit(office, &at_work(personas::clerk(), "2023-02-27"), run, seen).await.unwrap();
    payment_run::approve(office, &at_work(personas::approver(), "2023-02-27"), run).await.unwrap();
    let finance = at_work(personas::finance(), "2023-02-28");
    payment_run::release(office, &finance, run, finance.today(), &mut Vec::new()).await.unwrap();

    // one of the two was returned by the bank in January, and gets every month anew once the account is right
    let arrears = (PaymentKind::Arrears, Money::from_fen(6_000));
    let found = lines(&small, run).await;
    let of = |month: &str| {
        found.iter().filter(|line| line.0 == month).map(|line| (line.1, line.2)).collect::<Vec<_>>()
    };
    assert_eq!(of("2023-01"), [arrears], "{found:?}");
    assert_eq!(of("2023-02"), [arrears], "{found:?}");
    assert!(of("2023-03").contains(&(PaymentKind::Ordinary, Money::from_fen(16_000))), "{found:?}");

    for subject in [Subject::Run(first), Subject::Run(run)] {
        let verdicts = verdicts(office, subject).await;
        assert!(!verdicts.is_empty());
        assert!(verdicts.iter().all(|verdict| *verdict == Verdict::Same), "{subject:?}: {verdicts:?}");
    }
    let audited = api::replay::run_audit::audit_run(office, first, &nothing_sealed, |_| {}).await.unwrap();
    assert_eq!((audited.lines, audited.same), (5, 5));
    assert_eq!(small.broken().await, Broken::new());
    small.ledger.finish().await;
}

#[tokio::test]
async fn another_process_works_by_a_publication_without_being_told() {
    let small = SmallOffice::open().await;
    let other = Office { rules: RulesInUse::default(), ..small.office.clone() };
    publish(&small.office, "2023-02-27").await;
    assert_eq!(other.rules.newest().version(), RuleBook::published().version());
    let run = open_run(&other, "2023-03", "2023-02-27").await;
    let prepared =
        payment_run::calculate(&other, &at_work(personas::clerk(), "2023-02-27"), run).await.unwrap();
    assert_eq!(prepared.calculation.rule_version, small.office.rules.newest().version());
    small.ledger.finish().await;
}

#[tokio::test]
async fn a_publication_that_came_late_is_not_held_against_a_run_that_was_calculated_before_it() {
    let small = SmallOffice::open().await;
    let office = &small.office;
    // announced on 20 February, but recorded at the office on the 27th only: the run of the 25th could not know it
    let run = open_run(office, "2023-03", "2023-02-25").await;
    let early = payment_run::calculate(office, &at_work(personas::clerk(), "2023-02-25"), run).await.unwrap();
    let seen = early.calculation.warning_count;
    payment_run::submit(office, &at_work(personas::clerk(), "2023-02-25"), run, seen).await.unwrap();
    publish(office, "2023-02-27").await;
    payment_run::approve(office, &at_work(personas::approver(), "2023-02-27"), run).await.unwrap();
    let finance = at_work(personas::finance(), "2023-02-28");
    payment_run::release(office, &finance, run, finance.today(), &mut Vec::new()).await.unwrap();
    assert_eq!(early.calculation.rule_version, RuleBook::published().version());
    let found = verdicts(office, Subject::Run(run)).await;
    assert!(found.iter().all(|verdict| *verdict == Verdict::Same), "{found:?}");
    let flags = api::flags::flags(office, &api::flags::FlagOptions::default()).await.unwrap();
    assert!(flags.iter().all(|flag| flag.code != "wrong_amount"), "{flags:?}");
    small.ledger.finish().await;
}

#[tokio::test]
async fn of_two_who_publish_contradicting_documents_at_once_one_wins() {
    let small = SmallOffice::open().await;
    let office = &small.office;
    let administrator = at_work(personas::administrator(), "2023-02-27");
    let other = RAISE.replace("160.00", "170.00");
    let one = propose_rates(office, &administrator, DOCUMENT, RAISE).await.unwrap().number;
    let two = propose_rates(office, &administrator, "京民养老发〔2023〕9号", &other).await.unwrap().number;
    let approver = at_work(personas::approver(), "2023-02-27");
    let (first, second) =
        tokio::join!(publish_rates(office, &approver, one), publish_rates(office, &approver, two));
    let refusals: Vec<ProcessError> = [first, second].into_iter().filter_map(Result::err).collect();
    assert_eq!(refusals.len(), 1, "{refusals:?}");
    assert_eq!(refusals[0].code(), "contradicts_row");
    let proposals = rate_proposals(office).await.unwrap();
    let published = |stage: &ProposalStage| matches!(stage, ProposalStage::Published { .. });
    assert_eq!(proposals.iter().filter(|proposal| published(&proposal.stage)).count(), 1);
    let waiting = proposals.iter().find(|proposal| proposal.stage == ProposalStage::Proposed).unwrap().number;
    reject_rates(office, &approver, waiting, "与已发布文件矛盾").await.unwrap();
    let by: Vec<(u32, String)> = rates_rejected_by(office).await.unwrap().into_iter().collect();
    assert_eq!(by, [(waiting, approver.actor.id.to_string())]);
    small.ledger.finish().await;
}

/// The first month of each case that a run pays although the person died or the case ended, by what must be seen.
async fn paid_after_an_end(small: &SmallOffice, run: RunId) -> Vec<String> {
    let desk = at_work(personas::clerk(), "2023-03-27");
    let prepared = payment_run::calculate(&small.office, &desk, run).await.unwrap();
    let ended = |note: &RunNote| match note {
        RunNote::Warning { warning: RunWarning::EndedArrears, month, .. } => Some(month.to_string()),
        _ => None,
    };
    prepared.notes.iter().filter_map(ended).collect()
}

#[tokio::test]
async fn arrears_of_a_late_rate_for_somebody_who_has_died_are_seen_before_the_submission() {
    let small = SmallOffice::open().await;
    publish(&small.office, "2023-02-27").await;
    let run = open_run(&small.office, "2023-04", "2023-03-27").await;
    assert_eq!(paid_after_an_end(&small, run).await, [""; 0], "everybody lives");
    // she got January and February at the old rate, nothing of March, and her case is still open
    let cells = [id_number(WANG).as_str(), "死亡", "2023-02-15", "2023-03-20"].map(str::to_owned);
    let row = changes::Row::read(&RawRow::from_texts(1, cells)).unwrap();
    record_change(&small.office, &at_work(personas::clerk(), "2023-03-27"), &row).await.unwrap();
    assert_eq!(paid_after_an_end(&small, run).await, ["2023-01"]);
    small.ledger.finish().await;
}
