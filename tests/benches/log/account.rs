//! What is written and read: an aggregate with events of the usual size, and a ledger for it.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use api::embedded_postgres::{EmbeddedPostgres, ServerSettings};
use chrono::NaiveDate;
use domain::actor::{Actor, ActorId, Role};
use domain::aggregate::{Context, Decider, ImpossibleEvent};
use domain::explain::Explain;
use domain::{ledger_aggregate, ledger_events};
use eventlog::append::{NewEvent, StreamAppend, StreamId};
use eventlog::database::{Clock, LedgerDatabase, migrate};
use eventlog::repository::Repository;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sqlx::{ConnectOptions, Executor, PgConnection};
use tempfile::TempDir;

/// A private server of its own with the settings of every private server; fsync is on. It is removed at the end.
pub struct Setting {
    pub postgres: EmbeddedPostgres,
    pub folder: TempDir,
}

impl Setting {
    pub async fn prepare() -> Setting {
        // The server's account must be able to enter the folder.
        let readable = Permissions::from_mode(0o755);
        let folder =
            tempfile::Builder::new().prefix("ledger-bench-").permissions(readable).tempdir().unwrap();
        crate::server_clock::watch(folder.path());
        let postgres = EmbeddedPostgres::start(&server(folder.path())).await.unwrap();
        Setting { postgres, folder }
    }

    /// Stops the server and removes everything.
    pub async fn end(self) {
        let settings = server(self.folder.path());
        self.postgres.stop().await.unwrap();
        EmbeddedPostgres::remove(&settings).await.unwrap();
        self.folder.close().unwrap();
    }

    /// The schema of one peer.
    pub fn database(&self, name: &str) -> LedgerDatabase {
        let (owner, service) = (self.postgres.owner(), self.postgres.service());
        LedgerDatabase::try_new(owner, service, &format!("bench_{name}")).unwrap()
    }

    /// A new ledger.
    pub async fn ledger(&self, name: &str) -> (LedgerDatabase, Repository) {
        let database = self.database(name);
        migrate(&database, Clock::Real).await.unwrap();
        let repository = Repository::open(&database, 8).await.unwrap();
        (database, repository)
    }

    /// A connection as the owner of one peer's schema.
    pub async fn owner(&self, name: &str) -> PgConnection {
        let database = self.database(name);
        let mut connection = database.owner_options().connect().await.unwrap();
        let schema = format!("create schema if not exists {}", database.schema());
        connection.execute(schema.as_str()).await.unwrap();
        connection
    }

    pub async fn drop(&self, name: &str) {
        let schema = self.database(name).schema().to_owned();
        self.owner(name).await.execute(format!("drop schema {schema} cascade").as_str()).await.unwrap();
    }
}

fn server(folder: &Path) -> ServerSettings {
    let pg_bin = std::env::var_os("LEDGER_PG_BIN").map(PathBuf::from);
    ServerSettings { data_dir: folder.join("peers"), pg_bin }
}

pub fn context() -> Context {
    Context {
        actor: Actor { id: ActorId::parse("clerk.wang").unwrap(), role: Role::Clerk },
        today: NaiveDate::from_ymd_opt(2026, 3, 2).unwrap(),
    }
}

/// An account that counts what it is paid.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Account {
    pub paid: u64,
    pub payments: u32,
}

#[derive(Clone, Debug)]
pub enum AccountCommand {
    Pay(u64),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum AccountEvent {
    AmountPaid {
        amount: u64,
        month: String,
        program: String,
        case: String,
        payee: String,
        rule: String,
        note: String,
    },
}

#[derive(Debug, thiserror::Error)]
#[error("nothing was to be paid")]
pub struct NothingToPay;

impl Explain for NothingToPay {
    fn code(&self) -> &'static str {
        "nothing_to_pay"
    }

    fn zh(&self) -> String {
        "金额为零".to_owned()
    }
}

impl AccountEvent {
    fn effective_day(&self) -> Option<NaiveDate> {
        None
    }
}

ledger_events!(AccountEvent { AmountPaid = "1.0.0" });
ledger_aggregate!(Account);

impl Decider for Account {
    const TYPE: &'static str = "Account";
    type Command = AccountCommand;
    type Event = AccountEvent;
    type Error = NothingToPay;

    fn decide(&self, command: AccountCommand, _: &Context) -> Result<Vec<AccountEvent>, NothingToPay> {
        match command {
            AccountCommand::Pay(0) => Err(NothingToPay),
            AccountCommand::Pay(amount) => Ok(vec![payment(amount)]),
        }
    }

    fn try_evolve(&mut self, event: &AccountEvent) -> Result<(), ImpossibleEvent> {
        let AccountEvent::AmountPaid { amount, .. } = event;
        self.paid += amount;
        self.payments += 1;
        Ok(())
    }
}

/// About 400 bytes of JSON.
pub fn payment(amount: u64) -> AccountEvent {
    AccountEvent::AmountPaid {
        amount,
        month: "2026-03".to_owned(),
        program: "minimum_living_guarantee".to_owned(),
        case: "0195b7a2-6f00-7c3e-9a51-2f6c1d0e8b47".to_owned(),
        payee: "sealed:v1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMw=="
            .to_owned(),
        rule: "street-2026-01-01/minimum_living_guarantee/table-1".to_owned(),
        note: "每月发放,按户主账户支付;标准与家庭人口见核定步骤".to_owned(),
    }
}

pub fn account_id(number: u32) -> String {
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, &number.to_be_bytes()).to_string()
}

pub const METADATA: &str = r#"{"actor_id":"clerk.wang","actor_role":"clerk","correlation_id":"0195b7a2-6f00-7c3e-9a51-2f6c1d0e8b47","office_day":"2026-03-02"}"#;

/// The first `events` events of an account.
pub fn history(number: u32, events: u32) -> StreamAppend {
    let event = |month| NewEvent::try_new(&payment(60_000 + u64::from(month)), METADATA.to_owned()).unwrap();
    let stream = StreamId::new("Account", account_id(number));
    StreamAppend { stream, expected: 0, events: (0..events).map(event).collect() }
}
