//! What can happen to a recovery plan.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::ActorId;
use crate::calendar::BenefitMonth;
use crate::ids::{CaseId, PaymentId, PersonId, RecoveryPlanId};
use crate::ledger_events;
use crate::money::{Money, MoneyError};
use crate::program::Program;

/// Events of the stream `RecoveryPlan` (追回方案): how open recoveries of one case come back, or are given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum RecoveryPlanEvent {
    /// 提出方案.
    RecoveryPlanProposed {
        /// What is proposed.
        terms: Box<PlanTerms>,
        /// Who.
        proposed_by: ActorId,
        /// The day.
        proposed_on: NaiveDate,
    },
    /// 审批方案, by another person.
    RecoveryPlanApproved {
        /// Who.
        approved_by: ActorId,
        /// The day.
        approved_on: NaiveDate,
    },
    /// 退回方案.
    RecoveryPlanRejected {
        /// Why.
        reason: String,
        /// Who.
        rejected_by: ActorId,
        /// The day.
        rejected_on: NaiveDate,
    },
    /// 方案完成: nothing of it is open any more.
    RecoveryPlanCompleted {
        /// The day.
        completed_on: NaiveDate,
    },
    /// 方案终止: it cannot go on; what is open stays open.
    RecoveryPlanEnded {
        /// Why.
        reason: String,
        /// Who.
        ended_by: ActorId,
        /// The day.
        ended_on: NaiveDate,
    },
}

/// What a plan says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanTerms {
    /// The plan, derived from case and number.
    pub plan_id: RecoveryPlanId,
    /// Counts the plans of the case, from 1.
    pub number: u32,
    /// The case whose payments are asked back.
    pub case_id: CaseId,
    /// For whom they were.
    pub beneficiary: PersonId,
    /// The program.
    pub program: Program,
    /// Which payments, ascending by month.
    pub items: Vec<PlanItem>,
    /// How the money comes back.
    pub way: RecoveryWay,
    /// The limits of the day of the proposal.
    pub limits: PlanLimits,
}

/// A payment that a plan asks back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanItem {
    /// 所属月份.
    pub month: BenefitMonth,
    /// The payment.
    pub payment_id: PaymentId,
    /// How much of it, in fen; more than nothing.
    pub amount: Money,
}

/// How the money comes back, or that it does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RecoveryWay {
    /// 退款.
    Repayment {
        /// By whom.
        by: Repayer,
    },
    /// 分期抵扣: later payments of a case are lower for it.
    Withholding {
        /// From which case.
        from_case: CaseId,
        /// For whom that case pays.
        from_person: PersonId,
        /// The instalment, in fen for each benefit month.
        per_month: Money,
        /// 同意书: where the agreement is filed; needed where `from_person` is not the plan's beneficiary.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agreement: Option<String>,
    },
    /// 核销.
    Waiver {
        /// On which ground.
        ground: WaiverGround,
        /// Why, in the office's words.
        reason: String,
    },
}

/// Who pays back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Repayer {
    /// 本人.
    Beneficiary,
    /// 继承人, up to the value of what they inherited.
    Heirs,
}

/// On which ground a recovery is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WaiverGround {
    /// 小额: at most the limit.
    SmallSum,
    /// 遗产已清偿完毕: the heirs owe no more than they inherited.
    EstateExhausted,
}

/// The rule book's limits for plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanLimits {
    /// The largest small sum that may be given up, in fen.
    pub waiver_limit: Money,
    /// The largest share of what a month is due that may be withheld, in percent.
    pub withholding_share: u8,
}

impl PlanTerms {
    /// What the plan is about in all, in fen.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn total(&self) -> Result<Money, MoneyError> {
        Money::sum(self.items.iter().map(|item| item.amount))
    }
}

impl RecoveryPlanEvent {
    pub(crate) fn effective_day(&self) -> Option<NaiveDate> {
        use RecoveryPlanEvent as Event;
        match self {
            Event::RecoveryPlanProposed { proposed_on: day, .. }
            | Event::RecoveryPlanApproved { approved_on: day, .. }
            | Event::RecoveryPlanRejected { rejected_on: day, .. }
            | Event::RecoveryPlanCompleted { completed_on: day }
            | Event::RecoveryPlanEnded { ended_on: day, .. } => Some(*day),
        }
    }
}

ledger_events!(RecoveryPlanEvent {
    RecoveryPlanProposed = "1.0.0",
    RecoveryPlanApproved = "1.0.0",
    RecoveryPlanRejected = "1.0.0",
    RecoveryPlanCompleted = "1.0.0",
    RecoveryPlanEnded = "1.0.0",
});
