//! Deciding and evolving, as pure functions; and the bridge to cqrs-es.

use std::fmt;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::actor::Actor;
use crate::explain::Explain;

/// Something whose history is one stream of events: it decides on commands and evolves by events.
pub trait Decider: Default + Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The stream's type, stored with each event; never changed.
    const TYPE: &'static str;
    /// What can be asked of it.
    type Command: Send + 'static;
    /// What can happen to it.
    type Event: LedgerEvent;
    /// Why a command is refused.
    type Error: Explain + Send + Sync + 'static;

    /// What happens because of `command`, given the state and the context. Several events belong together.
    /// No event means that the command had already taken effect, which is success.
    ///
    /// # Errors
    /// The first guard that refuses, in the precedence that the aggregate's page documents.
    fn decide(&self, command: Self::Command, context: &Context) -> Result<Vec<Self::Event>, Self::Error>;

    /// The state after `event`. Never decides.
    ///
    /// # Errors
    /// [`ImpossibleEvent`] for a pair of state and event that no decision can have produced.
    fn try_evolve(&mut self, event: &Self::Event) -> Result<(), ImpossibleEvent>;
}

/// What every decision may know besides the state and the command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// Who acts, in which role.
    pub actor: Actor,
    /// The day at the office, Beijing time.
    pub today: NaiveDate,
}

/// A command with its context: what cqrs-es calls the command.
#[derive(Clone, Debug)]
pub struct Instruction<C> {
    /// Who asks, and on which day.
    pub context: Context,
    /// What is asked.
    pub command: C,
}

/// A fact of the past, in the language of the office.
pub trait LedgerEvent: cqrs_es::DomainEvent + JsonSchema + Send + Sync + 'static {
    /// The event's type and version, without the strings that cqrs-es asks for.
    fn kind(&self) -> EventKind;
    /// Every event type of this aggregate with its newest version.
    fn kinds() -> &'static [EventKind];
    /// The day from which the fact holds, where it is another than the day it was recorded.
    fn effective_on(&self) -> Option<NaiveDate>;
    /// How events that were written in an older version are brought up to date when read.
    fn upcasters() -> &'static [Upcaster] {
        &[]
    }
}

/// Brings the payload of one event type from one version to a newer one.
#[derive(Clone, Copy, Debug)]
pub struct Upcaster {
    /// The type and version as stored.
    pub from: EventKind,
    /// The type and version that come of it.
    pub to: EventKind,
    /// The payload in the newer version; none where the payload is not of the older one.
    pub upcast: fn(serde_json::Value) -> Option<serde_json::Value>,
}

/// The type and version of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventKind {
    /// Past tense, the office's words: `PaymentRunApproved`.
    pub name: &'static str,
    /// `major.minor.patch`; old versions are brought up to date when read.
    pub version: &'static str,
}

/// An event that cannot follow the state: a damaged log or a defect, never input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{event} cannot happen to {state}")]
pub struct ImpossibleEvent {
    /// The event's type.
    pub event: String,
    /// The situation it met.
    pub state: String,
}

impl ImpossibleEvent {
    /// Names the pair.
    pub fn new(event: &impl LedgerEvent, state: impl fmt::Display) -> ImpossibleEvent {
        ImpossibleEvent { event: event.kind().name.to_owned(), state: state.to_string() }
    }
}

/// Gives an event enum its names and versions: `ledger_events!(FundEvent { FundOpened = "1.0.0", … })`, where older
/// versions exist with `upcasters UPCASTERS` after the braces; and an aggregate its place in cqrs-es:
/// `ledger_aggregate!(Fund)`.
#[macro_export]
macro_rules! ledger_events {
    ($events:ident { $($name:ident = $version:literal),+ $(,)? } $(upcasters $upcasters:expr)?) => {
        impl $events {
            const KINDS: &'static [$crate::aggregate::EventKind] =
                &[$($crate::aggregate::EventKind { name: stringify!($name), version: $version }),+];
        }

        impl $crate::aggregate::LedgerEvent for $events {
            fn kind(&self) -> $crate::aggregate::EventKind {
                match self {
                    $($events::$name { .. } =>
                        $crate::aggregate::EventKind { name: stringify!($name), version: $version }),+
                }
            }

            fn kinds() -> &'static [$crate::aggregate::EventKind] {
                Self::KINDS
            }

            fn effective_on(&self) -> Option<chrono::NaiveDate> {
                self.effective_day()
            }
            $(
                fn upcasters() -> &'static [$crate::aggregate::Upcaster] {
                    $upcasters
                }
            )?
        }

        impl cqrs_es::DomainEvent for $events {
            fn event_type(&self) -> String {
                $crate::aggregate::LedgerEvent::kind(self).name.to_owned()
            }

            fn event_version(&self) -> String {
                $crate::aggregate::LedgerEvent::kind(self).version.to_owned()
            }
        }
    };
}

/// Lets cqrs-es run a [`Decider`]: `handle` only forwards, `apply` cannot refuse and so stops on damage.
#[macro_export]
macro_rules! ledger_aggregate {
    ($aggregate:ident) => {
        impl cqrs_es::Aggregate for $aggregate {
            const TYPE: &'static str = <$aggregate as $crate::aggregate::Decider>::TYPE;
            type Command =
                $crate::aggregate::Instruction<<$aggregate as $crate::aggregate::Decider>::Command>;
            type Event = <$aggregate as $crate::aggregate::Decider>::Event;
            type Error = <$aggregate as $crate::aggregate::Decider>::Error;
            type Services = ();

            async fn handle(
                &mut self,
                instruction: Self::Command,
                (): &Self::Services,
                sink: &cqrs_es::event_sink::EventSink<Self>,
            ) -> Result<(), Self::Error> {
                let decided =
                    $crate::aggregate::Decider::decide(self, instruction.command, &instruction.context)?;
                for event in decided {
                    sink.write(event, self).await;
                }
                Ok(())
            }

            /// Stops on damage, because cqrs-es leaves no other way to refuse and damage must not be folded.
            fn apply(&mut self, event: Self::Event) {
                if let Err(impossible) = $crate::aggregate::Decider::try_evolve(self, &event) {
                    panic!("{} stream is damaged: {impossible}", <Self as $crate::aggregate::Decider>::TYPE);
                }
            }
        }
    };
}
