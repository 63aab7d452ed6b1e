//! What is asked before anything is done: what streams hold beyond what is known of them, and what a request was answered
//! with under its key. All who ask at once are answered by one statement, on connections where it is planned once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use sqlx::{PgPool, Row};
use uuid::Uuid;

use crate::append::StreamId;
use crate::database::{LedgerDatabase, rounds_pool};
use crate::event::StoredEvent;
use crate::gather::Gather;
use crate::read::{ReadError, event_of};

/// Asks one ledger together with others. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Rounds {
    pool: PgPool,
    asked: Gather<Question, Answer>,
}

/// What a request was answered with, as it is kept under its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedAnswer {
    /// SHA-256 of the request.
    pub sha256: Vec<u8>,
    /// The HTTP status.
    pub status: i16,
    /// The JSON.
    pub body: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Question {
    /// What a stream holds after the event with this sequence.
    News(StreamId, u64),
    /// What was answered under a key.
    Recorded(Uuid),
}

#[derive(Clone, Debug)]
enum Answer {
    News(Vec<StoredEvent>),
    Recorded(Option<RecordedAnswer>),
}

impl Rounds {
    pub(crate) fn start(database: &LedgerDatabase) -> Rounds {
        let pool = rounds_pool(database);
        let asking = pool.clone();
        let asked = Gather::start(move |asked: Vec<Question>| {
            let pool = asking.clone();
            async move { answers(&pool, &asked).await.ok() }
        });
        Rounds { pool, asked }
    }

    /// Connections for statements that many need at once: they are planned once, so that they must find their rows by
    /// index.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// What a stream holds after the event with `sequence`; none where the round failed: asked alone, it says why.
    pub(crate) async fn news(&self, stream: &StreamId, sequence: u64) -> Option<Vec<StoredEvent>> {
        match self.asked.ask(Question::News(stream.clone(), sequence)).await? {
            Answer::News(events) => Some(events),
            Answer::Recorded(_) => None,
        }
    }

    /// What was answered under a key, where something was.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn recorded_answer(&self, key: Uuid) -> Result<Option<RecordedAnswer>, ReadError> {
        let question = Question::Recorded(key);
        let answer = match self.asked.ask(question.clone()).await {
            Some(answer) => Some(answer),
            None => answers(&self.pool, &[question]).await?.pop(),
        };
        match answer {
            Some(Answer::Recorded(recorded)) => Ok(recorded),
            _ => Err(ReadError::Format),
        }
    }
}

/// The questions of a round in columns. What several ask alike is asked once: everybody's token asks for the same user.
#[derive(Default)]
struct Columns<'q> {
    places: HashMap<&'q Question, usize>,
    types: Vec<&'q str>,
    ids: Vec<&'q str>,
    known: Vec<i64>,
    keys: Vec<Uuid>,
}

impl<'q> Columns<'q> {
    fn of(asked: &'q [Question]) -> Columns<'q> {
        let mut columns = Columns::default();
        for question in asked {
            let Entry::Vacant(place) = columns.places.entry(question) else { continue };
            match question {
                Question::News(stream, sequence) => {
                    place.insert(columns.ids.len());
                    columns.types.push(&stream.kind);
                    columns.ids.push(&stream.id);
                    columns.known.push(sequence.cast_signed());
                }
                Question::Recorded(key) => {
                    place.insert(columns.keys.len());
                    columns.keys.push(*key);
                }
            }
        }
        columns
    }
}

/// The answers to some questions, in their order.
async fn answers(pool: &PgPool, asked: &[Question]) -> Result<Vec<Answer>, ReadError> {
    let Columns { places, types, ids, known, keys } = Columns::of(asked);
    let mut news = vec![Vec::new(); ids.len()];
    let mut recorded = vec![None; keys.len()];
    let query = sqlx::query(include_str!("sql/ask_round.sql")).bind(types).bind(ids).bind(known).bind(keys);
    for row in query.fetch_all(pool).await? {
        let place = usize::try_from(row.try_get::<i64, _>(9)? - 1).map_err(|_| ReadError::Format)?;
        match row.try_get::<Option<Vec<u8>>, _>(10)? {
            None => news.get_mut(place).ok_or(ReadError::Format)?.push(event_of(&row)?),
            Some(sha256) => {
                let answer = RecordedAnswer { sha256, status: row.try_get(11)?, body: row.try_get(12)? };
                *recorded.get_mut(place).ok_or(ReadError::Format)? = Some(answer);
            }
        }
    }
    for stream in &mut news {
        stream.sort_unstable_by_key(|event: &StoredEvent| event.sequence);
    }
    let answer = |question: &Question| {
        let place = *places.get(question).ok_or(ReadError::Format)?;
        Ok(match question {
            Question::News(..) => Answer::News(news[place].clone()),
            Question::Recorded(_) => Answer::Recorded(recorded[place].clone()),
        })
    };
    asked.iter().map(answer).collect()
}
