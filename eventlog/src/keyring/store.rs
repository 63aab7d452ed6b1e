//! The keyring's statements.

use chrono::NaiveDate;
use domain::ids::PersonId;
use domain::personal::RetentionClass;
use futures::{Stream, StreamExt};
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use super::data_keys::{DataKey, KeyState};
use super::error::KeyringError;
use super::suite::{self, IndexKey, SecretKey};
use super::{CLASSES, MasterKey};

/// What belongs to all keys of a ledger.
#[derive(sqlx::FromRow)]
pub(super) struct Header {
    suite: String,
    pub(super) generation: i32,
    wrapped_index_key: Vec<u8>,
}

impl Header {
    /// The key of the blind index; shows whether the master key is the right one.
    pub(super) fn unwrap_index(&self, master: &MasterKey) -> Result<IndexKey, KeyringError> {
        if self.suite != suite::NAME {
            return Err(KeyringError::UnknownSuite);
        }
        suite::unwrap(master.wrapping(), suite::BOUND_INDEX_KEY, &self.wrapped_index_key)
            .map(IndexKey::new)
            .ok_or(KeyringError::WrongMasterKey)
    }
}

/// One stored key.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub(super) person_id: Uuid,
    pub(super) class: String,
    suite: String,
    wrapped: Option<Vec<u8>>,
    erased_on: Option<NaiveDate>,
}

impl Row {
    /// Unwraps the key.
    pub(super) fn unwrap_with(&self, master: &MasterKey) -> Result<DataKey, KeyringError> {
        let person = PersonId::new(self.person_id);
        let damaged = KeyringError::Damaged { person };
        let Some(class) = CLASSES.into_iter().find(|class| class.as_str() == self.class) else {
            return Err(damaged);
        };
        if self.suite != suite::NAME {
            return Err(KeyringError::UnknownSuite);
        }
        let state = match (&self.wrapped, self.erased_on) {
            (Some(wrapped), None) => {
                KeyState::Alive(unwrap_data_key(master, person, class, wrapped).ok_or(damaged)?)
            }
            (None, Some(on)) => KeyState::Erased(on),
            _ => return Err(damaged),
        };
        Ok(DataKey { person, class, state })
    }
}

pub(super) fn unwrap_data_key(
    master: &MasterKey,
    person: PersonId,
    class: RetentionClass,
    wrapped: &[u8],
) -> Option<SecretKey> {
    suite::unwrap(master.wrapping(), &suite::bound_key(person, class), wrapped)
}

pub(super) async fn header(executor: impl PgExecutor<'_>) -> Result<Option<Header>, KeyringError> {
    Ok(sqlx::query_as(include_str!("sql/select_keyring.sql")).fetch_optional(executor).await?)
}

/// Makes the header of a new ledger; if another program was faster, gives that one's.
pub(super) async fn make_header(pool: &PgPool, master: &MasterKey) -> Result<Header, KeyringError> {
    let wrapped = suite::wrap(master.wrapping(), suite::BOUND_INDEX_KEY, &master.first_index_key())?;
    sqlx::query(include_str!("sql/insert_keyring.sql")).bind(suite::NAME).bind(wrapped).execute(pool).await?;
    Ok(sqlx::query_as(include_str!("sql/select_keyring.sql")).fetch_one(pool).await?)
}

/// Makes keys of all classes for persons; keys that exist stay as they are.
pub(super) async fn insert_new(
    pool: &PgPool,
    master: &MasterKey,
    generation: i32,
    persons: &[PersonId],
) -> Result<(), KeyringError> {
    let (mut ids, mut classes, mut wrapped) = (Vec::new(), Vec::new(), Vec::new());
    for &person in persons {
        for class in CLASSES {
            ids.push(person.uuid());
            classes.push(class.as_str());
            wrapped.push(DataKey::wrap_new(master, person, class)?);
        }
    }
    sqlx::query(include_str!("sql/insert_data_keys.sql"))
        .bind(suite::NAME)
        .bind(ids)
        .bind(classes)
        .bind(wrapped)
        .bind(generation)
        .execute(pool)
        .await?;
    Ok(())
}

/// All keys of persons. Planned each time, as is [`select_class`]: a plan that was made while there were few keys would be
/// kept, and go through all of them for each person.
pub(super) async fn select(pool: &PgPool, persons: &[PersonId]) -> Result<Vec<Row>, KeyringError> {
    let ids: Vec<Uuid> = persons.iter().map(|person| person.uuid()).collect();
    let query = sqlx::query_as(include_str!("sql/select_data_keys.sql")).persistent(false);
    Ok(query.bind(ids).fetch_all(pool).await?)
}

pub(super) async fn select_class(
    pool: &PgPool,
    persons: &[PersonId],
    class: RetentionClass,
) -> Result<Vec<Row>, KeyringError> {
    let ids: Vec<Uuid> = persons.iter().map(|person| person.uuid()).collect();
    let query = sqlx::query_as(include_str!("sql/select_keys_of_class.sql")).persistent(false);
    Ok(query.bind(ids).bind(class.as_str()).fetch_all(pool).await?)
}

pub(super) fn select_all(pool: &PgPool) -> impl Stream<Item = Result<Row, KeyringError>> + Unpin + '_ {
    sqlx::query_as(include_str!("sql/select_all_data_keys.sql")).fetch(pool).map(|row| Ok(row?)).boxed()
}

/// Which keys of persons were destroyed.
pub(super) async fn destroyed(
    pool: &PgPool,
    persons: &[PersonId],
) -> Result<Vec<(PersonId, RetentionClass)>, KeyringError> {
    let ids: Vec<Uuid> = persons.iter().map(|person| person.uuid()).collect();
    let query = sqlx::query_as(include_str!("sql/select_destroyed_keys.sql")).bind(ids);
    let rows: Vec<(Uuid, String)> = query.fetch_all(pool).await?;
    let class = |name: &str| CLASSES.into_iter().find(|class| class.as_str() == name);
    Ok(rows.into_iter().filter_map(|(id, name)| Some((PersonId::new(id), class(&name)?))).collect())
}

pub(super) async fn erase(
    pool: &PgPool,
    person: PersonId,
    classes: &[RetentionClass],
    on: NaiveDate,
) -> Result<(), KeyringError> {
    let classes: Vec<&str> = classes.iter().map(|class| class.as_str()).collect();
    sqlx::query(include_str!("sql/erase_keys.sql"))
        .bind(person.uuid())
        .bind(classes)
        .bind(on)
        .execute(pool)
        .await?;
    Ok(())
}
