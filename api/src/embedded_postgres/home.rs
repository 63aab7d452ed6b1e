//! The folders of a private server, and who may enter them.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

use super::account::ServerAccount;
use super::error::{At, Attempt, EmbeddedPostgresError};
use super::locks::{self, Exclusive};

/// Where clusters live whose data directory the server's account cannot enter: a place that nobody cleans.
const ELSEWHERE: &str = "/var/lib/benefits-ledger";

/// The file of a socket; its folder's path must leave room for it.
const SOCKET_FILE: &str = "/.s.PGSQL.5432";

/// The longest path of a socket that every system takes (104 bytes on macOS, 108 on Linux), with some room.
const SOCKET_PATH_MAX: usize = 100;

/// The folders of one private server.
#[derive(Clone, Debug)]
pub(super) struct Home {
    /// What the user named.
    pub(super) data_dir: PathBuf,
    /// Where the cluster, the log and the locks are: the data directory, unless that cannot be entered.
    pub(super) server_dir: PathBuf,
}

impl Home {
    /// Opens or makes the data directory, and takes the lock on starting and stopping.
    pub(super) fn open(data_dir: &Path) -> Result<(Home, ServerAccount, Exclusive), EmbeddedPostgresError> {
        make_data_dir(data_dir)?;
        let data_dir = data_dir.canonicalize().at(Attempt::Read, data_dir)?;
        let lock = locks::start_in(&data_dir).map_err(|error| belongs_to_other(&data_dir, error))?;
        if let Some(server_dir) = read_location(&data_dir)? {
            let account = ServerAccount::choose(&server_dir.join("postgres"))?;
            let lock = locks::start_in(&server_dir)?;
            return Ok((Home { data_dir, server_dir }, account, lock));
        }
        let account = ServerAccount::choose(&data_dir.join("postgres"))?;
        let home = Home { server_dir: data_dir.clone(), data_dir };
        if home.is_new()? {
            fs::set_permissions(&home.data_dir, Permissions::from_mode(0o700))
                .at(Attempt::Make, &home.data_dir)?;
            account.own(&home.data_dir)?;
        }
        account.own(&home.data_dir.join("start.lock"))?;
        if account.can_enter(&home.data_dir) {
            return Ok((home, account, lock));
        }
        home.move_elsewhere(account)
    }

    /// The cluster's folder.
    pub(super) fn cluster(&self) -> PathBuf {
        self.server_dir.join("postgres")
    }

    /// The server's log.
    pub(super) fn log(&self) -> PathBuf {
        self.server_dir.join("postgres.log")
    }

    /// The major version that made the cluster, if there is one.
    pub(super) fn cluster_version(&self) -> Result<Option<(PathBuf, u32)>, EmbeddedPostgresError> {
        let path = self.cluster().join("PG_VERSION");
        match fs::read_to_string(&path) {
            Ok(text) => Ok(text.trim().parse().ok().map(|major| (self.cluster(), major))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).at(Attempt::Read, &path),
        }
    }

    /// Makes the folder of the socket, mode 0700. A path that is too long for a socket, or that PostgreSQL would
    /// have to see quoted, is replaced by a folder with a random name where the system keeps such things.
    pub(super) fn make_socket_dir(&self, account: ServerAccount) -> Result<PathBuf, EmbeddedPostgresError> {
        let preferred = self.server_dir.join("socket");
        if suits_a_socket(&preferred) {
            make_private(&preferred, account)?;
            remove_socket(&preferred);
            return Ok(preferred);
        }
        let name = format!("ledger-{}", random_hex::<8>());
        let places = socket_places().into_iter().filter(|place| account.can_enter(place));
        let mut made =
            places.map(|place| place.join(&name)).map(|path| make_private(&path, account).map(|()| path));
        let failed = Err(EmbeddedPostgresError::Unreachable { path: preferred });
        made.find(Result::is_ok).unwrap_or(failed)
    }

    /// Removes the socket's folder of a server that is gone, if it is one of those with a random name.
    pub(super) fn remove_socket_dir(&self, folder: &Path) {
        let ours = folder.file_name().and_then(OsStr::to_str).is_some_and(|name| name.starts_with("ledger-"));
        if ours && socket_places().iter().any(|place| folder.parent() == Some(place)) {
            remove_socket(folder);
            let _ = fs::remove_dir(folder);
        }
    }

    /// Removes the cluster and everything around it, the keys too; keeps the lock that the caller holds.
    pub(super) fn remove(&self) -> Result<(), EmbeddedPostgresError> {
        let data = ["keys", "postgres.location"].map(|name| self.data_dir.join(name));
        let server = ["postgres", "postgres.log", "postgres.log.1", "socket", "in-use.lock"];
        for path in server.map(|name| self.server_dir.join(name)).iter().chain(&data) {
            let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
            match removed {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(error).at(Attempt::Remove, path);
                }
                _ => {}
            }
        }
        if self.server_dir == self.data_dir {
            return Ok(());
        }
        fs::remove_dir_all(&self.server_dir).at(Attempt::Remove, &self.server_dir)
    }

    /// Whether the data directory holds nothing but our lock.
    fn is_new(&self) -> Result<bool, EmbeddedPostgresError> {
        let mut entries = fs::read_dir(&self.data_dir).at(Attempt::Read, &self.data_dir)?;
        Ok(entries.all(|entry| entry.is_ok_and(|entry| entry.file_name() == "start.lock")))
    }

    /// For a new cluster: a folder that the account can enter, remembered in the data directory.
    fn move_elsewhere(
        mut self,
        account: ServerAccount,
    ) -> Result<(Home, ServerAccount, Exclusive), EmbeddedPostgresError> {
        let base = Path::new(ELSEWHERE);
        if self.cluster().exists() {
            return Err(EmbeddedPostgresError::Unreachable { path: self.cluster() });
        }
        DirBuilder::new().recursive(true).mode(0o711).create(base).at(Attempt::Make, base)?;
        if !account.can_enter(base) {
            return Err(EmbeddedPostgresError::Unreachable { path: base.to_owned() });
        }
        self.server_dir = base.join(random_hex::<8>());
        make_private(&self.server_dir, account)?;
        let location = self.data_dir.join("postgres.location");
        write_private(&location, self.server_dir.as_os_str().as_encoded_bytes())?;
        eprintln!(
            "运行数据库的账户无法进入 {0},数据库放在 {1}。 The server's account cannot enter {0}; the cluster is kept in {1}.",
            self.data_dir.display(),
            self.server_dir.display()
        );
        let lock = locks::start_in(&self.server_dir)?;
        Ok((self, account, lock))
    }
}

/// Makes the data directory with mode 0700, and its parents as everybody would.
fn make_data_dir(path: &Path) -> Result<(), EmbeddedPostgresError> {
    if let Some(parent) = path.parent() {
        DirBuilder::new().recursive(true).create(parent).at(Attempt::Make, parent)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Err(_) if path.is_dir() => Ok(()),
        made => made.at(Attempt::Make, path),
    }
}

/// Makes a folder of mode 0700 for the account; one that exists must already belong to it or to us.
pub(super) fn make_private(path: &Path, account: ServerAccount) -> Result<(), EmbeddedPostgresError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::set_permissions(path, Permissions::from_mode(0o700)).at(Attempt::Make, path)?;
        }
        made => made.at(Attempt::Make, path)?,
    }
    account.own(path)
}

/// Writes a file of mode 0600 that did not exist before, down to the disk.
pub(super) fn write_private(path: &Path, content: &[u8]) -> Result<(), EmbeddedPostgresError> {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path).at(Attempt::Write, path)?;
    file.write_all(content).and_then(|()| file.sync_all()).at(Attempt::Write, path)
}

/// So many random bytes, in hexadecimal digits.
pub(super) fn random_hex<const BYTES: usize>() -> String {
    let mut bytes = [0; BYTES];
    // The kernel's generator cannot fail once the machine is up; zeros would collide and be refused.
    let _ = getrandom::fill(&mut bytes);
    hex::encode(bytes)
}

/// Removes the socket of a server that is gone. Its lock file would stop the next one while the number in it
/// belongs to another process.
fn remove_socket(folder: &Path) {
    for file in [".s.PGSQL.5432", ".s.PGSQL.5432.lock"] {
        let _ = fs::remove_file(folder.join(file));
    }
}

fn suits_a_socket(folder: &Path) -> bool {
    let plain = |letter: char| !letter.is_control() && !"'\"\\,".contains(letter);
    folder.as_os_str().len() + SOCKET_FILE.len() <= SOCKET_PATH_MAX
        && folder.to_str().is_some_and(|path| path.chars().all(plain))
}

fn socket_places() -> Vec<PathBuf> {
    let mut places = vec![PathBuf::from("/run"), PathBuf::from("/tmp")];
    if let Some(runtime) = std::env::var_os("XDG_RUNTIME_DIR").filter(|_| !geteuid().is_root()) {
        places.insert(0, PathBuf::from(runtime));
    }
    places.retain(|place| suits_a_socket(&place.join("ledger-0123456789abcdef")));
    places
}

fn read_location(data_dir: &Path) -> Result<Option<PathBuf>, EmbeddedPostgresError> {
    let file = data_dir.join("postgres.location");
    match fs::read_to_string(&file) {
        Ok(text) if Path::new(text.trim()).is_dir() => Ok(Some(PathBuf::from(text.trim()))),
        Ok(text) => Err(EmbeddedPostgresError::ClusterLost { file, path: PathBuf::from(text.trim()) }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).at(Attempt::Read, &file),
    }
}

fn belongs_to_other(data_dir: &Path, error: EmbeddedPostgresError) -> EmbeddedPostgresError {
    match data_dir.metadata() {
        Ok(found) if found.uid() != geteuid().as_raw() && !geteuid().is_root() => {
            let owner = super::account::name_of(found.uid());
            EmbeddedPostgresError::BelongsToOther { path: data_dir.to_owned(), owner }
        }
        _ => error,
    }
}
