//! A ledger for a test, and a small aggregate to fill it.

use chrono::NaiveDate;
use domain::actor::{Actor, ActorId, Role};
use domain::aggregate::{Context, Decider, EventKind, ImpossibleEvent, Upcaster};
use domain::explain::Explain;
use domain::{ledger_aggregate, ledger_events};
use eventlog::append::{Append, NewEvent, StreamAppend, StreamId};
use eventlog::appender::Appender;
use eventlog::database::LedgerDatabase;
use eventlog::read::Log;
use eventlog::repository::Repository;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use tests::TestLedger;

/// A ledger in a database of its own.
pub struct Ledger {
    pub database: LedgerDatabase,
    pub log: Log,
    /// Sees everything, and may end connections.
    pub superuser: PgPool,
    _ends_last: TestLedger,
}

impl Ledger {
    pub async fn new() -> Ledger {
        Ledger::over(TestLedger::start().await).await
    }

    pub async fn simulated() -> Ledger {
        Ledger::over(TestLedger::start_simulated().await).await
    }

    async fn over(test: TestLedger) -> Ledger {
        Ledger {
            database: test.database().clone(),
            log: Log::new(test.service().clone()),
            superuser: test.superuser().await,
            _ends_last: test,
        }
    }

    pub async fn appender(&self) -> Appender {
        Appender::start(&self.database).await.unwrap()
    }

    pub async fn repository(&self) -> Repository {
        Repository::new(self.log.clone(), self.appender().await)
    }

    /// Positions 0..n-1, each stream 1..m, time never backwards; gives n.
    pub async fn prove(&self) -> u64 {
        let length = self.log.length().await.unwrap();
        let wrong: i64 = sqlx::query_scalar(
            "select count(*) from (
                 select position <> row_number() over (order by position) - 1
                     or sequence <> row_number() over (partition by aggregate_type, aggregate_id order by position)
                     or recorded_at < lag(recorded_at) over (order by position) as wrong
                   from log_events) as checked
              where wrong",
        )
        .fetch_one(&self.superuser)
        .await
        .unwrap();
        let count: i64 =
            sqlx::query_scalar("select count(*) from log_events").fetch_one(&self.superuser).await.unwrap();
        assert_eq!((wrong, count.cast_unsigned()), (0, length));
        length
    }
}

pub fn stream(id: &str) -> StreamId {
    StreamId::new("Jar", id)
}

/// An append of `count` events to one stream.
pub fn jar_append(id: &str, expected: u64, count: u32) -> Append {
    Append::new(vec![jar_stream(id, expected, count)])
}

pub fn jar_stream(id: &str, expected: u64, count: u32) -> StreamAppend {
    let event =
        |coins| NewEvent::try_new(&JarEvent::CoinsAdded { coins }, r#"{"by":"test"}"#.to_owned()).unwrap();
    StreamAppend { stream: stream(id), expected, events: (1..=count).map(event).collect() }
}

pub fn context() -> Context {
    Context {
        actor: Actor { id: ActorId::parse("clerk.wang").unwrap(), role: Role::Clerk },
        today: NaiveDate::from_ymd_opt(2026, 3, 2).unwrap(),
    }
}

/// A jar of coins, which holds a hundred.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Jar {
    pub coins: u32,
    pub sealed: bool,
}

#[derive(Clone, Debug)]
pub enum JarCommand {
    Add(u32),
    Take(u32),
    Seal,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum JarEvent {
    CoinsAdded { coins: u32 },
    CoinsTaken { coins: u32 },
    JarSealed { on: NaiveDate },
}

#[derive(Debug, PartialEq, thiserror::Error)]
pub enum JarError {
    #[error("the jar is sealed")]
    Sealed,
    #[error("the jar does not hold that many")]
    TooMany,
}

impl Explain for JarError {
    fn code(&self) -> &'static str {
        match self {
            JarError::Sealed => "sealed",
            JarError::TooMany => "too_many",
        }
    }

    fn zh(&self) -> String {
        "罐子不行".to_owned()
    }
}

impl JarEvent {
    fn effective_day(&self) -> Option<NaiveDate> {
        match self {
            JarEvent::JarSealed { on } => Some(*on),
            _ => None,
        }
    }
}

/// Version 1.0.0 called the coins pennies; 0.9.0 kept them as text.
const UPCASTERS: &[Upcaster] = &[
    Upcaster {
        from: EventKind { name: "PenniesAdded", version: "0.9.0" },
        to: EventKind { name: "CoinsAdded", version: "1.0.0" },
        upcast: |old| {
            let pennies: u32 = old.get("PenniesAdded")?.get("pennies")?.as_str()?.parse().ok()?;
            Some(serde_json::json!({ "CoinsAdded": { "pennies": pennies } }))
        },
    },
    Upcaster {
        from: EventKind { name: "CoinsAdded", version: "1.0.0" },
        to: EventKind { name: "CoinsAdded", version: "2.0.0" },
        upcast: |old| {
            let pennies = old.get("CoinsAdded")?.get("pennies")?.as_u64()?;
            Some(serde_json::json!({ "CoinsAdded": { "coins": pennies } }))
        },
    },
];

ledger_events!(JarEvent { CoinsAdded = "2.0.0", CoinsTaken = "1.1.0", JarSealed = "1.0.0" } upcasters UPCASTERS);
ledger_aggregate!(Jar);

impl Decider for Jar {
    const TYPE: &'static str = "Jar";
    type Command = JarCommand;
    type Event = JarEvent;
    type Error = JarError;

    fn decide(&self, command: JarCommand, context: &Context) -> Result<Vec<JarEvent>, JarError> {
        match command {
            JarCommand::Seal if self.sealed => Ok(vec![]),
            _ if self.sealed => Err(JarError::Sealed),
            JarCommand::Seal => Ok(vec![JarEvent::JarSealed { on: context.today }]),
            JarCommand::Add(coins) => Ok(vec![JarEvent::CoinsAdded { coins }]),
            JarCommand::Take(coins) if coins > self.coins => Err(JarError::TooMany),
            JarCommand::Take(coins) => Ok(vec![JarEvent::CoinsTaken { coins }]),
        }
    }

    fn try_evolve(&mut self, event: &JarEvent) -> Result<(), ImpossibleEvent> {
        match event {
            _ if self.sealed => return Err(ImpossibleEvent::new(event, "a sealed jar")),
            JarEvent::CoinsAdded { coins } => self.coins += coins,
            JarEvent::CoinsTaken { coins } => self.coins -= coins,
            JarEvent::JarSealed { .. } => self.sealed = true,
        }
        Ok(())
    }
}
