//! The page of one run: its steps, who may take the next, what cannot be paid, and its lines page by page.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use chrono::{NaiveDate, Utc};
use domain::capitals::in_capitals;
use domain::ids::{CaseId, PaymentId, RunId};
use domain::money::Money;
use domain::numbers::{grouped, yuan};
use domain::payment::PaymentStage;
use domain::payment_run::RunStage;
use domain::program::Program;
use projections::payment_registers::PaymentRunRow;
use projections::payment_registers::queries;
use projections::runner::Until;
use serde::Deserialize;

use crate::access::{Capability, may};
use crate::console::Console;
use crate::console::answers::{Refusal, Stop, shown};
use crate::console::names::people;
use crate::console::page::Frame;
use crate::console::scope::seen_cases;
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::payment_run::{
    Outlook, Overpayment, RunNote, StagedLine, lines_from, notes_of, outlook,
};
use crate::processes::{Office, ProcessError, office_day};

/// Lines of one page.
const PAGE_LINES: u32 = 50;

/// Notes that are shown; the whole list is an export's.
const NOTES_MAX: usize = 100;

/// Which lines are wanted.
#[derive(Default, Deserialize)]
pub(in crate::console) struct Wanted {
    /// The page, from 1.
    page: Option<u32>,
}

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
    notes: Vec<Note>,
    notes_more: usize,
    lines: Vec<Line>,
    page: u32,
    pages: u32,
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
    Submit,
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

/// What could not be paid, must be seen, or was paid too much.
struct Note {
    kind: &'static str,
    program: &'static str,
    month: String,
    case: String,
    words: String,
}

struct Line {
    number: u64,
    case: String,
    name: String,
    community: String,
    program: &'static str,
    month: String,
    kind: &'static str,
    due: String,
    standing: String,
    withheld: String,
    amount: String,
    state: &'static str,
    mark: &'static str,
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
    let mut notes = notes_of(&office.pool, run_id).await?;
    if !visitor.sees_everyone() {
        let ids: Vec<CaseId> = notes.iter().map(RunNote::case_id).collect();
        let seen = seen_cases(office, visitor, &ids).await?;
        notes.retain(|note| seen.contains(&note.case_id()));
    }
    let look = outlook(office, office_day(Utc::now()), run_id).await?;
    let pages = u32::try_from(run.line_count.div_ceil(PAGE_LINES.into())).unwrap_or(u32::MAX).max(1);
    let page = wanted.page.unwrap_or(1).clamp(1, pages);
    let lines = lines(office, visitor, run_id, page).await?;
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
        layouts: console
            .layouts
            .iter()
            .map(|layout| (layout.code.clone(), lang.pick(&layout.zh, &layout.en).clone()))
            .collect(),
        figures: figures(lang, &run, &look),
        notes_more: notes.len().saturating_sub(NOTES_MAX),
        notes: notes.iter().take(NOTES_MAX).map(|each| note(lang, each)).collect(),
        lines,
        page,
        pages,
    })
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
        RunStage::Calculated => {
            &[(Next::Submit, Capability::PrepareRuns), (Next::Calculate, Capability::PrepareRuns)]
        }
        RunStage::Submitted if twice => {
            &[(Next::Endorse, Capability::ApproveRuns), (Next::Reject, Capability::ApproveRuns)]
        }
        RunStage::Submitted | RunStage::Endorsed => {
            &[(Next::Approve, Capability::ApproveRuns), (Next::Reject, Capability::ApproveRuns)]
        }
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
    let short = if look.short > Money::ZERO {
        format!("{} {}", lang.pick("尚差", "short of"), yuan(look.short))
    } else {
        fund
    };
    let figure = |zh, en, value, besides| Figure { name: lang.pick(zh, en), value, besides };
    let payments = |count: u64| format!("{} {}", grouped(count.cast_signed()), lang.pick("笔", "payments"));
    let pending =
        run.ordered.minus(run.settled).and_then(|rest| rest.minus(run.returned)).unwrap_or_default();
    vec![
        figure("上月下达", "Ordered last month", yuan(last), String::new()),
        figure("资金可用", "Free in the fund", yuan(look.free), short),
        figure("已下达", "Ordered", yuan(run.ordered), payments(run.ordered_count)),
        figure("已到账", "Settled", yuan(run.settled), payments(run.settled_count)),
        figure("已退汇", "Returned", yuan(run.returned), payments(run.returned_count)),
        figure("在途", "In transit", yuan(pending), String::new()),
    ]
}

fn note(lang: Lang, note: &RunNote) -> Note {
    let (kind, month, words) = match note {
        RunNote::Exception { month, exception, .. } => {
            ("exception", *month, lang.pick(exception.zh(), exception.en()).to_owned())
        }
        RunNote::Warning { month, warning, .. } => {
            ("warning", Some(*month), lang.pick(warning.zh(), warning.en()).to_owned())
        }
        RunNote::Overpayment(Overpayment { month, amount, .. }) => {
            let words = lang.pick("多发，须追缴：", "paid too much, to be recovered: ");
            ("overpaid", Some(*month), format!("{words}{}", yuan(*amount)))
        }
    };
    let program = note.program();
    Note {
        kind,
        program: lang.pick(program.zh(), program.en()),
        month: month.map(|month| month.to_string()).unwrap_or_default(),
        case: note.case_id().to_string(),
        words,
    }
}

/// A page of lines with where each payment is. Of people whom the visitor does not see only the amount is shown.
async fn lines(office: &Office, visitor: &Visitor, run: RunId, page: u32) -> Result<Vec<Line>, ProcessError> {
    let from = u64::from(page - 1) * u64::from(PAGE_LINES);
    let staged = lines_from(&office.pool, run, from, PAGE_LINES).await?;
    let ids: Vec<PaymentId> = staged.iter().map(|line| line.order.payment_id).collect();
    let payments = queries::payments(&office.pool, &ids).await?;
    let stages: BTreeMap<PaymentId, PaymentStage> =
        payments.iter().map(|payment| (payment.payment_id, payment.status)).collect();
    let lang = visitor.lang;
    let known = people(office, staged.iter().map(|line| line.order.beneficiary), lang).await?;
    let line = |(number, staged): (u64, &StagedLine)| {
        let order = &staged.order;
        let person = known.get(&order.beneficiary).cloned().unwrap_or_default();
        let seen = visitor.sees(&person.community);
        let withheld = Money::sum(order.withheld.iter().map(|part| part.amount)).unwrap_or_default();
        let standing =
            order.due.minus(order.amount).and_then(|rest| rest.minus(withheld)).unwrap_or_default();
        let stage = stages.get(&order.payment_id).copied().unwrap_or(PaymentStage::Unordered);
        Line {
            number,
            case: if seen { order.case_id.to_string() } else { String::new() },
            name: if seen { person.name } else { "＊".to_owned() },
            community: person.community,
            program: lang.pick(order.program.zh(), order.program.en()),
            month: order.month.to_string(),
            kind: lang.pick(order.kind.zh(), order.kind.en()),
            due: yuan(order.due),
            standing: yuan(standing),
            withheld: yuan(withheld),
            amount: yuan(order.amount),
            state: lang.pick(stage.zh(), stage.en()),
            mark: stage.en().split(' ').next().unwrap_or_default(),
        }
    };
    Ok((from + 1..).zip(&staged).map(line).collect())
}
