//! How people come in: whose second factor is asked for, and whether everything is encrypted on the way.

use std::collections::BTreeSet;

use domain::actor::Role;
use domain::user::Account;

use super::session;
use crate::identity_provider::IdentityProvider;

/// What the office asks of everybody who comes in.
#[derive(Clone, Debug, Default)]
pub struct Entrance {
    /// The roles whose people must have a second factor.
    pub second_factor_for: BTreeSet<Role>,
    /// Whether the pages come over TLS: cookies are then sent over nothing else.
    pub encrypted: bool,
    /// The provider of identities through which people come in too; none where there is none.
    pub provider: Option<IdentityProvider>,
}

impl Entrance {
    /// Whether the user must have a second factor, in whatever role they act.
    pub(super) fn asks_second_factor(&self, account: &Account) -> bool {
        account.second_factor_set_on.is_some()
            || account.roles.iter().any(|role| self.second_factor_for.contains(role))
    }

    /// The name of the cookie with the secret of a session. Over TLS its prefix keeps every other host from setting it.
    pub(super) fn session_cookie(&self) -> &'static str {
        if self.encrypted { session::ENCRYPTED_COOKIE_NAME } else { session::COOKIE_NAME }
    }

    /// The name of the cookie of somebody who gave the password and not yet the second factor.
    pub(super) fn half_cookie(&self) -> &'static str {
        if self.encrypted { session::ENCRYPTED_HALF_COOKIE_NAME } else { session::HALF_COOKIE_NAME }
    }

    /// The name of the cookie of somebody who was sent to the provider of identities.
    pub(super) fn provider_cookie(&self) -> &'static str {
        if self.encrypted { session::ENCRYPTED_PROVIDER_COOKIE_NAME } else { session::PROVIDER_COOKIE_NAME }
    }

    /// A cookie that scripts do not see, and that comes along when another site sends the visitor back, for a while.
    pub(super) fn cookie_for_return(&self, name: &str, value: &str) -> String {
        let secure = if self.encrypted { "Secure; " } else { "" };
        let seconds = session::PROVIDER_MINUTES_MAX * 60;
        format!("{name}={value}; Path=/; {secure}HttpOnly; SameSite=Lax; Max-Age={seconds}")
    }

    /// A cookie that scripts do not see, and that other sites do not make the browser send.
    pub(super) fn cookie(&self, name: &str, value: &str) -> String {
        let secure = if self.encrypted { "Secure; " } else { "" };
        format!("{name}={value}; Path=/; {secure}HttpOnly; SameSite=Strict")
    }

    /// The same, taken back.
    pub(super) fn no_cookie(&self, name: &str) -> String {
        format!("{}; Max-Age=0", self.cookie(name, ""))
    }
}
