//! Why an entry of the to-do list is not set aside.

use chrono::NaiveDate;

use crate::explain::Explain;

/// A refusal; nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TodoError {
    /// The actor's role does not work off the list.
    #[error("this role may not set an entry of the to-do list aside")]
    RoleNotAllowed,
    /// The digest of the facts is not one.
    #[error("the facts are named by 64 lower-case hexadecimal digits")]
    FactsMalformed,
    /// The day lies after today.
    #[error("{day} is in the future")]
    DayInFuture {
        /// The day given.
        day: NaiveDate,
    },
}

impl Explain for TodoError {
    fn code(&self) -> &'static str {
        match self {
            TodoError::RoleNotAllowed => "role_not_allowed",
            TodoError::FactsMalformed => "facts_malformed",
            TodoError::DayInFuture { .. } => "day_in_future",
        }
    }

    fn zh(&self) -> String {
        match self {
            TodoError::RoleNotAllowed => "待办由经办、审核或审批人员处理，当前岗位无权处理。".to_owned(),
            TodoError::FactsMalformed => "事实摘要应为 64 位小写十六进制数字，请从待办清单复制。".to_owned(),
            TodoError::DayInFuture { day } => format!("日期 {day} 晚于今天，请填写实际日期。"),
        }
    }

    fn field(&self) -> &'static str {
        match self {
            TodoError::RoleNotAllowed => "",
            TodoError::FactsMalformed => "facts_sha256",
            TodoError::DayInFuture { .. } => "dismissed_on",
        }
    }
}
