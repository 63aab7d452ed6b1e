//! The program `ledger`.

use std::io;
use std::process::ExitCode;

use api::cli::{assess, deadline, lines};

fn main() -> ExitCode {
    let (input, output) = (io::stdin().lock(), io::stdout().lock());
    let run = match std::env::args().nth(1).as_deref() {
        Some("assess") => assess::run(input, output),
        Some("deadline") => deadline::run(input, output),
        _ => {
            eprintln!("usage: ledger assess | ledger deadline");
            return ExitCode::from(2);
        }
    };
    if let Err(error) = &run {
        eprintln!("ledger: {error}");
    }
    ExitCode::from(lines::exit_status(&run))
}
