//! Somebody who goes to the provider and comes back, with a browser that keeps its cookies as browsers do.

use std::collections::BTreeMap;
use std::path::PathBuf;

use api::app::App;
use api::console::{Console, Entrance, routes};
use api::http::TlsFiles;
use api::identity_provider::{IdentityProvider, ProviderGiven, ProviderSettings, ProviderWord};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use axum::http::{Request, StatusCode};
use tests::counter::Counter;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tower::ServiceExt;

use super::pretended::{CLIENT, Pretended, SECRET};
use crate::visitors::{ADMIN, office_with_a_console};

/// Where the console is, as the settings have it.
pub const CONSOLE: &str = "https://ledger.example";
pub const RETURN: &str = "https://ledger.example/sign-in/provider/return";

/// An office with a provider at its door.
pub struct Office {
    pub counter: Counter,
    pub app: App,
    pub provider: Pretended,
    pub router: Router,
}

impl Office {
    pub async fn open(word: ProviderWord) -> Office {
        let (counter, _, app, _) = office_with_a_console().await;
        let provider = Pretended::start(RETURN).await;
        let router = pages(&counter, &app, provider.issuer(), word);
        Office { counter, app, provider, router }
    }

    /// The same, with a provider over TLS whose authorities stand in a file.
    pub async fn open_over_tls(files: TlsFiles, authorities: PathBuf) -> Office {
        let (counter, _, app, _) = office_with_a_console().await;
        let provider = Pretended::start_over_tls(RETURN, files).await;
        let router = pages_trusting(&counter, &app, provider.issuer(), Some(authorities));
        Office { counter, app, provider, router }
    }

    /// An administrator links a user with a subject.
    pub fn links(&self, account: &str, subject: &str) {
        let issuer = self.provider.issuer();
        let link = ["user", "identity", "link", account, "--issuer", issuer, "--as", ADMIN];
        let linked = self.counter.ask_with(&link, subject);
        assert_eq!(linked.status, 0, "{linked:?}");
    }

    /// What the log holds of a kind of event, the oldest first.
    pub async fn events(&self, event_type: &str) -> Vec<serde_json::Value> {
        let texts: Vec<String> = sqlx::query_scalar(
            "select payload::text from log_events where event_type = $1 order by position",
        )
        .bind(event_type)
        .fetch_all(&self.app.office().pool)
        .await
        .unwrap();
        texts
            .iter()
            .map(|text| serde_json::from_str::<serde_json::Value>(text).unwrap()[event_type].take())
            .collect()
    }

    /// Everybody went: the log holds together.
    pub async fn close(self) {
        self.app.close().await.unwrap();
        self.counter.do_well(&["check"]);
    }
}

pub fn pages(counter: &Counter, app: &App, issuer: &str, word: ProviderWord) -> Router {
    router_of(app, ProviderGiven { word, ..given(counter, issuer) })
}

/// The pages of a console that trusts these authorities for its provider.
pub fn pages_trusting(counter: &Counter, app: &App, issuer: &str, ca_file: Option<PathBuf>) -> Router {
    router_of(app, ProviderGiven { ca_file, ..given(counter, issuer) })
}

fn given(counter: &Counter, issuer: &str) -> ProviderGiven {
    ProviderGiven {
        issuer: issuer.to_owned(),
        client: CLIENT.to_owned(),
        secret_file: Some(counter.secret_file("client-secret", &format!("{SECRET}\n")).into()),
        console: CONSOLE.to_owned(),
        ..ProviderGiven::default()
    }
}

fn router_of(app: &App, given: ProviderGiven) -> Router {
    let provider = IdentityProvider::try_new(ProviderSettings::read(given).unwrap()).unwrap();
    let entrance = Entrance { encrypted: true, provider: Some(provider), ..Entrance::default() };
    routes(Console::new(app.office().clone(), entrance))
}

/// A browser.
#[derive(Clone)]
pub struct Visitor {
    router: Router,
    cookies: BTreeMap<String, (String, bool)>,
}

/// What it got.
pub struct Seen {
    pub status: StatusCode,
    pub location: String,
    pub text: String,
}

impl Visitor {
    pub fn new(router: &Router) -> Visitor {
        Visitor { router: router.clone(), cookies: BTreeMap::new() }
    }

    /// Opens a page of the console, from within it.
    pub async fn opens(&mut self, path: &str) -> Seen {
        self.asks(Request::get(path), false, Body::empty()).await
    }

    /// Opens a page of the console to which another site leads: only cookies that are lax come along.
    pub async fn is_led_to(&mut self, path: &str) -> Seen {
        self.asks(Request::get(path), true, Body::empty()).await
    }

    /// Drops a file from the bank on the page of a run.
    pub async fn hands_in(&mut self, path: &str, layout: &str, file: &str) -> Seen {
        let part = |name: &str, value: &str, more: &str| {
            format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n")
        };
        let file = part("results", file, "; filename=\"file.csv\"");
        let body = format!("{}{file}--cut--\r\n", part("layout", layout, ""));
        let request = Request::post(path)
            .header(ORIGIN, CONSOLE)
            .header(CONTENT_TYPE, "multipart/form-data; boundary=cut");
        self.asks(request, false, Body::from(body)).await
    }

    pub async fn sends(&mut self, path: &str, body: &str) -> Seen {
        let request = Request::post(path)
            .header(ORIGIN, CONSOLE)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.asks(request, false, Body::from(body.to_owned())).await
    }

    async fn asks(
        &mut self,
        request: axum::http::request::Builder,
        from_elsewhere: bool,
        body: Body,
    ) -> Seen {
        let sent = self.cookies.iter().filter(|(_, (_, lax))| *lax || !from_elsewhere);
        let sent: Vec<String> = sent.map(|(name, (value, _))| format!("{name}={value}")).collect();
        let request = request.header(HOST, "ledger.example").header(COOKIE, sent.join("; "));
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        for cookie in response.headers().get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.starts_with("__Host-") && cookie.contains("; Secure; HttpOnly; "), "{cookie}");
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                let lax = cookie.contains("SameSite=Lax");
                self.cookies.insert(name.to_owned(), (value.to_owned(), lax));
            }
        }
        let status = response.status();
        let location = response.headers().get(LOCATION).map(|value| value.to_str().unwrap().to_owned());
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Seen {
            status,
            location: location.unwrap_or_default(),
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    /// Follows the button to the provider: where that sends them back to, as a path of the console.
    pub async fn goes_to_the_provider(&mut self) -> String {
        let sent = self.opens("/sign-in/provider").await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        let back = where_it_sends(&sent.location).await;
        back.strip_prefix(CONSOLE).unwrap_or_else(|| panic!("{back}")).to_owned()
    }

    /// There and back.
    pub async fn signs_in(&mut self) -> Seen {
        let back = self.goes_to_the_provider().await;
        self.is_led_to(&back).await
    }

    /// Whether they are in.
    pub async fn is_in(&mut self) -> bool {
        self.opens("/").await.status == StatusCode::OK
    }
}

/// Where a page of the provider sends a browser.
async fn where_it_sends(address: &str) -> String {
    let (host, path) = address.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let line = answer.lines().find_map(|line| line.strip_prefix("location: "));
    line.unwrap_or_else(|| panic!("{answer}")).to_owned()
}
