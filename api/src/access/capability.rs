//! What can be done through a door, and by which role: one table.

use domain::actor::Role;
use domain::user::Scope;

/// Something that can be done through a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// Asking who one is.
    KnowOneself,
    /// 查阅人员家庭.
    ReadRegister,
    /// 登记人员家庭.
    RegisterPeople,
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
    /// 提出追回.
    PrepareRecoveries,
    /// 批准追回方案.
    ApproveRecoveries,
    /// 登记退款.
    TakeRepayments,
    /// 查阅资金、账册、捐赠.
    ReadMoney,
    /// 登记捐赠.
    TakeGifts,
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
    pub const ALL: [Capability; 21] = [
        Capability::KnowOneself,
        Capability::ReadRegister,
        Capability::RegisterPeople,
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
            Capability::Audit => "audit",
            Capability::FollowChanges => "follow_changes",
            Capability::ReadUsers => "read_users",
            Capability::ManageUsers => "manage_users",
        }
    }

    /// The scope that a token needs for it; none for what every token may.
    pub const fn scope(self) -> Option<Scope> {
        Some(match self {
            Capability::KnowOneself => return None,
            Capability::ReadRegister | Capability::RegisterPeople => Scope::Register,
            Capability::ReadCases
            | Capability::PrepareCases
            | Capability::ReviewCases
            | Capability::DecideCases => Scope::Cases,
            Capability::ReadSummaries => Scope::Summaries,
            Capability::ReadPayments
            | Capability::PrepareRuns
            | Capability::ApproveRuns
            | Capability::ReleaseRuns
            | Capability::PrepareRecoveries
            | Capability::ApproveRecoveries
            | Capability::TakeRepayments => Scope::Payments,
            Capability::ReadMoney | Capability::TakeGifts => Scope::Money,
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
                | Capability::ManageUsers
        )
    }
}

/// Whether someone in this role may do it: the whole table. An administrator manages users and sees no case; a consumer
/// reads what its scopes say. The domain decides again on what it is asked, and refuses its own.
pub const fn may(role: Role, capability: Capability) -> bool {
    use Capability as Can;
    match role {
        Role::Clerk => matches!(
            capability,
            Can::KnowOneself
                | Can::ReadRegister
                | Can::RegisterPeople
                | Can::ReadCases
                | Can::PrepareCases
                | Can::ReadSummaries
                | Can::ReadPayments
                | Can::PrepareRuns
                | Can::ReadMoney
                | Can::TakeGifts
        ),
        Role::Reviewer => matches!(
            capability,
            Can::KnowOneself
                | Can::ReadRegister
                | Can::ReadCases
                | Can::ReviewCases
                | Can::ReadSummaries
                | Can::ReadPayments
                | Can::ReadMoney
        ),
        Role::Approver => matches!(
            capability,
            Can::KnowOneself
                | Can::ReadRegister
                | Can::ReadCases
                | Can::DecideCases
                | Can::ReadSummaries
                | Can::ReadPayments
                | Can::ApproveRuns
                | Can::ApproveRecoveries
                | Can::ReadMoney
        ),
        Role::Finance => matches!(
            capability,
            Can::KnowOneself
                | Can::ReadSummaries
                | Can::ReadPayments
                | Can::ReleaseRuns
                | Can::PrepareRecoveries
                | Can::TakeRepayments
                | Can::ReadMoney
                | Can::TakeGifts
        ),
        Role::Auditor => matches!(
            capability,
            Can::KnowOneself
                | Can::ReadRegister
                | Can::ReadCases
                | Can::ReadSummaries
                | Can::ReadPayments
                | Can::ReadMoney
                | Can::Audit
                | Can::FollowChanges
                | Can::ReadUsers
        ),
        Role::Administrator => {
            matches!(capability, Can::KnowOneself | Can::ReadUsers | Can::ManageUsers)
        }
        Role::Consumer => {
            matches!(capability, Can::KnowOneself | Can::ReadSummaries | Can::ReadMoney | Can::FollowChanges)
        }
        Role::System => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_administrator_sees_no_case_and_nobody_else_manages_users() {
        for capability in Capability::ALL {
            let allowed = matches!(
                capability,
                Capability::KnowOneself | Capability::ReadUsers | Capability::ManageUsers
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
        assert_eq!(writing.len(), 12);
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
        ];
        let roles =
            [Role::Clerk, Role::Reviewer, Role::Approver, Role::Finance, Role::Auditor, Role::Administrator];
        for (one, other) in pairs {
            assert!(roles.iter().all(|role| !(may(*role, one) && may(*role, other))), "{one:?} {other:?}");
        }
    }
}
