//! Reading the lines of a run and what decided them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;
use domain::aggregate::Decider;
use domain::benefit_case::BenefitCase;
use domain::household::Household;
use domain::ids::{CaseId, HouseholdId, PaymentId, PersonId, RunId};
use domain::payment::{Payment, PaymentEvent, PaymentOrder};
use domain::payment_run::{Calculation, MonthOrdered, PaymentRun, PaymentRunEvent};
use domain::policy::RuleBooks;
use eventlog::event::StoredEvent;
use eventlog::keyring::Keyring;
use eventlog::read::Log;
use eventlog::stream_all::EventStream;

use super::page::{DeterminedLine, Found, PreparedFacts, PreparedLine, PreparedPage};
use crate::processes::cores::{blocking, on_all_cores};
use crate::processes::{Office, ProcessError};
use crate::replay::histories::{BrokenHistory, Histories};
use crate::replay::ordered::ordered_before;
use crate::replay::redetermine::line::RunBasis;
use crate::replay::verdict::Verdict;
use crate::replay::words::words;

/// Lines of one page.
const PAGE_LINES: usize = 500;

/// The orders of a run, page by page.
pub struct RunLines {
    reader: Reader,
    calculation: Calculation,
    /// The run's identifier as it stands in its orders.
    run: String,
    events: EventStream,
}

/// The orders of one page, as they stand in the log.
pub struct OrderedLines(Vec<StoredEvent>);

/// Reads what decided lines. Cheap to clone.
#[derive(Clone)]
pub struct Reader {
    log: Log,
    keyring: Arc<Keyring>,
    rules: Arc<RuleBooks>,
    run: Arc<RunBasis>,
}

impl RunLines {
    /// Begins with the first order of a released run.
    ///
    /// # Errors
    /// [`ProcessError::Unknown`], [`ProcessError::NothingOrdered`]; those of the log.
    pub async fn open(office: &Office, run_id: RunId) -> Result<RunLines, ProcessError> {
        let log = office.repository.log().clone();
        let released = Released::find(&log, run_id).await?;
        let events = log.stream_all(released.from, released.until).await?;
        let (keyring, rules) = (office.keyring.clone(), office.rule_books().await?);
        let reader = Reader { log, keyring, rules, run: Arc::new(released.run) };
        Ok(RunLines { reader, calculation: released.calculation, run: run_id.to_string(), events })
    }

    /// What prepares the pages.
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// The calculation that the lines follow from.
    pub fn calculation(&self) -> &Calculation {
        &self.calculation
    }

    /// The next orders; none when all have come.
    ///
    /// # Errors
    /// Those of the log.
    pub async fn next_page(&mut self) -> Result<Option<OrderedLines>, ProcessError> {
        let mut orders = Vec::with_capacity(PAGE_LINES);
        while orders.len() < PAGE_LINES {
            let Some(stored) = self.events.next().await? else { break };
            if is_order(&stored) && stored.payload.contains(&self.run) {
                orders.push(stored);
            }
        }
        Ok((!orders.is_empty()).then_some(OrderedLines(orders)))
    }
}

fn is_order(stored: &StoredEvent) -> bool {
    stored.stream.kind == Payment::TYPE && stored.event_type == "PaymentOrdered"
}

/// A released run, and where its orders lie.
struct Released {
    run: RunBasis,
    calculation: Calculation,
    from: u64,
    until: u64,
}

impl Released {
    async fn find(log: &Log, run_id: RunId) -> Result<Released, ProcessError> {
        let mut histories = Histories::known_on(NaiveDate::MAX);
        for stored in log.read_streams(PaymentRun::TYPE, &[run_id.to_string()], u64::MAX).await? {
            histories.take(&stored);
        }
        let (mut opened, mut calculated, mut until) = (None, None, None);
        for (entry, event) in histories.events::<PaymentRun>(run_id) {
            match event {
                PaymentRunEvent::PaymentRunOpened { month, programs, .. } => {
                    opened = Some((*month, programs.clone()));
                }
                PaymentRunEvent::PaymentRunCalculated { calculation, .. } => {
                    calculated = Some((entry.position, calculation.clone()));
                }
                PaymentRunEvent::PaymentRunReleased { .. } => until = Some(entry.position),
                _ => {}
            }
        }
        let (month, programs) = opened.ok_or(ProcessError::Unknown { what: "payment run" })?;
        let until = until.ok_or(ProcessError::NothingOrdered)?;
        let (from, calculation) = calculated.ok_or(ProcessError::NothingOrdered)?;
        let (position, known_on) = (calculation.position, calculation.known_on);
        let rule_version = calculation.rule_version.clone();
        let run = RunBasis { run_id, month, programs, position, known_on, rule_version };
        Ok(Released { run, calculation, from, until })
    }
}

impl Reader {
    /// Prepares a page and determines its lines anew.
    ///
    /// # Errors
    /// Those of the log and of the keys.
    pub async fn determine(&self, ordered: OrderedLines) -> Result<Vec<DeterminedLine>, ProcessError> {
        let page = self.prepare(ordered).await?;
        blocking(move || page.redetermine()).await
    }

    /// Reads what decided the lines of a page.
    ///
    /// # Errors
    /// Those of the log and of the keys.
    pub async fn prepare(&self, ordered: OrderedLines) -> Result<PreparedPage, ProcessError> {
        let orders = blocking(move || on_all_cores(&ordered.0, read_order)).await?;
        let readable = || orders.iter().filter_map(|order| order.order.as_ref().ok());
        let cases: BTreeSet<CaseId> = readable().map(|order| order.case_id).collect();
        let cases: HashMap<CaseId, State<BenefitCase>> = self.states(cases).await?;
        let of = |state: &State<BenefitCase>| Some(state.as_ref().ok()?.subject()?.household_id);
        let households: BTreeSet<HouseholdId> = cases.values().filter_map(of).collect();
        let households: HashMap<HouseholdId, State<Household>> = self.states(households).await?;
        let attempts = readable().flat_map(|order| earlier_attempts(order));
        let earlier: HashMap<PaymentId, State<Payment>> = self.states(attempts.collect()).await?;
        let mut persons: BTreeSet<PersonId> = readable().map(|order| order.beneficiary).collect();
        for household in households.values().filter_map(|state| state.as_ref().ok()?.registered()) {
            persons.extend(household.members.keys());
        }
        let keys = self.keyring.keys_of(&persons.into_iter().collect::<Vec<_>>()).await?;
        let facts = Facts { run: &self.run, cases, households, earlier };
        let lines = orders.into_iter().map(|order| facts.line(order)).collect();
        Ok(PreparedPage { run: self.run.clone(), rules: Arc::clone(&self.rules), keys, lines })
    }

    /// Streams, folded as they were at the run's position.
    async fn states<K, D>(&self, ids: BTreeSet<K>) -> Result<HashMap<K, State<D>>, ProcessError>
    where
        K: Copy + Eq + std::hash::Hash + ToString + Send + Sync + 'static,
        D: Decider,
    {
        let names: Vec<String> = ids.iter().map(K::to_string).collect();
        let stored = self.log.read_streams(D::TYPE, &names, self.run.position).await?;
        blocking(move || {
            let mut streams: HashMap<String, Vec<StoredEvent>> = HashMap::with_capacity(names.len());
            for event in stored {
                match streams.get_mut(&event.stream.id) {
                    Some(events) => events.push(event),
                    None => _ = streams.insert(event.stream.id.clone(), vec![event]),
                }
            }
            let named: Vec<(K, Vec<StoredEvent>)> = ids
                .into_iter()
                .zip(names)
                .map(|(id, name)| (id, streams.remove(&name).unwrap_or_default()))
                .collect();
            on_all_cores(&named, |(id, events)| (*id, fold(events).map(Arc::new))).into_iter().collect()
        })
        .await
    }
}

type State<D> = Result<Arc<D>, BrokenHistory>;

fn fold<D: Decider>(events: &[StoredEvent]) -> Result<D, BrokenHistory> {
    let mut state = D::default();
    for stored in events {
        let broken = |trouble: String| BrokenHistory { position: stored.position, trouble };
        if let Some(event) = stored.decode::<D::Event>().map_err(|error| broken(error.to_string()))? {
            state.try_evolve(&event).map_err(|error| broken(error.to_string()))?;
        }
    }
    Ok(state)
}

/// An order as it was read, or why it was not.
struct ReadOrder {
    position: u64,
    payment_id: PaymentId,
    order: Result<Box<PaymentOrder>, Verdict>,
}

fn read_order(stored: &StoredEvent) -> ReadOrder {
    let broken = |trouble: String| Verdict::from(BrokenHistory { position: stored.position, trouble });
    let order = match stored.decode::<PaymentEvent>() {
        Ok(Some(PaymentEvent::PaymentOrdered { order })) => Ok(order),
        Ok(_) => Err(broken("no order".to_owned())),
        Err(error) => Err(broken(error.to_string())),
    };
    let named = stored.stream.id.parse();
    let payment_id = named.unwrap_or_else(|_| PaymentId::new(uuid::Uuid::nil()));
    ReadOrder { position: stored.position, payment_id, order }
}

/// The attempts at the month before the one of an order.
fn earlier_attempts(order: &PaymentOrder) -> impl Iterator<Item = PaymentId> {
    let (case_id, month) = (order.case_id, order.month);
    (1..order.attempt).map(move |attempt| PaymentId::derive(case_id, month, attempt))
}

/// What decided the lines of a page.
struct Facts<'a> {
    run: &'a RunBasis,
    cases: HashMap<CaseId, State<BenefitCase>>,
    households: HashMap<HouseholdId, State<Household>>,
    earlier: HashMap<PaymentId, State<Payment>>,
}

impl Facts<'_> {
    fn line(&self, read: ReadOrder) -> PreparedLine {
        let ReadOrder { position, payment_id, order } = read;
        let found = match order {
            Err(verdict) => Found::Broken { order: None, verdict },
            Ok(order) => match self.of(&order) {
                Ok(facts) => Found::Whole { order, facts },
                Err(verdict) => Found::Broken { order: Some(order), verdict },
            },
        };
        PreparedLine { position, payment_id, found }
    }

    fn of(&self, order: &PaymentOrder) -> Result<PreparedFacts, Verdict> {
        let missing = || Verdict::Unanswerable {
            code: "facts_not_found",
            words: words("核算时台账中没有该个案或家庭", "the log had no such case or household then"),
        };
        let case = self.cases.get(&order.case_id).ok_or_else(missing)?.clone()?;
        let household_id = case.subject().ok_or_else(missing)?.household_id;
        let household = self.households.get(&household_id).ok_or_else(missing)?.clone()?;
        let account = household.account_on(order.beneficiary, self.run.known_on);
        let account_index = account.map(|account| account.account_index.clone());
        Ok(PreparedFacts { ordered: self.ordered(order)?, case, household, account_index })
    }

    fn ordered(&self, order: &PaymentOrder) -> Result<MonthOrdered, Verdict> {
        let mut attempts = Vec::new();
        for id in earlier_attempts(order) {
            if let Some(state) = self.earlier.get(&id) {
                attempts.push(state.clone()?);
            }
        }
        let ordered = ordered_before(order.month, attempts.iter().map(|payment| &**payment));
        ordered.map_err(|error| {
            let (position, trouble) = (self.run.position, error.to_string());
            BrokenHistory { position, trouble }.into()
        })
    }
}
