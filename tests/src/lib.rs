//! The harness of the tests: a ledger of one's own for every test, personas, and a way to look for clear values.
//!
//! All tests of a run share one private PostgreSQL; every test has a database of its own, copied from a template
//! that was migrated once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a harness that cannot work must fail the test"
)]

pub mod authenticator;
pub mod counter;
mod dump;
mod invariants;
pub mod office;
pub mod paper_log;
pub mod personas;
pub mod plans;
mod program;
mod server;
mod template;
mod test_ledger;

pub use dump::RawDump;
pub use eventlog::database::{Clock, LedgerDatabase};
pub use program::ledger_binary;
pub use server::{SharedServer, keep_server_until_idle};
pub use test_ledger::TestLedger;
