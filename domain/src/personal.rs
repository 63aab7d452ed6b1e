//! Personal data: sealed before it is written, opened only where it is needed.
//!
//! A clear value is [`Personal`]; it prints as its field's name and refuses to be serialized. In events stands
//! [`Sealed`], ciphertext under a data key of one person and retention class. Destroying the key erases the
//! person and leaves every event, proof and total as it was.

#[doc(hidden)]
pub mod testing;

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use chrono::NaiveDate;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};

use crate::ids::PersonId;

/// A kind of personal value: its label is bound into the ciphertext, so that a sealed name is never read as a
/// sealed account.
pub trait PersonalField: Serialize + DeserializeOwned {
    /// The label, in snake case; never changed.
    const LABEL: &'static str;
    /// Which of the person's keys seals it.
    const CLASS: RetentionClass = RetentionClass::CaseWork;
}

/// How long the key of a value must be kept: a person has one data key for each class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RetentionClass {
    /// Files of a case: at least 3 years after it ended (低保 approval files).
    CaseWork,
    /// Payment vouchers and receipts: 30 years (会计档案管理办法, 财政部令第79号).
    Vouchers,
}

impl RetentionClass {
    /// Its stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            RetentionClass::CaseWork => "case_work",
            RetentionClass::Vouchers => "vouchers",
        }
    }
}

/// A clear personal value. `Debug` shows the field's name only; serializing it fails.
#[derive(Clone, PartialEq, Eq)]
pub struct Personal<T>(T);

impl<T: PersonalField> Personal<T> {
    /// Marks a value as personal.
    pub const fn new(value: T) -> Personal<T> {
        Personal(value)
    }

    /// Gives the value out. Every call is a disclosure; search for it to see them all.
    pub fn disclose(&self) -> &T {
        &self.0
    }

    /// Gives the value away.
    pub fn into_disclosed(self) -> T {
        self.0
    }
}

impl<T: PersonalField> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Personal({})", T::LABEL)
    }
}

impl<T> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(ser::Error::custom("a personal value must be sealed before it is written"))
    }
}

/// Ciphertext of a `T`: text made and read by the keyring alone.
pub struct Sealed<T> {
    text: Box<str>,
    value: PhantomData<fn() -> T>,
}

impl<T> Sealed<T> {
    /// Takes ciphertext from the keyring.
    pub fn from_ciphertext(text: impl Into<Box<str>>) -> Sealed<T> {
        Sealed { text: text.into(), value: PhantomData }
    }

    /// The ciphertext.
    pub fn ciphertext(&self) -> &str {
        &self.text
    }
}

impl<T: PersonalField> Sealed<T> {
    /// Opens the value that was sealed for `person`.
    ///
    /// # Errors
    /// [`OpenError`] when the ciphertext was changed, moved to another person or field, or its key is missing.
    pub fn open(&self, person: PersonId, opener: &dyn Opener) -> Result<Opened<T>, OpenError> {
        let scope = SealScope { person, class: T::CLASS, label: T::LABEL };
        match opener.open(scope, &self.text)? {
            Opening::Erased { on } => Ok(Opened::Erased { on }),
            Opening::Clear(bytes) => match serde_json::from_slice(&bytes) {
                Ok(value) => Ok(Opened::Clear(Personal(value))),
                Err(_) => Err(OpenError::Unreadable { label: T::LABEL }),
            },
        }
    }
}

impl<T> Clone for Sealed<T> {
    fn clone(&self) -> Self {
        Sealed::from_ciphertext(self.text.clone())
    }
}

impl<T> PartialEq for Sealed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<T> Eq for Sealed<T> {}

impl<T> fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

impl<T> Serialize for Sealed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, T> Deserialize<'de> for Sealed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Sealed::from_ciphertext)
    }
}

impl<T: PersonalField> JsonSchema for Sealed<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Sealed_{}", T::LABEL).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "x-sealed": T::LABEL, "x-key": T::CLASS.as_str() })
    }
}

/// What a ciphertext is bound to besides its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SealScope {
    /// Whose value it is.
    pub person: PersonId,
    /// Which of the person's keys.
    pub class: RetentionClass,
    /// The field's label.
    pub label: &'static str,
}

/// Opens ciphertext. Implemented by the keyring with its keys already in memory, so that opening waits for nothing.
pub trait Opener: Send + Sync {
    /// The clear bytes, or the day on which the person was erased.
    ///
    /// # Errors
    /// [`OpenError`].
    fn open(&self, scope: SealScope, ciphertext: &str) -> Result<Opening, OpenError>;
}

/// Seals clear bytes. Implemented by the keyring; every call gives other ciphertext.
pub trait Sealer: Send + Sync {
    /// Ciphertext under the person's key.
    ///
    /// # Errors
    /// [`OpenError::KeyMissing`] when the person has no key in this keyring, [`OpenError::Erased`] when it was
    /// destroyed.
    fn seal(&self, scope: SealScope, clear: &[u8]) -> Result<String, OpenError>;
}

/// Seals one value for `person`.
///
/// # Errors
/// Those of [`Sealer::seal`]; [`OpenError::Unreadable`] when the value has no JSON.
pub fn seal<T: PersonalField>(
    sealer: &dyn Sealer,
    person: PersonId,
    value: &Personal<T>,
) -> Result<Sealed<T>, OpenError> {
    let clear = serde_json::to_vec(&value.0).map_err(|_| OpenError::Unreadable { label: T::LABEL })?;
    let scope = SealScope { person, class: T::CLASS, label: T::LABEL };
    sealer.seal(scope, &clear).map(Sealed::from_ciphertext)
}

/// What an [`Opener`] found.
pub enum Opening {
    /// The clear bytes.
    Clear(Vec<u8>),
    /// The person was erased, and the key with them.
    Erased {
        /// The day of the erasure.
        on: NaiveDate,
    },
}

/// A value that was sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened<T: PersonalField> {
    /// Open.
    Clear(Personal<T>),
    /// Gone for ever: shown as "erased on …" (已于 … 删除).
    Erased {
        /// The day of the erasure.
        on: NaiveDate,
    },
}

impl<T: PersonalField> Opened<T> {
    /// The value, if it was not erased.
    pub fn clear(self) -> Option<T> {
        match self {
            Opened::Clear(value) => Some(value.into_disclosed()),
            Opened::Erased { .. } => None,
        }
    }
}

/// Why a ciphertext could not be opened or made. Never holds the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// There is no such key in this keyring.
    #[error("the key that seals {label} of {person} is missing")]
    KeyMissing {
        /// Whose.
        person: PersonId,
        /// Which field.
        label: &'static str,
    },
    /// The key was destroyed, so nothing more can be sealed for this person.
    #[error(
        "the personal data of {person} were erased on {on}: no value of theirs can be opened or recorded"
    )]
    Erased {
        /// Whose.
        person: PersonId,
        /// The day.
        on: NaiveDate,
    },
    /// The ciphertext does not belong here or was changed.
    #[error("the sealed {label} of {person} was changed or moved")]
    Tampered {
        /// Whose.
        person: PersonId,
        /// Which field.
        label: &'static str,
    },
    /// It opened to something that is not the field's value.
    #[error("the sealed {label} cannot be read")]
    Unreadable {
        /// Which field.
        label: &'static str,
    },
}

/// A keyed hash by which equal values are found without being known: HMAC under a key outside the database.
/// 32 bytes as 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct BlindIndex(String);

impl BlindIndex {
    /// Takes hexadecimal digits from the keyring.
    pub fn from_hex(hex: impl Into<String>) -> BlindIndex {
        BlindIndex(hex.into())
    }

    /// The hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! personal_fields {
    ($($(#[$doc:meta])* $name:ident($inner:ty) = $label:literal, $class:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl PersonalField for $name {
            const LABEL: &'static str = $label;
            const CLASS: RetentionClass = RetentionClass::$class;
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}

personal_fields! {
    /// 姓名.
    PersonName(String) = "name", CaseWork;
    /// 出生日期.
    BirthDate(NaiveDate) = "birth_date", CaseWork;
    /// Where someone lives, in words.
    Address(String) = "address", CaseWork;
    /// Free text of a visit, an objection or an appeal.
    Note(String) = "note", CaseWork;
    /// The name of a file that somebody handed in, which often names its person.
    FileName(String) = "file_name", CaseWork;
    /// 捐赠人姓名: on a receipt, so kept as long as vouchers are.
    DonorName(String) = "donor_name", Vouchers;
}
