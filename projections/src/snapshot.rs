//! One moment of the read tables: everything that is read from it stands at one log position.

use sqlx::{Executor, PgConnection, PgPool, Postgres, Transaction};

use crate::error::ProjectionError;
use crate::positions::Positions;
use crate::projection::About;

/// A snapshot of the tables of some projections. Ends when dropped.
pub struct Snapshot {
    transaction: Transaction<'static, Postgres>,
    position: u64,
}

impl Snapshot {
    /// Takes a snapshot. The tables are locked against being swapped before the snapshot is taken: a table that was
    /// swapped in later would look empty from an older snapshot.
    ///
    /// # Errors
    /// [`ProjectionError::Apart`] when the projections do not stand at one position, as one of them has stopped;
    /// [`ProjectionError::NotInstalled`]; those of the database.
    pub async fn take(pool: &PgPool, projections: &[&'static About]) -> Result<Snapshot, ProjectionError> {
        let mut transaction = pool.begin().await?;
        transaction.execute("set transaction isolation level repeatable read, read only").await?;
        let tables: Vec<&str> = projections.iter().flat_map(|about| about.tables.iter().copied()).collect();
        let lock = format!("lock table {} in access share mode", tables.join(", "));
        transaction.execute(lock.as_str()).await?;
        let positions = Positions::load(&mut *transaction).await?;
        for about in projections {
            positions.of(about)?;
        }
        let names: Vec<&str> = projections.iter().map(|about| about.name).collect();
        let position = positions.common(&names)?;
        Ok(Snapshot { transaction, position })
    }

    /// How many events all of its rows come from: the log's positions 0 up to but not including this.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The connection that sees the snapshot.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }
}
