//! Sessions: a secret with the browser, its hash and an end with the ledger.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::actor::{ActorId, Role};
use serde::Deserialize;
use serde::de::value::{Error as ValueError, StrDeserializer};
use sha2::{Digest, Sha256};
use sqlx::Row;

use crate::processes::{Office, ProcessError};

/// The cookie that holds the secret.
pub(super) const COOKIE_NAME: &str = "ledger_session";

/// The longest life of a session, in hours: a day at the office.
const HOURS_MAX: i32 = 10;

/// How long a session may be unused, in minutes.
const IDLE_MINUTES_MAX: i32 = 30;

/// A session as the ledger knows it.
pub(super) struct Known {
    pub account: ActorId,
    pub role: Role,
}

/// Begins a session. Gives its secret, which nobody else has.
pub(super) async fn begin(office: &Office, account: &ActorId, role: Role) -> Result<String, ProcessError> {
    let mut secret = [0_u8; 32];
    getrandom::fill(&mut secret).map_err(|error| ProcessError::Damaged(error.to_string()))?;
    let secret = URL_SAFE_NO_PAD.encode(secret);
    sqlx::query(include_str!("sql/forget_sessions.sql")).execute(&office.pool).await?;
    sqlx::query(include_str!("sql/begin_session.sql"))
        .bind(digest(&secret))
        .bind(account.as_str())
        .bind(code(role)?)
        .bind(HOURS_MAX)
        .execute(&office.pool)
        .await?;
    Ok(secret)
}

/// The session of a request, if it has one that lasts.
pub(super) async fn of(office: &Office, headers: &HeaderMap) -> Result<Option<Known>, ProcessError> {
    let Some(secret) = cookie(headers, COOKIE_NAME) else { return Ok(None) };
    let query = sqlx::query(include_str!("sql/use_session.sql")).bind(digest(secret)).bind(IDLE_MINUTES_MAX);
    let Some(row) = query.fetch_optional(&office.pool).await? else { return Ok(None) };
    let account = ActorId::parse(row.try_get("account")?);
    let role = Role::deserialize(StrDeserializer::<ValueError>::new(row.try_get("role")?));
    match (account, role) {
        (Ok(account), Ok(role)) => Ok(Some(Known { account, role })),
        _ => Err(ProcessError::Damaged("a session cannot be read".to_owned())),
    }
}

/// From now on the session acts in another role.
pub(super) async fn change_role(
    office: &Office,
    headers: &HeaderMap,
    role: Role,
) -> Result<(), ProcessError> {
    let secret = cookie(headers, COOKIE_NAME).unwrap_or_default();
    let query = sqlx::query(include_str!("sql/change_role.sql")).bind(digest(secret)).bind(code(role)?);
    query.execute(&office.pool).await?;
    Ok(())
}

/// Ends the session of a request.
pub(super) async fn end(office: &Office, headers: &HeaderMap) -> Result<(), ProcessError> {
    let secret = cookie(headers, COOKIE_NAME).unwrap_or_default();
    sqlx::query(include_str!("sql/end_session.sql")).bind(digest(secret)).execute(&office.pool).await?;
    Ok(())
}

/// The value of a cookie.
pub(super) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    let mut pairs =
        cookies.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

fn digest(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// A role by the name that it has in events.
fn code(role: Role) -> Result<String, ProcessError> {
    let value = serde_json::to_value(role).map_err(|error| ProcessError::Damaged(error.to_string()))?;
    value.as_str().map(str::to_owned).ok_or_else(|| ProcessError::Damaged("a role has no name".to_owned()))
}
