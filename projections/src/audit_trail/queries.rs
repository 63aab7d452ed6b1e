//! Questions to the audit trail.

use chrono::NaiveDate;
use domain::actor::ActorId;
use domain::ids::{CaseId, HouseholdId, PersonId, RunId};
use serde::Deserialize;
use sqlx::{Executor, Postgres};

use super::TrailRow;
use crate::error::ProjectionError;
use crate::rows::fetch_all;

/// What is looked for; what is left open does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrailFilter {
    /// Concerning this household.
    pub household: Option<HouseholdId>,
    /// Concerning this person.
    pub person: Option<PersonId>,
    /// Concerning this case.
    pub case: Option<CaseId>,
    /// Concerning this payment run.
    pub run: Option<RunId>,
    /// Done by this actor.
    pub actor: Option<ActorId>,
    /// On this day of the office or later.
    pub since: Option<NaiveDate>,
    /// On this day of the office or earlier.
    pub until: Option<NaiveDate>,
}

/// Up to `limit` events of the trail, from a log position on: for the next page, that of the last event and one more.
///
/// # Errors
/// Those of the database.
pub async fn trail<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    filter: &TrailFilter,
    position: u64,
    limit: u32,
) -> Result<Vec<TrailRow>, ProjectionError> {
    let query = sqlx::query(include_str!("sql/trail.sql"))
        .persistent(false)
        .bind(position.cast_signed())
        .bind(filter.household.map(HouseholdId::uuid))
        .bind(filter.person.map(PersonId::uuid))
        .bind(filter.case.map(CaseId::uuid))
        .bind(filter.run.map(RunId::uuid))
        .bind(filter.actor.as_ref().map(ActorId::as_str))
        .bind(filter.since)
        .bind(filter.until)
        .bind(i64::from(limit));
    fetch_all("read_audit_trail", executor, query).await
}

/// The streams with events that concern a person: of households, identities, cases and payments, and whatever else. Of what
/// others get through the person's account nothing is said; the log itself has it.
///
/// # Errors
/// Those of the database.
pub async fn streams_of<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    person: PersonId,
) -> Result<Vec<TrailStream>, ProjectionError> {
    let query = sqlx::query(include_str!("sql/streams_of.sql")).bind(person.uuid());
    fetch_all("read_audit_trail", executor, query).await
}

/// A stream that the trail names.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TrailStream {
    /// The aggregate's type.
    pub kind: String,
    /// The aggregate's identifier.
    pub id: String,
}

/// The events of a type whose day, from which the fact holds, lies between two days, in the order of the log.
///
/// # Errors
/// Those of the database.
pub async fn of_type<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    event_type: &str,
    since: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<TrailRow>, ProjectionError> {
    let query = sqlx::query(include_str!("sql/of_type.sql")).bind(event_type).bind(since).bind(until);
    fetch_all("read_audit_trail", executor, query).await
}

/// The newest disclosures that opened a person's values, the newest first.
///
/// # Errors
/// Those of the database.
pub async fn openings<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    person: PersonId,
    limit: u32,
) -> Result<Vec<TrailRow>, ProjectionError> {
    let query = sqlx::query(include_str!("sql/openings.sql")).bind(person.uuid()).bind(i64::from(limit));
    fetch_all("read_openings", executor, query).await
}
