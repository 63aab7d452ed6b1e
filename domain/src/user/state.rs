//! Who a user is and what they may do.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{DataScope, Scope, UserKind};
use crate::actor::{ActorId, Role};
use crate::personal::BlindIndex;

/// The aggregate User (用户).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum User {
    /// Nobody has the account.
    #[default]
    Unopened,
    /// Somebody has.
    Open(Box<Account>),
}

/// An account that somebody has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "UserAccount")]
pub struct Account {
    /// Its name.
    pub account: ActorId,
    /// A person or another system.
    pub kind: UserKind,
    /// What it is called at the office.
    pub title: String,
    /// Of which communities it sees people.
    pub data_scope: DataScope,
    /// Its roles.
    pub roles: BTreeSet<Role>,
    /// Whether it may come in.
    pub entry: Entry,
    /// The day of the password; none without one.
    pub password_set_on: Option<NaiveDate>,
    /// The day of the second factor; none without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor_set_on: Option<NaiveDate>,
    /// As whom a provider of identities lets it in; none where none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<LinkedIdentity>,
    /// Its tokens that were not revoked, also those that ended.
    pub tokens: BTreeMap<Uuid, Token>,
    /// The last day on which it came in.
    pub signed_in_on: Option<NaiveDate>,
}

/// The identity of a user with a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkedIdentity {
    /// Of which provider.
    pub issuer: String,
    /// The keyed hash of the subject.
    pub subject: BlindIndex,
    /// Since when.
    pub linked_on: NaiveDate,
}

/// Whether a user may come in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "UserEntry")]
pub enum Entry {
    /// They may.
    Open,
    /// They may not.
    Locked {
        /// Why.
        reason: String,
    },
}

/// A token of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "UserToken")]
pub struct Token {
    /// In which role it acts.
    pub role: Role,
    /// What it may do of that.
    pub scopes: BTreeSet<Scope>,
    /// What it is for.
    pub purpose: String,
    /// Since when.
    pub issued_on: NaiveDate,
    /// Its last day.
    pub expires_on: NaiveDate,
}

impl User {
    /// The account, where somebody has it.
    pub fn account(&self) -> Option<&Account> {
        match self {
            User::Unopened => None,
            User::Open(account) => Some(account),
        }
    }
}

impl Account {
    /// Whether the user acts in this role: given, and not kept out.
    pub fn acts_as(&self, role: Role) -> bool {
        let consumer = self.kind == UserKind::Consumer && role == Role::Consumer;
        self.entry == Entry::Open && (consumer || self.roles.contains(&role))
    }

    /// The token, if it is worth something on this day.
    pub fn token_on(&self, token_id: Uuid, day: NaiveDate) -> Option<&Token> {
        self.tokens.get(&token_id).filter(|token| day <= token.expires_on && self.acts_as(token.role))
    }
}

impl DataScope {
    /// These communities, sorted, each once.
    pub fn of(communities: impl IntoIterator<Item = String>) -> DataScope {
        let names: BTreeSet<String> = communities.into_iter().map(|name| name.trim().to_owned()).collect();
        DataScope::Communities(names.into_iter().collect())
    }

    /// Whether people of this community are seen.
    pub fn includes(&self, community: &str) -> bool {
        match self {
            DataScope::Everywhere => true,
            DataScope::Communities(names) => names.iter().any(|name| name == community),
        }
    }
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            User::Unopened => "an account that nobody has",
            User::Open(account) if account.entry != Entry::Open => "a locked user",
            User::Open(_) => "a user",
        })
    }
}
