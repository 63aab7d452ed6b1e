//! Reading the yearly lists.

use chrono::{Datelike, NaiveDate, Weekday};
use serde::Deserialize;

use super::{Holiday, WorkingDays, Year};

/// Why a text is not a year's list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct WorkingDaysError {
    /// Which file.
    pub file: String,
    /// What is wrong, with line and column or the day at fault.
    pub problem: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YearText {
    year: i32,
    source: String,
    off: Vec<HolidayText>,
    work: Vec<NaiveDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HolidayText {
    name: String,
    from: NaiveDate,
    to: NaiveDate,
}

/// Reads every list; see [`WorkingDays::from_toml`].
pub(super) fn working_days(files: &[(&str, &str)]) -> Result<WorkingDays, WorkingDaysError> {
    let mut days = WorkingDays::default();
    for (file, text) in files {
        let fault = |problem: String| WorkingDaysError { file: (*file).to_owned(), problem };
        let text: YearText = toml::from_str(text).map_err(|error| fault(error.to_string()))?;
        check(&text, &days).map_err(fault)?;
        let holidays = text.off.into_iter();
        let holidays = holidays.map(|one| Holiday { name: one.name, from: one.from, to: one.to });
        let year = Year { source: text.source, holidays: holidays.collect(), work: text.work };
        for holiday in &year.holidays {
            days.off.extend(holiday.from.iter_days().take_while(|day| *day <= holiday.to));
        }
        days.work.extend(&year.work);
        days.years.insert(text.year, year);
    }
    match days.off.intersection(&days.work).next() {
        Some(day) => {
            Err(WorkingDaysError { file: String::new(), problem: format!("{day} is off and worked") })
        }
        None => Ok(days),
    }
}

fn check(text: &YearText, days: &WorkingDays) -> Result<(), String> {
    if days.years.contains_key(&text.year) {
        return Err(format!("{} stands twice", text.year));
    }
    for holiday in &text.off {
        let length = (holiday.to - holiday.from).num_days();
        if !(0..=31).contains(&length) || holiday.to.year() != text.year {
            return Err(format!("the holiday from {} is not a few days of {}", holiday.from, text.year));
        }
    }
    let weekday = text.work.iter().find(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun));
    weekday.map_or(Ok(()), |day| Err(format!("{day} is no weekend, so it needs no make-up")))
}
