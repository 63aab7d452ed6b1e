//! The aggregate BenefitCase.

mod event;

pub use event::*;
