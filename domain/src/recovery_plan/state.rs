//! The situations of a recovery plan, and how events lead from one to the next.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::event::{PlanTerms, RecoveryPlanEvent};
use crate::actor::ActorId;
use crate::aggregate::ImpossibleEvent;

/// A recovery plan (追回方案), by its situation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RecoveryPlan {
    /// Nobody proposed it.
    #[default]
    Unproposed,
    /// 待审批.
    Proposed(Proposed),
    /// 执行中.
    Approved(Approved),
    /// 已退回.
    Rejected(Rejected),
    /// 已完成.
    Completed(Approved),
    /// 已终止.
    Ended(Ended),
}

/// A plan and who proposed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// What it says.
    pub terms: Box<PlanTerms>,
    /// Who may not approve it.
    pub proposed_by: ActorId,
    /// When.
    pub proposed_on: NaiveDate,
}

/// A plan that another person approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// What was proposed.
    pub proposed: Proposed,
    /// Who approved it.
    pub approved_by: ActorId,
    /// When.
    pub approved_on: NaiveDate,
}

/// A plan that was sent back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// What was proposed.
    pub proposed: Proposed,
    /// Why it was sent back.
    pub reason: String,
}

/// A plan that cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// What was proposed.
    pub proposed: Proposed,
    /// Why it ended.
    pub reason: String,
}

/// The situations by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanStage {
    /// Not there.
    Unproposed,
    /// 待审批.
    Proposed,
    /// 执行中.
    Approved,
    /// 已退回.
    Rejected,
    /// 已完成.
    Completed,
    /// 已终止.
    Ended,
}

impl PlanStage {
    /// The name that clerks see.
    pub const fn zh(self) -> &'static str {
        match self {
            PlanStage::Unproposed => "未提出",
            PlanStage::Proposed => "待审批",
            PlanStage::Approved => "执行中",
            PlanStage::Rejected => "已退回",
            PlanStage::Completed => "已完成",
            PlanStage::Ended => "已终止",
        }
    }

    /// The name in English.
    pub const fn en(self) -> &'static str {
        match self {
            PlanStage::Unproposed => "unproposed",
            PlanStage::Proposed => "proposed",
            PlanStage::Approved => "approved",
            PlanStage::Rejected => "rejected",
            PlanStage::Completed => "completed",
            PlanStage::Ended => "ended",
        }
    }

    /// Whether the plan waits for a decision or is carried out: the case has room for no other.
    pub const fn is_open(self) -> bool {
        matches!(self, PlanStage::Proposed | PlanStage::Approved)
    }
}

impl fmt::Display for PlanStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.en())
    }
}

impl RecoveryPlan {
    /// The situation's name.
    pub const fn stage(&self) -> PlanStage {
        match self {
            RecoveryPlan::Unproposed => PlanStage::Unproposed,
            RecoveryPlan::Proposed(_) => PlanStage::Proposed,
            RecoveryPlan::Approved(_) => PlanStage::Approved,
            RecoveryPlan::Rejected(_) => PlanStage::Rejected,
            RecoveryPlan::Completed(_) => PlanStage::Completed,
            RecoveryPlan::Ended(_) => PlanStage::Ended,
        }
    }

    /// What was proposed, once it was.
    pub const fn proposed(&self) -> Option<&Proposed> {
        match self {
            RecoveryPlan::Unproposed => None,
            RecoveryPlan::Proposed(proposed) => Some(proposed),
            RecoveryPlan::Approved(approved) | RecoveryPlan::Completed(approved) => Some(&approved.proposed),
            RecoveryPlan::Rejected(rejected) => Some(&rejected.proposed),
            RecoveryPlan::Ended(ended) => Some(&ended.proposed),
        }
    }

    /// The situation after `event`.
    pub(super) fn after(self, event: &RecoveryPlanEvent) -> Result<RecoveryPlan, ImpossibleEvent> {
        use RecoveryPlanEvent as Event;
        Ok(match (self, event) {
            (RecoveryPlan::Unproposed, Event::RecoveryPlanProposed { terms, proposed_by, proposed_on }) => {
                RecoveryPlan::Proposed(Proposed {
                    terms: terms.clone(),
                    proposed_by: proposed_by.clone(),
                    proposed_on: *proposed_on,
                })
            }
            (RecoveryPlan::Proposed(proposed), Event::RecoveryPlanApproved { approved_by, approved_on }) => {
                let (approved_by, approved_on) = (approved_by.clone(), *approved_on);
                RecoveryPlan::Approved(Approved { proposed, approved_by, approved_on })
            }
            (RecoveryPlan::Proposed(proposed), Event::RecoveryPlanRejected { reason, .. }) => {
                RecoveryPlan::Rejected(Rejected { proposed, reason: reason.clone() })
            }
            (RecoveryPlan::Approved(approved), Event::RecoveryPlanCompleted { .. }) => {
                RecoveryPlan::Completed(approved)
            }
            (
                RecoveryPlan::Proposed(proposed) | RecoveryPlan::Approved(Approved { proposed, .. }),
                Event::RecoveryPlanEnded { reason, .. },
            ) => RecoveryPlan::Ended(Ended { proposed, reason: reason.clone() }),
            (state, event) => return Err(ImpossibleEvent::new(event, state.stage())),
        })
    }
}
