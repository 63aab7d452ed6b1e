//! 退汇后到账: the bank said that a payment had come back, and it arrived after all. Where the run was reconciled by
//! then, its results are corrected, and what the fund had been freed of is held ready again and spent.

use std::collections::{HashMap, HashSet};

use domain::fund::{Fund, FundCommand, ProgramShare};
use domain::ids::{FundId, PaymentId, RunId};
use domain::money::Money;
use domain::payment::{Ordered, withheld_sum};
use domain::payment_run::{BankResults, PaymentRun, PaymentRunCommand, Reconciled, RunLine};
use projections::payment_registers::PaymentRow;
use projections::payment_registers::queries::payments;
use sqlx::PgPool;

use super::staged::LineToDeliver;
use super::standing::standing_of;
use super::{fund_shares, load};
use crate::processes::{Desk, Office, ProcessError, Step};

/// What follows for a run and its fund when a payment of it arrived after all: nothing before the run is reconciled, as the
/// fund holds all of it ready until then.
///
/// # Errors
/// A sum out of range.
pub(super) fn of_run(desk: &Desk, run: &PaymentRun, order: &Ordered) -> Result<Vec<Step>, ProcessError> {
    let PaymentRun::Reconciled(reconciled) = run else { return Ok(Vec::new()) };
    let (before, amount) = (reconciled.results, order.amount);
    let results = BankResults {
        settled_count: before.settled_count.saturating_add(1),
        settled_sum: before.settled_sum.plus(amount)?,
        returned_count: before.returned_count.saturating_sub(1),
        returned_sum: before.returned_sum.minus(amount)?,
    };
    let shares = vec![ProgramShare { program: order.program, amount }];
    corrected(desk, reconciled, order.run_id, results, shares)
}

/// Corrects the results of a run that was reconciled in the very moment in which somebody found out that a payment had
/// arrived after all: whichever of the two comes last sees what both did.
///
/// # Errors
/// [`ProcessError`] where the fund can no longer cover it, or a stream or the read tables cannot be read.
pub(super) async fn correct_results(office: &Office, desk: &Desk, run_id: RunId) -> Result<(), ProcessError> {
    let run = load(office, run_id).await?;
    let PaymentRun::Reconciled(reconciled) = &*run else { return Ok(()) };
    let results = standing_of(office, run_id).await?.results;
    if results.settled_count <= reconciled.results.settled_count {
        return Ok(());
    }
    let fund = office.repository.load_newest::<Fund>(fund_of(reconciled)).await?.state;
    let kept = fund.account().map(|account| account.commitment(run_id)).unwrap_or_default();
    let shares = fund_shares::beyond(office, run_id, &kept).await?;
    let steps = corrected(desk, reconciled, run_id, results, shares)?;
    let key = office.derived("correct_results", &format!("{run_id}|{results:?}"));
    office.together_on_run(desk, key, (run_id, run), steps).await
}

fn corrected(
    desk: &Desk,
    reconciled: &Reconciled,
    run_id: RunId,
    results: BankResults,
    by_program: Vec<ProgramShare>,
) -> Result<Vec<Step>, ProcessError> {
    let fund = fund_of(reconciled).to_string();
    let (amount, day) = (results.settled_sum.minus(reconciled.results.settled_sum)?, desk.today());
    let reconcile = PaymentRunCommand::ReconcileRun { results, reconciled_on: day };
    let recommit = FundCommand::Recommit { run_id, amount, recommitted_on: day, by_program };
    let spend = FundCommand::Spend { run_id, amount, spent_on: day };
    Ok(vec![
        Step::PaymentRun(run_id.to_string(), reconcile),
        Step::Fund(fund.clone(), recommit),
        Step::Fund(fund, spend),
    ])
}

fn fund_of(reconciled: &Reconciled) -> FundId {
    reconciled.released.approved.submitted.calculated.preparation.fund_id
}

/// Those of some payments of which the bank says that they arrived after all, and nobody has answered.
///
/// # Errors
/// Those of the database.
pub(super) async fn claimed_of(pool: &PgPool, ids: &[PaymentId]) -> Result<HashSet<PaymentId>, ProcessError> {
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let query = sqlx::query_scalar::<_, uuid::Uuid>(include_str!("sql/claimed_of.sql")).bind(ids);
    Ok(query.fetch_all(pool).await?.into_iter().map(PaymentId::new).collect())
}

/// How many of a page's lines would pay more than their months are due, as what had come back of them arrived after
/// all. What the run itself ordered before an interruption stays ordered.
///
/// # Errors
/// Those of the read tables; a sum out of range.
pub(super) async fn paid_meanwhile(pool: &PgPool, page: &[LineToDeliver]) -> Result<usize, ProcessError> {
    let again = || page.iter().map(|staged| &staged.line).filter(|line| line.attempt > 1);
    let attempts = |line: &RunLine| {
        let (case_id, month) = (line.case_id, line.month);
        (1..=line.attempt).map(move |attempt| PaymentId::derive(case_id, month, attempt))
    };
    let ids: Vec<PaymentId> = again().flat_map(attempts).collect();
    if ids.is_empty() {
        return Ok(0);
    }
    let claimed = claimed_of(pool, &ids).await?;
    let known = payments(pool, &ids).await?;
    let known: HashMap<PaymentId, PaymentRow> =
        known.into_iter().map(|payment| (payment.payment_id, payment)).collect();
    let mut count = 0;
    for line in again().filter(|line| !known.contains_key(&line.payment_id)) {
        let before = attempts(line).filter_map(|id| known.get(&id));
        let standing = Money::sum(before.map(PaymentRow::standing).collect::<Result<Vec<_>, _>>()?)?;
        let gross = line.amount.plus(withheld_sum(&line.withheld)?)?;
        let is_claimed = attempts(line).any(|id| claimed.contains(&id));
        count += usize::from(is_claimed || standing.plus(gross)? > line.due);
    }
    Ok(count)
}
