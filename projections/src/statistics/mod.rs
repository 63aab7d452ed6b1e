//! Statistics (统计年报): the office's year, program by program and month by month.
//!
//! It keeps no rows of its own. As all read tables move together, the report is a question to the beneficiary
//! summaries, the case files and the donation totals in one snapshot, and names the log position it stands for. Every
//! number comes from events: a person counts when a payment to them settled.
//!
//! A year's months are its benefit months (所属月份), so arrears for July that are paid in October belong to July.
//! Gifts belong to the day on which they came; what was refunded of them is taken off, whenever it was.

mod report;
mod service;

use chrono::NaiveDate;
use domain::calendar::BenefitMonth;
use domain::money::{Money, MoneyError};
use domain::program::Program;
use sqlx::{PgConnection, PgPool};

pub use report::{
    CampaignYear, Group, GroupYear, MonthReport, Payments, ProgramMonth, ProgramYear, Reached, YearReport,
};

pub use service::{Community, FullPayment, ProcessingDays, Service, service};

use crate::error::ProjectionError;
use crate::projection::About;
use crate::rows::{fetch_all, fetch_one};
use crate::snapshot::Snapshot;
use crate::{beneficiary_summaries, case_files, donation_totals, payment_registers};

/// What the report of a year is read from.
pub static YEAR_NEEDS: [&About; 3] =
    [&beneficiary_summaries::ABOUT, &case_files::ABOUT, &donation_totals::ABOUT];

/// What the report of a month is read from.
pub static MONTH_NEEDS: [&About; 3] =
    [&beneficiary_summaries::ABOUT, &case_files::ABOUT, &payment_registers::ABOUT];

/// The report of a year, from one snapshot.
///
/// # Errors
/// [`ProjectionError::Apart`] when the read tables do not stand at one position; those of the database.
pub async fn year_report(pool: &PgPool, year: i32) -> Result<YearReport, ProjectionError> {
    year_report_of(&mut Snapshot::take(pool, &YEAR_NEEDS).await?, year).await
}

/// The report of a year, from a snapshot of what it [needs](YEAR_NEEDS).
///
/// # Errors
/// Those of the database.
pub async fn year_report_of(snapshot: &mut Snapshot, year: i32) -> Result<YearReport, ProjectionError> {
    let span = Span::of(year)?;
    let position = snapshot.position();
    let connection = snapshot.connection();
    let programs = programs_of(connection, &span).await?;
    let mut groups = Vec::with_capacity(Group::ALL.len());
    for group in Group::ALL.iter().copied() {
        groups.push(GroupYear { group, reached: reached(connection, &span, group.programs()).await? });
    }
    let campaigns = campaigns_of(connection, &span).await?;
    let settled = sum(programs.iter().map(|program| program.total.settled))?;
    let donated = sum(campaigns.iter().map(|campaign| campaign.total))?;
    Ok(YearReport { year, position, programs, groups, campaigns, settled, donated })
}

/// The report of a benefit month, from one snapshot.
///
/// # Errors
/// [`ProjectionError::Apart`] when the read tables do not stand at one position; those of the database.
pub async fn month_report(pool: &PgPool, month: BenefitMonth) -> Result<MonthReport, ProjectionError> {
    month_report_of(&mut Snapshot::take(pool, &MONTH_NEEDS).await?, month).await
}

/// The report of a benefit month, from a snapshot of what it [needs](MONTH_NEEDS).
///
/// # Errors
/// Those of the database.
pub async fn month_report_of(
    snapshot: &mut Snapshot,
    month: BenefitMonth,
) -> Result<MonthReport, ProjectionError> {
    let position = snapshot.position();
    let connection = snapshot.connection();
    let text = month.to_string();
    let query = sqlx::query(include_str!("sql/program_months.sql")).bind(&text).bind(&text);
    let mut programs: Vec<ProgramMonth> = fetch_all(TABLE, &mut *connection, query).await?;
    let place = |of: &ProgramMonth| Program::ALL.iter().position(|program| *program == of.program);
    programs.sort_by_key(place);
    let runs = payment_registers::queries::runs(connection).await?;
    let runs = runs.into_iter().filter(|run| run.month == month).collect();
    let settled = sum(programs.iter().map(|program| program.paid.settled))?;
    Ok(MonthReport { month, position, programs, runs, settled })
}

/// The months and days of a year.
struct Span {
    first_month: String,
    last_month: String,
    first_day: NaiveDate,
    last_day: NaiveDate,
}

impl Span {
    fn of(year: i32) -> Result<Span, ProjectionError> {
        let month = |month| BenefitMonth::try_new(year, month).map_err(|_| ProjectionError::Year { year });
        let (first, last) = (month(1)?, month(12)?);
        Ok(Span {
            first_month: first.to_string(),
            last_month: last.to_string(),
            first_day: first.first_day(),
            last_day: last.last_day(),
        })
    }
}

async fn programs_of(
    connection: &mut PgConnection,
    span: &Span,
) -> Result<Vec<ProgramYear>, ProjectionError> {
    let query =
        sqlx::query(include_str!("sql/program_months.sql")).bind(&span.first_month).bind(&span.last_month);
    let months: Vec<ProgramMonth> = fetch_all(TABLE, &mut *connection, query).await?;
    let mut years = Vec::new();
    for program in Program::ALL.iter().copied() {
        let months: Vec<ProgramMonth> =
            months.iter().filter(|month| month.program == program).cloned().collect();
        if !months.is_empty() {
            let reached = reached(&mut *connection, span, &[program]).await?;
            years.push(ProgramYear::of(program, reached, months).map_err(out_of_range)?);
        }
    }
    Ok(years)
}

async fn reached(
    connection: &mut PgConnection,
    span: &Span,
    programs: &[Program],
) -> Result<Reached, ProjectionError> {
    let codes: Vec<&str> = programs.iter().map(|program| program.code()).collect();
    let query = sqlx::query(include_str!("sql/reached.sql")).bind(&span.first_month).bind(&span.last_month);
    let reached: Option<Reached> = fetch_one(TABLE, connection, query.bind(codes)).await?;
    Ok(reached.unwrap_or_default())
}

async fn campaigns_of(
    connection: &mut PgConnection,
    span: &Span,
) -> Result<Vec<CampaignYear>, ProjectionError> {
    let query = sqlx::query(include_str!("sql/campaign_years.sql")).bind(span.first_day).bind(span.last_day);
    let mut campaigns: Vec<CampaignYear> = fetch_all("read_donations", connection, query).await?;
    for campaign in &mut campaigns {
        campaign.total = campaign.received.minus(campaign.refunded).map_err(out_of_range)?;
    }
    Ok(campaigns)
}

fn sum(amounts: impl Iterator<Item = Money>) -> Result<Money, ProjectionError> {
    Money::sum(amounts).map_err(out_of_range)
}

fn out_of_range(_: MoneyError) -> ProjectionError {
    ProjectionError::Row { table: TABLE }
}

const TABLE: &str = "read_beneficiary_months";
