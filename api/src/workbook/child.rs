//! The child: limits itself, takes the workbook's bytes, prints its rows.

use std::io::{self, BufWriter, Read, Write};
use std::process::ExitCode;

use super::parent::Line;
use super::sheet::{Request, read};
use crate::registers::reading::{Refusal, confine};

/// `ledger read-workbook`: reads a workbook from its input under limits and prints rows as JSON lines. For the program
/// itself.
#[derive(Debug, clap::Args)]
pub struct ReadWorkbook {
    /// Which sheet; the first when absent.
    #[arg(long)]
    sheet: Option<String>,
    /// How many rows of heads come first.
    #[arg(long)]
    head_rows: u32,
    /// The most memory, in bytes.
    #[arg(long)]
    memory_max: u64,
    /// The most processor time, in seconds.
    #[arg(long)]
    processor_seconds_max: u64,
    /// The most rows.
    #[arg(long)]
    rows_max: u32,
}

impl ReadWorkbook {
    /// Limits this process for good, reads the workbook and prints it. Call it before any other thread is started.
    ///
    /// A refusal is printed too, and is a success.
    pub fn run(&self) -> ExitCode {
        if confine(self.memory_max, self.processor_seconds_max).is_err() {
            return ExitCode::FAILURE;
        }
        let mut out = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
        let last = match self.read(&mut out) {
            Ok(rows) => Line::Done { rows },
            Err(refusal) => Line::Refused(refusal),
        };
        let printed = print(&mut out, &last).is_ok() && out.flush().is_ok();
        if printed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn read(&self, out: &mut impl Write) -> Result<u32, Refusal> {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map_err(|_| Refusal::CannotOpen)?;
        let request =
            Request { sheet: self.sheet.clone(), head_rows: self.head_rows, rows_max: self.rows_max };
        read(&bytes, &request, &mut |row| print(out, &Line::Row(row)))
    }
}

fn print(out: &mut impl Write, line: &Line) -> Result<(), Refusal> {
    serde_json::to_writer(&mut *out, line).map_err(|_| Refusal::CannotOpen)?;
    out.write_all(b"\n").map_err(|_| Refusal::CannotOpen)
}
