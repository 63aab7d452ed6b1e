//! Where a ledger lives, until the event log brings its own: the same names and signatures.

use std::path::Path;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor, PgPool};

/// One ledger: a schema in a database, the login that owns its tables and the login that works with them.
#[derive(Clone, Debug)]
pub struct LedgerDatabase {
    owner: PgConnectOptions,
    service: PgConnectOptions,
    schema: String,
}

/// Who says what time it is when an event is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The database server's clock.
    Real,
    /// The writer.
    Simulated,
}

impl LedgerDatabase {
    /// A ledger in `schema`.
    ///
    /// # Errors
    /// None yet.
    pub fn try_new(
        owner: PgConnectOptions,
        service: PgConnectOptions,
        schema: &str,
    ) -> Result<LedgerDatabase, sqlx::Error> {
        Ok(LedgerDatabase { owner, service, schema: schema.to_owned() })
    }

    /// The schema's name.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// How to connect as the owner.
    pub fn owner_options(&self) -> PgConnectOptions {
        self.owner.clone().options([("search_path", format!("{},pg_temp", self.schema))])
    }

    /// How to connect as the service.
    pub fn service_options(&self) -> PgConnectOptions {
        self.service.clone().options([("search_path", format!("{},pg_temp", self.schema))])
    }
}

/// Brings the ledger's schema up to date.
pub async fn migrate(database: &LedgerDatabase, _clock: Clock) -> Result<(), sqlx::Error> {
    let mut connection = database.owner_options().connect().await?;
    let schema = database.schema();
    connection.execute(format!("create schema if not exists {schema}").as_str()).await?;
    connection.execute(format!("grant usage on schema {schema} to ledger_service").as_str()).await?;
    let migrations = Migrator::new(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations"))).await?;
    migrations.run_direct(&mut connection).await?;
    connection.close().await
}

/// A pool of connections as the service.
pub async fn service_pool(database: &LedgerDatabase, connections_max: u32) -> Result<PgPool, sqlx::Error> {
    PgPoolOptions::new().max_connections(connections_max).connect_with(database.service_options()).await
}

/// A pool of connections as the owner.
pub async fn owner_pool(database: &LedgerDatabase, connections_max: u32) -> Result<PgPool, sqlx::Error> {
    PgPoolOptions::new().max_connections(connections_max).connect_with(database.owner_options()).await
}
