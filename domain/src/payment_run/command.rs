//! What can be asked of a payment run.

use chrono::NaiveDate;

use super::event::{BankDelivery, Calculation};
use crate::calendar::BenefitMonth;
use crate::ids::{FundId, RunId};
use crate::money::Money;
use crate::program::Program;

/// Commands to a payment run (发放批次). Days are days of the office; none may lie after the context's today,
/// except the day on which the bank is to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentRunCommand {
    /// 建批, by a clerk.
    OpenRun {
        /// The run.
        run_id: RunId,
        /// The newest month to pay: at most the month after today's.
        month: BenefitMonth,
        /// What to pay; at least one program, none twice.
        programs: Vec<Program>,
        /// The fund that pays.
        fund_id: FundId,
    },
    /// 核算, by a clerk or by the program itself: keeps what [`super::CalculationBuilder`] summed up.
    RecordCalculation {
        /// The lines, in sum.
        calculation: Calculation,
    },
    /// 提交审批, by a clerk.
    SubmitRun {
        /// The day.
        submitted_on: NaiveDate,
        /// How many 提示事项 the submitter has seen; those of the calculation.
        warnings_seen: u64,
        /// The sum above which two people approve, as the rule book has it on the day; none where it has none.
        second_approval_above: Option<Money>,
    },
    /// 初审, of a run above that sum, by an approver who prepared nothing of it.
    EndorseRun {
        /// The day.
        endorsed_on: NaiveDate,
    },
    /// 审批, by an approver who prepared nothing of the run.
    ApproveRun {
        /// The day.
        approved_on: NaiveDate,
    },
    /// 退回, by an approver; 撤回, by a clerk; or by finance when the lines changed after the approval.
    RejectRun {
        /// Why; at most 500 characters.
        reason: String,
        /// The day.
        rejected_on: NaiveDate,
    },
    /// 发放, by finance, who neither prepared nor approved the run.
    ReleaseRun {
        /// SHA-256 of the bank file, 64 lower-case hexadecimal digits.
        file_sha256: String,
        /// 要求执行日期; not before the approval.
        execution_on: NaiveDate,
        /// [`super::LineDigest`] of the lines that are about to be ordered.
        digest: String,
        /// How the lines were written, where it is told: the files' counts and sums are the run's.
        delivery: Option<BankDelivery>,
    },
    /// 对账, by finance or by the program itself, once every line has its result; again, where more has arrived.
    ReconcileRun {
        /// What the bank did.
        results: BankResults,
        /// The day.
        reconciled_on: NaiveDate,
    },
}

/// What the bank did with the lines of a run.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
pub struct BankResults {
    /// Number of settled lines.
    pub settled_count: u64,
    /// Their sum, in fen.
    pub settled_sum: Money,
    /// Number of returned lines.
    pub returned_count: u64,
    /// Their sum, in fen.
    pub returned_sum: Money,
}

impl PaymentRunCommand {
    /// The command's name, for refusals and the trail.
    pub const fn name(&self) -> &'static str {
        match self {
            PaymentRunCommand::OpenRun { .. } => "OpenRun",
            PaymentRunCommand::RecordCalculation { .. } => "RecordCalculation",
            PaymentRunCommand::SubmitRun { .. } => "SubmitRun",
            PaymentRunCommand::EndorseRun { .. } => "EndorseRun",
            PaymentRunCommand::ApproveRun { .. } => "ApproveRun",
            PaymentRunCommand::RejectRun { .. } => "RejectRun",
            PaymentRunCommand::ReleaseRun { .. } => "ReleaseRun",
            PaymentRunCommand::ReconcileRun { .. } => "ReconcileRun",
        }
    }
}
