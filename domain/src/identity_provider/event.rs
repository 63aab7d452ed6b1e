//! What can happen to a provider of identities.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::ActorId;
use crate::explain::Explain;
use crate::ledger_events;
use crate::personal::BlindIndex;

/// Events of the stream `IdentityProvider` (统一身份认证), one for each issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum IdentityProviderEvent {
    /// A subject is a user from now on.
    SubjectLinked {
        /// Of which provider: the URL by which it names itself.
        issuer: String,
        /// The keyed hash of the subject; the subject itself is nowhere.
        subject_index: BlindIndex,
        /// Which user.
        account: ActorId,
        /// The day.
        linked_on: NaiveDate,
        /// By whom.
        by: ActorId,
    },
    /// A subject is nobody from now on.
    SubjectReleased {
        /// The keyed hash of the subject.
        subject_index: BlindIndex,
        /// Which user it was.
        account: ActorId,
        /// The day.
        released_on: NaiveDate,
        /// By whom.
        by: ActorId,
    },
    /// Sign-ins were refused. Told of a day, a kind and an account at the first, the second, the fourth and so on.
    ProviderSignInsRefused {
        /// Of which provider.
        issuer: String,
        /// Why.
        refusal: ProviderRefusal,
        /// Who it would have been, where that was proved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<ActorId>,
        /// How many on this day so far.
        count: u32,
        /// The day.
        refused_on: NaiveDate,
    },
}

/// Why a sign-in through the provider is refused, in the order in which it is looked for.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    thiserror::Error,
)]
#[serde(rename_all = "snake_case")]
pub enum ProviderRefusal {
    /// 非本机发起: this browser did not begin it, or began it too long ago, or it was ended before.
    #[error("this sign-in was not begun in this browser a short while ago, or was used before; begin again")]
    SignInNotBegun,
    /// 认证方拒绝: the provider says no.
    #[error("the provider did not let you in; try again, or use account and password")]
    ProviderDenied,
    /// 认证方不可用: the provider does not answer, or nothing that can be read.
    #[error("the provider does not answer; use account and password, or try again later")]
    ProviderUnreachable,
    /// 认证方证书不受信任: who answers in the provider's place shows a certificate that nobody here trusts.
    #[error(
        "the provider's certificate is not trusted here; use account and password, and tell an administrator"
    )]
    ProviderNotTrusted,
    /// 授权码无效: the provider gives nothing for the code: it was used, or is another's.
    #[error("the provider does not accept the code, which is good once; begin again")]
    ProviderCodeRefused,
    /// 令牌不可读: the provider gave no ID token, or none that can be read.
    #[error("the provider's answer cannot be read; tell an administrator")]
    IdTokenUnreadable,
    /// 签发方不符: another provider made the ID token.
    #[error("another provider made the ID token; tell an administrator")]
    IdTokenIssuerWrong,
    /// 受众不符: the ID token is meant for another program.
    #[error("the ID token is meant for another program; tell an administrator")]
    IdTokenAudienceWrong,
    /// 签名无效: no key of the provider signed the ID token.
    #[error("no key of the provider signed the ID token; tell an administrator")]
    IdTokenSignatureWrong,
    /// 令牌过期: the ID token has ended, or was made too long ago or in the future.
    #[error("the ID token has ended or the clocks differ; begin again")]
    IdTokenExpired,
    /// 随机数不符: the ID token was made for another sign-in.
    #[error("the ID token was made for another sign-in; begin again")]
    IdTokenNonceWrong,
    /// 未关联: the provider's subject is no user.
    #[error("your identity is not linked with a user of this ledger; an administrator links it")]
    SubjectUnknown,
    /// 已停用: the user is locked.
    #[error("the user is locked; ask an administrator")]
    UserLocked,
    /// 无岗位: the user has no role.
    #[error("the account has no role yet; ask an administrator")]
    RolesMissing,
}

impl Explain for ProviderRefusal {
    fn code(&self) -> &'static str {
        match self {
            ProviderRefusal::SignInNotBegun => "sign_in_not_begun",
            ProviderRefusal::ProviderDenied => "provider_denied",
            ProviderRefusal::ProviderUnreachable => "provider_unreachable",
            ProviderRefusal::ProviderNotTrusted => "provider_not_trusted",
            ProviderRefusal::ProviderCodeRefused => "provider_code_refused",
            ProviderRefusal::IdTokenUnreadable => "id_token_unreadable",
            ProviderRefusal::IdTokenIssuerWrong => "id_token_issuer_wrong",
            ProviderRefusal::IdTokenAudienceWrong => "id_token_audience_wrong",
            ProviderRefusal::IdTokenSignatureWrong => "id_token_signature_wrong",
            ProviderRefusal::IdTokenExpired => "id_token_expired",
            ProviderRefusal::IdTokenNonceWrong => "id_token_nonce_wrong",
            ProviderRefusal::SubjectUnknown => "subject_unknown",
            ProviderRefusal::UserLocked => "user_locked",
            ProviderRefusal::RolesMissing => "roles_missing",
        }
    }

    fn zh(&self) -> String {
        match self {
            ProviderRefusal::SignInNotBegun => "本次登录不是刚才在此浏览器发起的，或已用过，请重新登录。",
            ProviderRefusal::ProviderDenied => "统一身份认证未通过，请重试，或用账号密码登录。",
            ProviderRefusal::ProviderUnreachable => {
                "统一身份认证暂时无法连接，请用账号密码登录，或稍后再试。"
            }
            ProviderRefusal::ProviderNotTrusted => {
                "统一身份认证的证书不受信任，请用账号密码登录，并告知管理员。"
            }
            ProviderRefusal::ProviderCodeRefused => "统一身份认证不接受此授权码（只能用一次），请重新登录。",
            ProviderRefusal::IdTokenUnreadable => "统一身份认证的答复无法读取，请联系管理员。",
            ProviderRefusal::IdTokenIssuerWrong => "身份令牌由其他认证方签发，请联系管理员。",
            ProviderRefusal::IdTokenAudienceWrong => "身份令牌是发给其他系统的，请联系管理员。",
            ProviderRefusal::IdTokenSignatureWrong => "身份令牌的签名无效，请联系管理员。",
            ProviderRefusal::IdTokenExpired => "身份令牌已过期，或双方时钟不一致，请重新登录。",
            ProviderRefusal::IdTokenNonceWrong => "身份令牌不是为本次登录签发的，请重新登录。",
            ProviderRefusal::SubjectUnknown => "您的统一身份尚未关联本系统用户，请由管理员关联。",
            ProviderRefusal::UserLocked => "该用户已停用，请联系管理员。",
            ProviderRefusal::RolesMissing => "该账号还没有岗位，请联系管理员。",
        }
        .to_owned()
    }

    fn field(&self) -> &'static str {
        ""
    }
}

impl IdentityProviderEvent {
    pub(crate) fn effective_day(&self) -> Option<NaiveDate> {
        match self {
            IdentityProviderEvent::SubjectLinked { linked_on: day, .. }
            | IdentityProviderEvent::SubjectReleased { released_on: day, .. }
            | IdentityProviderEvent::ProviderSignInsRefused { refused_on: day, .. } => Some(*day),
        }
    }
}

ledger_events!(IdentityProviderEvent {
    SubjectLinked = "1.0.0",
    SubjectReleased = "1.0.0",
    ProviderSignInsRefused = "1.1.0",
});
