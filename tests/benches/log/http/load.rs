//! Callers over sockets that stay open, each asking again as soon as it was answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Bytes that a socket makes room for: an answer to a command comes in one piece.
const ROOM: usize = 4_096;

/// One socket.
pub struct Line {
    stream: TcpStream,
    /// What came and was not looked at.
    held: Vec<u8>,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    /// Whether a browser asks again by itself.
    pub asks_again: bool,
    pub body: Vec<u8>,
}

impl Line {
    pub async fn open(address: SocketAddr) -> Line {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Line { stream, held: Vec::new() }
    }

    pub async fn ask(&mut self, request: &str) -> Answer {
        self.send(request).await;
        let head = self.head().await;
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length = length.map_or(0, |length| length.trim().parse().unwrap());
        while self.held.len() < length {
            self.take_in().await;
        }
        let rest = self.held.split_off(length);
        let body = std::mem::replace(&mut self.held, rest);
        Answer { status, asks_again: head.contains("\nrefresh:"), body }
    }

    pub async fn send(&mut self, request: &str) {
        self.stream.write_all(request.as_bytes()).await.unwrap();
    }

    /// The head of an answer, in lower case.
    pub async fn head(&mut self) -> String {
        self.raw_head().await.to_ascii_lowercase()
    }

    pub async fn raw_head(&mut self) -> String {
        loop {
            if let Some(end) = self.held.windows(4).position(|window| window == b"\r\n\r\n") {
                let rest = self.held.split_off(end + 4);
                return String::from_utf8(std::mem::replace(&mut self.held, rest)).unwrap();
            }
            self.take_in().await;
        }
    }

    async fn take_in(&mut self) {
        self.held.reserve(ROOM);
        let came = self.stream.read_buf(&mut self.held).await.unwrap();
        assert!(came > 0, "the server hung up: {}", String::from_utf8_lossy(&self.held));
    }
}

/// A request without a body.
pub fn get(path: &str, headers: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: ledger\r\n{headers}\r\n")
}

/// A request with one.
pub fn post(path: &str, headers: &str, body: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nhost: ledger\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

/// What came of many requests.
pub struct Storm {
    pub each_second: f64,
    pub median: Duration,
    pub p99: Duration,
}

/// Asks from `callers` sockets for some time; every answer must be a 200.
pub async fn storm(
    address: SocketAddr,
    callers: u32,
    time: Duration,
    request: impl Fn(u32) -> String + Send + Sync + 'static,
) -> Storm {
    let request = Arc::new(request);
    let began = Instant::now();
    let callers = (0..callers).map(|caller| {
        let request = Arc::clone(&request);
        tokio::spawn(async move {
            let mut line = Line::open(address).await;
            let (mut took, mut number) = (Vec::new(), caller * 7_919);
            while began.elapsed() < time {
                let asked = Instant::now();
                let answer = line.ask(&request(number)).await;
                assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
                took.push(asked.elapsed());
                number = number.wrapping_add(1);
            }
            took
        })
    });
    let mut took = Vec::new();
    for caller in callers.collect::<Vec<_>>() {
        took.extend(caller.await.unwrap());
    }
    let each_second = took.len() as f64 / began.elapsed().as_secs_f64();
    took.sort_unstable();
    Storm { each_second, median: took[took.len() / 2], p99: took[took.len() * 99 / 100] }
}
