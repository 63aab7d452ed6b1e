//! 推送: tells other systems of changes as they happen, in the form of Standard Webhooks: the CloudEvents of the feed, signed.
//!
//! A reader of the log by position for each webhook, with a row of its own that says how far it went. One message after
//! another, in the order of the log; one that is refused is tried again with growing pauses, holds back the ones behind it
//! meanwhile, and is given up after the last try: it is listed then and can be asked for once more. A message may come
//! twice and has the same id then. Of several servers one sends at a time: it holds a lease that runs out with it.
//!
//! | File | What |
//! |---|---|
//! | `sign` | the signature |
//! | `place` | which addresses may be told |
//! | `send` | one message over a connection of its own |
//! | `words` | why a message was not taken, for people |
//! | `deliver` | one webhook: what waits, and what becomes of it |

mod deliver;
mod place;
mod send;
mod sign;
mod words;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};
use tokio::task::{JoinHandle, JoinSet};
use uuid::Uuid;

use crate::processes::{Office, ProcessError};
use deliver::Courier;
pub use place::{AllowedHosts, Unfit};
pub use send::{Delivery, SendError};
pub use words::failure_in_words;

/// How many webhooks are told at once.
const AT_ONCE: usize = 16;
/// How long the log may be left alone after a look.
const QUIET: Duration = Duration::from_millis(200);

/// The messages of a ledger that is served.
#[derive(Debug)]
pub struct Webhooks {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Webhooks {
    /// Begins to send. `origin` names the log.
    ///
    /// # Errors
    /// When the suite of TLS is not usable.
    pub fn start(office: Office, origin: String, delivery: Delivery) -> Result<Webhooks, rustls::Error> {
        let courier = Arc::new(Courier::try_new(office, origin, delivery)?);
        let (stop, stopped) = oneshot::channel();
        Ok(Webhooks { stop, task: tokio::spawn(follow(courier, stopped)) })
    }

    /// Begins no further message and ends when those on their way were answered, or took too long.
    pub async fn finish(self) {
        let _ = self.stop.send(());
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the messages to other systems ended early");
        }
    }
}

async fn follow(courier: Arc<Courier>, mut stopped: oneshot::Receiver<()>) {
    let mut news = courier.office.repository.appender().growth().watch();
    let (mut running, mut tasks) = (HashSet::new(), JoinSet::new());
    let places = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        news.mark_unchanged();
        while let Some(done) = tasks.try_join_next_with_id() {
            match done {
                Ok((_, webhook)) => {
                    running.remove(&webhook);
                }
                // whose it was is not known: all are looked at again
                Err(_) => running.clear(),
            }
        }
        match courier.webhooks().await {
            Ok(webhooks) => {
                for webhook in webhooks.into_iter().filter(|webhook| running.insert(*webhook)) {
                    tasks.spawn(turn(Arc::clone(&courier), Arc::clone(&places), webhook));
                }
            }
            Err(error) => tracing::error!(code = error.code(), "the webhooks cannot be read; tried again"),
        }
        tokio::select! {
            _ = &mut stopped => break,
            _ = tokio::time::timeout(courier.delivery.poll, news.changed()) => {}
        }
        tokio::time::sleep(QUIET.min(courier.delivery.poll)).await;
    }
    courier.stop();
    while tasks.join_next().await.is_some() {}
}

async fn turn(courier: Arc<Courier>, places: Arc<Semaphore>, webhook: Uuid) -> Uuid {
    if let Ok(_place) = places.acquire().await {
        told(courier.deliver(webhook).await, webhook);
    }
    webhook
}

fn told(outcome: Result<(), ProcessError>, webhook: Uuid) {
    if let Err(error) = outcome {
        tracing::error!(%webhook, code = error.code(), "a webhook cannot be worked on; tried again");
    }
}
