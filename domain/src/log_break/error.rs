//! Why a break of the log is refused.

use crate::actor::Role;
use crate::explain::Explain;

/// A refusal; nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogBreakError {
    /// The role does not manage the ledger itself.
    #[error("the role {role:?} may not accept a break of the log: that takes two administrators")]
    RoleNotAllowed {
        /// Of the actor.
        role: Role,
    },
    /// Nobody proposed it.
    #[error("nobody has proposed to go on: ledger proofs propose --why …")]
    BreakUnknown,
    /// Another person's proposal waits.
    #[error("another administrator has proposed it already: accept it, or leave it")]
    BreakPending,
    /// It was accepted.
    #[error("this break was accepted already")]
    BreakAccepted,
    /// Who proposed it may not accept it.
    #[error("who proposed a break of the log may not accept it: ask another administrator")]
    FourEyes,
    /// The log or the copy is no longer what the proposer saw.
    #[error("the log or the copy of its checkpoints has changed since the proposal: propose again")]
    LossChanged,
    /// The day lies after today.
    #[error("the day lies in the future")]
    DateInFuture,
    /// No reason, or too long a one.
    #[error("say in up to 500 characters how the loss came about")]
    ReasonMissing,
}

impl Explain for LogBreakError {
    fn code(&self) -> &'static str {
        match self {
            LogBreakError::RoleNotAllowed { .. } => "role_not_allowed",
            LogBreakError::BreakUnknown => "break_unknown",
            LogBreakError::BreakPending => "break_pending",
            LogBreakError::BreakAccepted => "break_accepted",
            LogBreakError::FourEyes => "four_eyes",
            LogBreakError::LossChanged => "loss_changed",
            LogBreakError::DateInFuture => "date_in_future",
            LogBreakError::ReasonMissing => "reason_missing",
        }
    }

    fn zh(&self) -> String {
        match self {
            LogBreakError::RoleNotAllowed { .. } => "日志断点须由两名管理员（administrator）办理。",
            LogBreakError::BreakUnknown => "尚无人提议，请先用 ledger proofs propose --why … 提议。",
            LogBreakError::BreakPending => "另一名管理员已经提议：请接受，或不予处理。",
            LogBreakError::BreakAccepted => "该断点已被接受。",
            LogBreakError::FourEyes => "提议人不能接受自己的提议，请由另一名管理员办理。",
            LogBreakError::LossChanged => "提议之后日志或检查点副本又有变化，请重新提议。",
            LogBreakError::DateInFuture => "日期晚于今天，请核对。",
            LogBreakError::ReasonMissing => "请说明丢失的经过（不超过500字）。",
        }
        .to_owned()
    }

    fn field(&self) -> &'static str {
        match self {
            LogBreakError::LossChanged => "loss",
            LogBreakError::DateInFuture => "accepted_on",
            LogBreakError::ReasonMissing => "why",
            _ => "",
        }
    }
}
