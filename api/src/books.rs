//! The books read from the log alone: at any position, without a read table. What the read tables say faster
//! ([`projections::books::postings`]) is held equal to this by tests.

use std::ops::ControlFlow;

use domain::any_event::AnyEvent;
use domain::books::{Book, Bookkeeper, Entries, PostingQuestion};
use domain::money::Money;
use eventlog::event::StoredEvent;
use eventlog::read::Log;
use projections::books::postings::{FoundPosting, KINDS};

use crate::check::Seen;
use crate::processes::{ProcessError, office_day};

/// Events of one page.
const PAGE_EVENTS: u32 = 4_000;

/// Reads the log from its beginning and books every event; `each` sees what was posted.
///
/// # Errors
/// [`ProcessError`] when the log cannot be read, or holds an event of money that cannot.
pub async fn read_books(
    log: &Log,
    length: u64,
    mut each: impl FnMut(&StoredEvent, &AnyEvent, &Entries) -> Result<(), ProcessError>,
) -> Result<(), ProcessError> {
    let all = |stored: &StoredEvent, event: &AnyEvent, entries: &Entries| {
        each(stored, event, entries).map(ControlFlow::Continue)
    };
    walk(log, length, all).await
}

/// The same, until `each` has seen enough.
async fn walk(
    log: &Log,
    length: u64,
    mut each: impl FnMut(&StoredEvent, &AnyEvent, &Entries) -> Result<ControlFlow<()>, ProcessError>,
) -> Result<(), ProcessError> {
    let mut keeper = Bookkeeper::default();
    let mut next = 0;
    while next < length {
        let page = log.read_from(next, PAGE_EVENTS).await?;
        if page.is_empty() {
            break;
        }
        next += page.len() as u64;
        for stored in page.iter().filter(|stored| stored.position < length && concerns_books(stored)) {
            let Some(event) = Seen::of(stored).event else {
                let position = stored.position;
                return Err(ProcessError::Damaged(format!("the event at {position} cannot be read")));
            };
            let envelope = stored.metadata().map(|metadata| metadata.office_day);
            let recorded_on = envelope.unwrap_or_else(|_| office_day(stored.recorded_at));
            let entries = keeper.book(&stored.stream.id, &event, recorded_on);
            if each(stored, &event, &entries)?.is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// From a sum to the postings and events behind it: those of an account among the first `length` events, in the order of the
/// log, until `each` has seen enough.
///
/// # Errors
/// As [`read_books`]; a balance out of the range of money.
pub async fn postings(
    log: &Log,
    length: u64,
    question: PostingQuestion,
    mut each: impl FnMut(FoundPosting<'_>) -> ControlFlow<()>,
) -> Result<(), ProcessError> {
    let mut balance = Money::ZERO;
    walk(log, length, |event, _, entries| {
        for counted in question.of(entries) {
            balance = balance.plus(counted.posting.amount)?;
            if counted.told && each(FoundPosting { event, counted, balance }).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    })
    .await
}

/// The books of the first `length` events.
///
/// # Errors
/// As [`read_books`].
pub async fn book_at(log: &Log, length: u64) -> Result<Book, ProcessError> {
    let mut book = Book::default();
    read_books(log, length, |_, _, entries| Ok(book.enter(entries)?)).await?;
    Ok(book)
}

fn concerns_books(stored: &StoredEvent) -> bool {
    KINDS.contains(&stored.stream.kind.as_ref())
}
