//! The log under cqrs-es: an event store for its `CqrsFramework`, and the stock reader over the same table.
//!
//! What the framework executes is written by the appender, like everything else: stock `postgres-es` cannot insert
//! here, as it knows nothing of positions, but it can load and replay.

use std::collections::{BTreeMap, HashMap};
use std::marker::PhantomData;

use cqrs_es::{Aggregate, AggregateContext, AggregateError, EventEnvelope, EventStore};
use domain::aggregate::Decider;
use postgres_es::PostgresEventRepository;

use crate::append::{Append, AppendError, NewEvent, StreamAppend, StreamId};
use crate::appender::Appender;
use crate::event::StoredEvent;
use crate::read::{Log, ReadError};

/// The table of events, for stock readers.
pub const EVENTS_TABLE: &str = "log_events";

/// A stock repository that reads the log. There are no snapshots: their table does not exist.
pub fn stock_repository(log: &Log) -> PostgresEventRepository {
    PostgresEventRepository::new(log.pool().clone()).with_tables(EVENTS_TABLE, "log_has_no_snapshots")
}

/// Lets `CqrsFramework` run one aggregate over the log.
#[derive(Clone, Debug)]
pub struct LedgerEventStore<A> {
    log: Log,
    appender: Appender,
    aggregate: PhantomData<fn() -> A>,
}

/// An aggregate that the framework has loaded.
#[derive(Clone, Debug)]
pub struct LedgerAggregateContext<A> {
    aggregate: A,
    stream: StreamId,
    version: u64,
}

impl<A: Aggregate> AggregateContext<A> for LedgerAggregateContext<A> {
    fn aggregate(&mut self) -> &mut A {
        &mut self.aggregate
    }
}

impl<A> LedgerEventStore<A> {
    /// A store over a log and an appender of the same ledger.
    pub fn new(log: Log, appender: Appender) -> LedgerEventStore<A> {
        LedgerEventStore { log, appender, aggregate: PhantomData }
    }
}

impl<A> EventStore<A> for LedgerEventStore<A>
where
    A: Decider + Aggregate<Event = <A as Decider>::Event>,
{
    type AC = LedgerAggregateContext<A>;

    async fn load_events(
        &self,
        aggregate_id: &str,
    ) -> Result<Vec<EventEnvelope<A>>, AggregateError<<A as Aggregate>::Error>> {
        let stream = StreamId::new(<A as Decider>::TYPE, aggregate_id);
        let events = self.log.read_stream(&stream).await.map_err(read_error)?;
        events.iter().map(envelope::<A>).collect()
    }

    async fn load_aggregate(
        &self,
        aggregate_id: &str,
    ) -> Result<LedgerAggregateContext<A>, AggregateError<<A as Aggregate>::Error>> {
        let mut aggregate = A::default();
        let events = self.load_events(aggregate_id).await?;
        let version = events.last().map_or(0, |newest| newest.sequence as u64);
        for event in &events {
            aggregate
                .try_evolve(&event.payload)
                .map_err(|error| AggregateError::DeserializationError(error.into()))?;
        }
        let stream = StreamId::new(<A as Decider>::TYPE, aggregate_id);
        Ok(LedgerAggregateContext { aggregate, stream, version })
    }

    async fn commit(
        &self,
        events: Vec<<A as Aggregate>::Event>,
        context: LedgerAggregateContext<A>,
        metadata: HashMap<String, String>,
    ) -> Result<Vec<EventEnvelope<A>>, AggregateError<<A as Aggregate>::Error>> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let LedgerAggregateContext { stream, version, .. } = context;
        let id = stream.id.clone();
        let new =
            new_events(&events, &metadata).map_err(|error| AggregateError::UnexpectedError(error.into()))?;
        let append = Append::new(vec![StreamAppend { stream, expected: version, events: new }]);
        self.appender.append(append).await.map_err(append_error)?;
        let envelope = |(sequence, payload)| EventEnvelope {
            aggregate_id: id.clone(),
            sequence,
            payload,
            metadata: metadata.clone(),
        };
        Ok((version as usize + 1..).zip(events).map(envelope).collect())
    }
}

fn new_events<E: domain::aggregate::LedgerEvent>(
    events: &[E],
    metadata: &HashMap<String, String>,
) -> Result<Vec<NewEvent>, serde_json::Error> {
    let ordered: BTreeMap<_, _> = metadata.iter().collect();
    let json = serde_json::to_string(&ordered)?;
    events.iter().map(|event| NewEvent::try_new(event, json.clone())).collect()
}

fn envelope<A>(event: &StoredEvent) -> Result<EventEnvelope<A>, AggregateError<<A as Aggregate>::Error>>
where
    A: Decider + Aggregate<Event = <A as Decider>::Event>,
{
    let decoded = event.decode::<<A as Decider>::Event>();
    let payload = decoded
        .map_err(|error| AggregateError::DeserializationError(error.into()))?
        .ok_or_else(|| AggregateError::DeserializationError("an event of another aggregate".into()))?;
    let metadata = serde_json::from_str(&event.metadata)
        .map_err(|error| AggregateError::DeserializationError(error.into()))?;
    Ok(EventEnvelope {
        aggregate_id: event.stream.id.clone(),
        sequence: event.sequence as usize,
        payload,
        metadata,
    })
}

fn read_error<E: std::error::Error>(error: ReadError) -> AggregateError<E> {
    match error {
        ReadError::Decode(error) => AggregateError::DeserializationError(error.into()),
        other => AggregateError::DatabaseConnectionError(other.into()),
    }
}

fn append_error<E: std::error::Error>(error: AppendError) -> AggregateError<E> {
    match error {
        AppendError::Conflict { .. } => AggregateError::AggregateConflict,
        AppendError::Database(_) | AppendError::Unknown => {
            AggregateError::DatabaseConnectionError(error.into())
        }
        _ => AggregateError::UnexpectedError(error.into()),
    }
}
