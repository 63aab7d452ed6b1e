//! One webhook: what waits for it, and what becomes of that.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::Utc;
use domain::user::{DataScope, Entry, User, UserKind};
use domain::webhook::{Subscription, Webhook};
use projections::listings::{self, ChangeEntry, ChangeFilter};
use projections::runner::Until;
use projections::snapshot::Snapshot;
use projections::{audit_trail, case_files};
use rustls::ClientConfig;
use sqlx::Row;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::send::{Delivery, Message, SendError, send, trust};
use super::sign::signature;
use crate::http::CloudEvent;
use crate::processes::webhooks::label;
use crate::processes::{Office, ProcessError};

/// Messages of one turn.
const BATCH: u32 = 50;

/// How long one server may send to one webhook before others may, in seconds; begins again with each message that was
/// taken. More than one message takes.
const LEASE_SECONDS: f64 = 60.0;

/// The longest pause after a refusal, in seconds.
const PAUSE_MAX: f64 = 21_600.0;

/// What a turn works with.
pub(super) struct Courier {
    pub office: Office,
    origin: String,
    pub delivery: Delivery,
    trust: Arc<ClientConfig>,
    /// No further message is begun.
    stopping: AtomicBool,
}

/// A webhook whose turn it is.
struct Turn {
    webhook_id: Uuid,
    subscription: Subscription,
    data_scope: DataScope,
    secret: Zeroizing<Vec<u8>>,
    next_position: u64,
    tries: u32,
    /// Whether the pause after the last refusal is over.
    due: bool,
}

impl Courier {
    pub fn try_new(office: Office, origin: String, delivery: Delivery) -> Result<Courier, rustls::Error> {
        Ok(Courier { office, origin, delivery, trust: trust()?, stopping: AtomicBool::new(false) })
    }

    /// Lets the messages that are on their way arrive, and begins no other: leases are given back by that.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Every webhook for which something waits.
    pub async fn webhooks(&self) -> Result<Vec<Uuid>, ProcessError> {
        let end = self.office.repository.log().length().await?;
        let query = sqlx::query_scalar(include_str!("sql/ids.sql")).bind(end.cast_signed());
        Ok(query.fetch_all(&self.office.pool).await?)
    }

    /// Sends what waits for one webhook, unless it is paused, over, or another server does.
    pub async fn deliver(&self, webhook_id: Uuid) -> Result<(), ProcessError> {
        let state = self.office.repository.load_newest::<Webhook>(webhook_id).await?.state;
        let Webhook::Active(subscription) = &*state else { return Ok(()) };
        let user = self.office.repository.load_newest::<User>(&subscription.consumer).await?.state;
        let account = user.account().filter(|account| account.kind == UserKind::Consumer);
        let Some(account) = account.filter(|account| account.entry == Entry::Open) else { return Ok(()) };
        let Some(turn) = self.lease(webhook_id, subscription, &account.data_scope).await? else {
            return Ok(());
        };
        let outcome = self.take(turn).await;
        sqlx::query(include_str!("sql/release.sql")).bind(webhook_id).execute(&self.office.pool).await?;
        outcome
    }

    async fn lease(
        &self,
        webhook_id: Uuid,
        subscription: &Subscription,
        data_scope: &DataScope,
    ) -> Result<Option<Turn>, ProcessError> {
        let query = sqlx::query(include_str!("sql/lease.sql")).bind(webhook_id).bind(LEASE_SECONDS);
        let Some(row) = query.fetch_optional(&self.office.pool).await? else { return Ok(None) };
        let sealed: Vec<u8> = row.try_get("sealed")?;
        let secret = self.office.keyring.open_secret(&label(webhook_id), &sealed);
        Ok(Some(Turn {
            webhook_id,
            subscription: subscription.clone(),
            data_scope: data_scope.clone(),
            secret: secret
                .ok_or_else(|| ProcessError::Damaged("a webhook's secret does not open".to_owned()))?,
            next_position: row.try_get::<i64, _>("next_position")?.cast_unsigned(),
            tries: row.try_get::<i32, _>("tries")?.cast_unsigned(),
            due: row.try_get("due")?,
        }))
    }

    async fn take(&self, turn: Turn) -> Result<(), ProcessError> {
        self.replay(&turn).await?;
        if !turn.due {
            return Ok(());
        }
        let (changes, end) = self.changes(&turn, turn.next_position, BATCH).await?;
        let full = changes.len() == BATCH as usize;
        for change in changes {
            if self.is_stopping() {
                return Ok(());
            }
            let tries = if change.position == turn.next_position { turn.tries } else { 0 };
            match self.tell(&turn, &change).await {
                Ok(()) => self.advance(&turn, change.position + 1, 1).await?,
                Err(error) if tries + 1 >= self.delivery.tries => {
                    self.bury(&turn, change.position, tries + 1, error).await?;
                    self.advance(&turn, change.position + 1, 0).await?;
                }
                Err(error) => return self.pause(&turn, change.position, tries, error).await,
            }
        }
        if !full && end > turn.next_position {
            // what is not of this webhook is not looked at again
            self.advance(&turn, end, 0).await?;
        }
        Ok(())
    }

    /// Tries once more what was given up and asked for.
    async fn replay(&self, turn: &Turn) -> Result<(), ProcessError> {
        let pool = &self.office.pool;
        let query = sqlx::query_scalar(include_str!("sql/wanted.sql")).bind(turn.webhook_id);
        let wanted: Vec<i64> = query.bind(i64::from(BATCH)).fetch_all(pool).await?;
        for position in wanted {
            if self.is_stopping() {
                return Ok(());
            }
            let (found, _) = self.changes(turn, position.cast_unsigned(), 1).await?;
            let change = found.into_iter().find(|change| change.position == position.cast_unsigned());
            let outcome = match change {
                Some(change) => self.tell(turn, &change).await,
                // it is of a community that is not seen any more
                None => Ok(()),
            };
            let query = match outcome {
                Ok(()) => {
                    sqlx::query(include_str!("sql/forget_dead.sql")).bind(turn.webhook_id).bind(position)
                }
                Err(error) => sqlx::query(include_str!("sql/bury_again.sql"))
                    .bind(turn.webhook_id)
                    .bind(position)
                    .bind(error.to_string()),
            };
            query.execute(pool).await?;
        }
        Ok(())
    }

    /// What there is from a position on as the consumer sees it, and where the log ends.
    async fn changes(
        &self,
        turn: &Turn,
        from: u64,
        limit: u32,
    ) -> Result<(Vec<ChangeEntry>, u64), ProcessError> {
        let wanted = &turn.subscription.filter;
        let filter = ChangeFilter {
            program: wanted.program,
            stream: wanted.stream.clone(),
            ..ChangeFilter::default()
        };
        let filter = filter.seen_by(&turn.data_scope);
        self.office.runner.catch_up(Until::Head).await?;
        let mut seen = Snapshot::take(&self.office.pool, &[&audit_trail::ABOUT, &case_files::ABOUT]).await?;
        let end = seen.position();
        Ok((listings::changes(seen.connection(), &filter, from, limit).await?, end))
    }

    async fn tell(&self, turn: &Turn, change: &ChangeEntry) -> Result<(), SendError> {
        let (id, timestamp) = (format!("{}-{}", turn.webhook_id, change.position), Utc::now().timestamp());
        let body = CloudEvent::of(&self.origin, change.clone()).text();
        let signature = signature(&turn.secret, &id, timestamp, &body);
        let message = Message { id, timestamp, signature, body };
        let how = (&self.office.webhook_hosts, &self.delivery);
        send(&self.trust, how, &turn.subscription.url, message).await
    }

    async fn advance(&self, turn: &Turn, next: u64, delivered: i64) -> Result<(), ProcessError> {
        sqlx::query(include_str!("sql/advance.sql"))
            .bind(turn.webhook_id)
            .bind(next.cast_signed())
            .bind(delivered)
            .bind(LEASE_SECONDS)
            .execute(&self.office.pool)
            .await?;
        Ok(())
    }

    async fn bury(
        &self,
        turn: &Turn,
        position: u64,
        tries: u32,
        error: SendError,
    ) -> Result<(), ProcessError> {
        tracing::warn!(webhook = %turn.webhook_id, position, failure = %error, "a message was given up");
        sqlx::query(include_str!("sql/bury.sql"))
            .bind(turn.webhook_id)
            .bind(position.cast_signed())
            .bind(tries.cast_signed())
            .bind(error.to_string())
            .execute(&self.office.pool)
            .await?;
        Ok(())
    }

    async fn pause(
        &self,
        turn: &Turn,
        position: u64,
        tries: u32,
        error: SendError,
    ) -> Result<(), ProcessError> {
        sqlx::query(include_str!("sql/pause.sql"))
            .bind(turn.webhook_id)
            .bind(position.cast_signed())
            .bind(tries.cast_signed() + 1)
            .bind(pause_seconds(self.delivery.first_pause.as_secs_f64(), tries, random()))
            .bind(error.to_string())
            .execute(&self.office.pool)
            .await?;
        Ok(())
    }
}

/// How long a message waits after so many refusals before: four times as long each time, a fifth more or less, so that many
/// webhooks of one system do not come back at once.
fn pause_seconds(first: f64, tries: u32, random: f64) -> f64 {
    let pause = first * 4_f64.powi(i32::try_from(tries).unwrap_or(i32::MAX));
    pause.min(PAUSE_MAX) * (0.8 + 0.4 * random)
}

/// A number from 0 to 1.
fn random() -> f64 {
    let mut bytes = [0_u8; 2];
    // without randomness there is no jitter, which does no harm
    let _ = getrandom::fill(&mut bytes);
    f64::from(u16::from_be_bytes(bytes)) / f64::from(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound_and_differ() {
        let about = |tries| pause_seconds(5.0, tries, 0.5);
        assert_eq!([about(0), about(1), about(2)].map(f64::round), [5.0, 20.0, 80.0]);
        assert_eq!(about(30).round(), PAUSE_MAX);
        assert!(pause_seconds(5.0, 1, 0.0) < 17.0 && pause_seconds(5.0, 1, 1.0) > 23.0);
    }
}
