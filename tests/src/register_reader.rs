//! The reader of registers as a program of its own, so that tests start it as the program `ledger` starts itself.

use std::process::ExitCode;

use api::registers::reading::ReadRegister;

fn main() -> ExitCode {
    ReadRegister::run_as_program()
}
