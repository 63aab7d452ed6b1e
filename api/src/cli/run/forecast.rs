//! `ledger run forecast`: the next runs, calculated before anybody opened them, and what stands in their way.

use chrono::Utc;
use domain::ids::RunId;
use serde_json::json;

use super::notes;
use super::prepare::program_name;
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, grouped, yuan};
use crate::cli::session::Session;
use crate::lang::Lang;
use crate::processes::payment_run::{self, Forecast};

/// Lists the forecasts; calculates those that are missing first, where it is asked for.
///
/// # Errors
/// [`Failure`] when the ledger cannot be read.
pub(super) async fn list(session: &Session, now: bool) -> Result<Done, Failure> {
    let screen = session.screen;
    let found = session
        .with_ledger(async |app| {
            if now {
                let progress = screen.spinner("预核", "Calculating ahead");
                let calculated = payment_run::forecast_next(app.office(), Utc::now()).await;
                progress.finish_and_clear();
                calculated?;
            }
            Ok(payment_run::forecasts(app.office()).await?)
        })
        .await?;
    if found.is_empty() {
        screen.say(
            "没有预核：从发放的次日起，夜间任务或 ledger run forecast --now 预先核算下一批；所属月份已过三个月以上的不再接续。",
            "There is no forecast: from the day after a run's release, the night or `ledger run forecast --now` makes one of the next, \
             unless its month is three months ago or more.",
        )?;
    } else {
        let heads = [
            (screen.pick("批次", "Run"), Align::Left),
            (screen.pick("月份", "Month"), Align::Left),
            (screen.pick("项目", "Programs"), Align::Left),
            (screen.pick("笔数", "Lines"), Align::Right),
            (screen.pick("金额（元）", "Yuan"), Align::Right),
            (screen.pick("不能发放", "Cannot be paid"), Align::Right),
            (screen.pick("须查看", "To be seen"), Align::Right),
            (screen.pick("核算日", "Day"), Align::Left),
        ];
        screen.table(&heads, &found.iter().map(|one| row(screen.lang, one)).collect::<Vec<_>>())?;
    }
    screen.answer(&found.iter().map(told).collect::<Vec<_>>())?;
    Ok(Done::Well)
}

/// Shows what stands in the way of one.
///
/// # Errors
/// [`Failure`]: there is no forecast of that run, or the ledger cannot be read.
pub(super) async fn one(session: &Session, run: RunId) -> Result<Done, Failure> {
    let screen = session.screen;
    let (found, notes) = session
        .with_ledger(async |app| {
            let office = app.office();
            let found = payment_run::forecast_of(office, &office.pool, run).await?;
            Ok((found.ok_or_else(|| unknown(run))?, payment_run::notes_staged(&office.pool, run).await?))
        })
        .await?;
    let (month, sum) = (found.preparation.month, yuan(found.calculation.control_sum));
    let count = grouped(found.calculation.line_count.cast_signed());
    screen.say(
        format!("批次 {run}（{month}）预核 {count} 笔，合计 {sum} 元："),
        format!("Run {run} ({month}) would pay {count} lines, {sum} yuan:"),
    )?;
    notes::show(&screen, run, &notes, None)?;
    let mut answer = told(&found);
    answer["notes"] = notes::json(&notes);
    screen.answer(&answer)?;
    Ok(Done::Well)
}

fn row(lang: Lang, forecast: &Forecast) -> Vec<String> {
    let Forecast { preparation, calculation, .. } = forecast;
    let programs: Vec<&str> =
        preparation.programs.iter().map(|program| program_name(lang, *program)).collect();
    vec![
        preparation.run_id.to_string(),
        preparation.month.to_string(),
        programs.join(lang.pick("、", ", ")),
        grouped(calculation.line_count.cast_signed()),
        yuan(calculation.control_sum),
        grouped(calculation.exception_count.cast_signed()),
        grouped(calculation.warning_count.cast_signed()),
        calculation.known_on.to_string(),
    ]
}

fn told(forecast: &Forecast) -> serde_json::Value {
    let Forecast { preparation, calculation, calculated_at } = forecast;
    json!({
        "run_id": preparation.run_id, "month": preparation.month, "programs": preparation.programs,
        "fund_id": preparation.fund_id, "calculation": calculation, "calculated_at": calculated_at,
    })
}

fn unknown(run: RunId) -> Failure {
    Failure::Refused {
        code: "unknown_object",
        zh: format!("没有批次 {run} 的预核"),
        en: format!("there is no forecast of run {run}"),
    }
}
