//! The program `ledger` as a library, so that tests call the same code.

pub mod access;
pub mod app;
pub mod audit;
pub mod bank;
pub mod books;
pub mod breaks;
pub mod check;
pub mod cli;
pub mod console;
pub mod demo;
pub mod embedded_postgres;
pub mod flags;
pub mod http;
pub mod lang;
pub mod nightly;
pub mod outlook;
pub mod papers;
pub mod processes;
pub mod registers;
pub mod replay;
pub mod sealing;
pub mod settings;
pub mod webhooks;
pub mod witness;
pub mod witnessing;
pub mod workbook;
