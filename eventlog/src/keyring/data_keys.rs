//! Data keys in memory: sealing and opening with them.

use std::collections::HashMap;
use std::fmt;

use chrono::NaiveDate;
use domain::ids::PersonId;
use domain::personal::{OpenError, Opener, Opening, RetentionClass, SealScope, Sealer};

use super::error::MasterKeyError;
use super::suite::{self, SecretKey, ValueKey};
use super::{CLASSES, MasterKey};

/// Data keys of persons. `Debug` shows how many, not which.
#[derive(Default)]
pub struct DataKeys(HashMap<PersonId, [Slot; CLASSES.len()]>);

/// The key of one person and class.
#[derive(Clone, Default)]
enum Slot {
    /// Never seen.
    #[default]
    Unknown,
    Key(SecretKey),
    Erased(NaiveDate),
}

/// One key as it comes out of the database.
pub(super) struct DataKey {
    pub(super) person: PersonId,
    pub(super) class: RetentionClass,
    pub(super) state: KeyState,
}

/// Whether a stored key is still there.
pub(super) enum KeyState {
    Alive(SecretKey),
    Erased(NaiveDate),
}

impl DataKeys {
    /// New keys for persons, that are kept nowhere else: for what is thrown away with the process.
    ///
    /// # Errors
    /// [`MasterKeyError::NoRandomness`].
    pub fn random(persons: &[PersonId]) -> Result<DataKeys, MasterKeyError> {
        let mut keys = DataKeys::default();
        for &person in persons {
            for class in CLASSES {
                keys.insert(DataKey { person, class, state: KeyState::Alive(SecretKey::random()?) });
            }
        }
        Ok(keys)
    }

    /// Whether all keys of the person are here, be it as erased.
    pub(super) fn has(&self, person: PersonId) -> bool {
        self.0.get(&person).is_some_and(|slots| !slots.iter().any(|slot| matches!(slot, Slot::Unknown)))
    }

    /// Adds or replaces a key.
    pub(super) fn insert(&mut self, key: DataKey) {
        let slots = self.0.entry(key.person).or_default();
        slots[place(key.class)] = match key.state {
            KeyState::Alive(secret) => Slot::Key(secret),
            KeyState::Erased(on) => Slot::Erased(on),
        };
    }

    /// The key of one sealed value, for somebody who may verify it; none without the person's key, or for another place.
    pub fn value_key(&self, scope: SealScope, ciphertext: &str) -> Option<ValueKey> {
        let sealed = suite::parse(scope.class, ciphertext)?;
        let Some(Slot::Key(data_key)) = self.slot(scope) else { return None };
        let key = ValueKey::of_sealed(data_key, scope, &sealed)?;
        key.open_text(scope, ciphertext).map(|_| key)
    }

    fn slot(&self, scope: SealScope) -> Option<&Slot> {
        self.0.get(&scope.person).map(|slots| &slots[place(scope.class)])
    }
}

impl Sealer for DataKeys {
    fn seal(&self, scope: SealScope, clear: &[u8]) -> Result<String, OpenError> {
        let missing = OpenError::KeyMissing { person: scope.person, label: scope.label };
        match self.slot(scope) {
            Some(Slot::Key(key)) => suite::seal(key, scope, clear).ok_or(missing),
            Some(Slot::Erased(on)) => Err(OpenError::Erased { person: scope.person, on: *on }),
            Some(Slot::Unknown) | None => Err(missing),
        }
    }
}

impl Opener for DataKeys {
    fn open(&self, scope: SealScope, ciphertext: &str) -> Result<Opening, OpenError> {
        let tampered = || OpenError::Tampered { person: scope.person, label: scope.label };
        let sealed = suite::parse(scope.class, ciphertext).ok_or_else(tampered)?;
        match self.slot(scope) {
            Some(Slot::Key(key)) => suite::open(key, scope, &sealed).map(Opening::Clear).ok_or_else(tampered),
            Some(Slot::Erased(on)) => Ok(Opening::Erased { on: *on }),
            Some(Slot::Unknown) | None => {
                Err(OpenError::KeyMissing { person: scope.person, label: scope.label })
            }
        }
    }
}

impl fmt::Debug for DataKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKeys({})", self.0.len())
    }
}

impl DataKey {
    /// Wraps a new key of the person and class.
    pub(super) fn wrap_new(
        master: &MasterKey,
        person: PersonId,
        class: RetentionClass,
    ) -> Result<Vec<u8>, MasterKeyError> {
        suite::wrap(master.wrapping(), &suite::bound_key(person, class), &SecretKey::random()?)
    }
}

const fn place(class: RetentionClass) -> usize {
    match class {
        RetentionClass::CaseWork => 0,
        RetentionClass::Vouchers => 1,
    }
}
