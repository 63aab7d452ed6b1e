//! A file from the bank as it is read: under what is expected of it, and each time the one whose digest is known.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::ids::RunId;
use domain::payment_run::BankFile;
use sha2::{Digest, Sha256};

use super::lines_read::LinesRead;
use crate::bank::fault::Fault;
use crate::bank::layout::Layout;
use crate::bank::reading::{BankLine, Expected, read};
use crate::lang::io_trouble;

/// A file with what is expected of it.
#[derive(Clone)]
pub(super) struct Source {
    pub path: Arc<Path>,
    /// The program that reads workbooks; none is this one.
    pub program: Option<PathBuf>,
    pub sha256: String,
    pub layout: Arc<Layout>,
    pub run_id: RunId,
    /// The run's files, as they went to the bank.
    pub files: Arc<[BankFile]>,
    /// Whether it may answer another run, so that only references say which payment a line is of.
    pub by_reference_only: bool,
    pub lines_read: LinesRead,
}

impl Source {
    /// Reads the file's lines, and makes sure that it is still the file whose digest is known.
    pub fn read(&self, each: &mut dyn FnMut(BankLine) -> Result<(), Fault>) -> Result<(), Fault> {
        let file = File::open(&self.path).map_err(|error| unreadable(&error))?;
        let mut hashed = BufReader::with_capacity(READ_BYTES, Hashed { source: file, hash: Sha256::new() });
        let program = self.program.as_deref();
        let (layout, run_id, files) = (&*self.layout, self.run_id, &*self.files);
        read(&mut hashed, Expected { layout, run_id, files, program }, each)?;
        io::copy(&mut hashed, &mut io::sink()).map_err(|error| unreadable(&error))?;
        if hex::encode(hashed.into_inner().hash.finalize()) == self.sha256 {
            return Ok(());
        }
        Err(Fault::new(
            "file_changed",
            "读取过程中文件被改动，请再读入一次",
            "the file was changed while it was read",
        ))
    }
}

/// Bytes of one read.
const READ_BYTES: usize = 256 * 1024;

/// Hashes what is read.
struct Hashed<R> {
    source: R,
    hash: Sha256,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.hash.update(&buffer[..count]);
        Ok(count)
    }
}

/// SHA-256 of a file's bytes, in hexadecimal digits.
///
/// # Errors
/// [`Fault`]: it is empty, no file, or cannot be read.
pub(super) fn digest(path: &Path) -> Result<String, Fault> {
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    let facts = file.metadata().map_err(|error| unreadable(&error))?;
    if !facts.is_file() || facts.len() == 0 {
        return Err(Fault::new("file_empty", "文件为空，或不是普通文件", "is empty, or no file"));
    }
    let mut hashed = BufReader::with_capacity(READ_BYTES, Hashed { source: file, hash: Sha256::new() });
    io::copy(&mut hashed, &mut io::sink()).map_err(|error| unreadable(&error))?;
    Ok(hex::encode(hashed.into_inner().hash.finalize()))
}

fn unreadable(error: &io::Error) -> Fault {
    let zh = format!("文件无法读取：{}", io_trouble(error));
    Fault::new("cannot_open", zh, format!("the file cannot be read: {error}"))
}
