//! A keyring for tests: it seals nothing, but binds each value to its person and field as the real one does.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::NaiveDate;

use crate::ids::PersonId;

use super::{OpenError, Opener, Opening, Personal, PersonalField, SealScope, Sealed, Sealer, seal};

/// Seals by writing hexadecimal digits; each call gives other text. Never for real data.
#[derive(Debug, Default)]
pub struct OpenKeyring {
    sealed: AtomicU64,
    erased: BTreeMap<PersonId, NaiveDate>,
}

impl OpenKeyring {
    /// Seals one value for `person`.
    ///
    /// # Errors
    /// [`OpenError`] when the person was erased.
    pub fn sealed<T: PersonalField>(&self, person: PersonId, value: T) -> Result<Sealed<T>, OpenError> {
        seal(self, person, &Personal::new(value))
    }

    /// Forgets a person, as destroying the keys does.
    pub fn erase(&mut self, person: PersonId, on: NaiveDate) {
        self.erased.insert(person, on);
    }
}

impl Sealer for OpenKeyring {
    fn seal(&self, scope: SealScope, clear: &[u8]) -> Result<String, OpenError> {
        if let Some(on) = self.erased.get(&scope.person) {
            return Err(OpenError::Erased { person: scope.person, on: *on });
        }
        let nonce = self.sealed.fetch_add(1, Ordering::Relaxed);
        Ok(format!("{}.{nonce}.{}", bound_to(scope), hex::encode(clear)))
    }
}

impl Opener for OpenKeyring {
    fn open(&self, scope: SealScope, ciphertext: &str) -> Result<Opening, OpenError> {
        if let Some(on) = self.erased.get(&scope.person) {
            return Ok(Opening::Erased { on: *on });
        }
        let tampered = || OpenError::Tampered { person: scope.person, label: scope.label };
        let own = ciphertext.strip_prefix(bound_to(scope).as_str()).ok_or_else(tampered)?;
        let (_, digits) = own.rsplit_once('.').ok_or_else(tampered)?;
        hex::decode(digits).map(Opening::Clear).map_err(|_| tampered())
    }
}

fn bound_to(scope: SealScope) -> String {
    format!("open.{}.{}.{}", scope.person, scope.class.as_str(), scope.label)
}
