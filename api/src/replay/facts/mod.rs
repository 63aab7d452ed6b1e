//! What is known of a thing, as facts with names that people read: what holds on a day, and what an event changed.

mod household;
mod office;

use chrono::NaiveDate;
use domain::aggregate::{Decider, ImpossibleEvent};
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
use domain::ids::PersonId;
use domain::log_break::LogBreak;
use domain::money::Money;
use domain::payment::Payment;
use domain::payment_run::PaymentRun;
use domain::recovery_plan::RecoveryPlan;
use domain::todo::Todo;
use domain::user::User;
use domain::webhook::Webhook;
use schemars::JsonSchema;
use serde::Serialize;

use super::Words;
use super::verdict::Shown;
use super::words::words;
use crate::cli::screen::yuan;

pub(super) use household::{name, shows_on};

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Fact {
    /// Its stable name.
    pub field: &'static str,
    /// Its name for people.
    pub label: Words,
    /// The person it belongs to, where it is a person's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// The person's name, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<Words>,
    /// What holds.
    pub value: Words,
}

impl Fact {
    /// Whether both say something of the same thing.
    pub fn is_of(&self, other: &Fact) -> bool {
        (self.field, self.person) == (other.field, other.person)
    }
}

/// A fact before and after an event; nothing where there was none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "FactChange")]
pub struct Change {
    /// The fact's stable name.
    pub field: &'static str,
    /// Its name for people.
    pub label: Words,
    /// The person's name, masked, where it is a person's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<Words>,
    /// What held before.
    pub before: Option<Words>,
    /// What holds now.
    pub after: Option<Words>,
}

/// The state of any stream.
#[derive(Clone, Debug)]
pub(super) enum State {
    Household(Household),
    Identity(Identity),
    BenefitCase(BenefitCase),
    PaymentRun(Box<PaymentRun>),
    Payment(Payment),
    BankReturn(BankReturn),
    RecoveryPlan(RecoveryPlan),
    Campaign(Campaign),
    Fund(Fund),
    Disclosure(Disclosure),
    Gazette(Gazette),
    LogBreak(LogBreak),
    Todo(Todo),
    User(User),
    Webhook(Webhook),
    IdentityProvider(IdentityProvider),
}

impl State {
    /// The state before the first event of a stream of this event's kind.
    pub(super) fn before_any(event: &AnyEvent) -> State {
        match event {
            AnyEvent::Household(_) => State::Household(Household::default()),
            AnyEvent::Identity(_) => State::Identity(Identity::default()),
            AnyEvent::BenefitCase(_) => State::BenefitCase(BenefitCase::default()),
            AnyEvent::PaymentRun(_) => State::PaymentRun(Box::default()),
            AnyEvent::Payment(_) => State::Payment(Payment::default()),
            AnyEvent::BankReturn(_) => State::BankReturn(BankReturn::default()),
            AnyEvent::RecoveryPlan(_) => State::RecoveryPlan(RecoveryPlan::default()),
            AnyEvent::Campaign(_) => State::Campaign(Campaign::default()),
            AnyEvent::Fund(_) => State::Fund(Fund::default()),
            AnyEvent::Disclosure(_) => State::Disclosure(Disclosure::default()),
            AnyEvent::Gazette(_) => State::Gazette(Gazette::default()),
            AnyEvent::LogBreak(_) => State::LogBreak(LogBreak::default()),
            AnyEvent::Todo(_) => State::Todo(Todo::default()),
            AnyEvent::User(_) => State::User(User::default()),
            AnyEvent::Webhook(_) => State::Webhook(Webhook::default()),
            AnyEvent::IdentityProvider(_) => State::IdentityProvider(IdentityProvider::default()),
        }
    }

    /// The state after an event. A stream has events of one kind, so others change nothing.
    ///
    /// # Errors
    /// [`ImpossibleEvent`] where it cannot follow; the state is as it was.
    pub(super) fn try_evolve(&mut self, event: &AnyEvent) -> Result<(), ImpossibleEvent> {
        match (self, event) {
            (State::Household(state), AnyEvent::Household(event)) => state.try_evolve(event),
            (State::Identity(state), AnyEvent::Identity(event)) => state.try_evolve(event),
            (State::BenefitCase(state), AnyEvent::BenefitCase(event)) => state.try_evolve(event),
            (State::PaymentRun(state), AnyEvent::PaymentRun(event)) => state.try_evolve(event),
            (State::Payment(state), AnyEvent::Payment(event)) => state.try_evolve(event),
            (State::BankReturn(state), AnyEvent::BankReturn(event)) => state.try_evolve(event),
            (State::RecoveryPlan(state), AnyEvent::RecoveryPlan(event)) => state.try_evolve(event),
            (State::Campaign(state), AnyEvent::Campaign(event)) => state.try_evolve(event),
            (State::Fund(state), AnyEvent::Fund(event)) => state.try_evolve(event),
            (State::Disclosure(state), AnyEvent::Disclosure(event)) => state.try_evolve(event),
            (State::Gazette(state), AnyEvent::Gazette(event)) => state.try_evolve(event),
            (State::LogBreak(state), AnyEvent::LogBreak(event)) => state.try_evolve(event),
            (State::Todo(state), AnyEvent::Todo(event)) => state.try_evolve(event),
            (State::User(state), AnyEvent::User(event)) => state.try_evolve(event),
            (State::Webhook(state), AnyEvent::Webhook(event)) => state.try_evolve(event),
            (State::IdentityProvider(state), AnyEvent::IdentityProvider(event)) => state.try_evolve(event),
            _ => Ok(()),
        }
    }

    /// What is known; of what is dated, what holds on `day`.
    pub(super) fn facts(&self, day: NaiveDate, open: &Shown<'_>) -> Vec<Fact> {
        match self {
            State::Household(state) => household::facts(state, day, open),
            State::Identity(state) => office::of_identity(state),
            State::BenefitCase(state) => office::of_case(state),
            State::PaymentRun(state) => office::of_run(state),
            State::Payment(state) => office::of_payment(state),
            State::BankReturn(state) => office::of_bank_return(state),
            State::RecoveryPlan(state) => office::of_plan(state),
            State::Campaign(state) => office::of_campaign(state),
            State::Fund(state) => office::of_fund(state),
            State::Disclosure(_)
            | State::Gazette(_)
            | State::LogBreak(_)
            | State::Todo(_)
            | State::User(_)
            | State::Webhook(_)
            | State::IdentityProvider(_) => Vec::new(),
        }
    }
}

/// What differs between the facts before an event and after it.
pub(super) fn changes(before: &[Fact], after: &[Fact]) -> Vec<Change> {
    let same = |one: &Fact, other: &Fact| one.field == other.field && one.person == other.person;
    let change = |fact: &Fact, before: Option<&Fact>, after: Option<&Fact>| Change {
        field: fact.field,
        label: fact.label.clone(),
        of: fact.of.clone(),
        before: before.map(|fact| fact.value.clone()),
        after: after.map(|fact| fact.value.clone()),
    };
    let mut found = Vec::new();
    for fact in after {
        let earlier = before.iter().find(|earlier| same(earlier, fact));
        if earlier.is_none_or(|earlier| earlier.value != fact.value) {
            found.push(change(fact, earlier, Some(fact)));
        }
    }
    for fact in before.iter().filter(|fact| !after.iter().any(|later| same(later, fact))) {
        found.push(change(fact, Some(fact), None));
    }
    found
}

fn fact(field: &'static str, zh: &str, en: &str, value: Words) -> Fact {
    Fact { field, label: words(zh, en), person: None, of: None, value }
}

fn day(field: &'static str, zh: &str, en: &str, value: Option<NaiveDate>) -> Option<Fact> {
    value.map(|day| fact(field, zh, en, words(day.to_string(), day.to_string())))
}

fn money(field: &'static str, zh: &str, en: &str, amount: Money) -> Fact {
    fact(field, zh, en, words(yuan(amount), yuan(amount)))
}

fn count(field: &'static str, zh: &str, en: &str, number: impl ToString) -> Fact {
    fact(field, zh, en, words(number.to_string(), number.to_string()))
}
