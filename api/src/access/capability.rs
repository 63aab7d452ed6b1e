//! What can be done through a door, and by which role: one table.

use domain::actor::Role;
use domain::user::Scope;

use Capability as Can;

/// Something that can be done through a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// Asking who one is.
    KnowOneself,
    /// 查阅人员家庭.
    ReadRegister,
    /// 登记人员家庭.
    RegisterPeople,
    /// 打开附件, for a reason that is recorded.
    OpenAttachments,
    /// 查阅个案.
    ReadCases,
    /// 经办个案: consultation, application, checks, notice, suspension, end.
    PrepareCases,
    /// 审核.
    ReviewCases,
    /// 审批.
    DecideCases,
    /// 查阅受益人待遇汇总.
    ReadSummaries,
    /// 查阅发放批次、明细、追回.
    ReadPayments,
    /// 核算并提交发放批次.
    PrepareRuns,
    /// 审批发放批次.
    ApproveRuns,
    /// 下达发放、回盘.
    ReleaseRuns,
    /// 提出追回, 终止追回方案.
    PrepareRecoveries,
    /// 批准追回方案.
    ApproveRecoveries,
    /// 登记退款.
    TakeRepayments,
    /// 查阅资金、账册、捐赠.
    ReadMoney,
    /// 登记捐赠.
    TakeGifts,
    /// 查阅政策标准、救助项目.
    ReadRules,
    /// 暂缓发放与解除.
    HoldPayments,
    /// 设立资金、登记拨款、年终结账、票据.
    KeepFunds,
    /// 撤销结账.
    ReopenYears,
    /// 年终结转、批准转交.
    ApproveMoney,
    /// 办理募捐活动: open, publish, close.
    RunCampaigns,
    /// 申请删除个人信息.
    RequestErasure,
    /// 决定删除、限制处理.
    DecideErasure,
    /// 拟定政策参数、试算.
    ProposeRates,
    /// 批准发布政策参数.
    PublishRates,
    /// 退回政策参数.
    RejectRates,
    /// 搁置待办.
    SetAside,
    /// 审计轨迹、重放、疑点.
    Audit,
    /// 订阅变更.
    FollowChanges,
    /// 查阅用户和令牌.
    ReadUsers,
    /// 管理用户和令牌.
    ManageUsers,
}

impl Capability {
    /// Every capability, in the order in which they are shown.
    pub const ALL: [Capability; 34] = [
        Capability::KnowOneself,
        Capability::ReadRegister,
        Capability::RegisterPeople,
        Capability::OpenAttachments,
        Capability::ReadCases,
        Capability::PrepareCases,
        Capability::ReviewCases,
        Capability::DecideCases,
        Capability::ReadSummaries,
        Capability::ReadPayments,
        Capability::PrepareRuns,
        Capability::ApproveRuns,
        Capability::ReleaseRuns,
        Capability::PrepareRecoveries,
        Capability::ApproveRecoveries,
        Capability::TakeRepayments,
        Capability::ReadMoney,
        Capability::TakeGifts,
        Capability::ReadRules,
        Capability::HoldPayments,
        Capability::KeepFunds,
        Capability::ReopenYears,
        Capability::ApproveMoney,
        Capability::RunCampaigns,
        Capability::RequestErasure,
        Capability::DecideErasure,
        Capability::ProposeRates,
        Capability::PublishRates,
        Capability::RejectRates,
        Capability::SetAside,
        Capability::Audit,
        Capability::FollowChanges,
        Capability::ReadUsers,
        Capability::ManageUsers,
    ];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Capability::KnowOneself => "know_oneself",
            Capability::ReadRegister => "read_register",
            Capability::RegisterPeople => "register_people",
            Capability::OpenAttachments => "open_attachments",
            Capability::ReadCases => "read_cases",
            Capability::PrepareCases => "prepare_cases",
            Capability::ReviewCases => "review_cases",
            Capability::DecideCases => "decide_cases",
            Capability::ReadSummaries => "read_summaries",
            Capability::ReadPayments => "read_payments",
            Capability::PrepareRuns => "prepare_runs",
            Capability::ApproveRuns => "approve_runs",
            Capability::ReleaseRuns => "release_runs",
            Capability::PrepareRecoveries => "prepare_recoveries",
            Capability::ApproveRecoveries => "approve_recoveries",
            Capability::TakeRepayments => "take_repayments",
            Capability::ReadMoney => "read_money",
            Capability::TakeGifts => "take_gifts",
            Capability::ReadRules => "read_rules",
            Capability::HoldPayments => "hold_payments",
            Capability::KeepFunds => "keep_funds",
            Capability::ReopenYears => "reopen_years",
            Capability::ApproveMoney => "approve_money",
            Capability::RunCampaigns => "run_campaigns",
            Capability::RequestErasure => "request_erasure",
            Capability::DecideErasure => "decide_erasure",
            Capability::ProposeRates => "propose_rates",
            Capability::PublishRates => "publish_rates",
            Capability::RejectRates => "reject_rates",
            Capability::SetAside => "set_aside",
            Capability::Audit => "audit",
            Capability::FollowChanges => "follow_changes",
            Capability::ReadUsers => "read_users",
            Capability::ManageUsers => "manage_users",
        }
    }

    /// The scope that a token needs for it; none for what every token may.
    pub const fn scope(self) -> Option<Scope> {
        Some(match self {
            Capability::KnowOneself
            | Capability::ReadRules
            | Capability::ProposeRates
            | Capability::PublishRates
            | Capability::RejectRates => return None,
            Capability::ReadRegister
            | Capability::RegisterPeople
            | Capability::OpenAttachments
            | Capability::RequestErasure
            | Capability::DecideErasure => Scope::Register,
            Capability::ReadCases
            | Capability::PrepareCases
            | Capability::ReviewCases
            | Capability::DecideCases
            | Capability::HoldPayments
            | Capability::SetAside => Scope::Cases,
            Capability::ReadSummaries => Scope::Summaries,
            Capability::ReadPayments
            | Capability::PrepareRuns
            | Capability::ApproveRuns
            | Capability::ReleaseRuns
            | Capability::PrepareRecoveries
            | Capability::ApproveRecoveries
            | Capability::TakeRepayments => Scope::Payments,
            Capability::ReadMoney
            | Capability::TakeGifts
            | Capability::KeepFunds
            | Capability::ReopenYears
            | Capability::ApproveMoney
            | Capability::RunCampaigns => Scope::Money,
            Capability::Audit => Scope::Audit,
            Capability::FollowChanges => Scope::Changes,
            Capability::ReadUsers | Capability::ManageUsers => Scope::Users,
        })
    }

    /// Whether it changes something.
    pub const fn writes(self) -> bool {
        matches!(
            self,
            Capability::RegisterPeople
                | Capability::PrepareCases
                | Capability::ReviewCases
                | Capability::DecideCases
                | Capability::PrepareRuns
                | Capability::ApproveRuns
                | Capability::ReleaseRuns
                | Capability::PrepareRecoveries
                | Capability::ApproveRecoveries
                | Capability::TakeRepayments
                | Capability::TakeGifts
                | Capability::HoldPayments
                | Capability::KeepFunds
                | Capability::ReopenYears
                | Capability::ApproveMoney
                | Capability::RunCampaigns
                | Capability::RequestErasure
                | Capability::DecideErasure
                | Capability::ProposeRates
                | Capability::PublishRates
                | Capability::RejectRates
                | Capability::SetAside
                | Capability::ManageUsers
        )
    }
}

/// 经办.
const CLERK: &[Can] = &[
    Can::KnowOneself,
    Can::ReadRegister,
    Can::RegisterPeople,
    Can::ReadCases,
    Can::PrepareCases,
    Can::ReadSummaries,
    Can::ReadPayments,
    Can::PrepareRuns,
    Can::ReadMoney,
    Can::TakeGifts,
    Can::ReadRules,
    Can::HoldPayments,
    Can::RunCampaigns,
    Can::RequestErasure,
    Can::SetAside,
];

/// 审核.
const REVIEWER: &[Can] = &[
    Can::KnowOneself,
    Can::ReadRegister,
    Can::OpenAttachments,
    Can::ReadCases,
    Can::ReviewCases,
    Can::ReadSummaries,
    Can::ReadPayments,
    Can::ReadMoney,
    Can::ReadRules,
    Can::HoldPayments,
    Can::RequestErasure,
    Can::DecideErasure,
    Can::ProposeRates,
    Can::RejectRates,
    Can::SetAside,
];

/// 审批.
const APPROVER: &[Can] = &[
    Can::KnowOneself,
    Can::ReadRegister,
    Can::OpenAttachments,
    Can::ReadCases,
    Can::DecideCases,
    Can::ReadSummaries,
    Can::ReadPayments,
    Can::ApproveRuns,
    Can::ApproveRecoveries,
    Can::ReadMoney,
    Can::ReadRules,
    Can::ReopenYears,
    Can::ApproveMoney,
    Can::DecideErasure,
    Can::PublishRates,
    Can::RejectRates,
    Can::SetAside,
];

/// 财务.
const FINANCE: &[Can] = &[
    Can::KnowOneself,
    Can::ReadSummaries,
    Can::ReadPayments,
    Can::ReleaseRuns,
    Can::PrepareRecoveries,
    Can::TakeRepayments,
    Can::ReadMoney,
    Can::TakeGifts,
    Can::ReadRules,
    Can::KeepFunds,
    Can::ReopenYears,
];

/// 审计: reads everything and changes nothing.
const AUDITOR: &[Can] = &[
    Can::KnowOneself,
    Can::ReadRegister,
    Can::OpenAttachments,
    Can::ReadCases,
    Can::ReadSummaries,
    Can::ReadPayments,
    Can::ReadMoney,
    Can::Audit,
    Can::FollowChanges,
    Can::ReadUsers,
    Can::ReadRules,
];

/// 管理员: manages users and rates, sees no case.
const ADMINISTRATOR: &[Can] = &[
    Can::KnowOneself,
    Can::ReadUsers,
    Can::ManageUsers,
    Can::ReadRules,
    Can::ProposeRates,
    Can::RejectRates,
];

/// 外部系统: reads what its scopes say.
const CONSUMER: &[Can] =
    &[Can::KnowOneself, Can::ReadSummaries, Can::ReadMoney, Can::FollowChanges, Can::ReadRules];

/// What someone in this role may do: the whole table. The domain decides again on what it is asked, and refuses its own.
const fn all_of(role: Role) -> &'static [Can] {
    match role {
        Role::Clerk => CLERK,
        Role::Reviewer => REVIEWER,
        Role::Approver => APPROVER,
        Role::Finance => FINANCE,
        Role::Auditor => AUDITOR,
        Role::Administrator => ADMINISTRATOR,
        Role::Consumer => CONSUMER,
        Role::System => &[],
    }
}

/// Whether someone in this role may do it.
pub fn may(role: Role, capability: Capability) -> bool {
    all_of(role).contains(&capability)
}

/// The roles in which people may do it, in the order in which work passes them.
pub fn who_may(capability: Capability) -> Vec<Role> {
    let people =
        [Role::Clerk, Role::Reviewer, Role::Approver, Role::Finance, Role::Auditor, Role::Administrator];
    people.into_iter().filter(|role| may(*role, capability)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_for_somebody_who_can_be_named() {
        assert_eq!(who_may(Capability::TakeGifts), [Role::Clerk, Role::Finance]);
        for capability in Capability::ALL {
            assert!(!who_may(capability).is_empty(), "{}", capability.code());
        }
    }

    #[test]
    fn an_administrator_sees_no_case_and_nobody_else_manages_users() {
        for capability in Capability::ALL {
            let allowed = matches!(
                capability,
                Capability::KnowOneself
                    | Capability::ReadUsers
                    | Capability::ManageUsers
                    | Capability::ReadRules
                    | Capability::ProposeRates
                    | Capability::RejectRates
            );
            assert_eq!(may(Role::Administrator, capability), allowed, "{}", capability.code());
        }
        let roles =
            [Role::Clerk, Role::Reviewer, Role::Approver, Role::Finance, Role::Auditor, Role::Consumer];
        assert!(roles.iter().all(|role| !may(*role, Capability::ManageUsers)));
    }

    #[test]
    fn who_audits_and_who_consumes_changes_nothing() {
        let writing: Vec<Capability> =
            Capability::ALL.into_iter().filter(|capability| capability.writes()).collect();
        assert_eq!(writing.len(), 23);
        for capability in writing {
            assert!(!may(Role::Auditor, capability) && !may(Role::Consumer, capability));
        }
    }

    #[test]
    fn nobody_both_prepares_and_approves() {
        let pairs = [
            (Capability::PrepareRuns, Capability::ApproveRuns),
            (Capability::ApproveRuns, Capability::ReleaseRuns),
            (Capability::PrepareCases, Capability::DecideCases),
            (Capability::ReviewCases, Capability::DecideCases),
            (Capability::PrepareRecoveries, Capability::ApproveRecoveries),
            (Capability::KeepFunds, Capability::ApproveMoney),
            (Capability::ProposeRates, Capability::PublishRates),
        ];
        let roles =
            [Role::Clerk, Role::Reviewer, Role::Approver, Role::Finance, Role::Auditor, Role::Administrator];
        for (one, other) in pairs {
            assert!(roles.iter().all(|role| !(may(*role, one) && may(*role, other))), "{one:?} {other:?}");
        }
    }
}
