//! The month that a benefit is for (所属月份).

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A benefit month (所属月份), written `2023-07`; from 1900-01 to 2199-12.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BenefitMonth {
    /// Months since January of year 0, so that order and distance are plain arithmetic.
    index: i32,
}

/// The text or number is not a month from 1900-01 to 2199-12.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a month is written as 2023-07, from 1900-01 to 2199-12")]
pub struct MonthError;

impl BenefitMonth {
    /// The month `month` (1–12) of `year`.
    ///
    /// # Errors
    /// [`MonthError`] outside 1900-01 to 2199-12.
    pub const fn try_new(year: i32, month: u32) -> Result<BenefitMonth, MonthError> {
        if year < 1900 || year > 2199 || month < 1 || month > 12 {
            return Err(MonthError);
        }
        Ok(BenefitMonth { index: year * 12 + month as i32 - 1 })
    }

    /// The month a day lies in; days outside the range count as its first or last month.
    pub fn of(day: NaiveDate) -> BenefitMonth {
        let index = day.year() * 12 + day.month0() as i32;
        BenefitMonth { index: index.clamp(1900 * 12, 2199 * 12 + 11) }
    }

    /// The year.
    pub const fn year(self) -> i32 {
        self.index / 12
    }

    /// The month of the year, 1 to 12.
    pub const fn month(self) -> u32 {
        (self.index % 12) as u32 + 1
    }

    /// How many months it is after January of year 0.
    pub const fn since_year_zero(self) -> i32 {
        self.index
    }

    /// Its first day.
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year(), self.month(), 1).unwrap_or_default()
    }

    /// Its last day.
    pub fn last_day(self) -> NaiveDate {
        self.first_day() + Months::new(1) - Days::new(1)
    }

    /// The month `months` later, or earlier when negative; the range's first or last month beyond it.
    pub fn plus(self, months: i32) -> BenefitMonth {
        BenefitMonth { index: self.index.saturating_add(months).clamp(1900 * 12, 2199 * 12 + 11) }
    }

    /// The month after.
    pub fn next(self) -> BenefitMonth {
        self.plus(1)
    }

    /// How many months `self` is after `other`; negative when before.
    pub const fn months_after(self, other: BenefitMonth) -> i32 {
        self.index - other.index
    }

    /// Every month from `self` to `last`, both included; none when `last` is earlier.
    pub fn through(self, last: BenefitMonth) -> impl DoubleEndedIterator<Item = BenefitMonth> + Clone {
        (self.index..=last.index).map(|index| BenefitMonth { index })
    }

    /// Whether `day` lies in this month.
    pub fn contains(self, day: NaiveDate) -> bool {
        // not by `of`: the range's last month would hold every day after it
        self.first_day() <= day && day <= self.last_day()
    }
}

impl FromStr for BenefitMonth {
    type Err = MonthError;

    fn from_str(text: &str) -> Result<BenefitMonth, MonthError> {
        let bytes = text.as_bytes();
        if bytes.len() != 7 || bytes[4] != b'-' {
            return Err(MonthError);
        }
        let number = |part: &[u8]| {
            part.iter().try_fold(0_u32, |sum, byte| match byte {
                b'0'..=b'9' => Ok(sum * 10 + u32::from(byte - b'0')),
                _ => Err(MonthError),
            })
        };
        BenefitMonth::try_new(number(&bytes[..4])? as i32, number(&bytes[5..])?)
    }
}

impl fmt::Display for BenefitMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}", self.year(), self.month()))
    }
}

impl fmt::Debug for BenefitMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for BenefitMonth {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BenefitMonth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<BenefitMonth, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for BenefitMonth {
    fn schema_name() -> Cow<'static, str> {
        "BenefitMonth".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$", "description": "A benefit month (所属月份), such as 2023-07" })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_that_is_not_a_month_is_refused() {
        for text in [
            "",
            "2023",
            "2023-7",
            "2023-13",
            "2023-00",
            "2023/07",
            "1899-12",
            "2200-01",
            "２023-07",
            "2023-07-01",
        ] {
            assert_eq!(text.parse::<BenefitMonth>(), Err(MonthError), "{text:?}");
        }
    }

    #[test]
    fn the_first_and_last_month_hold_their_own_days_alone() {
        for (text, before, after) in
            [("1900-01", "1899-12-31", "1900-02-01"), ("2199-12", "2199-11-30", "2200-01-01")]
        {
            let month: BenefitMonth = text.parse().unwrap();
            assert!(month.contains(month.first_day()) && month.contains(month.last_day()), "{text}");
            assert!(!month.contains(before.parse().unwrap()), "{text} holds {before}");
            assert!(!month.contains(after.parse().unwrap()), "{text} holds {after}");
        }
    }

    proptest! {
        #[test]
        fn months_read_back_and_stay_ordered(year in 1900..=2199_i32, month in 1..=12_u32, later in 0..100_i32) {
            let first = BenefitMonth::try_new(year, month).unwrap();
            prop_assert_eq!(first.to_string().parse(), Ok(first));
            let last = first.plus(later);
            prop_assert_eq!(first.through(last).count() as i32, last.months_after(first) + 1);
            prop_assert!(first.contains(first.first_day()) && first.contains(first.last_day()));
            prop_assert!(!first.contains(first.last_day() + Days::new(1)));
        }
    }
}
