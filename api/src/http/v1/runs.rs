//! Payment runs and their payments.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::NaiveDate;
use domain::calendar::BenefitMonth;
use domain::ids::{FundId, RunId};
use domain::money::Money;
use domain::payment_run::PaymentRun;
use domain::program::Program;
use projections::Until;
use projections::listings::{self, PaymentEntry};
use projections::payment_registers::queries;
use projections::payment_registers::{self, PaymentRunRow};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::http::Api;
use crate::http::input::{Asked, AtDesk, Named};
use crate::http::list::{Order, Page, ShortAsked, limit, place, tagged};
use crate::http::problem::Problem;
use crate::processes::ProcessError;

/// A run. Amounts in fen.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RunView {
    run_id: RunId,
    month: BenefitMonth,
    programs: Vec<Program>,
    fund_id: FundId,
    /// opened, calculated, submitted, endorsed, approved, rejected, released or reconciled.
    stage: String,
    line_count: u64,
    control_sum_fen: Money,
    opened_by: String,
    opened_on: NaiveDate,
    submitted_by: Option<String>,
    endorsed_by: Option<String>,
    approved_by: Option<String>,
    rejected_reason: Option<String>,
    released_by: Option<String>,
    released_on: Option<NaiveDate>,
    reconciled_on: Option<NaiveDate>,
    ordered_count: u64,
    settled_count: u64,
    returned_count: u64,
}

impl RunView {
    fn of(row: PaymentRunRow) -> RunView {
        let stage = serde_json::to_value(row.stage).ok();
        RunView {
            run_id: row.run_id,
            month: row.month,
            programs: row.programs,
            fund_id: row.fund_id,
            stage: stage.and_then(|stage| stage.as_str().map(str::to_owned)).unwrap_or_default(),
            line_count: row.line_count,
            control_sum_fen: row.control_sum,
            opened_by: row.opened_by,
            opened_on: row.opened_on,
            submitted_by: row.submitted_by,
            endorsed_by: row.endorsed_by,
            approved_by: row.approved_by,
            rejected_reason: row.rejected_reason,
            released_by: row.released_by,
            released_on: row.released_on,
            reconciled_on: row.reconciled_on,
            ordered_count: row.ordered_count,
            settled_count: row.settled_count,
            returned_count: row.returned_count,
        }
    }
}

/// How runs may be sorted.
const ORDER: Order = Order { id: "run_id", by: &["month", "opened_on", "stage", "control_sum_fen"] };

/// Which runs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunsAsked {
    /// Of one benefit month.
    month: Option<BenefitMonth>,
    /// opened, calculated, submitted, endorsed, approved, rejected, released or reconciled.
    stage: Option<String>,
    /// How many, at most 500.
    limit: Option<u32>,
    /// From the page before.
    cursor: Option<String>,
    /// month, opened_on, stage or control_sum_fen; with - before it the other way round.
    sort: Option<String>,
}

pub(super) async fn list(
    State(api): State<Api>,
    Asked(asked): Asked<RunsAsked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let RunsAsked { month, stage, limit, cursor, sort } = asked;
    let position = api.office().runner.catch_up(Until::Head).await?;
    let mut runs: Vec<RunView> =
        queries::runs(&api.office().pool).await?.into_iter().map(RunView::of).collect();
    runs.retain(|run| {
        month.is_none_or(|month| month == run.month) && stage.as_ref().is_none_or(|stage| *stage == run.stage)
    });
    Page::of_short(runs, &ShortAsked { limit, cursor, sort }, ORDER, position)?.answer(&headers)
}

pub(super) async fn one(State(api): State<Api>, Named(id): Named<RunId>) -> Result<Response, Problem> {
    let office = api.office();
    office.runner.catch_up(Until::Head).await?;
    let run = queries::run(&office.pool, id).await?.ok_or_else(Problem::not_found)?;
    let loaded = office.repository.load_newest::<PaymentRun>(id).await.map_err(ProcessError::from)?;
    Ok(tagged(&RunView::of(run), loaded.version))
}

/// Which payments.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentsAsked {
    /// ordered, settled, returned, reissued or cancelled.
    status: Option<String>,
    /// How many, at most 500.
    limit: Option<u32>,
    /// From the page before.
    cursor: Option<String>,
}

type Place = (String, Uuid, String, u32);

pub(super) async fn payments(
    State(api): State<Api>,
    AtDesk { caller, .. }: AtDesk,
    Named(id): Named<RunId>,
    Asked(asked): Asked<PaymentsAsked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (limit, after) = (limit(asked.limit)?, place::<Place>(asked.cursor.as_deref())?);
    queries::run(&api.office().pool, id).await?.ok_or_else(Problem::not_found)?;
    let mut seen = api.seen_by(&caller, &[&payment_registers::ABOUT]).await?;
    let rows = listings::payments(seen.connection(), id, asked.status.as_deref(), after, limit + 1).await?;
    let of = |last: &PaymentEntry| (last.program.code(), last.case_id, last.month.to_string(), last.attempt);
    Page::of(rows, limit, seen.position(), of).answer(&headers)
}
