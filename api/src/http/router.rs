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

/// Tells whether the ledger can be asked: `Ok(head)` with the number of events, or an error nobody outside reads.
pub trait Health: Send + Sync + 'static {
    /// Asks the database.
    fn head(&self) -> BoxFuture<'_, anyhow::Result<u64>>;

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
        Ok(events) => (StatusCode::OK, Json(Ready { status: "ready", events: Some(events), nights })),
        Err(error) => {
            tracing::warn!(%error, "the database cannot be reached");
            let ready = Ready { status: "database_unreachable", events: None, nights };
            (StatusCode::SERVICE_UNAVAILABLE, Json(ready))
        }
    }
}

async fn version() -> Json<Version> {
    let rule_version = domain::policy::RuleBook::published().version().to_owned();
    Json(Version { name: "ledger", version: env!("CARGO_PKG_VERSION"), rule_version })
}
