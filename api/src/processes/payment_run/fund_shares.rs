//! What a run takes from its fund, by program.

use std::collections::BTreeMap;

use domain::fund::ProgramShare;
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
    office.runner.catch_up(Until::Head).await?;
    let mut sums: BTreeMap<Program, Money> = BTreeMap::new();
    for total in totals_of_run(&office.pool, run_id).await? {
        match total.status {
            PaymentStage::Returned | PaymentStage::Reissued | PaymentStage::Cancelled => {
                let sum = sums.entry(total.program).or_default();
                *sum = sum.plus(total.sum)?;
            }
            PaymentStage::Unordered | PaymentStage::Ordered | PaymentStage::Settled => {}
        }
    }
    Ok(sums.into_iter().map(|(program, amount)| ProgramShare { program, amount }).collect())
}
