//! 发放批次: the list, and the steps that people take with one run.

mod bank;
mod being_read;
mod forecast;
mod holds;
mod lines;
mod notes;
mod one;
mod returned;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::calendar::BenefitMonth;
use domain::ids::{FundId, RunId};
use domain::numbers::{grouped, yuan};
use domain::program::Program;
use projections::funds::funds;
use projections::payment_registers::queries;
use projections::runner::Until;
use serde::Deserialize;

use self::forecast::ForecastLine;
use super::Console;
use super::answers::{Refusal, Stop, shown};
use super::page::Frame;
use super::visitor::Visitor;
use crate::access::{Capability, may};
use crate::console::address::Path;
use crate::processes::payment_run::{self, RunPlan};
use crate::processes::{Office, ProcessError};

pub(super) use bank::{release, settle};
pub(super) use being_read::BeingRead;
pub(super) use forecast::forecast;
pub(super) use holds::{hold_many, lift_many};
pub(super) use one::{how_far, one};
pub(super) use returned::{cancel, dismiss, resolve, run_of};

#[derive(Template)]
#[template(path = "runs.html")]
struct RunsPage {
    frame: Frame,
    forecasts: Vec<ForecastLine>,
    runs: Vec<RunLine>,
    may_prepare: bool,
    programs: Vec<(&'static str, &'static str, bool)>,
    funds: Vec<(String, String, bool)>,
    month: String,
    number: u32,
}

struct RunLine {
    path: String,
    month: String,
    programs: String,
    stage: &'static str,
    lines: String,
    sum: String,
    settled: String,
    returned: String,
}

/// What a run is prepared for, as it was typed.
#[derive(Deserialize)]
pub(in crate::console) struct Typed {
    month: String,
    program: Program,
    fund: FundId,
    number: u32,
}

/// Shows every run, the newest first.
pub(in crate::console) async fn list(
    State(console): State<Console>,
    visitor: Visitor,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadPayments)?;
    list_page(&console.office, &visitor, None, None).await
}

async fn list_page(
    office: &Office,
    visitor: &Visitor,
    typed: Option<&Typed>,
    refused: Option<Refusal>,
) -> Result<Response, Stop> {
    let failed = |error: ProcessError| Stop::failed(error, visitor.lang);
    office.runner.catch_up(Until::Head).await.map_err(|error| failed(error.into()))?;
    let rows = queries::runs(&office.pool).await.map_err(|error| failed(error.into()))?;
    let lang = visitor.lang;
    let line = |run: &projections::payment_registers::PaymentRunRow| RunLine {
        path: format!("/runs/{}", run.run_id),
        month: run.month.to_string(),
        programs: one::program_names(lang, &run.programs),
        stage: lang.pick(run.stage.zh(), run.stage.en()),
        lines: grouped(run.line_count.cast_signed()),
        sum: yuan(run.control_sum),
        settled: yuan(run.settled),
        returned: yuan(run.returned),
    };
    let paying = funds(&office.pool).await.map_err(|error| failed(error.into()))?;
    let forecasts = payment_run::forecasts(office).await.map_err(failed)?;
    let forecasts = forecasts.iter().map(|one| ForecastLine::of(lang, one, &paying)).collect();
    let chosen = |fund: FundId| typed.is_some_and(|typed| typed.fund == fund);
    let program = |each: &Program| {
        let chosen = typed.is_some_and(|typed| typed.program == *each);
        (each.code(), lang.pick(each.zh(), each.en()), chosen)
    };
    let mut frame = Frame::new(visitor, "/runs");
    let status = refused.as_ref().map(|refusal| refusal.status).unwrap_or_default();
    frame.refused = refused;
    let page = RunsPage {
        frame,
        forecasts,
        runs: rows.iter().rev().map(line).collect(),
        may_prepare: may(visitor.role, Capability::PrepareRuns),
        programs: Program::ALL.iter().map(program).collect(),
        funds: paying
            .into_iter()
            .map(|fund| (fund.fund_id.to_string(), fund.name, chosen(fund.fund_id)))
            .collect(),
        month: typed
            .map(|typed| typed.month.clone())
            .unwrap_or_else(|| BenefitMonth::of(visitor.desk().today()).to_string()),
        number: typed.map_or(1, |typed| typed.number),
    };
    Ok((status, shown(&page)).into_response())
}

/// Opens the run of a plan and calculates it.
pub(in crate::console) async fn prepare(
    State(console): State<Console>,
    visitor: Visitor,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::PrepareRuns)?;
    let (office, desk) = (&console.office, visitor.desk());
    let Ok(month) = typed.month.parse() else {
        let refusal = Refusal::typed(
            "month_malformed",
            visitor.lang,
            "月份应为 2026-11 这样。",
            "A month is like 2026-11.",
        );
        return list_page(office, &visitor, Some(&typed), Some(refusal)).await;
    };
    let plan =
        RunPlan { month, programs: vec![typed.program], fund_id: typed.fund, number: typed.number.max(1) };
    let prepared = async {
        let run = payment_run::open(office, &desk, &plan).await?;
        payment_run::calculate(office, &desk, run).await?;
        Ok::<RunId, ProcessError>(run)
    };
    match prepared.await {
        Ok(run) => Ok(Redirect::to(&format!("/runs/{run}")).into_response()),
        Err(error) => {
            let refusal = Refusal::of(&error, visitor.lang);
            list_page(office, &visitor, Some(&typed), Some(refusal)).await
        }
    }
}

/// What a step is taken with.
#[derive(Default, Deserialize)]
pub(in crate::console) struct Asked {
    /// How many warnings were seen.
    warnings_seen: Option<u64>,
    /// Why a run is sent back.
    reason: Option<String>,
}

/// Takes a step with a run; what is refused is shown on its page.
pub(in crate::console) async fn step(
    State(console): State<Console>,
    visitor: Visitor,
    Path((run, step)): Path<(RunId, String)>,
    Form(asked): Form<Asked>,
) -> Result<Response, Stop> {
    let capability = match step.as_str() {
        "calculate" | "recalculate" | "submit" => Capability::PrepareRuns,
        // who prepared a run takes it back until it is released
        "withdraw" => Capability::PrepareRuns,
        "endorse" | "approve" | "reject" => Capability::ApproveRuns,
        _ => return Err(Stop::Missing(visitor.lang)),
    };
    visitor.must(capability)?;
    let (office, desk) = (&console.office, visitor.desk());
    let taken = match step.as_str() {
        "calculate" => payment_run::calculate(office, &desk, run).await.map(drop),
        "recalculate" => payment_run::recalculate(office, &desk, run).await.map(drop),
        "submit" => payment_run::submit(office, &desk, run, asked.warnings_seen.unwrap_or_default()).await,
        "endorse" => payment_run::endorse(office, &desk, run).await,
        "approve" => payment_run::approve(office, &desk, run).await,
        _ => payment_run::reject(office, &desk, run, asked.reason.as_deref().unwrap_or_default()).await,
    };
    match taken {
        Ok(()) => Ok(Redirect::to(&format!("/runs/{run}")).into_response()),
        Err(error) => {
            let refusal = Refusal::of(&error, visitor.lang);
            one::page(&console, &visitor, run, &lines::Wanted::default(), Some(refusal)).await
        }
    }
}
