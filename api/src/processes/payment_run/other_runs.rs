//! Lines of a file that speak of payments of other runs: a statement of the account is about all that was paid that day, and
//! is taken in for each of these runs.

use std::collections::{HashMap, HashSet};

use domain::actor::Role;
use domain::bank_return::{BankReturn, BankReturnStage, UnmatchedLine, UnmatchedReason};
use domain::ids::{BankReturnId, PaymentId, RunId};
use projections::bank_returns::BankReturnRow;
use projections::bank_returns::queries::files;
use projections::payment_registers::queries::payments;
use projections::runner::Until;

use super::exceptions::dismiss_rows;
use crate::processes::{Desk, Office, ProcessError};

/// Why an exception of another run is closed.
const TAKEN_ELSEWHERE: &str = "该文件已为所属批次读入，由该批次处理";

/// Names lines of other runs: their file is taken in for that run too. Where it was, the line has its place there, and is taken
/// out here; says how many are.
///
/// # Errors
/// [`ProcessError`] when the payments cannot be read.
pub(super) async fn name_other_runs(
    office: &Office,
    sha256: &str,
    lines: &mut Vec<UnmatchedLine>,
) -> Result<u64, ProcessError> {
    let strange = |line: &&UnmatchedLine| line.reason == UnmatchedReason::ReferenceUnknown;
    let ids: Vec<PaymentId> = lines.iter().filter(strange).filter_map(named).collect();
    if ids.is_empty() {
        return Ok(0);
    }
    let runs = runs_of(office, &ids).await?;
    let matched = |file: &BankReturnRow| file.sha256 == sha256 && file.stage == BankReturnStage::Matched;
    let taken: HashSet<RunId> =
        files(&office.pool, None).await?.into_iter().filter(matched).map(|file| file.run_id).collect();
    let before = lines.len();
    lines.retain_mut(|line| {
        let run = named(line).and_then(|id| runs.get(&id)).filter(|_| strange(&&*line));
        if run.is_some() {
            line.reason = UnmatchedReason::OtherRun;
        }
        run.is_none_or(|run| !taken.contains(run))
    });
    Ok((before - lines.len()) as u64)
}

/// Closes the exceptions that a file left with other runs, where they speak of this run: it is taken in for this one now, and
/// each line has its place here.
///
/// # Errors
/// [`ProcessError`] when something cannot be read, or the file changes in that moment.
pub(super) async fn close_elsewhere(
    office: &Office,
    desk: &Desk,
    run_id: RunId,
    return_id: BankReturnId,
) -> Result<(), ProcessError> {
    if desk.actor.role != Role::Finance {
        // an exception is a person's to close
        return Ok(());
    }
    office.runner.catch_up(Until::Head).await?;
    for file in files(&office.pool, None).await? {
        let is_same = BankReturnId::derive(run_id, &file.sha256) == return_id;
        if is_same && file.run_id != run_id && file.stage == BankReturnStage::Matched {
            close_in(office, desk, run_id, file.return_id).await?;
            // what an interrupted taking had kept before the other run took the file
            close_in(office, desk, file.run_id, return_id).await?;
        }
    }
    Ok(())
}

async fn close_in(
    office: &Office,
    desk: &Desk,
    run_id: RunId,
    return_id: BankReturnId,
) -> Result<(), ProcessError> {
    let file = office.repository.load_newest::<BankReturn>(return_id).await?.state;
    let BankReturn::Matched(matched) = &*file else { return Ok(()) };
    let is_open = |line: &&UnmatchedLine| {
        line.reason == UnmatchedReason::OtherRun && !matched.resolved.contains_key(&line.row)
    };
    let open: Vec<&UnmatchedLine> = matched.received.lines.values().filter(is_open).collect();
    let ids: Vec<PaymentId> = open.iter().filter_map(|line| named(line)).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let runs = runs_of(office, &ids).await?;
    let is_here = |line: &&UnmatchedLine| named(line).and_then(|id| runs.get(&id)) == Some(&run_id);
    let rows: Vec<u64> = open.into_iter().filter(is_here).map(|line| line.row).collect();
    dismiss_rows(office, desk, return_id, &rows, TAKEN_ELSEWHERE).await
}

fn named(line: &UnmatchedLine) -> Option<PaymentId> {
    line.end_to_end_id.as_deref()?.parse().ok()
}

/// Which run ordered each payment.
async fn runs_of(office: &Office, ids: &[PaymentId]) -> Result<HashMap<PaymentId, RunId>, ProcessError> {
    let rows = payments(&office.pool, ids).await?;
    Ok(rows.into_iter().map(|row| (row.payment_id, row.run_id)).collect())
}
