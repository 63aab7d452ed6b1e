//! What can happen to a benefit case.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::ActorId;
use crate::calendar::BenefitMonth;
use crate::ids::{CaseId, HouseholdId, PersonId};
use crate::ledger_events;
use crate::money::Money;
use crate::personal::{Note, Sealed};
use crate::policy::{AssistanceRequest, ChosenSet, Determination, SuspensionReason};
use crate::program::Program;

/// Events of the stream `BenefitCase` (救助个案): one enrollment of a household or person in one program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum BenefitCaseEvent {
    /// 咨询: someone asked about the program. Opens the case.
    ConsultationHeld {
        /// The case and its parties.
        subject: CaseSubject,
        /// The day.
        held_on: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 受理: the application with its materials was accepted. Opens the case where no consultation did.
    ApplicationReceived {
        /// The case and its parties.
        subject: CaseSubject,
        /// The day of the application, from which elderly and disability subsidies count.
        applied_on: NaiveDate,
        /// What was asked for once (临时救助).
        request: Option<AssistanceRequest>,
        /// The set of subsidies that was chosen, where two exclude each other.
        chosen_set: Option<ChosenSet>,
        /// Who recorded it.
        by: ActorId,
    },
    /// 补正通知: materials are missing.
    MaterialsRequested {
        /// Which, by the office's names.
        materials: Vec<String>,
        /// Until when.
        due_on: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 材料补齐.
    MaterialsSupplied {
        /// The day.
        supplied_on: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 核对: the household's economic situation was checked.
    MeansChecked {
        /// What was found.
        finding: MeansFinding,
        /// The day.
        checked_on: NaiveDate,
        /// Number of the check's report.
        report: String,
        /// Who recorded it.
        by: ActorId,
    },
    /// 入户调查, by at least two people.
    HomeVisited {
        /// Who visited.
        visitors: Vec<ActorId>,
        /// What they saw, sealed for the applicant.
        note: Sealed<Note>,
        /// The day.
        visited_on: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 审核意见.
    ReviewRecommended {
        /// For or against.
        outcome: Outcome,
        /// The day.
        reviewed_on: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 撤回审核意见, before anybody acted on it: the case is gathering again.
    ReviewWithdrawn {
        /// The day.
        withdrawn_on: NaiveDate,
        /// Who recorded it: who had given the recommendation.
        by: ActorId,
    },
    /// 公示: the proposal was posted.
    NoticePosted {
        /// The day of posting, which does not count.
        posted_on: NaiveDate,
        /// Calendar days.
        notice_days: u32,
        /// The first day on which the case may be decided.
        earliest_decision_on: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 异议.
    ObjectionRaised {
        /// Number within the case, from 1.
        objection: u32,
        /// What is objected, sealed for the applicant.
        note: Sealed<Note>,
        /// The day.
        raised_on: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 异议处理.
    ObjectionResolved {
        /// Number within the case.
        objection: u32,
        /// Whether it stands.
        outcome: ObjectionOutcome,
        /// The day.
        resolved_on: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 审批决定: by someone who prepared nothing of the case.
    EligibilityDecided {
        /// Approved or refused.
        outcome: Outcome,
        /// The day of the decision.
        decided_on: NaiveDate,
        /// Codes of the reasons, where refused or in part.
        reasons: Vec<String>,
        /// Version of the rule book.
        rule_version: String,
        /// The facts and steps, sealed for the applicant; `None` where the rules were not asked.
        determination: Option<Sealed<Determination>>,
        /// Who recorded it.
        by: ActorId,
    },
    /// 核定: what is due a month from a month on, as determined then.
    EntitlementDetermined {
        /// The first month.
        from: BenefitMonth,
        /// How much a month, in fen.
        amount: Money,
        /// Version of the rule book.
        rule_version: String,
        /// The facts and steps, sealed for the applicant.
        determination: Sealed<Determination>,
        /// Who recorded it.
        by: ActorId,
    },
    /// 复核到期: the yearly or half-yearly review is due.
    RecertificationDue {
        /// Until when.
        due_on: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 复核.
    Recertified {
        /// The day.
        recertified_on: NaiveDate,
        /// When the next is due.
        next_due_on: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 停发(暂停).
    CaseSuspended {
        /// Why.
        reason: SuspensionReason,
        /// From which day.
        since: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 恢复发放: the person was confirmed alive.
    CaseResumed {
        /// The day of confirmation.
        confirmed_on: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 暂缓发放: what is due stays due, but no run pays it until the hold is lifted.
    PaymentHeld {
        /// Which months.
        months: HeldMonths,
        /// Why.
        reason: HoldReason,
        /// What else there is to say, sealed for the applicant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Sealed<Note>>,
        /// The day.
        held_on: NaiveDate,
        /// Who recorded it, and so may not lift it.
        by: ActorId,
    },
    /// 解除暂缓: the next run pays what stayed due.
    PaymentHoldLifted {
        /// Of which months; a hold of these is open.
        months: HeldMonths,
        /// The day.
        lifted_on: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 终止.
    CaseClosed {
        /// Why.
        reason: ClosureReason,
        /// The last day on which the case stood.
        closed_on: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 申诉 (行政复议 within 60 days, 行政复议法).
    AppealFiled {
        /// What is asked, sealed for the applicant.
        note: Sealed<Note>,
        /// The day.
        filed_on: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 复议决定.
    AppealDecided {
        /// Approved means that the refused or closed case goes back to review.
        outcome: Outcome,
        /// The day.
        decided_on: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
}

/// A case and its parties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseSubject {
    /// The case.
    pub case_id: CaseId,
    /// The household.
    pub household_id: HouseholdId,
    /// The applicant, who is the beneficiary.
    pub applicant: PersonId,
    /// The program.
    pub program: Program,
}

/// For or against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 同意.
    Approved,
    /// 不同意.
    Refused,
}

/// What a means check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MeansFinding {
    /// As declared.
    Consistent,
    /// Not as declared: the household's facts were corrected.
    Corrected,
}

/// Whether an objection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ObjectionOutcome {
    /// It stands: the case goes back to review.
    Upheld,
    /// It does not.
    Dismissed,
}

/// Which months of a case are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HeldMonths {
    /// 全部月份: every month, until the hold is lifted.
    All,
    /// One month.
    Month(BenefitMonth),
}

/// Why a payment is held (暂缓原因).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// 收款账户存疑.
    AccountInDoubt,
    /// 身份信息存疑.
    IdentityInDoubt,
    /// 家庭情况待核实.
    FactsInDoubt,
    /// 举报核查中.
    ReportedByOthers,
    /// 本人申请暂缓.
    AskedByBeneficiary,
    /// 其他, as the note says.
    Other,
}

/// Why a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClosureReason {
    /// 死亡.
    Deceased,
    /// 迁出.
    MovedOut,
    /// 不再符合条件.
    NoLongerEligible,
    /// 本人放弃.
    Withdrawn,
    /// 一次性救助已完成.
    Completed,
}

impl BenefitCaseEvent {
    pub(crate) fn effective_day(&self) -> Option<NaiveDate> {
        use BenefitCaseEvent as Event;
        match self {
            Event::ConsultationHeld { held_on: day, .. }
            | Event::ApplicationReceived { applied_on: day, .. }
            | Event::MaterialsRequested { due_on: day, .. }
            | Event::MaterialsSupplied { supplied_on: day, .. }
            | Event::MeansChecked { checked_on: day, .. }
            | Event::HomeVisited { visited_on: day, .. }
            | Event::ReviewRecommended { reviewed_on: day, .. }
            | Event::ReviewWithdrawn { withdrawn_on: day, .. }
            | Event::NoticePosted { posted_on: day, .. }
            | Event::ObjectionRaised { raised_on: day, .. }
            | Event::ObjectionResolved { resolved_on: day, .. }
            | Event::EligibilityDecided { decided_on: day, .. }
            | Event::RecertificationDue { due_on: day, .. }
            | Event::Recertified { recertified_on: day, .. }
            | Event::CaseSuspended { since: day, .. }
            | Event::CaseResumed { confirmed_on: day, .. }
            | Event::PaymentHeld { held_on: day, .. }
            | Event::PaymentHoldLifted { lifted_on: day, .. }
            | Event::CaseClosed { closed_on: day, .. }
            | Event::AppealFiled { filed_on: day, .. }
            | Event::AppealDecided { decided_on: day, .. } => Some(*day),
            Event::EntitlementDetermined { from, .. } => Some(from.first_day()),
        }
    }
}

ledger_events!(BenefitCaseEvent {
    ConsultationHeld = "1.0.0",
    ApplicationReceived = "1.0.0",
    MaterialsRequested = "1.0.0",
    MaterialsSupplied = "1.0.0",
    MeansChecked = "1.0.0",
    HomeVisited = "1.0.0",
    ReviewRecommended = "1.0.0",
    ReviewWithdrawn = "1.0.0",
    NoticePosted = "1.0.0",
    ObjectionRaised = "1.0.0",
    ObjectionResolved = "1.0.0",
    EligibilityDecided = "1.0.0",
    EntitlementDetermined = "1.0.0",
    RecertificationDue = "1.0.0",
    Recertified = "1.0.0",
    CaseSuspended = "1.0.0",
    CaseResumed = "1.0.0",
    PaymentHeld = "1.0.0",
    PaymentHoldLifted = "1.0.0",
    CaseClosed = "1.0.0",
    AppealFiled = "1.0.0",
    AppealDecided = "1.0.0",
});
