//! Requests of the program to others: one way to reach them, over TLS with the certificates that this machine trusts.

use std::error::Error;
use std::sync::Arc;

use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

/// Connects over http and https. Where this machine trusts no certificates, nobody is reached over https.
///
/// # Errors
/// When the suite of TLS is not usable.
pub fn connector() -> Result<HttpsConnector<HttpConnector>, rustls::Error> {
    let builder = || {
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        builder.with_safe_default_protocol_versions()
    };
    let tls = match builder()?.with_native_roots() {
        Ok(trusting) => trusting,
        Err(error) => {
            tracing::warn!(%error, "this machine trusts no certificates: nobody can be asked over https");
            builder()?.with_root_certificates(RootCertStore::empty())
        }
    };
    let connector = HttpsConnectorBuilder::new().with_tls_config(tls.with_no_client_auth()).https_or_http();
    Ok(connector.enable_http1().build())
}

/// What broke: the outer errors only say that something did.
pub fn innermost(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
