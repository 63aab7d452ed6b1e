//! Requests of the program to others: one way to reach them, over TLS with the certificates that this machine trusts.

use std::error::Error;
use std::io;
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
    Ok(over(tls.with_no_client_auth()))
}

/// Connects over http and https, trusting these authorities alone.
///
/// # Errors
/// When the suite of TLS is not usable.
pub fn connector_trusting(
    authorities: RootCertStore,
) -> Result<HttpsConnector<HttpConnector>, rustls::Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let tls = builder.with_safe_default_protocol_versions()?.with_root_certificates(authorities);
    Ok(over(tls.with_no_client_auth()))
}

fn over(tls: ClientConfig) -> HttpsConnector<HttpConnector> {
    HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().build()
}

/// Whether it broke because the other side's certificate is not trusted, or is for another name or time.
pub fn is_of_certificate(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
            return true;
        }
        // an error of input and output names as its source what lies behind the error that it holds
        let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = held.map(|held| held as &(dyn Error + 'static)).or_else(|| error.source());
    }
    false
}

/// What broke: the outer errors only say that something did.
pub fn innermost(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    use rustls::CertificateError;

    use super::*;

    #[test]
    fn a_certificate_is_found_however_deep_the_error_lies() {
        let wrong = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let deep = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, wrong));
        assert!(is_of_certificate(&deep));
        let other = io::Error::other(io::Error::other(rustls::Error::DecryptError));
        assert!(!is_of_certificate(&other) && !is_of_certificate(&io::Error::other("refused")));
    }
}
