//! When an age is attained, and in which months it counts.

use chrono::{Datelike, Days, NaiveDate};

use crate::calendar::BenefitMonth;
use crate::policy::{AgeAttained, AgeIn, LeapBirthday, Options, Stop};

/// The day on which someone born on `birth` attains `years`.
///
/// A birthday on 29 February falls on 28 February in a common year (民法典 art. 202 taken by analogy), or on
/// 1 March where the options say so.
pub fn attained_on(birth: NaiveDate, years: i32, options: &Options) -> NaiveDate {
    let year = birth.year() + years;
    let in_common_year = match options.leap_birthday {
        LeapBirthday::Feb28 => (2, 28),
        LeapBirthday::Mar01 => (3, 1),
    };
    let birthday = NaiveDate::from_ymd_opt(year, birth.month(), birth.day())
        .or_else(|| NaiveDate::from_ymd_opt(year, in_common_year.0, in_common_year.1))
        .unwrap_or(NaiveDate::MAX);
    match options.age_attained {
        AgeAttained::OnBirthday => birthday,
        AgeAttained::DayAfter => birthday.checked_add_days(Days::new(1)).unwrap_or(birthday),
    }
}

/// Lower bound: whether `years` count as reached in `month`.
pub fn reached(birth: NaiveDate, years: i32, month: BenefitMonth, options: &Options) -> bool {
    let attained = BenefitMonth::of(attained_on(birth, years, options));
    match options.age_in {
        AgeIn::BirthdayMonth => month >= attained,
        AgeIn::NextMonth => month > attained,
    }
}

/// Upper bound: whether `month` still counts as before `years`; the month of attainment does, unless the options
/// stop in the month of an event.
pub fn still_below(birth: NaiveDate, years: i32, month: BenefitMonth, options: &Options) -> bool {
    let attained = BenefitMonth::of(attained_on(birth, years, options));
    match options.stop {
        Stop::MonthAfter => month <= attained,
        Stop::EventMonth => month < attained,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("1943-10-15", 80, AgeAttained::OnBirthday, LeapBirthday::Feb28, "2023-10-15")]
    #[case("1943-10-31", 80, AgeAttained::DayAfter, LeapBirthday::Feb28, "2023-11-01")]
    #[case("1943-12-31", 80, AgeAttained::DayAfter, LeapBirthday::Feb28, "2024-01-01")]
    #[case("1944-02-29", 80, AgeAttained::OnBirthday, LeapBirthday::Mar01, "2024-02-29")]
    #[case("1944-02-29", 80, AgeAttained::DayAfter, LeapBirthday::Feb28, "2024-03-01")]
    #[case("1936-02-29", 90, AgeAttained::OnBirthday, LeapBirthday::Feb28, "2026-02-28")]
    #[case("1936-02-29", 90, AgeAttained::DayAfter, LeapBirthday::Feb28, "2026-03-01")]
    #[case("1936-02-29", 90, AgeAttained::OnBirthday, LeapBirthday::Mar01, "2026-03-01")]
    #[case("1936-02-29", 90, AgeAttained::DayAfter, LeapBirthday::Mar01, "2026-03-02")]
    #[case("2000-02-29", 100, AgeAttained::OnBirthday, LeapBirthday::Feb28, "2100-02-28")]
    fn an_age_is_attained_on_a_day(
        #[case] birth: NaiveDate,
        #[case] years: i32,
        #[case] age_attained: AgeAttained,
        #[case] leap_birthday: LeapBirthday,
        #[case] expected: NaiveDate,
    ) {
        let options = Options { age_attained, leap_birthday, ..Options::default() };
        assert_eq!(attained_on(birth, years, &options), expected);
    }
}
