//! The newest states of the aggregates in use.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::bounded::Bounded;

/// States by type and identifier, bounded for each type.
#[derive(Debug)]
pub(super) struct StateCache {
    types: Mutex<HashMap<&'static str, Bounded<String, Remembered>>>,
    states_max: usize,
}

/// A state and the sequence of the event that made it.
#[derive(Clone, Debug)]
pub(super) struct Remembered {
    pub(super) version: u64,
    pub(super) state: Arc<dyn Any + Send + Sync>,
    /// When the log was asked whether it is the newest, or was about to be written to.
    pub(super) asked_at: Instant,
    /// Whether the stream is known to have grown since.
    pub(super) stale: bool,
}

impl StateCache {
    pub(super) fn new(states_max: usize) -> StateCache {
        StateCache { types: Mutex::new(HashMap::new()), states_max }
    }

    pub(super) fn get(&self, kind: &'static str, id: &str) -> Option<Remembered> {
        self.lock().get_mut(kind)?.get_mut(id).cloned()
    }

    /// Remembers a state, unless a newer one is known.
    pub(super) fn put(&self, kind: &'static str, id: &str, new: Remembered) {
        let mut types = self.lock();
        let states = types.entry(kind).or_insert_with(|| Bounded::new(self.states_max));
        match states.get_mut(id) {
            Some(known) if known.version > new.version => {}
            Some(known) => *known = new,
            None => states.insert(id.to_owned(), new),
        }
    }

    /// Notes that the stream has grown or may have grown: what is remembered is true, but not the newest.
    pub(super) fn outdate(&self, kind: &str, id: &str) {
        if let Some(known) = self.lock().get_mut(kind).and_then(|states| states.get_mut(id)) {
            known.stale = true;
        }
    }

    /// A panic elsewhere leaves the map whole: every change is a single step.
    fn lock(&self) -> MutexGuard<'_, HashMap<&'static str, Bounded<String, Remembered>>> {
        self.types.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
