//! What every program shares: one month of a question, the common conditions, the means test, the exclusions.

pub(super) mod age;
pub(super) mod conditions;
pub(super) mod exclusions;
pub(super) mod findings;
pub(super) mod inquiry;
pub(super) mod means;
pub(super) mod verdict;

pub(super) use inquiry::Inquiry;
pub(super) use verdict::{Trace, Verdict};
