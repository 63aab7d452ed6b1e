//! A person's case as anyone would work it out by hand: day by day through everything that was known, in the order in
//! which it was recorded. Slow, and knows nothing of the product but the law's numbers.

use chrono::{Datelike, NaiveDate};
use domain::program::Program;

use tests::office::day;

/// What became known.
#[derive(Clone, Debug)]
pub enum Fact {
    Applied,
    Recommended,
    Decided,
    Suspended,
    /// The day after the last one on which the case stood.
    Closed,
    Died,
    MovedOut,
    Income(u32),
    Severe(bool),
    /// The last four digits.
    Account(u32),
}

/// A fact with its two clocks.
#[derive(Clone, Debug)]
pub struct Known {
    pub fact: Fact,
    pub recorded_on: NaiveDate,
    pub since: NaiveDate,
}

/// Someone with one case.
#[derive(Clone, Debug)]
pub struct Person {
    pub program: Program,
    pub born_on: NaiveDate,
    /// In the order of recording.
    pub known: Vec<Known>,
}

/// What holds on a day, as known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holds {
    pub stage: &'static str,
    pub presence: String,
    pub income: Option<u32>,
    pub account: Option<u32>,
    pub severe: Option<bool>,
    /// In yuan; none where the case was not known to be decided.
    pub due: Option<u32>,
}

/// The first day of anything.
const BEGINNING: &str = "2023-01-01";

impl Person {
    /// What holds on `effective`, by what was recorded until the end of `known`.
    pub fn holds(&self, effective: NaiveDate, known: NaiveDate) -> Holds {
        let facts: Vec<&Known> = self.known.iter().filter(|fact| fact.recorded_on <= known).collect();
        let on = |day| Lived::until(&facts, day);
        let lived = on(effective);
        Holds {
            stage: lived.stage(),
            presence: match lived.died_on {
                Some(died_on) => format!("died on {died_on}"),
                None => "lives here".to_owned(),
            },
            income: lived.income,
            account: lived.account,
            severe: lived.severe,
            due: self.due(effective, known, &facts),
        }
    }

    /// The month's amount: what holds on its last day counts for all of it, an end counts from the month after.
    fn due(&self, effective: NaiveDate, known: NaiveDate, facts: &[&Known]) -> Option<u32> {
        let decided = facts.iter().find(|fact| matches!(fact.fact, Fact::Decided))?;
        let (year, month) = (effective.year(), effective.month());
        let first = NaiveDate::from_ymd_opt(year, month, 1).unwrap();
        let last = first.iter_days().take_while(|day| day.month() == month).last().unwrap();
        let (before, then) = (Lived::until(facts, first.pred_opt().unwrap()), Lived::until(facts, last));
        let ended = before.died_on.is_some() || before.moved_out || before.last_day_passed;
        if ended {
            return Some(0);
        }
        Some(match self.program {
            Program::AdvancedAgeAllowance if then.suspended => 0,
            Program::ElderlyCareSubsidy if then.suspended => 0,
            Program::AdvancedAgeAllowance => {
                let younger = i32::from(month < self.born_on.month());
                match year - self.born_on.year() - younger {
                    100.. => 800,
                    90..=99 => 500,
                    80..=89 => 100,
                    _ => 0,
                }
            }
            Program::ElderlyCareSubsidy => {
                if then.severe == Some(true) {
                    600
                } else {
                    0
                }
            }
            _ if last < decided.since || first <= decided.since => 0,
            _ => standard(first, known).saturating_sub(then.income.unwrap()),
        })
    }
}

/// 2022-07: 1320 yuan; 2023-07: 1395 yuan, announced on 2023-10-19.
fn standard(month: NaiveDate, known: NaiveDate) -> u32 {
    if month >= day("2023-07-01") && known >= day("2023-10-19") { 1395 } else { 1320 }
}

/// Where somebody stands in the evening of a day.
#[derive(Default)]
struct Lived {
    applied: bool,
    recommended: bool,
    decided: bool,
    suspended: bool,
    closed: bool,
    /// The case's last day lies behind.
    last_day_passed: bool,
    died_on: Option<NaiveDate>,
    moved_out: bool,
    income: Option<u32>,
    severe: Option<bool>,
    account: Option<u32>,
}

impl Lived {
    /// Lives through every day: on each, takes what is known to hold from it, the later record last.
    fn until(facts: &[&Known], evening: NaiveDate) -> Lived {
        let mut lived = Lived::default();
        for today in day(BEGINNING).iter_days().take_while(|today| *today <= evening) {
            for known in facts.iter().filter(|known| known.since == today) {
                lived.take(known);
            }
            lived.last_day_passed = facts
                .iter()
                .any(|known| matches!(known.fact, Fact::Closed) && known.since.pred_opt().unwrap() <= today);
        }
        lived
    }

    fn take(&mut self, known: &Known) {
        match known.fact {
            Fact::Applied => self.applied = true,
            Fact::Recommended => self.recommended = true,
            Fact::Decided => self.decided = true,
            Fact::Suspended => self.suspended = true,
            Fact::Closed => self.closed = true,
            Fact::Died => self.died_on = Some(known.since),
            Fact::MovedOut => self.moved_out = true,
            Fact::Income(yuan) => self.income = Some(yuan),
            Fact::Severe(severe) => self.severe = Some(severe),
            Fact::Account(digits) => self.account = Some(digits),
        }
    }

    fn stage(&self) -> &'static str {
        match self {
            Lived { closed: true, .. } => "Closed",
            Lived { suspended: true, .. } => "Suspended",
            Lived { decided: true, .. } => "On the roll",
            Lived { recommended: true, .. } => "Recommended",
            Lived { applied: true, .. } => "Under review",
            _ => "",
        }
    }
}
