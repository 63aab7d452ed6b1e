//! How people come in: whose second factor is asked for, and whether everything is encrypted on the way.

use std::collections::BTreeSet;

use domain::actor::Role;
use domain::user::Account;

use super::session;

/// What the office asks of everybody who comes in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entrance {
    /// The roles whose people must have a second factor.
    pub second_factor_for: BTreeSet<Role>,
    /// Whether the pages come over TLS: cookies are then sent over nothing else.
    pub encrypted: bool,
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
