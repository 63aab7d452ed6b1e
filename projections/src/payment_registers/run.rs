//! A payment run's row, and how events change it.

use chrono::NaiveDate;
use domain::calendar::BenefitMonth;
use domain::ids::{FundId, RunId};
use domain::money::{Money, MoneyError};
use domain::payment_run::{Calculation, PaymentRunEvent, RunStage};
use domain::program::Program;
use eventlog::metadata::Metadata;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::ApplyError;
use crate::projection::At;
use crate::rows::{KeyedRow, Rows};

/// One payment run (发放批次) with its lines in sum: a row of `read_payment_runs`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentRunRow {
    /// The run.
    pub run_id: RunId,
    /// The newest month that it pays.
    pub month: BenefitMonth,
    /// What it pays.
    pub programs: Vec<Program>,
    /// The fund that pays.
    pub fund_id: FundId,
    /// Where it stands.
    pub stage: RunStage,
    /// The calculation that holds: none before the first and after a rejection.
    pub calculation: Option<Calculation>,
    /// Lines of that calculation.
    pub line_count: u64,
    /// Sum of that calculation.
    #[serde(rename = "control_sum_fen")]
    pub control_sum: Money,
    /// Who opened it.
    pub opened_by: String,
    /// When.
    pub opened_on: NaiveDate,
    /// Who calculated it last.
    pub calculated_by: Option<String>,
    /// Who submitted it last.
    pub submitted_by: Option<String>,
    /// When.
    pub submitted_on: Option<NaiveDate>,
    /// Who endorsed it, the first of two approvers; none after a rejection.
    pub endorsed_by: Option<String>,
    /// When.
    pub endorsed_on: Option<NaiveDate>,
    /// Who approved it; none after a rejection.
    pub approved_by: Option<String>,
    /// When.
    pub approved_on: Option<NaiveDate>,
    /// Who sent it back last.
    pub rejected_by: Option<String>,
    /// When.
    pub rejected_on: Option<NaiveDate>,
    /// Why.
    pub rejected_reason: Option<String>,
    /// Who released it to the bank.
    pub released_by: Option<String>,
    /// When.
    pub released_on: Option<NaiveDate>,
    /// SHA-256 of the bank file.
    pub file_sha256: Option<String>,
    /// 要求执行日期.
    pub execution_on: Option<NaiveDate>,
    /// The day on which every line had its result; the newest, where one that had come back arrived after all.
    pub reconciled_on: Option<NaiveDate>,
    /// Payments ordered.
    pub ordered_count: u64,
    /// Their sum.
    #[serde(rename = "ordered_fen")]
    pub ordered: Money,
    /// Payments that arrived.
    pub settled_count: u64,
    /// Their sum.
    #[serde(rename = "settled_fen")]
    pub settled: Money,
    /// Payments that came back, whatever became of them then.
    pub returned_count: u64,
    /// Their sum.
    #[serde(rename = "returned_fen")]
    pub returned: Money,
    /// The log position of its opening.
    pub opened_position: u64,
}

impl KeyedRow for PaymentRunRow {
    const LOAD: &'static str = include_str!("sql/load_runs.sql");
    const STORE: &'static str = include_str!("sql/store_runs.sql");

    fn key(&self) -> Uuid {
        self.run_id.uuid()
    }
}

impl PaymentRunRow {
    /// What the bank has not answered yet.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn pending(&self) -> Result<Money, MoneyError> {
        self.ordered.minus(self.settled)?.minus(self.returned)
    }

    pub(super) fn ordered(&mut self, amount: Money) -> Result<(), MoneyError> {
        self.ordered_count += 1;
        self.ordered = self.ordered.plus(amount)?;
        Ok(())
    }

    pub(super) fn settled(&mut self, amount: Money) -> Result<(), MoneyError> {
        self.settled_count += 1;
        self.settled = self.settled.plus(amount)?;
        Ok(())
    }

    pub(super) fn returned(&mut self, amount: Money) -> Result<(), MoneyError> {
        self.returned_count += 1;
        self.returned = self.returned.plus(amount)?;
        Ok(())
    }

    pub(super) fn return_revoked(&mut self, amount: Money) -> Result<(), MoneyError> {
        // a return that was not counted is damage, which the checks name
        self.returned_count = self.returned_count.saturating_sub(1);
        self.returned = self.returned.minus(amount)?;
        Ok(())
    }

    fn calculated(&mut self, calculation: Option<Calculation>) {
        self.line_count = calculation.as_ref().map_or(0, |calculation| calculation.line_count);
        self.control_sum = calculation.as_ref().map_or(Money::ZERO, |calculation| calculation.control_sum);
        self.calculation = calculation;
    }
}

pub(super) fn evolve(
    runs: &mut Rows<PaymentRunRow>,
    at: At<'_>,
    event: PaymentRunEvent,
) -> Result<(), ApplyError> {
    let metadata = at.0.metadata().map_err(|error| at.fault(error))?;
    if let PaymentRunEvent::PaymentRunOpened { run_id, month, programs, fund_id, .. } = event {
        runs.put(opened(run_id, month, programs, fund_id, metadata, at.0.position));
        return Ok(());
    }
    let run = runs.get_mut(at.id()?).ok_or_else(|| at.unknown("payment run"))?;
    change(run, event, metadata);
    Ok(())
}

fn change(run: &mut PaymentRunRow, event: PaymentRunEvent, Metadata { actor_id, office_day, .. }: Metadata) {
    use PaymentRunEvent as Event;
    match event {
        Event::PaymentRunOpened { .. } => {}
        Event::PaymentRunCalculated { calculation, .. } => {
            run.stage = RunStage::Calculated;
            run.calculated_by = Some(actor_id);
            run.calculated(Some(calculation));
        }
        Event::PaymentRunSubmitted { submitted_on, .. } => {
            run.stage = RunStage::Submitted;
            (run.submitted_by, run.submitted_on) = (Some(actor_id), Some(submitted_on));
        }
        Event::PaymentRunEndorsed { endorsed_on, .. } => {
            run.stage = RunStage::Endorsed;
            (run.endorsed_by, run.endorsed_on) = (Some(actor_id), Some(endorsed_on));
        }
        Event::PaymentRunApproved { approved_on, .. } => {
            run.stage = RunStage::Approved;
            (run.approved_by, run.approved_on) = (Some(actor_id), Some(approved_on));
        }
        Event::PaymentRunRejected { reason, rejected_on, .. } => {
            run.stage = RunStage::Rejected;
            run.calculated(None);
            (run.endorsed_by, run.endorsed_on) = (None, None);
            (run.approved_by, run.approved_on) = (None, None);
            (run.rejected_by, run.rejected_on) = (Some(actor_id), Some(rejected_on));
            run.rejected_reason = Some(reason);
        }
        Event::PaymentRunReleased { file_sha256, execution_on, .. } => {
            run.stage = RunStage::Released;
            (run.released_by, run.released_on) = (Some(actor_id), Some(office_day));
            (run.file_sha256, run.execution_on) = (Some(file_sha256), Some(execution_on));
        }
        Event::PaymentRunReconciled { reconciled_on, .. } => {
            run.stage = RunStage::Reconciled;
            run.reconciled_on = Some(reconciled_on);
        }
    }
}

fn opened(
    run_id: RunId,
    month: BenefitMonth,
    programs: Vec<Program>,
    fund_id: FundId,
    metadata: Metadata,
    opened_position: u64,
) -> PaymentRunRow {
    PaymentRunRow {
        run_id,
        month,
        programs,
        fund_id,
        stage: RunStage::Opened,
        calculation: None,
        line_count: 0,
        control_sum: Money::ZERO,
        opened_by: metadata.actor_id,
        opened_on: metadata.office_day,
        calculated_by: None,
        submitted_by: None,
        submitted_on: None,
        endorsed_by: None,
        endorsed_on: None,
        approved_by: None,
        approved_on: None,
        rejected_by: None,
        rejected_on: None,
        rejected_reason: None,
        released_by: None,
        released_on: None,
        file_sha256: None,
        execution_on: None,
        reconciled_on: None,
        ordered_count: 0,
        ordered: Money::ZERO,
        settled_count: 0,
        settled: Money::ZERO,
        returned_count: 0,
        returned: Money::ZERO,
        opened_position,
    }
}
