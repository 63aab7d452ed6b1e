//! The program serves TLS by certificate files, and takes a pair that was replaced.

use std::io::{BufRead, BufReader};
use std::process::Child;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use tests::counter::Counter;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A server, ended with the test.
struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(counter: &Counter, arguments: &[&str]) -> Server {
    let first = ["serve", "--listen", "127.0.0.1:0", "--no-nightly"];
    let mut child = counter.start(&[&first[..], arguments].concat());
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    while !text.ends_with("\n}\n") {
        assert!(output.read_line(&mut text).unwrap() > 0, "{text}");
    }
    let started: serde_json::Value = serde_json::from_str(&text).unwrap();
    let address = started["listen"].as_str().unwrap();
    let address = address.strip_prefix("https://").unwrap_or_else(|| panic!("{address}")).to_owned();
    Server { child, address }
}

/// Writes a new pair into the two files; what whoever trusts it needs.
fn new_pair(counter: &Counter) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["ledger.example".to_owned()]).unwrap();
    counter.file("chain.pem", &made.cert.pem());
    counter.file("key.pem", &made.signing_key.serialize_pem());
    made.cert.der().clone()
}

/// Asks over TLS, trusting one certificate alone. None where the server shows another.
async fn ask(server: &Server, trusted: &CertificateDer<'static>, path: &str) -> Option<String> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let stream = TcpStream::connect(&server.address).await.unwrap();
    let name = "ledger.example".try_into().unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: ledger.example\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    Some(answer)
}

#[tokio::test]
async fn a_server_with_a_certificate_speaks_tls_alone_and_takes_a_replaced_pair() {
    let counter = Counter::open().await;
    let first = new_pair(&counter);
    let (chain, key) = (counter.path("chain.pem"), counter.path("key.pem"));
    let (chain, key) = (chain.to_str().unwrap(), key.to_str().unwrap());
    let server = serve(&counter, &["--tls-cert", chain, "--tls-key", key]);
    let live = ask(&server, &first, "/health/live").await.unwrap();
    assert!(live.starts_with("HTTP/1.1 200"), "{live}");
    assert!(live.contains("strict-transport-security: max-age=63072000\r\n"), "{live}");
    let cookie = ask(&server, &first, "/language/en").await.unwrap();
    assert!(
        cookie.contains("set-cookie: ledger_language=en; Path=/; Secure; HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    let mut plain = TcpStream::connect(&server.address).await.unwrap();
    plain.write_all(b"GET /health/live HTTP/1.1\r\nhost: ledger.example\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP/"), "it answers in clear");

    counter.file("chain.pem", "no certificate");
    let second = new_pair(&counter);
    while ask(&server, &second, "/health/live").await.is_none() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(ask(&server, &first, "/health/live").await.is_none(), "the pair before is gone");
}

#[tokio::test]
async fn without_a_certificate_other_machines_are_not_served_in_clear() {
    let counter = Counter::open().await;
    let refused = counter.ask(&["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!((refused.status, refused.code()), (1, "tls_required"));
    new_pair(&counter);
    let (chain, other) = (counter.path("chain.pem"), counter.path("other.pem"));
    std::fs::copy(counter.path("key.pem"), &other).unwrap();
    new_pair(&counter);
    let (chain, other) = (chain.to_str().unwrap(), other.to_str().unwrap());
    let refused = counter.ask(&["serve", "--listen", "0.0.0.0:0", "--tls-cert", chain, "--tls-key", other]);
    assert_eq!((refused.status, refused.code()), (1, "certificate_unusable"));
    let half = counter.ask(&["serve", "--tls-cert", chain]);
    assert_eq!(half.status, 2, "a certificate without its key");
}
