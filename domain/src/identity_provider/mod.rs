//! IdentityProvider 统一身份认证: another system that says who somebody is (OpenID Connect Core 1.0). Which of its subjects is
//! which user, so that one subject is never two users; and what was refused at its door. The stream is named after the
//! provider's issuer. A subject is kept as a keyed hash alone, because providers use names and ID numbers as such.
//!
//! | Command | Role | The subject is nobody's | The account's | Another account's |
//! |---|---|---|---|---|
//! | `LinkSubject` | administrator, not for themself | `SubjectLinked` | already applied | `subject_taken` |
//! | `ReleaseSubject` | administrator, not for themself | already applied | `SubjectReleased` | already applied |
//! | `RecordRefusals` | the system | `ProviderSignInsRefused` | | |
//!
//! # What always holds
//!
//! 1. A subject is at most one user. The user's own stream says the same in the same append ([`crate::user`]), and it is the
//!    user who has roles, communities and locks: a provider gives none of these.
//! 2. Refusals are counted outside the log. The log takes how many there were on a day, of a kind, for an account: at the
//!    first, the second, the fourth and so on ([`is_told`]), so that nobody can fill it from outside.
//!
//! Guards, in this order: `role_not_allowed`, `own_account`, repeat (success), `subject_taken`.

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

/// Whether the log takes a count of refusals: each power of two.
pub const fn is_told(count: u32) -> bool {
    count.is_power_of_two()
}

crate::ledger_aggregate!(IdentityProvider);
