//! Todo 待办: something that the register says about a person and a program, and that a clerk looked at and set aside with a
//! reason. It stays aside until the facts that it rested on are others. The lists themselves are computed anew each time;
//! only what people said of an entry is kept, and no entry ever pays or decides anything.
//!
//! | Situation | `DismissTodo` |
//! |---|---|
//! | `Untouched` | `TodoDismissed` |
//! | `Dismissed`, on the same facts | the same person and facts: already applied, whoever asks |
//! | `Dismissed`, on other facts | `TodoDismissed` again |
//!
//! Guards, in this order: `role_not_allowed`, repeat (success), `facts_malformed`, `day_in_future`.
//!
//! Source: 民发〔2022〕83号 asks offices to find people themselves (主动发现); a person who was asked and declined, or whose
//! facts are known to be out of date, must not come up every night.

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

crate::ledger_aggregate!(Todo);
