//! The aggregate Campaign.

mod event;

pub use event::*;
