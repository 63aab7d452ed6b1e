//! What must hold at the end of every test, whatever it did.

use sqlx::{ConnectOptions, Connection};

use eventlog::database::LedgerDatabase;

/// Proves the invariants; the error names the one that is broken.
pub(crate) async fn prove(database: &LedgerDatabase) -> Result<(), String> {
    let mut connection = database.owner_options().connect().await.map_err(|error| error.to_string())?;
    let stray: i64 = sqlx::query_scalar("select count(*) from pg_tables where schemaname = 'public'")
        .fetch_one(&mut connection)
        .await
        .map_err(|error| error.to_string())?;
    connection.close().await.map_err(|error| error.to_string())?;
    if stray == 0 { Ok(()) } else { Err("a ledger leaves nothing in the schema public".to_owned()) }
}
