//! Who acts, in which role; and four eyes (双人复核).

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The account name of someone who acts: 1 to 64 of `a-z 0-9 . _ -`. Not personal data; the office keeps the list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct ActorId(String);

/// The text is not an account name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an account name has 1 to 64 of a-z, 0-9, dot, underscore and hyphen")]
pub struct ActorIdError;

impl ActorId {
    /// Reads an account name.
    ///
    /// # Errors
    /// [`ActorIdError`] for any other character or length.
    pub fn parse(text: &str) -> Result<ActorId, ActorIdError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        if (1..=64).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(ActorId(text.to_owned()))
        } else {
            Err(ActorIdError)
        }
    }

    /// The account name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ActorId {
    type Error = ActorIdError;

    fn try_from(text: String) -> Result<ActorId, ActorIdError> {
        ActorId::parse(&text)
    }
}

impl From<ActorId> for String {
    fn from(id: ActorId) -> String {
        id.0
    }
}

impl fmt::Display for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What an actor may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 经办: registers people, prepares cases and payment runs.
    Clerk,
    /// 审核: checks what clerks prepared and recommends.
    Reviewer,
    /// 审批: decides cases and approves payment runs.
    Approver,
    /// 财务: releases runs to the bank and reconciles what it returns.
    Finance,
    /// 审计: reads and proves; changes nothing.
    Auditor,
    /// 管理员: manages the ledger itself, decides nothing in it.
    Administrator,
    /// The program itself, for steps that no person takes.
    System,
    /// 对接系统: another system, which reads what its token's scopes say and changes nothing.
    Consumer,
}

impl Role {
    /// What people call it.
    pub const fn zh(self) -> &'static str {
        match self {
            Role::Clerk => "经办",
            Role::Reviewer => "审核",
            Role::Approver => "审批",
            Role::Finance => "财务",
            Role::Auditor => "审计",
            Role::Administrator => "管理员",
            Role::System => "系统",
            Role::Consumer => "对接系统",
        }
    }

    /// The same in English.
    pub const fn en(self) -> &'static str {
        match self {
            Role::Clerk => "clerk",
            Role::Reviewer => "reviewer",
            Role::Approver => "approver",
            Role::Finance => "finance",
            Role::Auditor => "auditor",
            Role::Administrator => "administrator",
            Role::System => "system",
            Role::Consumer => "consumer",
        }
    }
}

/// These roles in Chinese, to be told to somebody who looks for one of them: the program itself is not to be asked.
pub fn roles_zh(roles: &[Role]) -> String {
    people(roles).map(Role::zh).collect::<Vec<_>>().join("、")
}

/// The same in English.
pub fn roles_en(roles: &[Role]) -> String {
    people(roles).map(Role::en).collect::<Vec<_>>().join(", ")
}

fn people(roles: &[Role]) -> impl Iterator<Item = Role> {
    roles.iter().copied().filter(|role| *role != Role::System)
}

/// Who acts, in which role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    /// The account.
    pub id: ActorId,
    /// The role in which the account acts here.
    pub role: Role,
}

/// Everyone who prepared or changed an input of a thing. None of them may approve it; there is no override.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Contributors(BTreeSet<ActorId>);

impl Contributors {
    /// Remembers one more.
    pub fn add(&mut self, actor: &ActorId) {
        if !self.0.contains(actor) {
            self.0.insert(actor.clone());
        }
    }

    /// Whether the actor took part, and so may not approve.
    pub fn include(&self, actor: &ActorId) -> bool {
        self.0.contains(actor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_told_without_the_program_itself() {
        let roles = [Role::Clerk, Role::System, Role::Finance];
        assert_eq!((roles_zh(&roles).as_str(), roles_en(&roles).as_str()), ("经办、财务", "clerk, finance"));
        assert_eq!(roles_zh(&[Role::Approver]), "审批");
    }
}
