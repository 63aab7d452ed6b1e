//! A data directory of one's own, and the real program on it.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::SystemTime;

use nix::sys::signal::Signal;
use serde_json::Value;
use tempfile::TempDir;
use tests::ledger_binary;

use crate::kill;

/// The same key in every house gives the same names to the same things, so that two logs can be compared.
const MASTER_KEY: &str = "5f0e4a1b6c7d8e9fa0b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f50617";

/// A data directory. What still runs in it is ended when it is dropped.
pub struct House {
    folder: Option<TempDir>,
    data: PathBuf,
    child: Option<Child>,
    started: SystemTime,
}

/// What the program answered.
#[derive(Debug)]
pub struct Answer {
    pub status: ExitStatus,
    pub json: Value,
    pub remarks: String,
}

impl House {
    pub fn new() -> House {
        let folder = tempfile::tempdir().unwrap();
        // PostgreSQL runs under another account when the test runs as root
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let data = folder.path().join("ledger");
        House { folder: Some(folder), data, child: None, started: SystemTime::UNIX_EPOCH }
    }

    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Where the cluster is: beside the data if PostgreSQL's account may not enter there.
    pub fn cluster(&self) -> PathBuf {
        let elsewhere = fs::read_to_string(self.data.join("postgres.location"));
        elsewhere.map_or_else(|_| self.data.clone(), |path| PathBuf::from(path.trim())).join("postgres")
    }

    /// Starts the program with `--json`; one at a time.
    pub fn start(&mut self, arguments: &[&str]) {
        assert!(self.child.is_none());
        let mut command = Command::new(ledger_binary());
        command.args(arguments).arg("--json").arg("--data").arg(&self.data);
        command.env_remove("DATABASE_URL").env("LEDGER_MASTER_KEY", MASTER_KEY).stdin(Stdio::null());
        command.stdout(File::create(self.beside("answer.json")).unwrap());
        command.stderr(File::create(self.beside("remarks.txt")).unwrap());
        self.started = SystemTime::now();
        self.child = Some(command.spawn().unwrap());
    }

    /// When the program was started the last time.
    pub fn started(&self) -> SystemTime {
        self.started
    }

    /// Whether the started program still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| child.try_wait().unwrap().is_none())
    }

    /// Kills the started program and nothing else.
    pub fn kill_program(&mut self) {
        self.child.as_mut().unwrap().kill().unwrap();
    }

    /// Waits for the started program's end.
    pub fn answer(&mut self) -> Answer {
        let status = self.child.take().unwrap().wait().unwrap();
        let remarks = fs::read(self.beside("remarks.txt")).unwrap();
        let remarks = String::from_utf8_lossy(&remarks).into_owned();
        let answer = fs::read(self.beside("answer.json")).unwrap();
        let json = serde_json::from_slice(&answer).unwrap_or(Value::Null);
        assert!(!remarks.contains("panicked"), "{remarks}");
        Answer { status, json, remarks }
    }

    /// Runs the program to its end.
    pub fn ask(&mut self, arguments: &[&str]) -> Answer {
        self.start(arguments);
        self.answer()
    }

    /// The same, and everything went well.
    pub fn do_well(&mut self, arguments: &[&str]) -> Value {
        let answer = self.ask(arguments);
        assert!(answer.status.success(), "{arguments:?}: {answer:?}");
        answer.json
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.data.with_file_name(name)
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        kill::server(&self.cluster(), Signal::SIGQUIT);
        if std::thread::panicking() {
            let kept = self.folder.take().map(TempDir::keep);
            println!("what the program left is kept in {kept:?}");
        }
    }
}
