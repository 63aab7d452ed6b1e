//! 令牌: opaque tokens of 256 random bits, kept as hashes and shown once.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use domain::actor::{Actor, ActorId, Role};
use domain::user::{Scope, TokenTerms, User, UserCommand};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::{FromRow, PgPool, Row};
use uuid::Uuid;

use super::change_user;
use crate::access::Caller;
use crate::processes::{Desk, Office, ProcessError, office_day};

/// By these letters people and scanners know a token that stands where it should not.
const PREFIX: &str = "ledger_";

/// What a token is wanted for.
#[derive(Clone, Debug)]
pub struct TokenWanted {
    /// Whose.
    pub account: ActorId,
    /// In which role it acts.
    pub role: Role,
    /// What it may do of that.
    pub scopes: BTreeSet<Scope>,
    /// What it is for.
    pub purpose: String,
    /// How long it lives.
    pub days: u16,
}

/// A token that was made. Not to be written anywhere but to whoever asked.
#[derive(Clone, Serialize)]
pub struct IssuedToken {
    /// Names it; no secret.
    pub token_id: Uuid,
    /// The token itself; nobody can show it again.
    pub token: String,
    /// Its last day.
    pub expires_on: NaiveDate,
}

/// When a token was used last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TokenUse {
    /// Which.
    pub token_id: Uuid,
    /// The day.
    pub last_used_on: NaiveDate,
}

/// Makes a token: the event first, then its hash.
///
/// # Errors
/// [`ProcessError`] when the domain refuses.
pub async fn issue_token(
    office: &Office,
    desk: &Desk,
    wanted: TokenWanted,
) -> Result<IssuedToken, ProcessError> {
    let TokenWanted { account, role, scopes, purpose, days } = wanted;
    let (token_id, expires_on) = (Uuid::new_v4(), desk.today() + Duration::days(days.into()));
    let mut secret = [0_u8; 32];
    getrandom::fill(&mut secret).map_err(|error| ProcessError::Damaged(error.to_string()))?;
    let token = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(secret));
    let terms = TokenTerms { token_id, role, scopes, purpose, expires_on };
    change_user(office, desk, &account, UserCommand::IssueToken(terms)).await?;
    sqlx::query(include_str!("sql/insert_token.sql"))
        .bind(token_id)
        .bind(account.as_str())
        .bind(hash(&token))
        .execute(&office.pool)
        .await?;
    Ok(IssuedToken { token_id, token, expires_on })
}

/// When the tokens of a user were used last; those that never were are not named.
///
/// # Errors
/// Those of the database.
pub async fn token_uses(office: &Office, account: &ActorId) -> Result<Vec<TokenUse>, ProcessError> {
    let query = sqlx::query(include_str!("sql/uses_of_tokens.sql")).bind(account.as_str());
    let rows = query.fetch_all(&office.pool).await?;
    let each = |row: &sqlx::postgres::PgRow| {
        Ok(TokenUse { token_id: row.try_get("token_id")?, last_used_on: row.try_get("last_used_on")? })
    };
    rows.iter().map(each).collect()
}

/// Who calls with a token; see [`token_named`] and [`holder_of`].
///
/// # Errors
/// Those of the database.
pub async fn caller_of(
    office: &Office,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Option<Caller>, ProcessError> {
    match token_named(office, token).await? {
        Some(known) => holder_of(office, &known, now, Instant::now()).await,
        None => Ok(None),
    }
}

/// A token that was once issued, whether or not it still holds. Asks the database only for tokens that this process has
/// not met.
///
/// # Errors
/// Those of the database.
pub async fn token_named(office: &Office, token: &str) -> Result<Option<KnownToken>, ProcessError> {
    if !token.starts_with(PREFIX) {
        return Ok(None);
    }
    Ok(office.tokens.find(&office.pool, hash(token)).await?)
}

/// Who holds a token. None for one that is revoked or past its day, and for one of a user who is locked or lost the role:
/// the stream is asked each time, so that a withdrawal holds at once in every process. `came_at` is when the request came.
///
/// # Errors
/// Those of the database.
pub async fn holder_of(
    office: &Office,
    known: &KnownToken,
    now: DateTime<Utc>,
    came_at: Instant,
) -> Result<Option<Caller>, ProcessError> {
    let today = office_day(now);
    let token_id = known.token_id;
    let user = office.repository.load_newest::<User>(&known.account).await?.state;
    let Some(user) = user.account() else { return Ok(None) };
    let Some(token) = user.token_on(token_id, today) else { return Ok(None) };
    if known.last_used_on != Some(today) {
        let query = sqlx::query(include_str!("sql/use_token.sql")).bind(token_id).bind(today);
        query.execute(&office.pool).await?;
        office.tokens.used(known.sha256, today);
    }
    Ok(Some(Caller {
        actor: Actor { id: user.account.clone(), role: token.role },
        scopes: token.scopes.clone(),
        data_scope: user.data_scope.clone(),
        token_id,
        expires_on: token.expires_on,
        came_at,
    }))
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// Tokens that this process has met, and whose they are: rows that never change but for the day of their last use. Whether
/// a token still holds is not remembered: the stream of its user says it. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct KnownTokens(Arc<Mutex<HashMap<[u8; 32], KnownToken>>>);

/// Whose a token is.
#[derive(Clone, Debug, FromRow)]
pub struct KnownToken {
    sha256: [u8; 32],
    token_id: Uuid,
    account: String,
    last_used_on: Option<NaiveDate>,
}

impl KnownToken {
    /// Whose it is.
    pub fn account(&self) -> &str {
        &self.account
    }
}

impl KnownTokens {
    async fn find(&self, pool: &PgPool, sha256: [u8; 32]) -> Result<Option<KnownToken>, sqlx::Error> {
        if let Some(known) = self.lock().get(&sha256) {
            return Ok(Some(known.clone()));
        }
        let query = sqlx::query_as::<_, KnownToken>(include_str!("sql/read_token.sql")).bind(sha256);
        let found = query.fetch_optional(pool).await?;
        if let Some(found) = &found {
            self.lock().insert(sha256, found.clone());
        }
        Ok(found)
    }

    fn used(&self, sha256: [u8; 32], on: NaiveDate) {
        if let Some(known) = self.lock().get_mut(&sha256) {
            known.last_used_on = Some(on);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], KnownToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
