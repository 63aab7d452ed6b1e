//! What the writer notes of every command, before it asks and after it was answered. The test of kills reads it too.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A command: its key, the door by which it enters, and what is put where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub key: Uuid,
    pub door: Door,
    /// The streams, each once.
    pub puts: Vec<Put>,
}

/// How a command is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Door {
    /// `Repository::execute`.
    Execute,
    /// `Repository::transact`.
    Transact,
    /// `Appender::append`.
    Append,
}

/// Coins for one stream, in so many events of one coin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Put {
    pub stream: String,
    pub coins: u32,
    /// Refused if the stream exists, so that only the key can answer when it is asked again.
    pub once: bool,
}

/// What a command was answered with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub first_position: u64,
    pub last_position: u64,
    pub recorded_at: DateTime<Utc>,
    pub outcome: String,
    pub repeated: bool,
}

/// A line of the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Microseconds since 1970.
    pub at: u64,
    pub key: Uuid,
    pub said: Said,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// It is about to be asked.
    Asked(Asked),
    /// It took effect: this must be true for ever.
    Acknowledged(Answer),
    /// Nobody knows yet; it will be asked again.
    Unanswered(String),
    /// It cannot take effect, which never happens to these commands.
    Refused(String),
}

/// The lines of one process; without the last if it was cut off.
pub fn read(path: &Path) -> Vec<Line> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let whole = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    whole.map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The lines of all processes, in the order in which they ran.
pub fn read_all(folder: &Path) -> Vec<Line> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().flat_map(|path| read(path)).collect()
}

pub fn micros() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(now.as_micros()).unwrap()
}
