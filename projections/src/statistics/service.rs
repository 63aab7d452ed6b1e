//! How the office serves: whether everybody was paid in full, how long a decision takes, whom it reaches where.

use domain::calendar::BenefitMonth;
use domain::money::Money;
use domain::program::Program;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

use super::Span;
use crate::error::ProjectionError;
use crate::rows::fetch_all;
use crate::snapshot::Snapshot;
use crate::{beneficiary_summaries, case_files};

/// How the office served in a year, from one snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// How many events it comes from.
    pub position: u64,
    /// 足额发放: every benefit month of the year for which something was ordered.
    pub full_payment: Vec<FullPayment>,
    /// How long decisions of the year took, by program.
    pub processing: Vec<ProcessingDays>,
    /// Who is on the roll now, by community.
    pub communities: Vec<Community>,
}

/// Whether a month was paid in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FullPayment {
    /// The benefit month.
    pub month: BenefitMonth,
    /// Cases for which something was due.
    pub due_count: u64,
    /// Of them, those for whom all of it arrived or was withheld to repay.
    pub full_count: u64,
    /// Fen that were due.
    pub due: Money,
    /// Fen of it that arrived or were withheld.
    pub arrived: Money,
}

/// How long decisions took, in calendar days from the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessingDays {
    /// The program.
    pub program: Program,
    /// Decisions.
    pub decided: u64,
    /// Half of them took at most so many days.
    pub median: u32,
    /// Nine of ten.
    pub ninety: u32,
    /// The longest.
    pub longest: u32,
}

/// Who is on the roll in a community.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Community {
    /// Its name.
    pub community: String,
    /// Distinct persons.
    pub persons: u64,
    /// Distinct households.
    pub households: u64,
}

/// How the office served in a year.
///
/// # Errors
/// [`ProjectionError::Apart`] when the read tables do not stand at one position; those of the database.
pub async fn service(pool: &PgPool, year: i32) -> Result<Service, ProjectionError> {
    let span = Span::of(year)?;
    let mut snapshot = Snapshot::take(pool, &[&beneficiary_summaries::ABOUT, &case_files::ABOUT]).await?;
    let position = snapshot.position();
    let connection = snapshot.connection();
    let query = sqlx::query(include_str!("sql/full_payment.sql"));
    let query = query.bind(&span.first_month).bind(&span.last_month);
    let full_payment = fetch_all("read_beneficiary_months", &mut *connection, query).await?;
    let query = sqlx::query(include_str!("sql/processing_days.sql"));
    let query = query.bind(span.first_day).bind(span.last_day);
    let processing = fetch_all("read_cases", &mut *connection, query).await?;
    let query = sqlx::query(include_str!("sql/communities.sql"));
    let communities = fetch_all("read_households", connection, query).await?;
    Ok(Service { position, full_payment, processing, communities })
}
