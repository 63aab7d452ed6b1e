//! What is written and read: an aggregate with events of the usual size, and a ledger for it.

use chrono::NaiveDate;
use domain::actor::{Actor, ActorId, Role};
use domain::aggregate::{Context, Decider, ImpossibleEvent};
use domain::explain::Explain;
use domain::{ledger_aggregate, ledger_events};
use eventlog::append::{NewEvent, StreamAppend, StreamId};
use eventlog::database::{Clock, LedgerDatabase, migrate, prepare_roles};
use eventlog::repository::Repository;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sqlx::{ConnectOptions, Executor, PgConnection};

/// Where everything is measured.
pub struct Setting {
    pub url: String,
    stamp: i64,
}

impl Setting {
    pub async fn prepare() -> Setting {
        let url = std::env::var("LEDGER_TEST_URL").expect("LEDGER_TEST_URL names a PostgreSQL");
        let stamp = chrono::Utc::now().timestamp_micros();
        prepare_roles(&LedgerDatabase::from_url(&url, "bench").unwrap()).await.unwrap();
        Setting { url, stamp }
    }

    /// The schema of one peer.
    pub fn database(&self, name: &str) -> LedgerDatabase {
        LedgerDatabase::from_url(&self.url, &format!("bench_{name}_{}", self.stamp)).unwrap()
    }

    /// A new ledger.
    pub async fn ledger(&self, name: &str) -> (LedgerDatabase, Repository) {
        let database = self.database(name);
        migrate(&database, Clock::Real).await.unwrap();
        let repository = Repository::open(&database, 8).await.unwrap();
        (database, repository)
    }

    /// A connection with all rights, in the schema of one peer.
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
