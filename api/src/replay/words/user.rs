//! Users in words.

use domain::explain::Explain;
use domain::identity_provider::IdentityProviderEvent;
use domain::user::{DataScope, SignInDoor, SignInProof, UserEvent, UserKind};

use super::{Words, code, words};
use crate::replay::tell::role;

pub(super) fn said(event: &UserEvent) -> Words {
    match event {
        UserEvent::UserOpened { account, kind, title, data_scope, opened_on, .. } => {
            let (kind_zh, kind_en) = match kind {
                UserKind::Staff => ("工作人员", "staff"),
                UserKind::Consumer => ("对接系统", "consumer"),
            };
            let seen = seen(data_scope);
            words(
                format!("{opened_on} 开立用户 {account}（{kind_zh}，{title}），数据范围：{}", seen.zh),
                format!("user {account} opened on {opened_on} ({kind_en}, {title}); sees {}", seen.en),
            )
        }
        UserEvent::RoleGranted { role: given, granted_on, .. } => {
            let (zh, en) = role(*given);
            words(format!("{granted_on} 授予角色：{zh}"), format!("role granted on {granted_on}: {en}"))
        }
        UserEvent::RoleWithdrawn { role: taken, withdrawn_on, .. } => {
            let (zh, en) = role(*taken);
            words(format!("{withdrawn_on} 收回角色：{zh}"), format!("role withdrawn on {withdrawn_on}: {en}"))
        }
        UserEvent::DataScopeSet { data_scope, set_on, .. } => {
            let seen = seen(data_scope);
            words(format!("{set_on} 数据范围改为：{}", seen.zh), format!("from {set_on} sees {}", seen.en))
        }
        UserEvent::PasswordSet { set_on, .. } => {
            words(format!("{set_on} 设置密码"), format!("password set on {set_on}"))
        }
        UserEvent::SecondFactorSet { set_on, .. } => {
            words(format!("{set_on} 设置动态验证码"), format!("second factor set on {set_on}"))
        }
        UserEvent::SecondFactorRemoved { reason, removed_on, .. } => words(
            format!("{removed_on} 取消动态验证码：{reason}"),
            format!("second factor removed on {removed_on}: {reason}"),
        ),
        UserEvent::IdentityLinked { issuer, linked_on, .. } => words(
            format!("{linked_on} 关联统一身份（{issuer}）"),
            format!("linked on {linked_on} with an identity of {issuer}"),
        ),
        UserEvent::IdentityUnlinked { reason, unlinked_on, .. } => words(
            format!("{unlinked_on} 解除统一身份：{reason}"),
            format!("identity unlinked on {unlinked_on}: {reason}"),
        ),
        UserEvent::UserLocked { reason, locked_on, .. } => {
            words(format!("{locked_on} 停用：{reason}"), format!("locked on {locked_on}: {reason}"))
        }
        UserEvent::UserUnlocked { unlocked_on, .. } => {
            words(format!("{unlocked_on} 启用"), format!("unlocked on {unlocked_on}"))
        }
        of_tokens => coming_in(of_tokens),
    }
}

fn coming_in(event: &UserEvent) -> Words {
    match event {
        UserEvent::TokenIssued { role: acting, scopes, purpose, expires_on, issued_on, .. } => {
            let (zh, en) = role(*acting);
            let codes = scopes.iter().map(code).collect::<Vec<_>>().join(" ");
            words(
                format!("{issued_on} 签发令牌（{zh}；{codes}；至 {expires_on}）：{purpose}"),
                format!("token issued on {issued_on} ({en}; {codes}; until {expires_on}): {purpose}"),
            )
        }
        UserEvent::TokenRevoked { reason, revoked_on, .. } => words(
            format!("{revoked_on} 吊销令牌：{reason}"),
            format!("token revoked on {revoked_on}: {reason}"),
        ),
        UserEvent::SignedIn { refused_before, door, proof, signed_in_on } => {
            let (door_zh, door_en) = match door {
                SignInDoor::Password => ("", ""),
                SignInDoor::Provider => ("经统一身份认证", " through the identity provider"),
            };
            let (zh, en) = proof.map_or(("", ""), by_what);
            words(
                format!("{signed_in_on} {door_zh}{zh}登录（此前被拒 {refused_before} 次）"),
                format!("signed in on {signed_in_on}{door_en}{en} after {refused_before} refusals"),
            )
        }
        UserEvent::SignInsRefused { count, refused_on } => words(
            format!("{refused_on} 连续 {count} 次登录被拒"),
            format!("{count} sign-ins in a row refused on {refused_on}"),
        ),
        _ => words("其他", "something else"),
    }
}

/// What happened at the door of a provider of identities.
pub(super) fn at_provider(event: &IdentityProviderEvent) -> Words {
    match event {
        IdentityProviderEvent::SubjectLinked { account, linked_on, .. } => words(
            format!("{linked_on} 统一身份关联用户 {account}"),
            format!("an identity linked on {linked_on} with user {account}"),
        ),
        IdentityProviderEvent::SubjectReleased { account, released_on, .. } => words(
            format!("{released_on} 统一身份与用户 {account} 解除关联"),
            format!("the identity of user {account} released on {released_on}"),
        ),
        IdentityProviderEvent::ProviderSignInsRefused { refusal, account, count, refused_on, .. } => {
            let whose = account.as_ref().map(|account| format!(" {account}")).unwrap_or_default();
            words(
                format!("{refused_on} 统一身份认证登录被拒{whose}，当日第 {count} 次：{}", refusal.zh()),
                format!(
                    "sign-in through the provider refused on {refused_on}{whose}, {count} that day: {refusal}"
                ),
            )
        }
    }
}

fn by_what(proof: SignInProof) -> (&'static str, &'static str) {
    match proof {
        SignInProof::Code => ("用动态验证码", " with a code"),
        SignInProof::RecoveryCode => ("用恢复码", " with a recovery code"),
        SignInProof::Provider => ("（认证方已核验第二因素）", ", which asked for a second factor"),
    }
}

fn seen(data_scope: &DataScope) -> Words {
    match data_scope {
        DataScope::Everywhere => words("全部社区", "every community"),
        DataScope::Communities(names) => words(names.join("、"), names.join(", ")),
    }
}
