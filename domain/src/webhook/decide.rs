//! Deciding and evolving a webhook.

use super::{Subscription, Webhook, WebhookCommand, WebhookError, WebhookEvent, WebhookTerms};
use crate::aggregate::{Context, Decider, ImpossibleEvent};
use crate::event_catalogue::stream_kinds;

type Decided = Result<Vec<WebhookEvent>, WebhookError>;

impl Decider for Webhook {
    const TYPE: &'static str = "Webhook";
    type Command = WebhookCommand;
    type Event = WebhookEvent;
    type Error = WebhookError;

    fn decide(&self, command: WebhookCommand, context: &Context) -> Decided {
        if !command.allowed_roles().contains(&context.actor.role) {
            return Err(WebhookError::RoleNotAllowed);
        }
        let (today, by) = (context.today, context.actor.id.clone());
        match (self, command) {
            (Webhook::Unsubscribed, WebhookCommand::Subscribe(terms)) => subscribe(terms, context),
            (Webhook::Unsubscribed, _) => Err(WebhookError::WebhookUnknown),
            (Webhook::Ended(_), WebhookCommand::End { .. }) => Ok(vec![]),
            (Webhook::Ended(_), _) => Err(WebhookError::WebhookEnded),
            (Webhook::Active(known) | Webhook::Paused(known), WebhookCommand::Subscribe(terms)) => {
                if known.is_of(&terms) { Ok(vec![]) } else { Err(WebhookError::WebhookTaken) }
            }
            (Webhook::Paused(_), WebhookCommand::Pause { .. })
            | (Webhook::Active(_), WebhookCommand::Resume) => Ok(vec![]),
            (Webhook::Active(_), WebhookCommand::Pause { reason }) => {
                let reason = said(&reason)?;
                Ok(vec![WebhookEvent::WebhookPaused { reason, paused_on: today, by }])
            }
            (Webhook::Paused(_), WebhookCommand::Resume) => {
                Ok(vec![WebhookEvent::WebhookResumed { resumed_on: today, by }])
            }
            (Webhook::Active(_) | Webhook::Paused(_), WebhookCommand::End { reason }) => {
                let reason = said(&reason)?;
                Ok(vec![WebhookEvent::WebhookEnded { reason, ended_on: today, by }])
            }
        }
    }

    fn try_evolve(&mut self, event: &WebhookEvent) -> Result<(), ImpossibleEvent> {
        *self = match (&*self, event) {
            (Webhook::Unsubscribed, WebhookEvent::WebhookSubscribed { consumer, url, filter, .. }) => {
                let (consumer, url, filter) = (consumer.clone(), url.clone(), filter.clone());
                Webhook::Active(Subscription { consumer, url, filter })
            }
            (Webhook::Active(known), WebhookEvent::WebhookPaused { .. }) => Webhook::Paused(known.clone()),
            (Webhook::Paused(known), WebhookEvent::WebhookResumed { .. }) => Webhook::Active(known.clone()),
            (Webhook::Active(known) | Webhook::Paused(known), WebhookEvent::WebhookEnded { .. }) => {
                Webhook::Ended(known.clone())
            }
            _ => return Err(ImpossibleEvent::new(event, &*self)),
        };
        Ok(())
    }
}

fn subscribe(terms: WebhookTerms, context: &Context) -> Decided {
    let WebhookTerms { webhook_id, consumer, url, filter } = terms;
    if !is_usable(&url) {
        return Err(WebhookError::UrlUnusable);
    }
    let known = |name: &String| stream_kinds().iter().any(|kind| kind.stream_type == name);
    if filter.stream.as_ref().is_some_and(|name| !known(name)) {
        return Err(WebhookError::StreamMalformed);
    }
    let (subscribed_on, by) = (context.today, context.actor.id.clone());
    Ok(vec![WebhookEvent::WebhookSubscribed { webhook_id, consumer, url, filter, subscribed_on, by }])
}

impl Subscription {
    fn is_of(&self, terms: &WebhookTerms) -> bool {
        self.consumer == terms.consumer && self.url == terms.url && self.filter == terms.filter
    }
}

/// Whether a message can be sent to an address as far as its letters say. Nothing secret may stand in it, because it stands
/// in the log; what it resolves to is looked at with every message.
fn is_usable(url: &str) -> bool {
    const LENGTH_MAX: usize = 500;
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let Some(rest) = rest else { return false };
    let host = rest.split('/').next().unwrap_or_default();
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic() && !b"@?#\\\"<>^`{|}".contains(&byte));
    url.len() <= LENGTH_MAX && plain && !host.is_empty() && !host.starts_with(':')
}

fn said(text: &str) -> Result<String, WebhookError> {
    const WORDS_MAX: usize = 200;
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= WORDS_MAX && !text.contains(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err(WebhookError::WordsMissing) }
}
