//! The page of one run: its steps, who may take the next, what cannot be paid, and its lines page by page.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{NaiveDate, Utc};
use domain::benefit_case::HoldReason;
use domain::capitals::in_capitals;
use domain::ids::{CaseId, RunId};
use domain::money::Money;
use domain::numbers::{grouped, yuan};
use domain::payment_run::{ProgramTotal, RunStage};
use domain::program::Program;
use projections::payment_registers::PaymentRunRow;
use projections::payment_registers::queries;
use projections::runner::Until;

use super::lines::{self, Table, Wanted};
use super::notes::{self, Group};
use super::returned::{self, Again, Returned, Unresolved};
use crate::access::{Capability, may};
use crate::bank::layout::Layout;
use crate::console::Console;
use crate::console::address::{Path, Query};
use crate::console::answers::{Refusal, Stop, shown};
use crate::console::page::Frame;
use crate::console::scope::seen_cases;
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::payment_run::{LinesRead, Outlook, RunNote, layout_of_release, notes_of, outlook};
use crate::processes::{Office, ProcessError, office_day};

#[derive(Template)]
#[template(path = "run.html")]
struct RunPage {
    frame: Frame,
    id: String,
    title: String,
    stage: &'static str,
    count: String,
    sum: String,
    capitals: String,
    steps: Vec<Mark>,
    next: Vec<Next>,
    warnings: u64,
    layouts: Vec<(String, String)>,
    figures: Vec<Figure>,
    differences: Vec<Difference>,
    groups: Vec<Group>,
    table: Table,
    /// Why payments can be held here, where they can.
    hold_reasons: Vec<(&'static str, &'static str)>,
    may_lift: bool,
    held: Option<u32>,
    taken: Option<String>,
    progress: Option<Progress>,
    returned: Vec<Returned>,
    unmatched: Unresolved,
    again: Option<Again>,
}

/// A program's lines beside last month's.
struct Difference {
    program: &'static str,
    before: String,
    now: String,
    change: String,
    up: bool,
    down: bool,
}

/// How many of the ordered payments the bank answered.
struct Progress {
    answered: u64,
    ordered: u64,
    words: String,
}

/// A step of a run's life on the bar.
struct Mark {
    name: &'static str,
    who: String,
    on: String,
    state: &'static str,
}

/// A step that the visitor may take now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Calculate,
    Recalculate,
    Submit,
    Withdraw,
    Endorse,
    Approve,
    Reject,
    Release,
    ReleaseAgain,
    Settle,
}

/// A sum beside another.
struct Figure {
    name: &'static str,
    value: String,
    besides: String,
}

/// Shows a run.
pub(in crate::console) async fn one(
    State(console): State<Console>,
    visitor: Visitor,
    Path(run): Path<RunId>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadPayments)?;
    page(&console, &visitor, run, &wanted, None).await
}

/// The page, with what was refused on it.
pub(super) async fn page(
    console: &Console,
    visitor: &Visitor,
    run: RunId,
    wanted: &Wanted,
    refused: Option<Refusal>,
) -> Result<Response, Stop> {
    let mut page =
        read(console, visitor, run, wanted).await.map_err(|error| Stop::failed(error, visitor.lang))?;
    let status = refused.as_ref().map(|refusal| refusal.status).unwrap_or_default();
    page.frame.refused = refused;
    Ok((status, shown(&page)).into_response())
}

async fn read(
    console: &Console,
    visitor: &Visitor,
    run_id: RunId,
    wanted: &Wanted,
) -> Result<RunPage, ProcessError> {
    let (office, lang) = (&console.office, visitor.lang);
    office.runner.catch_up(Until::Head).await?;
    let run = queries::run(&office.pool, run_id).await?.ok_or(ProcessError::Unknown { what: "run" })?;
    let notes = seen_notes(office, visitor, notes_of(&office.pool, run_id).await?).await?;
    let look = outlook(office, office_day(Utc::now()), run_id).await?;
    let table = lines::table(office, visitor, &run, wanted).await?;
    let paid = matches!(run.stage, RunStage::Released | RunStage::Reconciled);
    let returned = if paid { returned::returned(office, visitor, &run).await? } else { Vec::new() };
    let unmatched =
        if paid { returned::unmatched(office, visitor, run_id).await? } else { Unresolved::default() };
    let taken = match wanted.taken {
        Some(file) => returned::taken_words(office, lang, run_id, (file, wanted.known)).await?,
        None => None,
    };
    let may_prepare = may(visitor.role, Capability::PrepareRuns);
    let again = if may_prepare && !returned.is_empty() { returned::again(office, &run).await? } else { None };
    let may_hold = may(visitor.role, Capability::PrepareCases)
        && matches!(run.stage, RunStage::Calculated | RunStage::Rejected | RunStage::Opened);
    let reasons = HoldReason::ALL.iter().map(|reason| (reason.code(), lang.pick(reason.zh(), reason.en())));
    Ok(RunPage {
        frame: Frame::new(visitor, "/runs"),
        id: run_id.to_string(),
        title: format!("{} {}", run.month, program_names(lang, &run.programs)),
        stage: lang.pick(run.stage.zh(), run.stage.en()),
        count: grouped(run.line_count.cast_signed()),
        sum: yuan(run.control_sum),
        capitals: in_capitals(run.control_sum),
        steps: marks(lang, &run),
        next: next(visitor, &run, &look),
        warnings: run.calculation.as_ref().map(|calculation| calculation.warning_count).unwrap_or_default(),
        layouts: layouts(office, lang, layout_of_release(office, run_id).await?.as_deref()),
        figures: figures(lang, &run, &look),
        differences: differences(lang, &run, &look),
        groups: notes::groups(lang, &notes),
        table,
        hold_reasons: if may_hold { reasons.collect() } else { Vec::new() },
        may_lift: may_hold,
        held: wanted.held,
        taken,
        progress: progress(lang, &run),
        returned,
        unmatched,
        again,
    })
}

/// The layouts that can be chosen, that of the release first: banks mostly answer as they were asked.
fn layouts(office: &Office, lang: Lang, released: Option<&str>) -> Vec<(String, String)> {
    let named = |layout: &Layout| (layout.code.clone(), lang.pick(&layout.zh, &layout.en).clone());
    let mut layouts: Vec<_> = office.bank_layouts.iter().map(named).collect();
    layouts.sort_by_key(|(code, _)| released != Some(code.as_str()));
    layouts
}

/// Those of some notes that are of cases that the visitor sees.
pub(super) async fn seen_notes(
    office: &Office,
    visitor: &Visitor,
    mut notes: Vec<RunNote>,
) -> Result<Vec<RunNote>, ProcessError> {
    if !visitor.sees_everyone() {
        let ids: Vec<CaseId> = notes.iter().map(RunNote::case_id).collect();
        let seen = seen_cases(office, visitor, &ids).await?;
        notes.retain(|note| seen.contains(&note.case_id()));
    }
    Ok(notes)
}

pub(super) fn program_names(lang: Lang, programs: &[Program]) -> String {
    let names: Vec<&str> = programs.iter().map(|program| lang.pick(program.zh(), program.en())).collect();
    names.join(lang.pick("、", ", "))
}

/// The bar: done, now, to come.
fn marks(lang: Lang, run: &PaymentRunRow) -> Vec<Mark> {
    let mark = |zh, en, who: Option<&String>, on: Option<NaiveDate>, done: bool| Mark {
        name: lang.pick(zh, en),
        who: who.cloned().unwrap_or_default(),
        on: on.map(|day| day.to_string()).unwrap_or_default(),
        state: if done { "done" } else { "open" },
    };
    let by_bank = lang.pick("银行", "the bank").to_owned();
    let reconciled = run.reconciled_on.map(|_| &by_bank);
    let mut marks = vec![
        mark("建批", "Opened", Some(&run.opened_by), Some(run.opened_on), true),
        mark("核算", "Calculated", run.calculated_by.as_ref(), None, run.calculated_by.is_some()),
        mark("提交", "Submitted", run.submitted_by.as_ref(), run.submitted_on, run.submitted_by.is_some()),
    ];
    if run.endorsed_by.is_some() {
        marks.push(mark("初审", "Endorsed", run.endorsed_by.as_ref(), run.endorsed_on, true));
    }
    marks.extend([
        mark("审批", "Approved", run.approved_by.as_ref(), run.approved_on, run.approved_by.is_some()),
        mark("发放", "Released", run.released_by.as_ref(), run.released_on, run.released_by.is_some()),
        mark("对账", "Reconciled", reconciled, run.reconciled_on, run.reconciled_on.is_some()),
    ]);
    if let Some(now) = marks.iter_mut().find(|mark| mark.state == "open") {
        now.state = "now";
    }
    marks
}

/// What the visitor may do with the run now. The domain decides again when it is done.
fn next(visitor: &Visitor, run: &PaymentRunRow, look: &Outlook) -> Vec<Next> {
    let can = |capability| may(visitor.role, capability);
    let twice = look.needs_second_approval;
    let steps: &[(Next, Capability)] = match run.stage {
        RunStage::Unopened => &[],
        RunStage::Opened | RunStage::Rejected => &[(Next::Calculate, Capability::PrepareRuns)],
        RunStage::Calculated => &[
            (Next::Submit, Capability::PrepareRuns),
            (Next::Recalculate, Capability::PrepareRuns),
            (Next::Calculate, Capability::PrepareRuns),
        ],
        RunStage::Submitted if twice => &[
            (Next::Endorse, Capability::ApproveRuns),
            (Next::Reject, Capability::ApproveRuns),
            (Next::Withdraw, Capability::PrepareRuns),
        ],
        RunStage::Submitted | RunStage::Endorsed => &[
            (Next::Approve, Capability::ApproveRuns),
            (Next::Reject, Capability::ApproveRuns),
            (Next::Withdraw, Capability::PrepareRuns),
        ],
        RunStage::Approved => {
            &[(Next::Release, Capability::ReleaseRuns), (Next::Reject, Capability::ApproveRuns)]
        }
        RunStage::Released => {
            &[(Next::Settle, Capability::ReleaseRuns), (Next::ReleaseAgain, Capability::ReleaseRuns)]
        }
        RunStage::Reconciled => &[],
    };
    steps.iter().filter(|(_, capability)| can(*capability)).map(|(next, _)| *next).collect()
}

fn figures(lang: Lang, run: &PaymentRunRow, look: &Outlook) -> Vec<Figure> {
    let last = Money::sum(look.last_month.iter().map(|total| total.sum)).unwrap_or_default();
    let fund = look.fund.clone().unwrap_or_default();
    let figure = |zh, en, value, besides| Figure { name: lang.pick(zh, en), value, besides };
    let money = match look.committed {
        Some(committed) => figure("已为本批占用", "Held ready for the run", yuan(committed), fund),
        None if look.short.is_positive() => {
            let short = format!("{} {}", lang.pick("尚差", "short of"), yuan(look.short));
            figure("本批可用资金", "Usable for the run", yuan(look.free), short)
        }
        None => figure("本批可用资金", "Usable for the run", yuan(look.free), fund),
    };
    let payments = |count: u64| format!("{} {}", grouped(count.cast_signed()), lang.pick("笔", "payments"));
    let pending =
        run.ordered.minus(run.settled).and_then(|rest| rest.minus(run.returned)).unwrap_or_default();
    vec![
        figure("上月下达", "Ordered last month", yuan(last), String::new()),
        money,
        figure("已下达", "Ordered", yuan(run.ordered), payments(run.ordered_count)),
        figure("已到账", "Settled", yuan(run.settled), payments(run.settled_count)),
        figure("已退汇", "Returned", yuan(run.returned), payments(run.returned_count)),
        figure("在途", "In transit", yuan(pending), String::new()),
    ]
}

/// Each program's calculated lines beside what last month's runs ordered of it.
fn differences(lang: Lang, run: &PaymentRunRow, look: &Outlook) -> Vec<Difference> {
    let Some(calculation) = &run.calculation else { return Vec::new() };
    let of = |totals: &[ProgramTotal], program| {
        totals
            .iter()
            .find(|total| total.program == program)
            .map(|total| (total.line_count, total.sum))
            .unwrap_or_default()
    };
    let one = |program: &Program| {
        let (before, was) = of(&look.last_month, *program);
        let (now, is) = of(&calculation.by_program, *program);
        let change = is.minus(was).unwrap_or_default();
        let said = |count: u64, sum: Money| {
            format!("{} {} · {}", grouped(count.cast_signed()), lang.pick("笔", "lines"), yuan(sum))
        };
        Difference {
            program: lang.pick(program.zh(), program.en()),
            before: said(before, was),
            now: said(now, is),
            change: yuan(change),
            up: change.is_positive(),
            down: change.is_negative(),
        }
    };
    run.programs.iter().map(one).collect()
}

fn progress(lang: Lang, run: &PaymentRunRow) -> Option<Progress> {
    if run.ordered_count == 0 {
        return None;
    }
    let (answered, ordered) = (run.settled_count + run.returned_count, run.ordered_count);
    let (done, all) = (grouped(answered.cast_signed()), grouped(ordered.cast_signed()));
    let words =
        lang.pick(format!("银行已回 {done} / {all} 笔"), format!("the bank answered {done} of {all}"));
    Some(Progress { answered, ordered, words })
}

/// How far the reading of a file is, before what came of it.
fn reading(lang: Lang, lines: &LinesRead, matched: &str) -> String {
    let count = grouped(lines.count().cast_signed());
    if lines.is_whole() {
        return lang
            .pick(format!("共读入 {count} 行，{matched}"), format!("{count} lines were read, {matched}"));
    }
    lang.pick(format!("正在读入：已读 {count} 行"), format!("reading: {count} lines so far"))
}

/// How far the bank's answers are, for the page's script while a file is taken in.
pub(in crate::console) async fn how_far(
    State(console): State<Console>,
    visitor: Visitor,
    Path(run): Path<RunId>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadPayments)?;
    let read = async {
        console.office.runner.catch_up(Until::Head).await?;
        let row = queries::run(&console.office.pool, run).await?;
        row.ok_or(ProcessError::Unknown { what: "run" })
    };
    let row = read.await.map_err(|error| Stop::failed(error, visitor.lang))?;
    let (answered, ordered, mut words) = match progress(visitor.lang, &row) {
        Some(progress) => (progress.answered, progress.ordered, progress.words),
        None => (0, 0, String::new()),
    };
    if let Some(lines) = console.being_read.of(run) {
        words = reading(visitor.lang, &lines, &words);
    }
    Ok(Json(serde_json::json!({ "answered": answered, "ordered": ordered, "words": words })).into_response())
}
