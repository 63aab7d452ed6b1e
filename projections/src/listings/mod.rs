//! Lists of people, households, cases and payments in pages, each in an order that never changes for an entry. They are
//! asked through a [`crate::snapshot::Snapshot`] that was narrowed to what the caller sees. No personal value is in them.

use chrono::{DateTime, NaiveDate, Utc};
use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, HouseholdId, PaymentId, PersonId, RunId};
use domain::money::Money;
use domain::program::Program;
use domain::user::DataScope;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::case_files::{CaseStage, Presence};
use crate::error::ProjectionError;
use crate::rows::fetch_all;

/// A person in a household.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PersonEntry {
    /// Who.
    pub person_id: PersonId,
    /// Of which household.
    pub household_id: HouseholdId,
    /// 社区.
    pub community: String,
    /// present, left, deceased or erased.
    #[schemars(with = "String")]
    pub presence: Presence,
}

/// A household.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HouseholdEntry {
    /// The household.
    pub household_id: HouseholdId,
    /// 社区.
    pub community: String,
    /// 户主.
    pub head: PersonId,
    /// How many events its stream has.
    pub version: u64,
    /// The log position of its registration.
    pub registered_position: u64,
}

/// A case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseEntry {
    /// The case.
    pub case_id: CaseId,
    /// The household.
    pub household_id: HouseholdId,
    /// The applicant, who is the beneficiary.
    pub applicant: PersonId,
    /// 社区.
    pub community: String,
    /// The program.
    pub program: Program,
    /// Where it stands.
    #[schemars(with = "String")]
    pub stage: CaseStage,
    /// The day of the application.
    pub applied_on: Option<NaiveDate>,
    /// The day of the decision.
    pub decided_on: Option<NaiveDate>,
    /// The last day on which it stood.
    pub closed_on: Option<NaiveDate>,
    /// When its next review is due.
    pub review_due_on: Option<NaiveDate>,
    /// How many events its stream has.
    pub version: u64,
    /// The log position of its first event.
    pub opened_position: u64,
}

/// A payment of a run. Amounts in fen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentEntry {
    /// The payment.
    pub payment_id: PaymentId,
    /// The run.
    pub run_id: RunId,
    /// The case.
    pub case_id: CaseId,
    /// For whom.
    pub beneficiary: PersonId,
    /// The program.
    pub program: Program,
    /// 所属月份.
    pub month: BenefitMonth,
    /// Counts the payments of the case for the month, from 1.
    pub attempt: u32,
    /// ordinary, arrears or reissue.
    pub kind: String,
    /// ordered, settled, returned, reissued or cancelled.
    pub status: String,
    /// How much.
    pub amount_fen: Money,
    /// What the month was due in all when it was ordered.
    pub due_fen: Money,
    /// What was withheld to repay earlier payments.
    pub withheld_fen: Money,
    /// The day on which it arrived.
    pub settled_on: Option<NaiveDate>,
    /// The day on which it came back.
    pub returned_on: Option<NaiveDate>,
    /// The bank's reason.
    pub returned_reason: Option<String>,
    /// Asked back.
    pub recovery_opened_fen: Money,
    /// Come back of that.
    pub recovery_received_fen: Money,
    /// Given up of that.
    pub recovery_waived_fen: Money,
}

/// Which persons.
#[derive(Clone, Debug, Default)]
pub struct PersonFilter {
    /// Of one community.
    pub community: Option<String>,
    /// present, left, deceased or erased.
    pub presence: Option<String>,
}

/// Which cases.
#[derive(Clone, Debug, Default)]
pub struct CaseFilter {
    /// Of one program.
    pub program: Option<Program>,
    /// In one stage.
    pub stage: Option<CaseStage>,
    /// Of one community.
    pub community: Option<String>,
    /// Of one household.
    pub household: Option<HouseholdId>,
    /// Of one applicant.
    pub applicant: Option<PersonId>,
    /// One case alone.
    pub case: Option<CaseId>,
}

/// Persons after a place, by person and household.
///
/// # Errors
/// Those of the database.
pub async fn persons(
    connection: &mut PgConnection,
    filter: &PersonFilter,
    after: Option<(Uuid, Uuid)>,
    limit: u32,
) -> Result<Vec<PersonEntry>, ProjectionError> {
    let (person, household) = after.unwrap_or_default();
    let query = sqlx::query(include_str!("sql/persons.sql")).bind(person).bind(household);
    let query = query.bind(filter.community.as_deref()).bind(filter.presence.as_deref());
    fetch_all("read_members", connection, query.bind(i64::from(limit))).await
}

/// Households after a place, by registration.
///
/// # Errors
/// Those of the database.
pub async fn households(
    connection: &mut PgConnection,
    community: Option<&str>,
    after: Option<u64>,
    limit: u32,
) -> Result<Vec<HouseholdEntry>, ProjectionError> {
    let after = after.map_or(-1, u64::cast_signed);
    let query = sqlx::query(include_str!("sql/households.sql")).bind(after).bind(community);
    fetch_all("read_households", connection, query.bind(i64::from(limit))).await
}

/// Households before a place, the newest registration first.
///
/// # Errors
/// Those of the database.
pub async fn households_newest(
    connection: &mut PgConnection,
    community: Option<&str>,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<HouseholdEntry>, ProjectionError> {
    let before = before.map_or(i64::MAX, u64::cast_signed);
    let query = sqlx::query(include_str!("sql/households_newest.sql")).bind(before).bind(community);
    fetch_all("read_households", connection, query.bind(i64::from(limit))).await
}

/// Who has or had a case, after a place, by identifier; of one program where it is given.
///
/// # Errors
/// Those of the database.
pub async fn beneficiaries(
    connection: &mut PgConnection,
    program: Option<Program>,
    after: Option<PersonId>,
    limit: u32,
) -> Result<Vec<PersonId>, ProjectionError> {
    let after = after.map(PersonId::uuid).unwrap_or_default();
    let query =
        sqlx::query(include_str!("sql/beneficiaries.sql")).bind(after).bind(program.map(Program::code));
    fetch_all("read_cases", connection, query.bind(i64::from(limit))).await
}

/// Cases whose review is due some day, after a place, by that day and identifier.
///
/// # Errors
/// Those of the database.
pub async fn cases_by_review(
    connection: &mut PgConnection,
    filter: &CaseFilter,
    after: Option<(NaiveDate, Uuid)>,
    limit: u32,
) -> Result<Vec<CaseEntry>, ProjectionError> {
    let (day, case) = after.unwrap_or_default();
    let query = case_query(include_str!("sql/cases_by_review.sql"), filter, Some(case));
    fetch_all("read_cases", connection, query.bind(i64::from(limit)).bind(day)).await
}

type PgQuery<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

fn case_query<'q>(sql: &'static str, filter: &'q CaseFilter, after: Option<Uuid>) -> PgQuery<'q> {
    sqlx::query(sql)
        .bind(after)
        .bind(filter.program.map(Program::code))
        .bind(filter.stage.map(CaseStage::code))
        .bind(filter.community.as_deref())
        .bind(filter.household.map(HouseholdId::uuid))
        .bind(filter.applicant.map(PersonId::uuid))
        .bind(filter.case.map(CaseId::uuid))
}

/// Cases after a place, by identifier.
///
/// # Errors
/// Those of the database.
pub async fn cases(
    connection: &mut PgConnection,
    filter: &CaseFilter,
    after: Option<Uuid>,
    limit: u32,
) -> Result<Vec<CaseEntry>, ProjectionError> {
    let query = case_query(include_str!("sql/cases.sql"), filter, after);
    fetch_all("read_cases", connection, query.bind(i64::from(limit))).await
}

/// The cases of some persons who applied for them, at most `limit` of each.
///
/// # Errors
/// Those of the database.
pub async fn cases_of_persons(
    connection: &mut PgConnection,
    persons: &[PersonId],
    limit: u32,
) -> Result<Vec<CaseEntry>, ProjectionError> {
    let ids: Vec<Uuid> = persons.iter().map(|person| person.uuid()).collect();
    let query = sqlx::query(include_str!("sql/cases_of_persons.sql")).bind(ids).bind(i64::from(limit));
    fetch_all("read_cases", connection, query).await
}

/// The payments of some cases, each with its case.
///
/// # Errors
/// Those of the database.
pub async fn payments_of_cases(
    connection: &mut PgConnection,
    cases: &[CaseId],
) -> Result<Vec<(CaseId, PaymentId)>, ProjectionError> {
    let ids: Vec<Uuid> = cases.iter().map(|case| case.uuid()).collect();
    let query = sqlx::query_as(include_str!("sql/payments_of_cases.sql")).bind(ids);
    let found: Vec<(Uuid, Uuid)> = query.fetch_all(connection).await?;
    Ok(found.into_iter().map(|(case, payment)| (CaseId::new(case), PaymentId::new(payment))).collect())
}

/// Payments of a run after a place, by program, case, month and attempt.
///
/// # Errors
/// Those of the database.
pub async fn payments(
    connection: &mut PgConnection,
    run: RunId,
    status: Option<&str>,
    after: Option<(String, Uuid, String, u32)>,
    limit: u32,
) -> Result<Vec<PaymentEntry>, ProjectionError> {
    let (program, case, month, attempt) = after.unwrap_or_default();
    let query = sqlx::query(include_str!("sql/payments.sql")).bind(run.uuid()).bind(program).bind(case);
    let query = query.bind(month).bind(i32::try_from(attempt).unwrap_or(i32::MAX)).bind(status);
    fetch_all("read_payments", connection, query.bind(i64::from(limit))).await
}

/// That something happened, and to whom; what, only by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangeEntry {
    /// The place in the log.
    pub position: u64,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The type of the stream.
    pub stream: String,
    /// The stream.
    pub stream_id: String,
    /// The place in the stream.
    pub sequence: u64,
    /// What happened.
    pub event: String,
    /// Who acted.
    pub actor: String,
    /// In which role.
    pub role: String,
    /// The day from which it holds, where it is another.
    pub effective_on: Option<NaiveDate>,
    /// The household it concerns.
    pub household_id: Option<HouseholdId>,
    /// The person it concerns.
    pub person_id: Option<PersonId>,
    /// The case it concerns.
    pub case_id: Option<CaseId>,
    /// The run it concerns.
    pub run_id: Option<RunId>,
}

/// Which changes.
#[derive(Clone, Debug, Default)]
pub struct ChangeFilter {
    /// Of cases of one program.
    pub program: Option<Program>,
    /// Of streams of one type.
    pub stream: Option<String>,
    /// Concerning one person, disclosures of their values included.
    pub person: Option<PersonId>,
    /// Concerning one case.
    pub case: Option<CaseId>,
    /// By one actor.
    pub actor: Option<String>,
    /// Of people of these communities alone; of all, and what concerns nobody, where there are none.
    pub communities: Option<Vec<String>>,
}

impl ChangeFilter {
    /// Of these those that somebody with this data scope sees. The trail has no row-level security of its own.
    #[must_use]
    pub fn seen_by(self, data_scope: &DataScope) -> ChangeFilter {
        let communities = match data_scope {
            DataScope::Everywhere => None,
            DataScope::Communities(names) => Some(names.clone()),
        };
        ChangeFilter { communities, ..self }
    }
}

/// Changes from a position on, in the order of the log. They are read as the service reads, with the communities in the
/// question: row-level security would ask a function about each row of the trail.
///
/// # Errors
/// Those of the database.
pub async fn changes(
    connection: &mut PgConnection,
    filter: &ChangeFilter,
    from: u64,
    limit: u32,
) -> Result<Vec<ChangeEntry>, ProjectionError> {
    changes_by(include_str!("sql/changes.sql"), connection, filter, (from, limit)).await
}

/// Changes down from a position, the newest first.
///
/// # Errors
/// Those of the database.
pub async fn changes_newest(
    connection: &mut PgConnection,
    filter: &ChangeFilter,
    until: u64,
    limit: u32,
) -> Result<Vec<ChangeEntry>, ProjectionError> {
    changes_by(include_str!("sql/changes_newest.sql"), connection, filter, (until, limit)).await
}

async fn changes_by(
    sql: &'static str,
    connection: &mut PgConnection,
    filter: &ChangeFilter,
    (place, limit): (u64, u32),
) -> Result<Vec<ChangeEntry>, ProjectionError> {
    let query = sqlx::query(sql)
        .persistent(false)
        .bind(place.cast_signed())
        .bind(filter.program.map(Program::code))
        .bind(filter.stream.as_deref())
        .bind(filter.person.map(PersonId::uuid))
        .bind(filter.case.map(CaseId::uuid))
        .bind(filter.actor.as_deref());
    let query = query.bind(i64::from(limit)).bind(filter.communities.as_deref());
    fetch_all("read_audit_trail", connection, query).await
}
