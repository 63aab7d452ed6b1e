//! One message over a connection of its own: the name is resolved once, what it resolves to is looked at, and that very
//! address is connected to, so that no second answer of a name server comes in between. Nothing is followed, nothing of the
//! answer but its status is read.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::uri::Scheme;
use axum::http::{Request, StatusCode, Uri, header};
use hyper::client::conn::http1;
use hyper_rustls::ConfigBuilderExt;
use hyper_util::rt::TokioIo;
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;

use super::place::{AllowedHosts, host_of, is_public};

/// The most bytes of an answer's head.
const HEAD_BYTES_MAX: usize = 16 << 10;

/// How messages are sent.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// How long one message may take, its answer included.
    pub timeout: Duration,
    /// The first pause after a refusal; each next one is four times as long.
    pub first_pause: Duration,
    /// How often a message is tried.
    pub tries: u32,
    /// How often other programs' news are looked for.
    pub poll: Duration,
}

impl Default for Delivery {
    /// Eight tries in about eight hours.
    fn default() -> Delivery {
        Delivery {
            timeout: Duration::from_secs(10),
            first_pause: Duration::from_secs(5),
            tries: 8,
            poll: Duration::from_secs(1),
        }
    }
}

/// Why a message was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Not an address.
    #[error("url_unusable")]
    Url,
    /// Without TLS, to a host that was not allowed by name.
    #[error("tls_required")]
    Clear,
    /// An address of this machine or its neighbours.
    #[error("address_forbidden")]
    Forbidden,
    /// The name is unknown, nobody listens there, or the connection broke.
    #[error("unreachable")]
    Unreachable,
    /// No TLS was agreed on, such as with a certificate that this machine does not trust.
    #[error("tls_failed")]
    Tls,
    /// No answer in time.
    #[error("timed_out")]
    TimedOut,
    /// An answer other than one that takes the message; a redirection is one.
    #[error("status_{0}")]
    Status(u16),
}

/// A message.
#[derive(Clone, Debug)]
pub(super) struct Message {
    /// The same whenever it is sent.
    pub id: String,
    /// When it is sent, in seconds of the Unix clock.
    pub timestamp: i64,
    /// The value of `webhook-signature`.
    pub signature: String,
    /// A CloudEvent.
    pub body: String,
}

/// Whom this machine trusts; without any certificates only hosts allowed by name are told.
pub(super) fn trust() -> Result<Arc<ClientConfig>, rustls::Error> {
    let builder = || {
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        builder.with_safe_default_protocol_versions()
    };
    let trusting = match builder()?.with_native_roots() {
        Ok(trusting) => trusting,
        Err(error) => {
            tracing::warn!(%error, "this machine trusts no certificates: nobody is told over https");
            builder()?.with_root_certificates(RootCertStore::empty())
        }
    };
    Ok(Arc::new(trusting.with_no_client_auth()))
}

/// Sends a message.
pub(super) async fn send(
    trust: &Arc<ClientConfig>,
    (hosts, delivery): (&AllowedHosts, &Delivery),
    url: &str,
    message: Message,
) -> Result<(), SendError> {
    let sent = tokio::time::timeout(delivery.timeout, post(trust, hosts, url, message)).await;
    match sent.map_err(|_| SendError::TimedOut)?? {
        status if status.is_success() => Ok(()),
        status => Err(SendError::Status(status.as_u16())),
    }
}

async fn post(
    trust: &Arc<ClientConfig>,
    hosts: &AllowedHosts,
    url: &str,
    message: Message,
) -> Result<StatusCode, SendError> {
    let uri: Uri = url.parse().map_err(|_| SendError::Url)?;
    let host = host_of(&uri).ok_or(SendError::Url)?;
    let encrypted = uri.scheme() == Some(&Scheme::HTTPS);
    let allowed = hosts.allow(host);
    if !encrypted && !allowed {
        return Err(SendError::Clear);
    }
    let port = uri.port_u16().unwrap_or(if encrypted { 443 } else { 80 });
    let addresses = addresses(host, port, allowed).await?;
    let stream = TcpStream::connect(&*addresses).await.map_err(|_| SendError::Unreachable)?;
    let request = request(&uri, message)?;
    if !encrypted {
        return speak(stream, request).await;
    }
    let name = ServerName::try_from(host.to_owned()).map_err(|_| SendError::Url)?;
    let connector = TlsConnector::from(Arc::clone(trust));
    let stream = connector.connect(name, stream).await.map_err(|_| SendError::Tls)?;
    speak(stream, request).await
}

/// What a name resolves to: one forbidden address among them and none is called.
async fn addresses(host: &str, port: u16, allowed: bool) -> Result<Vec<SocketAddr>, SendError> {
    let found = lookup_host((host, port)).await.map_err(|_| SendError::Unreachable)?;
    let found: Vec<SocketAddr> = found.collect();
    if !allowed && found.iter().any(|address| !is_public(address.ip())) {
        return Err(SendError::Forbidden);
    }
    if found.is_empty() { Err(SendError::Unreachable) } else { Ok(found) }
}

fn request(uri: &Uri, message: Message) -> Result<Request<Body>, SendError> {
    let authority = uri.authority().ok_or(SendError::Url)?.as_str();
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    Request::post(path)
        .header(header::HOST, authority)
        .header(header::CONTENT_TYPE, "application/cloudevents+json")
        .header(header::USER_AGENT, concat!("benefits-ledger/", env!("CARGO_PKG_VERSION")))
        .header("webhook-id", message.id)
        .header("webhook-timestamp", message.timestamp)
        .header("webhook-signature", message.signature)
        .body(Body::from(message.body))
        .map_err(|_| SendError::Url)
}

async fn speak<S>(stream: S, request: Request<Body>) -> Result<StatusCode, SendError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let handshake = http1::Builder::new().max_buf_size(HEAD_BYTES_MAX).handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|_| SendError::Unreachable)?;
    let mut connection = std::pin::pin!(connection);
    let mut answer = std::pin::pin!(sender.send_request(request));
    // the connection ends with this call, and whatever more there is of the answer with it
    let response = tokio::select! {
        response = &mut answer => response,
        _ = &mut connection => answer.await,
    };
    response.map(|response| response.status()).map_err(|_| SendError::Unreachable)
}
