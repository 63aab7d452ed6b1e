//! An office with its doors open, and whoever knocks.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use api::http::limits::Bounds;
use api::http::{Api, api_routes};
use api::processes::Desk;
use api::processes::users::{self, NewUser, TokenWanted};
use chrono::Utc;
use domain::actor::{ActorId, Role};
use domain::user::{DataScope, Scope, UserCommand, UserKind};
use serde_json::Value;
use tests::office::SmallOffice;
use tests::personas;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use uuid::Uuid;

/// The community of everybody whom the small office knows.
pub const COMMUNITY: &str = "龙泽苑东社区";
/// Another one.
pub const OTHER: &str = "霍营社区";

pub const ROLES: [(&str, Role); 7] = [
    ("clerk", Role::Clerk),
    ("reviewer", Role::Reviewer),
    ("approver", Role::Approver),
    ("finance", Role::Finance),
    ("auditor", Role::Auditor),
    ("administrator", Role::Administrator),
    ("consumer", Role::Consumer),
];

pub struct Doors {
    pub small: SmallOffice,
    pub address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: String,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let named = |line: &&str| line.split(':').next().is_some_and(|head| head.eq_ignore_ascii_case(name));
        self.headers.lines().find(named).and_then(|line| Some(line.split_once(':')?.1.trim()))
    }
}

impl Doors {
    /// The office after a month paid.
    pub async fn open() -> Doors {
        Doors::with(SmallOffice::open().await, Bounds { per_minute: 100_000, ..Bounds::default() }).await
    }

    /// The doors of an office that were closed and opened again, when this was lost in between.
    pub async fn with_office(small: SmallOffice, loses: &str) -> Doors {
        // what is underway is kept a moment later
        for _ in 0..100 {
            let kept: i64 = sqlx::query_scalar("select count(*) from app_answers where body is not null")
                .fetch_one(small.ledger.owner())
                .await
                .unwrap();
            if kept > 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        small.strike(loses).await;
        Doors::with(small, Bounds { per_minute: 100_000, ..Bounds::default() }).await
    }

    pub async fn with(mut small: SmallOffice, bounds: Bounds) -> Doors {
        // a register is read by a process of its own, which here is no test
        small.office.program = Some(env!("CARGO_BIN_EXE_register-reader").into());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let api = Api::new(small.office.clone(), "test".to_owned(), bounds);
        let (stop, stopped) = oneshot::channel::<()>();
        let routes = api_routes(&api);
        tokio::spawn(async move {
            api::http::serve(listener, routes, async { drop(stopped.await) }).await.unwrap();
        });
        Doors { small, address, _stop: stop }
    }

    /// A token of a new user in a role, with every scope.
    pub async fn token(&self, name: &str, role: Role, data_scope: DataScope) -> String {
        self.narrow_token(name, role, data_scope, &Scope::ALL).await
    }

    pub async fn narrow_token(
        &self,
        name: &str,
        role: Role,
        data_scope: DataScope,
        scopes: &[Scope],
    ) -> String {
        let desk = Desk::new(personas::administrator(), Utc::now());
        let account = ActorId::parse(name).unwrap();
        let consumer = role == Role::Consumer;
        let kind = if consumer { UserKind::Consumer } else { UserKind::Staff };
        let roles = if consumer { vec![] } else { vec![role] };
        let user = NewUser { account: account.clone(), kind, title: "试用".to_owned(), data_scope, roles };
        users::open_user(&self.small.office, &desk, user).await.unwrap();
        let scopes: BTreeSet<Scope> = scopes.iter().copied().collect();
        let wanted = TokenWanted { account, role, scopes, purpose: "试用".to_owned(), days: 7 };
        users::issue_token(&self.small.office, &desk, wanted).await.unwrap().token
    }

    /// Locks a user out, as from elsewhere.
    pub async fn lock(&self, name: &str) {
        let desk = Desk::new(personas::administrator(), Utc::now());
        let lock = UserCommand::LockUser { reason: "离岗".to_owned() };
        users::change_user(&self.small.office, &desk, &ActorId::parse(name).unwrap(), lock).await.unwrap();
    }

    pub async fn get(&self, token: &str, path: &str) -> Reply {
        self.send("GET", path, &[("authorization", &format!("Bearer {token}"))], b"").await
    }

    /// A POST under a key of its own.
    pub async fn post(&self, token: &str, path: &str, body: &Value) -> Reply {
        self.post_as(token, path, body, &Uuid::new_v4().to_string(), &[]).await
    }

    pub async fn post_as(
        &self,
        token: &str,
        path: &str,
        body: &Value,
        key: &str,
        more: &[(&str, &str)],
    ) -> Reply {
        let bearer = format!("Bearer {token}");
        let mut headers = vec![
            ("authorization", bearer.as_str()),
            ("idempotency-key", key),
            ("content-type", "application/json"),
        ];
        headers.extend(more);
        self.send("POST", path, &headers, body.to_string().as_bytes()).await
    }

    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut head = format!("{method} /api/v1{path} HTTP/1.1\r\nhost: ledger\r\nconnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        // a file that comes back is no text: its head is
        let answer = String::from_utf8_lossy(&bytes).into_owned();
        let (headers, text) = answer.split_once("\r\n\r\n").unwrap();
        let status = headers.split(' ').nth(1).unwrap().parse().unwrap();
        Reply { status, headers: headers.to_owned(), text: text.to_owned() }
    }

    /// How many events of a type there are.
    pub async fn count(&self, event_type: &str) -> i64 {
        sqlx::query_scalar("select count(*) from log_events where event_type = $1")
            .bind(event_type)
            .fetch_one(self.small.ledger.owner())
            .await
            .unwrap()
    }
}

/// A member of a household, by the columns of the register.
pub fn member(number: &str, name: &str, id_number: &str, community: &str) -> Value {
    serde_json::json!({
        "household_number": number,
        "relation": "户主",
        "name": name,
        "id_number": id_number,
        "hukou": "本市户籍",
        "community": community,
        "address": "1号楼1室",
        "registered_on": "2023-02-01",
        "account": "9901140000000000043",
    })
}

/// The number with its last character right.
pub fn id_number(seventeen: &str) -> String {
    let checks = "0123456789X".chars();
    let numbers = checks.map(|check| format!("{seventeen}{check}"));
    numbers.into_iter().find(|number| domain::identifiers::CitizenId::parse(number).is_ok()).unwrap()
}
