//! What a POST was answered with, kept under its idempotency key: a repeat gets the same answer, another request under the
//! same key is refused. What a repeat does is done under keys that the log keeps, so that a crash between the two harms
//! nothing: the request is done again, which changes nothing, and answered again. So nobody waits for an answer to be kept.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use eventlog::rounds::{RecordedAnswer, Rounds};
use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio::time::sleep;
use uuid::Uuid;

use super::problem::Problem;
use crate::processes::ProcessError;

/// How long answers are collected before they are kept together.
const PAUSE: Duration = Duration::from_millis(50);

/// How often old answers are looked for.
const FORGETTING: Duration = Duration::from_secs(1);

/// Keeps answers whose keys are new, which takes the least work.
const KEEP_NEW: &str = include_str!("sql/keep_answers.sql");

/// Keeps answers whose keys may have been answered elsewhere meanwhile: what was answered first stays.
const KEEP_FIRST: &str = concat!(include_str!("sql/keep_answers.sql"), "on conflict (key) do nothing");

/// The most answers that are kept together; whoever has one more waits for a place.
const TOGETHER_MAX: usize = 1_024;

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
    /// The JSON.
    pub body: String,
}

/// The answers of one ledger, read and kept for all together who ask at once. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Answers {
    rounds: Rounds,
    keys: Keys,
    given: mpsc::Sender<Given>,
}

/// A request and its answer.
type Given = (Keyed, KeptAnswer);

/// The keys of requests that are at work, or whose answers are on their way to the table.
#[derive(Clone, Debug, Default)]
struct Keys(Arc<Mutex<HashMap<Uuid, Key>>>);

#[derive(Clone, Debug)]
enum Key {
    AtWork,
    Answered(Keyed, KeptAnswer),
}

impl Keys {
    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Key>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a request begins.
#[derive(Debug)]
pub enum Begun {
    /// It is to be done.
    Turn(Turn),
    /// It was answered before.
    Answered(KeptAnswer),
}

/// Keeps a key to one request at a time.
#[derive(Debug)]
pub struct Turn {
    keyed: Keyed,
    keys: Keys,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut keys = self.keys.lock();
        if let Some(Key::AtWork) = keys.get(&self.keyed.key) {
            keys.remove(&self.keyed.key);
        }
    }
}

impl Answers {
    /// The answers that a ledger keeps.
    pub fn new(rounds: &Rounds) -> Answers {
        let (given, coming) = mpsc::channel(TOGETHER_MAX);
        let keys = Keys::default();
        tokio::spawn(keep_all(rounds.pool().clone(), keys.clone(), coming));
        Answers { rounds: rounds.clone(), keys, given }
    }

    /// Begins a request under its key, unless it was answered before.
    ///
    /// # Errors
    /// 409 while another request with the key is at work; 422 where the key was used for another request; those of the
    /// database.
    pub async fn begin(&self, keyed: Keyed) -> Result<Begun, Problem> {
        let turn = match self.keys.lock().entry(keyed.key) {
            Entry::Vacant(free) => {
                free.insert(Key::AtWork);
                Turn { keyed, keys: self.keys.clone() }
            }
            Entry::Occupied(taken) => match taken.get() {
                Key::AtWork => return Err(at_work()),
                Key::Answered(before, _) if before.sha256 != keyed.sha256 => return Err(reused()),
                Key::Answered(_, answer) => return Ok(Begun::Answered(answer.clone())),
            },
        };
        let found = self.rounds.recorded_answer(keyed.key).await.map_err(ProcessError::from)?;
        let Some(RecordedAnswer { sha256, status, body }) = found else { return Ok(Begun::Turn(turn)) };
        if sha256 != keyed.sha256 {
            return Err(reused());
        }
        let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        Ok(match status.zip(body) {
            Some((status, body)) => Begun::Answered(KeptAnswer { status, body }),
            None => Begun::Turn(turn),
        })
    }

    /// Ends the turn of a request with its answer, which a repeat gets from now on.
    pub async fn keep(&self, turn: Turn, answer: KeptAnswer) {
        let keyed = turn.keyed;
        self.keys.lock().insert(keyed.key, Key::Answered(keyed, answer.clone()));
        // before the answer is in the table: from then on the key may be another's turn
        drop(turn);
        if self.given.send((keyed, answer)).await.is_err() {
            self.keys.lock().remove(&keyed.key);
        }
    }
}

fn at_work() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "request_at_work",
        "同一幂等键的请求正在办理，请稍候再查。",
        "a request with this idempotency key is at work; ask again later",
    )
}

fn reused() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "command_reused",
        "该幂等键已用于另一请求，请换一个新的键。",
        "the idempotency key was used for another request; take a new one",
    )
    .at("Idempotency-Key")
}

/// Keeps what comes until nobody gives answers any more.
async fn keep_all(pool: PgPool, keys: Keys, mut coming: mpsc::Receiver<Given>) {
    let mut answers = Vec::with_capacity(TOGETHER_MAX);
    let mut forgot_at: Option<Instant> = None;
    while coming.recv_many(&mut answers, TOGETHER_MAX).await > 0 {
        // nobody waits for it, and the more come together the less each costs
        sleep(PAUSE).await;
        while answers.len() < TOGETHER_MAX
            && let Ok(given) = coming.try_recv()
        {
            answers.push(given);
        }
        if forgot_at.is_none_or(|at| at.elapsed() >= FORGETTING) {
            forgot_at = Some(Instant::now());
            if let Err(error) = sqlx::query(include_str!("sql/forget_answers.sql")).execute(&pool).await {
                tracing::warn!(%error, "old answers were not forgotten");
            }
        }
        if keep(&pool, KEEP_NEW, &answers).await.is_err() {
            keep_each(&pool, &answers).await;
        }
        let mut keys = keys.lock();
        answers.drain(..).for_each(|(keyed, _)| drop(keys.remove(&keyed.key)));
    }
}

/// Keeps those answers of a round that failed which can be kept.
async fn keep_each(pool: &PgPool, answers: &[Given]) {
    for given in answers {
        if let Err(error) = keep(pool, KEEP_FIRST, std::slice::from_ref(given)).await {
            tracing::warn!(%error, "an answer was not kept; a repeat will be done again");
        }
    }
}

/// Keeps answers.
///
/// Does not wait until the disk has it: an answer that a crash loses is given again, as what was done is in the log.
async fn keep(pool: &PgPool, how: &'static str, answers: &[Given]) -> Result<(), sqlx::Error> {
    let keys: Vec<Uuid> = answers.iter().map(|(keyed, _)| keyed.key).collect();
    let digests: Vec<&[u8]> = answers.iter().map(|(keyed, _)| keyed.sha256.as_slice()).collect();
    let statuses: Vec<i16> = answers.iter().map(|(_, kept)| kept.status.as_u16().cast_signed()).collect();
    let bodies: Vec<&str> = answers.iter().map(|(_, kept)| kept.body.as_str()).collect();
    let mut transaction = pool.begin().await?;
    sqlx::query("set local synchronous_commit = off").execute(&mut *transaction).await?;
    let query = sqlx::query(how).bind(keys).bind(digests);
    query.bind(statuses).bind(bodies).execute(&mut *transaction).await?;
    transaction.commit().await
}
