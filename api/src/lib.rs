//! The program `ledger` as a library, so that tests call the same code.

pub mod embedded_postgres;
pub mod settings;
