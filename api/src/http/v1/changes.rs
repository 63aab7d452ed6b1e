//! The audit trail in pages, and the feed of changes: long poll, or server-sent events, each change a CloudEvent.
//!
//! A change says that something happened, of which kind and to whom, by identifiers; it never carries what was recorded.
//! Positions have no gaps and readers never skip, so that whoever asks from the last position on misses nothing. What is of
//! other communities than the caller's is not there.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::ids::{CaseId, PersonId};
use domain::program::Program;
use futures::Stream;
use projections::listings::{self, ChangeEntry, ChangeFilter};
use projections::projection::About;
use projections::{audit_trail, case_files};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::http::Api;
use crate::http::input::{Asked, AtDesk};
use crate::http::list::{Page, limit, place, sort_unknown};
use crate::http::problem::Problem;

/// The longest wait for news, in seconds.
const WAIT_MAX: u64 = 30;
/// How often other programs' news are looked for.
const LOOK: Duration = Duration::from_secs(1);
/// How long a stream of events lasts: the token is asked again then.
const STREAM_TIME: Duration = Duration::from_secs(900);
/// Changes that a stream reads at once.
const BATCH: u32 = 200;

/// Which events of the trail.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrailAsked {
    /// Concerning one person, disclosures of their values included.
    person: Option<PersonId>,
    /// Concerning one case.
    case: Option<CaseId>,
    /// By one account.
    actor: Option<String>,
    /// position, or -position for the newest first; position when absent.
    sort: Option<String>,
    /// How many, at most 500.
    limit: Option<u32>,
    /// From the page before.
    cursor: Option<String>,
}

pub(super) async fn trail(
    State(api): State<Api>,
    AtDesk { caller, .. }: AtDesk,
    Asked(asked): Asked<TrailAsked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (limit, place) = (limit(asked.limit)?, place::<u64>(asked.cursor.as_deref())?);
    let TrailAsked { person, case, actor, sort, .. } = asked;
    let filter = ChangeFilter { person, case, actor, ..ChangeFilter::default() }.seen_by(&caller.data_scope);
    let mut seen = api.snapshot(&ABOUT).await?;
    match sort.as_deref() {
        None | Some("position") => {
            let from = place.unwrap_or(0);
            let rows = listings::changes(seen.connection(), &filter, from, limit + 1).await?;
            Page::of(rows, limit, seen.position(), |last| last.position + 1).answer(&headers)
        }
        Some("-position") => {
            let until = place.unwrap_or_else(|| seen.position());
            let rows = listings::changes_newest(seen.connection(), &filter, until, limit + 1).await?;
            Page::of(rows, limit, seen.position(), |last| last.position.saturating_sub(1)).answer(&headers)
        }
        Some(_) => Err(sort_unknown()),
    }
}

/// What the trail is read with.
const ABOUT: [&About; 2] = [&audit_trail::ABOUT, &case_files::ABOUT];

/// Which changes, from where.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedAsked {
    /// The first position that is wanted: `next` of the answer before; 0 for everything.
    from: Option<u64>,
    /// Of cases of one program, by its code.
    program: Option<Program>,
    /// Of streams of one type, such as BenefitCase.
    stream: Option<String>,
    /// How many, at most 500.
    limit: Option<u32>,
    /// How many seconds to wait for news, at most 30; 0 when absent.
    wait: Option<u64>,
}

/// Changes, and where to go on.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Changes {
    /// The changes, in the order of the log.
    events: Vec<CloudEvent>,
    /// The next `from`.
    next: u64,
}

/// A change in the form of CloudEvents 1.0, structured JSON.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CloudEvent {
    /// 1.0.
    specversion: &'static str,
    /// The log position, as text.
    id: String,
    /// `urn:ledger:` and the ledger's name.
    source: String,
    /// `ledger.`, the stream's type and the event's type.
    #[serde(rename = "type")]
    kind: String,
    /// The stream's type and its identifier.
    subject: String,
    /// When it was recorded.
    time: DateTime<Utc>,
    /// application/json.
    datacontenttype: &'static str,
    /// What kind of thing happened to whom, by identifiers.
    data: ChangeEntry,
}

/// Reads for one caller.
#[derive(Clone)]
struct Follower {
    api: Api,
    filter: ChangeFilter,
}

pub(super) async fn feed(
    State(api): State<Api>,
    AtDesk { caller, .. }: AtDesk,
    Asked(asked): Asked<FeedAsked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let limit = limit(asked.limit)?;
    let wait = Duration::from_secs(asked.wait.unwrap_or(0).min(WAIT_MAX));
    let (program, stream) = (asked.program, asked.stream);
    let filter = ChangeFilter { program, stream, ..ChangeFilter::default() }.seen_by(&caller.data_scope);
    let follower = Follower { api, filter };
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accept.contains("text/event-stream") {
        let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
        let last = last.and_then(|last| last.parse::<u64>().ok()).map(|last| last.saturating_add(1));
        let from = last.or(asked.from).unwrap_or(0);
        let stream = Sse::new(follower.events(from)).keep_alive(KeepAlive::default());
        return Ok(stream.into_response());
    }
    let changes = follower.wait(asked.from.unwrap_or(0), limit, wait).await?;
    Ok(Json(changes).into_response())
}

impl Follower {
    /// What there is from a position on, and where to go on: behind the last one, or behind everything that was read.
    async fn read(&self, from: u64, limit: u32) -> Result<Changes, Problem> {
        let mut seen = self.api.snapshot(&ABOUT).await?;
        let rows = listings::changes(seen.connection(), &self.filter, from, limit).await?;
        let full = rows.len() == limit as usize;
        let last = rows.last().map(|last| last.position + 1).filter(|_| full);
        let next = last.unwrap_or(seen.position()).max(from.min(seen.position()));
        let events = rows.into_iter().map(|row| CloudEvent::of(self.api.origin(), row)).collect();
        Ok(Changes { events, next })
    }

    /// The same, once there is something or the time is over.
    async fn wait(&self, from: u64, limit: u32, wait: Duration) -> Result<Changes, Problem> {
        let until = Instant::now() + wait;
        let mut from = from;
        loop {
            let changes = self.read(from, limit).await?;
            if !changes.events.is_empty() || Instant::now() >= until {
                return Ok(changes);
            }
            from = changes.next;
            self.news(from, until).await?;
        }
    }

    /// Waits until the log goes on at a position, or the time is over. What everybody waits for is asked of the database
    /// once for all: thousands may wait.
    async fn news(&self, from: u64, until: Instant) -> Result<(), Problem> {
        let mut news = self.api.office().repository.appender().growth().watch();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let heard = *news.borrow_and_update();
            if left.is_zero() || heard > from || self.api.length_lately().await? > from {
                return Ok(());
            }
            let _ = tokio::time::timeout(left.min(LOOK), news.changed()).await;
        }
    }

    /// Each change as an event whose id is its position; ends after a while, so that the token is asked again.
    fn events(self, from: u64) -> impl Stream<Item = Result<Event, Infallible>> {
        let until = Instant::now() + STREAM_TIME;
        let batches = futures::stream::unfold((self, from), move |(follower, from)| async move {
            let left = until.checked_duration_since(Instant::now())?;
            let changes = follower.wait(from, BATCH, left).await.ok()?;
            let next = changes.next;
            Some((futures::stream::iter(changes.events.into_iter().map(sent)), (follower, next)))
        });
        futures::StreamExt::flatten(batches)
    }
}

fn sent(change: CloudEvent) -> Result<Event, Infallible> {
    let text = change.text();
    Ok(Event::default().id(change.id).event("change").data(text))
}

impl CloudEvent {
    /// A change of a ledger of this name.
    pub fn of(origin: &str, row: ChangeEntry) -> CloudEvent {
        CloudEvent {
            specversion: "1.0",
            id: row.position.to_string(),
            source: format!("urn:ledger:{origin}"),
            kind: format!("ledger.{}.{}", row.stream, row.event),
            subject: format!("{}/{}", row.stream, row.stream_id),
            time: row.recorded_at,
            datacontenttype: "application/json",
            data: row,
        }
    }

    /// As it is sent.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
