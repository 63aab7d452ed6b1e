//! What can be asked of a webhook.

use uuid::Uuid;

use super::WebhookFilter;
use crate::actor::{ActorId, Role};

/// A command to a webhook (推送订阅).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookCommand {
    /// Tells another system of changes from now on.
    Subscribe(WebhookTerms),
    /// Sends nothing until it is resumed; nothing is lost.
    Pause {
        /// Why.
        reason: String,
    },
    /// Goes on where it was paused.
    Resume,
    /// Sends nothing ever again.
    End {
        /// Why.
        reason: String,
    },
}

/// Who is told of what, where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookTerms {
    /// Names it; its stream too.
    pub webhook_id: Uuid,
    /// The account of the system that is told.
    pub consumer: ActorId,
    /// Where.
    pub url: String,
    /// Of what.
    pub filter: WebhookFilter,
}

impl WebhookCommand {
    /// The roles that do this.
    pub const fn allowed_roles(&self) -> &'static [Role] {
        &[Role::Administrator]
    }
}
