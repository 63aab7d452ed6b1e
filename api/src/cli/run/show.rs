//! `ledger run list` and `ledger run show`: runs as the read tables hold them, brought up to date first.

use chrono::Utc;
use domain::ids::{CaseId, RunId};
use domain::payment_run::{PaymentRun, RunStage};
use projections::Until;
use projections::payment_registers::PaymentRunRow;
use projections::payment_registers::queries::{self, LineTotal};
use serde_json::json;

use super::lines::{self, Asked, Line};
use super::notes;
use super::prepare::program_name;
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen, grouped, yuan};
use crate::cli::session::Session;
use crate::lang::Lang;
use crate::processes::payment_run::{ChangedCase, RunNote, changed_cases, notes_of, stopped_cases};
use crate::processes::{Office, ProcessError, office_day};

/// Lists every run, the oldest first.
///
/// # Errors
/// [`Failure`] when the ledger cannot be read.
pub(super) async fn list(session: &Session) -> Result<Done, Failure> {
    let screen = session.screen;
    let runs = session
        .with_ledger(async |app| {
            app.office().runner.catch_up(Until::Head).await?;
            Ok(queries::runs(&app.office().pool).await?)
        })
        .await?;
    let heads = [
        (screen.pick("批次", "Run"), Align::Left),
        (screen.pick("月份", "Month"), Align::Left),
        (screen.pick("项目数", "Programs"), Align::Right),
        (screen.pick("状态", "Stage"), Align::Left),
        (screen.pick("笔数", "Lines"), Align::Right),
        (screen.pick("金额（元）", "Yuan"), Align::Right),
    ];
    screen.table(&heads, &runs.iter().map(|run| row(screen.lang, run)).collect::<Vec<_>>())?;
    screen.answer(&runs)?;
    Ok(Done::Well)
}

fn row(lang: Lang, run: &PaymentRunRow) -> Vec<String> {
    vec![
        run.run_id.to_string(),
        run.month.to_string(),
        run.programs.len().to_string(),
        lang.pick(run.stage.zh(), run.stage.en()).to_owned(),
        grouped(run.line_count.cast_signed()),
        yuan(run.control_sum),
    ]
}

/// What is shown of a run.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    /// Who did what, its payments in sum, and what could not be paid.
    Whole,
    /// What could not be paid, what must be seen, what was paid too much.
    Notes,
    /// Its lines.
    Lines(Asked),
}

/// What is shown of a run, and of which case.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    /// What.
    pub part: Part,
    /// One case only.
    pub case: Option<CaseId>,
}

/// Shows one run: who did what, its payments in sum, what could not be paid, what changed since, its lines.
///
/// # Errors
/// [`Failure`]: there is no such run, or the ledger cannot be read.
pub(super) async fn one(session: &Session, run_id: RunId, shown: Shown) -> Result<Done, Failure> {
    let screen = session.screen;
    let found = session.with_ledger(async |app| look(app.office(), run_id, shown).await).await?;
    let Found { run, totals, notes, changed, lines } = found;
    let of_case = |case: &CaseId| shown.case.is_none_or(|wanted| wanted == *case);
    match shown.part {
        Part::Whole => {
            show_life(&screen, &run)?;
            show_totals(&screen, &totals)?;
            notes::show(&screen, run_id, &notes, shown.case)?;
            notes::show_changed(&screen, &changed)?;
        }
        Part::Notes => notes::show(&screen, run_id, &notes, shown.case)?,
        Part::Lines(asked) => {
            lines::show(&screen, &lines, asked, run.line_count)?;
            notes::show(&screen, run_id, &notes, shown.case)?;
        }
    }
    let notes = notes::json(notes.iter().filter(|note| of_case(&note.case_id())));
    let mut answer = json!({ "run": run, "totals": totals, "notes": notes, "changed": changed });
    if let Part::Lines(_) = shown.part {
        answer["lines"] = lines.iter().map(Line::json).collect();
    }
    screen.answer(&answer)?;
    Ok(Done::Well)
}

/// A run as it is shown.
struct Found {
    run: PaymentRunRow,
    totals: Vec<LineTotal>,
    notes: Vec<RunNote>,
    changed: Vec<ChangedCase>,
    lines: Vec<Line>,
}

async fn look(office: &Office, run_id: RunId, shown: Shown) -> Result<Found, Failure> {
    let pool = &office.pool;
    office.runner.catch_up(Until::Head).await?;
    let run = queries::run(pool, run_id).await?.ok_or_else(|| unknown(run_id))?;
    let totals = queries::totals_of_run(pool, run_id).await?;
    let lines = match shown.part {
        Part::Lines(asked) => lines::read(office, run_id, asked).await?,
        Part::Whole | Part::Notes => Vec::new(),
    };
    let changed = match shown.part {
        Part::Whole => changed_since(office, &run).await?,
        Part::Lines(_) | Part::Notes => Vec::new(),
    };
    Ok(Found { run, totals, notes: notes_of(pool, run_id).await?, changed, lines })
}

/// What the run's approval or release would refuse. Where the rules themselves are others, that says so.
async fn changed_since(office: &Office, run: &PaymentRunRow) -> Result<Vec<ChangedCase>, ProcessError> {
    let (state, today) =
        (office.repository.load_newest::<PaymentRun>(run.run_id).await?.state, office_day(Utc::now()));
    let changed = match run.stage {
        RunStage::Calculated | RunStage::Submitted | RunStage::Endorsed => {
            changed_cases(office, today, &state).await
        }
        RunStage::Approved => stopped_cases(office, today, &state).await,
        _ => return Ok(Vec::new()),
    };
    match changed {
        Err(ProcessError::RulesChanged) => Ok(Vec::new()),
        changed => changed,
    }
}

fn unknown(run_id: RunId) -> Failure {
    Failure::Refused {
        code: "unknown_object",
        zh: format!("没有批次 {run_id}"),
        en: format!("there is no run {run_id}"),
    }
}

fn show_life(screen: &Screen, run: &PaymentRunRow) -> Result<(), Failure> {
    let heads = [("", Align::Left), ("", Align::Left)];
    let step = |zh: &'static str, en: &'static str, who: &Option<String>, day: Option<_>| {
        let day: Option<chrono::NaiveDate> = day;
        let who = who.as_ref()?;
        let day = day.map(|day| format!(" {day}")).unwrap_or_default();
        Some(vec![screen.pick(zh, en).to_owned(), format!("{who}{day}")])
    };
    let stage = screen.pick(run.stage.zh(), run.stage.en());
    let programs: Vec<&str> =
        run.programs.iter().map(|program| program_name(screen.lang, *program)).collect();
    let mut rows = vec![
        vec![screen.pick("批次", "Run").to_owned(), format!("{} · {} · {stage}", run.run_id, run.month)],
        vec![screen.pick("项目", "Programs").to_owned(), programs.join(screen.pick("、", ", "))],
    ];
    if run.calculated_by.is_some() {
        let (count, sum) = (grouped(run.line_count.cast_signed()), yuan(run.control_sum));
        let told = screen.pick(format!("{count} 笔，{sum} 元"), format!("{count} lines, {sum} yuan"));
        rows.push(vec![screen.pick("合计", "Sum").to_owned(), told]);
    }
    let steps = [
        step("建批", "opened by", &Some(run.opened_by.clone()), Some(run.opened_on)),
        step("核算", "calculated by", &run.calculated_by, None),
        step("提交", "submitted by", &run.submitted_by, run.submitted_on),
        step("初审", "endorsed by", &run.endorsed_by, run.endorsed_on),
        step("审批", "approved by", &run.approved_by, run.approved_on),
        step("发放", "released by", &run.released_by, run.released_on),
    ];
    rows.extend(steps.into_iter().flatten());
    if run.stage == RunStage::Rejected {
        rows.extend(step("退回", "rejected by", &run.rejected_by, run.rejected_on));
    }
    // of a run that was sent back and calculated anew, the log tells
    if let (RunStage::Rejected, Some(reason)) = (run.stage, &run.rejected_reason) {
        rows.push(vec![screen.pick("退回原因", "rejected because").to_owned(), reason.clone()]);
    }
    Ok(screen.table(&heads, &rows)?)
}

fn show_totals(screen: &Screen, totals: &[LineTotal]) -> Result<(), Failure> {
    if totals.is_empty() {
        return Ok(());
    }
    let heads = [
        (screen.pick("项目", "Program"), Align::Left),
        (screen.pick("类别", "Kind"), Align::Left),
        (screen.pick("状态", "Status"), Align::Left),
        (screen.pick("笔数", "Payments"), Align::Right),
        (screen.pick("金额（元）", "Yuan"), Align::Right),
    ];
    let row = |total: &LineTotal| {
        vec![
            program_name(screen.lang, total.program).to_owned(),
            screen.pick(total.kind.zh(), total.kind.en()).to_owned(),
            screen.pick(total.status.zh(), total.status.en()).to_owned(),
            grouped(total.count.cast_signed()),
            yuan(total.sum),
        ]
    };
    Ok(screen.table(&heads, &totals.iter().map(row).collect::<Vec<_>>())?)
}
