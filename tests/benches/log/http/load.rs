//! Callers over sockets that stay open, each asking again as soon as it was answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// One socket.
pub struct Line {
    reading: BufReader<OwnedReadHalf>,
    writing: OwnedWriteHalf,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Line {
    pub async fn open(address: SocketAddr) -> Line {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (reading, writing) = stream.into_split();
        Line { reading: BufReader::with_capacity(1_024, reading), writing }
    }

    pub async fn ask(&mut self, request: &str) -> Answer {
        self.send(request).await;
        let head = self.head().await;
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        let mut body = vec![0; length.map_or(0, |length| length.trim().parse().unwrap())];
        self.reading.read_exact(&mut body).await.unwrap();
        Answer { status, body }
    }

    pub async fn send(&mut self, request: &str) {
        self.writing.write_all(request.as_bytes()).await.unwrap();
    }

    /// The head of an answer, in lower case.
    pub async fn head(&mut self) -> String {
        self.raw_head().await.to_ascii_lowercase()
    }

    pub async fn raw_head(&mut self) -> String {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(self.reading.read_line(&mut head).await.unwrap() > 0, "the server hung up: {head}");
        }
        head
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
