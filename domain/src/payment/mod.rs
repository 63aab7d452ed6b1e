//! The aggregate Payment.

mod event;

pub use event::*;
