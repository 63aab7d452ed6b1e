//! The witness (见证方): a second office that puts its signature to a log's checkpoints, and refuses a second history.
//!
//! A log sends each new checkpoint with the proof that it only grew. The witness answers as C2SP `tlog-witness` says:
//!
//! | answer | when |
//! |---|---|
//! | 200, cosignature lines | the checkpoint extends what was cosigned last, or is the same |
//! | 400 | the request cannot be read, or its old size is larger than the checkpoint's |
//! | 403 | none of the log's known keys signed it |
//! | 404 | nobody asked this witness to watch this log |
//! | 409, the size cosigned last | the old size is another one; or a fork; or a smaller tree |
//! | 422 | the proof does not lead from the tree cosigned last to this one |
//!
//! What holds it up: a checkpoint is judged and written to the disk under one lock, and only then answered, so that two
//! requests, a crash or a second witness on the same directory cannot make it sign two histories. Whatever a log's own
//! key signed and the witness refused is reported as an error and kept as evidence, whoever sent it.
//!
//! [`judge`] decides and is pure, [`book`] is the directory, [`server`] the HTTP side, [`client`] the log's side.

mod book;
mod client;
mod error;
mod files;
mod judge;
mod refused;
mod server;

pub use book::{Book, Watched};
pub use client::{WitnessAddress, WitnessAddressError, WitnessClient, WitnessError};
pub use error::BookError;
pub use judge::{Cosigned, Refusal, judge};
pub use server::routes;
