//! Everything that can be thrown away and rebuilt from the log.
//!
//! A projection folds the log into `read_*` tables. All of them move together: one transaction applies a batch of
//! events to every projection and stores how far it came, so that any snapshot of the database shows all of them at
//! one position, every event counts exactly once, and a kill at any moment loses nothing. See [`runner`]; for making
//! tables anew beside the live ones, [`rebuild`].

pub mod audit_trail;
pub mod bank_returns;
pub mod beneficiary_summaries;
pub mod books;
pub mod case_files;
pub mod digest;
pub mod donation_totals;
pub mod error;
pub mod funds;
pub mod install;
pub mod listings;
pub mod past;
pub mod payment_registers;
pub mod positions;
pub mod projection;
pub mod rebuild;
pub mod recovery_plans;
pub mod rows;
pub mod runner;
pub mod snapshot;
pub mod statistics;
pub mod tables;

pub use error::{ApplyError, Fault, ProjectionError, Stopped};
pub use projection::{About, Batch, Projection, all};
pub use runner::{Lag, Runner, Until};
pub use tables::Tables;
