//! The child: limits itself, reads the file, prints its rows.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use nix::sys::resource::{Resource, setrlimit};

use super::output::{Line, Output};
use super::refusal::Refusal;
use super::{delimited, spreadsheet};
use crate::registers::RegisterKind;
use crate::workbook::ReadWorkbook;

/// `ledger read-register`: reads a register under limits and prints its rows as JSON lines. For the program itself.
#[derive(Debug, clap::Args)]
pub struct ReadRegister {
    /// Which register.
    #[arg(long, value_parser = parse_kind)]
    kind: RegisterKind,
    /// The most memory, in bytes.
    #[arg(long)]
    memory_max: u64,
    /// The most processor time, in seconds.
    #[arg(long)]
    processor_seconds_max: u64,
    /// The most rows.
    #[arg(long)]
    rows_max: u32,
    /// The file.
    file: PathBuf,
}

#[derive(clap::Parser)]
enum ReaderProgram {
    /// Reads a register under limits.
    ReadRegister(ReadRegister),
    /// Reads a workbook under limits.
    ReadWorkbook(ReadWorkbook),
}

fn parse_kind(code: &str) -> Result<RegisterKind, &'static str> {
    RegisterKind::from_code(code).ok_or("no such register")
}

impl ReadRegister {
    /// Reads the command line of a program that does nothing else, and runs it.
    pub fn run_as_program() -> ExitCode {
        match clap::Parser::parse() {
            ReaderProgram::ReadRegister(command) => command.run(),
            ReaderProgram::ReadWorkbook(command) => command.run(),
        }
    }

    /// Limits this process for good, reads the file and prints it.
    ///
    /// Call it before any other thread is started: what threads reserve counts against the memory.
    /// A refusal is printed too, and is a success: the exit status is 1 only when the limits could not be set or
    /// nobody reads what is printed.
    pub fn run(&self) -> ExitCode {
        if confine(self.memory_max, self.processor_seconds_max).is_err() {
            return ExitCode::FAILURE;
        }
        let mut printer = Printer { out: BufWriter::with_capacity(64 * 1024, io::stdout().lock()) };
        let last = match self.read(&mut printer) {
            Ok(rows) => Line::Done { rows },
            Err(refusal) => Line::Refused(refusal),
        };
        let printed = printer.put(last).and_then(|()| printer.out.flush().map_err(|_| Refusal::CannotOpen));
        if printed.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn read(&self, output: &mut dyn Output) -> Result<u32, Refusal> {
        let bytes = fs::read(&self.file).map_err(|_| Refusal::CannotOpen)?;
        if bytes.is_empty() {
            return Err(Refusal::Empty);
        }
        spreadsheet::refuse_ole(&bytes)?;
        let read = if spreadsheet::is_zip(&bytes) { spreadsheet::read } else { delimited::read };
        read(&bytes, self.kind.template(), self.rows_max, output)
    }
}

/// Limits this process for good: memory in bytes of address space, processor time in seconds.
///
/// # Errors
/// When the system does not set a limit.
pub(crate) fn confine(memory_max: u64, processor_seconds_max: u64) -> nix::Result<()> {
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    // the soft limit ends the process with a signal that says why, a second before the hard one
    setrlimit(Resource::RLIMIT_CPU, processor_seconds_max, processor_seconds_max.saturating_add(1))?;
    setrlimit(Resource::RLIMIT_AS, memory_max, memory_max)
}

struct Printer<W: Write> {
    out: W,
}

impl<W: Write> Output for Printer<W> {
    fn put(&mut self, line: Line) -> Result<(), Refusal> {
        serde_json::to_writer(&mut self.out, &line).map_err(|_| Refusal::CannotOpen)?;
        self.out.write_all(b"\n").map_err(|_| Refusal::CannotOpen)
    }
}
