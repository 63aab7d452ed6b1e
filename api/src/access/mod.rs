//! Who may what, for every door that people and systems come in by.
//!
//! A door asks three questions of a [`Caller`], in this order: may the role do it at all ([`may`]), does the token's scope
//! include it ([`Caller::may`]), and is the thing of a community that the caller sees ([`Caller::sees`]). What is asked of
//! the ledger then is decided by the domain, which asks for role and four eyes again: the doors have no rules of their own.

mod capability;

use std::collections::BTreeSet;
use std::time::Instant;

use chrono::NaiveDate;
use domain::actor::Actor;
use domain::user::{DataScope, Scope};
use uuid::Uuid;

pub use capability::{Capability, may, who_may};

/// Somebody who came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who, in which role.
    pub actor: Actor,
    /// What the token may do of that.
    pub scopes: BTreeSet<Scope>,
    /// Of which communities the caller sees people.
    pub data_scope: DataScope,
    /// By which token.
    pub token_id: Uuid,
    /// Its last day.
    pub expires_on: NaiveDate,
    /// When the request came: what was looked at since is new enough for it.
    pub came_at: Instant,
}

/// Why a caller may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// No one in this role may.
    Role,
    /// The role may, and the token's scopes do not include it.
    Scope(Scope),
}

impl Caller {
    /// Whether the caller may do this.
    ///
    /// # Errors
    /// [`Denied`]: the role first, then the scopes.
    pub fn may(&self, capability: Capability) -> Result<(), Denied> {
        if !may(self.actor.role, capability) {
            return Err(Denied::Role);
        }
        let scope = capability.scope();
        if scope.is_some_and(|scope| !self.scopes.contains(&scope)) {
            return scope.map_or(Ok(()), |scope| Err(Denied::Scope(scope)));
        }
        if capability.writes() && !self.scopes.contains(&Scope::Write) {
            return Err(Denied::Scope(Scope::Write));
        }
        Ok(())
    }

    /// Whether the caller sees people of this community.
    pub fn sees(&self, community: &str) -> bool {
        self.data_scope.includes(community)
    }
}
