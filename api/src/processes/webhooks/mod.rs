//! 推送订阅: which systems are told of changes, and what became of the messages. What is sent is [`crate::webhooks`].

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use domain::actor::{ActorId, Role};
use domain::user::{Entry, UserKind};
use domain::webhook::{Subscription, Webhook, WebhookCommand, WebhookError, WebhookFilter, WebhookTerms};
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::Row;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::users::user;
use super::{Desk, Office, ProcessError, Step};
use crate::webhooks::Unfit;

/// The bytes of a secret (Standard Webhooks asks for 24 to 64).
const SECRET_BYTES: usize = 32;

/// What a secret begins with.
const PREFIX: &str = "whsec_";

/// A subscription that is wanted.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    /// The account of the system that is told.
    pub consumer: ActorId,
    /// Where.
    pub url: String,
    /// Of what.
    pub filter: WebhookFilter,
}

/// A subscription that was made. Not to be written anywhere but to whoever asked.
#[derive(Clone, Serialize)]
pub struct SubscribedWebhook {
    /// Names it; no secret.
    pub webhook_id: Uuid,
    /// Signs its messages; nobody can show it again.
    pub secret: String,
}

/// A webhook and how far it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WebhookStanding {
    /// Which.
    pub webhook_id: Uuid,
    /// Active, paused or ended.
    pub state: &'static str,
    /// Who is told of what, where.
    pub subscription: Subscription,
    /// The position from which it was not told yet.
    pub next_position: u64,
    /// Messages that were taken.
    pub delivered: u64,
    /// Messages that were given up.
    pub dead: u64,
    /// How often the next one was refused.
    pub tries: u32,
    /// Why it was refused last, by code.
    pub failure: Option<String>,
    /// When it is tried again.
    pub retry_at: Option<DateTime<Utc>>,
}

/// A message that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DeadLetter {
    /// The position of the change.
    pub position: u64,
    /// How often it was tried.
    pub tries: u32,
    /// Why it was refused last, by code.
    pub failure: String,
    /// When.
    pub failed_at: DateTime<Utc>,
    /// Whether it is to be tried once more.
    pub wanted: bool,
}

/// Subscribes a system to what happens from now on: the event first, then the secret.
///
/// # Errors
/// [`ProcessError`]: no open account of another system, an address inside that is not allowed, or the domain refuses.
pub async fn subscribe_webhook(
    office: &Office,
    desk: &Desk,
    wanted: NewWebhook,
) -> Result<SubscribedWebhook, ProcessError> {
    let NewWebhook { consumer, url, filter } = wanted;
    let account = user(office, &consumer).await?;
    if account.kind != UserKind::Consumer || account.entry != Entry::Open {
        return Err(ProcessError::Refused {
            code: "consumer_required",
            field: "consumer",
            zh: "推送只发给正常的对接系统账号。".to_owned(),
            en: "changes are sent to an open account of another system alone".to_owned(),
        });
    }
    check_place(office, &url)?;
    let webhook_id = Uuid::new_v4();
    let next_position = office.repository.log().length().await?;
    let mut secret = Zeroizing::new([0_u8; SECRET_BYTES]);
    getrandom::fill(&mut *secret).map_err(|error| ProcessError::Damaged(error.to_string()))?;
    let sealed = office.keyring.seal_secret(&label(webhook_id), &*secret)?;
    let command = WebhookCommand::Subscribe(WebhookTerms { webhook_id, consumer, url, filter });
    change_webhook(office, desk, webhook_id, command).await?;
    sqlx::query(include_str!("sql/insert_webhook.sql"))
        .bind(webhook_id)
        .bind(sealed)
        .bind(next_position.cast_signed())
        .execute(&office.pool)
        .await?;
    Ok(SubscribedWebhook { webhook_id, secret: format!("{PREFIX}{}", STANDARD.encode(*secret)) })
}

/// Refuses a URL that its letters give away; what a name resolves to is looked at with each message.
fn check_place(office: &Office, url: &str) -> Result<(), ProcessError> {
    let refused = |code, zh: &str, en: &str| {
        Err(ProcessError::Refused { code, field: "url", zh: zh.to_owned(), en: en.to_owned() })
    };
    match office.webhook_hosts.admit(url) {
        Ok(()) => Ok(()),
        Err(Unfit::NoUrl) => Err(ProcessError::refused(&WebhookError::UrlUnusable)),
        Err(Unfit::Inside) => refused(
            "address_forbidden",
            "网址指向本机或内部网络，主机未列入允许名单；确需推送的，启动服务时用 --allow-webhook-host 列入。",
            "the address is of this machine or its network, and the host is not allowed by name: see --allow-webhook-host",
        ),
        Err(Unfit::Clear) => refused(
            "tls_required",
            "网址须以 https:// 开头；确需明文推送的，启动服务时用 --allow-webhook-host 列入主机。",
            "the URL must begin with https://, unless its host is allowed by name: see --allow-webhook-host",
        ),
    }
}

/// One command to a webhook.
///
/// # Errors
/// [`ProcessError`] when the domain refuses.
pub async fn change_webhook(
    office: &Office,
    desk: &Desk,
    webhook_id: Uuid,
    command: WebhookCommand,
) -> Result<(), ProcessError> {
    office.together(desk, Uuid::new_v4(), [Step::Webhook(webhook_id.to_string(), command)]).await?;
    Ok(())
}

/// Every webhook, by its identifier.
///
/// # Errors
/// Those of the database.
pub async fn webhooks(office: &Office) -> Result<Vec<WebhookStanding>, ProcessError> {
    let rows = sqlx::query(include_str!("sql/webhooks.sql")).fetch_all(&office.pool).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let webhook_id: Uuid = row.try_get("webhook_id")?;
        let webhook = office.repository.load_newest::<Webhook>(webhook_id).await?.state;
        let Some(subscription) = webhook.subscription().cloned() else { continue };
        found.push(WebhookStanding {
            webhook_id,
            state: webhook.code(),
            subscription,
            next_position: row.try_get::<i64, _>("next_position")?.cast_unsigned(),
            delivered: row.try_get::<i64, _>("delivered")?.cast_unsigned(),
            dead: row.try_get::<i64, _>("dead")?.cast_unsigned(),
            tries: row.try_get::<i32, _>("tries")?.cast_unsigned(),
            failure: row.try_get("failure")?,
            retry_at: row.try_get("retry_at")?,
        });
    }
    Ok(found)
}

/// What was given up of a webhook's messages, by position.
///
/// # Errors
/// [`ProcessError::Refused`] when there is no such webhook; those of the database.
pub async fn dead_letters(office: &Office, webhook_id: Uuid) -> Result<Vec<DeadLetter>, ProcessError> {
    subscribed(office, webhook_id).await?;
    let query = sqlx::query(include_str!("sql/dead_letters.sql")).bind(webhook_id);
    let rows = query.fetch_all(&office.pool).await?;
    let each = |row: &sqlx::postgres::PgRow| {
        Ok(DeadLetter {
            position: row.try_get::<i64, _>("position")?.cast_unsigned(),
            tries: row.try_get::<i32, _>("tries")?.cast_unsigned(),
            failure: row.try_get("failure")?,
            failed_at: row.try_get("failed_at")?,
            wanted: row.try_get("wanted")?,
        })
    };
    rows.iter().map(each).collect()
}

/// Messages to a system that were given up and are not to be tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenUp {
    /// Which webhook.
    pub webhook_id: Uuid,
    /// The account of the system.
    pub consumer: ActorId,
    /// How many.
    pub count: u64,
}

/// The webhooks of which messages were given up, with how many; without those that are over, to which nothing is sent.
///
/// # Errors
/// Those of the database.
pub async fn given_up(office: &Office) -> Result<Vec<GivenUp>, ProcessError> {
    let rows = sqlx::query(include_str!("sql/given_up.sql")).fetch_all(&office.pool).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let webhook_id: Uuid = row.try_get("webhook_id")?;
        let webhook = office.repository.load_newest::<Webhook>(webhook_id).await?.state;
        if let Webhook::Active(subscription) | Webhook::Paused(subscription) = &*webhook {
            let (consumer, count) = (subscription.consumer.clone(), row.try_get::<i64, _>("count")?);
            found.push(GivenUp { webhook_id, consumer, count: count.cast_unsigned() });
        }
    }
    Ok(found)
}

/// Asks for messages that were given up to be tried once more: one, or all of a webhook. How many there are.
///
/// # Errors
/// [`ProcessError::Refused`] for anybody but an administrator, and when there is no such webhook.
pub async fn replay_dead_letters(
    office: &Office,
    desk: &Desk,
    webhook_id: Uuid,
    position: Option<u64>,
) -> Result<u64, ProcessError> {
    if desk.actor.role != Role::Administrator {
        return Err(ProcessError::refused(&WebhookError::RoleNotAllowed));
    }
    subscribed(office, webhook_id).await?;
    let query = sqlx::query(include_str!("sql/want_dead_letters.sql")).bind(webhook_id);
    let done = query.bind(position.map(u64::cast_signed)).execute(&office.pool).await?;
    Ok(done.rows_affected())
}

/// Refuses what nobody subscribed.
async fn subscribed(office: &Office, webhook_id: Uuid) -> Result<(), ProcessError> {
    let webhook = office.repository.load_newest::<Webhook>(webhook_id).await?.state;
    let unknown = || ProcessError::refused(&WebhookError::WebhookUnknown);
    webhook.subscription().map(|_| ()).ok_or_else(unknown)
}

/// Binds a secret to its webhook.
pub(crate) fn label(webhook_id: Uuid) -> String {
    format!("webhook|{webhook_id}")
}
