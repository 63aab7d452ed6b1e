//! The process of many callers who write under keys: starting, watching and killing it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::record::{self, Line, Said};

/// A writer that is not done after this long hangs; its appender alone may try for 15 seconds.
pub const END_MAX: Duration = Duration::from_secs(120);

/// A running writer. It is killed when it is dropped.
pub struct Writer {
    child: Child,
    record: PathBuf,
}

impl Writer {
    /// Starts the writer with this number among those that work on the ledger.
    pub fn start(data: &Path, records: &Path, number: usize, seed: u64, task: &str) -> Writer {
        let name = format!("{number:03}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyed_writer"));
        command.arg(data).arg(records).arg(&name).arg(seed.to_string()).arg(task);
        // the writer closes when this end of its input does, also if the test is killed
        let child = command.stdin(Stdio::piped()).spawn().unwrap();
        Writer { child, record: records.join(format!("{name}.jsonl")) }
    }

    /// Its record so far.
    pub fn lines(&self) -> Vec<Line> {
        record::read(&self.record)
    }

    /// How many commands were acknowledged so far; nothing before the first was asked.
    fn acknowledged(&self) -> Option<usize> {
        let text = fs::read_to_string(&self.record).unwrap_or_default();
        text.contains('\n').then(|| text.matches(r#""said":{"acknowledged""#).count())
    }

    /// Waits until it has asked something and so many more commands were acknowledged.
    pub async fn acknowledges(&mut self, further: usize) {
        let count = self.acknowledged().unwrap_or_default() + further;
        let begun = Instant::now();
        while self.acknowledged().is_none_or(|acknowledged| acknowledged < count) {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("the writer ended by itself: {status}");
            }
            assert!(begun.elapsed() < END_MAX, "the writer hangs before command {count}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Lets every caller come to the end of what it asks.
    pub async fn close(mut self) {
        drop(self.child.stdin.take());
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert!(status.success(), "{status}");
                return;
            }
            assert!(begun.elapsed() < END_MAX, "the writer hangs at its end");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How many commands were asked before a kill and had no answer by the time at which everything ran again.
pub fn in_flight(lines: &[Line], struck: u64, restored: u64) -> usize {
    let mut open = BTreeSet::new();
    for line in lines {
        match line.said {
            Said::Asked(_) if line.at <= struck => open.insert(line.key),
            Said::Asked(_) => false,
            // one that fails after the kill was cut off by it
            Said::Unanswered(_) if line.at > struck => false,
            _ if line.at < restored => open.remove(&line.key),
            _ => false,
        };
    }
    open.len()
}
