//! The private PostgreSQL of a data directory: found, initialized, started, shared and stopped by the program.
//!
//! Every program that uses the directory holds a shared lock; the last one out stops the server. A server that a
//! killed program left behind is adopted. The server listens on a unix socket in a folder of mode 0700, and every
//! role needs a random password. Started by root, it runs under the account `postgres`, or `nobody`.
//!
//! | in the data directory | what it is |
//! |---|---|
//! | `postgres/` | the cluster, mode 0700, with its passwords and its `ledger.conf` |
//! | `postgres.log` | the server's log, which never holds a statement or a value |
//! | `postgres.location` | only if the server's account cannot enter the directory: where the cluster is instead |
//! | `socket/` | the socket, unless its path would be too long for one |
//! | `start.lock`, `in-use.lock` | who starts or stops, and who uses, the server |

mod account;
mod binaries;
mod cluster;
mod error;
mod home;
mod locks;
mod postmaster;
mod roles;
mod signals;

use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sqlx::postgres::{PgConnectOptions, PgSslMode};

pub use binaries::Binaries;
use cluster::{Credentials, Login};
pub use error::EmbeddedPostgresError;
use home::Home;
use locks::InUse;
use postmaster::{Address, Postmaster};
pub use signals::{EndSignals, Interrupted, unless_interrupted};

/// The database of the ledger in a private server.
pub const DATABASE: &str = "ledger";
/// The role that owns the database: it migrates.
pub const OWNER_ROLE: &str = "ledger_owner";
/// The role with the least privilege: the program works as it.
pub const SERVICE_ROLE: &str = "ledger_service";
/// The role that initialized the cluster; only `ledger check`'s tests and backups need it.
pub const SUPERUSER_ROLE: &str = "postgres";

/// Where a private server lives, and whose binaries it runs.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// The data directory; it is made with mode 0700 when it is missing.
    pub data_dir: PathBuf,
    /// The folder of `postgres` and `initdb`; otherwise they are searched for.
    pub pg_bin: Option<PathBuf>,
}

/// A private server in use. Dropping it stops the server, unless another program uses it too.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    postmaster: Postmaster,
    credentials: Credentials,
    address: Address,
    child: Mutex<Option<Child>>,
    in_use: Option<InUse>,
}

impl EmbeddedPostgres {
    /// Starts or joins the server of the data directory, and makes the roles and the database on first use.
    ///
    /// # Errors
    /// [`EmbeddedPostgresError`]; its text says what to do.
    pub async fn start(settings: &ServerSettings) -> Result<EmbeddedPostgres, EmbeddedPostgresError> {
        let settings = settings.clone();
        let mut start = blocking(move || Start::begin(&settings)).await?;
        if roles::ensure(&start.server).await.is_err() {
            start = blocking(move || start.restarted()).await?;
            roles::ensure(&start.server).await?;
        }
        Ok(start.server)
    }

    /// How the owner of the ledger connects.
    pub fn owner(&self) -> PgConnectOptions {
        self.connect(DATABASE, OWNER_ROLE, &self.credentials.owner)
    }

    /// How the program connects for its daily work.
    pub fn service(&self) -> PgConnectOptions {
        self.connect(DATABASE, SERVICE_ROLE, &self.credentials.service)
    }

    /// How the cluster's superuser connects, to any database.
    pub fn superuser(&self, database: &str) -> PgConnectOptions {
        self.connect(database, SUPERUSER_ROLE, &self.credentials.superuser)
    }

    /// The password of the superuser, for `psql` and `pg_dump` through the environment.
    pub fn superuser_password(&self) -> &str {
        self.credentials.superuser.reveal()
    }

    /// The password of the service, for `psql` through the environment.
    pub fn service_password(&self) -> &str {
        self.credentials.service.reveal()
    }

    /// The folder of the socket, for `psql --host`.
    pub fn socket_dir(&self) -> &Path {
        &self.address.socket_dir
    }

    /// The server's log.
    pub fn log_path(&self) -> PathBuf {
        self.postmaster.home.log()
    }

    /// Where the cluster is. Outside the data directory if the server's account cannot enter that.
    pub fn cluster_dir(&self) -> PathBuf {
        self.postmaster.home.cluster()
    }

    /// The binaries in use, for `psql` and `pg_dump` beside them.
    pub fn binaries(&self) -> &Binaries {
        &self.postmaster.binaries
    }

    /// Whether no other program uses the server at the moment.
    ///
    /// # Errors
    /// [`EmbeddedPostgresError`] when the locks cannot be read.
    pub fn is_used_alone(&self) -> Result<bool, EmbeddedPostgresError> {
        let _start = locks::start(&self.postmaster.home)?;
        Ok(self.in_use.as_ref().is_some_and(InUse::is_alone))
    }

    /// Starts the server again after it died under the program. Does nothing while it runs; a server that was
    /// killed may seem to run for some milliseconds more, so call it again while connecting fails.
    ///
    /// # Errors
    /// [`EmbeddedPostgresError`].
    pub fn revive(&self) -> Result<(), EmbeddedPostgresError> {
        let _start = locks::start(&self.postmaster.home)?;
        let mut child = self.child();
        if let Some(mut dead) = child.take_if(|child| !matches!(child.try_wait(), Ok(None))) {
            let _ = dead.wait();
        }
        if let (_, Some(started)) = self.postmaster.ensure_running()? {
            *child = Some(started);
        }
        Ok(())
    }

    /// Leaves the server, and stops it when nobody else uses it.
    ///
    /// # Errors
    /// [`EmbeddedPostgresError`] when it does not stop.
    pub async fn stop(mut self) -> Result<(), EmbeddedPostgresError> {
        blocking(move || self.leave()).await
    }

    /// Removes a cluster with everything in it, its log and the keys that seal its personal data.
    ///
    /// # Errors
    /// [`EmbeddedPostgresError::InUse`] while a program uses it.
    pub async fn remove(settings: &ServerSettings) -> Result<(), EmbeddedPostgresError> {
        let settings = settings.clone();
        blocking(move || remove(&settings)).await
    }

    fn connect(&self, database: &str, role: &str, password: &Login) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.address.socket_dir)
            .port(self.address.port)
            .ssl_mode(PgSslMode::Disable)
            .database(database)
            .username(role)
            .password(password.reveal())
    }

    fn child(&self) -> MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn leave(&mut self) -> Result<(), EmbeddedPostgresError> {
        let Some(in_use) = self.in_use.take() else { return Ok(()) };
        let _start = locks::start(&self.postmaster.home)?;
        if in_use.leave_as_last() {
            let child = self.child().take();
            self.postmaster.stop(child)?;
        }
        Ok(())
    }
}

impl Drop for EmbeddedPostgres {
    fn drop(&mut self) {
        if let Err(error) = self.leave() {
            eprintln!("{error}");
        }
    }
}

/// Runs what waits for files and processes where it stops no other task.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EmbeddedPostgresError> + Send + 'static,
) -> Result<T, EmbeddedPostgresError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| EmbeddedPostgresError::Interrupted)?
}

/// A server on its way up, with the lock that keeps others from starting or stopping it meanwhile.
struct Start {
    // First, because a server that is dropped takes the lock itself.
    _lock: locks::Exclusive,
    server: EmbeddedPostgres,
}

impl Start {
    fn begin(settings: &ServerSettings) -> Result<Start, EmbeddedPostgresError> {
        let (home, account, lock) = Home::open(&settings.data_dir)?;
        let binaries = binaries::find(settings.pg_bin.as_deref(), home.cluster_version()?, &account)?;
        let credentials = cluster::ensure(&home, &account, &binaries)?;
        let in_use = InUse::join(&home, &account)?;
        let postmaster = Postmaster { home, account, binaries };
        let (address, child) = postmaster.ensure_running()?;
        let server = EmbeddedPostgres {
            postmaster,
            credentials,
            address,
            child: Mutex::new(child),
            in_use: Some(in_use),
        };
        Ok(Start { _lock: lock, server })
    }

    /// Stops an adopted server that does not answer, for instance because its socket was cleaned away, and
    /// starts it again. Refuses while another program uses it.
    fn restarted(mut self) -> Result<Start, EmbeddedPostgresError> {
        let alone = self.server.in_use.as_ref().is_some_and(InUse::is_alone);
        if !alone || self.server.child().is_some() {
            return Err(EmbeddedPostgresError::InUse {
                path: self.server.postmaster.home.server_dir.clone(),
            });
        }
        self.server.postmaster.stop(None)?;
        let (address, child) = self.server.postmaster.ensure_running()?;
        self.server.address = address;
        *self.server.child() = child;
        Ok(self)
    }
}

fn remove(settings: &ServerSettings) -> Result<(), EmbeddedPostgresError> {
    if !settings.data_dir.exists() {
        return Ok(());
    }
    let (home, account, _lock) = Home::open(&settings.data_dir)?;
    if !InUse::join(&home, &account)?.leave_as_last() {
        return Err(EmbeddedPostgresError::InUse { path: home.server_dir });
    }
    if home.cluster().exists() {
        let binaries = binaries::find(settings.pg_bin.as_deref(), None, &account)?;
        let postmaster = Postmaster { home: home.clone(), account, binaries };
        postmaster.stop(None)?;
    }
    home.remove()
}
