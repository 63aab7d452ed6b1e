//! 会话: what is open at the console ends when what it rests on is another: the password, the second factor, the identity,
//! the roles, the right to come in ([`UserCommand::ends_sessions`](domain::user::UserCommand::ends_sessions)).
//!
//! A sign-in takes a while, and what it rests on may change meanwhile. So a session begins only while that still stands, and
//! beginning and ending go one after the other for each user: what began before an end is ended by it, what comes after it sees
//! what changed.

use chrono::{DateTime, Utc};
use domain::actor::ActorId;
use domain::user::UserEvent;
use sqlx::PgConnection;

use crate::processes::{Desk, Office, ProcessError};

/// What somebody's sign-in rests on, as it was when it was looked at.
#[derive(Clone, Debug)]
pub struct Standing {
    /// So many events the user's stream had.
    pub(super) version: u64,
    /// When the password was set that was given, where one was.
    pub(super) password_set_at: Option<DateTime<Utc>>,
}

/// Keeps whoever begins or ends sessions of a user waiting until the transaction is over.
///
/// # Errors
/// Those of the database.
pub async fn lock_sessions(connection: &mut PgConnection, account: &ActorId) -> Result<(), ProcessError> {
    let query = sqlx::query(include_str!("sql/lock_sessions.sql")).bind(account.as_str());
    query.execute(connection).await?;
    Ok(())
}

/// Whether what a sign-in rests on still stands, under the lock of [`lock_sessions`].
///
/// # Errors
/// Those of the database.
pub async fn still_stands(
    connection: &mut PgConnection,
    account: &ActorId,
    standing: &Standing,
) -> Result<bool, ProcessError> {
    let stands = sqlx::query_scalar(include_str!("sql/still_stands.sql"))
        .bind(account.as_str())
        .bind(standing.version.cast_signed())
        .bind(UserEvent::ENDING_SESSIONS.map(str::to_owned).to_vec())
        .bind(standing.password_set_at)
        .fetch_one(connection)
        .await?;
    Ok(stands)
}

/// What changed while somebody signed in.
pub fn overtaken() -> ProcessError {
    ProcessError::Refused {
        code: "sign_in_overtaken",
        field: "",
        zh: "登录过程中该账号的密码或设置已变更，请重新登录。".to_owned(),
        en: "the account's password or settings changed while you signed in; sign in again".to_owned(),
    }
}

/// Ends every open session of a user, and every sign-in that is half done, but the one at which `desk` sits.
///
/// # Errors
/// Those of the database.
pub(super) async fn end_sessions(
    office: &Office,
    desk: &Desk,
    account: &ActorId,
) -> Result<(), ProcessError> {
    let mut transaction = office.pool.begin().await?;
    lock_sessions(&mut transaction, account).await?;
    sqlx::query(include_str!("sql/end_sessions.sql"))
        .bind(account.as_str())
        .bind(desk.session.map(|digest| digest.to_vec()))
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}
