//! What a POST was answered with, kept under its idempotency key: a repeat gets the same answer, another request under the
//! same key is refused. What a repeat does is done under keys that the log keeps, so that a crash between the two harms
//! nothing: the request is done again, which changes nothing, and answered again.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use eventlog::gather::Gather;
use sqlx::{FromRow, PgPool, Row};
use uuid::Uuid;

use super::problem::Problem;
use crate::processes::ProcessError;

/// A request that changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keyed {
    /// The caller's key, which is nobody else's.
    pub key: Uuid,
    /// SHA-256 of method, path and body.
    pub sha256: [u8; 32],
}

/// An answer as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The status.
    pub status: StatusCode,
    /// The JSON; none where it is not for keeping, so that the request is done again.
    pub body: Option<String>,
}

/// The answers of one ledger, read and kept for all together who ask at once. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Answers {
    pool: PgPool,
    at_work: Arc<Mutex<HashSet<Uuid>>>,
    reading: Gather<Uuid, Option<AnswerRow>>,
    keeping: Gather<(Keyed, KeptAnswer), ()>,
}

/// An answer as it stands in its table.
#[derive(Clone, Debug, FromRow)]
struct AnswerRow {
    sha256: Vec<u8>,
    status: i16,
    body: Option<String>,
}

/// Keeps a key to one request at a time.
#[derive(Debug)]
pub struct Turn {
    key: Uuid,
    at_work: Arc<Mutex<HashSet<Uuid>>>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.at_work.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

impl Answers {
    /// The answers that a ledger keeps.
    pub fn new(pool: PgPool) -> Answers {
        let (reader, keeper) = (pool.clone(), pool.clone());
        let reading = Gather::start(move |keys: Vec<Uuid>| {
            let pool = reader.clone();
            async move { read(&pool, &keys).await.ok() }
        });
        let keeping = Gather::start(move |answers: Vec<(Keyed, KeptAnswer)>| {
            let pool = keeper.clone();
            async move { keep(&pool, &answers).await.ok().map(|()| vec![(); answers.len()]) }
        });
        Answers { pool, at_work: Arc::default(), reading, keeping }
    }

    /// Begins a request under its key.
    ///
    /// # Errors
    /// 409 while another request with the key is at work.
    pub fn begin(&self, keyed: Keyed) -> Result<Turn, Problem> {
        let mut at_work = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        if at_work.insert(keyed.key) {
            return Ok(Turn { key: keyed.key, at_work: Arc::clone(&self.at_work) });
        }
        Err(Problem::new(
            StatusCode::CONFLICT,
            "request_at_work",
            "同一幂等键的请求正在办理，请稍候再查。",
            "a request with this idempotency key is at work; ask again later",
        ))
    }

    /// What the request was answered with before, if it was.
    ///
    /// # Errors
    /// 422 where the key was used for another request; those of the database.
    pub async fn before(&self, keyed: Keyed) -> Result<Option<KeptAnswer>, Problem> {
        let found = match self.reading.ask(keyed.key).await {
            Some(found) => found,
            None => read(&self.pool, &[keyed.key]).await.map_err(ProcessError::from)?.pop().flatten(),
        };
        let Some(AnswerRow { sha256, status, body }) = found else { return Ok(None) };
        if sha256 != keyed.sha256 {
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "command_reused",
                "该幂等键已用于另一请求，请换一个新的键。",
                "the idempotency key was used for another request; take a new one",
            )
            .at("Idempotency-Key"));
        }
        let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        Ok(status.map(|status| KeptAnswer { status, body }))
    }

    /// Keeps an answer.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn keep(&self, keyed: Keyed, answer: KeptAnswer) -> Result<(), Problem> {
        if self.keeping.ask((keyed, answer.clone())).await.is_some() {
            return Ok(());
        }
        Ok(keep(&self.pool, &[(keyed, answer)]).await.map_err(ProcessError::from)?)
    }
}

/// The answers under some keys, in their order.
async fn read(pool: &PgPool, keys: &[Uuid]) -> Result<Vec<Option<AnswerRow>>, sqlx::Error> {
    let rows = sqlx::query(include_str!("sql/read_answers.sql")).bind(keys).fetch_all(pool).await?;
    rows.iter()
        .map(|row| {
            let sha256: Option<Vec<u8>> = row.try_get("sha256")?;
            sha256.map(|_| AnswerRow::from_row(row)).transpose()
        })
        .collect()
}

/// Keeps answers, and forgets some that are older than a week.
///
/// Does not wait until the disk has it: an answer that a crash loses is given again, as what was done is in the log.
async fn keep(pool: &PgPool, answers: &[(Keyed, KeptAnswer)]) -> Result<(), sqlx::Error> {
    let keys: Vec<Uuid> = answers.iter().map(|(keyed, _)| keyed.key).collect();
    let digests: Vec<&[u8]> = answers.iter().map(|(keyed, _)| keyed.sha256.as_slice()).collect();
    let statuses: Vec<i16> = answers.iter().map(|(_, kept)| kept.status.as_u16().cast_signed()).collect();
    let bodies: Vec<Option<&str>> = answers.iter().map(|(_, kept)| kept.body.as_deref()).collect();
    let mut transaction = pool.begin().await?;
    sqlx::query("set local synchronous_commit = off").execute(&mut *transaction).await?;
    let query = sqlx::query(include_str!("sql/keep_answers.sql")).bind(keys).bind(digests);
    query.bind(statuses).bind(bodies).execute(&mut *transaction).await?;
    sqlx::query(include_str!("sql/forget_answers.sql")).execute(&mut *transaction).await?;
    transaction.commit().await
}
