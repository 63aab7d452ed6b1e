//! Why a command to a user is refused.

use crate::actor::Role;
use crate::explain::{Explain, in_words};

/// Refusals of a user, in the order in which they are looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserError {
    /// The actor's role does not do this.
    #[error("this role may not {}: administrators manage users", in_words(command))]
    RoleNotAllowed {
        /// The command.
        command: &'static str,
    },
    /// There is no such user.
    #[error("there is no such user")]
    UserUnknown,
    /// The account was opened for somebody else.
    #[error("the account is taken by another user")]
    AccountTaken,
    /// Nobody manages their own account.
    #[error("nobody manages their own account; another administrator does")]
    OwnAccount,
    /// The user is locked.
    #[error("the user is locked")]
    UserLocked,
    /// The role does not go with the others, or not with this kind of user.
    #[error("the role {role:?} does not go with what this user is or has")]
    RolesIncompatible {
        /// The role.
        role: Role,
    },
    /// The token would act in a role that the user does not have.
    #[error("the user does not have the role {role:?}")]
    RoleMissing {
        /// The role.
        role: Role,
    },
    /// Another system has no password.
    #[error("a consumer has tokens and no password")]
    NoPassword,
    /// The password alone does not let this user in.
    #[error("the second factor is missing")]
    SecondFactorMissing,
    /// The user is linked with another identity.
    #[error("the user is linked with another identity; unlink that first")]
    IdentityLinkedAlready,
    /// The provider's word does not let this user in.
    #[error("the user is linked with no identity")]
    IdentityNotLinked,
    /// The user was linked with another identity meanwhile.
    #[error("the user was linked with another identity meanwhile; look again")]
    IdentityChanged,
    /// Not the address of a provider.
    #[error("an issuer is a URL that begins with https:// and has at most 200 characters")]
    IssuerMalformed,
    /// There is no such token.
    #[error("there is no such token")]
    TokenUnknown,
    /// There are as many tokens as there may be.
    #[error("the user has too many tokens; revoke one first")]
    TooManyTokens,
    /// A text is missing or too long.
    #[error("a text of 1 to 200 characters is needed")]
    WordsMissing {
        /// Which.
        field: &'static str,
    },
    /// The communities are none, too many, or one has no name.
    #[error("1 to 100 communities with names of at most 60 characters are needed")]
    CommunitiesMalformed,
    /// A token without any scope, or with one that only writes.
    #[error("a token names at least one scope besides write")]
    ScopesMissing,
    /// A token ends between today and a year from now.
    #[error("a token ends between today and {days} days from now")]
    ExpiryOutOfRange {
        /// The most days.
        days: i64,
    },
}

impl Explain for UserError {
    fn code(&self) -> &'static str {
        match self {
            UserError::RoleNotAllowed { .. } => "role_not_allowed",
            UserError::UserUnknown => "user_unknown",
            UserError::AccountTaken => "account_taken",
            UserError::OwnAccount => "own_account",
            UserError::UserLocked => "user_locked",
            UserError::RolesIncompatible { .. } => "roles_incompatible",
            UserError::RoleMissing { .. } => "role_missing",
            UserError::NoPassword => "no_password",
            UserError::SecondFactorMissing => "second_factor_missing",
            UserError::IdentityLinkedAlready => "identity_linked_already",
            UserError::IdentityNotLinked => "identity_not_linked",
            UserError::IdentityChanged => "identity_changed",
            UserError::IssuerMalformed => "issuer_malformed",
            UserError::TokenUnknown => "token_unknown",
            UserError::TooManyTokens => "too_many_tokens",
            UserError::WordsMissing { .. } => "words_missing",
            UserError::CommunitiesMalformed => "communities_malformed",
            UserError::ScopesMissing => "scopes_missing",
            UserError::ExpiryOutOfRange { .. } => "expiry_out_of_range",
        }
    }

    fn zh(&self) -> String {
        match self {
            UserError::RoleNotAllowed { .. } => "用户由管理员管理，当前岗位无权办理。",
            UserError::UserUnknown => "没有这个用户，请核对账号。",
            UserError::AccountTaken => "该账号已被其他用户使用，请另取账号。",
            UserError::OwnAccount => "不能管理自己的账号，请由另一名管理员办理。",
            UserError::UserLocked => "该用户已停用，请先启用。",
            UserError::RolesIncompatible { .. } => {
                "该角色与此用户的类别或已有角色不相容（管理员、审计不兼任其他岗位）。"
            }
            UserError::RoleMissing { .. } => "该用户没有这个角色，请先授予。",
            UserError::NoPassword => "对接系统只用令牌，不设密码。",
            UserError::SecondFactorMissing => "该用户须用动态验证码登录。",
            UserError::IdentityLinkedAlready => "该用户已关联另一统一身份，请先解除。",
            UserError::IdentityNotLinked => "该用户没有关联统一身份。",
            UserError::IdentityChanged => "该用户的统一身份已有变更，请重新查阅后再办理。",
            UserError::IssuerMalformed => "认证方地址须以 https:// 开头，不超过 200 个字符。",
            UserError::TokenUnknown => "没有这个令牌，请核对编号。",
            UserError::TooManyTokens => "该用户的令牌过多，请先吊销不用的令牌。",
            UserError::WordsMissing { .. } => "请填写 1 至 200 个字的说明。",
            UserError::CommunitiesMalformed => "请写明 1 至 100 个社区，名称不超过 60 个字。",
            UserError::ScopesMissing => "请至少选择写入以外的一项令牌权限。",
            UserError::ExpiryOutOfRange { days } => {
                return format!("令牌的到期日应在今天至 {days} 天之内。");
            }
        }
        .to_owned()
    }

    fn field(&self) -> &'static str {
        match self {
            UserError::RoleNotAllowed { .. }
            | UserError::OwnAccount
            | UserError::UserLocked
            | UserError::IdentityLinkedAlready
            | UserError::IdentityNotLinked
            | UserError::IdentityChanged => "",
            UserError::UserUnknown | UserError::AccountTaken => "account",
            UserError::RolesIncompatible { .. } | UserError::RoleMissing { .. } => "role",
            UserError::NoPassword => "password",
            UserError::SecondFactorMissing => "code",
            UserError::IssuerMalformed => "issuer",
            UserError::TokenUnknown | UserError::TooManyTokens => "token_id",
            UserError::WordsMissing { field } => field,
            UserError::CommunitiesMalformed => "data_scope",
            UserError::ScopesMissing => "scopes",
            UserError::ExpiryOutOfRange { .. } => "expires_on",
        }
    }
}
