//! Every event can be read, and can follow the ones before it in its stream.

use std::collections::HashMap;

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

use super::seen::{Seen, Watch};
use super::{Finding, Invariant};

/// Folds every stream of the log.
#[derive(Default)]
pub struct Readable {
    households: HashMap<String, Household>,
    identities: HashMap<String, Identity>,
    cases: HashMap<String, BenefitCase>,
    runs: HashMap<String, PaymentRun>,
    payments: HashMap<String, Payment>,
    bank_returns: HashMap<String, BankReturn>,
    plans: HashMap<String, RecoveryPlan>,
    campaigns: HashMap<String, Campaign>,
    funds: HashMap<String, Fund>,
    disclosures: HashMap<String, Disclosure>,
    gazettes: HashMap<String, Gazette>,
    breaks: HashMap<String, LogBreak>,
    todos: HashMap<String, Todo>,
    users: HashMap<String, User>,
    webhooks: HashMap<String, Webhook>,
    identity_providers: HashMap<String, IdentityProvider>,
    findings: Vec<Finding>,
}

impl Watch for Readable {
    fn invariant(&self) -> Invariant {
        Invariant {
            code: "history",
            zh: "每个事件可读，且能承接其流中先前事件",
            en: "every event can be read and can follow the ones before it",
        }
    }

    fn see(&mut self, seen: &Seen) {
        let id = &seen.stream_id;
        let trouble = match &seen.event {
            None => None,
            Some(AnyEvent::Household(event)) => fold(&mut self.households, id, event),
            Some(AnyEvent::Identity(event)) => fold(&mut self.identities, id, event),
            Some(AnyEvent::BenefitCase(event)) => fold(&mut self.cases, id, event),
            Some(AnyEvent::PaymentRun(event)) => fold(&mut self.runs, id, event),
            Some(AnyEvent::Payment(event)) => fold(&mut self.payments, id, event),
            Some(AnyEvent::BankReturn(event)) => fold(&mut self.bank_returns, id, event),
            Some(AnyEvent::RecoveryPlan(event)) => fold(&mut self.plans, id, event),
            Some(AnyEvent::Campaign(event)) => fold(&mut self.campaigns, id, event),
            Some(AnyEvent::Fund(event)) => fold(&mut self.funds, id, event),
            Some(AnyEvent::Disclosure(event)) => fold(&mut self.disclosures, id, event),
            Some(AnyEvent::Gazette(event)) => fold(&mut self.gazettes, id, event),
            Some(AnyEvent::LogBreak(event)) => fold(&mut self.breaks, id, event),
            Some(AnyEvent::Todo(event)) => fold(&mut self.todos, id, event),
            Some(AnyEvent::User(event)) => fold(&mut self.users, id, event),
            Some(AnyEvent::Webhook(event)) => fold(&mut self.webhooks, id, event),
            Some(AnyEvent::IdentityProvider(event)) => fold(&mut self.identity_providers, id, event),
        };
        if let Some(trouble) = seen.unreadable.clone().or(trouble) {
            let zh = format!("{} {id} 的事件不可读或不能承接：{trouble}", seen.stream_type);
            self.findings.push(Finding::at(
                seen.position,
                zh,
                format!("{} {id}: {trouble}", seen.stream_type),
            ));
        }
    }

    fn finish(self: Box<Self>) -> Vec<Finding> {
        self.findings
    }
}

fn fold<A: Decider>(states: &mut HashMap<String, A>, id: &str, event: &A::Event) -> Option<String> {
    if !states.contains_key(id) {
        states.insert(id.to_owned(), A::default());
    }
    states.get_mut(id)?.try_evolve(event).err().map(|impossible| impossible.to_string())
}
