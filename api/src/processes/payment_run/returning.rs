//! How far a file from the bank was taken in: while that goes on, after it was interrupted, and in the end.

use domain::bank_return::{BankReturn, BankReturnStage, ReceivedFile};
use domain::ids::{BankReturnId, RunId};
use domain::money::Money;
use domain::payment_run::BankResults;
use schemars::JsonSchema;
use serde::Serialize;

use super::load;
use super::standing::{Standing, standing_of};
use super::take_in::{TakenIn, taken};
use crate::processes::{Office, ProcessError};

/// How far a file from the bank was taken in for its run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReturnProgress {
    /// The file, for its run.
    pub return_id: BankReturnId,
    /// The run.
    pub run_id: RunId,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// `unreceived` while it is read for the first time, which changes nothing, as where it was refused or never sent;
    /// `received` while its lines are matched, or where that was interrupted: send it again; `matched` in the end.
    pub stage: BankReturnStage,
    /// What its first reading found; none before the end of that.
    pub file: Option<ReceivedFile>,
    /// Lines of it that could not be matched so far.
    pub unmatched_count: u64,
    /// What the bank did so far with the run, by all files: this grows while the lines of this one are matched.
    pub results: BankResults,
    /// Lines of the run without a result yet.
    pub pending_count: u64,
    /// Their sum, in fen.
    pub pending_sum: Money,
    /// What came of it, as its taking in was answered; none before.
    pub result: Option<TakenIn>,
}

/// How far the file with this digest was taken in for a run.
///
/// # Errors
/// [`ProcessError`]: there is no such run, or the read tables cannot be read.
pub async fn return_progress(
    office: &Office,
    run_id: RunId,
    sha256: &str,
) -> Result<ReturnProgress, ProcessError> {
    load(office, run_id).await?;
    let return_id = BankReturnId::derive(run_id, sha256);
    let known = office.repository.load_newest::<BankReturn>(return_id).await?.state;
    let received = known.received();
    let result = match *known {
        BankReturn::Matched(_) => Some(taken(office, run_id, &known, true).await?),
        _ => None,
    };
    let Standing { results, pending_count, pending_sum } = standing_of(office, run_id).await?;
    Ok(ReturnProgress {
        return_id,
        run_id,
        sha256: sha256.to_owned(),
        stage: known.stage(),
        file: received.map(|received| received.file.clone()),
        unmatched_count: received.map_or(0, |received| received.lines.len() as u64),
        results,
        pending_count,
        pending_sum,
        result,
    })
}
