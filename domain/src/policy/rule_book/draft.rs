//! New rates beside those of a book: what a draft would change, and the book that it would make.

use chrono::NaiveDate;
use sha2::Digest;

use super::parse::{self, DraftParameter};
use super::{Parameter, Row, RuleBook, RuleBookError, RuleProblem, Unit};
use crate::calendar::BenefitMonth;

/// The day on which the rates of a draft are announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announcement {
    /// Every new row says it, and all the same day: one document.
    InTheText,
    /// Rows that say nothing are taken as announced on this day, to ask what would be.
    Or(NaiveDate),
}

/// New rates that were checked against a book.
#[derive(Clone, Debug)]
pub struct RateDraft {
    /// The rows that do not stand yet, in the order of the text; at least one.
    pub changes: Vec<RateChange>,
    /// The book with them.
    pub book: RuleBook,
}

/// A row that a draft adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateChange {
    /// Of which parameter.
    pub parameter: Parameter,
    /// What its values are.
    pub unit: Unit,
    /// The new row.
    pub row: Row,
    /// What stood for its first month.
    pub before: Option<i64>,
}

impl RateDraft {
    /// The first month that any new rate touches.
    pub fn first_month(&self) -> Option<BenefitMonth> {
        self.changes.iter().map(|change| change.row.from).min()
    }

    /// The newest announcement of a new rate.
    pub fn announced_on(&self) -> Option<NaiveDate> {
        self.changes.iter().filter_map(|change| change.row.announced).max()
    }
}

/// Checks a draft; see [`RuleBook::draft`].
pub(super) fn draft(
    base: &RuleBook,
    file: &str,
    text: &str,
    announcement: Announcement,
) -> Result<RateDraft, RuleBookError> {
    let mut changes: Vec<RateChange> = Vec::new();
    for DraftParameter { parameter, unit, rows } in parse::draft(base, file, text)? {
        for (mut row, place) in rows {
            if stands(base, parameter, &row) == Standing::Same {
                continue;
            }
            match announcement {
                Announcement::Or(day) => row.announced = row.announced.or(Some(day)),
                Announcement::InTheText => {
                    let announced = row.announced.ok_or_else(|| place.invalid(RuleProblem::NotAnnounced))?;
                    let other = changes.iter().any(|change| change.row.announced != Some(announced));
                    if other {
                        return Err(place.invalid(RuleProblem::OtherAnnouncement));
                    }
                }
            }
            match stands(base, parameter, &row) {
                Standing::Same => {}
                Standing::Other => return Err(place.invalid(RuleProblem::Contradicts)),
                Standing::Absent => {
                    let before = base.row(parameter, row.from, None).map(|row| row.value);
                    changes.push(RateChange { parameter, unit, row, before });
                }
            }
        }
    }
    if changes.is_empty() {
        return Err(RuleBookError::ChangesNothing { file: file.to_owned() });
    }
    let rows = changes.iter().map(|change| (change.parameter, change.row.clone())).collect();
    let book = merged(base, text, rows);
    Ok(RateDraft { changes, book })
}

/// A book with a text that was published: what the office published stands in place of what the program brought for
/// the same month and announcement.
///
/// # Errors
/// [`RuleBookError`] for a text that this program cannot read.
pub(super) fn with_published(base: &RuleBook, file: &str, text: &str) -> Result<RuleBook, RuleBookError> {
    let mut rows = Vec::new();
    for DraftParameter { parameter, rows: found, .. } in parse::draft(base, file, text)? {
        let new = found.into_iter().map(|(row, _)| row).filter(|row| row.announced.is_some());
        rows.extend(new.map(|row| (parameter, row)));
    }
    Ok(merged(base, text, rows))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Absent,
    Same,
    Other,
}

/// Whether a row of this month and announcement stands.
fn stands(base: &RuleBook, parameter: Parameter, row: &Row) -> Standing {
    let rows = base.parameter(parameter).into_iter().flat_map(|dated| &dated.rows);
    let mut alike = rows.filter(|standing| key(standing) == key(row));
    match alike.next() {
        None => Standing::Absent,
        Some(standing) if standing.value == row.value => Standing::Same,
        Some(_) => Standing::Other,
    }
}

/// Of two rows for a month the one announced later holds, as soon as it is announced.
fn key(row: &Row) -> (BenefitMonth, Option<NaiveDate>) {
    (row.from, row.announced)
}

fn merged(base: &RuleBook, text: &str, rows: Vec<(Parameter, Row)>) -> RuleBook {
    let mut book = base.clone();
    for (parameter, row) in rows {
        let Some(dated) = &mut book.parameters[parameter as usize] else { continue };
        match dated.rows.binary_search_by_key(&key(&row), key) {
            Ok(at) => dated.rows[at] = row,
            Err(at) => dated.rows.insert(at, row),
        }
    }
    book.digest.update(text.as_bytes());
    book.version = parse::version(&book);
    book
}
