//! How old those are who are on the roll. Birthdays are sealed: they are opened to be counted, page by page, and only
//! counts leave.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::ids::PersonId;
use domain::personal::Opened;
use domain::program::Program;
use projections::case_files::payable::PayableCases;

use crate::outlook::people::keys_of;
use crate::processes::{Office, ProcessError};

/// The bands, by their first year: those of the law where it has any (minors, 60, 80, 90, 100).
pub(super) const BANDS: [(i32, &str); 6] =
    [(0, "0–17"), (18, "18–59"), (60, "60–79"), (80, "80–89"), (90, "90–99"), (100, "100+")];

/// Those on the roll by age.
#[derive(Clone, Default)]
pub(super) struct Ages {
    /// Distinct persons by the first year of their band.
    pub by_band: BTreeMap<i32, u64>,
    /// Those whose birthday cannot be known any more.
    pub unknown: u64,
}

/// Counts everybody once, whatever they get.
pub(super) async fn ages(office: &Office, today: NaiveDate) -> Result<Ages, ProcessError> {
    let (mut ages, mut seen) = (Ages::default(), BTreeSet::<PersonId>::new());
    let mut cases = PayableCases::open(&office.pool, Program::ALL).await?;
    while let Some(page) = cases.next_page().await? {
        let keys = keys_of(office, page.iter().map(|payable| &payable.household)).await?;
        for payable in &page {
            let person = payable.case.applicant;
            if !seen.insert(person) {
                continue;
            }
            let born = payable.household.member(person).map(|member| member.birth_date.open(person, &keys));
            match born {
                Some(Ok(Opened::Clear(born))) => {
                    let years = today.years_since(born.disclose().0).unwrap_or_default();
                    *ages.by_band.entry(band(years)).or_default() += 1;
                }
                _ => ages.unknown += 1,
            }
        }
    }
    Ok(ages)
}

fn band(years: u32) -> i32 {
    let years = i32::try_from(years).unwrap_or(i32::MAX);
    BANDS.iter().rev().map(|(first, _)| *first).find(|first| *first <= years).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birthday_begins_the_next_band() {
        assert_eq!(
            [0, 17, 18, 59, 60, 79, 80, 99, 100, 120].map(band),
            [0, 0, 18, 18, 60, 60, 80, 90, 100, 100]
        );
    }
}
