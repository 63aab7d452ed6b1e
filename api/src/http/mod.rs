//! The program over HTTP: whether the server is well, which version it is, the proofs of the log, and the API.
//!
//! [`v1::endpoints`] is the whole surface of the API as a list. What every request passes is [`guard`]; what a refusal looks
//! like is [`problem`]. Handlers call the processes that the command line calls and have no rules of their own.

mod answers;
pub mod endpoint;
pub mod examples;
mod finishing;
mod guard;
pub(crate) mod handed_in;
mod input;
pub mod limits;
mod list;
mod metrics;
mod openapi;
mod page;
mod patience;
pub mod problem;
mod proofs;
mod router;
mod server;
mod tls;
pub mod v1;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::from_fn_with_state;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use domain::benefit_case::{BenefitCase, CaseSubject};
use domain::household::Household;
use domain::ids::{CaseId, HouseholdId, PersonId};
use domain::user::DataScope;
use projections::case_files;
use projections::projection::About;
use projections::runner::Until;
use projections::snapshot::Snapshot;
use tokio::sync::Mutex;
use tower::util::MapResponseLayer;

use crate::access::Caller;
use crate::check::Outside;
use crate::processes::summary::Summaries;
use crate::processes::{Office, ProcessError};
use answers::Answers;
use limits::{Bounds, Limits};
use metrics::Metrics;
use problem::Problem;

pub use openapi::document;
pub use proofs::{EntriesServed, ProofSource, Proofs, SignedCheckpoint};
pub(crate) use router::live;
pub use router::{Health, Nights, Readiness, proof_routes, router};
pub use server::{serve, serve_with};
pub use tls::{Tls, TlsError, TlsFiles};
pub(crate) use v1::CloudEvent;

/// What the handlers of the API work with. Cheap to clone.
#[derive(Clone)]
pub struct Api(Arc<Inside>);

struct Inside {
    office: Office,
    origin: String,
    limits: Limits,
    answers: Answers,
    summaries: Summaries,
    metrics: Metrics,
    length: Mutex<Option<(Instant, u64)>>,
    outside: Outside,
}

/// How old the length of the log may be that everybody is told who waits for news.
const LATELY: Duration = Duration::from_secs(1);

impl Api {
    /// The API of a ledger; `origin` names its log.
    pub fn new(office: Office, origin: String, bounds: Bounds) -> Api {
        Api::knowing(office, origin, bounds, Outside::default())
    }

    /// The same, with the public keys that go into bundles.
    pub fn knowing(office: Office, origin: String, bounds: Bounds, outside: Outside) -> Api {
        let answers = Answers::new(office.repository.rounds());
        let summaries = Summaries::new(&office);
        let limits = Limits::new(bounds);
        let (metrics, length) = (Metrics::default(), Mutex::default());
        Api(Arc::new(Inside { office, origin, limits, answers, summaries, metrics, length, outside }))
    }

    /// What the proofs are compared with beside the database.
    pub fn outside(&self) -> &Outside {
        &self.0.outside
    }

    /// What every job works with.
    pub fn office(&self) -> &Office {
        &self.0.office
    }

    /// Names the log.
    pub fn origin(&self) -> &str {
        &self.0.origin
    }

    /// How many events the log held a second ago or later: asked once for all who wait.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn length_lately(&self) -> Result<u64, Problem> {
        let mut known = self.0.length.lock().await;
        match *known {
            Some((asked_at, length)) if asked_at.elapsed() < LATELY => Ok(length),
            _ => {
                let length = self.office().repository.log().length().await.map_err(ProcessError::from)?;
                *known = Some((Instant::now(), length));
                Ok(length)
            }
        }
    }

    /// What summaries are made of, for all who ask at once.
    fn summaries(&self) -> &Summaries {
        &self.0.summaries
    }

    fn limits(&self) -> &Limits {
        &self.0.limits
    }

    fn answers(&self) -> &Answers {
        &self.0.answers
    }

    fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// The read tables of now as this caller sees them: people of their communities alone, by the database itself.
    ///
    /// # Errors
    /// Those of the projections and the database.
    pub async fn seen_by(&self, caller: &Caller, about: &[&'static About]) -> Result<Snapshot, Problem> {
        Ok(self.snapshot(about).await?.narrow(&caller.data_scope).await?)
    }

    /// The read tables of now, for questions that name the caller's communities themselves.
    ///
    /// # Errors
    /// Those of the projections and the database.
    pub async fn snapshot(&self, about: &[&'static About]) -> Result<Snapshot, Problem> {
        self.office().runner.catch_up(Until::Head).await?;
        Ok(Snapshot::take(&self.office().pool, about).await?)
    }

    /// Those of some cases that are of communities that the caller sees.
    ///
    /// # Errors
    /// Those of the projections and the database.
    pub async fn cases_seen_by(
        &self,
        caller: &Caller,
        cases: &[CaseId],
    ) -> Result<BTreeSet<CaseId>, Problem> {
        let mut seen = self.seen_by(caller, &[&case_files::ABOUT]).await?;
        let rows = case_files::queries::cases(seen.connection(), cases).await?;
        Ok(rows.iter().map(|case| case.case_id).collect())
    }

    /// Those of some persons who belonged to a household of a community that the caller sees.
    ///
    /// # Errors
    /// Those of the projections and the database.
    pub async fn persons_seen_by(
        &self,
        caller: &Caller,
        persons: &[PersonId],
    ) -> Result<BTreeSet<PersonId>, Problem> {
        let mut seen = self.seen_by(caller, &[&case_files::ABOUT]).await?;
        let rows = case_files::queries::members(seen.connection(), persons).await?;
        Ok(rows.iter().map(|member| member.person_id).collect())
    }

    /// Whether a household is of a community that the caller sees.
    ///
    /// # Errors
    /// 404 where it is not, as where there is none.
    pub async fn household_seen_by(&self, caller: &Caller, id: HouseholdId) -> Result<(), Problem> {
        let loaded = self.office().repository.load_since::<Household>(id, caller.came_at).await;
        let state = loaded.map_err(ProcessError::from)?.state;
        let seen = state.registered().is_some_and(|home| caller.sees(&home.community));
        if seen { Ok(()) } else { Err(Problem::not_found()) }
    }

    /// A case with its parties, of a community that the caller sees.
    ///
    /// # Errors
    /// 404 where it is not, as where there is none.
    pub async fn case_seen_by(&self, caller: &Caller, id: CaseId) -> Result<CaseSubject, Problem> {
        let loaded = self.office().repository.load_since::<BenefitCase>(id, caller.came_at).await;
        let state = loaded.map_err(ProcessError::from)?.state;
        let subject = *state.subject().ok_or_else(Problem::not_found)?;
        // who sees every community need not be told which one it is of
        if caller.data_scope != DataScope::Everywhere {
            self.household_seen_by(caller, subject.household_id).await?;
        }
        Ok(subject)
    }

    /// Begins to look at the case that a request names, while it is found out who asks: whoever is let in then finds it
    /// looked at. What this meets is told where the case is asked for.
    async fn foresee_case(&self, id: CaseId, came_at: Instant) {
        let _told_later = self.office().repository.load_since::<BenefitCase>(id, came_at).await;
    }
}

/// The routes of the API, its document and the page to browse it.
pub fn api_routes(api: &Api) -> Router {
    let mut routes: Router<Api> = Router::new();
    for endpoint in v1::endpoints() {
        let (path, route) = (format!("{ROOT}{}", endpoint.path), endpoint.route.clone());
        let gate = guard::Gate { api: api.clone(), endpoint: Arc::new(endpoint) };
        // the guard has read the body already, with a bound of its own for each kind
        let route = route.layer(DefaultBodyLimit::disable());
        let route = route.layer(from_fn_with_state(gate, guard::guard));
        routes = routes.route(&path, route);
    }
    let document = serde_json::to_string_pretty(&document()).unwrap_or_default();
    let (page, counted) = (page::page(), api.clone());
    routes
        .route(&format!("{ROOT}/openapi.json"), get(move || async move { json(document) }))
        .route(ROOT, get(move || async move { Html(page) }))
        .route("/metrics", get(move || async move { counts(&counted).await }))
        .method_not_allowed_fallback(|| async { wrong_method() })
        .with_state(api.clone())
        .layer(MapResponseLayer::new(secured))
}

/// Where the API begins.
pub const ROOT: &str = "/api/v1";

fn json(text: String) -> Response {
    ([("content-type", "application/json")], text).into_response()
}

async fn counts(api: &Api) -> Response {
    let events = api.office().repository.log().length().await.unwrap_or_default();
    let lag = api.office().runner.lag().await.unwrap_or_default();
    let behind = lag.iter().map(projections::Lag::behind).max().unwrap_or_default();
    let gauges = [
        ("ledger_log_events", "Events in the log.", events),
        ("ledger_projection_lag_events", "Events that the slowest projection has not applied.", behind),
    ];
    let kind = [("content-type", "text/plain; version=0.0.4")];
    (kind, api.metrics().text(&gauges)).into_response()
}

fn wrong_method() -> Problem {
    let (zh, en) = ("此地址不支持该方法。", "this address does not take this method");
    Problem::new(axum::http::StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", zh, en)
}

/// Headers of every answer: nothing is guessed, framed or kept by others.
fn secured(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    // a file that somebody handed in comes with a stricter one
    let policy = HeaderValue::from_static(
        "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy);
    response
}
