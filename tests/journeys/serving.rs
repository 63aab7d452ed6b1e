//! The program as a server: what it does each night, and what those who watch it see.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Child;
use std::thread::sleep;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tests::counter::Counter;

/// A server of a ledger, ended by the test.
pub struct Server {
    child: Child,
    pub address: String,
}

impl Server {
    pub fn start(counter: &Counter, arguments: &[&str]) -> Server {
        Server::start_at(counter, "127.0.0.1:0", arguments)
    }

    pub fn start_at(counter: &Counter, listen: &str, arguments: &[&str]) -> Server {
        let mut child = counter.start(&[&["serve", "--listen", listen], arguments].concat());
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        while !text.ends_with("\n}\n") {
            assert!(output.read_line(&mut text).unwrap() > 0, "{text}");
        }
        let started: Value = serde_json::from_str(&text).unwrap();
        let address = started["listen"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
        Server { child, address }
    }

    fn ready(&self) -> Value {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = "GET /health/ready HTTP/1.1\r\nhost: ledger\r\nconnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// Waits for the night that is made up for at the start.
    fn last_night(&self) -> String {
        loop {
            let ready = self.ready();
            assert_eq!(ready["status"], json!("ready"));
            assert_eq!(ready["nights"]["failing"], Value::Null, "{ready}");
            if let Some(night) = ready["nights"]["last"].as_str() {
                return night.to_owned();
            }
            sleep(Duration::from_millis(20));
        }
    }

    /// Tells it to end: what it wrote to standard error.
    pub fn end(mut self) -> String {
        kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGTERM).unwrap();
        let mut remarks = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut remarks).unwrap();
        assert!(self.child.wait().unwrap().success(), "{remarks}");
        remarks
    }
}

/// An hour that is half a day away, so that no night begins while the test runs.
pub fn far_hour() -> String {
    let beijing_in_half_a_day = chrono::Utc::now() + chrono::TimeDelta::hours(8 + 12);
    beijing_in_half_a_day.format("%H:00").to_string()
}

#[tokio::test]
async fn a_server_that_is_told_to_end_as_soon_as_it_says_where_it_is_ends() {
    let counter = Counter::open().await;
    Server::start(&counter, &["--no-nightly"]).end();
}

#[tokio::test]
async fn a_server_does_the_last_night_at_its_start_and_tells_nobody_s_name() {
    let counter = Counter::open().await;
    let persons = counter.file("persons", &tests::counter::persons());
    counter.do_well(&["import", "apply", "persons", &persons, "--as", "clerk:wang.fang"]);
    assert_eq!(counter.do_well(&["todo", "nights"]), json!([]));
    let hour = far_hour();
    let server = Server::start(&counter, &["--nightly-at", &hour]);
    let night = server.last_night();
    let remarks = server.end();
    assert!(!remarks.contains("王秀英") && !remarks.contains(tests::counter::PERSON), "{remarks}");
    let nights = counter.do_well(&["todo", "nights"]);
    assert_eq!(nights[0]["night"], json!(night), "{nights}");
    assert_eq!(nights[0]["found"]["eligible"], json!({ "not_enrolled": 1 }));
    assert!(!nights.to_string().contains('王'), "counts, and no entry");
    // again, and there is nothing to make up for
    let server = Server::start(&counter, &["--nightly-at", &hour]);
    assert_eq!(server.last_night(), night);
    server.end();
    assert_eq!(counter.do_well(&["todo", "nights"]), nights);
    let server = Server::start(&counter, &["--no-nightly"]);
    assert_eq!(server.ready().get("nights"), None);
    server.end();
    assert_eq!(counter.ask(&["serve", "--nightly-at", "25:00"]).status, 2);
    counter.do_well(&["check"]);
}
