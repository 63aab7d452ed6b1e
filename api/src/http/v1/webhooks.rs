//! Webhooks: which systems are told of changes, and what became of the messages.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::actor::ActorId;
use domain::webhook::{WebhookCommand, WebhookFilter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Done;
use crate::http::Api;
use crate::http::input::{AtDesk, Named, Sent};
use crate::http::list::Page;
use crate::http::problem::Problem;
use crate::processes::ProcessError;
use crate::processes::webhooks::{self as office, NewWebhook};

pub(super) async fn list(State(api): State<Api>, headers: HeaderMap) -> Result<Response, Problem> {
    let found = office::webhooks(api.office()).await?;
    page(&api, &headers, found).await
}

pub(super) async fn dead(
    State(api): State<Api>,
    Named(webhook): Named<Uuid>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = office::dead_letters(api.office(), webhook).await?;
    page(&api, &headers, found).await
}

async fn page<T: Serialize>(api: &Api, headers: &HeaderMap, found: Vec<T>) -> Result<Response, Problem> {
    let position = api.office().repository.log().length().await.map_err(ProcessError::from)?;
    Page::of(found, u32::MAX, position, |_: &T| 0).answer(headers)
}

/// A webhook to subscribe.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSubscription {
    /// The account of the system that is told.
    consumer: ActorId,
    /// Where: https://, or http:// to a host that the server allows by name.
    url: String,
    /// Of what; of everything when absent.
    #[serde(default)]
    filter: WebhookFilter,
}

/// A webhook that was subscribed.
#[derive(Serialize, JsonSchema)]
pub struct SubscribedView {
    webhook_id: Uuid,
    /// Signs its messages; it is shown this once, and a repeat of the request does not show it again.
    secret: String,
}

pub(super) async fn subscribe(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Sent(sent): Sent<NewSubscription>,
) -> Result<Json<SubscribedView>, Problem> {
    let NewSubscription { consumer, url, filter } = sent;
    let made = office::subscribe_webhook(api.office(), &desk, NewWebhook { consumer, url, filter }).await?;
    Ok(Json(SubscribedView { webhook_id: made.webhook_id, secret: made.secret }))
}

/// A change of a webhook.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum WebhookChange {
    /// Sends nothing until it is resumed.
    Pause {
        /// Why.
        reason: String,
    },
    /// Goes on where it was paused.
    Resume {},
    /// Sends nothing ever again.
    End {
        /// Why.
        reason: String,
    },
    /// Tries messages that were given up once more.
    Replay {
        /// The position of one; every one when absent.
        #[serde(default)]
        position: Option<u64>,
    },
}

pub(super) async fn change(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named(webhook): Named<Uuid>,
    Sent(sent): Sent<WebhookChange>,
) -> Result<Json<Done>, Problem> {
    let command = match sent {
        WebhookChange::Pause { reason } => WebhookCommand::Pause { reason },
        WebhookChange::Resume {} => WebhookCommand::Resume,
        WebhookChange::End { reason } => WebhookCommand::End { reason },
        WebhookChange::Replay { position } => {
            office::replay_dead_letters(api.office(), &desk, webhook, position).await?;
            return Done::with(&api, webhook).await;
        }
    };
    office::change_webhook(api.office(), &desk, webhook, command).await?;
    Done::with(&api, webhook).await
}
