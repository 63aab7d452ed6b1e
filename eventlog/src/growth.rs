//! News that the log has grown: within the process at once, between processes by NOTIFY.
//!
//! News is a hint that saves waiting. What a reader may rely on is the log itself, by position.

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::sync::watch;

use crate::database::LedgerDatabase;

/// The least time between two notifications, so that a busy log does not flood its readers.
const QUIET: Duration = Duration::from_millis(20);
/// How long to wait before listening again after the connection was lost.
const LISTEN_AGAIN: Duration = Duration::from_secs(1);

/// The length of the log as far as this process has heard. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Growth {
    /// What this process wrote.
    written: watch::Sender<u64>,
    /// What this process wrote or heard of.
    heard: watch::Sender<u64>,
}

impl Growth {
    /// Begins to listen and to notify, until the last clone is gone.
    pub fn start(database: &LedgerDatabase) -> Growth {
        let growth = Growth { written: watch::Sender::new(0), heard: watch::Sender::new(0) };
        let options = database.service_options().options([("synchronous_commit", "off")]);
        let pool = PgPoolOptions::new().max_connections(2).connect_lazy_with(options);
        tokio::spawn(notify(pool.clone(), database.channel(), growth.written.subscribe()));
        tokio::spawn(listen(pool, database.channel(), growth.heard.clone(), growth.written.subscribe()));
        growth
    }

    /// Says that this process made the log `length` events long.
    pub(crate) fn wrote(&self, length: u64) {
        raise(&self.written, length);
        raise(&self.heard, length);
    }

    /// Watches the length of the log.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.heard.subscribe()
    }
}

fn raise(sender: &watch::Sender<u64>, length: u64) {
    sender.send_if_modified(|known| {
        let grown = length > *known;
        *known = length.max(*known);
        grown
    });
}

/// Ends when all clones of the [`Growth`] are gone.
async fn notify(pool: PgPool, channel: String, mut written: watch::Receiver<u64>) {
    while written.changed().await.is_ok() {
        let length = *written.borrow_and_update();
        let sent = sqlx::query("select pg_notify($1, $2)")
            .bind(&channel)
            .bind(length.to_string())
            .execute(&pool)
            .await;
        if let Err(error) = sent {
            tracing::debug!(%error, "a notification was not sent; readers will find out by themselves");
        }
        tokio::time::sleep(QUIET).await;
    }
}

/// Ends when all clones of the [`Growth`] are gone, which closes `written`.
async fn listen(pool: PgPool, channel: String, heard: watch::Sender<u64>, mut written: watch::Receiver<u64>) {
    let closed = async move { while written.changed().await.is_ok() {} };
    let listening = async move {
        loop {
            if let Err(error) = listen_once(&pool, &channel, &heard).await {
                tracing::debug!(%error, "listening was interrupted");
            }
            tokio::time::sleep(LISTEN_AGAIN).await;
        }
    };
    tokio::select! {
        () = closed => {}
        () = listening => {}
    }
}

async fn listen_once(pool: &PgPool, channel: &str, heard: &watch::Sender<u64>) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(channel).await?;
    loop {
        let notification = listener.recv().await?;
        if let Ok(length) = notification.payload().parse() {
            raise(heard, length);
        }
    }
}
