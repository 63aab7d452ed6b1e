//! Why a provider of identities refuses a command.

use crate::explain::Explain;

/// A refusal; nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityProviderError {
    /// The role may not ask for this.
    #[error("this role may not link identities with users")]
    RoleNotAllowed,
    /// Nobody links themself.
    #[error("nobody manages their own account; another administrator does")]
    OwnAccount,
    /// The subject is another user already.
    #[error("this identity is linked with another user; unlink it there first")]
    SubjectTaken,
}

impl Explain for IdentityProviderError {
    fn code(&self) -> &'static str {
        match self {
            IdentityProviderError::RoleNotAllowed => "role_not_allowed",
            IdentityProviderError::OwnAccount => "own_account",
            IdentityProviderError::SubjectTaken => "subject_taken",
        }
    }

    fn zh(&self) -> String {
        match self {
            IdentityProviderError::RoleNotAllowed => "统一身份由管理员关联，当前岗位无权办理。",
            IdentityProviderError::OwnAccount => "不能管理自己的账号，请由另一名管理员办理。",
            IdentityProviderError::SubjectTaken => "该统一身份已关联其他用户，请先在原用户处解除。",
        }
        .to_owned()
    }

    fn field(&self) -> &'static str {
        match self {
            IdentityProviderError::RoleNotAllowed | IdentityProviderError::OwnAccount => "",
            IdentityProviderError::SubjectTaken => "subject",
        }
    }
}
