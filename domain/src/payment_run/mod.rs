//! The aggregate PaymentRun.

mod calculation;
mod command;
mod decide;
mod error;
mod event;
mod exception;
mod lines;
mod state;

pub use calculation::*;
pub use command::*;
pub use error::*;
pub use event::*;
pub use exception::*;
pub use lines::*;
pub use state::*;

crate::ledger_aggregate!(PaymentRun);
