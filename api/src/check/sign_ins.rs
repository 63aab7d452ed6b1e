//! Whoever came in through a provider of identities was linked there at the time; and users and providers say the same of
//! who is linked. Computed from both streams, without the aggregates that keep them together.

use std::collections::BTreeMap;

use domain::any_event::AnyEvent;
use domain::identity_provider::{IdentityProvider, IdentityProviderEvent};
use domain::personal::BlindIndex;
use domain::user::{SignInDoor, UserEvent};

use super::seen::{Seen, Watch};
use super::{Finding, Invariant};

/// A subject of a provider: the provider's stream, and the keyed hash of the subject.
type Subject = (String, BlindIndex);

/// Which subject each user is, as both sides say it, each with the position that says so.
#[derive(Default)]
pub struct SignIns {
    /// By account: what the users' streams say.
    users: BTreeMap<String, (Subject, u64)>,
    /// By subject: what the providers' streams say.
    subjects: BTreeMap<Subject, (String, u64)>,
    findings: Vec<Finding>,
}

impl SignIns {
    fn see_user(&mut self, seen: &Seen, event: &UserEvent) {
        let account = &seen.stream_id;
        match event {
            UserEvent::IdentityLinked { issuer, subject_index, .. } => {
                let subject = (IdentityProvider::stream_id(issuer), subject_index.clone());
                self.users.insert(account.clone(), (subject, seen.position));
            }
            UserEvent::IdentityUnlinked { .. } => drop(self.users.remove(account)),
            UserEvent::SignedIn { door: SignInDoor::Provider, .. } => {
                self.see_sign_in(account, seen.position)
            }
            _ => {}
        }
    }

    fn see_sign_in(&mut self, account: &str, position: u64) {
        let Some((subject, linked_at)) = self.users.get(account) else {
            let zh = format!("用户 {account} 经统一身份认证登录，当时并未关联");
            let en = format!("{account} came in through a provider and was linked with none");
            self.findings.push(Finding::among(vec![position], zh, en));
            return;
        };
        if self.subjects.get(subject).is_none_or(|(known, _)| known != account) {
            let zh = format!("用户 {account} 经统一身份认证登录，认证方当时并未关联该用户");
            let en = format!(
                "{account} came in through a provider that had the subject linked with nobody or another"
            );
            self.findings.push(Finding::among(vec![*linked_at, position], zh, en));
        }
    }

    fn see_provider(&mut self, seen: &Seen, event: &IdentityProviderEvent) {
        match event {
            IdentityProviderEvent::SubjectLinked { subject_index, account, .. } => {
                let subject = (seen.stream_id.clone(), subject_index.clone());
                let linked = (account.to_string(), seen.position);
                if let Some((_, before)) = self.subjects.insert(subject, linked) {
                    let zh = "同一统一身份关联了两次，其间未解除".to_owned();
                    let en = "a subject was linked twice and not released in between".to_owned();
                    self.findings.push(Finding::among(vec![before, seen.position], zh, en));
                }
            }
            IdentityProviderEvent::SubjectReleased { subject_index, .. } => {
                self.subjects.remove(&(seen.stream_id.clone(), subject_index.clone()));
            }
            IdentityProviderEvent::ProviderSignInsRefused { .. } => {}
        }
    }

    /// What one side says and the other does not.
    fn compare(&mut self) {
        for (account, (subject, position)) in &self.users {
            if self.subjects.get(subject).is_none_or(|(known, _)| known != account) {
                let zh = format!("用户 {account} 的关联在认证方一侧没有记录");
                let en = format!("the provider's stream does not say that {account} is linked");
                self.findings.push(Finding::among(vec![*position], zh, en));
            }
        }
        for (subject, (account, position)) in &self.subjects {
            if self.users.get(account).is_none_or(|(known, _)| known != subject) {
                let zh = format!("认证方一侧的关联在用户 {account} 处没有记录");
                let en = format!("the user's stream does not say that {account} is linked");
                self.findings.push(Finding::among(vec![*position], zh, en));
            }
        }
    }
}

impl Watch for SignIns {
    fn invariant(&self) -> Invariant {
        Invariant {
            code: "sign_ins",
            zh: "经统一身份认证登录的用户当时均已关联，用户与认证方两侧的关联一致",
            en: "who came in through a provider was linked then, and users and providers agree on who is linked",
        }
    }

    fn see(&mut self, seen: &Seen) {
        match &seen.event {
            Some(AnyEvent::User(event)) => self.see_user(seen, event),
            Some(AnyEvent::IdentityProvider(event)) => self.see_provider(seen, event),
            _ => {}
        }
    }

    fn finish(mut self: Box<Self>) -> Vec<Finding> {
        self.compare();
        self.findings
    }
}
