//! A digest of a table's rows that does not depend on their order or on where they lie on disk.

use sqlx::{Executor, PgConnection, Postgres};

use crate::projection::About;
use crate::tables::Tables;

/// The number of rows, and two sums over parts of each row's MD5. It tells equal tables from unequal ones; it is no
/// proof against someone who wants them to look equal.
///
/// # Errors
/// Those of the database.
pub async fn digest<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    table: &str,
) -> Result<String, sqlx::Error> {
    let statement = include_str!("sql/digest.sql").replace("read_table", table);
    sqlx::query_scalar(&statement).fetch_one(executor).await
}

/// The digest of each table of a projection, in the order of its [`About::tables`].
///
/// # Errors
/// Those of the database.
pub async fn digests(
    connection: &mut PgConnection,
    about: &About,
    tables: Tables,
) -> Result<Vec<String>, sqlx::Error> {
    let mut digests = Vec::with_capacity(about.tables.len());
    for table in about.tables.iter().copied() {
        digests.push(digest(&mut *connection, &tables.name(table)).await?);
    }
    Ok(digests)
}
