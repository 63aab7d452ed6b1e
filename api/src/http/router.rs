//! The whole HTTP surface, grouped by who calls it.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use chrono::{DateTime, NaiveDate, Utc};
use futures::future::BoxFuture;
use serde::Serialize;

use super::proofs::{self, Proofs};

/// Tells whether the ledger can be asked, or an error nobody outside reads.
pub trait Health: Send + Sync + 'static {
    /// Asks the database.
    fn head(&self) -> BoxFuture<'_, anyhow::Result<Readiness>>;

    /// How the nightly work goes; none where it is not done here. A night that failed leaves the server ready.
    fn nights(&self) -> Option<Nights> {
        None
    }
}

/// How the nightly work goes, for those who watch the server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Nights {
    /// The newest night that was done.
    pub last: Option<NaiveDate>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// The code of a failure, until a night succeeds.
    pub failing: Option<String>,
}

/// What whoever watches the server is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// Events in the log.
    pub events: u64,
    /// Events that the slowest projection has not applied.
    pub lag: u64,
    /// Free bytes where the data is; none where that cannot be asked.
    pub disk_free: Option<u64>,
}

/// Less free space than this is no readiness: PostgreSQL stops when its disk is full.
const DISK_FREE_MIN: u64 = 256 << 20;

/// Every route but those of [`proof_routes`], which a ledger has beside these.
pub fn router(health: Arc<dyn Health>) -> Router {
    Router::new()
        // those who watch the server
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .route("/version", get(version))
        .with_state(health)
}

/// That the program lives.
#[derive(Serialize)]
pub(crate) struct Live {
    status: &'static str,
}

/// The routes of those who prove; [`super::EntriesServed`] says whether the entries are among them.
pub fn proof_routes(proofs: Proofs) -> Router {
    Router::new()
        .route("/proofs/checkpoint", get(proofs::checkpoint))
        .route("/proofs/tile/{*place}", get(proofs::tile))
        .with_state(proofs)
}

#[derive(Serialize)]
struct Ready {
    status: &'static str,
    events: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nights: Option<Nights>,
    lag: Option<u64>,
    disk_free: Option<u64>,
}

#[derive(Serialize)]
struct Version {
    name: &'static str,
    version: &'static str,
    rule_version: String,
}

/// Answers as long as the program lives.
pub(crate) async fn live() -> Json<Live> {
    Json(Live { status: "live" })
}

async fn ready(State(health): State<Arc<dyn Health>>) -> (StatusCode, Json<Ready>) {
    let nights = health.nights();
    match health.head().await {
        Ok(Readiness { events, lag, disk_free }) => {
            let full = disk_free.is_some_and(|free| free < DISK_FREE_MIN);
            let (code, status) =
                if full { (StatusCode::SERVICE_UNAVAILABLE, "disk_full") } else { (StatusCode::OK, "ready") };
            (code, Json(Ready { status, events: Some(events), lag: Some(lag), disk_free, nights }))
        }
        Err(error) => {
            tracing::warn!(%error, "the database cannot be reached");
            let status = "database_unreachable";
            let ready = Ready { status, events: None, lag: None, disk_free: None, nights };
            (StatusCode::SERVICE_UNAVAILABLE, Json(ready))
        }
    }
}

async fn version() -> Json<Version> {
    let rule_version = domain::policy::RuleBook::published().version().to_owned();
    Json(Version { name: "ledger", version: env!("CARGO_PKG_VERSION"), rule_version })
}
