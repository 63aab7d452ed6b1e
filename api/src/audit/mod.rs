//! Evidence for people who trust neither us nor our database: bundles that they verify with tools of their own, and
//! the verifier that we give them.

mod archive;
pub mod bundle;
pub mod fault;
mod layout;
pub mod making;
pub mod opened;
mod output;
pub mod proven;
mod readme;
mod rules;
pub mod selection;
pub mod verify;

pub use fault::Fault;
