//! One moment of the read tables: everything that is read from it stands at one log position.

use domain::user::DataScope;
use eventlog::database::READER_ROLE;
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

    /// What a transaction sees, made of the log's positions 0 up to but not including `position`.
    pub(crate) fn of(transaction: Transaction<'static, Postgres>, position: u64) -> Snapshot {
        Snapshot { transaction, position }
    }

    /// How many events all of its rows come from: the log's positions 0 up to but not including this.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// From now on the snapshot is seen as somebody sees it who has this data scope: of tables about people, the rows of
    /// their communities alone, whatever is asked. Other tables are not seen at all. Each question is planned for what it
    /// asks: one plan for every filter that a list may have reads whole tables.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn narrow(mut self, data_scope: &DataScope) -> Result<Snapshot, ProjectionError> {
        let (scope, communities) = match data_scope {
            DataScope::Everywhere => ("everywhere", String::new()),
            DataScope::Communities(names) => ("communities", names.join("\u{1f}")),
        };
        sqlx::query(include_str!("sql/narrow.sql"))
            .bind(scope)
            .bind(communities)
            .bind(READER_ROLE)
            .execute(&mut *self.transaction)
            .await?;
        Ok(self)
    }

    /// The connection that sees the snapshot.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }
}
