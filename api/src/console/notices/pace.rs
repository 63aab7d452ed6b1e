//! How many objections are taken in an hour: few to one notice, and not too many in all. Whoever objects is not known, so
//! the notices are counted, not the people.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

/// What is counted together.
const HOUR: Duration = Duration::from_secs(3_600);

/// The most to one notice in an hour.
const OF_ONE_MAX: usize = 5;

/// The most in all in an hour.
const OF_ALL_MAX: usize = 200;

/// The objections of the last hour.
#[derive(Default)]
pub(super) struct Pace(Mutex<VecDeque<(Instant, Uuid)>>);

impl Pace {
    /// Whether one more is taken now; it is counted then.
    pub fn admits(&self, notice: Uuid) -> bool {
        self.admits_at(Instant::now(), notice)
    }

    fn admits_at(&self, now: Instant, notice: Uuid) -> bool {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while taken.front().is_some_and(|(at, _)| now.duration_since(*at) >= HOUR) {
            taken.pop_front();
        }
        let of_one = taken.iter().filter(|(_, of)| *of == notice).count();
        let admitted = of_one < OF_ONE_MAX && taken.len() < OF_ALL_MAX;
        if admitted {
            taken.push_back((now, notice));
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_notice_takes_few_an_hour_and_others_go_on() {
        let (pace, now, one, other) =
            (Pace::default(), Instant::now(), Uuid::from_u128(1), Uuid::from_u128(2));
        let taken = (0..10).filter(|_| pace.admits_at(now, one)).count();
        assert_eq!(taken, OF_ONE_MAX);
        assert!(pace.admits_at(now, other));
        assert!(pace.admits_at(now + HOUR, one), "an hour later");
    }

    #[test]
    fn not_too_many_are_taken_in_all() {
        let (pace, now) = (Pace::default(), Instant::now());
        let taken = (0..1_000).filter(|n| pace.admits_at(now, Uuid::from_u128(*n))).count();
        assert_eq!(taken, OF_ALL_MAX);
    }
}
