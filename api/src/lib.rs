//! The program `ledger` as a library, so that tests call the same code.

pub mod cli;
pub mod demo;
pub mod registers;
