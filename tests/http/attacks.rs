//! Attacks as a table, one a line of `attacks.jsonl`: what is sent by whom through which door, how it may be answered, and what
//! must never stand in the answer. `{names}` in it are things of the community that `near` sees and `far` does not.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use api::console::{Console, Entrance};
use api::http::limits::Bounds;
use api::http::{Api, api_routes};
use api::processes::Desk;
use api::processes::users::{self, NewUser, TokenWanted};
use chrono::Utc;
use domain::actor::{ActorId, Role};
use domain::user::{DataScope, Scope, UserKind};
use serde::Deserialize;
use serde_json::Value;
use tests::office::SmallOffice;
use tests::personas;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::client::{COMMUNITY, OTHER};

const ATTACKS: &str = include_str!("attacks.jsonl");
const PASSWORD: &str = "correct horse battery 9";
/// What a title would do in a page that does not escape it.
const TITLE: &str = "<img src=x onerror=alert(1)>";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attack {
    kind: String,
    door: String,
    #[serde(rename = "as")]
    who: String,
    method: String,
    path: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Value>,
    form: Option<String>,
    status: Vec<u16>,
    never: Option<String>,
    #[serde(default)]
    why: String,
}

/// An office with both doors open, and what its people carry.
struct House {
    small: SmallOffice,
    address: SocketAddr,
    tokens: BTreeMap<&'static str, String>,
    cookies: BTreeMap<&'static str, String>,
    names: BTreeMap<&'static str, String>,
}

const PEOPLE: [(&str, Role, &str); 4] = [
    ("near", Role::Clerk, COMMUNITY),
    ("far", Role::Clerk, OTHER),
    ("admin", Role::Administrator, COMMUNITY),
    ("finance", Role::Finance, COMMUNITY),
];

impl House {
    async fn open() -> House {
        let small = SmallOffice::open().await;
        small.open_campaign("<svg onload=alert(1)>", "2023-01-01", "2023-12-31").await;
        let api = Api::new(
            small.office.clone(),
            "test".to_owned(),
            Bounds { per_minute: 100_000, ..Bounds::default() },
        );
        let console = Console::new(small.office.clone(), Entrance::default());
        let routes = api::console::routes(console).merge(api_routes(&api));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(
            async move { api::http::serve(listener, routes, std::future::pending()).await.unwrap() },
        );
        let (tokens, cookies, names) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut house = House { small, address, tokens, cookies, names };
        for (name, role, community) in PEOPLE {
            house.enter(name, role, community).await;
        }
        house.subscribe_nobody_yet().await;
        house.name_things().await;
        house
    }

    async fn enter(&mut self, name: &'static str, role: Role, community: &str) {
        let (office, desk) = (&self.small.office, Desk::new(personas::administrator(), Utc::now()));
        let account = ActorId::parse(name).unwrap();
        let data_scope = DataScope::of([community.to_owned()]);
        let title = TITLE.to_owned();
        let user =
            NewUser { account: account.clone(), kind: UserKind::Staff, title, data_scope, roles: vec![role] };
        users::open_user(office, &desk, user).await.unwrap();
        users::set_password(office, &desk, &account, PASSWORD).await.unwrap();
        let scopes = Scope::ALL.into_iter().collect();
        let wanted = TokenWanted { account, role, scopes, purpose: "试用".to_owned(), days: 7 };
        self.tokens.insert(name, users::issue_token(office, &desk, wanted).await.unwrap().token);
        let form = format!("account={name}&password={PASSWORD}");
        let signed_in = self.raw("POST", "/sign-in", &[FORM], form.as_bytes()).await;
        let cookie = signed_in.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
        self.cookies.insert(name, cookie.split(';').next().unwrap().to_owned());
    }

    /// Another system, which could be told of changes.
    async fn subscribe_nobody_yet(&self) {
        let desk = Desk::new(personas::administrator(), Utc::now());
        let (account, kind) = (ActorId::parse("system").unwrap(), UserKind::Consumer);
        let (title, data_scope) = ("医保系统".to_owned(), DataScope::Everywhere);
        let user = NewUser { account, kind, title, data_scope, roles: vec![] };
        users::open_user(&self.small.office, &desk, user).await.unwrap();
    }

    /// Things of the community that `near` sees.
    async fn name_things(&mut self) {
        let token = self.tokens["near"].clone();
        for (name, list, field) in [
            ("household", "/households", "household_id"),
            ("person", "/persons", "person_id"),
            ("case", "/cases", "case_id"),
        ] {
            let bearer = format!("Bearer {token}");
            let path = format!("/api/v1{list}?limit=1");
            let answer = self.raw("GET", &path, &[("authorization", &bearer)], b"").await;
            let json: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
            self.names.insert(name, json["items"][0][field].as_str().unwrap().to_owned());
        }
        let run = "select aggregate_id from log_events where aggregate_type = 'PaymentRun' limit 1";
        let run: String = sqlx::query_scalar(run).fetch_one(self.small.ledger.owner()).await.unwrap();
        self.names.insert("run", run);
        self.names.insert("password", PASSWORD.to_owned());
        self.names.insert("3MB", "a".repeat(3 << 20));
        self.names.insert("100KB", "a".repeat(100 << 10));
    }

    fn filled(&self, text: &str) -> String {
        self.names
            .iter()
            .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    async fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> String {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: ledger\r\nconnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let mut bytes = Vec::new();
        // a server that refuses early does not read the rest, and its answer may be cut by that
        let _ = stream.write_all(&[head.as_bytes(), body].concat()).await;
        let _ = stream.read_to_end(&mut bytes).await;
        String::from_utf8(bytes).unwrap()
    }

    async fn send(&self, attack: &Attack) -> String {
        let mut headers: Vec<(String, String)> = attack.headers.clone().into_iter().collect();
        let who = attack.who.as_str();
        match attack.door.as_str() {
            "api" if who == "cookie" => headers.push(("cookie".to_owned(), self.cookies["near"].clone())),
            "api" => headers.push(("authorization".to_owned(), format!("Bearer {}", self.tokens[who]))),
            _ if who == "nobody" => {}
            _ => headers.push(("cookie".to_owned(), self.cookies[who].clone())),
        }
        let body = match (&attack.body, &attack.form) {
            (Some(body), _) => {
                headers.push(("content-type".to_owned(), "application/json".to_owned()));
                headers.push(("idempotency-key".to_owned(), uuid::Uuid::new_v4().to_string()));
                self.filled(&body.to_string())
            }
            (None, Some(form)) => {
                headers.push((FORM.0.to_owned(), FORM.1.to_owned()));
                self.filled(form).replace(' ', "+")
            }
            (None, None) => String::new(),
        };
        let root = if attack.door == "api" { "/api/v1" } else { "" };
        let path = format!("{root}{}", self.filled(&attack.path));
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        self.raw(&attack.method, &path, &headers, body.as_bytes()).await
    }
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[tokio::test(flavor = "multi_thread")]
async fn every_attack_of_the_table_is_answered_as_it_says_and_changes_nothing() {
    let house = House::open().await;
    let events = "select count(*) from log_events where event_type not in ('SignedIn', 'SignInsRefused')";
    let owner = house.small.ledger.owner();
    let before: i64 = sqlx::query_scalar(events).fetch_one(owner).await.unwrap();
    let mut wrong = Vec::new();
    for line in ATTACKS.lines() {
        let attack: Attack = serde_json::from_str(line).unwrap();
        let answer = house.send(&attack).await;
        let status = answer.split(' ').nth(1).and_then(|status| status.parse::<u16>().ok()).unwrap_or(0);
        let never = attack.never.as_ref().map(|never| house.filled(never));
        let shown = never.is_some_and(|never| answer.contains(&never));
        if shown || !attack.status.contains(&status) {
            let head: String = answer.chars().take(300).collect();
            let Attack { kind, method, path, why, .. } = &attack;
            wrong.push(format!("{kind}: {method} {path} {why}: {status} shown: {shown}\n{head}"));
        }
    }
    assert!(wrong.is_empty(), "{} attacks:\n{}", wrong.len(), wrong.join("\n---\n"));
    let after: i64 = sqlx::query_scalar(events).fetch_one(owner).await.unwrap();
    assert_eq!(after, before, "something was changed");
    let page = house.raw("GET", "/", &[("cookie", &house.cookies["near"])], b"").await;
    assert!(
        page.contains("&#60;img src=x") || page.contains("&lt;img src=x"),
        "the title is shown, in letters"
    );
}

#[test]
fn the_table_has_every_kind_of_attack() {
    let mut kinds: Vec<String> =
        ATTACKS.lines().map(|line| serde_json::from_str::<Attack>(line).unwrap().kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let expected = [
        "csrf",
        "header injection",
        "idor",
        "mass assignment",
        "open redirect",
        "oversized body",
        "oversized head",
        "path traversal",
        "sql injection",
        "ssrf",
        "xss",
    ];
    assert_eq!(kinds, expected);
}
