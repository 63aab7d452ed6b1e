//! A second office: the real program, its directory, and a plain way to talk to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use eventlog::merkle::key::VerifierKey;
use eventlog::merkle::note::{Note, SignatureLine};
use eventlog::merkle::transport::AddCheckpoint;
use serde_json::Value;
use tempfile::TempDir;
use tests::ledger_binary;
use tests::paper_log::PaperLog;

pub const NAME: &str = "witness.example/审计局";

/// A witness that runs. It is ended when this is dropped; its directory is the office's.
pub struct Witness {
    child: Child,
    pub address: SocketAddr,
    pub started: Value,
    remarks: PathBuf,
}

/// The office and its directory.
pub struct SecondOffice {
    folder: TempDir,
}

/// What the witness answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl SecondOffice {
    pub fn new() -> SecondOffice {
        SecondOffice { folder: tempfile::tempdir().unwrap() }
    }

    pub fn state(&self) -> PathBuf {
        self.folder.path().join("witness")
    }

    fn command(&self, name: &str, logs: &[&VerifierKey]) -> Command {
        let mut command = Command::new(ledger_binary());
        command.args(["witness", "--json", "--listen", "127.0.0.1:0", "--name", name, "--state"]);
        // nothing of a ledger is needed, and nothing of it disturbs
        command.arg(self.state()).env("DATABASE_URL", "postgres://127.0.0.1:1/none");
        command.env("LEDGER_DATA", "/dev/null/nowhere").stdin(Stdio::null());
        for log in logs {
            command.arg("--log").arg(log.to_string());
        }
        command
    }

    /// Starts the witness for these logs and waits until it takes requests.
    pub fn start(&self, logs: &[&VerifierKey]) -> Witness {
        let remarks = self.folder.path().join("remarks.txt");
        let opened = std::fs::OpenOptions::new().append(true).create(true).open(&remarks).unwrap();
        let mut child = self.command(NAME, logs).stdout(Stdio::piped()).stderr(opened).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        while !text.ends_with("\n}\n") {
            let read = output.read_line(&mut text).unwrap();
            assert!(read > 0, "{text}{}", std::fs::read_to_string(&remarks).unwrap());
        }
        let started: Value = serde_json::from_str(&text).unwrap();
        let address = started["listen"].as_str().unwrap().strip_prefix("http://").unwrap();
        Witness { child, address: address.parse().unwrap(), started, remarks }
    }

    /// A witness that does not start: its exit code and the error's code.
    pub fn refusal(&self, name: &str, logs: &[&VerifierKey]) -> (Option<i32>, String) {
        let mut child = self.command(name, logs).stdout(Stdio::piped()).spawn().unwrap();
        let begun = Instant::now();
        while child.try_wait().unwrap().is_none() && begun.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(2));
        }
        // one that did start is ended, and its answer names no error
        let _ = child.kill();
        let output = child.wait_with_output().unwrap();
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), answer["error"]["code"].as_str().unwrap_or("none").to_owned())
    }

    /// The folders of evidence that are kept.
    pub fn evidence(&self) -> Vec<PathBuf> {
        let inside = |folder: &Path| -> Vec<PathBuf> {
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
        };
        let mut pieces: Vec<PathBuf> =
            inside(&self.state().join("refused")).iter().flat_map(|log| inside(log)).collect();
        pieces.sort();
        pieces
    }
}

impl Witness {
    /// The public key it printed when it started.
    pub fn key(&self) -> VerifierKey {
        self.started["key"].as_str().unwrap().parse().unwrap()
    }

    /// Sends a body.
    pub fn post(&self, body: &[u8]) -> Answer {
        exchange(self.address, "POST", "/add-checkpoint", body)
    }

    pub fn get(&self, path: &str) -> Answer {
        exchange(self.address, "GET", path, b"")
    }

    /// Asks honestly: the log's newest checkpoint, with the proof from `old`.
    pub fn offer(&self, log: &PaperLog, old: u64) -> Answer {
        self.post(request(log, old).as_bytes())
    }

    /// The same, and it is cosigned: the cosignature, checked.
    pub fn cosigned(&self, log: &PaperLog, old: u64) -> SignatureLine {
        let answer = self.offer(log, old);
        assert_eq!(answer.status, 200, "{answer:?}");
        let line = SignatureLine::parse(answer.body.strip_suffix('\n').unwrap()).unwrap();
        assert!(self.key().verify(&log.checkpoint().text, &line).is_some(), "{answer:?}");
        line
    }

    /// The size that the witness remembers of a log: what it tells one who does not know.
    pub fn remembered(&self, log: &PaperLog) -> u64 {
        let answer = self.offer(log, 0);
        match answer.status {
            200 => log.size(),
            409 => answer.body.trim_end().parse().unwrap(),
            _ => panic!("{answer:?}"),
        }
    }

    /// What it wrote to standard error.
    pub fn remarks(&self) -> String {
        std::fs::read_to_string(&self.remarks).unwrap()
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if !std::thread::panicking() {
            let remarks = self.remarks();
            assert!(!remarks.contains("panicked"), "{remarks}");
        }
    }
}

/// The body of an honest request.
pub fn request(log: &PaperLog, old: u64) -> String {
    let hashes = if old <= log.size() { log.consistency(old, log.size()) } else { Vec::new() };
    request_with(&log.checkpoint(), old, hashes)
}

pub fn request_with(
    checkpoint: &Note,
    old_size: u64,
    hashes: Vec<eventlog::merkle::hash::NodeHash>,
) -> String {
    AddCheckpoint { old_size, hashes, checkpoint: checkpoint.to_string() }.to_text()
}

/// One request on a connection of its own, written by hand so that the body is exactly these bytes.
pub fn exchange(address: SocketAddr, method: &str, path: &str, body: &[u8]) -> Answer {
    try_exchange(address, method, path, body).unwrap()
}

/// The same; none when there is no whole answer, as when the server was killed.
pub fn try_exchange(address: SocketAddr, method: &str, path: &str, body: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: witness\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).ok()?;
    // a server that refuses early may close before all is sent
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Some(Answer { status, head: head.to_lowercase(), body: body.to_owned() })
}
