//! The program `ledger` runs and says which it is. Makes cargo build it for every test that starts it.

use std::process::Command;

#[test]
fn the_program_is_built_and_ends_by_itself() {
    let status = Command::new(env!("CARGO_BIN_EXE_ledger")).arg("--help").status().unwrap();
    assert!(status.success());
}
