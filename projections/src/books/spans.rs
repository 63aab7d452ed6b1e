//! Where in the log an account was posted to: sums by span of the log, with the first and the last event behind each.
//!
//! A reader of postings adds up the spans before those that it shows, and reads the events of these alone.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::books::{Entries, Posting, Subaccount, Turnover};
use domain::money::MoneyError;
use serde::Serialize;

use super::BookDayRow;

/// Positions of one span. A page of postings reads the events of one span or two where they are dense; where they are
/// sparse, little more than the events themselves, as each span knows its first and last.
const SPAN_POSITIONS: u64 = 512;

/// What events of the log posted, by span, subaccount and day.
#[derive(Debug, Default)]
pub(super) struct Spans {
    parts: BTreeMap<(u64, Subaccount, NaiveDate), Part>,
}

#[derive(Clone, Copy, Debug)]
struct Part {
    first_position: u64,
    last_position: u64,
    turnover: Turnover,
}

/// What was posted to a subaccount on a day by the events of a span: a row of `read_book_spans`.
#[derive(Debug, Serialize)]
pub(super) struct SpanRow {
    span: u64,
    first_position: u64,
    last_position: u64,
    #[serde(flatten)]
    posted: BookDayRow,
}

/// The span that a position belongs to.
pub(super) const fn span_of(position: u64) -> u64 {
    position / SPAN_POSITIONS
}

/// The first position of the span that a position belongs to.
pub(super) const fn span_start(position: u64) -> u64 {
    position - position % SPAN_POSITIONS
}

impl Spans {
    /// Takes what the event at a position posts; positions ascend.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub(super) fn enter(&mut self, position: u64, entries: &Entries) -> Result<(), MoneyError> {
        for Posting { subaccount, amount } in &entries.postings {
            let new =
                Part { first_position: position, last_position: position, turnover: Turnover::default() };
            let key = (span_of(position), *subaccount, entries.day);
            let part = self.parts.entry(key).or_insert(new);
            part.last_position = position;
            part.turnover.add(*amount)?;
        }
        Ok(())
    }

    /// As rows.
    pub(super) fn rows(self) -> Vec<SpanRow> {
        let row = |((span, subaccount, day), part): ((u64, Subaccount, NaiveDate), Part)| {
            let posted = BookDayRow::new(subaccount, day, part.turnover);
            let Part { first_position, last_position, .. } = part;
            SpanRow { span, first_position, last_position, posted }
        };
        self.parts.into_iter().map(row).collect()
    }
}
