//! The aggregate PaymentRun.

mod event;

pub use event::*;
