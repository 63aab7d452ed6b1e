//! Questions to the case files.

use chrono::NaiveDate;
use domain::ids::{CaseId, HouseholdId, PersonId};
use domain::personal::BlindIndex;
use domain::program::Program;
use domain::user::DataScope;
use serde::{Deserialize, Serialize};
use sqlx::{Executor, Postgres};
use uuid::Uuid;

use super::{CaseRow, CaseStage, HouseholdRow, MemberRow};
use crate::error::ProjectionError;
use crate::rows::{fetch_all, fetch_one};

/// Cases of one program in one stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseCount {
    /// The program.
    pub program: Program,
    /// The stage.
    pub stage: CaseStage,
    /// How many.
    pub count: u64,
}

/// An account that the benefits of several persons go to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedAccount {
    /// Keyed hash of the account.
    pub account_index: BlindIndex,
    /// Whose benefits go there.
    pub persons: Vec<PersonId>,
}

/// Cases by their identifiers; those that do not exist are left out.
///
/// # Errors
/// Those of the database.
pub async fn cases<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    cases: &[CaseId],
) -> Result<Vec<CaseRow>, ProjectionError> {
    let ids: Vec<Uuid> = cases.iter().map(|case| case.uuid()).collect();
    fetch_all(CASES, executor, sqlx::query(include_str!("sql/load_cases.sql")).bind(ids)).await
}

/// Households by their identifiers; those that do not exist are left out.
///
/// # Errors
/// Those of the database.
pub async fn households<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    households: &[HouseholdId],
) -> Result<Vec<HouseholdRow>, ProjectionError> {
    let ids: Vec<Uuid> = households.iter().map(|household| household.uuid()).collect();
    fetch_all(HOUSEHOLDS, executor, sqlx::query(include_str!("sql/load_households.sql")).bind(ids)).await
}

/// Up to `limit` households, in the order of registration, from a log position on.
///
/// # Errors
/// Those of the database.
pub async fn households_page<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    registered_position: u64,
    limit: u32,
) -> Result<Vec<HouseholdRow>, ProjectionError> {
    let query = sqlx::query(include_str!("sql/households_page.sql"));
    let query = query.bind(registered_position.cast_signed()).bind(i64::from(limit));
    fetch_all(HOUSEHOLDS, executor, query).await
}

/// The households that persons belong or belonged to.
///
/// # Errors
/// Those of the database.
pub async fn members<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    persons: &[PersonId],
) -> Result<Vec<MemberRow>, ProjectionError> {
    let ids: Vec<Uuid> = persons.iter().map(|person| person.uuid()).collect();
    fetch_all("read_members", executor, sqlx::query(include_str!("sql/members.sql")).bind(ids)).await
}

/// The households that a person ever belonged to, and those in which benefits go or went to their account.
///
/// # Errors
/// Those of the database.
pub async fn households_naming<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    person: PersonId,
) -> Result<Vec<HouseholdId>, ProjectionError> {
    let query = sqlx::query_scalar(include_str!("sql/households_naming.sql")).bind(person.uuid());
    Ok(query.fetch_all(executor).await?.into_iter().map(HouseholdId::new).collect())
}

/// The cases of some applicants, and those of some households.
///
/// # Errors
/// Those of the database.
pub async fn cases_naming<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    applicants: &[PersonId],
    households: &[HouseholdId],
) -> Result<Vec<CaseId>, ProjectionError> {
    let query = sqlx::query_scalar(include_str!("sql/cases_naming.sql"))
        .bind(applicants.iter().map(|person| person.uuid()).collect::<Vec<_>>())
        .bind(households.iter().map(|household| household.uuid()).collect::<Vec<_>>());
    Ok(query.fetch_all(executor).await?.into_iter().map(CaseId::new).collect())
}

/// The cases that a person applied in, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn cases_of_person<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    person: PersonId,
) -> Result<Vec<CaseRow>, ProjectionError> {
    fetch_all(CASES, executor, sqlx::query(include_str!("sql/cases_of_person.sql")).bind(person.uuid())).await
}

/// The cases of a household, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn cases_of_household<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    household: HouseholdId,
) -> Result<Vec<CaseRow>, ProjectionError> {
    let query = sqlx::query(include_str!("sql/cases_of_household.sql")).bind(household.uuid());
    fetch_all(CASES, executor, query).await
}

/// Up to `limit` cases in a stage, oldest first, from a log position on: for the next page, that of the last case
/// and one more.
///
/// # Errors
/// Those of the database.
pub async fn cases_in_stage<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    stage: CaseStage,
    opened_position: u64,
    limit: u32,
) -> Result<Vec<CaseRow>, ProjectionError> {
    let query = sqlx::query(include_str!("sql/cases_in_stage.sql"));
    let query = query.bind(stage.code()).bind(opened_position.cast_signed()).bind(i64::from(limit));
    fetch_all(CASES, executor, query).await
}

/// The cases on the roll whose review is due by a day.
///
/// # Errors
/// Those of the database.
pub async fn reviews_due<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    by: NaiveDate,
) -> Result<Vec<CaseRow>, ProjectionError> {
    fetch_all(CASES, executor, sqlx::query(include_str!("sql/reviews_due.sql")).bind(by)).await
}

/// Reviews that are due: how many, and the first of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueReviews {
    /// How many, but never above what was asked to count to: at that number there may be more.
    pub count: u64,
    /// The first, by day.
    pub first: Vec<DueReview>,
}

/// A case on the roll whose review is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueReview {
    /// The case.
    pub case_id: CaseId,
    /// The program.
    pub program: Program,
    /// By when.
    pub review_due_on: NaiveDate,
}

/// The reviews that are due by a day in the communities that somebody sees, counted to `count_to` and no further, as a large
/// office can have its whole register overdue; the first `most` of them by name.
///
/// # Errors
/// Those of the database.
pub async fn first_reviews_due<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    by: NaiveDate,
    seen: &DataScope,
    most: u32,
    count_to: u32,
) -> Result<DueReviews, ProjectionError> {
    let question = match seen {
        DataScope::Everywhere => include_str!("sql/first_reviews_due.sql"),
        DataScope::Communities(_) => include_str!("sql/first_reviews_due_in.sql"),
    };
    let mut query = sqlx::query(question).bind(by).bind(i64::from(most)).bind(i64::from(count_to));
    if let DataScope::Communities(names) = seen {
        query = query.bind(names);
    }
    Ok(fetch_one(CASES, executor, query).await?.unwrap_or_default())
}

/// How many cases there are, by program and stage.
///
/// # Errors
/// Those of the database.
pub async fn case_counts<'e>(
    executor: impl Executor<'e, Database = Postgres>,
) -> Result<Vec<CaseCount>, ProjectionError> {
    fetch_all(CASES, executor, sqlx::query(include_str!("sql/case_counts.sql"))).await
}

/// The accounts that the benefits of more than one person go to.
///
/// # Errors
/// Those of the database.
pub async fn shared_accounts<'e>(
    executor: impl Executor<'e, Database = Postgres>,
) -> Result<Vec<SharedAccount>, ProjectionError> {
    fetch_all("read_members", executor, sqlx::query(include_str!("sql/shared_accounts.sql"))).await
}

const CASES: &str = "read_cases";
const HOUSEHOLDS: &str = "read_households";

/// A person's name, sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameRow {
    /// Who.
    pub person_id: PersonId,
    /// The name, sealed for the person.
    pub name_sealed: String,
}

/// The sealed names of everybody who was not erased, each person once.
///
/// # Errors
/// Those of the database.
pub async fn names<'e>(
    executor: impl Executor<'e, Database = Postgres>,
) -> Result<Vec<NameRow>, ProjectionError> {
    fetch_all("read_members", executor, sqlx::query(include_str!("sql/names.sql"))).await
}
