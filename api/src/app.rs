//! The composition root: where the database comes from, and what works on it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eventlog::appender::Appender;
use eventlog::database::{Clock, DatabaseError, LedgerDatabase, owner_pool, service_pool};
use eventlog::merkle::copy::CheckpointCopy;
use eventlog::merkle::hash::Sha256Tree;
use eventlog::merkle::store::TreeStore;
use eventlog::read::Log;
use eventlog::repository::Repository;
use projections::install::install;
use projections::runner::Runner;
use sqlx::PgPool;

use crate::bank::catalogue::Catalogue;
use crate::breaks::{self, Ground};
use crate::check::Outside;
use crate::embedded_postgres::EmbeddedPostgres;
use crate::processes::erasure::{self, FinishedErasure};
use crate::processes::users::KnownTokens;
use crate::processes::{Office, ProcessError, RulesInUse};
use crate::sealing::{Sealing, SealingRefusal};
use crate::settings::{Settings, Storage};
use crate::webhooks::AllowedHosts;

/// Connections for reading and for the owner's work.
const SERVICE_CONNECTIONS: u32 = 12;
const OWNER_CONNECTIONS: u32 = 3;

/// A ledger in use. Close it, so that its private server ends in order.
pub struct App {
    office: Office,
    owner: PgPool,
    storage: Storage,
    data: PathBuf,
    tree: TreeStore<Sha256Tree>,
    copy: CheckpointCopy,
    sealing: Result<Sealing, SealingRefusal>,
    outside: Outside,
    finished_erasures: Vec<FinishedErasure>,
}

impl App {
    /// Opens the ledger of the settings: starts or joins the private server, brings the schema and the read tables to
    /// this version, opens the keyring, begins to seal the log, and finishes the erasures that the log knows and the keys
    /// do not.
    ///
    /// # Errors
    /// What is missing, in words that say what to do; a [`SealingRefusal`] when the log, its tree and the copy of its
    /// checkpoints do not tell the same history.
    pub async fn open(settings: &Settings, clock: Clock) -> anyhow::Result<App> {
        let app = App::open_unproven(settings, clock).await?;
        match app.sealing {
            Ok(_) => Ok(app),
            Err(refusal) => {
                App { sealing: Err(refusal.clone()), ..app }.close().await?;
                Err(refusal.into())
            }
        }
    }

    /// Opens the ledger whether its proofs hold or not.
    async fn open_unproven(settings: &Settings, clock: Clock) -> anyhow::Result<App> {
        let storage = Storage::open(settings).await?;
        storage.migrate(clock).await?;
        let database = storage.database();
        let owner = owner_pool(database, OWNER_CONNECTIONS).await?;
        let pool = service_pool(database, SERVICE_CONNECTIONS).await?;
        let log = Log::new(pool.clone());
        install(&owner, &log).await?;
        let tree = TreeStore::open(log.clone()).await?;
        let office = Office {
            repository: Repository::new(log.clone(), Appender::start(database).await?),
            keyring: Arc::new(settings.open_keyring(pool.clone()).await?),
            pool,
            runner: Arc::new(Runner::new(log)),
            rules: RulesInUse::default(),
            tokens: KnownTokens::default(),
            program: None,
            webhook_hosts: AllowedHosts::default(),
            bank_layouts: Arc::new(Catalogue::own().map_err(ProcessError::from)?),
            statement_layouts: Arc::default(),
        };
        office.rule_books().await?;
        let growth = office.repository.appender().growth().watch();
        let copy = CheckpointCopy::new(settings.checkpoint_copy(&tree.origin()));
        breaks::finish(Ground { tree: &tree, owner: &owner, copy: &copy }).await?;
        let sealing = Sealing::start(settings, tree.clone(), growth).await;
        // an erasure is not taken from a log that may be another one
        let finished_erasures = if sealing.is_ok() { erasure::finish(&office).await? } else { Vec::new() };
        let (data, outside) = (settings.data_dir().to_owned(), outside(settings, &tree.origin()));
        Ok(App { office, owner, storage, data, tree, copy, sealing, outside, finished_erasures })
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

    /// Opens a ledger to look at it, also when its proofs do not hold: nothing is sealed then.
    ///
    /// # Errors
    /// As [`App::open`].
    pub async fn open_to_look(settings: &Settings) -> anyhow::Result<App> {
        match App::open_unproven(settings, Clock::Real).await {
            Err(error) if is_other_clock(&error) => App::open_unproven(settings, Clock::Simulated).await,
            opened => opened,
        }
    }

    /// The Merkle tree over the log.
    pub fn tree(&self) -> &TreeStore<Sha256Tree> {
        &self.tree
    }

    /// The copy of the checkpoints.
    pub fn copy(&self) -> &CheckpointCopy {
        &self.copy
    }

    /// What seals the log.
    ///
    /// # Errors
    /// The reason why it is not sealed.
    pub fn sealing(&self) -> Result<&Sealing, SealingRefusal> {
        self.sealing.as_ref().map_err(SealingRefusal::clone)
    }

    /// What the proofs are compared with beside the database.
    pub fn outside(&self) -> Outside {
        self.outside.clone()
    }

    /// Why the log is not sealed.
    pub fn refusal(&self) -> Option<&SealingRefusal> {
        self.sealing.as_ref().err()
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
        self.storage.database()
    }

    /// The private server, if the ledger has one.
    pub fn embedded(&self) -> Option<&EmbeddedPostgres> {
        self.storage.private()
    }

    /// The erasures that were finished when the ledger was opened: nearly always none.
    pub fn finished_erasures(&self) -> &[FinishedErasure] {
        &self.finished_erasures
    }

    /// The data directory.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Ends everything in order; the private server too, unless another program uses it.
    ///
    /// # Errors
    /// When the private server cannot be stopped.
    pub async fn close(self) -> anyhow::Result<()> {
        let App { office, owner, storage, sealing, .. } = self;
        let sealed = match sealing {
            Ok(sealing) => sealing.finish().await,
            Err(_) => Ok(()),
        };
        office.pool.close().await;
        owner.close().await;
        storage.close().await?;
        Ok(sealed?)
    }
}

/// The copy and the public keys of the settings; no keys where they cannot be had.
fn outside(settings: &Settings, origin: &str) -> Outside {
    let keys = settings.signing_keys(origin).unwrap_or_default();
    Outside {
        copy: Some(CheckpointCopy::new(settings.checkpoint_copy(origin))),
        keys: keys.iter().map(|key| key.verifier().clone()).collect(),
        witnesses: settings.witnesses().iter().map(|witness| witness.key().clone()).collect(),
    }
}

/// Whether a ledger refused because it keeps the other clock.
fn is_other_clock(error: &anyhow::Error) -> bool {
    let other = |cause: &DatabaseError| matches!(cause, DatabaseError::ClockMismatch);
    error.chain().any(|cause| cause.downcast_ref().is_some_and(other))
}
