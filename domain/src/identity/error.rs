//! Why an identity refuses a command.

use crate::actor::Role;
use crate::explain::Explain;
use crate::ids::{HouseholdId, PersonId};

/// A refusal; nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The role may not ask for this.
    #[error("the role {role:?} may not do this with an identity: clerks and reviewers register people")]
    RoleNotAllowed {
        /// Of the actor.
        role: Role,
    },
    /// The day lies after today.
    #[error("the day lies in the future")]
    DateInFuture,
    /// The ID number is registered already.
    #[error("the ID number is registered as {person} of household {household}")]
    IdentityTaken {
        /// Who holds it.
        person: PersonId,
        /// Where.
        household: HouseholdId,
    },
    /// Nobody holds the ID number.
    #[error("nobody holds the ID number")]
    IdentityNotClaimed,
}

impl Explain for IdentityError {
    fn code(&self) -> &'static str {
        match self {
            IdentityError::RoleNotAllowed { .. } => "role_not_allowed",
            IdentityError::DateInFuture => "date_in_future",
            IdentityError::IdentityTaken { .. } => "identity_taken",
            IdentityError::IdentityNotClaimed => "identity_not_claimed",
        }
    }

    fn zh(&self) -> String {
        match self {
            IdentityError::RoleNotAllowed { .. } => {
                "您的角色不能办理人员登记，请由经办或审核人员办理。".to_owned()
            }
            IdentityError::DateInFuture => "日期晚于今天，请核对。".to_owned(),
            IdentityError::IdentityTaken { person, household } => {
                format!("该身份证号已登记为人员{person}（家庭{household}），请使用已有登记，不要重复录入。")
            }
            IdentityError::IdentityNotClaimed => "该身份证号没有登记，请先登记人员。".to_owned(),
        }
    }

    fn field(&self) -> &'static str {
        match self {
            IdentityError::RoleNotAllowed { .. } => "",
            IdentityError::DateInFuture => "date",
            IdentityError::IdentityTaken { .. } => "id_number",
            IdentityError::IdentityNotClaimed => "person_id",
        }
    }
}
