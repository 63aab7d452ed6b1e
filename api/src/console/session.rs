//! Sessions: a secret with the browser, its hash and an end with the ledger.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::actor::{ActorId, Role};
use domain::user::SignInDoor;
use serde::Deserialize;
use serde::de::value::{Error as ValueError, StrDeserializer};
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, Row};

use super::Console;
use crate::lang::Lang;
use crate::processes::users::{Standing, lock_sessions, overtaken, still_stands};
use crate::processes::{Office, ProcessError, SessionDigest};

/// The cookie that holds the secret.
pub(super) const COOKIE_NAME: &str = "ledger_session";
/// The same over TLS.
pub(super) const ENCRYPTED_COOKIE_NAME: &str = "__Host-ledger_session";
/// The cookie of somebody who is half in.
pub(super) const HALF_COOKIE_NAME: &str = "ledger_sign_in";
/// The same over TLS.
pub(super) const ENCRYPTED_HALF_COOKIE_NAME: &str = "__Host-ledger_sign_in";

/// The cookie of somebody who was sent to the provider of identities.
pub(super) const PROVIDER_COOKIE_NAME: &str = "ledger_provider";
/// The same over TLS.
pub(super) const ENCRYPTED_PROVIDER_COOKIE_NAME: &str = "__Host-ledger_provider";

/// The longest life of a session, in hours: a day at the office.
const HOURS_MAX: i32 = 10;

/// How long a session may be unused, in minutes.
const IDLE_MINUTES_MAX: i32 = 30;

/// How long somebody may take between the password and the second factor, in minutes.
const HALF_MINUTES_MAX: i32 = 10;

/// How long somebody may take at the provider of identities, in minutes.
pub(super) const PROVIDER_MINUTES_MAX: i32 = 10;

/// A session as the ledger knows it.
pub(super) struct Known {
    pub account: ActorId,
    pub role: Role,
    pub digest: SessionDigest,
}

/// What a session rests on when it begins.
#[derive(Clone, Copy)]
pub(super) enum RestsOn<'a> {
    /// What the door looked at.
    Standing(&'a Standing),
    /// A sign-in that was half done, by its secret. It is used up.
    Half(&'a str),
}

/// Begins a session, while what it rests on still stands. Gives its secret, which nobody else has.
///
/// # Errors
/// [`ProcessError::Refused`] with the code `sign_in_overtaken`, and those of the database.
pub(super) async fn begin(
    office: &Office,
    account: &ActorId,
    role: Role,
    rests_on: RestsOn<'_>,
) -> Result<String, ProcessError> {
    let secret = random()?;
    sqlx::query(include_str!("sql/forget_sessions.sql")).execute(&office.pool).await?;
    let mut transaction = office.pool.begin().await?;
    holds(&mut transaction, account, rests_on).await?;
    sqlx::query(include_str!("sql/begin_session.sql"))
        .bind(digest(&secret))
        .bind(account.as_str())
        .bind(code(role)?)
        .bind(HOURS_MAX)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(secret)
}

/// Refuses what was overtaken; until the transaction is over nobody changes it.
async fn holds(
    connection: &mut PgConnection,
    account: &ActorId,
    rests_on: RestsOn<'_>,
) -> Result<(), ProcessError> {
    lock_sessions(connection, account).await?;
    let stands = match rests_on {
        RestsOn::Standing(standing) => still_stands(connection, account, standing).await?,
        RestsOn::Half(secret) => {
            let query = sqlx::query(include_str!("sql/end_half_session.sql")).bind(digest(secret));
            query.execute(connection).await?.rows_affected() == 1
        }
    };
    if stands { Ok(()) } else { Err(overtaken()) }
}

/// The session of a request, if it has one that lasts.
pub(super) async fn of(console: &Console, headers: &HeaderMap) -> Result<Option<Known>, ProcessError> {
    let Some(secret) = cookie(headers, console.entrance.session_cookie()) else { return Ok(None) };
    let digest = digest(secret);
    let query = sqlx::query(include_str!("sql/use_session.sql")).bind(digest).bind(IDLE_MINUTES_MAX);
    let Some(row) = query.fetch_optional(&console.office.pool).await? else { return Ok(None) };
    let account = ActorId::parse(row.try_get("account")?);
    let role = Role::deserialize(StrDeserializer::<ValueError>::new(row.try_get("role")?));
    match (account, role) {
        (Ok(account), Ok(role)) => Ok(Some(Known { account, role, digest })),
        _ => Err(ProcessError::Damaged("a session cannot be read".to_owned())),
    }
}

/// From now on the session acts in another role.
pub(super) async fn change_role(
    console: &Console,
    headers: &HeaderMap,
    role: Role,
) -> Result<(), ProcessError> {
    let secret = cookie(headers, console.entrance.session_cookie()).unwrap_or_default();
    let query = sqlx::query(include_str!("sql/change_role.sql")).bind(digest(secret)).bind(code(role)?);
    query.execute(&console.office.pool).await?;
    Ok(())
}

/// Ends the session of a request.
pub(super) async fn end(console: &Console, headers: &HeaderMap) -> Result<(), ProcessError> {
    let secret = cookie(headers, console.entrance.session_cookie()).unwrap_or_default();
    sqlx::query(include_str!("sql/end_session.sql"))
        .bind(digest(secret))
        .execute(&console.office.pool)
        .await?;
    Ok(())
}

/// Remembers whom a door let through, while what it looked at still stands. Gives the secret of it.
///
/// # Errors
/// Those of [`begin`].
pub(super) async fn begin_half(
    office: &Office,
    account: &ActorId,
    door: SignInDoor,
    standing: &Standing,
) -> Result<String, ProcessError> {
    let secret = random()?;
    sqlx::query(include_str!("sql/forget_half_sessions.sql")).execute(&office.pool).await?;
    let mut transaction = office.pool.begin().await?;
    holds(&mut transaction, account, RestsOn::Standing(standing)).await?;
    sqlx::query(include_str!("sql/begin_half_session.sql"))
        .bind(digest(&secret))
        .bind(account.as_str())
        .bind(door == SignInDoor::Provider)
        .bind(HALF_MINUTES_MAX)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(secret)
}

/// Whom a door let through with this browser a short while ago, and which.
pub(super) async fn half_of(
    console: &Console,
    headers: &HeaderMap,
) -> Result<Option<(ActorId, SignInDoor)>, ProcessError> {
    let Some(secret) = cookie(headers, console.entrance.half_cookie()) else { return Ok(None) };
    let query = sqlx::query(include_str!("sql/read_half_session.sql")).bind(digest(secret));
    let Some(row) = query.fetch_optional(&console.office.pool).await? else { return Ok(None) };
    let door = if row.try_get("by_provider")? { SignInDoor::Provider } else { SignInDoor::Password };
    let account = ActorId::parse(row.try_get("account")?);
    Ok(account.ok().map(|account| (account, door)))
}

/// Remembers that somebody is sent to the provider of identities. Gives the secret of it, which says their language too.
pub(super) async fn begin_at_provider(office: &Office, lang: Lang) -> Result<String, ProcessError> {
    let secret = format!("{}.{}", lang.pick("zh", "en"), random()?);
    sqlx::query(include_str!("sql/forget_at_provider.sql")).execute(&office.pool).await?;
    sqlx::query(include_str!("sql/begin_at_provider.sql"))
        .bind(digest(&secret))
        .bind(PROVIDER_MINUTES_MAX)
        .execute(&office.pool)
        .await?;
    Ok(secret)
}

/// The language of somebody who comes back from there.
pub(super) fn language_underway(secret: &str) -> Option<Lang> {
    match secret.split_once('.')?.0 {
        "en" => Some(Lang::En),
        "zh" => Some(Lang::Zh),
        _ => None,
    }
}

/// Forgets it. Whether they were awaited: once, and not too late.
pub(super) async fn end_at_provider(office: &Office, secret: &str) -> Result<bool, ProcessError> {
    let query = sqlx::query_scalar(include_str!("sql/end_at_provider.sql")).bind(digest(secret));
    Ok(query.fetch_optional(&office.pool).await?.unwrap_or(false))
}

/// The value of a cookie.
pub(super) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    let mut pairs =
        cookies.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

fn random() -> Result<String, ProcessError> {
    let mut secret = [0_u8; 32];
    getrandom::fill(&mut secret).map_err(|error| ProcessError::Damaged(error.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(secret))
}

/// What the ledger knows of a secret.
pub(super) fn digest(secret: &str) -> SessionDigest {
    Sha256::digest(secret.as_bytes()).into()
}

/// A role by the name that it has in events.
fn code(role: Role) -> Result<String, ProcessError> {
    let value = serde_json::to_value(role).map_err(|error| ProcessError::Damaged(error.to_string()))?;
    value.as_str().map(str::to_owned).ok_or_else(|| ProcessError::Damaged("a role has no name".to_owned()))
}
