//! The log's side: asks a witness for its cosignature. Whoever seals never waits for it.

use std::fmt;
use std::future::Future;
use std::str::FromStr;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Request, StatusCode, Uri};
use eventlog::merkle::checkpoint::{Checkpoint, CheckpointError};
use eventlog::merkle::hash::NodeHash;
use eventlog::merkle::key::{Algorithm, KeyError, VerifierKey};
use eventlog::merkle::note::{NOTE_BYTES_MAX, Note, SignatureLine};
use eventlog::merkle::transport::AddCheckpoint;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::outgoing::{self, innermost};

/// How long one request to a witness may take, its answer included.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// How often a witness is asked about one checkpoint: once, and again from the size that it names.
const ASKED_MAX: usize = 2;

/// Where a witness is asked, and whose cosignature is expected there. Written `URL=VKEY`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessAddress {
    url: String,
    key: VerifierKey,
}

/// Text that is not the address of a witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WitnessAddressError {
    /// Not two parts.
    #[error("应写作 URL=公钥 · must read URL=VKEY")]
    Form,
    /// Not the beginning of an address that can be asked.
    #[error(
        "网址须为 http:// 或 https://，不带查询参数 · the URL must begin with http:// or https://, without a query"
    )]
    Url,
    /// Not a public key.
    #[error("不是公钥 · {0}")]
    Key(KeyError),
    /// A log's key.
    #[error("这是日志的公钥，不是见证方的 · this is the key of a log, not of a witness")]
    NotAWitness,
}

impl WitnessAddress {
    /// Reads addresses with spaces between them.
    ///
    /// # Errors
    /// [`WitnessAddressError`], of the first that cannot be read.
    pub fn parse_all(text: &str) -> Result<Vec<WitnessAddress>, WitnessAddressError> {
        text.split_whitespace().map(str::parse).collect()
    }

    /// The witness's public key.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// What precedes `/add-checkpoint`.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl FromStr for WitnessAddress {
    type Err = WitnessAddressError;

    fn from_str(text: &str) -> Result<WitnessAddress, WitnessAddressError> {
        let (url, key) = text.trim().split_once('=').ok_or(WitnessAddressError::Form)?;
        let parsed: Uri = url.parse().map_err(|_| WitnessAddressError::Url)?;
        let known = parsed.scheme_str().is_some_and(|scheme| ["http", "https"].contains(&scheme));
        if !known || parsed.host().is_none_or(str::is_empty) || parsed.query().is_some() || url.contains('#')
        {
            return Err(WitnessAddressError::Url);
        }
        let key: VerifierKey = key.parse().map_err(WitnessAddressError::Key)?;
        match key.algorithm() {
            Algorithm::Cosignature => Ok(WitnessAddress { url: url.trim_end_matches('/').to_owned(), key }),
            Algorithm::Ed25519 => Err(WitnessAddressError::NotAWitness),
        }
    }
}

impl fmt::Display for WitnessAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.url, self.key)
    }
}

/// Why a witness did not cosign.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// What was to be cosigned is no checkpoint.
    #[error("见证请求有误 · not to be sent to a witness: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The proof that it asked for could not be made.
    #[error("无法生成一致性证明 · the consistency proof cannot be made: {0:#}")]
    Proof(anyhow::Error),
    /// No connection, or it broke.
    #[error("无法连接见证方 · the witness cannot be reached: {0}")]
    Unreachable(String),
    /// No answer in time.
    #[error("见证方超时未答复 · the witness did not answer within {} s", ANSWER_TIMEOUT.as_secs())]
    TimedOut,
    /// It does not watch this log.
    #[error("见证方未登记本日志 · the witness does not watch this log; give its office the log's public key")]
    UnknownLog,
    /// It knows another key of this log.
    #[error("见证方不认可本日志的密钥 · the witness does not know the key that signed the checkpoint")]
    UnknownKey,
    /// It saw more of this log than there is.
    #[error(
        "见证方曾签署 {cosigned} 条，本台账仅 {size} 条：台账已回退 · the witness cosigned {cosigned} entries of this log, which has {size}: it was rolled back"
    )]
    Ahead {
        /// What it cosigned.
        cosigned: u64,
        /// What there is.
        size: u64,
    },
    /// It saw other entries in this log.
    #[error("见证方见过另一段历史：日志已分叉 · the witness saw another history of this log: it forked")]
    Forked,
    /// It answered what the protocol does not know.
    #[error("见证方答复异常 · the witness answered with status {0}")]
    Status(StatusCode),
    /// It answered what cannot be read.
    #[error("无法读取见证方答复 · the witness's answer cannot be read")]
    Answer,
    /// Its answer holds no cosignature of its key over this checkpoint.
    #[error("见证方签名无效 · the answer holds no valid cosignature by the witness's key")]
    Signature,
}

impl WitnessError {
    /// Whether the witness says that this log has two histories: somebody must look at once. The others pass, or are a
    /// matter of settings.
    pub fn is_alarm(&self) -> bool {
        matches!(self, WitnessError::Ahead { .. } | WitnessError::Forked)
    }
}

/// Asks witnesses over http and https. Cheap to clone; keeps connections open.
#[derive(Clone, Debug)]
pub struct WitnessClient {
    http: Client<HttpsConnector<HttpConnector>, Body>,
}

struct Answer {
    status: StatusCode,
    is_size: bool,
    text: String,
}

impl WitnessClient {
    /// A client that trusts the certificates that this machine trusts; without any, it reaches witnesses over http alone.
    ///
    /// # Errors
    /// When the suite of TLS is not usable.
    pub fn try_new() -> Result<WitnessClient, rustls::Error> {
        let http = Client::builder(TokioExecutor::new()).build(outgoing::connector()?);
        Ok(WitnessClient { http })
    }

    /// Asks for a cosignature of a signed checkpoint. `known` is the size that this witness cosigned last, as far as the
    /// log remembers, else 0; `consistency` gives the proof from an old size to the checkpoint's. A witness that
    /// remembers another size is asked once more, from there. What is returned was verified.
    ///
    /// # Errors
    /// [`WitnessError`].
    pub async fn submit<F, P>(
        &self,
        witness: &WitnessAddress,
        checkpoint: &[u8],
        known: u64,
        consistency: F,
    ) -> Result<SignatureLine, WitnessError>
    where
        F: Fn(u64) -> P,
        P: Future<Output = anyhow::Result<Vec<NodeHash>>>,
    {
        let note = Note::parse(checkpoint).map_err(CheckpointError::from)?;
        let size = Checkpoint::parse(&note.text)?.size;
        let mut old_size = known.min(size);
        for _ in 0..ASKED_MAX {
            let answer = self.ask(witness, &note, old_size, &consistency).await?;
            match answer.status {
                StatusCode::OK => return cosignature(&answer.text, &note.text, &witness.key),
                StatusCode::CONFLICT => match cosigned_size(&answer)? {
                    cosigned if cosigned > size => return Err(WitnessError::Ahead { cosigned, size }),
                    cosigned if cosigned == old_size => return Err(WitnessError::Forked),
                    cosigned => old_size = cosigned,
                },
                StatusCode::NOT_FOUND => return Err(WitnessError::UnknownLog),
                StatusCode::FORBIDDEN => return Err(WitnessError::UnknownKey),
                StatusCode::UNPROCESSABLE_ENTITY => return Err(WitnessError::Forked),
                status => return Err(WitnessError::Status(status)),
            }
        }
        // another server of this log was faster each time: the next checkpoint comes through
        Err(WitnessError::Status(StatusCode::CONFLICT))
    }

    async fn ask<F, P>(
        &self,
        witness: &WitnessAddress,
        note: &Note,
        old_size: u64,
        consistency: &F,
    ) -> Result<Answer, WitnessError>
    where
        F: Fn(u64) -> P,
        P: Future<Output = anyhow::Result<Vec<NodeHash>>>,
    {
        let hashes = if old_size == 0 {
            Vec::new()
        } else {
            consistency(old_size).await.map_err(WitnessError::Proof)?
        };
        let body = AddCheckpoint { old_size, hashes, checkpoint: note.to_string() }.to_text();
        let asked = self.send(&witness.url, body);
        tokio::time::timeout(ANSWER_TIMEOUT, asked).await.map_err(|_| WitnessError::TimedOut)?
    }

    async fn send(&self, url: &str, body: String) -> Result<Answer, WitnessError> {
        let request = Request::builder().method(Method::POST).uri(format!("{url}/add-checkpoint"));
        let request = request.header(CONTENT_TYPE, "text/plain; charset=utf-8").body(Body::from(body));
        let request = request.map_err(|error| WitnessError::Unreachable(innermost(&error)))?;
        let response = self.http.request(request).await;
        let response = response.map_err(|error| WitnessError::Unreachable(innermost(&error)))?;
        let status = response.status();
        let is_size = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "text/x.tlog.size");
        let bytes = axum::body::to_bytes(Body::new(response.into_body()), NOTE_BYTES_MAX).await;
        let bytes = bytes.map_err(|_| WitnessError::Answer)?;
        let text = String::from_utf8(bytes.to_vec()).map_err(|_| WitnessError::Answer)?;
        Ok(Answer { status, is_size, text })
    }
}

fn cosigned_size(answer: &Answer) -> Result<u64, WitnessError> {
    let number = answer.text.strip_suffix('\n').filter(|_| answer.is_size);
    number.and_then(eventlog::merkle::checkpoint::plain_number).ok_or(WitnessError::Answer)
}

/// The cosignature by `key` among the lines of an answer; those of other keys are not ours to judge.
fn cosignature(answer: &str, text: &str, key: &VerifierKey) -> Result<SignatureLine, WitnessError> {
    let lines = answer.strip_suffix('\n').ok_or(WitnessError::Answer)?.split('\n');
    let lines = lines.map(|line| SignatureLine::parse(line).ok_or(WitnessError::Answer));
    let lines = lines.collect::<Result<Vec<_>, _>>()?;
    lines.into_iter().find(|line| key.verify(text, line).is_some()).ok_or(WitnessError::Signature)
}

#[cfg(test)]
mod tests {
    use eventlog::merkle::key::SignerKey;

    use super::*;

    fn key(algorithm: Algorithm) -> String {
        SignerKey::from_seed("w.example/1", algorithm, &[7; 32]).unwrap().verifier().to_string()
    }

    #[test]
    fn an_address_is_a_url_and_a_key() {
        let key = key(Algorithm::Cosignature);
        for (url, ours) in [
            ("http://127.0.0.1:8090/", "http://127.0.0.1:8090"),
            ("https://w.example/a", "https://w.example/a"),
        ] {
            let address: WitnessAddress = format!("{url}={key}").parse().unwrap();
            assert_eq!((address.url(), address.to_string()), (ours, format!("{ours}={key}")));
        }
        let both = format!("http://a={key}\n  https://b={key} ");
        assert_eq!(WitnessAddress::parse_all(&both).unwrap().len(), 2);
        assert_eq!(WitnessAddress::parse_all(" "), Ok(vec![]));
    }

    #[test]
    fn what_is_no_address_is_said() {
        let (witness, log) = (key(Algorithm::Cosignature), key(Algorithm::Ed25519));
        for (text, refused) in [
            (witness.clone(), WitnessAddressError::Form),
            (format!("ftp://a={witness}"), WitnessAddressError::Url),
            (format!("w.example={witness}"), WitnessAddressError::Url),
            (format!("http://={witness}"), WitnessAddressError::Url),
            (format!("http://a/?q={witness}"), WitnessAddressError::Url),
            (format!("http://a#b={witness}"), WitnessAddressError::Url),
            (format!("http://a={log}"), WitnessAddressError::NotAWitness),
            ("http://a=b+c".to_owned(), WitnessAddressError::Key(KeyError::Format)),
        ] {
            assert_eq!(text.parse::<WitnessAddress>(), Err(refused), "{text}");
        }
    }
}
