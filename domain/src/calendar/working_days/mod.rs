//! Working days as the State Council announces them each year, make-up days included.
//!
//! A year that was not announced has no answer: guessing weekends would be wrong in most weeks with a holiday.

mod parse;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use chrono::{Datelike, Days, NaiveDate, Weekday};

pub use self::parse::WorkingDaysError;
use crate::explain::Explain;

/// The lists that this program was built with, one for each year.
const PUBLISHED: &[(&str, &str)] =
    &[("2023.toml", include_str!("2023.toml")), ("2024.toml", include_str!("2024.toml"))];

/// The announced years.
#[derive(Clone, Debug, Default)]
pub struct WorkingDays {
    years: BTreeMap<i32, Year>,
    /// Days off, also those of a year that its own list does not name.
    off: BTreeSet<NaiveDate>,
    /// Days of work on a weekend.
    work: BTreeSet<NaiveDate>,
}

/// One announced year.
#[derive(Clone, Debug)]
pub struct Year {
    /// The notice.
    pub source: String,
    /// Holidays, in order.
    pub holidays: Vec<Holiday>,
    /// Weekend days that are worked, in order.
    pub work: Vec<NaiveDate>,
}

/// Days off in a row.
#[derive(Clone, Debug)]
pub struct Holiday {
    /// Its name in Chinese.
    pub name: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

/// The working days of the year were not announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the working days of {year} are not published")]
pub struct YearNotPublished {
    /// Which year.
    pub year: i32,
}

impl Explain for YearNotPublished {
    fn code(&self) -> &'static str {
        "year_not_published"
    }

    fn zh(&self) -> String {
        format!("{}年的工作日安排尚未录入,无法推算期限", self.year)
    }
}

impl WorkingDays {
    /// The lists that this program was built with.
    pub fn published() -> &'static WorkingDays {
        static DAYS: OnceLock<WorkingDays> = OnceLock::new();
        // a test parses the files, so the empty calendar never stands in for them
        DAYS.get_or_init(|| WorkingDays::from_toml(PUBLISHED).unwrap_or_default())
    }

    /// Named TOML lists, one for each year.
    ///
    /// # Errors
    /// [`WorkingDaysError`], with the file and what is wrong.
    pub fn from_toml(files: &[(&str, &str)]) -> Result<WorkingDays, WorkingDaysError> {
        parse::working_days(files)
    }

    /// Whether `day` is worked.
    ///
    /// # Errors
    /// [`YearNotPublished`] unless a list names the day or covers its year.
    pub fn is_working_day(&self, day: NaiveDate) -> Result<bool, YearNotPublished> {
        if self.off.contains(&day) {
            Ok(false)
        } else if self.work.contains(&day) {
            Ok(true)
        } else if self.years.contains_key(&day.year()) {
            Ok(!matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
        } else {
            Err(YearNotPublished { year: day.year() })
        }
    }

    /// `day` itself if it is worked, else the next working day (民法典 art. 203).
    ///
    /// # Errors
    /// [`YearNotPublished`].
    pub fn on_or_after(&self, day: NaiveDate) -> Result<NaiveDate, YearNotPublished> {
        let mut day = day;
        while !self.is_working_day(day)? {
            day = following(day, 1)?;
        }
        Ok(day)
    }

    /// The `count`-th working day after `day`; `day` itself is not counted.
    ///
    /// # Errors
    /// [`YearNotPublished`].
    pub fn add_working_days(&self, day: NaiveDate, count: u32) -> Result<NaiveDate, YearNotPublished> {
        let mut day = day;
        for _ in 0..count {
            day = self.on_or_after(following(day, 1)?)?;
        }
        Ok(day)
    }

    /// The first day on which a decision is possible after a notice of `notice_days` calendar days. The day of
    /// posting is not counted; a last day that is not worked moves to the next working day; the decision comes
    /// on the first working day after it.
    ///
    /// # Errors
    /// [`YearNotPublished`].
    pub fn earliest_decision_on(
        &self,
        posted_on: NaiveDate,
        notice_days: u32,
    ) -> Result<NaiveDate, YearNotPublished> {
        let last = self.on_or_after(following(posted_on, u64::from(notice_days))?)?;
        self.add_working_days(last, 1)
    }

    /// The announced years, ascending.
    pub fn years(&self) -> impl Iterator<Item = (i32, &Year)> {
        self.years.iter().map(|(number, year)| (*number, year))
    }
}

fn following(day: NaiveDate, days: u64) -> Result<NaiveDate, YearNotPublished> {
    day.checked_add_days(Days::new(days)).ok_or(YearNotPublished { year: i32::MAX })
}

#[cfg(test)]
mod tests;
