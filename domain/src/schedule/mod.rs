//! The schedule (发放计划) of a benefit case: what is due for every month, on the facts known at a moment. A payment
//! run orders what is due minus what was ordered and not returned; arrears, recoveries and the proof of payment in
//! full are the same subtraction.
//!
//! - [`facts`] turns a case and its household into questions to the rules. It opens the sealed values.
//! - [`schedule`] asks the rules once for each stretch of months in which the undated facts stay the same.
//! - [`propose`] asks what the rules say of a case that waits for its decision.
//! - [`Prospect`] asks what somebody without a case would be due.
//! - [`as_of`] folds the events known at a moment, so that June can be asked for as it was known in August.
//!
//! Two clocks: the states that are passed in hold what was known of the people, `known_on` says which rates were
//! known; the months say what the question is about. Nothing here is stored.

mod as_of;
mod due;
mod error;
pub mod facts;
mod proposal;
mod prospect;
#[cfg(test)]
mod tests;

pub use as_of::as_of;
pub use due::{Schedule, ScheduledMonth, Standing, determine_month, schedule};
pub use error::FactsError;
pub use facts::looks_at_household;
pub use proposal::{Proposal, propose};
pub use prospect::{FOUND_BY_FACTS, HeldBenefits, Prospect};
