//! `ledger audit flags`: red flags, found in the log alone.
//!
//! One pass over the log fills a [`KnownLog`]; then every [`Rule`] of [`RULES`] asks it. A rule is one file in `rules/`
//! with one function and its own description; a new rule is one more file and one more line in the table. Sealed facts
//! are opened with the keyring only where the law itself asks for an age, a grade or an income; people are told apart by
//! their keyed hashes. Where a person was erased, a rule says that it could not judge.
//!
//! What the office cannot know of itself comes in files that the auditor brings: [`Statements`] of the bank, and the
//! [`Relative`]s of officials.

mod after_end;
mod bring;
mod due;
mod flag;
mod history;
mod known;
mod page;
mod rules;

use chrono::NaiveDate;
use domain::calendar::WorkingDays;
use domain::ids::PersonId;
use domain::personal::{BlindIndex, Opener};
use domain::policy::RuleBooks;
use eventlog::keyring::Keyring;
use serde::Serialize;

pub use bring::{Brought, FileError, Relative, StatementLine, read_relatives, read_statements};
pub use flag::{Flag, Found, Rule, Subject};
pub use history::{History, Recorded};
pub use known::{Basis, Claim, KnownCase, KnownLog, KnownPayment, KnownRun, Mark};
pub use page::flags_markdown;
pub use rules::RULES;

use crate::check::Seen;
use crate::processes::{Office, ProcessError, office_day};

/// What to look for, and on which day.
#[derive(Clone, Debug, Default)]
pub struct FlagOptions {
    /// Only the rules of these codes; all when empty.
    pub codes: Vec<String>,
    /// The day on which deadlines are looked at; that of the newest event when absent.
    pub on: Option<NaiveDate>,
    /// What the auditor brought.
    pub brought: Brought,
}

/// What came of one rule.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct RuleResult {
    /// The rule's code.
    pub code: &'static str,
    /// Its name in Chinese.
    pub zh: &'static str,
    /// Its name in English.
    pub en: &'static str,
    /// How many flags it raised.
    pub found: usize,
    /// How many things it could not judge.
    pub unjudged: u64,
}

/// Every rule with its result, and the flags in the order of the rules.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct FlagReport {
    /// How many events were read.
    pub events: u64,
    /// The day on which deadlines were looked at.
    pub on: NaiveDate,
    /// A line for each rule that looked.
    pub rules: Vec<RuleResult>,
    /// What was found.
    pub flags: Vec<Flag>,
}

/// Makes the keyed hash of a value, as the ledger does.
pub trait Indexer: Sync {
    /// The keyed hash of a value in its normal form, under its field's label.
    fn index(&self, label: &str, normal: &str) -> BlindIndex;
}

impl Indexer for Keyring {
    fn index(&self, label: &str, normal: &str) -> BlindIndex {
        self.blind_index(label, normal)
    }
}

/// What every rule may look at.
pub struct Look<'a> {
    /// The log.
    pub log: &'a KnownLog,
    /// Opens sealed facts.
    pub opener: &'a dyn Opener,
    /// Makes keyed hashes.
    pub indexer: &'a dyn Indexer,
    /// Every edition of the rules.
    pub rules: &'a RuleBooks,
    /// The calendar.
    pub days: &'a WorkingDays,
    /// The day on which deadlines are looked at.
    pub on: NaiveDate,
    /// What the auditor brought.
    pub brought: &'a Brought,
}

/// Reads the whole log once and asks every rule.
///
/// # Errors
/// [`ProcessError`] when the log or the keys cannot be read. A damaged log is for `ledger check`.
pub async fn report(
    office: &Office,
    options: &FlagOptions,
    mut progress: impl FnMut(),
) -> Result<FlagReport, ProcessError> {
    let mut log = KnownLog::default();
    let events = office.repository.log().length().await?;
    let mut stream = office.repository.log().stream_all(0, events).await?;
    while let Some(stored) = stream.next().await? {
        log.see(&Seen::of(&stored));
        progress();
    }
    let persons: Vec<PersonId> = log.homes.keys().copied().collect();
    office.load_keys(persons).await?;
    let rules = office.rule_books().await?;
    let look = Look {
        log: &log,
        opener: &*office.keyring,
        indexer: &*office.keyring,
        rules: &rules,
        days: WorkingDays::published(),
        on: options.on.or(log.newest_on).unwrap_or_else(|| office_day(chrono::Utc::now())),
        brought: &options.brought,
    };
    let (rules, flags) = look_all(&look, &options.codes);
    Ok(FlagReport { events, on: look.on, rules, flags })
}

/// The flags alone, for those who bundle their evidence.
///
/// # Errors
/// As [`report`].
pub async fn flags(office: &Office, options: &FlagOptions) -> Result<Vec<Flag>, ProcessError> {
    Ok(report(office, options, || {}).await?.flags)
}

/// Asks the rules of the given codes, or all; each in a thread of its own, as they share nothing but what they read.
pub fn look_all(look: &Look<'_>, codes: &[String]) -> (Vec<RuleResult>, Vec<Flag>) {
    let asked = RULES.iter().filter(|rule| codes.is_empty() || codes.iter().any(|code| code == rule.code));
    let found: Vec<(RuleResult, Vec<Flag>)> = std::thread::scope(|scope| {
        let looking: Vec<_> = asked.map(|rule| scope.spawn(move || look_for(look, rule))).collect();
        let ended = looking.into_iter().map(std::thread::ScopedJoinHandle::join);
        ended.map(|found| found.unwrap_or_else(|defect| std::panic::resume_unwind(defect))).collect()
    });
    let (results, flags): (Vec<RuleResult>, Vec<Vec<Flag>>) = found.into_iter().unzip();
    (results, flags.into_iter().flatten().collect())
}

fn look_for(look: &Look<'_>, rule: &Rule) -> (RuleResult, Vec<Flag>) {
    let mut found = Found::by(rule);
    (rule.find)(look, &mut found);
    let Found { mut flags, unjudged, .. } = found;
    flags.sort_by(|one, other| (&one.positions, one.subject).cmp(&(&other.positions, other.subject)));
    let (code, zh, en) = (rule.code, rule.zh, rule.en);
    (RuleResult { code, zh, en, found: flags.len(), unjudged }, flags)
}
