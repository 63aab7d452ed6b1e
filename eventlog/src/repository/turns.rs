//! Taking turns within the process, so that callers of one busy aggregate wait instead of conflicting.
//!
//! Nothing rests on it: the appender checks versions, and other processes take no part.

use std::hash::{BuildHasher, RandomState};

use tokio::sync::{Mutex, MutexGuard};

/// Aggregates that share a slot wait for each other now and then, which costs little with this many.
const SLOTS: usize = 4_096;

#[derive(Debug)]
pub(super) struct Turns {
    slots: Vec<Mutex<()>>,
    hasher: RandomState,
    retries: Mutex<()>,
}

impl Turns {
    pub(super) fn new() -> Turns {
        let slots = (0..SLOTS).map(|_| Mutex::new(())).collect();
        Turns { slots, hasher: RandomState::new(), retries: Mutex::new(()) }
    }

    /// The turn of a command on one aggregate. Its holder asks for no other, so nobody waits in a circle.
    pub(super) async fn of_aggregate(&self, kind: &str, id: &str) -> MutexGuard<'_, ()> {
        let slot = self.hasher.hash_one((kind, id)) as usize % SLOTS;
        self.slots[slot].lock().await
    }

    /// The turn of a command on several aggregates that has met a conflict.
    pub(super) async fn after_conflict(&self) -> MutexGuard<'_, ()> {
        self.retries.lock().await
    }
}
