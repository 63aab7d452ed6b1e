//! The keyring: seals personal data before it is written, and erases a person by destroying keys.
//!
//! Each person has one random data key for each retention class. Data keys are kept in the database, wrapped by a
//! master key that never is; they are unwrapped into memory, so that sealing and opening wait for nothing.
//!
//! | what | how (suite `s1`) |
//! |---|---|
//! | a sealed value | `s1.c.…` or `s1.v.…`: AES-256-GCM-SIV, random nonce, bound to person, class and field |
//! | a wrapped key | the same algorithm under a key derived from the master key, bound to person and class |
//! | the blind index | HMAC-SHA256 under a key of its own, which outlives rotations of the master key |
//!
//! Invariants: a key that was destroyed is never made again; a ciphertext opens only where it was sealed; nothing
//! here prints a key.

mod data_keys;
mod error;
mod master_key;
mod rotation;
mod store;
mod suite;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::path::Path;
use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use chrono::NaiveDate;
use domain::ids::PersonId;
use domain::personal::{BlindIndex, OpenError, Opener, Opening, RetentionClass, SealScope, Sealer};
use futures::TryStreamExt;
use sqlx::PgPool;
use zeroize::Zeroizing;

pub use data_keys::DataKeys;
pub use error::{KeyringError, MasterKeyError};
pub use master_key::MasterKey;
use store::Header;
use suite::IndexKey;
pub use suite::ValueKey;

/// Every class of key that a person has.
pub const CLASSES: [RetentionClass; 2] = [RetentionClass::CaseWork, RetentionClass::Vouchers];

/// Persons whose keys are made or read in one statement.
const PERSONS_A_STATEMENT: usize = 10_000;

/// Keys of persons as they are stored, wrapped by the master key.
pub struct WrappedKeys(Vec<store::Row>);

/// The keys of one ledger.
#[derive(Debug)]
pub struct Keyring {
    pool: PgPool,
    master: MasterKey,
    index: IndexKey,
    generation: i32,
    keys: RwLock<DataKeys>,
}

impl Keyring {
    /// Opens the keyring of a ledger; the first program to do so makes it.
    ///
    /// # Errors
    /// [`KeyringError::WrongMasterKey`] when the ledger's keys were wrapped by another master key.
    pub async fn open(pool: PgPool, master: MasterKey) -> Result<Keyring, KeyringError> {
        let header = match store::header(&pool).await? {
            Some(header) => header,
            None => store::make_header(&pool, &master).await?,
        };
        Keyring::with_header(pool, master, &header)
    }

    /// Opens the keyring with the master key in a file of mode 0600, which is made for a new ledger only: a ledger
    /// that already has keys cannot be read with a new one.
    ///
    /// # Errors
    /// [`KeyringError::MasterKey`] when the file is missing, malformed, or open to others; those of
    /// [`Keyring::open`].
    pub async fn open_with_file(pool: PgPool, file: &Path) -> Result<Keyring, KeyringError> {
        let is_new = store::header(&pool).await?.is_none();
        let master = if is_new { MasterKey::read_or_make(file)? } else { MasterKey::read(file)? };
        Keyring::open(pool, master).await
    }

    /// Makes the keys of persons who have none, and loads those of the others. Afterwards their values can be
    /// sealed. Does not wait for anything when all are loaded.
    ///
    /// # Errors
    /// [`KeyringError::MasterKeyReplaced`] when the master key was replaced since this keyring was opened; those
    /// of [`Keyring::load`].
    pub async fn ensure_keys(&self, persons: &[PersonId]) -> Result<(), KeyringError> {
        let mut missing: Vec<PersonId> = {
            let keys = self.read();
            persons.iter().copied().filter(|person| !keys.has(*person)).collect()
        };
        // In one order everywhere, so that two programs that make the same keys never wait for each other.
        missing.sort_unstable();
        missing.dedup();
        for some in missing.chunks(PERSONS_A_STATEMENT) {
            store::insert_new(&self.pool, &self.master, self.generation, some).await?;
            self.load(some).await?;
            let keys = self.read();
            if some.iter().any(|person| !keys.has(*person)) {
                return Err(KeyringError::MasterKeyReplaced);
            }
        }
        Ok(())
    }

    /// Reads the keys of persons, also of those already loaded: another program may have erased them. Persons
    /// without keys are left out.
    ///
    /// # Errors
    /// [`KeyringError::Damaged`] for a key that the master key does not unwrap; those of the database.
    pub async fn load(&self, persons: &[PersonId]) -> Result<(), KeyringError> {
        for some in persons.chunks(PERSONS_A_STATEMENT) {
            let rows = store::select(&self.pool, some).await?;
            let mut keys = self.write();
            for row in rows {
                keys.insert(row.unwrap_with(&self.master)?);
            }
        }
        Ok(())
    }

    /// Reads the keys of persons for the caller alone, who throws them away after use: what looks at a million people
    /// one page after another takes the memory of a page. Persons without keys are left out.
    ///
    /// # Errors
    /// Those of [`Keyring::load`].
    pub async fn keys_of(&self, persons: &[PersonId]) -> Result<DataKeys, KeyringError> {
        self.unwrap(&self.wrapped_keys_of(persons).await?)
    }

    /// The same, still wrapped: unwrapping is work for a processor that waits for nothing, [`Keyring::unwrap`].
    ///
    /// # Errors
    /// Those of the database.
    pub async fn wrapped_keys_of(&self, persons: &[PersonId]) -> Result<WrappedKeys, KeyringError> {
        let mut rows = Vec::new();
        for some in persons.chunks(PERSONS_A_STATEMENT) {
            rows.append(&mut store::select(&self.pool, some).await?);
        }
        Ok(WrappedKeys(rows))
    }

    /// The keys of one class, still wrapped, for who opens nothing else.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn wrapped_keys_of_class(
        &self,
        persons: &[PersonId],
        class: RetentionClass,
    ) -> Result<WrappedKeys, KeyringError> {
        let mut rows = Vec::new();
        for some in persons.chunks(PERSONS_A_STATEMENT) {
            rows.append(&mut store::select_class(&self.pool, some, class).await?);
        }
        Ok(WrappedKeys(rows))
    }

    /// Unwraps keys for the caller alone.
    ///
    /// # Errors
    /// [`KeyringError::Damaged`] for a key that the master key does not unwrap.
    pub fn unwrap(&self, wrapped: &WrappedKeys) -> Result<DataKeys, KeyringError> {
        let mut keys = DataKeys::default();
        for row in &wrapped.0 {
            keys.insert(row.unwrap_with(&self.master)?);
        }
        Ok(keys)
    }

    /// Reads all keys as a stream: about 200 bytes of memory for each person.
    ///
    /// # Errors
    /// Those of [`Keyring::load`].
    pub async fn load_all(&self) -> Result<(), KeyringError> {
        let mut rows = store::select_all(&self.pool);
        while let Some(row) = rows.try_next().await? {
            let key = row.unwrap_with(&self.master)?;
            self.write().insert(key);
        }
        Ok(())
    }

    /// Destroys a person's keys of some classes on a day, for ever: history stays readable and shows "erased on".
    /// Keys that were already destroyed keep their day.
    ///
    /// # Errors
    /// Those of the database; the keys are then as before.
    pub async fn erase(
        &self,
        person: PersonId,
        classes: &[RetentionClass],
        on: NaiveDate,
    ) -> Result<(), KeyringError> {
        store::erase(&self.pool, person, classes, on).await?;
        self.load(&[person]).await
    }

    /// Which keys of persons are destroyed, as the database says now.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn destroyed(
        &self,
        persons: &[PersonId],
    ) -> Result<HashSet<(PersonId, RetentionClass)>, KeyringError> {
        let mut found = HashSet::new();
        for some in persons.chunks(PERSONS_A_STATEMENT) {
            found.extend(store::destroyed(&self.pool, some).await?);
        }
        Ok(found)
    }

    /// The keyed hash by which equal values are found. The caller normalizes: an ID number of 15 digits is
    /// brought to 18 first. `label` names the kind of value, so that equal digits of two kinds differ.
    pub fn blind_index(&self, label: &str, normalized: &str) -> BlindIndex {
        self.index.hash(label, normalized)
    }

    /// Seals a secret of the office itself, which is nobody's personal data: one that the program must send or compare in
    /// clear, so that a hash does not do. `label` says whose and what for, and binds it.
    ///
    /// # Errors
    /// [`KeyringError::MasterKey`] without randomness.
    pub fn seal_secret(&self, label: &str, clear: &[u8]) -> Result<Vec<u8>, KeyringError> {
        let sealed = suite::seal_secret(self.index.secret(), label, clear);
        sealed.ok_or(KeyringError::MasterKey(MasterKeyError::NoRandomness))
    }

    /// A secret that [`Keyring::seal_secret`] sealed under the same label; none where it was changed or moved.
    pub fn open_secret(&self, label: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        suite::open_secret(self.index.secret(), label, sealed).map(Zeroizing::new)
    }

    /// Whether the person's keys are in memory, be it as erased.
    pub fn has(&self, person: PersonId) -> bool {
        self.read().has(person)
    }

    fn with_header(pool: PgPool, master: MasterKey, header: &Header) -> Result<Keyring, KeyringError> {
        let index = header.unwrap_index(&master)?;
        let keys = RwLock::new(DataKeys::default());
        Ok(Keyring { pool, master, index, generation: header.generation, keys })
    }

    // A writer that panicked has at most left out a key, which a later load brings.
    /// The key of one sealed value, for somebody who may verify it; none without the person's key, or for another place.
    /// The keys must have been loaded.
    pub fn value_key(&self, scope: SealScope, ciphertext: &str) -> Option<ValueKey> {
        self.read().value_key(scope, ciphertext)
    }

    fn read(&self) -> RwLockReadGuard<'_, DataKeys> {
        self.keys.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, DataKeys> {
        self.keys.write().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Sealer for Keyring {
    fn seal(&self, scope: SealScope, clear: &[u8]) -> Result<String, OpenError> {
        self.read().seal(scope, clear)
    }
}

impl Opener for Keyring {
    fn open(&self, scope: SealScope, ciphertext: &str) -> Result<Opening, OpenError> {
        self.read().open(scope, ciphertext)
    }
}
