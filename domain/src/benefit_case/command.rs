//! What can be asked of a benefit case.

use chrono::NaiveDate;

use crate::actor::{ActorId, Contributors, Role};
use crate::calendar::BenefitMonth;
use crate::money::Money;
use crate::personal::{Note, Sealed};
use crate::policy::{AssistanceRequest, ChosenSet, Determination, SuspensionReason};

use super::{CaseSubject, ClosureReason, HeldMonths, HoldReason, MeansFinding, ObjectionOutcome, Outcome};

/// A command to one benefit case. What a decision needs from outside (the end of the notice period in working
/// days, what the rules said, who recorded the household's facts) comes with it as facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BenefitCaseCommand {
    /// 咨询.
    HoldConsultation {
        /// The case and its parties.
        subject: CaseSubject,
        /// The day.
        held_on: NaiveDate,
    },
    /// 受理.
    ReceiveApplication {
        /// The case and its parties; as at the consultation, where there was one.
        subject: CaseSubject,
        /// The day of the application.
        applied_on: NaiveDate,
        /// What is asked for once: with 临时救助, and only there.
        request: Option<AssistanceRequest>,
        /// The chosen set: only with the elderly and disability subsidies that exclude each other.
        chosen_set: Option<ChosenSet>,
    },
    /// 补正通知.
    RequestMaterials {
        /// Which, by the office's names; 1 to 20 of 1 to 200 characters.
        materials: Vec<String>,
        /// Until when; not before today.
        due_on: NaiveDate,
    },
    /// 材料补齐.
    SupplyMaterials {
        /// The day.
        supplied_on: NaiveDate,
    },
    /// 核对, before the decision or during the stay on the roll.
    CheckMeans {
        /// What was found.
        finding: MeansFinding,
        /// The day.
        checked_on: NaiveDate,
        /// Number of the check's report; 1 to 64 characters.
        report: String,
    },
    /// 入户调查, before the decision or during the stay on the roll.
    RecordHomeVisit {
        /// Who visited; at least two different people.
        visitors: Vec<ActorId>,
        /// What they saw, sealed for the applicant.
        note: Sealed<Note>,
        /// The day.
        visited_on: NaiveDate,
    },
    /// 审核意见; may be given anew until the notice is posted.
    Recommend {
        /// For or against.
        outcome: Outcome,
        /// The day.
        reviewed_on: NaiveDate,
    },
    /// 撤回审核意见, by who gave it, until the next person acted: no notice is posted and nothing decided.
    WithdrawReview {
        /// The day.
        withdrawn_on: NaiveDate,
    },
    /// 公示.
    PostNotice {
        /// The day of posting.
        posted_on: NaiveDate,
        /// Calendar days, at least as many as the program's procedure asks.
        notice_days: u32,
        /// The first working day after the period, by the working calendar.
        earliest_decision_on: NaiveDate,
    },
    /// 异议; gets the next number of the case.
    RaiseObjection {
        /// What is objected, sealed for the applicant.
        note: Sealed<Note>,
        /// The day.
        raised_on: NaiveDate,
    },
    /// 异议处理.
    ResolveObjection {
        /// Number within the case, from 1.
        objection: u32,
        /// Whether it stands.
        outcome: ObjectionOutcome,
        /// The day.
        resolved_on: NaiveDate,
    },
    /// 审批.
    DecideEligibility {
        /// Approved or refused.
        outcome: Outcome,
        /// The day of the decision.
        decided_on: NaiveDate,
        /// Codes of the reasons; at least one where refused.
        reasons: Vec<String>,
        /// Version of the rule book.
        rule_version: String,
        /// What the rules said of the facts.
        rules: RulesAnswer,
        /// Everyone who recorded a fact of the household: see [`crate::household::Household::contributors`].
        facts_recorded_by: Contributors,
    },
    /// 核定.
    DetermineEntitlement {
        /// The first month.
        from: BenefitMonth,
        /// How much a month.
        amount: Money,
        /// Version of the rule book.
        rule_version: String,
        /// The facts and steps, sealed for the applicant.
        determination: Sealed<Determination>,
    },
    /// 复核到期.
    NoteRecertificationDue {
        /// Until when.
        due_on: NaiveDate,
    },
    /// 复核.
    Recertify {
        /// The day.
        recertified_on: NaiveDate,
        /// When the next is due; within the program's interval.
        next_due_on: NaiveDate,
    },
    /// 停发(暂停).
    Suspend {
        /// Why.
        reason: SuspensionReason,
        /// From which day.
        since: NaiveDate,
    },
    /// 恢复发放.
    Resume {
        /// The day on which the person was confirmed alive.
        confirmed_on: NaiveDate,
    },
    /// 暂缓发放, of what is due or will be.
    HoldPayment {
        /// Which months.
        months: HeldMonths,
        /// Why.
        reason: HoldReason,
        /// What else there is to say, sealed for the applicant; [`HoldReason::Other`] needs it.
        note: Option<Sealed<Note>>,
        /// The day.
        held_on: NaiveDate,
    },
    /// 解除暂缓, by someone who did not hold it.
    LiftPaymentHold {
        /// Of which months.
        months: HeldMonths,
        /// The day.
        lifted_on: NaiveDate,
    },
    /// 终止.
    Close {
        /// Why.
        reason: ClosureReason,
        /// The last day on which the case stood.
        closed_on: NaiveDate,
    },
    /// 申诉, against a refusal or an end.
    FileAppeal {
        /// What is asked, sealed for the applicant.
        note: Sealed<Note>,
        /// The day on which the decision was served, from which the term runs.
        served_on: NaiveDate,
        /// The day; at most 60 days later.
        filed_on: NaiveDate,
    },
    /// 复议决定.
    DecideAppeal {
        /// Approved sends the case back to review.
        outcome: Outcome,
        /// The day.
        decided_on: NaiveDate,
    },
}

/// What the rules said when they were asked about a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RulesAnswer {
    /// They were not asked: only a refusal may rest on that.
    NotAsked,
    /// Payable in some month; the facts and steps, sealed for the applicant.
    Eligible(Sealed<Determination>),
    /// Payable in no month; the facts and steps, sealed for the applicant.
    Ineligible(Sealed<Determination>),
}

impl BenefitCaseCommand {
    /// The roles that may ask. 经办 and 审核 prepare; 审核 alone recommends; 审批 alone decides; what follows from
    /// a calendar or a register may come from the program itself.
    pub fn allowed_roles(&self) -> &'static [Role] {
        use BenefitCaseCommand as Command;
        match self {
            Command::Recommend { .. } | Command::WithdrawReview { .. } => &[Role::Reviewer],
            Command::DecideEligibility { .. } | Command::DecideAppeal { .. } => &[Role::Approver],
            Command::DetermineEntitlement { .. } => &[Role::Reviewer, Role::Approver, Role::System],
            // anybody may object to a public notice; what comes by the public page is recorded by the program
            Command::NoteRecertificationDue { .. }
            | Command::Suspend { .. }
            | Command::Close { .. }
            | Command::RaiseObjection { .. } => &[Role::Clerk, Role::Reviewer, Role::System],
            _ => &[Role::Clerk, Role::Reviewer],
        }
    }
}
