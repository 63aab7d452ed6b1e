//! Makes the read tables, with the owner's rights: `ledger migrate` calls it after the log's own migrations.

use std::sync::Arc;

use eventlog::read::Log;
use sqlx::{Executor, PgConnection, PgPool};

use crate::error::ProjectionError;
use crate::positions::Positions;
use crate::projection::{Projection, all};
use crate::rebuild::{Rebuilt, rebuild, secure};

/// Makes the tables of every projection that has none, or whose version is another than the program's, and fills
/// them from the log. Says what it rebuilt.
///
/// # Errors
/// [`ProjectionError::Stopped`] when an event cannot be taken in; those of the log and of the database.
pub async fn install(owner: &PgPool, log: &Log) -> Result<Vec<Rebuilt>, ProjectionError> {
    install_some(owner, log, &all()).await
}

/// [`install`] for some projections.
///
/// # Errors
/// As [`install`].
pub async fn install_some(
    owner: &PgPool,
    log: &Log,
    projections: &[Arc<dyn Projection>],
) -> Result<Vec<Rebuilt>, ProjectionError> {
    let mut connection = owner.acquire().await?;
    make_positions(&mut connection).await?;
    let positions = Positions::load(&mut *connection).await?;
    let mut wanted = Vec::new();
    for projection in projections {
        let about = projection.about();
        if positions.of(about).is_err() || tables_missing(&mut connection, about.tables).await? {
            wanted.push(Arc::clone(projection));
        }
    }
    secure(&mut connection).await?;
    drop(connection);
    if wanted.is_empty() { Ok(Vec::new()) } else { rebuild(owner, log, &wanted).await }
}

/// Makes the table of positions where it is missing.
pub(crate) async fn make_positions(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    connection.execute(include_str!("sql/positions_table.sql")).await.map(drop)
}

async fn tables_missing(connection: &mut PgConnection, tables: &[&str]) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(include_str!("sql/tables_missing.sql")).bind(tables).fetch_one(connection).await
}
