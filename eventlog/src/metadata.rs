//! Who, why and on which day: what stands beside every event.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use domain::actor::Role;
use domain::aggregate::Context;

/// The metadata of one event. Stored as one flat JSON object of strings, which cqrs-es can load too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The account of who acted.
    pub actor_id: String,
    /// The role in which the account acted.
    pub actor_role: Role,
    /// The idempotency key of the command, where it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command_id: Option<Uuid>,
    /// Shared by everything that came of one request.
    pub correlation_id: Uuid,
    /// What caused this: the command or event before it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<Uuid>,
    /// The day from which the fact holds, where it is another than the day it was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_on: Option<NaiveDate>,
    /// The day at the office, Beijing time.
    pub office_day: NaiveDate,
}

impl Metadata {
    /// The metadata of a step that nobody's command caused.
    pub fn new(context: &Context, correlation_id: Uuid) -> Metadata {
        Metadata {
            actor_id: context.actor.id.as_str().to_owned(),
            actor_role: context.actor.role,
            command_id: None,
            correlation_id,
            causation_id: None,
            effective_on: None,
            office_day: context.today,
        }
    }

    /// The bytes that are stored.
    ///
    /// # Errors
    /// None that the fields can cause.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}
