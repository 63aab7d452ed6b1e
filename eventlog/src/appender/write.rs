//! Writing a batch: at once where the appender knows enough, under the head's lock where it does not.

use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection, Row};
use uuid::Uuid;

use super::failure::Failure;
use super::plan::{Head, Plan};
use super::versions::Versions;
use super::worker::{Batch, Worker};
use crate::append::{Append, AppendError, Appended, StreamId};
use crate::read::{RecordedCommand, command_of};

/// Where a batch was written.
#[derive(Clone, Copy, Debug)]
struct Written {
    first: i64,
    recorded_at: DateTime<Utc>,
}

impl Worker {
    /// Writes the batch in one round trip. Fails as a whole, leaving nothing, when the database sees something that
    /// the appender did not know: then the batch is to be settled under the lock.
    pub(super) async fn write(&mut self, batch: &mut Batch<'_>) -> Result<(), Failure> {
        let plan = Plan::of(batch.open(), &mut self.versions, Head::Free);
        let last = self.versions.last();
        if !plan.accepted.is_empty() {
            let written = append_plan(self.connected().await?, &plan, last).await?;
            self.versions.found_end(written.first - 1);
            accept(batch, plan, written, &mut self.versions);
        } else {
            refuse(batch, plan);
        }
        self.answer_repeats(batch).await
    }

    /// A command that met a conflict may be the repeat of one that caused it, and is then no conflict. Until that is
    /// known it has no verdict, so that it is settled under the lock where the question gets no answer.
    async fn answer_repeats(&mut self, batch: &mut Batch<'_>) -> Result<(), Failure> {
        let mut doubtful = Vec::new();
        let mut keys = Vec::new();
        for (index, append) in batch.appends.iter().enumerate() {
            if let Some(key) = key_of(append)
                && let Some(conflict) = batch.verdicts[index].take_if(|verdict| verdict.is_err())
            {
                doubtful.push((index, conflict));
                keys.push(key);
            }
        }
        if keys.is_empty() {
            return Ok(());
        }
        let recorded = recorded_commands(self.connected().await?, &keys).await?;
        let indexes: Vec<usize> = doubtful.iter().map(|(index, _)| *index).collect();
        for (index, conflict) in doubtful {
            batch.decide(index, conflict);
        }
        answer_recorded(batch, &indexes, &recorded);
        Ok(())
    }

    /// Writes what is open of the batch while holding the head's lock from the first question to the commit, so that
    /// every answer stays true.
    pub(super) async fn write_under_lock(&mut self, batch: &mut Batch<'_>) -> Result<(), Failure> {
        if batch.open().next().is_none() {
            return Ok(());
        }
        self.connected().await?;
        let Worker { connection: Some(connection), versions, .. } = self else { return Ok(()) };
        let mut transaction = connection.begin().await?;
        let last = lock_head(&mut transaction).await?;
        let mut settled = batch.clone();
        learn_under_lock(&mut transaction, &mut settled, versions, last).await?;
        let plan = Plan::of(settled.open(), versions, Head::Locked);
        if plan.accepted.is_empty() {
            transaction.rollback().await?;
            refuse(&mut settled, plan);
        } else {
            let written = append_plan(&mut transaction, &plan, last).await?;
            transaction.commit().await?;
            accept(&mut settled, plan, written, versions);
        }
        *batch = settled;
        Ok(())
    }
}

/// Finds out, while the head is locked at `last`, which commands are repeats and which versions the others meet.
async fn learn_under_lock(
    connection: &mut PgConnection,
    batch: &mut Batch<'_>,
    versions: &mut Versions,
    last: i64,
) -> Result<(), sqlx::Error> {
    let open: Vec<(usize, &Append)> = batch.open().collect();
    let keys: Vec<Uuid> = open.iter().filter_map(|(_, append)| key_of(append)).collect();
    let recorded = recorded_commands(connection, &keys).await?;
    let indexes: Vec<usize> = open.iter().map(|(index, _)| *index).collect();
    answer_recorded(batch, &indexes, &recorded);
    let appends = open.iter().flat_map(|(_, append)| &append.streams);
    let streams: Vec<&StreamId> = appends.map(|append| &append.stream).collect();
    let found = stream_versions(connection, &streams).await?;
    versions.found_end(last);
    for (stream, version) in streams.iter().zip(found) {
        versions.learn(stream, version);
    }
    Ok(())
}

async fn append_plan(
    connection: &mut PgConnection,
    plan: &Plan<'_>,
    known_last: i64,
) -> Result<Written, sqlx::Error> {
    let row = sqlx::query(include_str!("../sql/append.sql"))
        .bind(known_last)
        .bind(plan.at)
        .bind(plan.unsure)
        .bind(&plan.command_ids)
        .bind(&plan.request_hashes)
        .bind(&plan.outcomes)
        .bind(&plan.starts)
        .bind(&plan.ends)
        .bind(&plan.types)
        .bind(&plan.ids)
        .bind(&plan.sequences)
        .bind(&plan.marks)
        .bind(&plan.event_types)
        .bind(&plan.event_versions)
        .bind(&plan.payloads)
        .bind(&plan.metadatas)
        .fetch_one(connection)
        .await?;
    Ok(Written { first: row.try_get(0)?, recorded_at: row.try_get(1)? })
}

async fn lock_head(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    let first: i64 = sqlx::query_scalar(include_str!("../sql/lock_head.sql")).fetch_one(connection).await?;
    Ok(first - 1)
}

async fn recorded_commands(
    connection: &mut PgConnection,
    keys: &[Uuid],
) -> Result<Vec<RecordedCommand>, sqlx::Error> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let rows =
        sqlx::query(include_str!("../sql/lookup_commands.sql")).bind(keys).fetch_all(connection).await?;
    rows.iter().map(command_of).collect()
}

/// The versions of streams, in their order; 0 where there is no such stream.
pub(crate) async fn stream_versions(
    connection: &mut PgConnection,
    streams: &[&StreamId],
) -> Result<Vec<u64>, sqlx::Error> {
    let types: Vec<&str> = streams.iter().map(|stream| stream.kind.as_ref()).collect();
    let ids: Vec<&str> = streams.iter().map(|stream| stream.id.as_str()).collect();
    let versions: Vec<i64> = sqlx::query_scalar(include_str!("../sql/stream_versions.sql"))
        .bind(types)
        .bind(ids)
        .fetch_all(connection)
        .await?;
    Ok(versions.into_iter().map(i64::cast_unsigned).collect())
}

fn answer_recorded(batch: &mut Batch<'_>, indexes: &[usize], recorded: &[RecordedCommand]) {
    for index in indexes {
        let Some(key) = batch.appends[*index].command else { continue };
        let Some(found) = recorded.iter().find(|recorded| recorded.key.id == key.id) else { continue };
        let same = found.key.request_hash == key.request_hash;
        let verdict = if same { Ok(found.appended.clone()) } else { Err(AppendError::CommandReused) };
        batch.decide(*index, verdict);
    }
}

fn accept(batch: &mut Batch<'_>, plan: Plan<'_>, written: Written, versions: &mut Versions) {
    versions.moved_end(written.first + plan.sequences.len() as i64 - 1);
    let first = written.first.cast_unsigned();
    for accepted in &plan.accepted {
        let append = batch.appends[accepted.index];
        for stream in &append.streams {
            versions.learn(&stream.stream, stream.expected + stream.events.len() as u64);
        }
        let appended = Appended {
            first_position: first + accepted.start,
            last_position: first + accepted.end,
            recorded_at: written.recorded_at,
            outcome: append.outcome.clone(),
            repeated: false,
        };
        batch.decide(accepted.index, Ok(appended));
    }
    refuse(batch, plan);
}

fn refuse(batch: &mut Batch<'_>, plan: Plan<'_>) {
    for (index, conflict) in plan.refused {
        batch.decide(index, Err(conflict));
    }
}

fn key_of(append: &Append) -> Option<Uuid> {
    append.command.map(|key| key.id)
}
