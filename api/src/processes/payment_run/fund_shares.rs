//! What a run takes from its fund, by program.

use std::collections::BTreeMap;

use domain::fund::{Commitment, ProgramShare};
use domain::ids::RunId;
use domain::money::Money;
use domain::payment::PaymentStage;
use domain::payment_run::Calculation;
use domain::program::Program;
use projections::payment_registers::queries::totals_of_run;
use projections::runner::Until;

use crate::processes::{Office, ProcessError};

/// The shares of a whole run.
pub(super) fn of_calculation(calculation: &Calculation) -> Vec<ProgramShare> {
    let totals = calculation.by_program.iter().filter(|total| total.sum.is_positive());
    totals.map(|total| ProgramShare { program: total.program, amount: total.sum }).collect()
}

/// The shares of what the bank returned, whatever became of it then.
///
/// # Errors
/// Those of the read tables; a sum out of range.
pub(super) async fn of_returns(office: &Office, run_id: RunId) -> Result<Vec<ProgramShare>, ProcessError> {
    let came_back =
        |status| matches!(status, PaymentStage::Returned | PaymentStage::Reissued | PaymentStage::Cancelled);
    let sums = sums_of(office, run_id, came_back).await?;
    Ok(sums.into_iter().map(|(program, amount)| ProgramShare { program, amount }).collect())
}

/// The shares of what settled beyond what the fund kept ready for a reconciled run; none where the commitment did not
/// say its shares.
///
/// # Errors
/// Those of the read tables; a sum out of range.
pub(super) async fn beyond(
    office: &Office,
    run_id: RunId,
    kept: &Commitment,
) -> Result<Vec<ProgramShare>, ProcessError> {
    let keeps_something = kept.committed > kept.released;
    if kept.by_program.is_empty() && keeps_something {
        return Ok(Vec::new());
    }
    let mut sums = sums_of(office, run_id, |status| status == PaymentStage::Settled).await?;
    for share in &kept.by_program {
        let sum = sums.entry(share.program).or_default();
        *sum = sum.minus(share.amount)?;
    }
    let shares = sums.into_iter().map(|(program, amount)| ProgramShare { program, amount });
    Ok(shares.filter(|share| share.amount.is_positive()).collect())
}

/// What the payments of a run at some stages come to, by program.
async fn sums_of(
    office: &Office,
    run_id: RunId,
    counts: impl Fn(PaymentStage) -> bool,
) -> Result<BTreeMap<Program, Money>, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let mut sums: BTreeMap<Program, Money> = BTreeMap::new();
    for total in totals_of_run(&office.pool, run_id).await? {
        if counts(total.status) {
            let sum = sums.entry(total.program).or_default();
            *sum = sum.plus(total.sum)?;
        }
    }
    Ok(sums)
}
