//! 明细账: from a sum to the postings and events behind it, without reading the log from its beginning; and the books as
//! they stood at an earlier length of the log.

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range, RangeInclusive};

use domain::aggregate::Decider;
use domain::books::{Book, Counted, Entries, PostingQuestion};
use domain::campaign::Campaign;
use domain::fund::Fund;
use domain::ids::FundId;
use domain::money::Money;
use domain::payment::Payment;
use domain::payment_run::PaymentRun;
use domain::program::Program;
use eventlog::event::StoredEvent;
use eventlog::read::Log;
use sqlx::PgConnection;

use super::spans::{span_of, span_start};
use super::{ABOUT, BookDayRow, begin, book_one, of_days, years};
use crate::error::{ApplyError, ProjectionError};
use crate::projection::Batch;
use crate::rows::fetch_all;
use crate::tables::Tables;

const TABLE: &str = "read_book_spans";

/// The streams whose events the books are made of.
pub const KINDS: [&str; 4] = [Payment::TYPE, PaymentRun::TYPE, Fund::TYPE, Campaign::TYPE];

/// Positions that are read at once.
const GROUP_POSITIONS: u64 = 4_096;

/// A posting with the event behind it.
#[derive(Clone, Copy, Debug)]
pub struct FoundPosting<'e> {
    /// The event.
    pub event: &'e StoredEvent,
    /// The posting, its day and its place in the event.
    pub counted: Counted,
    /// Debits less credits of everything that was asked for up to and with this, in fen.
    pub balance: Money,
}

/// The postings of an account that a question asks for: how many there are, and where.
#[derive(Debug)]
pub struct AccountPostings {
    question: PostingQuestion,
    spans: Vec<Span>,
    count: u64,
}

/// A part of the log that holds some of them.
#[derive(Clone, Debug)]
struct Span {
    positions: RangeInclusive<u64>,
    /// How many are told of the spans before.
    before: u64,
    /// How many are told of this.
    count: u64,
    /// The balance of everything before, in fen.
    opening: Money,
}

impl AccountPostings {
    /// Looks where they are, among the first `length` events of the log; the tables must hold as many.
    ///
    /// # Errors
    /// Those of the database; an event that cannot be read; a balance out of the range of money.
    pub async fn find(
        log: &Log,
        question: PostingQuestion,
        length: u64,
    ) -> Result<AccountPostings, ProjectionError> {
        let PostingQuestion { account, fund, program, from, on } = question;
        let query = sqlx::query_as(include_str!("sql/spans.sql"))
            .bind(account.code())
            .bind(fund.map(FundId::uuid))
            .bind(program.map(Program::code))
            .bind(on)
            .bind(from)
            .bind(length.min(i64::MAX.cast_unsigned()).cast_signed());
        let rows: Vec<(i64, i64, i64, i64)> = query.fetch_all(log.pool()).await?;
        let mut found = AccountPostings { question, spans: Vec::with_capacity(rows.len()), count: 0 };
        let mut opening = Money::ZERO;
        for (first, last, count, moved) in rows {
            let positions = first.cast_unsigned()..=last.cast_unsigned().min(length.saturating_sub(1));
            let (count, moved) = if last.cast_unsigned() < length {
                (count.cast_unsigned(), Money::try_from_fen(moved).map_err(|_| damaged())?)
            } else {
                found.sum(&book(log, std::slice::from_ref(&positions)).await?)?
            };
            if count > 0 {
                found.spans.push(Span { positions, before: found.count, count, opening });
            }
            found.count += count;
            opening = opening.plus(moved).map_err(|_| damaged())?;
        }
        Ok(found)
    }

    /// How many there are.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The numbers, counted from 0, of a few of them around a position, which those at and directly after it are among.
    pub fn numbers_at(&self, position: u64) -> Range<u64> {
        let at = self.spans.partition_point(|span| *span.positions.end() < position);
        self.spans.get(at).map_or(self.count..self.count, |span| span.before..span.before + span.count)
    }

    /// Reads those with the numbers of a range, counted from 0, in the order of the log, until `each` has seen enough.
    ///
    /// # Errors
    /// As [`AccountPostings::find`].
    pub async fn tell(
        &self,
        log: &Log,
        numbers: Range<u64>,
        mut each: impl FnMut(FoundPosting<'_>) -> ControlFlow<()>,
    ) -> Result<(), ProjectionError> {
        let first = self.spans.partition_point(|span| span.before + span.count <= numbers.start);
        let end = self.spans.partition_point(|span| span.before < numbers.end);
        for group in groups(self.spans.get(first..end).unwrap_or_default()) {
            let ranges: Vec<_> = group.iter().map(|span| span.positions.clone()).collect();
            let booked = book(log, &ranges).await?;
            let mut events = booked.iter().peekable();
            for span in group {
                let (mut told, mut balance) = (span.before, span.opening);
                while let Some((event, entries)) =
                    events.next_if(|(event, _)| event.position <= *span.positions.end())
                {
                    for counted in self.question.of(entries) {
                        balance = balance.plus(counted.posting.amount).map_err(|_| damaged())?;
                        let wanted = counted.told && numbers.contains(&told);
                        told += u64::from(counted.told);
                        if wanted && each(FoundPosting { event, counted, balance }).is_break() {
                            return Ok(());
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// How many of these are told, and what those that count come to.
    fn sum(&self, booked: &[(StoredEvent, Entries)]) -> Result<(u64, Money), ProjectionError> {
        let (mut count, mut moved) = (0, Money::ZERO);
        for (_, entries) in booked {
            for counted in self.question.of(entries) {
                moved = moved.plus(counted.posting.amount).map_err(|_| damaged())?;
                count += u64::from(counted.told);
            }
        }
        Ok((count, moved))
    }
}

/// The books of the first `length` events; the tables must hold as many.
///
/// # Errors
/// As [`AccountPostings::find`].
pub async fn book_at(log: &Log, fund: Option<FundId>, length: u64) -> Result<Book, ProjectionError> {
    let query = sqlx::query(include_str!("sql/days_before.sql"));
    let query = query.bind(fund.map(FundId::uuid)).bind(span_of(length).cast_signed());
    let rows: Vec<BookDayRow> = fetch_all(TABLE, log.pool(), query).await?;
    let mut book = of_days(rows).map_err(|_| damaged())?;
    let start = span_start(length);
    if start < length {
        for (_, entries) in self::book(log, &[start..=length - 1]).await? {
            book.enter(&entries).map_err(|_| damaged())?;
        }
    }
    Ok(book)
}

/// Spans that are read together: as many as hold not too many events.
fn groups(spans: &[Span]) -> impl Iterator<Item = &[Span]> {
    let mut rest = spans;
    std::iter::from_fn(move || {
        let mut positions = 0;
        let fits = |span: &&Span| {
            positions += span.positions.end() + 1 - span.positions.start();
            positions <= GROUP_POSITIONS
        };
        let taken = rest.iter().take_while(fits).count().max(1);
        let (group, after) = rest.split_at_checked(taken)?;
        rest = after;
        Some(group)
    })
}

/// The events of these parts of the log that concern the books, with what they post.
async fn book(
    log: &Log,
    ranges: &[RangeInclusive<u64>],
) -> Result<Vec<(StoredEvent, Entries)>, ProjectionError> {
    let events = log.read_ranges(&KINDS, ranges).await?;
    let position = events.first().map_or(0, |event| event.position);
    let mut connection = log.pool().acquire().await?;
    let entries = book_events(&events, &mut connection).await;
    let mut entries =
        entries.map_err(|source| ProjectionError::Apply { projection: ABOUT.name, position, source })?;
    Ok(events
        .into_iter()
        .filter_map(|event| entries.remove(&event.position).map(|entries| (event, entries)))
        .collect())
}

/// What events post, by their positions. Between them others may lie that are not read: which years these closed is
/// known, and the payments, runs and campaigns that they began.
async fn book_events(
    events: &[StoredEvent],
    connection: &mut PgConnection,
) -> Result<BTreeMap<u64, Entries>, ApplyError> {
    let (mut keeper, events) = begin(Batch::new(events), connection, Tables::Live).await?;
    let mut years = years(connection, Tables::Live).await?.into_iter().peekable();
    let mut booked = BTreeMap::new();
    for (at, event) in events {
        let position = at.0.position;
        while let Some(year) = years.next_if(|year| year.position < position) {
            keeper.know_closed(year.fund_id, year.closed_through);
        }
        booked.insert(position, book_one(&mut keeper, at, &event)?);
    }
    Ok(booked)
}

const fn damaged() -> ProjectionError {
    ProjectionError::Row { table: TABLE }
}
