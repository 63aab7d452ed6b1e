//! The aggregate Fund.

mod event;

pub use event::*;
