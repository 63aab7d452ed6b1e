//! What can happen to a user.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::actor::{ActorId, Role};
use crate::ledger_events;
use crate::personal::BlindIndex;

/// Events of the stream `User` (用户).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum UserEvent {
    /// An account was opened; it has no role yet.
    UserOpened {
        /// Its name.
        account: ActorId,
        /// A person or another system.
        kind: UserKind,
        /// What it is called at the office: a post or a system, no private matter.
        title: String,
        /// Of which communities it sees people.
        data_scope: DataScope,
        /// The day.
        opened_on: NaiveDate,
        /// By whom.
        by: ActorId,
    },
    /// A role was given.
    RoleGranted {
        /// Which.
        role: Role,
        /// The day.
        granted_on: NaiveDate,
        /// By whom.
        by: ActorId,
    },
    /// A role was taken back.
    RoleWithdrawn {
        /// Which.
        role: Role,
        /// The day.
        withdrawn_on: NaiveDate,
        /// By whom.
        by: ActorId,
    },
    /// The communities whose people the user sees are others from now on.
    DataScopeSet {
        /// Which.
        data_scope: DataScope,
        /// The day.
        set_on: NaiveDate,
        /// By whom.
        by: ActorId,
    },
    /// A password was set. Neither it nor its hash is in the log.
    PasswordSet {
        /// The day.
        set_on: NaiveDate,
        /// By whom.
        by: ActorId,
    },
    /// The user proved to have a second factor, from now on asked for at every sign-in. Its secret is not in the log.
    SecondFactorSet {
        /// The day.
        set_on: NaiveDate,
        /// By whom: the user.
        by: ActorId,
    },
    /// The second factor was lost and is worth nothing from now on.
    SecondFactorRemoved {
        /// Why.
        reason: String,
        /// The day.
        removed_on: NaiveDate,
        /// By whom.
        by: ActorId,
    },
    /// The user may come in as a subject of a provider of identities (OpenID Connect) too.
    IdentityLinked {
        /// Of which provider: the URL by which it names itself.
        issuer: String,
        /// The keyed hash of the subject; the subject itself is nowhere.
        subject_index: BlindIndex,
        /// The day.
        linked_on: NaiveDate,
        /// By whom.
        by: ActorId,
    },
    /// The user may not come in as that any more.
    IdentityUnlinked {
        /// Why.
        reason: String,
        /// The day.
        unlinked_on: NaiveDate,
        /// By whom.
        by: ActorId,
    },
    /// The user is kept out, tokens included.
    UserLocked {
        /// Why.
        reason: String,
        /// The day.
        locked_on: NaiveDate,
        /// By whom.
        by: ActorId,
    },
    /// The user may come in again.
    UserUnlocked {
        /// The day.
        unlocked_on: NaiveDate,
        /// By whom.
        by: ActorId,
    },
    /// A token was made; its secret was shown once and is not in the log.
    TokenIssued {
        /// Names it; no secret.
        token_id: Uuid,
        /// In which role it acts.
        role: Role,
        /// What it may do of that.
        scopes: Vec<Scope>,
        /// What it is for.
        purpose: String,
        /// Its last day.
        expires_on: NaiveDate,
        /// The day.
        issued_on: NaiveDate,
        /// By whom.
        by: ActorId,
    },
    /// A token is worth nothing from now on.
    TokenRevoked {
        /// Which.
        token_id: Uuid,
        /// Why.
        reason: String,
        /// The day.
        revoked_on: NaiveDate,
        /// By whom.
        by: ActorId,
    },
    /// Somebody came in.
    SignedIn {
        /// How many sign-ins were refused since the one before.
        refused_before: u32,
        /// By which door; absent where it was the password.
        #[serde(default, skip_serializing_if = "SignInDoor::is_password")]
        door: SignInDoor,
        /// By what besides that; absent where nothing else was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proof: Option<SignInProof>,
        /// The day.
        signed_in_on: NaiveDate,
    },
    /// So many sign-ins in a row were refused that the account waits.
    SignInsRefused {
        /// How many.
        count: u32,
        /// The day.
        refused_on: NaiveDate,
    },
}

/// Whether a user is a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserKind {
    /// 工作人员: a person at the office.
    Staff,
    /// 对接系统: another system, which reads.
    Consumer,
}

/// By which door a user came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignInDoor {
    /// 密码: account and password.
    #[default]
    Password,
    /// 统一身份认证: a provider of identities said who it is.
    Provider,
}

impl SignInDoor {
    const fn is_password(&self) -> bool {
        matches!(self, SignInDoor::Password)
    }
}

/// By what a user came in besides the password, or in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignInProof {
    /// 动态验证码: a code of the second factor (RFC 6238).
    Code,
    /// 恢复码: a recovery code, which is worth nothing afterwards.
    RecoveryCode,
    /// 认证方核验: the provider of identities says that it asked for a second factor (RFC 8176), and the office takes its word.
    Provider,
}

/// Of which communities (社区) a user sees people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DataScope {
    /// 全部社区.
    Everywhere,
    /// These, by the names that the registers use; sorted, each once.
    Communities(Vec<String>),
}

/// What a token may do of what its role may do (令牌权限).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// 人员家庭: persons and households.
    Register,
    /// 个案: cases and their steps.
    Cases,
    /// 待遇汇总: summaries of beneficiaries.
    Summaries,
    /// 发放: payment runs, payments, recoveries.
    Payments,
    /// 资金与捐赠: funds, books, campaigns, gifts.
    Money,
    /// 审计: replay, audit trail, red flags.
    Audit,
    /// 变更订阅: the feed of changes.
    Changes,
    /// 用户管理: users and tokens.
    Users,
    /// 写入: changing anything of the above; without it a token reads.
    Write,
}

impl Scope {
    /// Every scope, in the order in which they are shown.
    pub const ALL: [Scope; 9] = [
        Scope::Register,
        Scope::Cases,
        Scope::Summaries,
        Scope::Payments,
        Scope::Money,
        Scope::Audit,
        Scope::Changes,
        Scope::Users,
        Scope::Write,
    ];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Scope::Register => "register",
            Scope::Cases => "cases",
            Scope::Summaries => "summaries",
            Scope::Payments => "payments",
            Scope::Money => "money",
            Scope::Audit => "audit",
            Scope::Changes => "changes",
            Scope::Users => "users",
            Scope::Write => "write",
        }
    }

    /// In Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Scope::Register => "人员家庭",
            Scope::Cases => "个案",
            Scope::Summaries => "待遇汇总",
            Scope::Payments => "发放",
            Scope::Money => "资金与捐赠",
            Scope::Audit => "审计",
            Scope::Changes => "变更订阅",
            Scope::Users => "用户管理",
            Scope::Write => "写入",
        }
    }

    /// The scope of a code.
    pub fn from_code(code: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|scope| scope.code() == code)
    }
}

impl UserEvent {
    /// The types after which nothing goes on that was open before: what
    /// [`UserCommand::ends_sessions`](super::UserCommand::ends_sessions) leads to.
    pub const ENDING_SESSIONS: [&str; 7] = [
        "RoleGranted",
        "RoleWithdrawn",
        "PasswordSet",
        "SecondFactorSet",
        "SecondFactorRemoved",
        "IdentityUnlinked",
        "UserLocked",
    ];

    pub(crate) fn effective_day(&self) -> Option<NaiveDate> {
        match self {
            UserEvent::UserOpened { opened_on: day, .. }
            | UserEvent::RoleGranted { granted_on: day, .. }
            | UserEvent::RoleWithdrawn { withdrawn_on: day, .. }
            | UserEvent::DataScopeSet { set_on: day, .. }
            | UserEvent::PasswordSet { set_on: day, .. }
            | UserEvent::SecondFactorSet { set_on: day, .. }
            | UserEvent::SecondFactorRemoved { removed_on: day, .. }
            | UserEvent::IdentityLinked { linked_on: day, .. }
            | UserEvent::IdentityUnlinked { unlinked_on: day, .. }
            | UserEvent::UserLocked { locked_on: day, .. }
            | UserEvent::UserUnlocked { unlocked_on: day, .. }
            | UserEvent::TokenIssued { issued_on: day, .. }
            | UserEvent::TokenRevoked { revoked_on: day, .. }
            | UserEvent::SignedIn { signed_in_on: day, .. }
            | UserEvent::SignInsRefused { refused_on: day, .. } => Some(*day),
        }
    }
}

ledger_events!(UserEvent {
    UserOpened = "1.0.0",
    RoleGranted = "1.0.0",
    RoleWithdrawn = "1.0.0",
    DataScopeSet = "1.0.0",
    PasswordSet = "1.0.0",
    SecondFactorSet = "1.0.0",
    SecondFactorRemoved = "1.0.0",
    IdentityLinked = "1.0.0",
    IdentityUnlinked = "1.0.0",
    UserLocked = "1.0.0",
    UserUnlocked = "1.0.0",
    TokenIssued = "1.0.0",
    TokenRevoked = "1.0.0",
    SignedIn = "1.2.0",
    SignInsRefused = "1.0.0",
});
