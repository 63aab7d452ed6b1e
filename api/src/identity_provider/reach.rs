//! How the provider is asked: over https, or http on this machine; in time; no more than fits; no redirects.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use domain::identity_provider::ProviderRefusal;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use openidconnect::core::CoreProviderMetadata;
use openidconnect::url::{Host, Url};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use rustls::RootCertStore;

use crate::outgoing::{self, innermost, is_of_certificate};

/// How long one request may take, its answer included.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// The largest answer: keys and tokens are some thousand bytes.
const ANSWER_BYTES_MAX: usize = 512 << 10;

/// Asks the provider, each time through a connection of its own. Cheap to clone.
#[derive(Clone)]
pub(super) struct Reach(Client<HttpsConnector<HttpConnector>, Body>);

/// Why the provider was not reached. Holds nothing of what was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReachError {
    /// Not encrypted, on its way to another machine.
    #[error("an address is neither https nor on this machine")]
    NotEncrypted,
    /// No connection, or it broke.
    #[error("no connection: {0}")]
    NoConnection(String),
    /// Somebody answers whose certificate is not trusted.
    #[error("its certificate is not trusted: {0}")]
    NotTrusted(String),
    /// No answer in time.
    #[error("no answer within {} s", ANSWER_TIMEOUT.as_secs())]
    TimedOut,
    /// It failed inside.
    #[error("it answered with status {0}")]
    Failing(u16),
    /// More than fits, or it broke off.
    #[error("its answer is too large or broke off")]
    Answer,
}

impl Reach {
    /// `authorities` are trusted in the place of those that this machine trusts, where there are any.
    pub(super) fn try_new(authorities: Option<RootCertStore>) -> Result<Reach, rustls::Error> {
        let connector = match authorities {
            Some(authorities) => outgoing::connector_trusting(authorities)?,
            None => outgoing::connector()?,
        };
        // a code is good once: it is not sent through a connection that the provider may be closing
        Ok(Reach(Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector)))
    }

    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, ReachError> {
        let address = Url::parse(&request.uri().to_string()).map_err(|_| ReachError::NotEncrypted)?;
        if !is_private(&address) {
            return Err(ReachError::NotEncrypted);
        }
        let answered = async {
            let response = self.0.request(request.map(Body::from)).await;
            let (head, body) = response.map_err(|error| ReachError::of(&error))?.into_parts();
            if head.status.is_server_error() {
                return Err(ReachError::Failing(head.status.as_u16()));
            }
            let bytes = to_bytes(Body::new(body), ANSWER_BYTES_MAX).await.map_err(|_| ReachError::Answer)?;
            Ok(HttpResponse::from_parts(head, bytes.to_vec()))
        };
        tokio::time::timeout(ANSWER_TIMEOUT, answered).await.map_err(|_| ReachError::TimedOut)?
    }
}

impl ReachError {
    fn of(error: &(dyn Error + 'static)) -> ReachError {
        let said = innermost(error);
        if is_of_certificate(error) { ReachError::NotTrusted(said) } else { ReachError::NoConnection(said) }
    }

    /// What the visitor is told.
    pub(super) const fn refusal(&self) -> ProviderRefusal {
        match self {
            ReachError::NotTrusted(_) => ProviderRefusal::ProviderNotTrusted,
            _ => ProviderRefusal::ProviderUnreachable,
        }
    }
}

impl<'c> AsyncHttpClient<'c> for Reach {
    type Error = ReachError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, ReachError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}

/// Whether nobody on the way reads what is sent to this address.
pub(super) fn is_private(address: &Url) -> bool {
    match (address.scheme(), address.host()) {
        ("https", Some(_)) => true,
        ("http", Some(Host::Domain(name))) => name == "localhost",
        ("http", Some(Host::Ipv4(ip))) => ip.is_loopback(),
        ("http", Some(Host::Ipv6(ip))) => ip.is_loopback(),
        _ => false,
    }
}

/// The metadata, unless it sends visitors or codes where others read them.
pub(super) fn is_safe(metadata: CoreProviderMetadata) -> Result<CoreProviderMetadata, String> {
    let door = is_private(metadata.authorization_endpoint().url());
    let tokens = metadata.token_endpoint().is_none_or(|endpoint| is_private(endpoint.url()));
    if door && tokens { Ok(metadata) } else { Err(ReachError::NotEncrypted.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_asked_without_encryption() {
        let private = |address: &str| is_private(&Url::parse(address).unwrap());
        for address in ["https://sso.example", "http://127.0.0.1:9", "http://localhost/a", "http://[::1]:9"] {
            assert!(private(address), "{address}");
        }
        for address in
            ["http://sso.example", "http://127.0.0.1.example", "http://10.0.0.1", "file:///etc/passwd"]
        {
            assert!(!private(address), "{address}");
        }
    }
}
