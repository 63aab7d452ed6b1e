//! Where a ledger lives: its database, its schema, its two logins; and how its tables come to be.

use std::str::FromStr;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor, PgConnection, PgPool};

/// The role with which the ledger works: it may read and insert, never update or delete.
pub const SERVICE_ROLE: &str = "ledger_service";

/// The role in which the service reads on behalf of somebody: it sees rows of their communities alone.
pub const READER_ROLE: &str = "ledger_reader";

/// How many rounds of questions may be asked at the same time.
const ROUNDS_MAX: u32 = 4;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

/// One ledger: a schema in a database, the login that owns its tables and the login that works with them.
#[derive(Clone, Debug)]
pub struct LedgerDatabase {
    owner: PgConnectOptions,
    service: PgConnectOptions,
    schema: String,
    same_login: bool,
}

/// Who says what time it is when an event is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The database server's clock.
    Real,
    /// The writer, in a ledger made for demonstration or simulation. Fixed when the ledger is made.
    Simulated,
}

/// Why a ledger's database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// A schema's name is 1 to 48 of a-z, 0-9 and underscore, and begins with a letter.
    #[error("a ledger's schema is named with 1 to 48 of a-z, 0-9 and underscore, beginning with a letter")]
    SchemaName,
    /// A ledger keeps the clock that it was made with.
    #[error("this ledger was made with another clock")]
    ClockMismatch,
    /// The migrations failed.
    #[error("the ledger's tables cannot be brought up to date")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The database failed.
    #[error("the ledger's database failed")]
    Database(#[from] sqlx::Error),
}

impl LedgerDatabase {
    /// A ledger in `schema`. Where both logins are the same, the service gives up its rights by taking
    /// [`SERVICE_ROLE`] when it connects.
    ///
    /// # Errors
    /// [`DatabaseError::SchemaName`].
    pub fn try_new(
        owner: PgConnectOptions,
        service: PgConnectOptions,
        schema: &str,
    ) -> Result<LedgerDatabase, DatabaseError> {
        let begins = schema.starts_with(|first: char| first.is_ascii_lowercase());
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !begins || schema.len() > 48 || !schema.bytes().all(allowed) {
            return Err(DatabaseError::SchemaName);
        }
        let same_login = owner.get_username() == service.get_username();
        Ok(LedgerDatabase { owner, service, schema: schema.to_owned(), same_login })
    }

    /// A ledger in `schema`, reached with one URL for both logins.
    ///
    /// # Errors
    /// A URL that cannot be read, or [`DatabaseError::SchemaName`].
    pub fn from_url(url: &str, schema: &str) -> Result<LedgerDatabase, DatabaseError> {
        let options = PgConnectOptions::from_str(url)?;
        LedgerDatabase::try_new(options.clone(), options, schema)
    }

    /// The schema's name.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The channel on which processes tell each other that the log has grown.
    pub fn channel(&self) -> String {
        format!("ledger_{}", self.schema)
    }

    /// How to connect as the owner, who migrates and rebuilds.
    pub fn owner_options(&self) -> PgConnectOptions {
        self.settled(self.owner.clone(), "owner")
    }

    /// How to connect as the service, which works.
    pub fn service_options(&self) -> PgConnectOptions {
        let options = self.settled(self.service.clone(), "service");
        if self.same_login { options.options([("role", SERVICE_ROLE)]) } else { options }
    }

    /// How connections are made for the appender, for bulk appends and for rounds of questions. Their statements are few
    /// and always find their rows by index, so they are planned once: otherwise the server plans them anew for each
    /// batch, as it takes the arrays of a batch for longer than they are, and a plan made while a table was small would
    /// go on scanning it.
    pub(crate) fn planned_once_options(&self) -> PgConnectOptions {
        self.service_options().options([("plan_cache_mode", "force_generic_plan"), ("enable_seqscan", "off")])
    }

    /// Settings of every connection. Read committed, as versions are checked after the head's lock was taken;
    /// no compilation, which costs 120 ms on a one-row update; pg_temp last, so that nothing hides a table.
    fn settled(&self, options: PgConnectOptions, login: &str) -> PgConnectOptions {
        options.application_name(&format!("{} {login}", self.schema)).statement_cache_capacity(256).options([
            ("search_path", format!("{},pg_temp", self.schema).as_str()),
            ("jit", "off"),
            ("default_transaction_isolation", r"read\ committed"),
        ])
    }
}

/// Makes the roles that all ledgers of a database server share. Needs a login that may create roles, unless they exist.
///
/// # Errors
/// Those of the database.
pub async fn prepare_roles(database: &LedgerDatabase) -> Result<(), DatabaseError> {
    let mut connection = database.owner.clone().connect().await?;
    let mut making = connection.begin().await?;
    open_in_turn(&mut making).await?;
    making.execute(include_str!("sql/prepare_roles.sql")).await?;
    prepare_reader(&mut making).await?;
    making.commit().await?;
    Ok(connection.close().await?)
}

/// Makes the role in which the service reads on behalf of somebody who sees some communities only.
///
/// # Errors
/// Those of the database.
pub async fn prepare_reader(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    connection.execute(include_str!("sql/prepare_reader.sql")).await.map(drop)
}

/// Waits until no other program that opens a ledger of this database makes roles, schema or rights, and keeps others
/// waiting until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn open_in_turn(transaction: &mut PgConnection) -> Result<(), sqlx::Error> {
    transaction.execute(include_str!("sql/open_in_turn.sql")).await.map(drop)
}

/// Brings the ledger's schema up to date, and makes it where it is missing, with the clock it will keep.
///
/// # Errors
/// [`DatabaseError::ClockMismatch`] for a ledger made with the other clock; those of the database.
pub async fn migrate(database: &LedgerDatabase, clock: Clock) -> Result<(), DatabaseError> {
    let mut connection = database.owner_options().connect().await?;
    make_schema(&mut connection, database.schema()).await?;
    MIGRATIONS.run_direct(&mut connection).await?;
    settle_clock(&mut connection, clock).await?;
    Ok(connection.close().await?)
}

/// A pool of connections as the service, with the ledger's settings.
///
/// # Errors
/// Those of the database.
pub async fn service_pool(database: &LedgerDatabase, connections_max: u32) -> Result<PgPool, DatabaseError> {
    let pool = PgPoolOptions::new().max_connections(connections_max).test_before_acquire(false);
    Ok(pool.connect_with(database.service_options()).await?)
}

/// A few connections as the service for questions that many ask at once, with statements that are planned once; see
/// [`crate::gather`]. They are made when they are first needed.
pub(crate) fn rounds_pool(database: &LedgerDatabase) -> PgPool {
    let pool = PgPoolOptions::new().max_connections(ROUNDS_MAX).test_before_acquire(false);
    pool.connect_lazy_with(database.planned_once_options())
}

/// A pool of connections as the owner, for rebuilding what can be rebuilt.
///
/// # Errors
/// Those of the database.
pub async fn owner_pool(database: &LedgerDatabase, connections_max: u32) -> Result<PgPool, DatabaseError> {
    let pool = PgPoolOptions::new().max_connections(connections_max).test_before_acquire(false);
    Ok(pool.connect_with(database.owner_options()).await?)
}

/// The only statements that name a schema; its name was checked when the [`LedgerDatabase`] was made. Of programs
/// that open a ledger at once one does it and the others find it done: a right cannot be granted twice at once.
async fn make_schema(connection: &mut PgConnection, schema: &str) -> Result<(), sqlx::Error> {
    let mut making = connection.begin().await?;
    open_in_turn(&mut making).await?;
    let made: bool = sqlx::query_scalar(include_str!("sql/schema_made.sql"))
        .bind(schema)
        .bind([SERVICE_ROLE, READER_ROLE])
        .fetch_one(&mut *making)
        .await?;
    if !made {
        making.execute(format!("create schema if not exists {schema}").as_str()).await?;
        making
            .execute(format!("grant usage on schema {schema} to {SERVICE_ROLE}, {READER_ROLE}").as_str())
            .await?;
    }
    making.commit().await
}

async fn settle_clock(connection: &mut PgConnection, clock: Clock) -> Result<(), DatabaseError> {
    let wanted = match clock {
        Clock::Real => "real",
        Clock::Simulated => "simulated",
    };
    sqlx::query(include_str!("sql/settle_clock.sql")).bind(wanted).execute(&mut *connection).await?;
    let kept: String = sqlx::query_scalar("select clock from log_head").fetch_one(connection).await?;
    if kept == wanted { Ok(()) } else { Err(DatabaseError::ClockMismatch) }
}
