//! `ledger serve`: HTTP until a signal; open requests may end.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use eventlog::merkle::hash::Sha256Tree;
use eventlog::merkle::store::{StoredCheckpoint, TreeStore};
use eventlog::merkle::tile::{TILE_WIDTH, Tile, push_entry, tile_bytes};
use eventlog::read::Log;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;
use tokio::net::TcpListener;

use super::failure::{Done, Failure};
use super::session::Session;
use crate::app::App;
use crate::embedded_postgres::unless_interrupted;
use crate::http::{self, EntriesServed, Health, ProofSource, Proofs, SignedCheckpoint};

/// Serves on `listen`; port 0 takes a free one. The address is printed when requests are taken.
///
/// # Errors
/// [`Failure`]: the address is taken, or the ledger cannot be opened.
pub(super) async fn run(
    session: &Session,
    listen: SocketAddr,
    entries: EntriesServed,
) -> Result<Done, Failure> {
    let opened = unless_interrupted(App::open_as_kept(&session.settings)).await?;
    let app = opened.map_err(Failure::opening)?;
    session.tell_of_erasures(&app);
    let served = serve(session, &app, listen, entries).await;
    app.close().await?;
    served.map(|()| Done::Well)
}

/// Where a demonstration is served.
pub(super) const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// Serves an open ledger until a signal.
///
/// # Errors
/// [`Failure::Refused`] when the address is taken.
pub(super) async fn serve(
    session: &Session,
    app: &App,
    listen: SocketAddr,
    entries: EntriesServed,
) -> Result<(), Failure> {
    let listener = listen_on(listen).await?;
    let address = listener.local_addr()?;
    let screen = session.screen;
    screen.say(format!("正在服务：http://{address}"), format!("Serving on http://{address}"))?;
    screen.answer(&json!({ "listen": format!("http://{address}") }))?;
    io::stdout().flush()?;
    let health = Arc::new(LogHealth(app.office().repository.log().clone()));
    let stop = unless_interrupted(futures::future::pending::<()>()).map(|_| ());
    let source = Arc::new(KeptProofs(app.tree().clone()));
    let proofs = http::proof_routes(Proofs { source, entries });
    Ok(http::serve(listener, http::router(health).merge(proofs), stop).await?)
}

/// Takes an address.
///
/// # Errors
/// [`Failure::Refused`] when it is taken.
pub(super) async fn listen_on(listen: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(listen).await.map_err(|error| Failure::Refused {
        code: "address_unavailable",
        zh: format!("无法监听 {listen}：{error}"),
        en: format!("cannot listen on {listen}: {error}"),
    })
}

/// The proofs as the ledger keeps them.
struct KeptProofs(TreeStore<Sha256Tree>);

impl ProofSource for KeptProofs {
    fn checkpoint(&self) -> BoxFuture<'_, anyhow::Result<Option<SignedCheckpoint>>> {
        let signed = |kept: StoredCheckpoint| SignedCheckpoint { size: kept.size, note: kept.note };
        async move { Ok(self.0.newest_checkpoint().await?.map(signed)) }.boxed()
    }

    fn tile(&self, tile: Tile) -> BoxFuture<'_, anyhow::Result<Option<Vec<u8>>>> {
        async move { Ok(Some(tile_bytes(&self.0.tile(tile).await?))) }.boxed()
    }

    fn entries(&self, tile: Tile) -> BoxFuture<'_, anyhow::Result<Option<Vec<u8>>>> {
        async move {
            let (first, mut bundle) = (tile.index * TILE_WIDTH, Vec::new());
            let entries = self.0.entries(first, tile.width.into()).await?;
            let whole = entries.iter().all(|entry| push_entry(&mut bundle, entry));
            Ok((whole && entries.len() == usize::from(tile.width)).then_some(bundle))
        }
        .boxed()
    }
}

/// The ledger is healthy when its log can be asked.
struct LogHealth(Log);

impl Health for LogHealth {
    fn head(&self) -> BoxFuture<'_, anyhow::Result<u64>> {
        async { Ok(self.0.length().await?) }.boxed()
    }
}
