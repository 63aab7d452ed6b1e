//! How far each projection has come.

use std::collections::BTreeMap;

use sqlx::postgres::PgRow;
use sqlx::{Executor, PgConnection, Postgres, Row};

use crate::error::ProjectionError;
use crate::projection::About;

/// What is stored about one projection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The version that made its rows.
    pub version: i32,
    /// How many events it has applied, which is also the position of the next.
    pub position: u64,
}

/// What is stored about every projection, by name.
#[derive(Clone, Debug, Default)]
pub struct Positions(BTreeMap<String, Stored>);

impl Positions {
    /// Reads them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn load<'e>(
        executor: impl Executor<'e, Database = Postgres>,
    ) -> Result<Positions, sqlx::Error> {
        of_rows(sqlx::query(include_str!("sql/positions.sql")).fetch_all(executor).await?)
    }

    /// Reads and locks them, always in the same order: whoever holds the lock is alone in moving projections.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock(connection: &mut PgConnection) -> Result<Positions, sqlx::Error> {
        of_rows(sqlx::query(include_str!("sql/positions_lock.sql")).fetch_all(connection).await?)
    }

    /// Reads and locks those of some projections.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_some(
        connection: &mut PgConnection,
        names: &[&'static str],
    ) -> Result<Positions, sqlx::Error> {
        let query = sqlx::query(include_str!("sql/positions_lock_some.sql")).bind(names);
        of_rows(query.fetch_all(connection).await?)
    }

    /// Where a projection stands.
    ///
    /// # Errors
    /// [`ProjectionError::NotInstalled`] when it has no tables, or those of another version.
    pub fn of(&self, about: &About) -> Result<u64, ProjectionError> {
        match self.0.get(about.name) {
            Some(stored) if stored.version == about.version => Ok(stored.position),
            _ => Err(ProjectionError::NotInstalled { projection: about.name }),
        }
    }

    /// What is stored about a projection.
    pub fn get(&self, name: &str) -> Option<Stored> {
        self.0.get(name).copied()
    }

    /// The one position at which all of `names` stand.
    ///
    /// # Errors
    /// [`ProjectionError::Apart`] when they do not, [`ProjectionError::NotInstalled`] when one has no tables.
    pub fn common(&self, names: &[&'static str]) -> Result<u64, ProjectionError> {
        let mut furthest = 0;
        let mut behind: Option<(&'static str, u64)> = None;
        for projection in names.iter().copied() {
            let stored = self.get(projection).ok_or(ProjectionError::NotInstalled { projection })?;
            furthest = furthest.max(stored.position);
            if behind.is_none_or(|(_, position)| stored.position < position) {
                behind = Some((projection, stored.position));
            }
        }
        match behind {
            Some((name, position)) if position < furthest => {
                Err(ProjectionError::Apart { behind: name.to_owned(), position })
            }
            _ => Ok(furthest),
        }
    }
}

/// Stores where projections stand now.
///
/// # Errors
/// Those of the database.
pub async fn advance(
    connection: &mut PgConnection,
    moved: &[(&'static str, u64)],
) -> Result<(), sqlx::Error> {
    let names: Vec<&str> = moved.iter().map(|(name, _)| *name).collect();
    let positions: Vec<i64> = moved.iter().map(|(_, position)| position.cast_signed()).collect();
    let query = sqlx::query(include_str!("sql/position_move.sql")).bind(names).bind(positions);
    query.execute(connection).await.map(drop)
}

/// Stores the version and position of tables that were made anew.
///
/// # Errors
/// Those of the database.
pub async fn settle(connection: &mut PgConnection, about: &About, position: u64) -> Result<(), sqlx::Error> {
    let query = sqlx::query(include_str!("sql/position_settle.sql"));
    let query = query.bind(about.name).bind(about.version).bind(position.cast_signed());
    query.execute(connection).await.map(drop)
}

fn of_rows(rows: Vec<PgRow>) -> Result<Positions, sqlx::Error> {
    let entry = |row: &PgRow| {
        let stored = Stored { version: row.try_get(1)?, position: row.try_get::<i64, _>(2)?.cast_unsigned() };
        Ok((row.try_get::<String, _>(0)?, stored))
    };
    rows.iter().map(entry).collect::<Result<_, _>>().map(Positions)
}
