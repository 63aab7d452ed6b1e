//! What can happen to a break of the log.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::ActorId;
use crate::ledger_events;

/// Events of the stream `LogBreak` (日志断点).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum LogBreakEvent {
    /// Somebody stated what of the log was lost, and asked to go on without it.
    LogBreakProposed {
        /// What was found.
        loss: Box<Loss>,
        /// How it came about, in the person's words.
        why: String,
        /// The day.
        proposed_on: NaiveDate,
        /// Who proposes.
        by: ActorId,
    },
    /// Another person accepted it: from here on the log is another history than the one that was signed before.
    LogBreakAccepted {
        /// What was found.
        loss: Box<Loss>,
        /// How it came about, as it was proposed.
        why: String,
        /// Who proposed.
        proposed_by: ActorId,
        /// The day.
        accepted_on: NaiveDate,
        /// Who accepts.
        by: ActorId,
    },
}

/// How the log differs from what was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Loss {
    /// In which way.
    pub kind: LossKind,
    /// The largest signed head that still holds: of 0 events where none does.
    pub kept: TreeHead,
    /// The last signed head, which no longer holds; none where the copy itself is gone and nobody knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<SignedHead>,
    /// The log as it was found.
    pub found: TreeHead,
}

/// In which way the log differs from what was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LossKind {
    /// 缺失: the log is shorter, as after an old backup was restored.
    Behind,
    /// 分叉: the log holds other events where some were signed.
    Beside,
    /// 副本丢失: the copy of the checkpoints is gone, so that nobody can say.
    CopyLost,
}

/// The head of the Merkle tree over the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TreeHead {
    /// Events.
    pub size: u64,
    /// The root over them, in base64.
    pub root: String,
}

/// A head that was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedHead {
    /// Events.
    pub size: u64,
    /// The root over them, in base64.
    pub root: String,
    /// The signed checkpoint, byte for byte.
    pub checkpoint: String,
}

impl LogBreakEvent {
    pub(crate) fn effective_day(&self) -> Option<NaiveDate> {
        match self {
            LogBreakEvent::LogBreakProposed { proposed_on, .. } => Some(*proposed_on),
            LogBreakEvent::LogBreakAccepted { accepted_on, .. } => Some(*accepted_on),
        }
    }
}

ledger_events!(LogBreakEvent { LogBreakProposed = "1.0.0", LogBreakAccepted = "1.0.0" });
