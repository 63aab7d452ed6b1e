//! The feed as server-sent events, and what is left of a person who was erased.

use api::processes::Desk;
use api::processes::erasure::{self, ErasurePlan};
use chrono::Utc;
use domain::actor::Role;
use domain::personal::RetentionClass;
use domain::user::DataScope;
use serde_json::{Value, json};
use tests::personas;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{COMMUNITY, Doors, id_number, member};

/// A stream of events that stays open.
struct Stream {
    stream: TcpStream,
    text: String,
}

impl Stream {
    async fn open(doors: &Doors, token: &str, path: &str, last: Option<u64>) -> Stream {
        let last = last.map(|last| format!("last-event-id: {last}\r\n")).unwrap_or_default();
        let head = format!(
            "GET /api/v1{path} HTTP/1.1\r\nhost: ledger\r\naccept: text/event-stream\r\nauthorization: Bearer {token}\r\n{last}\r\n"
        );
        let mut stream = TcpStream::connect(doors.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        Stream { stream, text: String::new() }
    }

    /// The events so far, once there are so many: id and data.
    async fn events(&mut self, count: usize) -> Vec<(u64, Value)> {
        loop {
            let found = read(&self.text);
            if found.len() >= count {
                return found;
            }
            let mut bytes = vec![0; 65_536];
            let read = self.stream.read(&mut bytes).await.unwrap();
            assert!(read > 0, "the stream ended: {}", self.text);
            self.text.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
    }
}

fn read(text: &str) -> Vec<(u64, Value)> {
    let (mut found, mut data) = (Vec::new(), None);
    for line in text.lines() {
        if let Some(value) = line.strip_prefix("data: ") {
            data = serde_json::from_str(value).ok();
        }
        let id = line.strip_prefix("id: ").and_then(|id| id.parse().ok());
        if let Some(id) = id {
            found.push((id, Value::Null));
        }
        if let (Some(value), Some(last)) = (&data, found.last_mut())
            && last.1.is_null()
        {
            last.1 = Value::clone(value);
            data = None;
        }
    }
    found.retain(|(_, value)| !value.is_null());
    found
}

#[tokio::test]
async fn the_feed_streams_events_and_goes_on_behind_the_last_that_was_seen() {
    let doors = Doors::open().await;
    let token = doors.token("zhou.zheng", Role::Auditor, DataScope::Everywhere).await;
    let clerk = doors.token("li.na", Role::Clerk, DataScope::Everywhere).await;
    let mut stream = Stream::open(&doors, &token, "/changes?from=0&stream=Household", None).await;
    let first = stream.events(3).await;
    assert!(
        stream.text.starts_with("HTTP/1.1 200") && stream.text.contains("content-type: text/event-stream")
    );
    let positions: Vec<u64> = first.iter().map(|(id, _)| *id).collect();
    assert!(
        positions.is_sorted() && first[0].1["type"] == "ledger.Household.HouseholdRegistered",
        "{first:?}"
    );
    drop(stream);
    let mut again =
        Stream::open(&doors, &token, "/changes?from=0&stream=Household", Some(positions[0])).await;
    let rest = again.events(positions.len() - 1).await;
    let seen: Vec<u64> = rest.iter().map(|(id, _)| *id).collect();
    assert_eq!(seen[..positions.len() - 1], positions[1..], "neither again nor skipped");
    let members = [member("HLG-7", "周桂芬", &id_number("99011419420303002"), COMMUNITY)];
    let added = doors.post(&clerk, "/households", &json!({ "members": members })).await;
    assert_eq!(added.status, 200, "{added:?}");
    let news = again.events(seen.len() + 1).await;
    assert!(news.last().unwrap().0 > *seen.last().unwrap(), "the open stream is told of news");
    assert!(!again.text.contains("周桂芬"));
}

#[tokio::test]
async fn of_a_person_who_was_erased_the_totals_are_left() {
    let doors = Doors::open().await;
    let clerk = doors.token("li.na", Role::Clerk, DataScope::Everywhere).await;
    let number = id_number("99011419420303002");
    let members = [member("HLG-7", "周桂芬", &number, COMMUNITY)];
    let added = doors.post(&clerk, "/households", &json!({ "members": members })).await;
    assert_eq!(added.status, 200, "{added:?}");
    let found = doors.post(&clerk, "/persons/find", &json!({ "id_number": number })).await.json();
    let person = found["person_id"].as_str().unwrap().to_owned();
    let path = format!("/beneficiaries/{person}/summary");
    let auditor = doors.token("zhou.zheng", Role::Auditor, DataScope::Everywhere).await;
    assert_eq!(doors.get(&auditor, &path).await.status, 200);
    erase(&doors, &person).await;
    let gone = doors.get(&auditor, &path).await;
    assert_eq!((gone.status, gone.code().as_str()), (410, "person_erased"), "{gone:?}");
    assert_eq!(gone.header("content-type"), Some("application/problem+json"));
    assert_eq!(gone.json()["totals"]["paid_fen"], 0);
    assert!(gone.json()["totals"]["due_fen"].is_i64() && !gone.text.contains("周"));
}

/// Two people erase somebody of whom nothing must be kept.
async fn erase(doors: &Doors, person: &str) {
    let (office, person_id) = (&doors.small.office, person.parse().unwrap());
    let basis = "本人申请删除，且无须保存的档案".to_owned();
    let plan = ErasurePlan { person_id, through: RetentionClass::Vouchers, basis };
    erasure::request(office, &Desk::new(personas::clerk(), Utc::now()), &plan).await.unwrap();
    erasure::erase(office, &Desk::new(personas::approver(), Utc::now()), person_id).await.unwrap();
}
