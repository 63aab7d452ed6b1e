//! The aggregate Identity (身份占用): one citizen ID number, under its blind index. It exists so that the log's own
//! uniqueness forbids registering one person twice, without ever storing the number.
//!
//! | Situation | Claim | Transfer | Release |
//! |---|---|---|---|
//! | `Unclaimed` | `IdentityClaimed` | `identity_not_claimed` | `identity_not_claimed` |
//! | `Claimed` by the same person | already applied; other household: `identity_taken` | `IdentityClaimed` there | `IdentityReleased` |
//! | `Claimed` by another | `identity_taken` | `identity_taken` | `identity_taken` |
//! | `Released` | `IdentityClaimed` | `identity_not_claimed` | the same person: already applied |
//!
//! Invariants: at most one person holds an ID number at a time; a number is given free only by an erasure.
//!
//! Guards, in this order: `role_not_allowed`, `date_in_future`, then the table.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::*;
pub use error::*;
pub use event::*;
pub use state::*;

crate::ledger_aggregate!(Identity);
