//! What those who watch the server see.

use eventlog::read::Log;
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::watch;

use super::Standing;
use crate::http::{Health, Nights};

/// The ledger is healthy when its log can be asked, however its nights go.
pub struct LedgerHealth {
    log: Log,
    standing: Option<watch::Receiver<Standing>>,
}

impl LedgerHealth {
    /// Of a log, and of the nightly work where it is done here.
    pub fn new(log: Log, standing: Option<watch::Receiver<Standing>>) -> LedgerHealth {
        LedgerHealth { log, standing }
    }
}

impl Health for LedgerHealth {
    fn head(&self) -> BoxFuture<'_, anyhow::Result<u64>> {
        async { Ok(self.log.length().await?) }.boxed()
    }

    fn nights(&self) -> Option<Nights> {
        let Standing { last, failing } = self.standing.as_ref()?.borrow().clone();
        let ended_at = last.as_ref().map(|night| night.ended_at);
        Some(Nights { last: last.map(|night| night.night), ended_at, failing })
    }
}
