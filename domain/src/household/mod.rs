//! The aggregate Household.

mod event;

pub use event::*;
