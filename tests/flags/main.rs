//! `ledger audit flags` against a seeded street in which faults of every kind are hidden among clean cases: all must be
//! found, by the rules that are meant to and by no other, and nobody else may be accused.
//!
//! The large street is folded without a database; a smaller one goes through a real one and the real command. More:
//!
//! ```text
//! FLAGS_CLEAN=100000 cargo nextest run -p tests --test flags --no-capture hidden_faults
//! ```

mod book;
mod clean;
mod command;
mod faults;
mod gifts;
mod judged;
mod memory;
mod paying;
mod street;
mod withheld;
