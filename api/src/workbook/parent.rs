//! The parent: starts the child, hands it the bytes, takes its rows one at a time, and never leaves it behind.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::{Deserialize, Serialize};

use super::sheet::{Request, SheetRow};
use crate::registers::reading::{Refusal, cause_of_death, stop};

/// The most memory of the child, in bytes of address space.
const MEMORY_MAX: u64 = 1024 * MEBIBYTE;
/// The most processor time of the child, in seconds.
const PROCESSOR_SECONDS_MAX: u64 = 120;
/// The most bytes of a workbook.
const FILE_BYTES_MAX: u64 = 64 * MEBIBYTE;
/// The longest row that is taken from the child, in bytes.
const ROW_BYTES_MAX: u64 = 256 * 1024;
const MEBIBYTE: u64 = 1024 * 1024;

/// How a workbook is read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The program to run as `PROGRAM read-workbook …`; none is the running program itself.
    pub program: Option<PathBuf>,
    /// The most bytes of the workbook.
    pub file_bytes_max: u64,
    /// The most memory of the child, in bytes of address space.
    pub memory_bytes_max: u64,
    /// The most processor time of the child, in seconds.
    pub processor_seconds_max: u64,
}

impl Reading {
    /// With the usual limits, by this program or by another.
    pub fn by(program: Option<&Path>) -> Reading {
        Reading {
            program: program.map(Path::to_owned),
            file_bytes_max: FILE_BYTES_MAX,
            memory_bytes_max: MEMORY_MAX,
            processor_seconds_max: PROCESSOR_SECONDS_MAX,
        }
    }
}

/// A line from the child.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// A row.
    Row(SheetRow),
    /// Every row was printed; the last line.
    Done {
        /// How many there were.
        rows: u32,
    },
    /// The workbook is not taken; the last line.
    Refused(Refusal),
}

/// Why a sheet was not read to its end: the workbook, or what the caller said to a row.
#[derive(Debug)]
pub enum Ended<E> {
    /// The workbook is refused.
    Refused(Refusal),
    /// The caller stopped.
    Stopped(E),
}

impl<E> From<Refusal> for Ended<E> {
    fn from(refusal: Refusal) -> Ended<E> {
        Ended::Refused(refusal)
    }
}

/// Reads a sheet from the bytes of a workbook and hands its rows on. Waits for the child; call it where waiting is
/// allowed.
///
/// # Errors
/// [`Ended`]: the workbook is refused, or what `each` says.
pub fn read_sheet<E>(
    source: impl Read,
    request: &Request,
    reading: &Reading,
    each: &mut dyn FnMut(SheetRow) -> Result<(), E>,
) -> Result<(), Ended<E>> {
    let mut child = Reader(start(request, reading).map_err(|_| Refusal::CannotStart)?);
    if let Err(refusal) = hand_over(source, &mut child.0, reading.file_bytes_max) {
        return Err(refusal.into());
    }
    let printed = child.0.stdout.take().ok_or(Refusal::CannotStart)?;
    let mut lines = BufReader::with_capacity(64 * 1024, printed);
    let mut count = 0;
    loop {
        match next(&mut lines) {
            Some(Line::Row(row)) => {
                count += 1;
                each(row).map_err(Ended::Stopped)?;
            }
            Some(Line::Refused(refusal)) => return Err(refusal.into()),
            Some(Line::Done { rows }) if rows == count => return Ok(()),
            Some(Line::Done { .. }) => return Err(Refusal::Damaged.into()),
            None => return Err(cause_of_death(stop(&mut child.0)).into()),
        }
    }
}

/// None where the child ended before its last line.
fn next(lines: &mut impl BufRead) -> Option<Line> {
    let mut text = String::new();
    let read = lines.take(ROW_BYTES_MAX).read_line(&mut text).ok()?;
    if read == 0 { None } else { serde_json::from_str(&text).ok() }
}

/// Copies the workbook to the child, which prints nothing before it has all of it. A child that died tells by what it
/// prints, or does not.
fn hand_over(source: impl Read, child: &mut Child, bytes_max: u64) -> Result<(), Refusal> {
    let mut input = child.stdin.take().ok_or(Refusal::CannotStart)?;
    let mut source = source.take(bytes_max + 1);
    let mut buffer = vec![0; 64 * 1024];
    let mut total = 0_u64;
    loop {
        let read = source.read(&mut buffer).map_err(|_| Refusal::CannotOpen)?;
        if read == 0 {
            return Ok(());
        }
        total += read as u64;
        if total > bytes_max {
            return Err(Refusal::TooLarge { most_mebibytes: bytes_max / MEBIBYTE });
        }
        match input.write_all(&buffer[..read]) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            Err(_) => return Err(Refusal::CannotStart),
        }
    }
}

fn start(request: &Request, reading: &Reading) -> io::Result<Child> {
    let program = match &reading.program {
        Some(program) => program.clone(),
        None => std::env::current_exe()?,
    };
    let mut command = Command::new(program);
    command.arg("read-workbook");
    if let Some(sheet) = &request.sheet {
        command.arg(format!("--sheet={sheet}"));
    }
    command
        .args(["--head-rows", &request.head_rows.to_string()])
        .args(["--memory-max", &reading.memory_bytes_max.to_string()])
        .args(["--processor-seconds-max", &reading.processor_seconds_max.to_string()])
        .args(["--rows-max", &request.rows_max.to_string()])
        // the reader needs nothing of the program's settings, least of all its keys
        .env_clear()
        // one arena: else each thread of the C library reserves 64 MiB of address space, which the limit counts
        .env("MALLOC_ARENA_MAX", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
}

/// A child that is stopped when nobody listens to it any more.
struct Reader(Child);

impl Drop for Reader {
    fn drop(&mut self) {
        // it has ended already, or is to
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
