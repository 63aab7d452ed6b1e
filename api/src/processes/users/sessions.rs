//! 会话: what is open at the console ends when what it rests on is another: the password, the second factor, the identity,
//! the roles, the right to come in ([`UserCommand::ends_sessions`](domain::user::UserCommand::ends_sessions)).

use domain::actor::ActorId;

use crate::processes::{Desk, Office, ProcessError};

/// Ends every open session of a user, and every sign-in that is half done, but the session at which `desk` sits.
///
/// # Errors
/// Those of the database.
pub(super) async fn end_sessions(
    office: &Office,
    desk: &Desk,
    account: &ActorId,
) -> Result<(), ProcessError> {
    sqlx::query(include_str!("sql/end_sessions.sql"))
        .bind(account.as_str())
        .bind(desk.session.map(|digest| digest.to_vec()))
        .execute(&office.pool)
        .await?;
    Ok(())
}
