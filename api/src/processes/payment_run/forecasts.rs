//! 预核: the office's next runs, calculated in the night before anybody opens one. Everybody sees in the morning what would be
//! paid and what stands in its way, and who then opens the run waits only for what changed since.
//!
//! A forecast is lines and notes that stand where those of its run will stand, and the calculation beside them. It is no
//! event: nobody is bound by it, and [`adopt`] takes it over only where its outcome is that of a whole calculation, of the
//! same day by the same edition of the rules. It is written by the server alone, so it is believed only with the hash that
//! the office's key makes of it, and its lines only with their digest: whoever can write the database but has no key
//! cannot have anything paid by it.

use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Contributors;
use domain::calendar::BenefitMonth;
use domain::ids::RunId;
use domain::payment_run::{Calculation, PaymentRun, Preparation, RunStage};
use projections::payment_registers::PaymentRunRow;
use projections::payment_registers::queries::runs;
use projections::runner::Until;
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgExecutor};

use super::calculate::stage;
use super::changed::Suspected;
use super::recalculate::restage;
use super::staging::{clear, lock_lines};
use super::{RunNote, RunPlan, load};
use crate::processes::{Office, ProcessError, office_day};

/// Where one case in so many was touched since, a whole calculation costs less,
const TOUCHED_SHARE: u64 = 4;

/// unless they are no more than these.
const FEW: u64 = 1_000;

/// Runs whose months are longer ago are not gone on with.
const MONTHS_BACK: i32 = 2;

/// What the keyed hash of a forecast is of.
const LABEL: &str = "run_forecast";

/// A run that nobody opened yet, calculated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forecast {
    /// What it is to pay.
    pub preparation: Preparation,
    /// Its lines, in sum.
    pub calculation: Calculation,
    /// When it was calculated.
    pub calculated_at: DateTime<Utc>,
}

/// The forecasts that stand, by month, programs and fund.
///
/// # Errors
/// Those of the database.
pub async fn forecasts(office: &Office) -> Result<Vec<Forecast>, ProcessError> {
    let rows: Vec<(String, String)> =
        sqlx::query_as(include_str!("sql/forecasts.sql")).fetch_all(&office.pool).await?;
    let mut forecasts: Vec<Forecast> = rows.into_iter().filter_map(|row| believed(office, row)).collect();
    forecasts.sort_by_key(|forecast| {
        let Preparation { month, programs, fund_id, .. } = &forecast.preparation;
        (*month, programs.clone(), *fund_id)
    });
    Ok(forecasts)
}

/// Whether there is something for [`forecast_next`] to do.
///
/// # Errors
/// [`ProcessError`]: the read tables cannot be read.
pub async fn is_forecast_due(office: &Office, now: DateTime<Utc>) -> Result<bool, ProcessError> {
    let Work { to_calculate, to_throw_away } = Work::find(office, now).await?;
    Ok(!to_calculate.is_empty() || !to_throw_away.is_empty())
}

/// Calculates the next runs that have no forecast of this day by the rules of now, and throws away the forecasts of runs
/// that are no longer next. How many were calculated.
///
/// # Errors
/// [`ProcessError`]: a read table is behind or damaged, a sealed fact was tampered with.
pub async fn forecast_next(office: &Office, now: DateTime<Utc>) -> Result<u64, ProcessError> {
    let Work { to_calculate, to_throw_away } = Work::find(office, now).await?;
    for run_id in to_throw_away {
        throw_away(office, run_id).await?;
    }
    let mut calculated = 0;
    for run in to_calculate {
        calculated += u64::from(forecast_one(office, run, now).await?);
    }
    Ok(calculated)
}

/// What the forecasts that stand are short of.
struct Work {
    to_calculate: Vec<Preparation>,
    to_throw_away: Vec<RunId>,
}

impl Work {
    async fn find(office: &Office, now: DateTime<Utc>) -> Result<Work, ProcessError> {
        let (today, standing) = (office_day(now), forecasts(office).await?);
        let mut to_calculate = next_runs(office, today).await?;
        let mut to_throw_away = Vec::new();
        let past = standing.iter().filter(|forecast| forecast.calculation.known_on < today);
        for run_id in past.map(|forecast| forecast.preparation.run_id) {
            // who opened the run may still take it over
            if !to_calculate.iter().any(|run| run.run_id == run_id) && is_unopened(office, run_id).await? {
                to_throw_away.push(run_id);
            }
        }
        let rules = office.current_rules().await?;
        to_calculate.retain(|run| !standing.iter().any(|one| one.holds(run, today, rules.version())));
        Ok(Work { to_calculate, to_throw_away })
    }
}

/// The regular runs that come next: of what the office paid together from one fund, the month after the last, from
/// the day after that one's release on and as soon as it may be opened.
async fn next_runs(office: &Office, today: NaiveDate) -> Result<Vec<Preparation>, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let mut newest: Vec<PaymentRunRow> = Vec::new();
    for mut run in runs(&office.pool).await? {
        run.programs.sort_unstable();
        let alike = |other: &PaymentRunRow| other.fund_id == run.fund_id && other.programs == run.programs;
        match newest.iter_mut().find(|other| alike(other)) {
            Some(other) if other.month >= run.month => {}
            Some(other) => *other = run,
            None => newest.push(run),
        }
    }
    let this = BenefitMonth::of(today);
    let goes_on = |run: &PaymentRunRow| {
        let month = run.month.next();
        let released = matches!(run.stage, RunStage::Released | RunStage::Reconciled);
        // the bank's answers of the same day touch every case once more
        let before_today = run.released_on.is_some_and(|day| day < today);
        released && before_today && month <= this.next() && month >= this.plus(-MONTHS_BACK)
    };
    let next = newest.into_iter().filter(goes_on).map(|run| {
        let (month, programs, fund_id) = (run.month.next(), run.programs, run.fund_id);
        let run_id = RunPlan { month, programs: programs.clone(), fund_id, number: 1 }.run_id(office);
        Preparation { run_id, month, programs, fund_id, contributors: Contributors::default() }
    });
    Ok(next.collect())
}

/// Calculates a run that nobody opened yet; whether it still was so.
async fn forecast_one(office: &Office, run: Preparation, now: DateTime<Utc>) -> Result<bool, ProcessError> {
    let mut transaction = office.pool.begin().await?;
    lock_lines(&mut transaction, run.run_id).await?;
    if !is_unopened(office, run.run_id).await? {
        return Ok(false);
    }
    office.runner.catch_up(Until::Head).await?;
    let (calculation, _) = stage(office, office_day(now), &run, &mut transaction).await?;
    forget(&mut transaction, run.run_id).await?;
    let forecast = Forecast { preparation: run, calculation, calculated_at: now };
    keep(office, &mut transaction, &forecast).await?;
    transaction.commit().await?;
    Ok(true)
}

async fn is_unopened(office: &Office, run_id: RunId) -> Result<bool, ProcessError> {
    Ok(matches!(*load(office, run_id).await?, PaymentRun::Unopened))
}

/// Throws away the forecast of a run that nobody opened; an open one may still take it over.
async fn throw_away(office: &Office, run_id: RunId) -> Result<(), ProcessError> {
    let mut transaction = office.pool.begin().await?;
    lock_lines(&mut transaction, run_id).await?;
    if is_unopened(office, run_id).await? {
        clear(&mut transaction, run_id).await?;
        forget(&mut transaction, run_id).await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// Makes the forecast of a run its calculation: only what was touched since is determined, and the outcome is that of a whole
/// calculation. None where there is no forecast that holds today, or where little of it would stay.
///
/// # Errors
/// [`ProcessError`]: something cannot be read or written.
pub(super) async fn adopt(
    office: &Office,
    today: NaiveDate,
    run: &Preparation,
    connection: &mut PgConnection,
) -> Result<Option<(Calculation, Vec<RunNote>)>, ProcessError> {
    let Some(Forecast { preparation, calculation, .. }) =
        forecast_of(office, &mut *connection, run.run_id).await?
    else {
        return Ok(None);
    };
    if calculation.known_on != today || !is_same(&preparation, run) {
        return Ok(None);
    }
    let suspected = match Suspected::find(office, today, run, &calculation).await {
        Err(ProcessError::RulesChanged) => return Ok(None),
        found => found?,
    };
    let edition =
        office.rule_books().await?.before(suspected.position()).version() == calculation.rule_version;
    let touched = u64::try_from(suspected.households.len()).unwrap_or(u64::MAX);
    let many = touched > FEW && touched.saturating_mul(TOUCHED_SHARE) > calculation.line_count;
    if !edition || many {
        return Ok(None);
    }
    let touched = suspected.determine(office, run).await?;
    match restage(office, today, (run, &calculation), touched, connection).await {
        Err(ProcessError::LinesLost) => Ok(None),
        adopted => adopted.map(Some),
    }
}

fn is_same(one: &Preparation, other: &Preparation) -> bool {
    (one.run_id, one.month, one.fund_id) == (other.run_id, other.month, other.fund_id)
        && one.programs == other.programs
}

impl Forecast {
    /// Whether it is of this run, of a day and by an edition of the rules.
    fn holds(&self, run: &Preparation, today: NaiveDate, version: &str) -> bool {
        let Calculation { known_on, rule_version, .. } = &self.calculation;
        is_same(&self.preparation, run) && *known_on == today && rule_version == version
    }
}

/// The forecast of a run.
///
/// # Errors
/// Those of the database.
pub async fn forecast_of(
    office: &Office,
    executor: impl PgExecutor<'_>,
    run_id: RunId,
) -> Result<Option<Forecast>, ProcessError> {
    let query = sqlx::query_as(include_str!("sql/forecast.sql")).bind(run_id.uuid());
    let row: Option<(String, String)> = query.fetch_optional(executor).await?;
    Ok(row.and_then(|row| believed(office, row)))
}

/// A forecast that the office itself wrote.
fn believed(office: &Office, (text, keyed_hash): (String, String)) -> Option<Forecast> {
    if office.keyring.blind_index(LABEL, &text).as_str() != keyed_hash {
        tracing::warn!("a forecast of a run is not what this office wrote; it is not used");
        return None;
    }
    serde_json::from_str(&text).ok()
}

async fn keep(
    office: &Office,
    connection: &mut PgConnection,
    forecast: &Forecast,
) -> Result<(), ProcessError> {
    let text = serde_json::to_string(forecast).map_err(|error| ProcessError::Damaged(error.to_string()))?;
    let keyed_hash = office.keyring.blind_index(LABEL, &text);
    let query = sqlx::query(include_str!("sql/keep_forecast.sql")).bind(forecast.preparation.run_id.uuid());
    query.bind(text).bind(keyed_hash.as_str()).execute(connection).await?;
    Ok(())
}

/// Forgets the forecast of a run; its lines and notes stay.
pub(super) async fn forget(connection: &mut PgConnection, run_id: RunId) -> Result<(), ProcessError> {
    sqlx::query(include_str!("sql/delete_forecast.sql")).bind(run_id.uuid()).execute(connection).await?;
    Ok(())
}
