//! Where a benefit case stands.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::{ActorId, Contributors};
use crate::calendar::BenefitMonth;
use crate::money::Money;
use crate::policy::{AssistanceRequest, ChosenSet, Suspension};
use crate::program::Program;
use crate::timeline::Timeline;

use super::{CaseSubject, ClosureReason, HeldMonths, HoldReason, ObjectionOutcome, Outcome};

/// The aggregate BenefitCase (救助个案).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BenefitCase {
    /// No event yet.
    #[default]
    Unopened,
    /// 咨询: asked about, not applied for.
    Consulted(Box<ConsultedCase>),
    /// Between 受理 and 审批.
    UnderReview(Box<ReviewedCase>),
    /// 不予批准.
    Refused(Box<RefusedCase>),
    /// 享受中, suspended times included.
    Enrolled(Box<EnrolledCase>),
    /// 终止 after an enrollment.
    Closed(Box<ClosedCase>),
    /// Ended before any decision.
    Discontinued(Box<DiscontinuedCase>),
}

/// What every case has once it is opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFile {
    /// The case and its parties.
    pub subject: CaseSubject,
    /// Everyone who recorded anything of it or visited: none of them may decide it.
    pub contributors: Contributors,
}

/// A case that was only asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsultedCase {
    /// The case.
    pub file: CaseFile,
    /// The day of the consultation.
    pub held_on: NaiveDate,
}

/// What was applied for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// The day.
    pub applied_on: NaiveDate,
    /// What was asked for once (临时救助).
    pub request: Option<AssistanceRequest>,
    /// The chosen set of subsidies.
    pub chosen_set: Option<ChosenSet>,
}

/// A case between application and decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewedCase {
    /// The case.
    pub file: CaseFile,
    /// What was applied for.
    pub application: Application,
    /// How the case came under review.
    pub origin: Origin,
    /// 补正.
    pub materials: Materials,
    /// 核对.
    pub means: MeansCheck,
    /// 入户.
    pub visit: HomeVisit,
    /// How far the review is.
    pub step: Step,
    /// Who recommended last, and may take it back.
    pub reviewed_by: Option<ActorId>,
    /// The day on which the last recommendation was taken back; none after a new one.
    pub withdrawn_on: Option<NaiveDate>,
    /// 异议 of the whole case; number n stands at n − 1.
    pub objections: Vec<Objection>,
}

/// How a case came under review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// By its application.
    Application,
    /// By an appeal against the refusal.
    Refusal {
        /// The day of the appeal's decision.
        reopened_on: NaiveDate,
    },
    /// By an appeal against the end of an enrollment: approved anew, it goes on as if it had never ended.
    Closing {
        /// What had ended.
        closed: Box<ClosedCase>,
        /// The day of the appeal's decision.
        reopened_on: NaiveDate,
    },
}

/// Whether materials are missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Materials {
    /// None were asked for.
    Complete,
    /// Some are missing.
    Requested {
        /// Which.
        materials: Vec<String>,
        /// Until when.
        due_on: NaiveDate,
    },
    /// All that were missing came.
    Supplied {
        /// The day.
        supplied_on: NaiveDate,
    },
}

/// Whether the household's economic situation was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeansCheck {
    /// Not yet.
    Pending,
    /// Yes.
    Checked {
        /// The day.
        checked_on: NaiveDate,
        /// Number of the report.
        report: String,
    },
}

/// Whether the household was visited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HomeVisit {
    /// Not yet.
    Pending,
    /// Yes.
    Visited {
        /// The day.
        visited_on: NaiveDate,
    },
}

/// How far a review is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// 核对, 入户, 补正.
    Gathering,
    /// 审核意见 is given.
    Recommended {
        /// For or against.
        outcome: Outcome,
        /// The day.
        reviewed_on: NaiveDate,
    },
    /// 公示; the recommendation was for it.
    OnNotice {
        /// The day of posting.
        posted_on: NaiveDate,
        /// The first day on which it may be decided.
        earliest_decision_on: NaiveDate,
    },
}

/// One objection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Objection {
    /// Not answered yet.
    Open {
        /// The day.
        raised_on: NaiveDate,
    },
    /// Answered.
    Resolved {
        /// Whether it stands.
        outcome: ObjectionOutcome,
        /// The day.
        resolved_on: NaiveDate,
    },
}

/// A case that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedCase {
    /// The case.
    pub file: CaseFile,
    /// What was applied for.
    pub application: Application,
    /// The refusal.
    pub decision: Decision,
    /// 申诉.
    pub appeal: Appeal,
}

/// Who decided, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The day.
    pub decided_on: NaiveDate,
    /// Who.
    pub decided_by: ActorId,
}

/// Whether there is an appeal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Appeal {
    /// None.
    NotFiled,
    /// Not decided yet.
    Pending {
        /// The day.
        filed_on: NaiveDate,
    },
    /// It failed; the courts are next.
    Dismissed {
        /// The day.
        decided_on: NaiveDate,
    },
}

/// A case on the roll.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolledCase {
    /// The case.
    pub file: CaseFile,
    /// What was applied for.
    pub application: Application,
    /// The approval from which it counts.
    pub decision: Decision,
    /// The newest approval: another one where the case came back after an appeal.
    pub latest_decision: Decision,
    /// 停发 times, ascending; the last one is open while the case is suspended.
    pub suspensions: Vec<Suspension>,
    /// 暂缓 in the order of their recording; at most one of the same months is open.
    pub holds: Vec<PaymentHold>,
    /// 复核.
    pub recertification: Recertification,
    /// 核定, by the first day of the month from which each holds.
    pub entitlements: Timeline<Entitlement>,
}

/// 暂缓发放: no run pays the months while the hold is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentHold {
    /// Which months.
    pub months: HeldMonths,
    /// Why.
    pub reason: HoldReason,
    /// Who held them; somebody else lifts the hold.
    pub held_by: ActorId,
    /// The day.
    pub held_on: NaiveDate,
    /// The day on which it was lifted; open without.
    pub lifted_on: Option<NaiveDate>,
}

/// When the next review of a case on the roll is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recertification {
    /// Not yet.
    Next {
        /// The approval or the last review.
        last_on: NaiveDate,
        /// When the next is due.
        due_on: NaiveDate,
    },
    /// Now.
    Due {
        /// Until when.
        due_on: NaiveDate,
    },
}

/// An amount a month, as determined once. What is paid follows from the schedule, which looks at the facts anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entitlement {
    /// How much a month.
    pub amount: Money,
    /// Version of the rule book.
    pub rule_version: String,
}

/// A case that left the roll.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedCase {
    /// What it was on the roll.
    pub enrolled: EnrolledCase,
    /// Why it ended.
    pub closing: Closing,
    /// 申诉.
    pub appeal: Appeal,
}

/// An end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// Why.
    pub reason: ClosureReason,
    /// The last day on which the case stood.
    pub closed_on: NaiveDate,
}

/// A case that ended before any decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscontinuedCase {
    /// The case.
    pub file: CaseFile,
    /// Why it ended.
    pub closing: Closing,
}

impl BenefitCase {
    /// The case's file, once it is opened.
    pub fn file(&self) -> Option<&CaseFile> {
        match self {
            BenefitCase::Unopened => None,
            BenefitCase::Consulted(case) => Some(&case.file),
            BenefitCase::UnderReview(case) => Some(&case.file),
            BenefitCase::Refused(case) => Some(&case.file),
            BenefitCase::Enrolled(case) => Some(&case.file),
            BenefitCase::Closed(case) => Some(&case.enrolled.file),
            BenefitCase::Discontinued(case) => Some(&case.file),
        }
    }

    /// The case and its parties, once it is opened.
    pub fn subject(&self) -> Option<&CaseSubject> {
        self.file().map(|file| &file.subject)
    }

    /// What was applied for, once it was.
    pub fn application(&self) -> Option<&Application> {
        match self {
            BenefitCase::Unopened | BenefitCase::Consulted(_) | BenefitCase::Discontinued(_) => None,
            BenefitCase::UnderReview(case) => Some(&case.application),
            BenefitCase::Refused(case) => Some(&case.application),
            BenefitCase::Enrolled(case) => Some(&case.application),
            BenefitCase::Closed(case) => Some(&case.enrolled.application),
        }
    }

    /// The program, once it is opened.
    pub fn program(&self) -> Option<Program> {
        self.subject().map(|subject| subject.program)
    }

    /// The enrollment, on the roll or ended, and how it ended. An enrollment whose end is under review after an
    /// appeal still counts as ended.
    pub fn enrollment(&self) -> Option<(&EnrolledCase, Option<&Closing>)> {
        match self {
            BenefitCase::Enrolled(case) => Some((case, None)),
            BenefitCase::Closed(case) => Some((&case.enrolled, Some(&case.closing))),
            BenefitCase::UnderReview(case) => match &case.origin {
                Origin::Closing { closed, .. } => Some((&closed.enrolled, Some(&closed.closing))),
                Origin::Application | Origin::Refusal { .. } => None,
            },
            _ => None,
        }
    }
}

impl EnrolledCase {
    /// The open hold of `month`: one of that month, or one of all months.
    pub fn hold_of(&self, month: BenefitMonth) -> Option<&PaymentHold> {
        self.open_hold(HeldMonths::Month(month)).or_else(|| self.open_hold(HeldMonths::All))
    }

    /// The open hold of exactly these months.
    pub fn open_hold(&self, months: HeldMonths) -> Option<&PaymentHold> {
        self.holds.iter().find(|hold| hold.months == months && hold.lifted_on.is_none())
    }

    /// The suspension that is open now.
    pub fn open_suspension(&self) -> Option<&Suspension> {
        self.suspensions.last().filter(|suspension| suspension.until.is_none())
    }
}
