//! Why a disclosure is refused.

use crate::actor::Role;
use crate::explain::Explain;

/// A refusal; nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DisclosureError {
    /// The role may not open personal values for others.
    #[error(
        "the role {role:?} may not open personal data for others: reviewers, approvers, finance and auditors may"
    )]
    RoleNotAllowed {
        /// Of the actor.
        role: Role,
    },
    /// Without a recipient, a purpose, persons or kinds of values, or too much of them.
    #[error(
        "a disclosure names a recipient, a purpose and up to 200 persons with the fields that are opened"
    )]
    DisclosureIncomplete,
    /// The day lies after today.
    #[error("the day lies in the future")]
    DateInFuture,
    /// Something else was recorded under this id.
    #[error("another disclosure was recorded under this id")]
    DisclosureDiffers,
}

impl Explain for DisclosureError {
    fn code(&self) -> &'static str {
        match self {
            DisclosureError::RoleNotAllowed { .. } => "role_not_allowed",
            DisclosureError::DisclosureIncomplete => "disclosure_incomplete",
            DisclosureError::DateInFuture => "date_in_future",
            DisclosureError::DisclosureDiffers => "disclosure_differs",
        }
    }

    fn zh(&self) -> String {
        match self {
            DisclosureError::RoleNotAllowed { .. } => {
                "您的角色不能向他人打开个人信息，请由审核、审批、财务或审计人员办理。"
            }
            DisclosureError::DisclosureIncomplete => {
                "请写明接收方、用途，以及要打开的人员与字段（最多200人）。"
            }
            DisclosureError::DateInFuture => "日期晚于今天，请核对。",
            DisclosureError::DisclosureDiffers => "该编号下已记录另一次披露。",
        }
        .to_owned()
    }

    fn field(&self) -> &'static str {
        match self {
            DisclosureError::RoleNotAllowed { .. } | DisclosureError::DisclosureDiffers => "",
            DisclosureError::DisclosureIncomplete => "purpose",
            DisclosureError::DateInFuture => "disclosed_on",
        }
    }
}
