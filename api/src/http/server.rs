//! Serves with a bound on every wait: a slow or silent peer is cut off instead of kept.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// How long a peer may take to send its request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long open requests may take to end after the server was told to stop.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections at once; more wait to be accepted, so that memory stays bounded.
const CONNECTIONS: usize = 2_000;

/// Serves until `stop` resolves, then lets open requests end.
///
/// # Errors
/// None of a single connection; only those that end the listener.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) -> io::Result<()> {
    let mut server = Builder::new(hyper_util::rt::TokioExecutor::new());
    // axum's own `serve` waits for a request's head without end
    server.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    server.http2().timer(TokioTimer::new()).keep_alive_interval(Some(HEAD_TIMEOUT));
    let open = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut stop = pin!(stop);
    loop {
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place.map_err(io::Error::other)?,
            () = &mut stop => break,
        };
        let stream = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        // a refused or reset connection is the peer's trouble alone
        let Ok((stream, _)) = stream else { continue };
        let service = TowerToHyperService::new(router.clone());
        let connection = server.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
        let watched = open.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = watched.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(DRAIN_TIMEOUT, open.shutdown()).await;
    Ok(())
}
