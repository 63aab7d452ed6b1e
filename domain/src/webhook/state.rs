//! What a webhook is.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::WebhookFilter;
use crate::actor::ActorId;

/// The aggregate Webhook (推送订阅).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Webhook {
    /// Nobody subscribed.
    #[default]
    Unsubscribed,
    /// Changes are sent.
    Active(Subscription),
    /// They wait.
    Paused(Subscription),
    /// It is over.
    Ended(Subscription),
}

/// Who is told of what, where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "WebhookSubscription")]
pub struct Subscription {
    /// The account of the system that is told.
    pub consumer: ActorId,
    /// Where.
    pub url: String,
    /// Of what.
    pub filter: WebhookFilter,
}

impl Webhook {
    /// What was subscribed, whatever became of it.
    pub fn subscription(&self) -> Option<&Subscription> {
        match self {
            Webhook::Unsubscribed => None,
            Webhook::Active(known) | Webhook::Paused(known) | Webhook::Ended(known) => Some(known),
        }
    }

    /// Its state by code.
    pub const fn code(&self) -> &'static str {
        match self {
            Webhook::Unsubscribed => "unsubscribed",
            Webhook::Active(_) => "active",
            Webhook::Paused(_) => "paused",
            Webhook::Ended(_) => "ended",
        }
    }
}

impl fmt::Display for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Webhook::Unsubscribed => "a webhook that nobody subscribed",
            Webhook::Active(_) => "an active webhook",
            Webhook::Paused(_) => "a paused webhook",
            Webhook::Ended(_) => "a webhook that is over",
        })
    }
}
