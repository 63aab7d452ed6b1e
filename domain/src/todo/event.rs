//! What can happen to an entry of the to-do list.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::ActorId;
use crate::ids::PersonId;
use crate::ledger_events;
use crate::personal::{Note, Sealed};
use crate::program::Program;

/// Events of the stream `Todo` (待办).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum TodoEvent {
    /// Somebody looked at it and set it aside; it comes back when its facts change.
    TodoDismissed {
        /// What it says.
        kind: TodoKind,
        /// Of whom.
        person_id: PersonId,
        /// In which program.
        program: Program,
        /// SHA-256 of the sealed facts that it rests on, 64 hexadecimal digits.
        facts_sha256: String,
        /// Why, sealed for the person.
        reason: Sealed<Note>,
        /// The day.
        dismissed_on: NaiveDate,
        /// By whom.
        by: ActorId,
    },
}

/// What an entry says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TodoKind {
    /// 符合条件未纳入: would be due something by the known facts, without a case.
    NotEnrolled,
    /// 即将符合条件: will be, within the days that were asked for.
    SoonEligible,
    /// 疑似不再符合: on the roll, and the rules find nothing due.
    SeemsEnded,
    /// 复核逾期: on the roll, and the review is overdue.
    ReviewOverdue,
}

impl TodoKind {
    /// Every kind, in the order in which they are shown.
    pub const ALL: [TodoKind; 4] =
        [TodoKind::NotEnrolled, TodoKind::SoonEligible, TodoKind::SeemsEnded, TodoKind::ReviewOverdue];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            TodoKind::NotEnrolled => "not_enrolled",
            TodoKind::SoonEligible => "soon_eligible",
            TodoKind::SeemsEnded => "seems_ended",
            TodoKind::ReviewOverdue => "review_overdue",
        }
    }

    /// In Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            TodoKind::NotEnrolled => "符合条件未纳入",
            TodoKind::SoonEligible => "即将符合条件",
            TodoKind::SeemsEnded => "疑似不再符合",
            TodoKind::ReviewOverdue => "复核逾期",
        }
    }

    /// In English.
    pub const fn en(self) -> &'static str {
        match self {
            TodoKind::NotEnrolled => "eligible, not enrolled",
            TodoKind::SoonEligible => "eligible soon",
            TodoKind::SeemsEnded => "seems no longer eligible",
            TodoKind::ReviewOverdue => "recertification overdue",
        }
    }
}

impl TodoEvent {
    pub(crate) fn effective_day(&self) -> Option<NaiveDate> {
        match self {
            TodoEvent::TodoDismissed { dismissed_on, .. } => Some(*dismissed_on),
        }
    }
}

ledger_events!(TodoEvent { TodoDismissed = "1.0.0" });
