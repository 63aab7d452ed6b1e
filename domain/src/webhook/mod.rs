//! Webhook 推送订阅: another system is told of changes as they happen, at an address that it named. It exists so that a system
//! need not ask all the time. What is sent says that something happened, of which kind and to whom, by identifiers; never
//! what was recorded. The secret that signs the messages, and how far they went, are kept elsewhere.
//!
//! | Situation | Subscribe | Pause | Resume | End |
//! |---|---|---|---|---|
//! | `Unsubscribed` | `WebhookSubscribed` | `webhook_unknown` | `webhook_unknown` | `webhook_unknown` |
//! | `Active` | the same again: already applied; else `webhook_taken` | `WebhookPaused` | already applied | `WebhookEnded` |
//! | `Paused` | as above | already applied | `WebhookResumed` | `WebhookEnded` |
//! | `Ended` | `webhook_ended` | `webhook_ended` | `webhook_ended` | already applied |
//!
//! Guards, in this order: `role_not_allowed`, the table, `url_unusable`, `stream_malformed`, `words_missing`. Who subscribes is
//! an administrator, on behalf of another system (a consumer): it is told of the communities that this user sees, as of
//! each message, and of nothing while the user is locked.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::*;
pub use error::*;
pub use event::*;
pub use state::*;

crate::ledger_aggregate!(Webhook);
