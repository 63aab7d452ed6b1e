//! A command on one or more aggregates, until its events are appended together.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Instant;

use domain::aggregate::{Context, Decider, LedgerEvent};

use super::cache::Remembered;
use super::{ExecuteError, Freshness, Loaded, Repository, RequestMeta};
use crate::append::{Append, AppendError, Appended, NewEvent, StreamAppend, StreamId};
use crate::metadata::Metadata;

/// Decisions that are to be appended together. Each is taken on the state that the decisions before it leave. Only
/// streams that get events are checked for conflicts: what must hold together belongs into one of them.
#[derive(Debug)]
pub struct Work {
    repository: Repository,
    context: Context,
    request: RequestMeta,
    streams: Vec<Pending>,
}

/// An aggregate that the work has loaded.
#[derive(Debug)]
struct Pending {
    kind: &'static str,
    id: String,
    /// The version in the log.
    expected: u64,
    /// The state after what has been decided.
    state: Arc<dyn std::any::Any + Send + Sync>,
    /// Whether the state was remembered rather than read just now.
    remembered: bool,
    events: Vec<NewEvent>,
}

impl Work {
    pub(super) fn new(repository: Repository, context: Context, request: RequestMeta) -> Work {
        Work { repository, context, request, streams: Vec::new() }
    }

    /// The context in which it decides.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Whether nothing is to be appended.
    pub fn is_empty(&self) -> bool {
        self.streams.iter().all(|pending| pending.events.is_empty())
    }

    /// What is to be appended so far, as JSON.
    pub fn payloads(&self) -> impl Iterator<Item = &str> {
        self.streams.iter().flat_map(|pending| pending.events.iter().map(|event| event.payload.as_str()))
    }

    /// The state of an aggregate after what this work has decided.
    ///
    /// # Errors
    /// [`ExecuteError::Read`] and [`ExecuteError::Damaged`].
    pub async fn state<A: Decider>(&mut self, id: impl Display) -> Result<Arc<A>, ExecuteError<A::Error>> {
        let index = self.loaded::<A>(id.to_string()).await?;
        Ok(self.streams[index].state_as::<A>().unwrap_or_default())
    }

    /// How many events the stream of an aggregate has, as the decisions of this work see it.
    ///
    /// # Errors
    /// [`ExecuteError::Read`] and [`ExecuteError::Damaged`].
    pub async fn version<A: Decider>(&mut self, id: impl Display) -> Result<u64, ExecuteError<A::Error>> {
        let index = self.loaded::<A>(id.to_string()).await?;
        Ok(self.streams[index].expected)
    }

    /// Decides a command on one aggregate. No events: it had already taken effect.
    ///
    /// # Errors
    /// [`ExecuteError::Refused`] by the newest state there is; those of reading.
    pub async fn decide<A>(
        &mut self,
        id: impl Display,
        command: A::Command,
    ) -> Result<Vec<A::Event>, ExecuteError<A::Error>>
    where
        A: Decider,
        A::Command: Clone,
    {
        let index = self.loaded::<A>(id.to_string()).await?;
        let state = self.streams[index].state_as::<A>().unwrap_or_default();
        let mut decided = state.decide(command.clone(), &self.context);
        let settled = matches!(&decided, Ok(events) if !events.is_empty());
        if !settled && self.refresh::<A>(index).await? {
            let state = self.streams[index].state_as::<A>().unwrap_or_default();
            decided = state.decide(command, &self.context);
        }
        let events = decided.map_err(ExecuteError::Refused)?;
        self.keep::<A>(index, &events)?;
        Ok(events)
    }

    /// Appends everything that was decided, all or nothing. None where there is nothing to append.
    ///
    /// # Errors
    /// [`AppendError`]; after [`AppendError::Conflict`] the work is to be done again from the beginning.
    pub async fn commit(self) -> Result<Option<Appended>, AppendError> {
        let outcome = self.request.outcome.clone();
        self.commit_answering(outcome).await
    }

    /// Like [`Work::commit`], with JSON that a repeat will be answered with.
    ///
    /// # Errors
    /// [`AppendError`].
    pub async fn commit_answering(self, outcome: String) -> Result<Option<Appended>, AppendError> {
        let Work { repository, request, streams, .. } = self;
        // what is appended is the newest in the moment of the append, which is later
        let asked_at = Instant::now();
        let mut appends = Vec::with_capacity(streams.len());
        let mut states = Vec::with_capacity(streams.len());
        for pending in streams.into_iter().filter(|pending| !pending.events.is_empty()) {
            let Pending { kind, id, expected, state, events, .. } = pending;
            let version = expected + events.len() as u64;
            appends.push(StreamAppend { stream: StreamId::new(kind, id.clone()), expected, events });
            states.push((kind, id, Remembered { version, state, asked_at, stale: false }));
        }
        if appends.is_empty() {
            return Ok(None);
        }
        let append = Append { streams: appends, command: request.command, outcome, now: request.now };
        let result = repository.appender.append(append).await;
        if let Ok(appended) = &result {
            repository.saw(appended.last_position);
        }
        let written = matches!(&result, Ok(appended) if !appended.repeated);
        repository.wrote(written);
        for (kind, id, remembered) in states {
            if written {
                repository.cache.put(kind, &id, remembered);
            } else {
                repository.cache.outdate(kind, &id);
            }
        }
        result.map(Some)
    }

    /// The place of an aggregate among those loaded; loads it where it is not.
    async fn loaded<A: Decider>(&mut self, id: String) -> Result<usize, ExecuteError<A::Error>> {
        let known = self.streams.iter().position(|pending| pending.kind == A::TYPE && pending.id == id);
        if let Some(index) = known {
            return Ok(index);
        }
        let (loaded, remembered) = match self.repository.remembered::<A>(&id) {
            Some((loaded, Freshness::Newest { .. })) => (loaded, true),
            known => {
                let stream = StreamId::new(A::TYPE, id.clone());
                (self.repository.catch_up(&stream, known.map(|(loaded, _)| loaded)).await?, false)
            }
        };
        let Loaded { state, version } = loaded;
        let events = Vec::new();
        self.streams.push(Pending { kind: A::TYPE, id, expected: version, state, remembered, events });
        Ok(self.streams.len() - 1)
    }

    /// Asks the stream for what came since the remembered state; whether there was something.
    async fn refresh<A: Decider>(&mut self, index: usize) -> Result<bool, ExecuteError<A::Error>> {
        let pending = &mut self.streams[index];
        let (true, true, Some(state)) =
            (pending.remembered, pending.events.is_empty(), pending.state_as::<A>())
        else {
            return Ok(false);
        };
        let stream = StreamId::new(A::TYPE, pending.id.clone());
        let known = Loaded { state, version: pending.expected };
        let newest = self.repository.catch_up(&stream, Some(known)).await?;
        let changed = newest.version != pending.expected;
        pending.remembered = false;
        pending.expected = newest.version;
        pending.state = newest.state;
        Ok(changed)
    }

    fn keep<A: Decider>(&mut self, index: usize, events: &[A::Event]) -> Result<(), ExecuteError<A::Error>> {
        if events.is_empty() {
            return Ok(());
        }
        let mut metadata = Metadata::new(&self.context, self.request.correlation_id);
        metadata.command_id = self.request.command.map(|key| key.id);
        metadata.causation_id = self.request.causation_id;
        let pending = &mut self.streams[index];
        let mut state = pending.state_as::<A>().map(Arc::unwrap_or_clone).unwrap_or_default();
        for event in events {
            metadata.effective_on = event.effective_on();
            let json = metadata.to_json().map_err(ExecuteError::Unwritable)?;
            pending.events.push(NewEvent::try_new(event, json).map_err(ExecuteError::Unwritable)?);
            state.try_evolve(event).map_err(|impossible| ExecuteError::Damaged {
                stream: StreamId::new(A::TYPE, pending.id.clone()),
                impossible,
            })?;
        }
        pending.state = Arc::new(state);
        Ok(())
    }
}

impl Pending {
    fn state_as<A: Decider>(&self) -> Option<Arc<A>> {
        self.state.clone().downcast().ok()
    }
}
