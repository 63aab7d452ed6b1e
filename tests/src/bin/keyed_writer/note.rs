//! Writing the record.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use uuid::Uuid;

use crate::record::{Line, Said, micros};

/// The record of one process. Each has a file of its own, so that a line cut off by a kill is the last of its file.
#[derive(Debug)]
pub struct Record(Mutex<File>);

impl Record {
    pub fn create(path: &Path) -> Record {
        Record(Mutex::new(OpenOptions::new().create_new(true).append(true).open(path).unwrap()))
    }

    /// Writes a line with a single call: what is written outlives the process.
    pub fn note(&self, key: Uuid, said: Said) {
        let mut file = self.0.lock().unwrap();
        let mut line = serde_json::to_string(&Line { at: micros(), key, said }).unwrap();
        line.push('\n');
        file.write_all(line.as_bytes()).unwrap();
    }
}
