//! TLS by certificate files. A pair that was replaced on the disk is taken within seconds, without a restart; one that
//! cannot be read is reported, and the pair before goes on.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(3);

/// Where the certificate and its key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The chain in PEM, the server's own certificate first.
    pub certificate: PathBuf,
    /// The key in PEM.
    pub key: PathBuf,
}

/// The files cannot be used. Never holds what is in them.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read as PEM.
    #[error("{path}：无法读取 PEM。 {path} cannot be read as PEM: {reason}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The key is not the certificate's, or of a kind that is not known.
    #[error("证书与私钥不相配。 The key does not belong to the certificate: {0}")]
    Unusable(#[from] rustls::Error),
}

/// A certificate that is looked after as long as this lives.
#[derive(Debug)]
pub struct Tls {
    acceptor: AcceptorOf,
    watch: JoinHandle<()>,
}

#[derive(Clone)]
struct AcceptorOf(TlsAcceptor);

impl std::fmt::Debug for AcceptorOf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TlsAcceptor(…)")
    }
}

impl Drop for Tls {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

impl Tls {
    /// Reads the files, and looks at them again from now on.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn open(files: TlsFiles) -> Result<Tls, TlsError> {
        let seen = files.changed_at();
        let pair = Arc::new(Pair(RwLock::new(Arc::new(files.read()?))));
        let provider = Arc::new(ring::default_provider());
        let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let mut config = versions.with_no_client_auth().with_cert_resolver(Arc::clone(&pair) as _);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let watch = tokio::spawn(look_after(files, pair, seen));
        Ok(Tls { acceptor: AcceptorOf(TlsAcceptor::from(Arc::new(config))), watch })
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        self.acceptor.0.clone()
    }
}

impl TlsFiles {
    fn read(&self) -> Result<CertifiedKey, TlsError> {
        let unreadable = |path: &Path, reason: String| TlsError::Unreadable { path: path.to_owned(), reason };
        let chain = CertificateDer::pem_file_iter(&self.certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| unreadable(&self.certificate, error.to_string()))?;
        if chain.is_empty() {
            return Err(unreadable(&self.certificate, "no certificate".to_owned()));
        }
        let key = PrivateKeyDer::from_pem_file(&self.key);
        let key = key.map_err(|error| unreadable(&self.key, error.to_string()))?;
        Ok(CertifiedKey::from_der(chain, key, &ring::default_provider())?)
    }

    /// When either file was changed last.
    fn changed_at(&self) -> [Option<SystemTime>; 2] {
        let at = |path: &Path| -> io::Result<SystemTime> { std::fs::metadata(path)?.modified() };
        [at(&self.certificate).ok(), at(&self.key).ok()]
    }
}

/// The pair that new connections get.
#[derive(Debug)]
struct Pair(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Pair {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

async fn look_after(files: TlsFiles, pair: Arc<Pair>, mut seen: [Option<SystemTime>; 2]) {
    loop {
        tokio::time::sleep(LOOK).await;
        let now = files.changed_at();
        if now == seen {
            continue;
        }
        match files.read() {
            Ok(read) => {
                *pair.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(read);
                seen = now;
                tracing::info!("the certificate was replaced");
            }
            // the other file of the pair may be on its way: it is tried again
            Err(error) => {
                tracing::warn!(%error, "the new certificate cannot be used; the one before goes on")
            }
        }
    }
}
