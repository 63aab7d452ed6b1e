//! What must hold at the end of every test, whatever it did.

use std::collections::BTreeSet;

use api::check::{Outside, Seen, Verdict, check_log};
use domain::event_catalogue::stream_kinds;
use sqlx::PgPool;

use eventlog::database::{LedgerDatabase, owner_pool};

/// What holds in every log, also in one that tells of jars and coins.
const OF_ANY_LOG: [&str; 2] = ["order", "head"];

/// What holds in a log of the office, also where a test wrote its events without the commands that lead to them.
const OF_AN_OFFICE: [&str; 4] = ["order", "head", "history", "paid_once"];

/// What holds in a log that was written by commands alone.
const OF_COMMANDS: [&str; 13] = [
    "order",
    "head",
    "history",
    "authors",
    "run_sums",
    "paid_once",
    "recoveries",
    "books",
    "funds",
    "closed_years",
    "four_eyes",
    "commands",
    "proofs",
];

/// Proves the invariants; the error names the ones that are broken.
pub(crate) async fn prove(database: &LedgerDatabase) -> Result<(), String> {
    let pool = owner_pool(database, 1).await.map_err(|error| error.to_string())?;
    let proven = prove_in(&pool).await;
    pool.close().await;
    proven
}

async fn prove_in(pool: &PgPool) -> Result<(), String> {
    let stray: i64 = sqlx::query_scalar("select count(*) from pg_tables where schemaname = 'public'")
        .fetch_one(pool)
        .await
        .map_err(|error| error.to_string())?;
    if stray > 0 {
        return Err("a ledger leaves nothing in the schema public".to_owned());
    }
    let mut types = BTreeSet::new();
    let remember = |seen: &Seen| {
        types.insert(seen.stream_type.clone());
    };
    let verdicts = check_log(pool, &Outside::default(), remember).await.map_err(|error| error.to_string())?;
    let asked = asked_of(pool, &types).await.map_err(|error| error.to_string())?;
    let broken: Vec<String> = verdicts.iter().filter(|it| is_broken(it, asked)).map(shown).collect();
    if broken.is_empty() { Ok(()) } else { Err(broken.join("\n")) }
}

/// Which invariants a log must keep that tells of these types.
async fn asked_of(pool: &PgPool, types: &BTreeSet<String>) -> sqlx::Result<&'static [&'static str]> {
    let of_the_office = stream_kinds();
    if types.iter().any(|each| !of_the_office.iter().any(|kind| kind.stream_type == each)) {
        return Ok(&OF_ANY_LOG);
    }
    let statement = "select exists (select from log_commands)";
    let by_commands: bool = sqlx::query_scalar(statement).fetch_one(pool).await?;
    Ok(if by_commands { &OF_COMMANDS } else { &OF_AN_OFFICE })
}

fn is_broken(verdict: &Verdict, asked: &[&str]) -> bool {
    !verdict.findings.is_empty() && asked.contains(&verdict.invariant.code)
}

fn shown(verdict: &Verdict) -> String {
    let findings: Vec<String> =
        verdict.findings.iter().map(|finding| format!("{:?} {}", finding.positions, finding.en)).collect();
    format!("{}: {}", verdict.invariant.en, findings.join("; "))
}
