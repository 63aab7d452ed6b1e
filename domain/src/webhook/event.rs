//! What can happen to a webhook.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::actor::ActorId;
use crate::ledger_events;
use crate::program::Program;

/// Events of the stream `Webhook` (推送订阅).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum WebhookEvent {
    /// Another system is told of changes from now on. The secret that signs them is not in the log.
    WebhookSubscribed {
        /// Names it.
        webhook_id: Uuid,
        /// The account of the system that is told.
        consumer: ActorId,
        /// Where: an address of a system, no private matter.
        url: String,
        /// Of what.
        filter: WebhookFilter,
        /// The day.
        subscribed_on: NaiveDate,
        /// By whom.
        by: ActorId,
    },
    /// Nothing is sent until it is resumed.
    WebhookPaused {
        /// Why.
        reason: String,
        /// The day.
        paused_on: NaiveDate,
        /// By whom.
        by: ActorId,
    },
    /// It goes on where it was paused.
    WebhookResumed {
        /// The day.
        resumed_on: NaiveDate,
        /// By whom.
        by: ActorId,
    },
    /// Nothing is sent ever again.
    WebhookEnded {
        /// Why.
        reason: String,
        /// The day.
        ended_on: NaiveDate,
        /// By whom.
        by: ActorId,
    },
}

/// Of which changes a system is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookFilter {
    /// Of cases of one program; of everything when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<Program>,
    /// Of streams of one type, such as BenefitCase; of every type when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
}

impl WebhookEvent {
    pub(crate) fn effective_day(&self) -> Option<NaiveDate> {
        match self {
            WebhookEvent::WebhookSubscribed { subscribed_on: day, .. }
            | WebhookEvent::WebhookPaused { paused_on: day, .. }
            | WebhookEvent::WebhookResumed { resumed_on: day, .. }
            | WebhookEvent::WebhookEnded { ended_on: day, .. } => Some(*day),
        }
    }
}

ledger_events!(WebhookEvent {
    WebhookSubscribed = "1.0.0",
    WebhookPaused = "1.0.0",
    WebhookResumed = "1.0.0",
    WebhookEnded = "1.0.0",
});
