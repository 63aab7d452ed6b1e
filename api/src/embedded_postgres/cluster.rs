//! Making a cluster: initialized aside and renamed, because `initdb` is not atomic.

use std::fmt;
use std::fs::{self, File};
use std::path::Path;

use serde::{Deserialize, Serialize};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::account::ServerAccount;
use super::binaries::Binaries;
use super::error::{At, Attempt, EmbeddedPostgresError};
use super::home::{Home, make_private, random_hex, write_private};
use super::{SUPERUSER_ROLE, postmaster};

/// The settings of every private server, written anew at each start. Values never reach the log: statements and
/// errors of clients are not written to it, and what is written is terse.
const SETTINGS: &str = "\
listen_addresses = ''
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
max_connections = 200
shared_buffers = '192MB'
fsync = on
synchronous_commit = on
full_page_writes = on
wal_level = minimal
max_wal_senders = 0
max_wal_size = '2GB'
checkpoint_timeout = '15min'
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
logging_collector = off
log_destination = 'stderr'
log_error_verbosity = terse
log_min_messages = log
log_min_error_statement = panic
log_min_duration_statement = -1
log_statement = none
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_checkpoints = off
log_connections = off
log_temp_files = -1
log_autovacuum_min_duration = -1
";

/// A password. `Debug` does not show it.
#[derive(Clone, Serialize, Deserialize, ZeroizeOnDrop)]
#[serde(transparent)]
pub(super) struct Login(String);

impl Login {
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }

    fn random() -> Login {
        Login(random_hex::<24>())
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(…)")
    }
}

/// The passwords of the roles, kept in a file of mode 0600 inside the cluster's folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Credentials {
    pub(super) superuser: Login,
    pub(super) owner: Login,
    pub(super) service: Login,
}

/// Makes the cluster if there is none, and reads its passwords.
pub(super) fn ensure(
    home: &Home,
    account: &ServerAccount,
    binaries: &Binaries,
) -> Result<Credentials, EmbeddedPostgresError> {
    if !home.cluster().exists() {
        remove_unfinished(home)?;
        make(home, *account, binaries)?;
    }
    let path = home.cluster().join("ledger_credentials.json");
    let text = fs::read_to_string(&path).map(Zeroizing::new).at(Attempt::Read, &path)?;
    serde_json::from_str(&text).map_err(|_| EmbeddedPostgresError::CredentialsUnreadable { path })
}

/// Writes the settings of the next start.
pub(super) fn configure(
    cluster: &Path,
    socket_dir: &Path,
    account: ServerAccount,
) -> Result<(), EmbeddedPostgresError> {
    let path = cluster.join("ledger.conf");
    let socket = format!("unix_socket_directories = '{}'\n", socket_dir.display());
    fs::write(&path, SETTINGS.to_owned() + &socket).at(Attempt::Write, &path)?;
    account.own(&path)
}

fn make(home: &Home, account: ServerAccount, binaries: &Binaries) -> Result<(), EmbeddedPostgresError> {
    let aside = home.server_dir.join(format!("postgres.new-{}", random_hex::<4>()));
    make_private(&aside, account)?;
    let credentials =
        Credentials { superuser: Login::random(), owner: Login::random(), service: Login::random() };
    initialize(home, &aside, &credentials, account, binaries)?;
    let file = aside.join("ledger_credentials.json");
    let text = Zeroizing::new(serde_json::to_vec(&credentials).unwrap_or_default());
    write_private(&file, &text)?;
    account.own(&file)?;
    let main = aside.join("postgresql.conf");
    let standard = fs::read_to_string(&main).at(Attempt::Read, &main)?;
    fs::write(&main, standard + "\ninclude = 'ledger.conf'\n").at(Attempt::Write, &main)?;
    File::open(&main).and_then(|file| file.sync_all()).at(Attempt::Write, &main)?;
    fs::rename(&aside, home.cluster()).at(Attempt::Make, &home.cluster())?;
    File::open(&home.server_dir).and_then(|folder| folder.sync_all()).at(Attempt::Write, &home.server_dir)
}

fn initialize(
    home: &Home,
    aside: &Path,
    credentials: &Credentials,
    account: ServerAccount,
    binaries: &Binaries,
) -> Result<(), EmbeddedPostgresError> {
    let secret = home.server_dir.join(format!("postgres.new-{}.secret", random_hex::<4>()));
    write_private(&secret, credentials.superuser.reveal().as_bytes())?;
    account.own(&secret)?;
    let log = postmaster::open_log(home, account)?;
    let mut command = account.command(binaries.program("initdb"));
    command.arg("--pgdata").arg(aside).arg("--pwfile").arg(&secret).args(["--username", SUPERUSER_ROLE]);
    command.args(["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--data-checksums"]);
    command.arg("--no-instructions").stdout(log.try_clone().at(Attempt::Write, &home.log())?).stderr(log);
    let status = command.status();
    fs::remove_file(&secret).at(Attempt::Remove, &secret)?;
    match status.at(Attempt::Run, &binaries.program("initdb"))? {
        status if status.success() => Ok(()),
        _ => Err(postmaster::failed("initdb", home, None)),
    }
}

/// Removes what an interrupted `initdb` left. The caller holds the lock on starting.
fn remove_unfinished(home: &Home) -> Result<(), EmbeddedPostgresError> {
    let entries = fs::read_dir(&home.server_dir).at(Attempt::Read, &home.server_dir)?;
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !name.starts_with("postgres.new-") {
            continue;
        }
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.at(Attempt::Remove, &path)?;
    }
    Ok(())
}
