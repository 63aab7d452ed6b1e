//! The doors: the real routes on a real ledger, asked over a socket.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail the test")]

mod attachments;
mod attacks;
mod client;
mod contract;
mod desk;
mod document;
mod doors;
mod examples;
mod hostile;
mod leaving;
mod life;
mod permissions;
mod reading;
mod scopes;
mod surface;
mod things;
