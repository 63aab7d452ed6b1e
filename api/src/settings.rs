//! Where a ledger lives and with which keys: from the command line and the environment, never printed.
//!
//! | setting | option | variable | default |
//! |---|---|---|---|
//! | data directory | `--data` | `LEDGER_DATA` | `ledger-data` |
//! | a server of one's own | `--database-url` | `DATABASE_URL` | the private PostgreSQL |
//! | the service's login there | | `LEDGER_SERVICE_DATABASE_URL` | the same, without its rights |
//! | folder of the PostgreSQL programs | `--pg-bin` | `LEDGER_PG_BIN` | searched for |
//! | master key | | `LEDGER_MASTER_KEY` | the file `keys/master.key` in the data directory |
//! | signing keys | | `LEDGER_SIGNING_KEY` | the file `keys/signing.key` in the data directory |
//! | copy of the checkpoints | `--checkpoint-copy` | `LEDGER_CHECKPOINT_COPY` | a file of the folder beside the data directory that is named like it, with `.checkpoints` |
//! | schema of the ledger | | `LEDGER_SCHEMA` | `ledger` |
//! | provider of identities | `--oidc-…` of `serve` | `LEDGER_OIDC_…` | none; see [`crate::identity_provider`] |
//! | witnesses, as `URL=VKEY` | `--witness`, repeated | `LEDGER_WITNESSES`, with spaces between | none |

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use eventlog::database::{self, Clock, DatabaseError, LedgerDatabase};
use eventlog::keyring::{Keyring, KeyringError, MasterKey, MasterKeyError};
use eventlog::merkle::key::SignerKey;
use eventlog::merkle::key_file::{self, KeyFile, KeyFileError};
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use zeroize::Zeroizing;

use crate::embedded_postgres::{EmbeddedPostgres, EmbeddedPostgresError, ServerSettings};
use crate::witness::{WitnessAddress, WitnessAddressError};

/// The schema of a ledger that was not named.
const SCHEMA: &str = "ledger";

/// What the command line says.
#[derive(Clone, Default)]
pub struct Given {
    /// `--data`.
    pub data_dir: PathBuf,
    /// `--database-url`.
    pub database_url: Option<String>,
    /// `--pg-bin`.
    pub pg_bin: Option<PathBuf>,
    /// `--checkpoint-copy`.
    pub checkpoint_copy: Option<PathBuf>,
    /// `--witness`; if there is one, the variable does not count.
    pub witnesses: Vec<WitnessAddress>,
}

/// Where a ledger lives and with which keys. `Debug` shows no URL and no key.
#[derive(Clone)]
pub struct Settings {
    data_dir: PathBuf,
    server: Server,
    master_key: Option<MasterKey>,
    signing_key: Option<Zeroizing<String>>,
    checkpoint_copy: Option<PathBuf>,
    schema: String,
    witnesses: Vec<WitnessAddress>,
}

#[derive(Clone)]
enum Server {
    Private { pg_bin: Option<PathBuf> },
    External { url: String, owner: Box<PgConnectOptions>, service: Box<PgConnectOptions> },
}

/// A setting cannot be used. Never holds its value.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Not a URL of a PostgreSQL database.
    #[error(
        "{variable} 不是 postgres://… 形式的数据库地址。 {variable} is not a URL of the form postgres://…"
    )]
    DatabaseUrl {
        /// Which setting.
        variable: &'static str,
    },
    /// Not a key.
    #[error("LEDGER_MASTER_KEY 不是 32 字节的密钥。 LEDGER_MASTER_KEY: {0}")]
    MasterKey(#[source] MasterKeyError),
    /// Not addresses of witnesses.
    #[error("LEDGER_WITNESSES：{0}")]
    Witnesses(WitnessAddressError),
}

/// The ledger cannot be reached.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The private server.
    #[error(transparent)]
    Private(#[from] EmbeddedPostgresError),
    /// The database.
    #[error("无法使用台账数据库。 The ledger's database cannot be used: {0}{reason}", reason = reason(.0))]
    Database(#[from] DatabaseError),
}

impl Settings {
    /// The settings that the command line and the environment give together; an empty variable counts as none.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn try_new(
        given: Given,
        environment: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Settings, SettingsError> {
        let variable = |name| environment(name).filter(|value| !value.trim().is_empty());
        let master_key = variable("LEDGER_MASTER_KEY").map(|text| text.parse());
        let master_key = master_key.transpose().map_err(SettingsError::MasterKey)?;
        let server = match given.database_url.filter(|url| !url.trim().is_empty()) {
            None => Server::Private { pg_bin: given.pg_bin },
            Some(url) => {
                let owner = parse_url("DATABASE_URL", &url)?;
                let service = variable("LEDGER_SERVICE_DATABASE_URL");
                let service =
                    service.map(|url| parse_url("LEDGER_SERVICE_DATABASE_URL", &url)).transpose()?;
                Server::External {
                    url: url.clone(),
                    service: Box::new(service.unwrap_or_else(|| owner.clone())),
                    owner: Box::new(owner),
                }
            }
        };
        let schema = variable("LEDGER_SCHEMA").unwrap_or_else(|| SCHEMA.to_owned());
        let signing_key = variable("LEDGER_SIGNING_KEY").map(Zeroizing::new);
        let checkpoint_copy = given.checkpoint_copy;
        let witnesses = match given.witnesses {
            none if none.is_empty() => {
                let listed = variable("LEDGER_WITNESSES").unwrap_or_default();
                WitnessAddress::parse_all(&listed).map_err(SettingsError::Witnesses)?
            }
            named => named,
        };
        let data_dir = given.data_dir;
        Ok(Settings { data_dir, server, master_key, signing_key, checkpoint_copy, schema, witnesses })
    }

    /// The witnesses that are asked to cosign every checkpoint.
    pub fn witnesses(&self) -> &[WitnessAddress] {
        &self.witnesses
    }

    /// The data directory.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// The file of the master key, unless a setting replaces it.
    pub fn master_key_file(&self) -> PathBuf {
        self.data_dir.join("keys").join("master.key")
    }

    /// The signing keys of the log `origin`: from the setting, or from their file, which is made for a new log.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn signing_keys(&self, origin: &str) -> Result<Vec<SignerKey>, KeyFileError> {
        match &self.signing_key {
            Some(lines) => key_file::parse(lines, origin),
            None => self.signing_key_file(origin).read_or_make(),
        }
    }

    /// The file of the signing keys; none when a setting replaces it.
    pub fn own_signing_keys(&self, origin: &str) -> Option<KeyFile> {
        self.signing_key.is_none().then(|| self.signing_key_file(origin))
    }

    fn signing_key_file(&self, origin: &str) -> KeyFile {
        KeyFile::new(self.data_dir.join("keys").join("signing.key"), origin.to_owned())
    }

    /// Where every checkpoint of the log `origin` is copied to. Each ledger has a file of its own, so that a new one in
    /// the place of an old one is not taken for it.
    pub fn checkpoint_copy(&self, origin: &str) -> PathBuf {
        self.checkpoint_copy.clone().unwrap_or_else(|| {
            let data = std::path::absolute(&self.data_dir).unwrap_or_else(|_| self.data_dir.clone());
            let mut folder = data.into_os_string();
            folder.push(".checkpoints");
            PathBuf::from(folder).join(format!("{}.jsonl", origin.replace('/', "-")))
        })
    }

    /// The settings of the private server; nothing when another server is used.
    pub fn private_server(&self) -> Option<ServerSettings> {
        match &self.server {
            Server::Private { pg_bin } => {
                Some(ServerSettings { data_dir: self.data_dir.clone(), pg_bin: pg_bin.clone() })
            }
            Server::External { .. } => None,
        }
    }

    /// The URL of another server, for `psql`; it may hold a password.
    pub fn external_url(&self) -> Option<&str> {
        match &self.server {
            Server::Private { .. } => None,
            Server::External { url, .. } => Some(url),
        }
    }

    /// Opens the keyring of the ledger behind `pool`, making the master key's file for a new ledger.
    ///
    /// # Errors
    /// Those of [`Keyring::open`] and [`Keyring::open_with_file`].
    pub async fn open_keyring(&self, pool: PgPool) -> Result<Keyring, KeyringError> {
        match &self.master_key {
            Some(master_key) => Keyring::open(pool, master_key.clone()).await,
            None => Keyring::open_with_file(pool, &self.master_key_file()).await,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let server = match &self.server {
            Server::Private { .. } => "private",
            Server::External { .. } => "external",
        };
        let mut shown = f.debug_struct("Settings");
        shown.field("data_dir", &self.data_dir).field("server", &server).field("schema", &self.schema);
        shown.finish_non_exhaustive()
    }
}

/// The database of a ledger, with the private server that runs it, if it is one.
#[derive(Debug)]
pub struct Storage {
    database: LedgerDatabase,
    private: Option<EmbeddedPostgres>,
}

impl Storage {
    /// Starts or joins the private server, or takes the one that the settings name.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn open(settings: &Settings) -> Result<Storage, StorageError> {
        let private = match settings.private_server() {
            Some(server) => Some(EmbeddedPostgres::start(&server).await?),
            None => None,
        };
        let (owner, service) = match (&private, &settings.server) {
            (None, Server::External { owner, service, .. }) => ((**owner).clone(), (**service).clone()),
            (Some(postgres), _) => (postgres.owner(), postgres.service()),
            (None, Server::Private { .. }) => return Err(EmbeddedPostgresError::Interrupted.into()),
        };
        Ok(Storage { database: LedgerDatabase::try_new(owner, service, &settings.schema)?, private })
    }

    /// The ledger's database.
    pub fn database(&self) -> &LedgerDatabase {
        &self.database
    }

    /// The private server, if the ledger is in one.
    pub fn private(&self) -> Option<&EmbeddedPostgres> {
        self.private.as_ref()
    }

    /// Brings the ledger's tables up to date. A private server has its roles already.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn migrate(&self, clock: Clock) -> Result<(), StorageError> {
        if self.private.is_none() {
            database::prepare_roles(&self.database).await?;
        }
        Ok(database::migrate(&self.database, clock).await?)
    }

    /// Leaves the database; the last program out stops a private server.
    ///
    /// # Errors
    /// [`StorageError::Private`].
    pub async fn close(self) -> Result<(), StorageError> {
        match self.private {
            Some(postgres) => Ok(postgres.stop().await?),
            None => Ok(()),
        }
    }
}

fn parse_url(variable: &'static str, url: &str) -> Result<PgConnectOptions, SettingsError> {
    let refused = SettingsError::DatabaseUrl { variable };
    // The driver takes a URL of any database for one of PostgreSQL.
    if !["postgres://", "postgresql://"].iter().any(|scheme| url.trim().starts_with(scheme)) {
        return Err(refused);
    }
    PgConnectOptions::from_str(url.trim()).map_err(|_| refused)
}

/// What the driver says, in parentheses: without it nobody could tell a refused login from a server that is down.
fn reason(error: &DatabaseError) -> String {
    std::error::Error::source(error).map(|source| format!(" ({source})")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use eventlog::merkle::key::{Algorithm, SignerKey};

    use super::*;

    fn settings(url: Option<&str>, variables: &[(&'static str, &str)]) -> Result<Settings, SettingsError> {
        let given = Given { data_dir: "d".into(), database_url: url.map(str::to_owned), ..Given::default() };
        let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Settings::try_new(given, |name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, v)| v.clone())
        })
    }

    #[test]
    fn without_a_url_the_server_is_private() {
        for url in [None, Some(""), Some("  ")] {
            assert_eq!(settings(url, &[]).unwrap().private_server().unwrap().data_dir, Path::new("d"));
        }
        assert_eq!(settings(None, &[]).unwrap().schema, "ledger");
        assert_eq!(settings(None, &[]).unwrap().master_key_file(), Path::new("d/keys/master.key"));
    }

    #[test]
    fn a_url_replaces_the_private_server() {
        let external = settings(Some("postgres://somebody:secret@127.0.0.1:5999/ledger"), &[]).unwrap();
        assert!(external.private_server().is_none());
    }

    #[test]
    fn no_secret_is_printed() {
        let key = "ab".repeat(32);
        let url = "postgres://somebody:secret@127.0.0.1/ledger";
        let shown = format!("{:?}", settings(Some(url), &[("LEDGER_MASTER_KEY", &key)]).unwrap());
        assert!(!shown.contains("secret") && !shown.contains(&key), "{shown}");
        let refused = settings(Some("mysql://secret"), &[]).unwrap_err().to_string();
        assert!(refused.contains("DATABASE_URL") && !refused.contains("secret"), "{refused}");
        let refused = settings(None, &[("LEDGER_MASTER_KEY", "secret")]).unwrap_err().to_string();
        assert!(refused.contains("LEDGER_MASTER_KEY") && !refused.contains("secret"), "{refused}");
    }

    #[test]
    fn witnesses_are_named_by_the_option_or_by_the_variable() {
        let key = SignerKey::from_seed("w", Algorithm::Cosignature, &[1; 32]).unwrap();
        let address = |host: &str| format!("http://{host}={}", key.verifier());
        let listed = format!("{} {}", address("a"), address("b"));
        let urls = |settings: &Settings| {
            settings.witnesses().iter().map(|each| each.url().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(urls(&settings(None, &[]).unwrap()), Vec::<String>::new());
        assert_eq!(
            urls(&settings(None, &[("LEDGER_WITNESSES", &listed)]).unwrap()),
            ["http://a", "http://b"]
        );
        let given = Given { witnesses: vec![address("c").parse().unwrap()], ..Given::default() };
        let named = Settings::try_new(given, |name| (name == "LEDGER_WITNESSES").then(|| listed.clone()));
        assert_eq!(urls(&named.unwrap()), ["http://c"]);
        let refused = settings(None, &[("LEDGER_WITNESSES", "http://a")]).unwrap_err().to_string();
        assert!(refused.contains("LEDGER_WITNESSES") && refused.contains("URL=VKEY"), "{refused}");
    }

    #[tokio::test]
    async fn a_schema_with_an_odd_name_is_refused_before_anything_is_asked() {
        let settings =
            settings(Some("postgres://127.0.0.1:1/none"), &[("LEDGER_SCHEMA", "Ledger; drop")]).unwrap();
        assert!(matches!(
            Storage::open(&settings).await,
            Err(StorageError::Database(DatabaseError::SchemaName))
        ));
    }
}
