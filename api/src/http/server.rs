//! Serves with a bound on every wait: a slow or silent peer is cut off instead of kept.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::header::{HeaderValue, STRICT_TRANSPORT_SECURITY};
use axum::middleware::map_response;
use axum::response::Response;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use super::patience::{FirstBytes, bound_body};
use super::tls::Tls;

/// How long a peer may take to agree on TLS, to say which HTTP it speaks, and to send its request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long open requests may take to end after the server was told to stop.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections at once; more wait to be accepted, so that memory stays bounded.
const CONNECTIONS_MAX: usize = 10_000;
/// Open files that are kept for everything else.
const FILES_KEPT: u64 = 200;

/// Two years, in which browsers that were here come over TLS alone (RFC 6797).
const STRICT: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// Serves until `stop` resolves, then lets open requests end.
///
/// # Errors
/// None of a single connection; only those that end the listener.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) -> io::Result<()> {
    serve_with(listener, router, None, stop).await
}

/// The same over TLS, where there is a certificate.
///
/// # Errors
/// Those of [`serve`].
pub async fn serve_with(
    listener: TcpListener,
    router: Router,
    tls: Option<Tls>,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let mut server = Builder::new(TokioExecutor::new());
    // axum's own `serve` waits for a request's head without end
    server.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    server.http2().timer(TokioTimer::new()).keep_alive_interval(Some(HEAD_TIMEOUT));
    let router = if tls.is_some() { router.layer(map_response(strict)) } else { router };
    let open = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(connections()));
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
        let (server, router, watcher) = (server.clone(), router.clone(), open.watcher());
        let acceptor = tls.as_ref().map(Tls::acceptor);
        tokio::spawn(async move {
            connection(&server, router, watcher, stream, acceptor).await;
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(DRAIN_TIMEOUT, open.shutdown()).await;
    Ok(())
}

async fn connection(
    server: &Builder<TokioExecutor>,
    router: Router,
    watcher: Watcher,
    stream: TcpStream,
    acceptor: Option<TlsAcceptor>,
) {
    let Some(acceptor) = acceptor else { return speak(server, router, watcher, stream).await };
    match tokio::time::timeout(HEAD_TIMEOUT, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => speak(server, router, watcher, stream).await,
        Ok(Err(error)) => tracing::debug!(%error, "no TLS was agreed on"),
        Err(_) => tracing::debug!("a peer took too long to agree on TLS"),
    }
}

async fn speak<S>(server: &Builder<TokioExecutor>, router: Router, watcher: Watcher, stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let stream = TokioIo::new(FirstBytes::within(HEAD_TIMEOUT, stream));
    let service = TowerToHyperService::new(router.map_request(bound_body));
    let connection = server.serve_connection_with_upgrades(stream, service).into_owned();
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn strict(mut response: Response) -> Response {
    response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, STRICT);
    response
}

/// How many connections may be open: an accept that failed for want of files would be tried again without end. The
/// process is allowed as many files as the system lets it have.
fn connections() -> usize {
    let files = getrlimit(Resource::RLIMIT_NOFILE).map_or(1_024, |(soft, hard)| {
        if setrlimit(Resource::RLIMIT_NOFILE, hard, hard).is_ok() { hard } else { soft }
    });
    usize::try_from(files.saturating_sub(FILES_KEPT))
        .map_or(CONNECTIONS_MAX, |files| files.clamp(1, CONNECTIONS_MAX))
}
