//! What can be asked of a recovery plan.

use chrono::NaiveDate;

use super::event::PlanTerms;
use crate::money::Money;

/// Commands to a recovery plan (追回方案). Days are days of the office; none may lie after the context's today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecoveryPlanCommand {
    /// 提出方案, by finance.
    ProposePlan {
        /// What is proposed.
        terms: Box<PlanTerms>,
        /// What the register and the log say of the debt on that day.
        debtor: Debtor,
        /// The day.
        proposed_on: NaiveDate,
    },
    /// 审批方案.
    ApprovePlan {
        /// The day.
        approved_on: NaiveDate,
    },
    /// 退回方案.
    RejectPlan {
        /// Why; 1 to 200 characters.
        reason: String,
        /// The day.
        rejected_on: NaiveDate,
    },
    /// 方案完成, in the same append as what settled the last of it.
    CompletePlan {
        /// The day.
        completed_on: NaiveDate,
    },
    /// 方案终止.
    EndPlan {
        /// Why; 1 to 200 characters.
        reason: String,
        /// The day.
        ended_on: NaiveDate,
    },
}

/// Who owes, as known on the day of the proposal. Nothing of it is stored: it is what guards ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Debtor {
    /// The beneficiary lives.
    Living,
    /// The beneficiary died: the estate owes.
    Deceased {
        /// 遗产价值: what the heirs inherited, in fen, as far as it was found out.
        estate: Option<Money>,
        /// What came back of the case's payments before, in fen.
        received: Money,
    },
}

impl RecoveryPlanCommand {
    /// The command's name, for refusals and the trail.
    pub const fn name(&self) -> &'static str {
        match self {
            RecoveryPlanCommand::ProposePlan { .. } => "ProposePlan",
            RecoveryPlanCommand::ApprovePlan { .. } => "ApprovePlan",
            RecoveryPlanCommand::RejectPlan { .. } => "RejectPlan",
            RecoveryPlanCommand::CompletePlan { .. } => "CompletePlan",
            RecoveryPlanCommand::EndPlan { .. } => "EndPlan",
        }
    }
}
