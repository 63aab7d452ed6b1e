//! The log's proofs as static resources in the paths of C2SP `tlog-tiles`: checkpoint, tiles, bundles of entries.
//!
//! A path has one spelling and an answer never changes, except that of the checkpoint. What the newest checkpoint does
//! not cover is not there, also when it is already stored.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use eventlog::merkle::tile::Tile;
use futures::future::BoxFuture;

/// The newest signed checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// How many entries it covers.
    pub size: u64,
    /// The note, byte for byte, with the cosignatures that there are.
    pub note: String,
}

/// Where the proofs come from. Errors are for the log of the server; nobody outside reads them.
pub trait ProofSource: Send + Sync + 'static {
    /// The newest checkpoint; none before the first.
    fn checkpoint(&self) -> BoxFuture<'_, anyhow::Result<Option<SignedCheckpoint>>>;

    /// The first `width` hashes of a tile, as bytes. Asked only for what the newest checkpoint covers, also for fewer
    /// hashes than the tile has by now: an older checkpoint needed them so.
    fn tile(&self, tile: Tile) -> BoxFuture<'_, anyhow::Result<Option<Vec<u8>>>>;

    /// The first `width` entries below a tile of level 0, as a bundle. Asked as [`ProofSource::tile`] is.
    fn entries(&self, tile: Tile) -> BoxFuture<'_, anyhow::Result<Option<Vec<u8>>>>;
}

/// Whether the entries themselves are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntriesServed {
    /// They are not there. Hashes prove what somebody holds already and tell nothing else, so they may be public.
    Withheld,
    /// To whoever can reach the server. An entry holds an event as it was stored: names and numbers of people stand in it
    /// only sealed, but which household, which program, which amount and who decided can be read, and one who knows a
    /// case finds it again. Serve them only where everybody who can connect may read case files.
    Served,
}

/// The source, and how much of it is served.
#[derive(Clone)]
pub struct Proofs {
    /// Where they come from.
    pub source: Arc<dyn ProofSource>,
    /// Whether the entries are there.
    pub entries: EntriesServed,
}

/// The whole prefix of a tile's path; the rest is read by [`Tile::parse`] and by nothing else.
const TILE_PREFIX: &str = "/proofs/tile/";

/// Proofs of old checkpoints stay what they were.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Entries stay what they were too, but are for the one who asked.
const FOR_THE_READER: &str = "private, max-age=31536000, immutable";
/// The next checkpoint comes within a second, and what is missing now may be there then.
const NOT_AT_ALL: &str = "no-store";

pub(super) async fn checkpoint(State(proofs): State<Proofs>) -> Response {
    match proofs.source.checkpoint().await {
        Ok(Some(newest)) => {
            let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, NOT_AT_ALL)];
            (headers, newest.note).into_response()
        }
        Ok(None) => missing(),
        Err(error) => failed(&error),
    }
}

/// Answers for the path as it was sent: what a router decodes would have several spellings.
pub(super) async fn tile(State(proofs): State<Proofs>, uri: Uri) -> Response {
    let Some((tile, entries)) = uri.path().strip_prefix(TILE_PREFIX).and_then(Tile::parse) else {
        return missing();
    };
    match fetch(&proofs, tile, entries).await {
        Ok(Some(bytes)) => {
            let kept = if entries { FOR_THE_READER } else { FOR_EVER };
            let headers = [(CONTENT_TYPE, "application/octet-stream"), (CACHE_CONTROL, kept)];
            (headers, Bytes::from(bytes)).into_response()
        }
        Ok(None) => missing(),
        Err(error) => failed(&error),
    }
}

async fn fetch(proofs: &Proofs, tile: Tile, entries: bool) -> anyhow::Result<Option<Vec<u8>>> {
    if entries && proofs.entries == EntriesServed::Withheld {
        return Ok(None);
    }
    let size = proofs.source.checkpoint().await?.map_or(0, |newest| newest.size);
    let newest = Tile::in_tree(tile.level, tile.index, size);
    if newest.is_none_or(|newest| newest.width < tile.width) {
        return Ok(None);
    }
    if entries { proofs.source.entries(tile).await } else { proofs.source.tile(tile).await }
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, [(CACHE_CONTROL, NOT_AT_ALL)]).into_response()
}

fn failed(error: &anyhow::Error) -> Response {
    tracing::error!(error = format!("{error:#}"), "a proof cannot be served");
    (StatusCode::SERVICE_UNAVAILABLE, [(CACHE_CONTROL, NOT_AT_ALL)]).into_response()
}
