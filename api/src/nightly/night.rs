//! Which night it is.

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveTime, Utc};

/// Beijing is eight hours ahead and knows no summer time.
const BEIJING_SECONDS: i32 = 8 * 3600;

/// The night that is or was last, of nights that begin at an hour in Beijing: named by the day on which it began.
pub fn night_at(now: DateTime<Utc>, at: NaiveTime) -> NaiveDate {
    let here = match FixedOffset::east_opt(BEIJING_SECONDS) {
        Some(beijing) => now.with_timezone(&beijing).naive_local(),
        None => now.naive_utc(),
    };
    if here.time() >= at {
        here.date()
    } else {
        here.date().checked_sub_days(Days::new(1)).unwrap_or(here.date())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn night(now: &str, at: &str) -> String {
        night_at(now.parse().unwrap(), at.parse().unwrap()).to_string()
    }

    #[test]
    fn a_night_begins_at_its_hour_in_beijing() {
        let cases = [
            ("2026-11-27T17:59:59Z", "02:00:00", "2026-11-27"),
            ("2026-11-27T18:00:00Z", "02:00:00", "2026-11-28"),
            ("2026-11-28T17:59:59Z", "02:00:00", "2026-11-28"),
            ("2026-12-31T18:00:00Z", "02:00:00", "2027-01-01"),
            ("2026-11-28T14:59:00Z", "23:00:00", "2026-11-27"),
            ("2026-11-28T15:00:00Z", "23:00:00", "2026-11-28"),
            ("2026-11-28T15:59:59Z", "00:00:00", "2026-11-28"),
            ("2026-11-28T16:00:00Z", "00:00:00", "2026-11-29"),
        ];
        for (now, at, expected) in cases {
            assert_eq!(night(now, at), expected, "{now} {at}");
        }
    }
}
