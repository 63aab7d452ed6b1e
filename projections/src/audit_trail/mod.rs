//! The audit trail (审计轨迹): one row for each event, found by whom it concerns, who acted and when.
//!
//! It says that something happened, not what: the event itself stays in the log.

mod copy;
mod openings;
pub mod queries;
mod subjects;

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Role;
use domain::aggregate::Decider;
use domain::benefit_case::BenefitCase;
use domain::payment::Payment;
use eventlog::event::StoredEvent;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use subjects::Subjects;

use crate::error::ApplyError;
use crate::projection::{About, At, Batch, Projection};
use crate::tables::Tables;

/// The projection; it owns `read_audit_trail`, and `read_openings` for whose personal values were opened by which event.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditTrail;

/// Its name, version and tables.
pub static ABOUT: About = About {
    name: "audit_trail",
    version: 4,
    schema: include_str!("sql/tables.sql"),
    tables: &["read_audit_trail", "read_openings"],
    needs: &[],
};

/// One event of the trail: a row of `read_audit_trail`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailRow {
    /// Its place in the log.
    pub position: u64,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The type of its aggregate.
    pub stream_kind: String,
    /// Its aggregate.
    pub stream_id: String,
    /// Its place in the stream.
    pub sequence: u64,
    /// What happened.
    pub event_type: String,
    /// Who acted.
    pub actor_id: String,
    /// In which role.
    pub actor_role: Role,
    /// The day at the office.
    pub office_day: NaiveDate,
    /// The day from which the fact holds, where it is another.
    pub effective_on: Option<NaiveDate>,
    /// Shared by everything that came of one request.
    pub correlation_id: Uuid,
    /// Whom it concerns.
    #[serde(flatten)]
    pub subjects: Subjects,
}

impl Projection for AuditTrail {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn apply<'a>(
        &'a self,
        batch: Batch<'a>,
        connection: &'a mut PgConnection,
        tables: Tables,
    ) -> BoxFuture<'a, Result<(), ApplyError>> {
        Box::pin(apply(batch, connection, tables))
    }
}

/// The streams whose first event names parties that later events do not repeat; the index of first events names them too.
const NAMED_ONCE: [&str; 2] = [<BenefitCase as Decider>::TYPE, <Payment as Decider>::TYPE];

async fn apply(batch: Batch<'_>, connection: &mut PgConnection, tables: Tables) -> Result<(), ApplyError> {
    let mut begun = Vec::new();
    for kind in NAMED_ONCE {
        begun.extend(batch.begun_earlier(kind)?);
    }
    let mut parties = load_parties(connection, tables, &begun).await?;
    let mut rows = Vec::with_capacity(batch.stored().len());
    for stored in batch.stored() {
        let mut row = row_of(stored)?;
        if NAMED_ONCE.contains(&row.stream_kind.as_str()) {
            if row.sequence == 1 {
                parties.insert(row.stream_id.clone(), row.subjects);
            } else if let Some(known) = parties.get(&row.stream_id) {
                row.subjects = row.subjects.or(*known);
            }
        }
        rows.push(row);
    }
    openings::add(connection, tables, batch.stored()).await?;
    copy::add(connection, tables, &rows).await
}

async fn load_parties(
    connection: &mut PgConnection,
    tables: Tables,
    streams: &[Uuid],
) -> Result<HashMap<String, Subjects>, ApplyError> {
    let mut parties = HashMap::new();
    if streams.is_empty() {
        return Ok(parties);
    }
    let statement = tables.statement(include_str!("sql/first_rows.sql"));
    let query = sqlx::query(&statement).bind(streams);
    for row in query.fetch_all(connection).await? {
        let first: TrailRow = serde_json::from_str(row.try_get_unchecked(0)?)?;
        parties.insert(first.stream_id, first.subjects);
    }
    Ok(parties)
}

fn row_of(stored: &StoredEvent) -> Result<TrailRow, ApplyError> {
    let at = At(stored);
    let metadata = stored.metadata().map_err(|error| at.fault(error))?;
    Ok(TrailRow {
        position: stored.position,
        recorded_at: stored.recorded_at,
        stream_kind: stored.stream.kind.to_string(),
        stream_id: stored.stream.id.clone(),
        sequence: stored.sequence,
        event_type: stored.event_type.clone(),
        actor_id: metadata.actor_id,
        actor_role: metadata.actor_role,
        office_day: metadata.office_day,
        effective_on: metadata.effective_on,
        correlation_id: metadata.correlation_id,
        subjects: Subjects::of(stored)?,
    })
}
