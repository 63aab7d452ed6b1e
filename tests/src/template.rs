//! The migrated database that every test's database is a copy of.

use std::fs;
use std::path::Path;

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use sha2::{Digest, Sha256};
use sqlx::{ConnectOptions, Connection};

use crate::server::SharedServer;
use eventlog::database::{self, Clock, LedgerDatabase};

/// The schema of the test ledgers.
pub(crate) const SCHEMA: &str = "ledger";

/// Makes the database `name` as a copy of the template for ledgers that keep `clock`.
pub(crate) async fn copy_to(server: &SharedServer, name: &str, clock: Clock) {
    let template = ensure(server, clock).await;
    server.execute(&format!("create database {name} template {template} owner ledger_owner")).await;
}

/// How to reach the ledger in database `name`.
pub(crate) fn ledger_in(server: &SharedServer, name: &str) -> LedgerDatabase {
    let postgres = server.postgres();
    LedgerDatabase::try_new(postgres.owner().database(name), postgres.service().database(name), SCHEMA)
        .unwrap()
}

/// The template's name; the first test of the run that finds it missing makes it. It is named after the
/// migrations, so that a changed migration is never tested on an old template.
async fn ensure(server: &SharedServer, clock: Clock) -> String {
    let kind = match clock {
        Clock::Real => "real",
        Clock::Simulated => "simulated",
    };
    let name = format!("template_{kind}_{}", digest_of_migrations());
    let _alone = server.lock("template.lock").await;
    if databases(server).await.contains(&name) {
        return name;
    }
    remove_abandoned(server).await;
    let draft = format!("{name}_draft");
    server.execute(&format!("drop database if exists {draft} with (force)")).await;
    server.execute(&format!("create database {draft} owner ledger_owner template template0")).await;
    database::migrate(&ledger_in(server, &draft), clock)
        .await
        .expect("the migrations apply to an empty database");
    server.execute(&format!("alter database {draft} rename to {name}")).await;
    name
}

/// Drops the databases of tests that were killed; their names hold the test's process number.
async fn remove_abandoned(server: &SharedServer) {
    for name in databases(server).await {
        let number = name.strip_prefix("test_").and_then(|rest| rest.split('_').next()?.parse().ok());
        let gone = |number: i32| matches!(kill(Pid::from_raw(number), None), Err(Errno::ESRCH));
        if number.is_some_and(gone) {
            server.execute(&format!("drop database if exists {name} with (force)")).await;
        }
    }
}

async fn databases(server: &SharedServer) -> Vec<String> {
    let mut connection = server.postgres().superuser("postgres").connect().await.unwrap();
    let names =
        sqlx::query_scalar("select datname::text from pg_database").fetch_all(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    names
}

fn digest_of_migrations() -> String {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations"));
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut digest = Sha256::new();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "sql")) {
        digest.update(fs::read(path).unwrap());
        digest.update([0]);
    }
    hex::encode(&digest.finalize()[..6])
}
