//! Following the log from a position, as it grows.

use std::time::Duration;

use tokio::sync::watch;

use crate::event::StoredEvent;
use crate::growth::Growth;
use crate::read::{Log, ReadError};

/// How long news may be missing before the log itself is asked.
const POLL: Duration = Duration::from_secs(1);

/// A reader that follows the log. It asks for events by position, so it never skips one: positions are handed out
/// under a lock kept to commit, so an event is seen only after all before it.
#[derive(Debug)]
pub struct Subscription {
    log: Log,
    news: watch::Receiver<u64>,
    next: u64,
    batch_max: u32,
}

impl Subscription {
    /// Follows the log from position `from` on, by at most `batch_max` events at once.
    pub fn new(log: Log, growth: &Growth, from: u64, batch_max: u32) -> Subscription {
        Subscription { log, news: growth.watch(), next: from, batch_max: batch_max.max(1) }
    }

    /// The position of the next event.
    pub fn position(&self) -> u64 {
        self.next
    }

    /// The next events, at least one; waits until there are some. May be dropped while it waits.
    ///
    /// # Errors
    /// [`ReadError`]; asking again then asks for the same events.
    pub async fn next_batch(&mut self) -> Result<Vec<StoredEvent>, ReadError> {
        loop {
            let events = self.ready_batch().await?;
            if !events.is_empty() {
                return Ok(events);
            }
            // Nothing there is also the answer when news has come too early: the log decides.
            let _ = tokio::time::timeout(POLL, self.news.changed()).await;
        }
    }

    /// The next events that are already there; none when the reader has caught up.
    ///
    /// # Errors
    /// [`ReadError`]; asking again then asks for the same events.
    pub async fn ready_batch(&mut self) -> Result<Vec<StoredEvent>, ReadError> {
        self.news.mark_unchanged();
        let events = self.log.read_from(self.next, self.batch_max).await?;
        self.next += events.len() as u64;
        Ok(events)
    }
}
