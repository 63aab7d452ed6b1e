//! Facts with the day from which they hold.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Values over time. Each holds from its day until the next one's; a later record for the same day replaces the
/// earlier one, which stays in the log. Folded over the events known at a moment, it is the truth as known then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Timeline<T> {
    /// Ascending by day, no day twice.
    entries: Vec<(NaiveDate, T)>,
}

impl<T> Default for Timeline<T> {
    fn default() -> Self {
        Timeline { entries: Vec::new() }
    }
}

impl<T> Timeline<T> {
    /// Records that `value` holds from `since` on.
    pub fn record(&mut self, since: NaiveDate, value: T) {
        match self.entries.binary_search_by_key(&since, |entry| entry.0) {
            Ok(index) => self.entries[index].1 = value,
            Err(index) => self.entries.insert(index, (since, value)),
        }
    }

    /// What holds on `day`.
    pub fn at(&self, day: NaiveDate) -> Option<&T> {
        let after = self.entries.partition_point(|entry| entry.0 <= day);
        after.checked_sub(1).map(|index| &self.entries[index].1)
    }

    /// The newest value, whatever its day.
    pub fn last(&self) -> Option<&T> {
        self.entries.last().map(|entry| &entry.1)
    }

    /// Every value with the day from which it holds, ascending.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (NaiveDate, &T)> + Clone {
        self.entries.iter().map(|(since, value)| (*since, value))
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_latest_day_not_after_the_asked_one_answers() {
        let mut level = Timeline::default();
        level.record(day("2023-06-01"), "severe");
        level.record(day("2023-01-01"), "mild");
        assert_eq!(level.at(day("2022-12-31")), None);
        assert_eq!(level.at(day("2023-05-31")), Some(&"mild"));
        assert_eq!(level.at(day("2023-06-01")), Some(&"severe"));
        level.record(day("2023-06-01"), "moderate");
        assert_eq!(level.at(day("2024-01-01")), Some(&"moderate"));
    }
}
