//! The composition root: where the database comes from, and what works on it.

use std::path::PathBuf;
use std::sync::Arc;

use domain::policy::RuleBook;
use eventlog::appender::Appender;
use eventlog::database::{
    Clock, DatabaseError, LedgerDatabase, migrate, owner_pool, prepare_roles, service_pool,
};
use eventlog::keyring::Keyring;
use eventlog::read::Log;
use eventlog::repository::Repository;
use projections::install::install;
use projections::runner::Runner;
use sqlx::PgPool;

use crate::embedded_postgres::{EmbeddedPostgres, ServerSettings};
use crate::processes::Office;
use crate::settings::{DatabaseSource, Settings};

/// Connections for reading and for the owner's work.
const SERVICE_CONNECTIONS: u32 = 12;
const OWNER_CONNECTIONS: u32 = 3;

/// A ledger in use. Close it, so that its private server ends in order.
pub struct App {
    office: Office,
    owner: PgPool,
    database: LedgerDatabase,
    embedded: Option<EmbeddedPostgres>,
    data: PathBuf,
}

impl App {
    /// Opens the ledger of the settings: starts or joins the private server, brings the schema and the read tables to
    /// this version, opens the keyring.
    ///
    /// # Errors
    /// What is missing, in words that say what to do.
    pub async fn open(settings: &Settings, clock: Clock) -> anyhow::Result<App> {
        let embedded = match &settings.database {
            DatabaseSource::Embedded { pg_bin } => {
                let server = ServerSettings { data_dir: settings.data.clone(), pg_bin: pg_bin.clone() };
                Some(EmbeddedPostgres::start(&server).await?)
            }
            DatabaseSource::Url(_) => None,
        };
        let database = settings.ledger_database(embedded.as_ref())?;
        if embedded.is_none() {
            // a private server has its roles from its first start
            prepare_roles(&database).await?;
        }
        migrate(&database, clock).await?;
        let owner = owner_pool(&database, OWNER_CONNECTIONS).await?;
        let pool = service_pool(&database, SERVICE_CONNECTIONS).await?;
        let log = Log::new(pool.clone());
        install(&owner, &log).await?;
        let keyring = match settings.master_key()? {
            Some(master) => Keyring::open(pool.clone(), master).await?,
            None => Keyring::open_with_file(pool.clone(), &settings.master_key_file()).await?,
        };
        let office = Office {
            repository: Repository::new(log.clone(), Appender::start(&database).await?),
            keyring: Arc::new(keyring),
            pool,
            runner: Arc::new(Runner::new(log)),
            rules: RuleBook::published(),
        };
        Ok(App { office, owner, database, embedded, data: settings.data.clone() })
    }

    /// Opens a ledger with the clock that it keeps; a new one keeps the real clock.
    ///
    /// # Errors
    /// As [`App::open`].
    pub async fn open_as_kept(settings: &Settings) -> anyhow::Result<App> {
        match App::open(settings, Clock::Real).await {
            Err(error) if is_other_clock(&error) => App::open(settings, Clock::Simulated).await,
            opened => opened,
        }
    }

    /// What every job works with.
    pub fn office(&self) -> &Office {
        &self.office
    }

    /// The owner's connections, for rebuilding and comparing read tables.
    pub fn owner(&self) -> &PgPool {
        &self.owner
    }

    /// Where the ledger is.
    pub fn database(&self) -> &LedgerDatabase {
        &self.database
    }

    /// The private server, if the ledger has one.
    pub fn embedded(&self) -> Option<&EmbeddedPostgres> {
        self.embedded.as_ref()
    }

    /// The data directory.
    pub fn data(&self) -> &std::path::Path {
        &self.data
    }

    /// Ends everything in order; the private server too, unless another program uses it.
    ///
    /// # Errors
    /// When the private server cannot be stopped.
    pub async fn close(self) -> anyhow::Result<()> {
        let App { office, owner, embedded, .. } = self;
        office.pool.close().await;
        owner.close().await;
        if let Some(server) = embedded {
            server.stop().await?;
        }
        Ok(())
    }
}

/// Whether a ledger refused because it keeps the other clock.
fn is_other_clock(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(DatabaseError::ClockMismatch { .. }))
}
