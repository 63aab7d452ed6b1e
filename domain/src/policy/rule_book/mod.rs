//! The rule book (政策规则): every rate with the month from which it holds, the day it was announced, and its source.
//!
//! The program brings a book, parsed once; an office adds to it what it publishes ([`RuleBooks`]), after asking what a
//! draft would change ([`RateDraft`]). Which row applies is a question of two clocks: the benefit month, and what was
//! known on a day.

mod books;
mod draft;
mod parameter;
mod parse;
mod problem;

use std::sync::OnceLock;

use chrono::NaiveDate;
use sha2::Sha256;

pub use self::books::{PublishedRates, RuleBooks};
pub use self::draft::{Announcement, RateChange, RateDraft};
pub use self::parameter::Parameter;
pub use self::problem::{RuleBookError, RuleProblem};
use crate::calendar::BenefitMonth;
use crate::money::Money;
use crate::numbers::yuan;
use crate::program::Program;

/// The files of the published rule book.
const PUBLISHED: &[(&str, &str)] = &[
    ("programs.toml", include_str!("../parameters/programs.toml")),
    ("subsistence_standard.toml", include_str!("../parameters/subsistence_standard.toml")),
    ("minimum_wage.toml", include_str!("../parameters/minimum_wage.toml")),
    ("low_income.toml", include_str!("../parameters/low_income.toml")),
    ("child_support.toml", include_str!("../parameters/child_support.toml")),
    ("special_family_support.toml", include_str!("../parameters/special_family_support.toml")),
    ("elderly_subsidies.toml", include_str!("../parameters/elderly_subsidies.toml")),
    ("disability_subsidies.toml", include_str!("../parameters/disability_subsidies.toml")),
    ("extremely_poor_support.toml", include_str!("../parameters/extremely_poor_support.toml")),
    ("services.toml", include_str!("../parameters/services.toml")),
    ("means_test.toml", include_str!("../parameters/means_test.toml")),
    ("recovery.toml", include_str!("../parameters/recovery.toml")),
    ("office_controls.toml", include_str!("../parameters/office_controls.toml")),
];

/// Every dated rate and program. [`RuleBook::default`] is an empty book, in which no program is in force.
#[derive(Clone, Debug, Default)]
pub struct RuleBook {
    /// By `Parameter as usize`.
    parameters: Vec<Option<DatedParameter>>,
    /// By `Program as usize`.
    programs: Vec<Option<ProgramRule>>,
    version: String,
    /// Over the texts in their order, so that one more can follow.
    digest: Sha256,
}

/// A parameter with its rows.
#[derive(Clone, Debug)]
pub struct DatedParameter {
    /// Name in Chinese.
    pub zh: String,
    /// Name in English.
    pub en: String,
    /// What the values are.
    pub unit: Unit,
    /// Ascending by month and, within a month, by announcement: the later one holds once it is announced.
    pub rows: Vec<Row>,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Fen, per person and month unless the name says otherwise.
    Yuan,
    /// Hundredths of a base.
    Percent,
    /// Months of the standard.
    Months,
}

/// A value from a month on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The first month.
    pub from: BenefitMonth,
    /// Fen, percent or months, as the unit says.
    pub value: i64,
    /// The date of the notice; `None` was always known.
    pub announced: Option<NaiveDate>,
    /// The notice, or where it was reported.
    pub source: String,
    /// How far it can be trusted.
    pub status: Status,
    /// What else to know.
    pub note: String,
}

/// How far a value can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Read in a notice or a report of it.
    Sourced,
    /// A placeholder that an office must confirm; not law.
    Illustrative,
}

/// When a program began, and what it rests on.
#[derive(Clone, Debug)]
pub struct ProgramRule {
    /// The first month in force.
    pub from: BenefitMonth,
    /// The law or notice.
    pub basis: String,
    /// When it is payable, in Chinese.
    pub conditions_zh: String,
    /// When it is payable, in English.
    pub conditions_en: String,
    /// How much, in Chinese.
    pub amount_zh: String,
}

impl RuleBook {
    /// The rule book that this program was built with.
    pub fn published() -> &'static RuleBook {
        static BOOK: OnceLock<RuleBook> = OnceLock::new();
        // a test parses the files, so the empty book never stands in for them
        BOOK.get_or_init(|| RuleBook::from_toml(PUBLISHED).unwrap_or_default())
    }

    /// The files of the published book, by name, as they were written.
    pub fn published_files() -> &'static [(&'static str, &'static str)] {
        PUBLISHED
    }

    /// A book of named TOML texts; every parameter and program must be in them once.
    ///
    /// # Errors
    /// [`RuleBookError`], with the file and the place.
    pub fn from_toml(files: &[(&str, &str)]) -> Result<RuleBook, RuleBookError> {
        parse::book(files)
    }

    /// What a text of new rates would change in this book. The text has the form of the book's own files and only what
    /// changes; rows that stand already may be in it.
    ///
    /// # Errors
    /// [`RuleBookError`], with the file, the line and the place; also when nothing would change.
    pub fn draft(
        &self,
        file: &str,
        text: &str,
        announcement: Announcement,
    ) -> Result<RateDraft, RuleBookError> {
        draft::draft(self, file, text, announcement)
    }

    /// This book with a text that was published.
    fn with_published(&self, file: &str, text: &str) -> Result<RuleBook, RuleBookError> {
        draft::with_published(self, file, text)
    }

    /// The newest announcement and a digest of the texts, the program's files first and then what was published:
    /// `2023-10-24-1a2b3c4d5e6f`. Stored with each decision.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The row of `parameter` that applies in `month`, of those announced by `known_at`; `None` is today's knowledge.
    pub fn row(
        &self,
        parameter: Parameter,
        month: BenefitMonth,
        known_at: Option<NaiveDate>,
    ) -> Option<&Row> {
        let known = |row: &Row| match (row.announced, known_at) {
            (Some(announced), Some(known_at)) => announced <= known_at,
            _ => true,
        };
        self.parameter(parameter)?.rows.iter().rev().find(|row| row.from <= month && known(row))
    }

    /// Whether a notice was given after one day and by another: what was calculated on the first is then not what would
    /// be calculated on the second.
    pub fn announced_between(&self, after: NaiveDate, by: NaiveDate) -> bool {
        let rows = self.parameters.iter().flatten().flat_map(|parameter| &parameter.rows);
        rows.filter_map(|row| row.announced).any(|announced| announced > after && announced <= by)
    }

    /// A parameter with all its rows.
    pub fn parameter(&self, parameter: Parameter) -> Option<&DatedParameter> {
        self.parameters.get(parameter as usize)?.as_ref()
    }

    /// When a program began, and what it rests on.
    pub fn program(&self, program: Program) -> Option<&ProgramRule> {
        self.programs.get(program as usize)?.as_ref()
    }
}

impl Unit {
    /// A value as people write it.
    pub fn show(self, value: i64) -> String {
        match self {
            Unit::Yuan => Money::try_from_fen(value).unwrap_or_default().to_string(),
            Unit::Percent => format!("{value}%"),
            Unit::Months => value.to_string(),
        }
    }

    /// The same in a table for people: yuan with thousands separated.
    pub fn show_grouped(self, value: i64) -> String {
        match self {
            Unit::Yuan => yuan(Money::try_from_fen(value).unwrap_or_default()),
            Unit::Percent | Unit::Months => self.show(value),
        }
    }
}

#[cfg(test)]
mod tests;
