//! The roles and the database of a private server, made on first use.

use sqlx::postgres::PgConnection;
use sqlx::{ConnectOptions, Connection, Executor};

use super::cluster::Login;
use super::error::EmbeddedPostgresError;
use super::{DATABASE, EmbeddedPostgres, OWNER_ROLE, SERVICE_ROLE};

/// Makes what is missing. Also shows that the server answers.
pub(super) async fn ensure(server: &EmbeddedPostgres) -> Result<(), EmbeddedPostgresError> {
    let mut connection = server.superuser("postgres").connect().await?;
    ensure_role(&mut connection, OWNER_ROLE, &server.credentials.owner).await?;
    ensure_role(&mut connection, SERVICE_ROLE, &server.credentials.service).await?;
    eventlog::database::prepare_reader(&mut connection).await?;
    ensure_database(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

async fn ensure_role(connection: &mut PgConnection, role: &str, login: &Login) -> Result<(), sqlx::Error> {
    let found: bool = sqlx::query_scalar(include_str!("sql/select_role_exists.sql"))
        .bind(role)
        .fetch_one(&mut *connection)
        .await?;
    if found {
        return Ok(());
    }
    // A role's password cannot be a parameter; the statement is put together by the server, which quotes.
    let statement: String = sqlx::query_scalar(include_str!("sql/format_create_role.sql"))
        .bind(role)
        .bind(login.reveal())
        .fetch_one(&mut *connection)
        .await?;
    connection.execute(statement.as_str()).await?;
    Ok(())
}

async fn ensure_database(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let found: bool = sqlx::query_scalar(include_str!("sql/select_database_exists.sql"))
        .bind(DATABASE)
        .fetch_one(&mut *connection)
        .await?;
    if !found {
        connection.execute(include_str!("sql/create_database.sql")).await?;
    }
    connection.execute(include_str!("sql/revoke_connect.sql")).await?;
    connection.execute(include_str!("sql/grant_connect.sql")).await?;
    Ok(())
}
