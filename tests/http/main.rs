//! The doors: the real routes on a real ledger, asked over a socket.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail the test")]

mod again;
mod attachments;
mod attacks;
mod books;
mod client;
mod contract;
mod declared;
mod desk;
mod document;
mod doors;
mod examples;
mod hostile;
mod leaving;
mod life;
mod permissions;
mod reading;
mod returning;
mod scopes;
mod surface;
mod things;
