//! Who came in, found by the cookie of the request; and whether they may.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use chrono::Utc;
use domain::actor::{Actor, Role};
use domain::user::{Account, DataScope, Entry, User};

use super::answers::Stop;
use super::{Console, session};
use crate::access::{Capability, may};
use crate::lang::Lang;
use crate::processes::{Desk, SessionDigest};

/// The cookie that holds the language.
pub(super) const LANGUAGE: &str = "ledger_language";

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    /// The user.
    pub account: Account,
    /// The role in which they act now.
    pub role: Role,
    /// The language of their pages.
    pub lang: Lang,
    /// The session at which they sit.
    pub session: SessionDigest,
}

impl Visitor {
    /// Lets through who may.
    ///
    /// # Errors
    /// [`Stop::ForOthers`].
    pub fn must(&self, capability: Capability) -> Result<(), Stop> {
        if may(self.role, capability) { Ok(()) } else { Err(Stop::ForOthers(capability, self.lang)) }
    }

    /// Whether people of this community are shown.
    pub fn sees(&self, community: &str) -> bool {
        self.account.data_scope.includes(community)
    }

    /// Whether people of every community are shown.
    pub fn sees_everyone(&self) -> bool {
        self.account.data_scope == DataScope::Everywhere
    }

    /// The user at work, now.
    pub fn desk(&self) -> Desk {
        let actor = Actor { id: self.account.account.clone(), role: self.role };
        Desk::new(actor, Utc::now()).at_session(self.session)
    }
}

/// The language that the browser asked for last; Chinese at first.
pub(super) fn language(headers: &HeaderMap) -> Lang {
    match session::cookie(headers, LANGUAGE) {
        Some("en") => Lang::En,
        _ => Lang::Zh,
    }
}

impl FromRequestParts<Console> for Visitor {
    type Rejection = Stop;

    /// Roles are asked for with every request: one that was withdrawn ends at once.
    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Visitor, Stop> {
        let lang = language(&parts.headers);
        let failed = |error| Stop::failed(error, lang);
        let office = &console.office;
        let Some(known) = session::of(console, &parts.headers).await.map_err(failed)? else {
            return Err(Stop::SignIn);
        };
        let loaded = office.repository.load_newest::<User>(&known.account).await;
        let state = loaded.map_err(|error| failed(error.into()))?.state;
        let account = state.account().filter(|account| account.entry == Entry::Open).cloned();
        let account = account.filter(|account| account.roles.contains(&known.role)).ok_or(Stop::SignIn)?;
        Ok(Visitor { account, role: known.role, lang, session: known.digest })
    }
}
