//! What the desk wants to know of a calculated run as a whole: whether its fund covers it, who must approve, and how it
//! compares with last month.

use chrono::NaiveDate;
use domain::fund::Fund;
use domain::ids::{FundId, RunId};
use domain::money::Money;
use domain::payment_run::{PaymentRun, ProgramTotal};
use projections::payment_registers::queries::totals_of_month;
use projections::runner::Until;
use schemars::JsonSchema;
use serde::Serialize;

use super::{approved_elsewhere, fund_shares, load, second_approval_above};
use crate::processes::{Office, ProcessError};

/// A run as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "RunOutlook")]
pub struct Outlook {
    /// The fund that pays.
    pub fund_id: FundId,
    /// Its name; none where nobody opened it.
    pub fund: Option<String>,
    /// What the run may use of it today, in fen: promised to nobody, for these programs or for any, and for no later year.
    pub free: Money,
    /// What it lacks for the run, in fen; nothing where it covers it. An approval is refused until it does.
    pub short: Money,
    /// What it holds ready for the run, in fen; none before the approval. Nothing is left of it once the bank answered
    /// for every line.
    pub committed: Option<Money>,
    /// Lines that another approved run is about to order: an approval is refused while there are any.
    pub approved_elsewhere: u64,
    /// The sum above which two people approve, in fen, on the day that is asked about.
    pub second_approval_above: Option<Money>,
    /// Whether the run is above it.
    pub needs_second_approval: bool,
    /// What last month's runs ordered of the same programs.
    pub last_month: Vec<ProgramTotal>,
}

/// What is to be known of a calculated run as a whole.
///
/// # Errors
/// [`ProcessError`]: there is no such run, or a read table cannot be read.
pub async fn outlook(office: &Office, today: NaiveDate, run_id: RunId) -> Result<Outlook, ProcessError> {
    let run = load(office, run_id).await?;
    let preparation = run.preparation().ok_or(ProcessError::Unknown { what: "payment run" })?;
    office.runner.catch_up(Until::Head).await?;
    let fund_id = preparation.fund_id;
    let fund = office.repository.load_newest::<Fund>(fund_id).await?.state;
    let shares = run.calculation().map(fund_shares::of_calculation);
    let free = fund.account().map_or(Ok(Money::ZERO), |account| match &shares {
        Some(shares) => account.usable(shares, today),
        None => account.free_on(today),
    })?;
    let sum = run.calculation().map_or(Money::ZERO, |calculation| calculation.control_sum);
    let lacking = sum.minus(free)?;
    let committed = match (&*run, fund.account()) {
        (PaymentRun::Approved(_) | PaymentRun::Released(_) | PaymentRun::Reconciled(_), Some(account)) => {
            Some(account.commitment(run_id).remainder())
        }
        _ => None,
    };
    let second_approval_above = second_approval_above(&*office.current_rules().await?, today);
    let before = preparation.month.plus(-1);
    Ok(Outlook {
        fund_id,
        fund: fund.account().map(|account| account.charter.name.clone()),
        free,
        short: if lacking.is_positive() && committed.is_none() { lacking } else { Money::ZERO },
        approved_elsewhere: if committed.is_some() { 0 } else { approved_elsewhere(office, run_id).await? },
        committed,
        second_approval_above,
        needs_second_approval: second_approval_above.is_some_and(|above| sum > above),
        last_month: totals_of_month(&office.pool, before, &preparation.programs).await?,
    })
}
