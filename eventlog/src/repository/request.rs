//! What a request says of itself beside its command.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::append::CommandKey;

/// What a request says of itself beside its command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestMeta {
    /// Its idempotency key.
    pub command: Option<CommandKey>,
    /// Shared by everything that comes of one request.
    pub correlation_id: Uuid,
    /// The command or event that caused it.
    pub causation_id: Option<Uuid>,
    /// The time in a ledger whose clock is simulated; elsewhere without effect.
    pub now: Option<DateTime<Utc>>,
    /// JSON that a repeat is answered with.
    pub outcome: String,
}

impl RequestMeta {
    /// A request without an idempotency key.
    pub fn new(correlation_id: Uuid) -> RequestMeta {
        let outcome = "null".to_owned();
        RequestMeta { command: None, correlation_id, causation_id: None, now: None, outcome }
    }

    /// With an idempotency key.
    #[must_use]
    pub fn under(self, command: CommandKey) -> RequestMeta {
        RequestMeta { command: Some(command), ..self }
    }

    /// Caused by a command or event.
    #[must_use]
    pub fn caused_by(self, causation_id: Uuid) -> RequestMeta {
        RequestMeta { causation_id: Some(causation_id), ..self }
    }

    /// At a time, in a ledger whose clock is simulated.
    #[must_use]
    pub fn at(self, now: DateTime<Utc>) -> RequestMeta {
        RequestMeta { now: Some(now), ..self }
    }

    /// With JSON that a repeat is answered with.
    #[must_use]
    pub fn answering(self, outcome: String) -> RequestMeta {
        RequestMeta { outcome, ..self }
    }
}
