//! The witness through real HTTP, with logs on paper; and a log's tiles as strangers fetch them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail the test")]

mod asking;
mod crashes;
mod evidence;
mod garbage;
mod office;
mod others;
mod proofs;
mod protocol;
mod rewritten;
