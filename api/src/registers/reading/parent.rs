//! The parent: starts the child, takes its rows, stops it when it takes too long.

use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;
use sha2::{Digest, Sha256};

use super::output::{Line, TextEncoding};
use super::refusal::Refusal;
use crate::registers::{RawRow, RegisterKind};

/// What reading a register may take.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The program to run as `PROGRAM read-register …`; `None` is the running program itself.
    pub program: Option<PathBuf>,
    /// The most bytes of the file.
    pub file_bytes_max: u64,
    /// The most memory of the child, in bytes of address space.
    pub memory_bytes_max: u64,
    /// The most processor time of the child, in seconds.
    pub processor_seconds_max: u64,
    /// The most time by the clock on the wall.
    pub wall_time_max: Duration,
    /// The most rows.
    pub rows_max: u32,
    /// The most bytes that the child may print.
    pub printed_bytes_max: u64,
}

const MEBIBYTE: u64 = 1024 * 1024;

impl Default for Limits {
    /// Enough for 200,000 rows of the widest register.
    fn default() -> Limits {
        Limits {
            program: None,
            file_bytes_max: 64 * MEBIBYTE,
            memory_bytes_max: 1024 * MEBIBYTE,
            processor_seconds_max: 60,
            wall_time_max: Duration::from_secs(120),
            rows_max: 200_000,
            printed_bytes_max: 1024 * MEBIBYTE,
        }
    }
}

/// The rows of a register as they stand in the file.
pub struct RegisterRows {
    /// Which register.
    pub kind: RegisterKind,
    /// How a CSV file is encoded; `None` for a workbook.
    pub encoding: Option<TextEncoding>,
    /// SHA-256 of the file, in hexadecimal digits: names the file in the audit trail.
    pub digest: String,
    /// The rows, blank ones left out.
    pub rows: Vec<RawRow>,
}

/// Reads a register. Waits for the child; call it where waiting is allowed.
///
/// # Errors
/// [`Refusal`] for the file as a whole. What is wrong with single rows is found by [`crate::registers::dry_run`].
pub fn read_register(path: &Path, kind: RegisterKind, limits: &Limits) -> Result<RegisterRows, Refusal> {
    let digest = digest(path, limits)?;
    let mut child = start(path, kind, limits).map_err(|_| Refusal::CannotStart)?;
    let printed = child.stdout.take().ok_or(Refusal::CannotStart)?;
    let (sender, receiver) = mpsc::channel();
    let printed_max = limits.printed_bytes_max;
    let collector = thread::spawn(move || sender.send(collect(printed.take(printed_max))));
    let collected = receiver.recv_timeout(limits.wall_time_max);
    let status = stop(&mut child);
    // the child is gone, so its pipe is closed and the collector has ended
    let _ = collector.join();
    let collected = collected.map_err(|_| Refusal::TooSlow)?;
    let (encoding, rows) = collected.ok_or_else(|| cause_of_death(status))??;
    Ok(RegisterRows { kind, encoding, digest, rows })
}

/// Reads the file's bytes once, so that what is refused for its size is never given to the child.
fn digest(path: &Path, limits: &Limits) -> Result<String, Refusal> {
    let file = fs::File::open(path).map_err(|_| Refusal::CannotOpen)?;
    let facts = file.metadata().map_err(|_| Refusal::CannotOpen)?;
    if !facts.is_file() {
        return Err(Refusal::CannotOpen);
    }
    if facts.len() > limits.file_bytes_max {
        return Err(Refusal::TooLarge { most_mebibytes: limits.file_bytes_max / MEBIBYTE });
    }
    let mut bytes = Vec::new();
    file.take(limits.file_bytes_max).read_to_end(&mut bytes).map_err(|_| Refusal::CannotOpen)?;
    if bytes.is_empty() { Err(Refusal::Empty) } else { Ok(hex::encode(Sha256::digest(&bytes))) }
}

fn start(path: &Path, kind: RegisterKind, limits: &Limits) -> io::Result<Child> {
    let program = match &limits.program {
        Some(program) => program.clone(),
        None => std::env::current_exe()?,
    };
    Command::new(program)
        .arg("read-register")
        .args(["--kind", kind.code()])
        .args(["--memory-max", &limits.memory_bytes_max.to_string()])
        .args(["--processor-seconds-max", &limits.processor_seconds_max.to_string()])
        .args(["--rows-max", &limits.rows_max.to_string()])
        .arg("--")
        .arg(path)
        // the reader needs nothing of the program's settings, least of all its keys
        .env_clear()
        // one arena: else each thread of the C library reserves 64 MiB of address space, which the limit counts
        .env("MALLOC_ARENA_MAX", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
}

type Collected = Result<(Option<TextEncoding>, Vec<RawRow>), Refusal>;

/// Takes the child's lines; `None` where the child died before its last one.
fn collect(printed: impl Read) -> Option<Collected> {
    let mut encoding = None;
    let mut rows = Vec::new();
    let mut text = String::new();
    let mut lines = BufReader::with_capacity(64 * 1024, printed);
    loop {
        text.clear();
        if lines.read_line(&mut text).ok()? == 0 {
            return None;
        }
        match serde_json::from_str(&text).ok()? {
            Line::Encoding(found) => encoding = Some(found),
            Line::Row(row) => rows.push(row),
            Line::Refused(refusal) => return Some(Err(refusal)),
            Line::Done { rows: count } if usize::try_from(count) == Ok(rows.len()) => {
                return Some(Ok((encoding, rows)));
            }
            Line::Done { .. } => return None,
        }
    }
}

/// Waits for a child that has closed its pipe; stops one that has not.
pub(crate) fn stop(child: &mut Child) -> Option<ExitStatus> {
    for _ in 0..50 {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(2));
    }
    // it has died already or ignores us; either way it must not stay
    let _ = child.kill();
    child.wait().ok()
}

/// Why a child ended before its last line.
pub(crate) fn cause_of_death(status: Option<ExitStatus>) -> Refusal {
    let signal = status.and_then(|status| status.signal()).map(Signal::try_from);
    match signal {
        Some(Ok(Signal::SIGXCPU)) => Refusal::TooSlow,
        Some(Ok(Signal::SIGABRT | Signal::SIGSEGV | Signal::SIGBUS)) => Refusal::TooMuchMemory,
        // a kill is how the processor's hard limit and the system's last resort look alike
        Some(Ok(Signal::SIGKILL)) => Refusal::TooMuchMemory,
        Some(_) => Refusal::Damaged,
        None if status.is_some_and(|status| status.code() == Some(101)) => Refusal::Damaged,
        None => Refusal::CannotStart,
    }
}
