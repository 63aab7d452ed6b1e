//! The append-only memory of the ledger.
//!
//! Every fact is an event in one log with a gapless position. [`appender`] is the one door in, [`bulk`] its wide wing; [`read`],
//! [`stream_all`] and [`subscribe`] are the ways out; [`repository`] runs the domain's decisions over it.
//! There are no snapshots on disk: the repository remembers the newest state of the aggregates in use, and any other
//! is folded from its stream, which is short.

pub mod append;
pub mod appender;
mod binary;
mod bounded;
pub mod bulk;
pub mod cqrs;
pub mod database;
pub mod event;
pub mod gather;
pub mod growth;
pub mod keyring;
pub mod merkle;
pub mod metadata;
pub mod read;
pub mod repository;
pub mod rounds;
pub mod secret_file;
pub mod stream_all;
pub mod subscribe;
mod upcast;
