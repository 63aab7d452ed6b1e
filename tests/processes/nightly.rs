//! What is done each night: once, at its hour, by one server, and whatever goes wrong the server goes on.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::http;
use api::nightly::{LedgerHealth, Nightly, Standing, Timetable, nights};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::Connection;
use tests::office::SmallOffice;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};

/// A clock that a test sets, and which knows how often it was looked at.
#[derive(Clone)]
struct Wall {
    now: Arc<Mutex<DateTime<Utc>>>,
    looked: Arc<AtomicU64>,
}

impl Wall {
    fn at(now: &str) -> Wall {
        Wall { now: Arc::new(Mutex::new(now.parse().unwrap())), looked: Arc::default() }
    }

    fn set(&self, now: &str) {
        *self.now.lock().unwrap() = now.parse().unwrap();
    }

    fn timetable(&self) -> Timetable {
        let wall = self.clone();
        let clock = Arc::new(move || {
            wall.looked.fetch_add(1, Ordering::Relaxed);
            *wall.now.lock().unwrap()
        });
        let pause = Duration::from_millis(3);
        Timetable { at: "02:00:00".parse().unwrap(), clock, poll: pause, retry: pause }
    }

    async fn looked_at(&self, times: u64) {
        let until = self.looked.load(Ordering::Relaxed) + times;
        while self.looked.load(Ordering::Relaxed) < until {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

async fn until(standing: &mut watch::Receiver<Standing>, is: impl Fn(&Standing) -> bool) -> Standing {
    standing.wait_for(|standing| is(standing)).await.unwrap().clone()
}

fn night(standing: &Standing) -> String {
    standing.last.as_ref().map(|night| night.night.to_string()).unwrap_or_default()
}

async fn kept(small: &SmallOffice) -> Vec<String> {
    nights(&small.office.pool, 10).await.unwrap().iter().map(|night| night.night.to_string()).collect()
}

#[tokio::test]
async fn a_missed_night_is_made_up_for_at_the_start_and_each_is_done_once() {
    let small = SmallOffice::open().await;
    let end = small.end().await;
    let wall = Wall::at("2023-02-28T17:59:59Z");
    let nightly = Nightly::start(small.office.clone(), wall.timetable());
    let mut standing = nightly.standing();
    let first = until(&mut standing, |standing| standing.last.is_some()).await;
    assert_eq!(night(&first), "2023-02-28", "it is not two in the morning yet");
    let found = first.last.unwrap().found;
    // January and February of the person whose account was wrong
    assert_eq!(found.waiting.get("returned_payment"), Some(&2), "{found:?}");
    wall.set("2023-02-28T18:00:00Z");
    until(&mut standing, |standing| night(standing) == "2023-03-01").await;
    wall.looked_at(3).await;
    // the machine slept for three nights: the newest is made up for
    wall.set("2023-03-04T20:00:00Z");
    until(&mut standing, |standing| night(standing) == "2023-03-05").await;
    nightly.finish().await;
    // a clock that was set back does nothing again, nor does another start
    wall.set("2023-03-02T20:00:00Z");
    let nightly = Nightly::start(small.office.clone(), wall.timetable());
    wall.looked_at(3).await;
    nightly.finish().await;
    assert_eq!(kept(&small).await, ["2023-03-05", "2023-03-01", "2023-02-28"]);
    assert_eq!(small.end().await, end, "nothing was decided or paid");
    small.ledger.finish().await;
}

#[tokio::test]
async fn while_another_server_does_the_night_this_one_waits() {
    let small = SmallOffice::open().await;
    let mut other = small.ledger.service().acquire().await.unwrap().detach();
    let lock = "select pg_advisory_lock(hashtextextended('nightly ' || current_schema(), 0))";
    sqlx::query(lock).execute(&mut other).await.unwrap();
    let wall = Wall::at("2023-02-28T18:00:00Z");
    let nightly = Nightly::start(small.office.clone(), wall.timetable());
    wall.looked_at(3).await;
    assert!(kept(&small).await.is_empty());
    // the other is killed: its lock goes with its connection
    other.close().await.unwrap();
    until(&mut nightly.standing(), |standing| standing.last.is_some()).await;
    nightly.finish().await;
    assert_eq!(kept(&small).await, ["2023-03-01"]);
    small.ledger.finish().await;
}

fn ready(address: SocketAddr) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /health/ready HTTP/1.1\r\nhost: ledger\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap())
}

async fn asked(address: SocketAddr) -> (u16, Value) {
    tokio::task::spawn_blocking(move || ready(address)).await.unwrap()
}

#[tokio::test]
async fn a_night_that_fails_is_told_and_tried_again_and_ends_nothing() {
    let small = SmallOffice::open().await;
    let owner = |statement: &'static str| sqlx::query(statement).execute(small.ledger.owner());
    owner("revoke insert on app_nights from ledger_service").await.unwrap();
    let wall = Wall::at("2023-02-28T18:00:00Z");
    let nightly = Nightly::start(small.office.clone(), wall.timetable());
    let mut standing = nightly.standing();
    let (runner, data) = (small.office.runner.clone(), std::env::temp_dir());
    let health = Arc::new(LedgerHealth::new(runner, data, Some(nightly.standing())));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async move {
        let _ = stopped.await;
    };
    let server = tokio::spawn(http::serve(listener, http::router(health), stopped));
    let failing = until(&mut standing, |standing| standing.failing.is_some()).await.failing.unwrap();
    let (status, answer) = asked(address).await;
    assert_eq!((status, &answer["status"]), (200, &json!("ready")), "{answer}");
    assert_eq!(answer["nights"], json!({ "last": null, "ended_at": null, "failing": failing }));
    owner("grant insert on app_nights to ledger_service").await.unwrap();
    until(&mut standing, |standing| standing.last.is_some() && standing.failing.is_none()).await;
    let (_, answer) = asked(address).await;
    assert_eq!(answer["nights"]["last"], json!("2023-03-01"), "{answer}");
    assert_eq!(answer["nights"]["failing"], Value::Null);
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
    nightly.finish().await;
    small.ledger.finish().await;
}
