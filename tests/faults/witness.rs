//! Somebody who watches the log from outside and remembers what was committed before a kill.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use api::embedded_postgres::SERVICE_ROLE;
use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};
use tokio::time::timeout;

use crate::house::House;

/// A server that is being killed may leave a question without an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Watches one log.
#[derive(Default)]
pub struct Witness {
    connection: Option<PgConnection>,
    /// Fingerprints of events by position, as they were seen.
    seen: BTreeMap<i64, String>,
}

/// The newest event.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Newest {
    pub position: i64,
    pub event_type: String,
    pub fingerprint: String,
}

/// Everything that two ledgers of the same office have in common, in order, and how often each was written.
pub type Contents = BTreeMap<String, i64>;

impl Newest {
    /// Whether the log has `length` events, and its newest is of the type, or so many came by since that it is missed.
    pub fn is_beyond(&self, length: i64, newest: Option<&str>) -> bool {
        const MISSED: i64 = 1_500;
        let wanted = newest.is_none_or(|newest| newest == self.event_type);
        self.position + 1 >= length && (wanted || self.position + 1 >= length + MISSED)
    }
}

impl Witness {
    /// Remembers the newest event, if the server can be asked.
    pub async fn look(&mut self, house: &House) -> Option<Newest> {
        if self.connection.is_none() {
            let options = superuser(&house.cluster())?;
            self.connection = timeout(PATIENCE, options.connect()).await.ok()?.ok();
        }
        let query = sqlx::query_as::<_, Newest>(include_str!("sql/newest_event.sql"));
        match timeout(PATIENCE, query.fetch_optional(self.connection.as_mut()?)).await {
            Ok(Ok(newest)) => {
                let newest = newest?;
                self.seen.insert(newest.position, newest.fingerprint.clone());
                Some(newest)
            }
            // no log yet, or no server any more
            _ => {
                self.leave();
                None
            }
        }
    }

    /// Whether the started program works on the log by now. A server that its killed predecessor left behind shows
    /// the log too, and who kills that before the program joins it has killed nobody.
    pub async fn sees_at_work(&mut self, house: &House) -> bool {
        let Some(connection) = self.connection.as_mut() else { return false };
        let since = house.started().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
        let query = sqlx::query_scalar(include_str!("sql/at_work.sql")).bind(SERVICE_ROLE).bind(since);
        matches!(timeout(PATIENCE, query.fetch_one(connection)).await, Ok(Ok(true)))
    }

    /// Ends the connection, so that nobody waits for it.
    pub fn leave(&mut self) {
        self.connection = None;
    }

    /// Proves that every event ever seen is in the log, at its position, as it was.
    pub async fn testify(&self, connection: &mut PgConnection) {
        let positions: Vec<i64> = self.seen.keys().copied().collect();
        let query = sqlx::query_as::<_, Newest>(include_str!("sql/events_at.sql")).bind(&positions);
        let found = query.fetch_all(connection).await.unwrap();
        let found: BTreeMap<i64, String> =
            found.into_iter().map(|event| (event.position, event.fingerprint)).collect();
        let lost: Vec<_> = self.seen.iter().filter(|(at, print)| found.get(at) != Some(print)).collect();
        assert!(lost.is_empty(), "committed events are lost or changed: {lost:?}");
        println!("{} events seen before kills are in the log", self.seen.len());
    }
}

/// What the log holds.
pub async fn contents(connection: &mut PgConnection) -> Contents {
    let query = sqlx::query_as::<_, (String, i64)>(include_str!("sql/contents.sql"));
    query.fetch_all(connection).await.unwrap().into_iter().collect()
}

/// What differs between two logs, shortened for a message.
pub fn difference(expected: &Contents, found: &Contents) -> Vec<String> {
    let all: std::collections::BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    let count = |contents: &Contents, fact: &String| contents.get(fact).copied().unwrap_or_default();
    let differing = all.into_iter().filter(|fact| count(expected, fact) != count(found, fact));
    differing
        .map(|fact| format!("{} instead of {} times: {fact}", count(found, fact), count(expected, fact)))
        .take(20)
        .collect()
}

/// How to reach the running server of a cluster without keeping it alive.
fn superuser(cluster: &Path) -> Option<PgConnectOptions> {
    let pid_file = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    let lines: Vec<&str> = pid_file.lines().map(str::trim).collect();
    let credentials = fs::read(cluster.join("ledger_credentials.json")).ok()?;
    let credentials: Value = serde_json::from_slice(&credentials).ok()?;
    let ready = lines.get(7) == Some(&"ready");
    let options = PgConnectOptions::new().socket(lines.get(4)?).port(lines.get(3)?.parse().ok()?);
    let options = options.username("postgres").password(credentials["superuser"].as_str()?);
    ready.then(|| options.database("ledger").options([("search_path", "ledger,pg_temp")]))
}
