//! The aggregate Campaign.

mod command;
mod decide;
mod error;
mod event;
mod state;

pub use command::*;
pub use error::*;
pub use event::*;
pub use state::*;

crate::ledger_aggregate!(Campaign);
