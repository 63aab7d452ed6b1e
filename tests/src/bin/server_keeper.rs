//! Keeps the server of the test run until no test has used it for a few seconds: each test is a process of its own,
//! and without a keeper the server would stop and start between any two of them.

use std::path::PathBuf;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if let Some(folder) = std::env::args_os().nth(1) {
        tests::keep_server_until_idle(PathBuf::from(folder)).await;
    }
}
