//! Rows of a read table, loaded by key, changed in memory and written back in one statement.
//!
//! They travel as one JSON text each way, so that a table's columns and its row type are the only two places that
//! name them, and a batch of thousands is one statement.

use std::collections::BTreeMap;

use futures::{Stream, StreamExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{Executor, PgConnection, Postgres, Row};
use uuid::Uuid;

use crate::error::{ApplyError, ProjectionError};
use crate::tables::Tables;

/// A row with a key.
pub trait KeyedRow: Serialize + DeserializeOwned + Send + Sync {
    /// Its primary key.
    fn key(&self) -> Uuid;
    /// `select to_json(row) from read_… as row where … = any ($1)`.
    const LOAD: &'static str;
    /// `insert into read_… select * from json_populate_recordset(null::read_…, $1::json) on conflict …`.
    const STORE: &'static str;
}

/// The rows that a batch touches. In the order of their keys, so that the same batch always writes the same.
#[derive(Debug)]
pub struct Rows<R> {
    rows: BTreeMap<Uuid, R>,
}

impl<R> Default for Rows<R> {
    fn default() -> Self {
        Rows { rows: BTreeMap::new() }
    }
}

impl<R: KeyedRow> Rows<R> {
    /// Loads the rows of these keys; a key without a row is no error.
    ///
    /// # Errors
    /// Those of the database, and of rows that are not what the program expects.
    pub async fn load(
        connection: &mut PgConnection,
        tables: Tables,
        keys: &[Uuid],
    ) -> Result<Rows<R>, ApplyError> {
        if keys.is_empty() {
            return Ok(Rows::default());
        }
        let statement = tables.statement(R::LOAD);
        let found = sqlx::query(&statement).bind(keys).fetch_all(connection).await?;
        let mut rows = BTreeMap::new();
        for row in found {
            let row: R = serde_json::from_str(row.try_get_unchecked::<&str, _>(0)?)?;
            rows.insert(row.key(), row);
        }
        Ok(Rows { rows })
    }

    /// The row of a key.
    pub fn get(&self, key: Uuid) -> Option<&R> {
        self.rows.get(&key)
    }

    /// The row of a key, to be changed.
    pub fn get_mut(&mut self, key: Uuid) -> Option<&mut R> {
        self.rows.get_mut(&key)
    }

    /// The row of a key, made where there is none.
    pub fn get_or_insert_with(&mut self, key: Uuid, make: impl FnOnce() -> R) -> &mut R {
        self.rows.entry(key).or_insert_with(make)
    }

    /// Every row, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = &R> {
        self.rows.values()
    }

    /// Every row, in the order of their keys, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut R> {
        self.rows.values_mut()
    }

    /// Adds or replaces a row.
    pub fn put(&mut self, row: R) {
        self.rows.insert(row.key(), row);
    }

    /// Writes all rows back.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn store(self, connection: &mut PgConnection, tables: Tables) -> Result<(), ApplyError> {
        let rows: Vec<R> = self.rows.into_values().collect();
        store(connection, tables, R::STORE, &rows).await
    }
}

/// Writes rows with one statement, which takes them as one JSON text.
///
/// # Errors
/// Those of the database.
pub async fn store<R: Serialize>(
    connection: &mut PgConnection,
    tables: Tables,
    statement: &'static str,
    rows: &[R],
) -> Result<(), ApplyError> {
    if rows.is_empty() {
        return Ok(());
    }
    let text = serde_json::to_string(rows)?;
    sqlx::query(&tables.statement(statement)).bind(text).execute(connection).await?;
    Ok(())
}

/// A question whose only column is a JSON text.
pub type JsonQuery<'q> = Query<'q, Postgres, PgArguments>;

/// Every row of an answer whose only column is a JSON text.
///
/// # Errors
/// Those of the database; [`ProjectionError::Row`].
pub async fn fetch_all<'e, R: DeserializeOwned>(
    table: &'static str,
    executor: impl Executor<'e, Database = Postgres>,
    query: JsonQuery<'_>,
) -> Result<Vec<R>, ProjectionError> {
    query.fetch_all(executor).await?.iter().map(|row| read(table, row)).collect()
}

/// The row of an answer whose only column is a JSON text, where there is one.
///
/// # Errors
/// Those of the database; [`ProjectionError::Row`].
pub async fn fetch_one<'e, R: DeserializeOwned>(
    table: &'static str,
    executor: impl Executor<'e, Database = Postgres>,
    query: JsonQuery<'_>,
) -> Result<Option<R>, ProjectionError> {
    query.fetch_optional(executor).await?.as_ref().map(|row| read(table, row)).transpose()
}

/// The rows of an answer whose only column is a JSON text, one by one as they come.
pub fn fetch_each<'e, R: DeserializeOwned + Send + 'e>(
    table: &'static str,
    executor: impl Executor<'e, Database = Postgres> + 'e,
    query: JsonQuery<'e>,
) -> impl Stream<Item = Result<R, ProjectionError>> + 'e {
    query.fetch(executor).map(move |row| read(table, &row?))
}

fn read<R: DeserializeOwned>(table: &'static str, row: &PgRow) -> Result<R, ProjectionError> {
    let text: &str = row.try_get_unchecked(0)?;
    serde_json::from_str(text).map_err(|_| ProjectionError::Row { table })
}
