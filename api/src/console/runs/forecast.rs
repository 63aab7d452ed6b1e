//! 预核: the next runs, which the night calculated before anybody opened them.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::capitals::in_capitals;
use domain::ids::RunId;
use domain::numbers::{grouped, yuan};
use domain::payment_run::ProgramTotal;
use projections::funds::FundRow;

use super::notes::{self, Group};
use super::one::{program_names, seen_notes};
use crate::access::{Capability, may};
use crate::console::Console;
use crate::console::address::Path;
use crate::console::answers::{Stop, shown};
use crate::console::page::Frame;
use crate::console::told::beijing;
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::ProcessError;
use crate::processes::payment_run::{self, Forecast};

/// A forecast in the list of runs.
pub(super) struct ForecastLine {
    pub path: String,
    pub month: String,
    pub programs: String,
    pub fund: String,
    pub lines: String,
    pub sum: String,
    pub exceptions: String,
    pub warnings: String,
    pub at: String,
}

impl ForecastLine {
    pub fn of(lang: Lang, forecast: &Forecast, funds: &[FundRow]) -> ForecastLine {
        let Forecast { preparation, calculation, .. } = forecast;
        let fund = funds.iter().find(|fund| fund.fund_id == preparation.fund_id);
        ForecastLine {
            path: format!("/runs/{}/forecast", preparation.run_id),
            month: preparation.month.to_string(),
            programs: program_names(lang, &preparation.programs),
            fund: fund.map(|fund| fund.name.clone()).unwrap_or_default(),
            lines: count(calculation.line_count),
            sum: yuan(calculation.control_sum),
            exceptions: count(calculation.exception_count),
            warnings: count(calculation.warning_count),
            at: at(forecast),
        }
    }
}

#[derive(Template)]
#[template(path = "run_forecast.html")]
struct ForecastPage {
    frame: Frame,
    id: String,
    title: String,
    at: String,
    count: String,
    sum: String,
    capitals: String,
    programs: Vec<Total>,
    groups: Vec<Group>,
    may_lift: bool,
}

struct Total {
    program: &'static str,
    lines: String,
    sum: String,
}

/// Shows a forecast, until its run is calculated.
pub(in crate::console) async fn forecast(
    State(console): State<Console>,
    visitor: Visitor,
    Path(run): Path<RunId>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadPayments)?;
    let page = read(&console, &visitor, run).await.map_err(|error| Stop::failed(error, visitor.lang))?;
    Ok(shown(&page).into_response())
}

async fn read(console: &Console, visitor: &Visitor, run: RunId) -> Result<ForecastPage, ProcessError> {
    let (office, lang) = (&console.office, visitor.lang);
    let found = payment_run::forecast_of(office, &office.pool, run).await?;
    let found = found.ok_or(ProcessError::Unknown { what: "forecast" })?;
    let staged = payment_run::notes_staged(&office.pool, run).await?;
    let mut groups = notes::groups(lang, &seen_notes(office, visitor, staged).await?);
    // a hold is lifted at the run itself, or at its case
    groups.iter_mut().for_each(|group| group.held = false);
    let Forecast { preparation, calculation, .. } = &found;
    let total = |total: &ProgramTotal| Total {
        program: lang.pick(total.program.zh(), total.program.en()),
        lines: count(total.line_count),
        sum: yuan(total.sum),
    };
    Ok(ForecastPage {
        frame: Frame::new(visitor, "/runs"),
        id: run.to_string(),
        title: format!("{} {}", preparation.month, program_names(lang, &preparation.programs)),
        at: at(&found),
        count: count(calculation.line_count),
        sum: yuan(calculation.control_sum),
        capitals: in_capitals(calculation.control_sum),
        programs: calculation.by_program.iter().map(total).collect(),
        groups,
        may_lift: may(visitor.role, Capability::PrepareCases),
    })
}

fn count(count: u64) -> String {
    grouped(count.cast_signed())
}

fn at(forecast: &Forecast) -> String {
    beijing(forecast.calculated_at).format("%Y-%m-%d %H:%M").to_string()
}
