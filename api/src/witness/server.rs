//! The witness over HTTP: what logs call, and its public key for whoever asks.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use eventlog::merkle::note::NOTE_BYTES_MAX;

use super::book::{Book, Unsigned};
use super::judge::Refusal;
use crate::http::live;

/// The most bytes of a request: a note, and 63 lines of a proof before it.
const BODY_BYTES_MAX: usize = NOTE_BYTES_MAX + 4 * 1024;

/// How long a log may take to send its request.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Every route of a witness.
pub fn routes(book: Arc<Book>) -> Router {
    Router::new()
        // the logs that are watched
        .route("/add-checkpoint", post(add_checkpoint).layer(DefaultBodyLimit::max(BODY_BYTES_MAX)))
        // whoever wants to know whose signature it is
        .route("/", get(key))
        .route("/witness.vkey", get(key))
        // those who watch the server
        .route("/health/live", get(live))
        .with_state(book)
}

async fn key(State(book): State<Arc<Book>>) -> String {
    format!("{}\n", book.key())
}

async fn add_checkpoint(State(book): State<Arc<Book>>, request: Request) -> Response {
    let body = match tokio::time::timeout(BODY_TIMEOUT, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => body,
        Ok(Err(rejection)) => return rejection.into_response(),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    // a clock before 1970 is no reason to stop: the signature then says 1970
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    // goes on when the log hangs up: what is judged is written or refused as a whole
    match tokio::task::spawn_blocking(move || book.consider(&body, now)).await {
        Ok(Ok(line)) => format!("{line}\n").into_response(),
        Ok(Err(Unsigned::Refused(refusal))) => refused(&refusal),
        Ok(Err(error @ Unsigned::Unwritten(_))) => unavailable(&error),
        Err(error) => unavailable(&error),
    }
}

fn refused(refusal: &Refusal) -> Response {
    let status = match refusal {
        Refusal::Request(_) | Refusal::Checkpoint(_) | Refusal::Backwards { .. } => StatusCode::BAD_REQUEST,
        Refusal::UnknownLog(_) => StatusCode::NOT_FOUND,
        Refusal::Unsigned => StatusCode::FORBIDDEN,
        Refusal::Unproven { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::OldSize { cosigned } | Refusal::Smaller { cosigned } | Refusal::Fork { cosigned } => {
            let size = format!("{cosigned}\n");
            return (StatusCode::CONFLICT, [(CONTENT_TYPE, "text/x.tlog.size")], size).into_response();
        }
    };
    (status, format!("{refusal}\n")).into_response()
}

fn unavailable(error: &dyn std::error::Error) -> Response {
    tracing::error!(%error, "nothing can be cosigned");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}
