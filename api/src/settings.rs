//! Where the ledger is and how its keys are had: from options and the environment. Shows no secret.

use std::fmt;
use std::path::PathBuf;

use eventlog::database::{DatabaseError, LedgerDatabase};
use eventlog::keyring::{MasterKey, MasterKeyError};

use crate::cli::Common;
use crate::embedded_postgres::EmbeddedPostgres;

/// Environment variable with the master key, in hexadecimal or base64; it replaces the key file.
const MASTER_KEY: &str = "LEDGER_MASTER_KEY";

/// The schema of the ledger in its database.
const SCHEMA: &str = "ledger";

/// Where the ledger is.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The data directory: the private server, the key file, the bank files.
    pub data: PathBuf,
    /// Where the database comes from.
    pub database: DatabaseSource,
}

/// Where the database comes from.
#[derive(Clone)]
pub enum DatabaseSource {
    /// A private server in the data directory, run from these binaries or the ones found.
    Embedded {
        /// The folder of the PostgreSQL programs.
        pg_bin: Option<PathBuf>,
    },
    /// A server that someone else keeps.
    Url(String),
}

/// A URL may hold a password, so it is never shown.
impl fmt::Debug for DatabaseSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatabaseSource::Embedded { pg_bin } => {
                f.debug_struct("Embedded").field("pg_bin", pg_bin).finish()
            }
            DatabaseSource::Url(_) => f.write_str("Url(…)"),
        }
    }
}

impl From<&Common> for Settings {
    fn from(common: &Common) -> Settings {
        let database = match &common.database_url {
            Some(url) => DatabaseSource::Url(url.clone()),
            None => DatabaseSource::Embedded { pg_bin: common.pg_bin.clone() },
        };
        Settings { data: common.data.clone(), database }
    }
}

impl Settings {
    /// The ledger's database: in the private server, if there is one, else behind the URL.
    ///
    /// # Errors
    /// When the URL is not one of PostgreSQL.
    pub fn ledger_database(
        &self,
        embedded: Option<&EmbeddedPostgres>,
    ) -> Result<LedgerDatabase, DatabaseError> {
        match (embedded, &self.database) {
            (Some(server), _) => LedgerDatabase::try_new(server.owner(), server.service(), SCHEMA),
            (None, DatabaseSource::Url(url)) => LedgerDatabase::from_url(url, SCHEMA),
            (None, DatabaseSource::Embedded { .. }) => LedgerDatabase::from_url("", SCHEMA),
        }
    }

    /// The master key of the environment, if there is one.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn master_key(&self) -> Result<Option<MasterKey>, MasterKeyError> {
        std::env::var(MASTER_KEY).ok().map(|text| text.parse()).transpose()
    }

    /// The file of the master key.
    pub fn master_key_file(&self) -> PathBuf {
        self.data.join("keys").join("master.key")
    }

    /// The folder of the bank files.
    pub fn bank_files(&self) -> PathBuf {
        self.data.join("bank")
    }
}
