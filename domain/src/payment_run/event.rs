//! What can happen to a payment run.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::ActorId;
use crate::calendar::BenefitMonth;
use crate::ids::{FundId, RunId};
use crate::ledger_events;
use crate::money::Money;
use crate::program::Program;

/// Events of the stream `PaymentRun` (发放批次): one benefit month of one or more programs.
///
/// Who prepared and who approved stands in the events, because the next decision depends on it (双人复核).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum PaymentRunEvent {
    /// 建批.
    PaymentRunOpened {
        /// The run.
        run_id: RunId,
        /// The newest month it pays; earlier months that are still owed come with it as arrears.
        month: BenefitMonth,
        /// What it pays.
        programs: Vec<Program>,
        /// The fund that pays.
        fund_id: FundId,
        /// Who opened it, and so may not approve it.
        opened_by: ActorId,
    },
    /// 核算: the lines were computed from the log as it stood at a position.
    PaymentRunCalculated {
        /// The lines, in sum.
        calculation: Calculation,
        /// Who had it computed, and so may not approve it.
        calculated_by: ActorId,
    },
    /// 提交审批.
    PaymentRunSubmitted {
        /// The day.
        submitted_on: NaiveDate,
        /// Who submitted it, and so may not approve it.
        submitted_by: ActorId,
        /// 提示事项 that the submitter says to have seen: all of the calculation.
        #[serde(default, skip_serializing_if = "is_zero")]
        warnings_seen: u64,
        /// 金额分档: above this sum, in fen, a run needs 初审 and 终审 by two people; the rule in force on the day of
        /// the submission. None where there was no such rule.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        second_approval_above: Option<Money>,
    },
    /// 初审 of a run above the band's sum: the first of two approvers. The fund is not committed yet.
    PaymentRunEndorsed {
        /// The day.
        endorsed_on: NaiveDate,
        /// Who endorsed it, and so may neither approve nor release it.
        endorsed_by: ActorId,
    },
    /// 审批: by someone who prepared nothing of the run. The fund is committed in the same moment.
    PaymentRunApproved {
        /// The day.
        approved_on: NaiveDate,
        /// Who approved it, and so may not release it.
        approved_by: ActorId,
    },
    /// 退回, with the reason: the run may be calculated again. What an approval had committed is released.
    PaymentRunRejected {
        /// Why.
        reason: String,
        /// The day.
        rejected_on: NaiveDate,
    },
    /// 发放: every line was ordered and the bank file made, once.
    PaymentRunReleased {
        /// SHA-256 of the bank file, 64 hexadecimal digits; of several files, over their bytes one after another.
        file_sha256: String,
        /// 要求执行日期.
        execution_on: NaiveDate,
        /// How the lines were written for the bank; since version 1.1.0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        delivery: Option<BankDelivery>,
    },
    /// 对账: every line has its result from the bank. Once more, where a line that had come back arrived after all: these
    /// results then hold instead of those before.
    PaymentRunReconciled {
        /// Number of settled lines.
        settled_count: u64,
        /// Their sum, in fen.
        settled_sum: Money,
        /// Number of returned lines.
        returned_count: u64,
        /// Their sum, in fen.
        returned_sum: Money,
        /// The day.
        reconciled_on: NaiveDate,
    },
}

/// The files in which a run went to the bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BankDelivery {
    /// Code of the layout (报盘格式) in which they were written.
    pub layout: String,
    /// The files, in their order: more than one where the bank takes only so many lines in a file.
    pub files: Vec<BankFile>,
}

/// One file to the bank (报盘文件).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BankFile {
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// 笔数.
    pub line_count: u64,
    /// 合计金额, in fen.
    pub control_sum: Money,
}

/// The lines of a run, in sum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Calculation {
    /// The log position up to which facts and earlier payments were taken.
    pub position: u64,
    /// The day whose knowledge of rates was used.
    pub known_on: NaiveDate,
    /// Version of the rule book.
    pub rule_version: String,
    /// 笔数.
    pub line_count: u64,
    /// 合计金额, in fen.
    pub control_sum: Money,
    /// SHA-256 over the lines in order, 64 hexadecimal digits.
    pub digest: String,
    /// Sums by program.
    pub by_program: Vec<ProgramTotal>,
    /// How many due months could not be paid (no account …); listed with the lines.
    pub exception_count: u64,
    /// The day of the calculation.
    pub calculated_on: NaiveDate,
    /// How many 提示事项 were found: lines that stay, and cases that stopped, which must be seen before the submission.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub warning_count: u64,
}

/// Numbers that older events do not have are left out while they are nothing.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Lines of one program in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgramTotal {
    /// Which.
    pub program: Program,
    /// Number of lines.
    pub line_count: u64,
    /// Their sum, in fen.
    pub sum: Money,
}

impl PaymentRunEvent {
    pub(crate) fn effective_day(&self) -> Option<NaiveDate> {
        use PaymentRunEvent as Event;
        match self {
            Event::PaymentRunOpened { month, .. } => Some(month.first_day()),
            Event::PaymentRunCalculated { calculation, .. } => Some(calculation.calculated_on),
            Event::PaymentRunSubmitted { submitted_on: day, .. }
            | Event::PaymentRunEndorsed { endorsed_on: day, .. }
            | Event::PaymentRunApproved { approved_on: day, .. }
            | Event::PaymentRunRejected { rejected_on: day, .. }
            | Event::PaymentRunReleased { execution_on: day, .. }
            | Event::PaymentRunReconciled { reconciled_on: day, .. } => Some(*day),
        }
    }
}

ledger_events!(PaymentRunEvent {
    PaymentRunOpened = "1.0.0",
    PaymentRunCalculated = "1.1.0",
    PaymentRunSubmitted = "1.1.0",
    PaymentRunEndorsed = "1.0.0",
    PaymentRunApproved = "1.0.0",
    PaymentRunRejected = "1.0.0",
    PaymentRunReleased = "1.1.0",
    PaymentRunReconciled = "1.0.0",
});
