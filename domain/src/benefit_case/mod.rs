//! The aggregate BenefitCase.

mod command;
mod decide;
mod error;
mod event;
mod procedure;
mod stage;
mod state;

pub use command::*;
pub use error::*;
pub use event::*;
pub use procedure::*;
pub use stage::*;
pub use state::*;

crate::ledger_aggregate!(BenefitCase);
