//! The read tables as they were at an earlier position of the log.
//!
//! The tables are made anew from the log's beginning as temporary tables of one transaction, which nobody else sees and
//! which ends with the snapshot. The connection finds nothing but them meanwhile: a question that asks for a table which
//! was not made fails, instead of being answered with what holds today.

use std::sync::Arc;

use eventlog::read::Log;
use sqlx::{Executor, PgPool};

use crate::error::ProjectionError;
use crate::projection::{About, Projection, all, with_needed};
use crate::rebuild::fill_tables;
use crate::snapshot::Snapshot;
use crate::tables::Tables;

/// Makes the tables of some projections, and of those that they need, as of the log's positions 0 up to but not
/// including `until`. Takes as long as rebuilding them up to there.
///
/// # Errors
/// [`ProjectionError::Ahead`] when the log is shorter, [`ProjectionError::Stopped`] when an event cannot be taken in;
/// those of the log and of the database.
pub async fn as_of(
    owner: &PgPool,
    log: &Log,
    projections: &[&'static About],
    until: u64,
) -> Result<Snapshot, ProjectionError> {
    let head = log.length().await?;
    if until > head {
        return Err(ProjectionError::Ahead {
            projection: "read tables as of a position".to_owned(),
            position: until,
            head,
        });
    }
    let is_asked = |projection: &Arc<dyn Projection>| {
        projections.iter().any(|about| about.name == projection.about().name)
    };
    let asked: Vec<Arc<dyn Projection>> = all().into_iter().filter(is_asked).collect();
    let mut transaction = owner.begin().await?;
    transaction.execute("set local search_path to pg_temp").await?;
    fill_tables(&mut transaction, log, &with_needed(&asked), until, Tables::Live).await?;
    Ok(Snapshot::of(transaction, until))
}
