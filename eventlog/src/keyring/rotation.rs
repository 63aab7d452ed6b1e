//! Replacing the master key: every data key is wrapped anew, no ciphertext changes.

use domain::ids::PersonId;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::store::{self, Row};
use super::suite;
use super::{Keyring, KeyringError, MasterKey};

/// Keys that are wrapped anew in one statement.
const KEYS_A_STATEMENT: i64 = 5_000;

impl Keyring {
    /// Replaces the master key in one transaction, as the owner of the tables. New keys cannot be made meanwhile;
    /// programs that run with the old master key go on reading and are told when they make keys.
    ///
    /// # Errors
    /// [`KeyringError::WrongMasterKey`] when `old` is not the ledger's; those of the database. Then nothing changed.
    pub async fn rewrap(owner: &PgPool, old: &MasterKey, new: &MasterKey) -> Result<(), KeyringError> {
        let mut transaction = owner.begin().await?;
        sqlx::query(include_str!("sql/lock_data_keys.sql")).execute(&mut *transaction).await?;
        let header = store::header(&mut *transaction).await?.ok_or(KeyringError::WrongMasterKey)?;
        let index = header.unwrap_index(old)?;
        let wrapped = suite::wrap(new.wrapping(), suite::BOUND_INDEX_KEY, index.secret())?;
        let updated = sqlx::query(include_str!("sql/update_keyring.sql"))
            .bind(wrapped)
            .bind(header.generation)
            .execute(&mut *transaction)
            .await?;
        if updated.rows_affected() != 1 {
            return Err(KeyringError::MasterKeyReplaced);
        }
        let mut last = (Uuid::nil(), String::new());
        while let Some(next) = rewrap_after(&mut transaction, last, old, new).await? {
            last = next;
        }
        Ok(transaction.commit().await?)
    }
}

/// Wraps the next keys anew and says which was the last; nothing when there are none.
async fn rewrap_after(
    connection: &mut PgConnection,
    (person, class): (Uuid, String),
    old: &MasterKey,
    new: &MasterKey,
) -> Result<Option<(Uuid, String)>, KeyringError> {
    let rows: Vec<Row> = sqlx::query_as(include_str!("sql/select_wrapped_after.sql"))
        .bind(person)
        .bind(class)
        .bind(KEYS_A_STATEMENT)
        .fetch_all(&mut *connection)
        .await?;
    let wrapped: Vec<Vec<u8>> = rows.iter().map(|row| rewrap_row(row, old, new)).collect::<Result<_, _>>()?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.person_id).collect();
    let classes: Vec<&str> = rows.iter().map(|row| row.class.as_str()).collect();
    sqlx::query(include_str!("sql/update_wrapped.sql"))
        .bind(ids)
        .bind(classes)
        .bind(wrapped)
        .execute(connection)
        .await?;
    Ok(rows.last().map(|row| (row.person_id, row.class.clone())))
}

fn rewrap_row(row: &Row, old: &MasterKey, new: &MasterKey) -> Result<Vec<u8>, KeyringError> {
    let key = row.unwrap_with(old)?;
    let damaged = KeyringError::Damaged { person: PersonId::new(row.person_id) };
    let super::data_keys::KeyState::Alive(secret) = key.state else { return Err(damaged) };
    Ok(suite::wrap(new.wrapping(), &suite::bound_key(key.person, key.class), &secret)?)
}
