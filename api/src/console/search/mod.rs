//! Finding people by name: by characters, by pinyin, or by the first letters of it.
//!
//! Names lie sealed in the read tables, and a keyed hash of every way to write a name would lie beside them for anyone
//! to count. So the names are opened into this process's memory when somebody first looks, and compared there: nothing is
//! written, an erased name is gone with the next look, and no name leaves but masked.

mod pinyin;

use std::collections::HashMap;
use std::sync::Arc;

use domain::ids::PersonId;
use domain::personal::{PersonName, Personal, Sealed};
use projections::case_files;
use projections::case_files::queries::names;
use projections::snapshot::Snapshot;
use tokio::sync::Mutex;

use crate::processes::{Office, ProcessError};

use pinyin::{Readings, readings};

/// The most people that one look finds.
const FOUND_MAX: usize = 200;

/// The names of everybody, in memory. Cheap to clone; the clones share it.
#[derive(Clone, Default)]
pub struct NameIndex(Arc<Mutex<Known>>);

/// What was read last, and at which log position.
#[derive(Default)]
struct Known {
    position: Option<u64>,
    people: HashMap<PersonId, Entry>,
}

struct Entry {
    sealed: Sealed<PersonName>,
    name: Personal<PersonName>,
    readings: Vec<Readings>,
}

impl NameIndex {
    /// The people whose names have what was typed in them, or are read so; at most so many, in no order.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn find(&self, office: &Office, typed: &str) -> Result<Vec<PersonId>, ProcessError> {
        let mut known = self.0.lock().await;
        known.refresh(office).await?;
        let typed = typed.trim().to_lowercase();
        let fits = |entry: &Entry| entry.fits(&typed);
        let found = known.people.iter().filter(|(_, entry)| fits(entry)).map(|(person, _)| *person);
        Ok(found.take(FOUND_MAX).collect())
    }
}

impl Known {
    /// Opens what is new since the last look, and forgets who was erased.
    async fn refresh(&mut self, office: &Office) -> Result<(), ProcessError> {
        let mut snapshot = Snapshot::take(&office.pool, &[&case_files::ABOUT]).await?;
        if self.position == Some(snapshot.position()) {
            return Ok(());
        }
        let rows = names(snapshot.connection()).await?;
        let position = snapshot.position();
        drop(snapshot);
        let new = rows.iter().filter(|row| {
            self.people.get(&row.person_id).is_none_or(|entry| entry.sealed.ciphertext() != row.name_sealed)
        });
        let strange: Vec<PersonId> = new.map(|row| row.person_id).collect();
        let keys = office.keyring.keys_of(&strange).await?;
        let mut people = HashMap::with_capacity(rows.len());
        for row in rows {
            if let Some(entry) = self.people.remove(&row.person_id)
                && entry.sealed.ciphertext() == row.name_sealed
            {
                people.insert(row.person_id, entry);
                continue;
            }
            let sealed = Sealed::<PersonName>::from_ciphertext(row.name_sealed);
            // a name that cannot be opened is found by nobody
            let Ok(opened) = sealed.open(row.person_id, &keys) else { continue };
            let Some(name) = opened.clear() else { continue };
            let readings = readings(&name.0);
            people.insert(row.person_id, Entry { sealed, name: Personal::new(name), readings });
        }
        (self.people, self.position) = (people, Some(position));
        Ok(())
    }
}

impl Entry {
    fn fits(&self, typed: &str) -> bool {
        if typed.is_empty() {
            return false;
        }
        if typed.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return pinyin::fits(&self.readings, typed);
        }
        self.name.disclose().0.to_lowercase().contains(typed)
    }
}
