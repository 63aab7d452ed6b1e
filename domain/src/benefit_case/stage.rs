//! The stage of a case and what can be done next, for those who show cases.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    Appeal, BenefitCase, Materials, Notice, Objection, Outcome, Recertification, ReviewedCase, Step,
};
use super::{EnrolledCase, Frequency, Procedure, Suspending};

macro_rules! named {
    ($($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $name:ident = $code:literal, $zh:literal, $en:literal;)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $type {
            $($(#[$variant_doc])* #[serde(rename = $code)] $name),+
        }

        impl $type {
            /// Every one, in the order of a case's life.
            pub const ALL: &'static [$type] = &[$($type::$name),+];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { $($type::$name => $code),+ }
            }

            /// The name in Chinese.
            pub const fn zh(self) -> &'static str {
                match self { $($type::$name => $zh),+ }
            }

            /// The name in English.
            pub const fn en(self) -> &'static str {
                match self { $($type::$name => $en),+ }
            }
        }
    )+};
}

named! {
    /// Where a case stands, as the office says it.
    Stage {
        /// No event yet.
        Unopened = "unopened", "未建立", "Not opened";
        /// Asked about.
        Consulted = "consulted", "咨询", "Consultation";
        /// Accepted; being checked and visited.
        Received = "received", "受理", "Under review";
        /// Materials are missing.
        AwaitingMaterials = "awaiting_materials", "补正", "Awaiting materials";
        /// The recommendation is given.
        Recommended = "recommended", "审核", "Recommended";
        /// The proposal is posted.
        OnNotice = "on_notice", "公示", "On public notice";
        /// An objection waits for its answer.
        Objected = "objected", "异议", "Objection raised";
        /// Refused.
        Refused = "refused", "不予批准", "Refused";
        /// On the roll.
        Enrolled = "enrolled", "享受中", "On the roll";
        /// On the roll, the review is due.
        RecertificationDue = "recertification_due", "待复核", "Recertification due";
        /// On the roll, suspended.
        Suspended = "suspended", "停发", "Suspended";
        /// Left the roll.
        Closed = "closed", "终止", "Closed";
        /// A refusal or an end is appealed.
        UnderAppeal = "under_appeal", "申诉", "Under appeal";
        /// Ended before a decision.
        Discontinued = "discontinued", "撤件", "Ended before a decision";
    }

    /// What can be asked of a case: its commands.
    Action {
        /// 咨询.
        HoldConsultation = "hold_consultation", "登记咨询", "Hold consultation";
        /// 受理.
        ReceiveApplication = "receive_application", "受理申请", "Receive application";
        /// 补正通知.
        RequestMaterials = "request_materials", "通知补正", "Request materials";
        /// 材料补齐.
        SupplyMaterials = "supply_materials", "登记补齐", "Record materials supplied";
        /// 核对.
        CheckMeans = "check_means", "录入核对", "Record means check";
        /// 入户.
        RecordHomeVisit = "record_home_visit", "录入入户调查", "Record home visit";
        /// 审核.
        Recommend = "recommend", "提出审核意见", "Recommend";
        /// 撤回审核意见.
        WithdrawReview = "withdraw_review", "撤回审核意见", "Withdraw recommendation";
        /// 公示.
        PostNotice = "post_notice", "张贴公示", "Post notice";
        /// 异议.
        RaiseObjection = "raise_objection", "登记异议", "Raise objection";
        /// 异议处理.
        ResolveObjection = "resolve_objection", "处理异议", "Resolve objection";
        /// 审批.
        DecideEligibility = "decide_eligibility", "审批", "Decide";
        /// 核定.
        DetermineEntitlement = "determine_entitlement", "核定待遇", "Determine entitlement";
        /// 复核到期.
        NoteRecertificationDue = "note_recertification_due", "登记复核到期", "Note recertification due";
        /// 复核.
        Recertify = "recertify", "复核", "Recertify";
        /// 停发.
        Suspend = "suspend", "暂停发放", "Suspend";
        /// 恢复.
        Resume = "resume", "恢复发放", "Resume";
        /// 暂缓.
        HoldPayment = "hold_payment", "暂缓发放", "Hold payment";
        /// 解除暂缓.
        LiftPaymentHold = "lift_payment_hold", "解除暂缓", "Lift a hold";
        /// 终止.
        Close = "close", "终止", "Close";
        /// 申诉.
        FileAppeal = "file_appeal", "登记申诉", "File appeal";
        /// 复议决定.
        DecideAppeal = "decide_appeal", "决定申诉", "Decide appeal";
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl BenefitCase {
    /// Where the case stands.
    pub fn stage(&self) -> Stage {
        let appealed = |appeal: Appeal| matches!(appeal, Appeal::Pending { .. });
        match self {
            BenefitCase::Unopened => Stage::Unopened,
            BenefitCase::Consulted(_) => Stage::Consulted,
            BenefitCase::UnderReview(case) => case.stage(),
            BenefitCase::Refused(case) if appealed(case.appeal) => Stage::UnderAppeal,
            BenefitCase::Refused(_) => Stage::Refused,
            BenefitCase::Enrolled(case) if case.open_suspension().is_some() => Stage::Suspended,
            BenefitCase::Enrolled(case) => match case.recertification {
                Recertification::Next { .. } => Stage::Enrolled,
                Recertification::Due { .. } => Stage::RecertificationDue,
            },
            BenefitCase::Closed(case) if appealed(case.appeal) => Stage::UnderAppeal,
            BenefitCase::Closed(_) => Stage::Closed,
            BenefitCase::Discontinued(_) => Stage::Discontinued,
        }
    }

    /// What can be done next, in the order of a case's life, whoever does it. Any other command is refused for its
    /// stage; one of these may still be refused for its values, its day or its actor.
    pub fn next_actions(&self) -> Vec<Action> {
        match self {
            BenefitCase::Unopened => vec![Action::HoldConsultation, Action::ReceiveApplication],
            BenefitCase::Consulted(_) => vec![Action::ReceiveApplication, Action::Close],
            BenefitCase::UnderReview(case) => case.next_actions(),
            BenefitCase::Refused(case) => case.appeal.next_actions(),
            BenefitCase::Enrolled(case) => {
                let suspended = case.open_suspension().is_some();
                let next = if suspended { Action::Resume } else { Action::Suspend };
                let mut actions = actions_on_the_roll(case.procedure(), next);
                actions.splice(actions.len() - 1.., case.hold_actions().into_iter().chain([Action::Close]));
                actions
            }
            BenefitCase::Closed(case) => {
                case.enrolled.hold_actions().into_iter().chain(case.appeal.next_actions()).collect()
            }
            BenefitCase::Discontinued(_) => vec![],
        }
    }
}

fn actions_on_the_roll(procedure: Procedure, payment: Action) -> Vec<Action> {
    let mut actions = vec![Action::CheckMeans, Action::RecordHomeVisit, Action::DetermineEntitlement];
    if procedure.frequency == Frequency::Monthly {
        actions.extend([Action::NoteRecertificationDue, Action::Recertify]);
    }
    if procedure.suspension == Suspending::WhenUnreachable {
        actions.push(payment);
    }
    actions.push(Action::Close);
    actions
}

impl EnrolledCase {
    /// What can be done about its holds: there is always a month that is not held.
    fn hold_actions(&self) -> Vec<Action> {
        let mut actions = vec![Action::HoldPayment];
        if self.holds.iter().any(|hold| hold.lifted_on.is_none()) {
            actions.push(Action::LiftPaymentHold);
        }
        actions
    }
}

impl Appeal {
    fn next_actions(self) -> Vec<Action> {
        match self {
            Appeal::NotFiled => vec![Action::FileAppeal],
            Appeal::Pending { .. } => vec![Action::DecideAppeal],
            Appeal::Dismissed { .. } => vec![],
        }
    }
}

impl ReviewedCase {
    fn stage(&self) -> Stage {
        match (self.step, &self.materials) {
            _ if self.is_objected() => Stage::Objected,
            (Step::Gathering, Materials::Requested { .. }) => Stage::AwaitingMaterials,
            (Step::Gathering, _) => Stage::Received,
            (Step::Recommended { .. }, _) => Stage::Recommended,
            (Step::OnNotice { .. }, _) => Stage::OnNotice,
        }
    }

    fn next_actions(&self) -> Vec<Action> {
        let posts = self.procedure().notice != Notice::NotPosted;
        let mut actions = match self.step {
            Step::Gathering => {
                let mut actions = vec![Action::RequestMaterials];
                match self.materials {
                    Materials::Requested { .. } => actions.push(Action::SupplyMaterials),
                    Materials::Complete | Materials::Supplied { .. } => actions.push(Action::Recommend),
                }
                actions.extend([Action::CheckMeans, Action::RecordHomeVisit]);
                actions
            }
            Step::Recommended { outcome: Outcome::Approved, .. } if posts => {
                vec![Action::Recommend, Action::WithdrawReview, Action::PostNotice, Action::DecideEligibility]
            }
            Step::Recommended { .. } => {
                vec![Action::Recommend, Action::WithdrawReview, Action::DecideEligibility]
            }
            Step::OnNotice { .. } => vec![Action::RaiseObjection, Action::DecideEligibility],
        };
        if self.is_objected() {
            actions.retain(|action| *action != Action::DecideEligibility);
            actions.push(Action::ResolveObjection);
        }
        actions.push(Action::Close);
        actions.sort();
        actions
    }

    /// Whether an objection waits for its answer.
    pub(super) fn is_objected(&self) -> bool {
        self.objections.iter().any(|objection| matches!(objection, Objection::Open { .. }))
    }
}
