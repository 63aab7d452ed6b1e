//! Webhooks against a real receiver on this machine: one that takes, fails at first, hangs, redirects, or is somebody else.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::processes::users::{self, NewUser};
use api::processes::webhooks::{
    NewWebhook, SubscribedWebhook, WebhookStanding, change_webhook, dead_letters, replay_dead_letters,
    subscribe_webhook, webhooks,
};
use api::processes::{Desk, Office, ProcessError};
use api::webhooks::{AllowedHosts, Delivery, Webhooks};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::Utc;
use domain::actor::ActorId;
use domain::user::{DataScope, UserCommand, UserKind};
use domain::webhook::{WebhookCommand, WebhookFilter};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tests::office::{Known, SmallOffice};
use tests::personas;
use tokio::net::TcpListener;

/// Names of this machine and its neighbours.
const INSIDE: [&str; 7] =
    ["127.0.0.1", "localhost", "::1", "::ffff:127.0.0.1", "2130706433", "0x7f.1", "169.254.169.254"];

/// What the receiver does with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Takes,
    Fails,
    Hangs,
    Redirects,
}

/// What came, and how the next is answered.
#[derive(Clone)]
struct Receiver {
    mood: Arc<Mutex<Mood>>,
    came: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    elsewhere: Arc<Mutex<u32>>,
    url: String,
}

impl Receiver {
    async fn start(mood: Mood) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let mood = Arc::new(Mutex::new(mood));
        let receiver = Receiver { mood, came: Arc::default(), elsewhere: Arc::default(), url };
        let routes = Router::new()
            .route("/hook", post(take))
            .route("/elsewhere", post(elsewhere).get(elsewhere))
            .with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        receiver
    }

    fn becomes(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn messages(&self) -> Vec<(HeaderMap, String)> {
        self.came.lock().unwrap().clone()
    }

    /// Waits until so many messages came.
    async fn after(&self, count: usize) -> Vec<(HeaderMap, String)> {
        while self.messages().len() < count {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.messages()
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> Response {
    let mood = *receiver.mood.lock().unwrap();
    receiver.came.lock().unwrap().push((headers, body));
    match mood {
        Mood::Takes => StatusCode::NO_CONTENT.into_response(),
        Mood::Fails => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Mood::Hangs => std::future::pending().await,
        Mood::Redirects => Redirect::temporary("/elsewhere").into_response(),
    }
}

async fn elsewhere(State(receiver): State<Receiver>) -> StatusCode {
    *receiver.elsewhere.lock().unwrap() += 1;
    StatusCode::OK
}

fn admin() -> Desk {
    Desk::new(personas::administrator(), Utc::now())
}

fn consumer() -> ActorId {
    ActorId::parse("medical.insurance").unwrap()
}

/// Tries at once, and few of them.
fn quick() -> Delivery {
    Delivery {
        timeout: Duration::from_millis(300),
        first_pause: Duration::from_millis(1),
        tries: 3,
        poll: Duration::from_millis(10),
    }
}

/// An office after a month paid, with a system that is told of one kind of stream.
async fn office(url: &str, stream: &str, scope: DataScope) -> (SmallOffice, SubscribedWebhook) {
    let small = SmallOffice::open().await;
    let user = NewUser {
        account: consumer(),
        kind: UserKind::Consumer,
        title: "医保系统".to_owned(),
        data_scope: scope,
        roles: vec![],
    };
    users::open_user(&small.office, &admin(), user).await.unwrap();
    let filter = WebhookFilter { program: None, stream: Some(stream.to_owned()) };
    let wanted = NewWebhook { consumer: consumer(), url: url.to_owned(), filter };
    // what is sent is looked at again, and may be allowed no longer
    let made = subscribe_webhook(&allowing(&small, &INSIDE), &admin(), wanted).await.unwrap();
    (small, made)
}

/// The office with these hosts allowed by name.
fn allowing(small: &SmallOffice, hosts: &[&str]) -> Office {
    let webhook_hosts = AllowedHosts::new(hosts.iter().map(|&host| host.to_owned()));
    Office { webhook_hosts, ..small.office.clone() }
}

fn start(small: &SmallOffice, allowed: &[&str], delivery: Delivery) -> Webhooks {
    Webhooks::start(allowing(small, allowed), "test.example/ledger".to_owned(), delivery).unwrap()
}

/// Something that happens: another user.
async fn happens(small: &SmallOffice, name: &str) {
    let user = NewUser {
        account: ActorId::parse(name).unwrap(),
        kind: UserKind::Staff,
        title: "窗口".to_owned(),
        data_scope: DataScope::Everywhere,
        roles: vec![],
    };
    users::open_user(&small.office, &admin(), user).await.unwrap();
}

async fn standing(small: &SmallOffice) -> WebhookStanding {
    webhooks(&small.office).await.unwrap().remove(0)
}

/// Waits until the webhook stands so.
async fn stands(small: &SmallOffice, so: impl Fn(&WebhookStanding) -> bool) -> WebhookStanding {
    loop {
        let now = standing(small).await;
        if so(&now) {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).unwrap().to_str().unwrap()
}

/// HMAC-SHA256 (RFC 2104), written apart from the ledger's own.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let padded = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_is_told_of_what_happens_signed_and_in_order() {
    let receiver = Receiver::start(Mood::Takes).await;
    let (small, made) = office(&receiver.url, "User", DataScope::Everywhere).await;
    let running = start(&small, &["127.0.0.1"], quick());
    for name in ["li.na", "wang.wei", "zhao.min"] {
        happens(&small, name).await;
    }
    let came = receiver.after(3).await;
    let key = STANDARD.decode(made.secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut last = 0;
    for (headers, body) in &came {
        let event: Value = serde_json::from_str(body).unwrap();
        assert_eq!(
            (event["specversion"].as_str(), event["type"].as_str()),
            (Some("1.0"), Some("ledger.User.UserOpened"))
        );
        let position = event["data"]["position"].as_u64().unwrap();
        assert!(position > last, "the order of the log");
        last = position;
        let id = text(headers, "webhook-id");
        assert_eq!(id, format!("{}-{position}", made.webhook_id));
        let signed = format!("{id}.{}.{body}", text(headers, "webhook-timestamp"));
        let expected = format!("v1,{}", STANDARD.encode(hmac(&key, signed.as_bytes())));
        assert_eq!(text(headers, "webhook-signature"), expected);
    }
    stands(&small, |now| now.delivered == 3).await;
    running.finish().await;
    let again = start(&small, &["127.0.0.1"], quick());
    happens(&small, "sun.hao").await;
    assert_eq!(receiver.after(4).await.len(), 4, "another server goes on where the first stopped");
    again.finish().await;
    assert!(!small.ledger.dump().await.mentions(made.secret.trim_start_matches("whsec_")));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_fails_at_first_gets_the_same_message_again_and_nothing_is_skipped() {
    let receiver = Receiver::start(Mood::Fails).await;
    let (small, _) = office(&receiver.url, "User", DataScope::Everywhere).await;
    let running = start(&small, &["127.0.0.1"], Delivery { tries: 1_000, ..quick() });
    happens(&small, "li.na").await;
    happens(&small, "wang.wei").await;
    let refused = stands(&small, |now| now.tries >= 2).await;
    assert_eq!((refused.failure.as_deref(), refused.dead), (Some("status_500"), 0));
    receiver.becomes(Mood::Takes);
    stands(&small, |now| now.delivered == 2 && now.failure.is_none()).await;
    let came = receiver.messages();
    let ids: Vec<&str> = came.iter().map(|(headers, _)| text(headers, "webhook-id")).collect();
    let (last, first) = ids.split_last().unwrap();
    assert!(first.len() >= 3 && first.iter().all(|id| *id == first[0]) && *last != first[0], "{ids:?}");
    running.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hangs_or_redirects_gets_a_dead_letter_that_can_be_asked_for_again() {
    for (mood, failure) in [(Mood::Hangs, "timed_out"), (Mood::Redirects, "status_307")] {
        let receiver = Receiver::start(mood).await;
        let (small, made) = office(&receiver.url, "User", DataScope::Everywhere).await;
        let running = start(&small, &["127.0.0.1"], quick());
        happens(&small, "li.na").await;
        stands(&small, |now| now.dead == 1).await;
        let dead = dead_letters(&small.office, made.webhook_id).await.unwrap();
        assert_eq!((dead[0].tries, dead[0].failure.as_str()), (3, failure));
        assert_eq!(*receiver.elsewhere.lock().unwrap(), 0, "a redirection was followed");
        receiver.becomes(Mood::Takes);
        happens(&small, "wang.wei").await;
        stands(&small, |now| now.delivered == 1).await;
        let asked = replay_dead_letters(&small.office, &admin(), made.webhook_id, None).await.unwrap();
        assert_eq!(asked, 1);
        stands(&small, |now| now.dead == 0).await;
        let (headers, _) = receiver.messages().pop().unwrap();
        assert_eq!(text(&headers, "webhook-id"), format!("{}-{}", made.webhook_id, dead[0].position));
        running.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn this_machine_is_not_called_unless_it_was_allowed_by_name() {
    let receiver = Receiver::start(Mood::Takes).await;
    let port = receiver.url.rsplit(':').next().unwrap().to_owned();
    for (host, failure) in [
        ("http://127.0.0.1", "tls_required"),
        ("https://127.0.0.1", "address_forbidden"),
        ("https://localhost", "address_forbidden"),
        ("https://[::1]", "address_forbidden"),
        ("https://[::ffff:127.0.0.1]", "address_forbidden"),
        ("https://2130706433", "address_forbidden"),
        ("https://0x7f.1", "address_forbidden"),
        ("https://169.254.169.254", "address_forbidden"),
    ] {
        let (small, _) = office(&format!("{host}:{port}"), "User", DataScope::Everywhere).await;
        let running = start(&small, &["hooks.example"], quick());
        happens(&small, "li.na").await;
        let now = stands(&small, |now| now.tries > 0 || now.dead > 0).await;
        let dead = dead_letters(&small.office, now.webhook_id).await.unwrap();
        let told = now.failure.or_else(|| dead.first().map(|letter| letter.failure.clone()));
        assert_eq!(told.as_deref(), Some(failure), "{host}");
        running.finish().await;
    }
    assert!(receiver.messages().is_empty());
}

#[tokio::test]
async fn an_address_inside_is_refused_when_it_is_subscribed_unless_it_was_allowed_by_name() {
    let (small, _) = office("https://hooks.example/ledger", "User", DataScope::Everywhere).await;
    let wanted = |url: &str| {
        let filter = WebhookFilter { program: None, stream: None };
        NewWebhook { consumer: consumer(), url: url.to_owned(), filter }
    };
    for host in INSIDE {
        let url = if host.contains(':') {
            format!("https://[{host}]/hook")
        } else {
            format!("https://{host}/hook")
        };
        let refused = subscribe_webhook(&small.office, &admin(), wanted(&url)).await.err().unwrap();
        let ProcessError::Refused { code, field, .. } = refused else { panic!("{url}: {refused}") };
        assert_eq!((code, field), ("address_forbidden", "url"), "{url}");
        let elsewhere = allowing(&small, &["hooks.example", "10.0.0.1"]);
        assert!(subscribe_webhook(&elsewhere, &admin(), wanted(&url)).await.is_err(), "{url}");
        subscribe_webhook(&allowing(&small, &[host]), &admin(), wanted(&url)).await.unwrap();
    }
    assert_eq!(webhooks(&small.office).await.unwrap().len(), 1 + INSIDE.len());
    for (url, code) in [("https://[", "url_unusable"), ("http://hooks.example/ledger", "tls_required")] {
        let refused = subscribe_webhook(&small.office, &admin(), wanted(url)).await.err().unwrap();
        assert_eq!(refused.code(), code, "{url}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_is_told_of_its_communities_alone_and_of_nothing_while_it_is_locked() {
    let receiver = Receiver::start(Mood::Takes).await;
    let elsewhere = DataScope::of(["霍营社区".to_owned()]);
    let (small, made) = office(&receiver.url, "Household", elsewhere).await;
    let user =
        async |command| users::change_user(&small.office, &admin(), &consumer(), command).await.unwrap();
    let running = start(&small, &["127.0.0.1"], quick());
    small.register(LIU).await;
    let head = small.end().await;
    stands(&small, |now| now.next_position >= head).await;
    assert!(receiver.messages().is_empty(), "they live in another community");

    user(UserCommand::SetDataScope { data_scope: DataScope::Everywhere }).await;
    user(UserCommand::LockUser { reason: "停用".to_owned() }).await;
    small.register(Known { household: "HLG-5", id_number: "99011419410101003", ..LIU }).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(receiver.messages().is_empty(), "it is locked");
    let pause = WebhookCommand::Pause { reason: "升级".to_owned() };
    change_webhook(&small.office, &admin(), made.webhook_id, pause).await.unwrap();
    user(UserCommand::UnlockUser).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(receiver.messages().is_empty(), "it is paused");
    change_webhook(&small.office, &admin(), made.webhook_id, WebhookCommand::Resume).await.unwrap();
    let (_, body) = receiver.after(1).await.remove(0);
    assert!(body.contains("ledger.Household.") && !body.contains(LIU.name), "{body}");
    running.finish().await;
}

/// Somebody of the community of everybody whom the office knows.
const LIU: Known = Known {
    household: "HLG-4",
    name: "刘玉梅",
    id_number: "99011419400101006",
    account: "9901140000000000043",
    address: "龙博苑3号楼2单元201室",
};
