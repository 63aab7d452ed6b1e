//! Questions to the beneficiary summaries. All amounts are in fen.

use domain::calendar::BenefitMonth;
use domain::ids::PersonId;
use domain::money::Money;
use domain::program::Program;
use serde::{Deserialize, Serialize};
use sqlx::{Executor, Postgres};

use super::BeneficiaryMonth;
use crate::error::ProjectionError;
use crate::rows::fetch_all;

/// Benefit months from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Months {
    /// The first.
    pub first: BenefitMonth,
    /// The last.
    pub last: BenefitMonth,
}

/// What a program came to for one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramSummary {
    /// The program.
    pub program: Program,
    /// Months for which something arrived.
    pub months: u64,
    /// What the months were due in all at their last orders.
    pub due: Money,
    /// Ordered, ever.
    pub ordered: Money,
    /// Of that, arrived.
    pub settled: Money,
    /// Of that, came back.
    pub returned: Money,
    /// Of what arrived, paid as arrears.
    pub arrears: Money,
    /// Asked back of what arrived.
    pub recovery_opened: Money,
    /// Come back of what was asked back.
    pub recovery_received: Money,
    /// Given up of what was asked back.
    pub recovery_waived: Money,
    /// Due with what arrived and withheld from it.
    pub withheld: Money,
}

/// How many persons a program reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeneficiaryCount {
    /// The program.
    pub program: Program,
    /// Distinct persons for whom something arrived.
    pub persons: u64,
    /// What arrived.
    pub settled: Money,
}

/// A person's benefit months, by program and month.
///
/// # Errors
/// Those of the database.
pub async fn months_of_person<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    person: PersonId,
    months: Months,
) -> Result<Vec<BeneficiaryMonth>, ProjectionError> {
    let query = sqlx::query(include_str!("sql/months_of_person.sql")).bind(person.uuid());
    fetch_all(TABLE, executor, query.bind(months.first.to_string()).bind(months.last.to_string())).await
}

/// What each program came to for a person.
///
/// # Errors
/// Those of the database.
pub async fn totals_of_person<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    person: PersonId,
    months: Months,
) -> Result<Vec<ProgramSummary>, ProjectionError> {
    let query = sqlx::query(include_str!("sql/totals_of_person.sql")).bind(person.uuid());
    fetch_all(TABLE, executor, query.bind(months.first.to_string()).bind(months.last.to_string())).await
}

/// How many distinct persons each program reached.
///
/// # Errors
/// Those of the database.
pub async fn beneficiary_counts<'e>(
    executor: impl Executor<'e, Database = Postgres>,
    months: Months,
) -> Result<Vec<BeneficiaryCount>, ProjectionError> {
    let query = sqlx::query(include_str!("sql/beneficiary_counts.sql"));
    fetch_all(TABLE, executor, query.bind(months.first.to_string()).bind(months.last.to_string())).await
}

const TABLE: &str = "read_beneficiary_months";
