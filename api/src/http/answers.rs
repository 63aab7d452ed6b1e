//! What a POST was answered with, kept under its idempotency key: a repeat gets the same answer, another request under the
//! same key is refused. What a repeat does is done under keys that the log keeps, so that a crash between the two harms
//! nothing: the request is done again, which changes nothing, and answered again.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use sqlx::{PgPool, Row};
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

/// The answers of one ledger. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Answers {
    pool: PgPool,
    at_work: Arc<Mutex<HashSet<Uuid>>>,
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
        Answers { pool, at_work: Arc::default() }
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
        let query = sqlx::query(include_str!("sql/read_answer.sql")).bind(keyed.key);
        let Some(row) = query.fetch_optional(&self.pool).await.map_err(ProcessError::from)? else {
            return Ok(None);
        };
        let read = || -> Result<(Vec<u8>, i16, Option<String>), sqlx::Error> {
            Ok((row.try_get("sha256")?, row.try_get("status")?, row.try_get("body")?))
        };
        let (sha256, status, body) = read().map_err(ProcessError::from)?;
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

    /// Keeps an answer, and forgets those that are older than a week.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn keep(&self, keyed: Keyed, answer: &KeptAnswer) -> Result<(), Problem> {
        let status = answer.status.as_u16().cast_signed();
        let query = sqlx::query(include_str!("sql/keep_answer.sql")).bind(keyed.key);
        let query = query.bind(keyed.sha256.to_vec()).bind(status).bind(answer.body.as_deref());
        query.execute(&self.pool).await.map_err(ProcessError::from)?;
        sqlx::query(include_str!("sql/forget_answers.sql"))
            .execute(&self.pool)
            .await
            .map_err(ProcessError::from)?;
        Ok(())
    }
}
