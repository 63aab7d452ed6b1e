//! The whole HTTP surface, grouped by who calls it.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use futures::future::BoxFuture;
use serde::Serialize;

use super::proofs::{self, Proofs};

/// Tells whether the ledger can be asked: `Ok(head)` with the number of events, or an error nobody outside reads.
pub trait Health: Send + Sync + 'static {
    /// Asks the database.
    fn head(&self) -> BoxFuture<'_, anyhow::Result<u64>>;
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
    match health.head().await {
        Ok(events) => (StatusCode::OK, Json(Ready { status: "ready", events: Some(events) })),
        Err(error) => {
            tracing::warn!(%error, "the database cannot be reached");
            (StatusCode::SERVICE_UNAVAILABLE, Json(Ready { status: "database_unreachable", events: None }))
        }
    }
}

async fn version() -> Json<Version> {
    let rule_version = domain::policy::RuleBook::published().version().to_owned();
    Json(Version { name: "ledger", version: env!("CARGO_PKG_VERSION"), rule_version })
}
