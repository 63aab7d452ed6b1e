//! A paid run determined anew: a superuser damages the log, and the line is named.

use api::replay::run_audit::audit_run;
use api::replay::{LineReport, RunTotals, Verdict, nothing_sealed};
use domain::ids::RunId;
use tests::office::{SmallOffice, at_work, day};

use crate::id;

async fn audited(small: &SmallOffice) -> (RunTotals, Vec<LineReport>) {
    let run = id::<RunId>(small, "PaymentRunOpened", "{PaymentRunOpened,run_id}").await;
    let mut lines = Vec::new();
    let totals = audit_run(&small.office, run, &nothing_sealed, |line| lines.push(line)).await.unwrap();
    (totals, lines)
}

/// The fields that differ of the lines at fault, with the positions of their orders.
fn faults(lines: &[LineReport]) -> Vec<(u64, Vec<&'static str>)> {
    let fields = |line: &LineReport| match &line.verdict {
        Verdict::Differs { differences } => differences.iter().map(|one| one.field).collect(),
        Verdict::Unanswerable { code, .. } => vec![*code],
        Verdict::Same | Verdict::Erased { .. } => Vec::new(),
    };
    lines.iter().filter(|line| line.verdict.is_fault()).map(|line| (line.position, fields(line))).collect()
}

fn whole(totals: &RunTotals) -> Vec<&'static str> {
    totals.differences.iter().map(|difference| difference.field).collect()
}

#[tokio::test]
async fn a_run_that_nobody_touched_is_the_same_line_by_line_and_as_a_whole() {
    let small = SmallOffice::open().await;
    let (totals, lines) = audited(&small).await;
    assert_eq!((totals.lines, totals.same, lines.len()), (5, 5, 5), "{lines:?}");
    assert!(!totals.is_fault(), "{totals:?}");
    assert!(lines.is_sorted_by_key(|line| line.position), "{lines:?}");
}

#[tokio::test]
async fn a_paid_amount_that_was_raised_is_named_with_what_it_should_be() {
    let mut small = SmallOffice::open().await;
    let at = small.first("PaymentOrdered").await;
    small.forge(at, "\"amount\":10000", "\"amount\":90000").await;
    let (totals, lines) = audited(&small).await;
    assert_eq!(faults(&lines), [(at, vec!["amount"])]);
    assert_eq!((totals.faults, whole(&totals)), (1, vec!["control_sum", "digest"]), "{totals:?}");
    let Verdict::Differs { differences } = &lines[0].verdict else { panic!("{lines:?}") };
    assert_eq!((differences[0].expected.as_str(), differences[0].found.as_str()), ("100.00", "900.00"));
}

#[tokio::test]
async fn a_determination_that_was_replaced_is_named() {
    let mut small = SmallOffice::open().await;
    let orders = "event_type = 'PaymentOrdered'";
    let first = small.where_is(orders).await;
    let second = small.where_is(&format!("{orders} and position > {first}")).await;
    // sealed for the same person, so it opens; but it is another month's
    let path = "payload #>> '{PaymentOrdered,order,determination}'";
    let (one, other) = (small.text(path, first).await, small.text(path, second).await);
    small.forge(first, &one, &other).await;
    let (totals, lines) = audited(&small).await;
    assert_eq!(faults(&lines), [(first, vec!["determination_step"])], "{lines:?}");
    assert_eq!(whole(&totals), [""; 0], "sums and digest do not cover it");
    // a byte of it changed, and it does not open
    small.forge(second, &other, &other.replace("s1.v.", "s1.v.A")).await;
    assert_eq!(faults(&audited(&small).await.1)[1], (second, vec!["determination"]));
}

#[tokio::test]
async fn a_fact_that_was_changed_afterwards_is_named_at_every_line_that_rests_on_it() {
    let mut small = SmallOffice::open().await;
    let poor = "event_type = 'PaymentOrdered' and payload::text like '%subsistence_allowance%'";
    let line = small.where_is(poor).await;
    let declared = small
        .where_is(
            "event_type = 'IncomeDeclared' and aggregate_id = (
        select payload #>> '{ApplicationReceived,subject,household_id}' from log_events
         where event_type = 'ApplicationReceived' and payload::text like '%subsistence_allowance%')",
        )
        .await;
    small.forge(declared, "\"income\":[]", "\"income\":[{\"amount\":50000,\"kind\":\"ordinary\"}]").await;
    let (totals, lines) = audited(&small).await;
    let found = faults(&lines);
    assert_eq!(found.len(), 1, "{lines:?}");
    assert_eq!(found[0].0, line);
    assert!(found[0].1.starts_with(&["due", "amount"]), "{found:?}");
    assert_eq!(whole(&totals), [""; 0]);
}

#[tokio::test]
async fn a_line_that_was_removed_and_an_account_that_was_exchanged_are_named() {
    let mut small = SmallOffice::open().await;
    let first = small.first("PaymentOrdered").await;
    let path = "payload #>> '{PaymentOrdered,order,account}'";
    let own = small.text(path, first).await;
    let other = small.where_is(&format!("event_type = 'PaymentOrdered' and {path} <> '{own}'")).await;
    let others = small.text(path, other).await;
    small.forge(first, &own, &others).await;
    let (_, lines) = audited(&small).await;
    assert_eq!(faults(&lines), [(first, vec!["account"])]);
    // where a line stood, something else stands now
    small
        .damage(&format!("update log_events set event_type = 'PaymentForgotten' where position = {other}"))
        .await;
    let (totals, lines) = audited(&small).await;
    assert_eq!((totals.lines, lines.len()), (4, 4));
    assert_eq!(whole(&totals), ["line_count", "control_sum", "digest"]);
}

#[tokio::test]
async fn a_history_that_cannot_be_read_is_its_lines_verdict() {
    let mut small = SmallOffice::open().await;
    let at = small.first("PaymentOrdered").await;
    let case = small.text("payload #>> '{PaymentOrdered,order,case_id}'", at).await;
    small
        .damage(&format!(
            "update log_events set payload = '{{}}' where aggregate_id = '{case}' and sequence = 1"
        ))
        .await;
    let found = audited(&small).await;
    assert!(faults(&found.1).iter().all(|(_, codes)| *codes == ["history_broken"]), "{found:?}");
    assert_eq!(found.0.faults, 2);
    small.damage(&format!("update log_events set payload = '{{}}' where position = {at}")).await;
    // the run's number went with the payload, so the line is not the run's any more
    assert_eq!(audited(&small).await.0.lines, 4);
}

#[tokio::test]
async fn a_run_that_was_not_released_has_nothing_to_determine() {
    let small = SmallOffice::open().await;
    let clerk = at_work(tests::personas::clerk(), "2023-02-27");
    let plan = api::processes::payment_run::RunPlan {
        month: "2023-03".parse().unwrap(),
        programs: vec![domain::program::Program::AdvancedAgeAllowance],
        fund_id: small.office.fund_id(tests::office::FUND),
        number: 1,
    };
    assert_eq!(clerk.today(), day("2023-02-27"));
    let run = api::processes::payment_run::open(&small.office, &clerk, &plan).await.unwrap();
    let refused = audit_run(&small.office, run, &nothing_sealed, |_| {}).await.unwrap_err();
    assert_eq!(refused.code(), "run_not_released");
    let unknown =
        audit_run(&small.office, RunId::new(uuid::Uuid::nil()), &nothing_sealed, |_| {}).await.unwrap_err();
    assert_eq!(unknown.code(), "unknown_object");
}
