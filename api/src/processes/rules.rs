//! The rule book that the office works with: the program's own and what the office published, refreshed from the log
//! before anything is decided or calculated, so that a publication by another process counts at once.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use domain::aggregate::Decider;
use domain::gazette::{GAZETTE_ID, Gazette, GazetteCommand, GazetteEvent, Proposal};
use domain::policy::{PublishedRates, RuleBook, RuleBooks};
use eventlog::append::StreamId;
use eventlog::event::{DecodeError, StoredEvent};

use super::{Desk, Office, ProcessError, Step, office_day};

/// Every edition of the rules that this process has read. Cheap to clone; clones share what they know.
#[derive(Clone, Debug, Default)]
pub struct RulesInUse {
    known: Arc<RwLock<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    books: Arc<RuleBooks>,
    /// The sequence of the gazette's last event that was read.
    sequence: u64,
}

impl RulesInUse {
    /// Every edition that this process has read.
    pub fn books(&self) -> Arc<RuleBooks> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner).books)
    }

    /// The newest edition that this process has read.
    pub fn newest(&self) -> Arc<RuleBook> {
        Arc::clone(self.books().newest())
    }

    fn sequence(&self) -> u64 {
        self.known.read().unwrap_or_else(PoisonError::into_inner).sequence
    }

    fn learn(&self, books: RuleBooks, sequence: u64) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        // two refreshes at a time may come in either order
        if sequence > known.sequence {
            *known = Known { books: Arc::new(books), sequence };
        }
    }
}

impl Office {
    /// Every edition of the rules, as the log has them now.
    ///
    /// # Errors
    /// [`ProcessError`]: the log cannot be read, or holds a publication that this program cannot read.
    pub async fn rule_books(&self) -> Result<Arc<RuleBooks>, ProcessError> {
        let read = self.rules.sequence();
        let stream = StreamId::new(Gazette::TYPE, GAZETTE_ID);
        let news = self.repository.log().read_stream_after(&stream, read).await?;
        if let Some(last) = news.last() {
            let published = news.iter().filter_map(|stored| published(stored).transpose());
            let books = self.rules.books().with(published.collect::<Result<_, _>>()?);
            self.rules.learn(books.map_err(|error| ProcessError::refused(&error))?, last.sequence);
        }
        Ok(self.rules.books())
    }

    /// The newest edition of the rules, as the log has it now.
    ///
    /// # Errors
    /// As [`Office::rule_books`].
    pub async fn current_rules(&self) -> Result<Arc<RuleBook>, ProcessError> {
        Ok(Arc::clone(self.rule_books().await?.newest()))
    }
}

/// What an event of the gazette published.
fn published(stored: &StoredEvent) -> Result<Option<PublishedRates>, ProcessError> {
    let decoded =
        stored.decode::<GazetteEvent>().map_err(|error| ProcessError::Damaged(error.to_string()))?;
    let Some(GazetteEvent::PolicyParametersPublished { document, text, .. }) = decoded else {
        return Ok(None);
    };
    let recorded_on =
        stored.metadata().map_or_else(|_| office_day(stored.recorded_at), |metadata| metadata.office_day);
    Ok(Some(PublishedRates { position: stored.position, recorded_on, document, text }))
}

/// 拟定: new rates that wait for somebody else's approval. Gives the proposal as it stands.
///
/// # Errors
/// [`ProcessError`] when the domain refuses.
pub async fn propose_rates(
    office: &Office,
    desk: &Desk,
    document: &str,
    text: &str,
) -> Result<Proposal, ProcessError> {
    let (document, text) = (document.to_owned(), text.to_owned());
    let command = GazetteCommand::ProposeParameters {
        document: document.clone(),
        text: text.clone(),
        proposed_on: desk.today(),
    };
    office.gazette_step(desk, command).await?;
    let gazette = office.repository.load_newest::<Gazette>(GAZETTE_ID).await?.state;
    let mut alike = gazette.proposals().iter().rev();
    let found = alike.find(|proposal| (&proposal.document, &proposal.text) == (&document, &text));
    found.cloned().ok_or(ProcessError::Unknown { what: "proposal" })
}

/// 批准发布: from here on the rates are part of the rule book.
///
/// # Errors
/// [`ProcessError`] when the domain refuses.
pub async fn publish_rates(office: &Office, desk: &Desk, number: u32) -> Result<(), ProcessError> {
    let command = GazetteCommand::ApproveParameters { number, approved_on: desk.today() };
    office.gazette_step(desk, command).await
}

/// 退回 or 撤回.
///
/// # Errors
/// [`ProcessError`] when the domain refuses.
pub async fn reject_rates(
    office: &Office,
    desk: &Desk,
    number: u32,
    reason: &str,
) -> Result<(), ProcessError> {
    let command =
        GazetteCommand::RejectParameters { number, reason: reason.to_owned(), rejected_on: desk.today() };
    office.gazette_step(desk, command).await
}

/// Every proposal, in the order of their numbers.
///
/// # Errors
/// [`ProcessError`] when the log cannot be read.
pub async fn rate_proposals(office: &Office) -> Result<Vec<Proposal>, ProcessError> {
    let gazette = office.repository.load_newest::<Gazette>(GAZETTE_ID).await?.state;
    Ok(gazette.proposals().to_vec())
}

/// Who sent each proposal back, by its number. It stands beside the event, as with every step.
///
/// # Errors
/// [`ProcessError`] when the log cannot be read.
pub async fn rates_rejected_by(office: &Office) -> Result<BTreeMap<u32, String>, ProcessError> {
    let stream = StreamId::new(Gazette::TYPE, GAZETTE_ID);
    let mut rejected = BTreeMap::new();
    for stored in office.repository.log().read_stream(&stream).await? {
        let damaged = |error: DecodeError| ProcessError::Damaged(error.to_string());
        if let Some(GazetteEvent::PolicyParametersRejected { number, .. }) =
            stored.decode().map_err(damaged)?
        {
            rejected.insert(number, stored.metadata().map_err(damaged)?.actor_id);
        }
    }
    Ok(rejected)
}

impl Office {
    /// The gazette tells repeats apart itself, so every call has a key of its own.
    async fn gazette_step(&self, desk: &Desk, command: GazetteCommand) -> Result<(), ProcessError> {
        let step = Step::Gazette(GAZETTE_ID.to_owned(), command);
        self.together(desk, uuid::Uuid::new_v4(), [step]).await?;
        self.rule_books().await?;
        Ok(())
    }
}
