//! The peers for single commands: stock postgres-es and pgbench.

use std::process::Command;
use std::sync::Arc;

use api::embedded_postgres::{DATABASE, SUPERUSER_ROLE};
use cqrs_es::persist::GenericQuery;
use cqrs_es::{AggregateError, CqrsFramework, EventEnvelope, View};
use domain::aggregate::Instruction;
use postgres_es::{PostgresCqrs, PostgresViewRepository};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgPoolOptions;
use sqlx::{Executor, PgPool};

use crate::account::{
    Account, AccountCommand, AccountEvent, METADATA, Setting, account_id, context, payment,
};

const STOCK_TABLES: &str = "
    create table events (aggregate_type text not null, aggregate_id text not null, sequence bigint not null check (sequence >= 0),
        event_type text not null, event_version text not null, payload json not null, metadata json not null,
        primary key (aggregate_type, aggregate_id, sequence));
    create table snapshots (aggregate_type text not null, aggregate_id text not null, last_sequence bigint not null,
        current_snapshot bigint not null, payload json not null, primary key (aggregate_type, aggregate_id, last_sequence));
    create table account_view (view_id text primary key, version bigint not null, payload json not null)";

/// A view as stock examples have it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct AccountView {
    paid: u64,
}

impl View<Account> for AccountView {
    fn update(&mut self, event: &EventEnvelope<Account>) {
        let AccountEvent::AmountPaid { amount, .. } = &event.payload;
        self.paid += amount;
    }
}

/// Stock `CqrsFramework` with one `GenericQuery`, on tables of its own, with histories of 12 events.
pub struct Stock {
    framework: PostgresCqrs<Account>,
}

impl Stock {
    pub async fn prepare(setting: &Setting, accounts: u32) -> Stock {
        let mut owner = setting.owner("stock").await;
        owner.execute(STOCK_TABLES).await.unwrap();
        let options = setting.database("stock").owner_options();
        let pool = PgPoolOptions::new().max_connections(10).connect_with(options).await.unwrap();
        fill(&pool, accounts).await;
        let views =
            Arc::new(PostgresViewRepository::<AccountView, Account>::new("account_view", pool.clone()));
        let query = GenericQuery::<_, AccountView, Account>::new(views);
        let framework: CqrsFramework<_, _> = postgres_es::postgres_cqrs(pool, vec![Box::new(query)], ());
        Stock { framework }
    }

    /// Asks again after a conflict, as users of the framework do themselves.
    pub async fn pay(&self, id: &str) {
        loop {
            let instruction = Instruction { context: context(), command: AccountCommand::Pay(5) };
            match self.framework.execute(id, instruction).await {
                Err(AggregateError::AggregateConflict) => {}
                paid => return paid.unwrap(),
            }
        }
    }
}

async fn fill(pool: &PgPool, accounts: u32) {
    let ids: Vec<String> = (0..accounts).map(account_id).collect();
    let payload = serde_json::to_string(&payment(60_000)).unwrap();
    sqlx::query(
        "insert into events select 'Account', id, s, 'AmountPaid', '1.0.0', $2::json, $3::json
           from unnest($1::text[]) as id, generate_series(1, 12) as s",
    )
    .bind(&ids)
    .bind(payload)
    .bind(METADATA)
    .execute(pool)
    .await
    .unwrap();
    let view = r#"insert into account_view select id, 12, '{"paid":720000}' from unnest($1::text[]) as id"#;
    sqlx::query(view).bind(&ids).execute(pool).await.unwrap();
    pool.execute("analyze events, account_view").await.unwrap();
}

/// pgbench inserting one row in a transaction; inserts per second. None where there is no pgbench.
pub async fn pgbench(setting: &Setting, clients: usize, seconds: u32) -> Option<f64> {
    let program = setting.postgres.binaries().client("pgbench");
    if !program.is_file() {
        return None;
    }
    let database = setting.database("pgbench");
    let mut owner = setting.owner("pgbench").await;
    owner.execute(STOCK_TABLES).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("insert.sql");
    // pgbench takes a colon before a name for a variable, and before a space for a colon.
    let spaced = |json: &str| json.replace(':', ": ");
    let (payload, metadata) = (spaced(&serde_json::to_string(&payment(60_000)).unwrap()), spaced(METADATA));
    let insert = format!(
        "\\set number random(1, 1000000000000)\ninsert into events values ('Account', 'a' || :number, 1, 'AmountPaid', '1.0.0', '{payload}', '{metadata}');\n"
    );
    std::fs::write(&script, insert).unwrap();
    let postgres = &setting.postgres;
    let output = Command::new(program)
        .env("PGOPTIONS", format!("-c search_path={}", database.schema()))
        .env("PGPASSWORD", postgres.superuser_password())
        .args(["-U", SUPERUSER_ROLE, "-p", &postgres.owner().get_port().to_string(), "-h"])
        .arg(postgres.socket_dir())
        .args(["-n", "-M", "prepared", "-c", &clients.to_string(), "-j", &clients.min(2).to_string()])
        .args(["-T", &seconds.to_string(), "-f"])
        .arg(&script)
        .arg(DATABASE)
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let rate = printed.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    if rate.is_none() {
        println!("pgbench: {printed}{}", String::from_utf8_lossy(&output.stderr));
    }
    setting.drop("pgbench").await;
    rate
}
