//! A provider of identities on this machine (OpenID Connect Core 1.0): discovery, keys, the door, tokens. It keeps to the
//! standard, checks what it is sent, and does one wrong thing when it is told to.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use api::http::{Tls, TlsFiles, serve_with};
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::header::{AUTHORIZATION, LOCATION};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::Utc;
use rcgen::{KeyPair, PublicKeyData, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower::ServiceExt;

pub const CLIENT: &str = "ledger";
pub const SECRET: &str = "n0t-for-the-log-7f3a";

/// One wrong thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    Nothing,
    Nonce,
    NoNonce,
    Expired,
    MadeTomorrow,
    OtherAudience,
    OneMoreAudience,
    OtherParty,
    OtherIssuer,
    OtherIssuerInAnswer,
    OtherKey,
    OtherKeySameName,
    NoSignature,
    SharedSecret,
    ClaimsChanged,
    NoToken,
    NotJson,
    TooLarge,
    Failing,
    Denies,
}

/// A sign-in that is underway at the provider.
struct Asked {
    nonce: String,
    challenge: String,
    redirect: String,
}

struct Inner {
    issuer: String,
    redirect: String,
    /// The key that signs, and its name.
    key: Mutex<(Arc<KeyPair>, String)>,
    /// How often its keys were read.
    key_reads: AtomicU32,
    other_key: KeyPair,
    wrong: Mutex<Wrong>,
    /// Who sits before the browser, and how they showed it.
    person: Mutex<(String, Vec<&'static str>)>,
    codes: Mutex<HashMap<String, Asked>>,
}

/// The provider, ended with its value.
pub struct Pretended {
    inner: Arc<Inner>,
    routes: Router,
    server: JoinHandle<()>,
}

impl Drop for Pretended {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Pretended {
    /// Starts it, for a console that takes visitors back at `redirect`.
    pub async fn start(redirect: &str) -> Pretended {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let (inner, routes) = Pretended::made(issuer, redirect);
        let served = routes.clone();
        let server = tokio::spawn(async move { axum::serve(listener, served).await.unwrap() });
        Pretended { inner, routes, server }
    }

    /// The same over TLS, as `localhost`, with this pair.
    pub async fn start_over_tls(redirect: &str, files: TlsFiles) -> Pretended {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let (inner, routes) = Pretended::made(issuer, redirect);
        let (served, tls) = (routes.clone(), Tls::open(files).unwrap());
        let server = tokio::spawn(async move {
            serve_with(listener, served, Some(tls), std::future::pending()).await.unwrap();
        });
        Pretended { inner, routes, server }
    }

    fn made(issuer: String, redirect: &str) -> (Arc<Inner>, Router) {
        let inner = Arc::new(Inner {
            issuer,
            redirect: redirect.to_owned(),
            key: Mutex::new((Arc::new(KeyPair::generate().unwrap()), "one".to_owned())),
            key_reads: AtomicU32::new(0),
            other_key: KeyPair::generate().unwrap(),
            wrong: Mutex::new(Wrong::Nothing),
            person: Mutex::new((String::new(), vec!["pwd"])),
            codes: Mutex::default(),
        });
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/door", get(door))
            .route("/token", post(token))
            .with_state(Arc::clone(&inner));
        (inner, routes)
    }

    /// Where it sends a browser that opens one of its pages.
    pub async fn sends_on(&self, address: &str) -> String {
        let path = address.strip_prefix(self.issuer()).unwrap_or_else(|| panic!("{address}"));
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = self.routes.clone().oneshot(request).await.unwrap();
        response.headers()[LOCATION].to_str().unwrap().to_owned()
    }

    /// From now on another key signs, and the one before is not among its keys any more.
    pub fn takes_another_key(&self, name: &str) {
        *self.inner.key.lock().unwrap() = (Arc::new(KeyPair::generate().unwrap()), name.to_owned());
    }

    /// How often its keys were read.
    pub fn key_reads(&self) -> u32 {
        self.inner.key_reads.load(Ordering::SeqCst)
    }

    pub fn issuer(&self) -> &str {
        &self.inner.issuer
    }

    /// Somebody else sits before the browser, who showed this.
    pub fn shows(&self, subject: &str, methods: &[&'static str]) {
        *self.inner.person.lock().unwrap() = (subject.to_owned(), methods.to_vec());
    }

    /// From now on it does this wrong.
    pub fn does(&self, wrong: Wrong) {
        *self.inner.wrong.lock().unwrap() = wrong;
    }
}

async fn discovery(State(inner): State<Arc<Inner>>) -> Json<Value> {
    let issuer = &inner.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/door"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn keys(State(inner): State<Arc<Inner>>) -> Json<Value> {
    inner.key_reads.fetch_add(1, Ordering::SeqCst);
    let (key, name) = inner.key.lock().unwrap().clone();
    let point = key.der_bytes();
    let part = |from: usize| URL_SAFE_NO_PAD.encode(&point[from..from + 32]);
    let key = json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": name, "x": part(1), "y": part(33) });
    Json(json!({ "keys": [key] }))
}

/// Lets whoever sits there in at once, and sends them back with a code.
async fn door(State(inner): State<Arc<Inner>>, Query(asked): Query<HashMap<String, String>>) -> Response {
    let is = |name: &str, value: &str| asked.get(name).is_some_and(|given| given == value);
    let good = is("client_id", CLIENT)
        && is("redirect_uri", &inner.redirect)
        && is("response_type", "code")
        && is("code_challenge_method", "S256")
        && asked.get("scope").is_some_and(|scopes| scopes.split(' ').any(|scope| scope == "openid"));
    if !good {
        return (StatusCode::BAD_REQUEST, format!("{asked:?}")).into_response();
    }
    let wrong = *inner.wrong.lock().unwrap();
    let state = &asked["state"];
    if wrong == Wrong::Denies {
        let back = format!("{}?error=access_denied&state={state}", inner.redirect);
        return Redirect::to(&back).into_response();
    }
    let code = URL_SAFE_NO_PAD.encode(Sha256::digest(format!("code|{state}")));
    let (nonce, challenge) = (asked["nonce"].clone(), asked["code_challenge"].clone());
    let begun = Asked { nonce, challenge, redirect: inner.redirect.clone() };
    inner.codes.lock().unwrap().insert(code.clone(), begun);
    let issuer = if wrong == Wrong::OtherIssuerInAnswer { "https://other.example" } else { &inner.issuer };
    let back = format!("{}?code={code}&state={state}&iss={issuer}", inner.redirect);
    Redirect::to(&back).into_response()
}

async fn token(
    State(inner): State<Arc<Inner>>,
    headers: HeaderMap,
    Form(sent): Form<HashMap<String, String>>,
) -> Response {
    let refused = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    let basic = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{SECRET}")));
    if headers.get(AUTHORIZATION).is_none_or(|given| given.as_bytes() != basic.as_bytes()) {
        return refused("invalid_client");
    }
    let asked = inner.codes.lock().unwrap().remove(sent.get("code").map_or("", String::as_str));
    let Some(asked) = asked else { return refused("invalid_grant") };
    let verifier = sent.get("code_verifier").map_or("", String::as_str);
    let proved = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == asked.challenge;
    if !proved || sent.get("redirect_uri") != Some(&asked.redirect) {
        return refused("invalid_grant");
    }
    let wrong = *inner.wrong.lock().unwrap();
    let tokens = json!({ "access_token": "a", "token_type": "Bearer", "expires_in": 60 });
    match wrong {
        Wrong::Failing => StatusCode::BAD_GATEWAY.into_response(),
        Wrong::NotJson => "<html>".into_response(),
        Wrong::TooLarge => " ".repeat(1 << 20).into_response(),
        Wrong::NoToken => Json(tokens).into_response(),
        _ => {
            let mut tokens = tokens;
            tokens["id_token"] = json!(id_token(&inner, &asked, wrong));
            Json(tokens).into_response()
        }
    }
}

fn id_token(inner: &Inner, asked: &Asked, wrong: Wrong) -> String {
    let now = Utc::now().timestamp();
    let (subject, methods) = inner.person.lock().unwrap().clone();
    let mut claims = json!({
        "iss": inner.issuer, "aud": CLIENT, "sub": subject, "nonce": asked.nonce, "amr": methods,
        "iat": now, "exp": now + 300,
    });
    match wrong {
        Wrong::Nonce => claims["nonce"] = json!("another"),
        Wrong::NoNonce => drop(claims.as_object_mut().unwrap().remove("nonce")),
        Wrong::Expired => (claims["iat"], claims["exp"]) = (json!(now - 400), json!(now - 100)),
        Wrong::MadeTomorrow => (claims["iat"], claims["exp"]) = (json!(now + 86_400), json!(now + 90_000)),
        Wrong::OtherAudience => claims["aud"] = json!("payroll"),
        Wrong::OneMoreAudience => claims["aud"] = json!([CLIENT, "payroll"]),
        Wrong::OtherParty => claims["azp"] = json!("payroll"),
        Wrong::OtherIssuer => claims["iss"] = json!("https://other.example"),
        _ => {}
    }
    let (key, name) = inner.key.lock().unwrap().clone();
    let kid = if wrong == Wrong::OtherKey { "unheard-of" } else { name.as_str() };
    let algorithm = match wrong {
        Wrong::NoSignature => "none",
        Wrong::SharedSecret => "HS256",
        _ => "ES256",
    };
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let mut signed = format!("{}.{}", part(&json!({ "alg": algorithm, "kid": kid })), part(&claims));
    let signature = match wrong {
        Wrong::NoSignature => String::new(),
        Wrong::SharedSecret => URL_SAFE_NO_PAD.encode(keyed(SECRET.as_bytes(), signed.as_bytes())),
        Wrong::OtherKey | Wrong::OtherKeySameName => es256(&inner.other_key, &signed),
        _ => es256(&key, &signed),
    };
    if wrong == Wrong::ClaimsChanged {
        claims["sub"] = json!("somebody-else");
        signed = format!("{}.{}", part(&json!({ "alg": algorithm, "kid": kid })), part(&claims));
    }
    format!("{signed}.{signature}")
}

/// ES256 (RFC 7518, 3.4): the two numbers of the signature side by side, 32 bytes each.
fn es256(key: &KeyPair, signed: &str) -> String {
    let der = key.sign(signed.as_bytes()).unwrap();
    let number = |at: usize| {
        let length = usize::from(der[at + 1]);
        let digits = &der[at + 2..at + 2 + length];
        let digits = digits.strip_prefix(&[0]).unwrap_or(digits);
        ([vec![0; 32 - digits.len()], digits.to_vec()].concat(), at + 2 + length)
    };
    let (first, next) = number(2);
    let (second, _) = number(next);
    URL_SAFE_NO_PAD.encode([first, second].concat())
}

/// HMAC-SHA256 (RFC 2104), of a key that is shorter than a block.
fn keyed(key: &[u8], message: &[u8]) -> Vec<u8> {
    let padded = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block.to_vec()
    };
    let inner = Sha256::digest([padded(0x36), message.to_vec()].concat());
    Sha256::digest([padded(0x5c), inner.to_vec()].concat()).to_vec()
}
