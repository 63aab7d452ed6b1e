//! What those who watch the server see.

use std::path::PathBuf;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use projections::Lag;
use projections::runner::Runner;
use tokio::sync::watch;

use super::Standing;
use crate::http::{Health, Nights, Readiness};

/// The ledger is healthy when its log can be asked, however its nights go.
pub struct LedgerHealth {
    runner: Arc<Runner>,
    data: PathBuf,
    standing: Option<watch::Receiver<Standing>>,
}

impl LedgerHealth {
    /// Of a ledger with its data in `data`, and of the nightly work where it is done here.
    pub fn new(
        runner: Arc<Runner>,
        data: PathBuf,
        standing: Option<watch::Receiver<Standing>>,
    ) -> LedgerHealth {
        LedgerHealth { runner, data, standing }
    }
}

impl Health for LedgerHealth {
    fn head(&self) -> BoxFuture<'_, anyhow::Result<Readiness>> {
        async {
            let events = self.runner.log().length().await?;
            let lag = self.runner.lag().await?.iter().map(Lag::behind).max().unwrap_or_default();
            let disk = nix::sys::statvfs::statvfs(&self.data).ok();
            let disk_free = disk.map(|disk| disk.blocks_available() * disk.fragment_size());
            Ok(Readiness { events, lag, disk_free })
        }
        .boxed()
    }

    fn nights(&self) -> Option<Nights> {
        let Standing { last, failing } = self.standing.as_ref()?.borrow().clone();
        let ended_at = last.as_ref().map(|night| night.ended_at);
        Some(Nights { last: last.map(|night| night.night), ended_at, failing })
    }
}
