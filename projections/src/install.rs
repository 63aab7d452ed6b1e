//! Makes the read tables, with the owner's rights: `ledger migrate` calls it after the log's own migrations.

use std::sync::Arc;

use eventlog::database::open_in_turn;
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
    prepare(owner).await?;
    let mut connection = owner.acquire().await?;
    let positions = Positions::load(&mut *connection).await?;
    let mut wanted = Vec::new();
    for projection in projections {
        let about = projection.about();
        if positions.of(about).is_err() || tables_missing(&mut connection, about.tables).await? {
            wanted.push(Arc::clone(projection));
        }
    }
    drop(connection);
    if wanted.is_empty() { Ok(Vec::new()) } else { rebuild(owner, log, &wanted).await }
}

/// What a program needs before it looks at the tables. One at a time: a right cannot be granted twice at once.
pub(crate) async fn prepare(owner: &PgPool) -> Result<(), sqlx::Error> {
    let mut preparing = owner.begin().await?;
    open_in_turn(&mut preparing).await?;
    make_positions(&mut preparing).await?;
    secure(&mut preparing).await?;
    preparing.commit().await
}

/// Makes the table of positions where it is missing.
async fn make_positions(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    connection.execute(include_str!("sql/positions_table.sql")).await.map(drop)
}

async fn tables_missing(connection: &mut PgConnection, tables: &[&str]) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(include_str!("sql/tables_missing.sql")).bind(tables).fetch_one(connection).await
}
