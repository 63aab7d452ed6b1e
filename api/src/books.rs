//! The books read from the log alone: at any position, without a read table.

use domain::any_event::AnyEvent;
use domain::books::{Book, Bookkeeper, Entries};
use eventlog::event::StoredEvent;
use eventlog::read::Log;

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
            each(stored, &event, &entries)?;
        }
    }
    Ok(())
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
    matches!(stored.stream.kind.as_ref(), "Payment" | "PaymentRun" | "Fund" | "Campaign")
}
