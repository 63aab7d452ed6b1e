//! The aggregate Identity.

mod event;

pub use event::*;
