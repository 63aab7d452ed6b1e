//! The situations of a payment run, and how events lead from one to the next.

use std::fmt;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::command::BankResults;
use super::event::{BankDelivery, Calculation, PaymentRunEvent};
use crate::actor::{ActorId, Contributors};
use crate::aggregate::ImpossibleEvent;
use crate::calendar::BenefitMonth;
use crate::ids::{FundId, RunId};
use crate::money::Money;
use crate::program::Program;

/// A payment run (发放批次), by its situation. Each situation holds the one before it, so that nothing is known
/// too early or forgotten too soon.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaymentRun {
    /// Nobody opened it.
    #[default]
    Unopened,
    /// 建批: it may be calculated.
    Opened(Preparation),
    /// 已核算: it may be calculated again or submitted.
    Calculated(Calculated),
    /// 待审批.
    Submitted(Submitted),
    /// 已初审, 待终审: the first of two approvers agreed.
    Endorsed(Endorsed),
    /// 已审批, 待发放.
    Approved(Approved),
    /// 已退回: it must be calculated again.
    Rejected(Rejected),
    /// 已发放: the bank has the file.
    Released(Released),
    /// 已对账: the end.
    Reconciled(Reconciled),
}

/// What a run is to pay, and who took part in preparing it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preparation {
    /// The run.
    pub run_id: RunId,
    /// The newest month it pays.
    pub month: BenefitMonth,
    /// What it pays.
    pub programs: Vec<Program>,
    /// The fund that pays.
    pub fund_id: FundId,
    /// Who opened, calculated or submitted it, ever: none of them may approve or release it.
    pub contributors: Contributors,
}

/// A run with its lines computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calculated {
    /// What it is to pay.
    pub preparation: Preparation,
    /// The newest calculation.
    pub calculation: Calculation,
}

/// A run that waits for its approver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submitted {
    /// What was submitted.
    pub calculated: Calculated,
    /// By whom, when.
    pub submission: Signature,
    /// The sum above which two people approve, where there is such a rule.
    pub second_approval_above: Option<Money>,
}

/// A run that its first approver agreed to and that waits for the second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endorsed {
    /// What was endorsed.
    pub submitted: Submitted,
    /// By whom, when.
    pub endorsement: Signature,
}

/// A run that may be released.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// What was approved.
    pub submitted: Submitted,
    /// The first of two approvals, where the sum asked for two.
    pub endorsement: Option<Signature>,
    /// By whom, when.
    pub approval: Signature,
}

/// A run that was sent back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// What it is to pay; its contributors stay contributors.
    pub preparation: Preparation,
    /// The calculation that was sent back with it.
    pub calculation: Calculation,
    /// Why.
    pub reason: String,
    /// When.
    pub rejected_on: NaiveDate,
}

/// A run that the bank has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    /// What was released.
    pub approved: Approved,
    /// SHA-256 of the bank file.
    pub file_sha256: String,
    /// 要求执行日期.
    pub execution_on: NaiveDate,
    /// How the lines were written; runs that were released before this was kept do not say.
    #[serde(default)]
    pub delivery: Option<BankDelivery>,
}

/// A run whose every line has its result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconciled {
    /// What the bank had.
    pub released: Released,
    /// What it did.
    pub results: BankResults,
    /// When that was found.
    pub reconciled_on: NaiveDate,
}

/// Who did a step, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Who.
    pub by: ActorId,
    /// On which day.
    pub on: NaiveDate,
}

/// The situations by name, for refusals and lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunStage {
    /// Not there.
    Unopened,
    /// 建批.
    Opened,
    /// 已核算.
    Calculated,
    /// 待审批.
    Submitted,
    /// 待终审.
    Endorsed,
    /// 待发放.
    Approved,
    /// 已退回.
    Rejected,
    /// 已发放.
    Released,
    /// 已对账.
    Reconciled,
}

impl RunStage {
    /// The name that clerks see.
    pub const fn zh(self) -> &'static str {
        match self {
            RunStage::Unopened => "未建批",
            RunStage::Opened => "已建批",
            RunStage::Calculated => "已核算",
            RunStage::Submitted => "待审批",
            RunStage::Endorsed => "待终审",
            RunStage::Approved => "待发放",
            RunStage::Rejected => "已退回",
            RunStage::Released => "已发放",
            RunStage::Reconciled => "已对账",
        }
    }

    /// The name in English.
    pub const fn en(self) -> &'static str {
        match self {
            RunStage::Unopened => "unopened",
            RunStage::Opened => "opened",
            RunStage::Calculated => "calculated",
            RunStage::Submitted => "submitted",
            RunStage::Endorsed => "endorsed",
            RunStage::Approved => "approved",
            RunStage::Rejected => "rejected",
            RunStage::Released => "released",
            RunStage::Reconciled => "reconciled",
        }
    }
}

impl fmt::Display for RunStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.en())
    }
}

impl PaymentRun {
    /// The situation's name.
    pub const fn stage(&self) -> RunStage {
        match self {
            PaymentRun::Unopened => RunStage::Unopened,
            PaymentRun::Opened(_) => RunStage::Opened,
            PaymentRun::Calculated(_) => RunStage::Calculated,
            PaymentRun::Submitted(_) => RunStage::Submitted,
            PaymentRun::Endorsed(_) => RunStage::Endorsed,
            PaymentRun::Approved(_) => RunStage::Approved,
            PaymentRun::Rejected(_) => RunStage::Rejected,
            PaymentRun::Released(_) => RunStage::Released,
            PaymentRun::Reconciled(_) => RunStage::Reconciled,
        }
    }

    /// What the run is to pay, once it was opened.
    pub const fn preparation(&self) -> Option<&Preparation> {
        match self {
            PaymentRun::Unopened => None,
            PaymentRun::Opened(preparation) => Some(preparation),
            PaymentRun::Rejected(rejected) => Some(&rejected.preparation),
            PaymentRun::Calculated(calculated) => Some(&calculated.preparation),
            PaymentRun::Submitted(submitted) => Some(&submitted.calculated.preparation),
            PaymentRun::Endorsed(endorsed) => Some(&endorsed.submitted.calculated.preparation),
            PaymentRun::Approved(approved) => Some(&approved.submitted.calculated.preparation),
            PaymentRun::Released(released) => Some(&released.approved.submitted.calculated.preparation),
            PaymentRun::Reconciled(reconciled) => {
                Some(&reconciled.released.approved.submitted.calculated.preparation)
            }
        }
    }

    /// What went to the bank, once the run was released.
    pub const fn released(&self) -> Option<&Released> {
        match self {
            PaymentRun::Released(released) => Some(released),
            PaymentRun::Reconciled(reconciled) => Some(&reconciled.released),
            _ => None,
        }
    }

    /// The day on which the bank is to pay, once the run was released.
    pub const fn execution_on(&self) -> Option<NaiveDate> {
        match self.released() {
            Some(released) => Some(released.execution_on),
            None => None,
        }
    }

    /// How the files went to the bank, once the run was released.
    pub const fn delivery(&self) -> Option<&BankDelivery> {
        match self.released() {
            Some(released) => released.delivery.as_ref(),
            None => None,
        }
    }

    /// The calculation that holds: none before the first and none after a rejection.
    pub const fn calculation(&self) -> Option<&Calculation> {
        match self {
            PaymentRun::Unopened | PaymentRun::Opened(_) | PaymentRun::Rejected(_) => None,
            PaymentRun::Calculated(calculated) => Some(&calculated.calculation),
            PaymentRun::Submitted(submitted) => Some(&submitted.calculated.calculation),
            PaymentRun::Endorsed(endorsed) => Some(&endorsed.submitted.calculated.calculation),
            PaymentRun::Approved(approved) => Some(&approved.submitted.calculated.calculation),
            PaymentRun::Released(released) => Some(&released.approved.submitted.calculated.calculation),
            PaymentRun::Reconciled(reconciled) => {
                Some(&reconciled.released.approved.submitted.calculated.calculation)
            }
        }
    }

    /// The newest calculation, also of a run that was sent back since.
    pub const fn last_calculation(&self) -> Option<&Calculation> {
        match self {
            PaymentRun::Rejected(rejected) => Some(&rejected.calculation),
            _ => self.calculation(),
        }
    }

    /// The situation after `event`.
    pub(super) fn after(self, event: &PaymentRunEvent) -> Result<PaymentRun, ImpossibleEvent> {
        use PaymentRun as Run;
        use PaymentRunEvent as Event;
        Ok(match (self, event) {
            (Run::Unopened, Event::PaymentRunOpened { run_id, month, programs, fund_id, opened_by }) => {
                let mut contributors = Contributors::default();
                contributors.add(opened_by);
                let programs = programs.clone();
                let (run_id, month, fund_id) = (*run_id, *month, *fund_id);
                Run::Opened(Preparation { run_id, month, programs, fund_id, contributors })
            }
            (
                Run::Opened(preparation)
                | Run::Rejected(Rejected { preparation, .. })
                | Run::Calculated(Calculated { preparation, .. }),
                Event::PaymentRunCalculated { calculation, calculated_by },
            ) => Run::Calculated(Calculated {
                preparation: preparation.with(calculated_by),
                calculation: calculation.clone(),
            }),
            (
                Run::Calculated(calculated),
                Event::PaymentRunSubmitted { submitted_on, submitted_by, second_approval_above, .. },
            ) => Run::Submitted(calculated.submitted(submitted_by, *submitted_on, *second_approval_above)),
            (Run::Submitted(submitted), Event::PaymentRunEndorsed { endorsed_on, endorsed_by }) => {
                let endorsement = Signature { by: endorsed_by.clone(), on: *endorsed_on };
                Run::Endorsed(Endorsed { submitted, endorsement })
            }
            (Run::Submitted(submitted), Event::PaymentRunApproved { approved_on, approved_by }) => {
                let approval = Signature { by: approved_by.clone(), on: *approved_on };
                Run::Approved(Approved { submitted, endorsement: None, approval })
            }
            (
                Run::Endorsed(Endorsed { submitted, endorsement }),
                Event::PaymentRunApproved { approved_on, approved_by },
            ) => {
                let approval = Signature { by: approved_by.clone(), on: *approved_on };
                Run::Approved(Approved { submitted, endorsement: Some(endorsement), approval })
            }
            (
                Run::Submitted(submitted)
                | Run::Endorsed(Endorsed { submitted, .. })
                | Run::Approved(Approved { submitted, .. }),
                Event::PaymentRunRejected { reason, rejected_on },
            ) => Run::Rejected(Rejected {
                preparation: submitted.calculated.preparation,
                calculation: submitted.calculated.calculation,
                reason: reason.clone(),
                rejected_on: *rejected_on,
            }),
            (Run::Approved(approved), Event::PaymentRunReleased { file_sha256, execution_on, delivery }) => {
                let (file_sha256, delivery) = (file_sha256.clone(), delivery.clone());
                Run::Released(Released { approved, file_sha256, execution_on: *execution_on, delivery })
            }
            (
                Run::Released(released) | Run::Reconciled(Reconciled { released, .. }),
                &Event::PaymentRunReconciled {
                    settled_count,
                    settled_sum,
                    returned_count,
                    returned_sum,
                    reconciled_on,
                },
            ) => {
                let results = BankResults { settled_count, settled_sum, returned_count, returned_sum };
                Run::Reconciled(Reconciled { released, results, reconciled_on })
            }
            (state, event) => return Err(ImpossibleEvent::new(event, state.stage())),
        })
    }
}

impl Preparation {
    fn with(mut self, contributor: &ActorId) -> Preparation {
        self.contributors.add(contributor);
        self
    }
}

impl Calculated {
    fn submitted(self, by: &ActorId, on: NaiveDate, second_approval_above: Option<Money>) -> Submitted {
        let Calculated { preparation, calculation } = self;
        let submission = Signature { by: by.clone(), on };
        let calculated = Calculated { preparation: preparation.with(by), calculation };
        Submitted { calculated, submission, second_approval_above }
    }
}

impl Submitted {
    /// The sum that the run is above, so that two people approve it.
    pub fn needs_second_approval(&self) -> Option<Money> {
        self.second_approval_above.filter(|above| self.calculated.calculation.control_sum > *above)
    }
}
