//! Files between being looked through and being taken in: in memory alone, for their owner alone, for half an hour.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::actor::ActorId;
use uuid::Uuid;
use zeroize::Zeroizing;

/// How long a file is kept.
const KEPT: Duration = Duration::from_secs(30 * 60);

/// The most files at a time; the oldest goes first.
const FILES_MAX: usize = 16;

/// The files of a room, each with what it is for.
pub(super) struct Held<K>(Mutex<BTreeMap<Uuid, HeldFile<K>>>);

impl<K> Default for Held<K> {
    fn default() -> Held<K> {
        Held(Mutex::default())
    }
}

/// A file that somebody dropped.
#[derive(Clone)]
pub(super) struct HeldFile<K> {
    owner: ActorId,
    pub kind: K,
    bytes: Arc<Zeroizing<Vec<u8>>>,
    since: Instant,
}

impl<K> HeldFile<K> {
    pub fn new(owner: ActorId, kind: K, bytes: Vec<u8>) -> HeldFile<K> {
        HeldFile { owner, kind, bytes: Arc::new(Zeroizing::new(bytes)), since: Instant::now() }
    }

    pub fn bytes(&self) -> Arc<Zeroizing<Vec<u8>>> {
        Arc::clone(&self.bytes)
    }
}

impl<K: Clone> Held<K> {
    /// Keeps a file in place of the owner's earlier one. Gives its name.
    pub fn keep(&self, file: HeldFile<K>) -> Uuid {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.retain(|_, kept| kept.since.elapsed() < KEPT && kept.owner != file.owner);
        while files.len() >= FILES_MAX {
            let oldest = files.iter().min_by_key(|(_, kept)| kept.since).map(|(name, _)| *name);
            let Some(oldest) = oldest else { break };
            files.remove(&oldest);
        }
        let name = Uuid::new_v4();
        files.insert(name, file);
        name
    }

    /// A file of somebody; none where it is gone or another's.
    pub fn of(&self, name: Uuid, owner: &ActorId) -> Option<HeldFile<K>> {
        let files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.get(&name).filter(|kept| kept.since.elapsed() < KEPT && kept.owner == *owner).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(owner: &str) -> HeldFile<()> {
        HeldFile::new(ActorId::parse(owner).unwrap(), (), vec![1])
    }

    #[test]
    fn a_file_is_its_owners_alone_and_the_newest_one() {
        let (held, own) = (Held::default(), ActorId::parse("wang.fang").unwrap());
        let first = held.keep(file("wang.fang"));
        assert!(held.of(first, &own).is_some());
        assert!(held.of(first, &ActorId::parse("zhao.min").unwrap()).is_none());
        let second = held.keep(file("wang.fang"));
        assert!(held.of(first, &own).is_none() && held.of(second, &own).is_some());
    }

    #[test]
    fn no_more_files_are_kept_than_memory_has_room_for() {
        let held = Held::default();
        let names: Vec<Uuid> = (0..=FILES_MAX).map(|n| held.keep(file(&format!("clerk.{n}")))).collect();
        assert!(held.of(names[0], &ActorId::parse("clerk.0").unwrap()).is_none());
        assert!(held.of(names[1], &ActorId::parse("clerk.1").unwrap()).is_some());
    }
}
