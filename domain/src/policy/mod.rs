//! The law as functions of facts: which program pays how much for which month, and why.
//!
//! [`assess`] answers a question on facts and rates alone; [`explain`] adds the steps. The facts of a question and
//! its answer have one written form, [`contract`]. Rates come from the [`RuleBook`].

mod assess;
pub mod contract;
mod document;
mod engine;
mod facts;
mod outcome;
mod programs;
mod reason;
mod rule_book;

pub use assess::{assess, determine, explain};
pub use document::policy_markdown;
pub use engine::exclusions::{EXCLUSIVE_PROGRAMS, mutually_exclusive};
pub use facts::*;
pub use outcome::{AssessError, Decision, MonthOutcome, Outcome, ProgramOutcome};
pub use reason::{Reason, Reasons};
pub use rule_book::{
    Announcement, DatedParameter, Parameter, ProgramRule, PublishedRates, RateChange, RateDraft, Row,
    RuleBook, RuleBookError, RuleBooks, RuleProblem, Status, Unit,
};
