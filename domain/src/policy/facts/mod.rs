//! The facts that a determination looks at, in the form of the `ledger assess` contract (docs/POLICY.md).
//!
//! The same types stand, sealed, in determinations: what was stored can be fed to `ledger assess` again.

mod applicant;
mod codes;
mod determination;
mod enrollment;
mod household;
mod options;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use self::applicant::*;
pub use self::codes::*;
pub use self::determination::*;
pub use self::enrollment::*;
pub use self::household::*;
pub use self::options::*;
use crate::calendar::BenefitMonth;
use crate::money::Money;
use crate::program::Program;

/// One question: which of `programs` pay how much in `months`, on these facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// Echoed; 1 to 64 characters.
    pub id: String,
    /// What is asked; at least one.
    pub programs: Vec<Program>,
    /// For which months; 1 to 120.
    pub months: Vec<BenefitMonth>,
    /// Rates announced after this day are not known yet; `None` is today's knowledge.
    pub known_at: Option<NaiveDate>,
    /// Which way open points of the rules are taken.
    pub options: Options,
    /// The person.
    pub applicant: Applicant,
    /// The household, for programs that look at it.
    pub household: Option<HouseholdFacts>,
    /// How the person stands in the program.
    pub enrollment: Enrollment,
    /// What was asked for once.
    pub request: Request,
    /// What was paid, by program and month; adds a balance to the answer.
    pub paid: Option<BTreeMap<Program, BTreeMap<BenefitMonth, Money>>>,
}

/// A fact that holds between two days, both included; `None` is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dated<T> {
    /// First day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<NaiveDate>,
    /// Last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// What holds.
    #[serde(flatten)]
    pub fact: T,
}

impl<T> Dated<T> {
    /// A fact that always holds.
    pub const fn always(fact: T) -> Dated<T> {
        Dated { since: None, until: None, fact }
    }

    /// Whether it holds in a month: it began by the month's last day and did not end before its first.
    pub fn holds_in(&self, month: BenefitMonth) -> bool {
        self.since.is_none_or(|day| BenefitMonth::of(day) <= month)
            && self.until.is_none_or(|day| BenefitMonth::of(day) >= month)
    }
}
