//! The demonstration: from an empty directory to the year's report, by the program itself.

use std::process::{Command, Stdio};
use std::time::Instant;

use tests::ledger_binary;

use crate::account::Setting;

pub fn run(setting: &Setting) {
    println!("\nthe demonstration, from an empty directory to the report");
    let Ok(program) = std::panic::catch_unwind(ledger_binary) else {
        println!("  not run: the program is built by `cargo build --release`");
        return;
    };
    let started = Instant::now();
    let status = Command::new(program)
        .args(["demo", "--data"])
        .arg(setting.folder.path().join("demo"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    println!("  ledger demo: {:.1} s ({status})", started.elapsed().as_secs_f64());
}
