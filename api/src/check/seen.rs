//! An event as the checks see it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::aggregate::Decider;
use domain::any_event::AnyEvent;
use domain::bank_return::BankReturn;
use domain::benefit_case::BenefitCase;
use domain::campaign::Campaign;
use domain::disclosure::Disclosure;
use domain::fund::Fund;
use domain::gazette::Gazette;
use domain::household::Household;
use domain::identity::Identity;
use domain::identity_provider::IdentityProvider;
use domain::log_break::LogBreak;
use domain::payment::Payment;
use domain::payment_run::PaymentRun;
use domain::recovery_plan::RecoveryPlan;
use domain::todo::Todo;
use domain::user::User;
use domain::webhook::Webhook;
use eventlog::event::{DecodeError, StoredEvent};
use serde::Deserialize;

/// One event of the log, decoded, with the parts of its envelope that checks look at.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Place in the whole log, from 0.
    pub position: u64,
    /// When the log took it.
    pub recorded_at: DateTime<Utc>,
    /// Type of the stream.
    pub stream_type: String,
    /// Name of the stream within its type.
    pub stream_id: String,
    /// Place in the stream, from 1.
    pub sequence: u64,
    /// Account of the actor, by the envelope.
    pub actor: String,
    /// Account of the actor, by the payload, where it names one.
    pub author: Option<String>,
    /// What happened; `None` when it could not be read.
    pub event: Option<AnyEvent>,
    /// Why the payload or the envelope could not be read.
    pub unreadable: Option<String>,
}

/// A check that sees every event of the log once, in order.
pub trait Watch {
    /// What it promises.
    fn invariant(&self) -> super::Invariant;
    /// Looks at the next event.
    fn see(&mut self, seen: &Seen);
    /// What it found.
    fn finish(self: Box<Self>) -> Vec<super::Finding>;
}

impl Seen {
    /// Reads an event as far as it can be read.
    pub fn of(stored: &StoredEvent) -> Seen {
        let (metadata, event) = (stored.metadata(), read(stored));
        let unreadable = match (&metadata, &event) {
            (_, Err(error)) | (Err(error), _) => Some(error.to_string()),
            (Ok(_), Ok(None)) => Some("nobody here knows its type".to_owned()),
            (Ok(_), Ok(Some(_))) => None,
        };
        Seen {
            position: stored.position,
            recorded_at: stored.recorded_at,
            stream_type: stored.stream.kind.to_string(),
            stream_id: stored.stream.id.clone(),
            sequence: stored.sequence,
            actor: metadata.map(|metadata| metadata.actor_id).unwrap_or_default(),
            author: author(&stored.payload),
            event: event.ok().flatten(),
            unreadable,
        }
    }
}

/// What happened, in its newest version; none for a stream of another office.
fn read(stored: &StoredEvent) -> Result<Option<AnyEvent>, DecodeError> {
    Ok(match stored.stream.kind.as_ref() {
        Household::TYPE => stored.decode()?.map(AnyEvent::Household),
        Identity::TYPE => stored.decode()?.map(AnyEvent::Identity),
        BenefitCase::TYPE => stored.decode()?.map(AnyEvent::BenefitCase),
        PaymentRun::TYPE => stored.decode()?.map(AnyEvent::PaymentRun),
        Payment::TYPE => stored.decode()?.map(AnyEvent::Payment),
        BankReturn::TYPE => stored.decode()?.map(AnyEvent::BankReturn),
        RecoveryPlan::TYPE => stored.decode()?.map(AnyEvent::RecoveryPlan),
        Campaign::TYPE => stored.decode()?.map(AnyEvent::Campaign),
        Fund::TYPE => stored.decode()?.map(AnyEvent::Fund),
        Disclosure::TYPE => stored.decode()?.map(AnyEvent::Disclosure),
        Gazette::TYPE => stored.decode()?.map(AnyEvent::Gazette),
        LogBreak::TYPE => stored.decode()?.map(AnyEvent::LogBreak),
        Todo::TYPE => stored.decode()?.map(AnyEvent::Todo),
        User::TYPE => stored.decode()?.map(AnyEvent::User),
        Webhook::TYPE => stored.decode()?.map(AnyEvent::Webhook),
        IdentityProvider::TYPE => stored.decode()?.map(AnyEvent::IdentityProvider),
        _ => None,
    })
}

/// The author in a payload, whichever event it is.
#[derive(Deserialize)]
struct Signed {
    #[serde(
        default,
        alias = "opened_by",
        alias = "calculated_by",
        alias = "submitted_by",
        alias = "proposed_by",
        alias = "rejected_by",
        alias = "ended_by",
        alias = "endorsed_by",
        alias = "approved_by",
        alias = "proposed_by"
    )]
    by: Option<String>,
}

fn author(payload: &str) -> Option<String> {
    let variants: HashMap<String, Signed> = serde_json::from_str(payload).ok()?;
    variants.into_values().next()?.by
}
