//! 暂缓 of many at once, and their lifting. Each goes to its case, as anywhere else, so that the hold survives the run.

use std::collections::BTreeSet;

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::benefit_case::{BenefitCase, HeldMonths, HoldReason};
use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, RunId};

use super::lines::Wanted;
use super::one;
use crate::access::Capability;
use crate::console::Console;
use crate::console::address::Path;
use crate::console::answers::{Refusal, Stop};
use crate::console::scope::seen_cases;
use crate::console::visitor::Visitor;
use crate::processes::payment_run::{find_lines, hold, lift_hold};
use crate::processes::{Office, ProcessError};

/// The most lines that one form holds.
const PICKS_MAX: usize = 1_000;

/// What a form sends: each line that was ticked under one name.
type Sent = Vec<(String, String)>;

/// Holds what was ticked, or everything that the filter shows.
pub(in crate::console) async fn hold_many(
    State(console): State<Console>,
    visitor: Visitor,
    Path(run): Path<RunId>,
    Form(sent): Form<Sent>,
) -> Result<Response, Stop> {
    visitor.must(Capability::PrepareCases)?;
    match held(&console.office, &visitor, run, &sent).await {
        Ok(count) => Ok(Redirect::to(&format!("/runs/{run}?held={count}")).into_response()),
        Err(refusal) => one::page(&console, &visitor, run, &Wanted::default(), Some(refusal)).await,
    }
}

/// Lifts the holds of what was ticked.
pub(in crate::console) async fn lift_many(
    State(console): State<Console>,
    visitor: Visitor,
    Path(run): Path<RunId>,
    Form(sent): Form<Sent>,
) -> Result<Response, Stop> {
    visitor.must(Capability::PrepareCases)?;
    match lifted(&console.office, &visitor, &sent).await {
        Ok(()) => Ok(Redirect::to(&format!("/runs/{run}")).into_response()),
        Err(refusal) => one::page(&console, &visitor, run, &Wanted::default(), Some(refusal)).await,
    }
}

async fn held(office: &Office, visitor: &Visitor, run: RunId, sent: &Sent) -> Result<usize, Refusal> {
    let lang = visitor.lang;
    let text =
        |name: &str| sent.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim());
    let reason: HoldReason = text("reason").parse().map_err(|_| {
        let (zh, en) = ("请选择暂缓原因。", "Choose why it is held.");
        Refusal::typed("reason_missing", lang, zh, en).at("reason")
    })?;
    let note = Some(text("note")).filter(|note| !note.is_empty());
    let picks =
        if text("all").is_empty() { picked(sent) } else { filtered(office, visitor, run, sent).await? };
    let picks = seen(office, visitor, picks).await?;
    for (done, (case, month)) in picks.iter().enumerate() {
        let months = HeldMonths::Month(*month);
        match hold(office, &visitor.desk(), *case, months, (reason, note)).await {
            // somebody held it before, so that it is held
            Err(ProcessError::Refused { code: "already_held", .. }) => {}
            answer => answer.map_err(|error| stopped(visitor, &error, done, *case))?,
        }
    }
    Ok(picks.len())
}

async fn lifted(office: &Office, visitor: &Visitor, sent: &Sent) -> Result<(), Refusal> {
    let picks = seen(office, visitor, picked(sent)).await?;
    for (done, (case, month)) in picks.iter().enumerate() {
        let answer = lift(office, visitor, *case, *month).await;
        answer.map_err(|error| stopped(visitor, &error, done, *case))?;
    }
    Ok(())
}

/// Lifts the hold that keeps a month back: its own, or that of all months.
async fn lift(
    office: &Office,
    visitor: &Visitor,
    case: CaseId,
    month: BenefitMonth,
) -> Result<(), ProcessError> {
    let state = office.repository.load_newest::<BenefitCase>(case).await?.state;
    let held = state.enrollment().and_then(|(enrolled, _)| enrolled.hold_of(month)).map(|hold| hold.months);
    lift_hold(office, &visitor.desk(), case, held.unwrap_or(HeldMonths::Month(month))).await
}

/// What was ticked: case and month. What cannot be read was not sent by the page.
fn picked(sent: &Sent) -> Vec<(CaseId, BenefitMonth)> {
    let picks = sent.iter().filter(|(name, _)| name == "pick");
    let read = |value: &str| {
        let (case, month) = value.split_once('|')?;
        Some((case.parse().ok()?, month.parse().ok()?))
    };
    picks.filter_map(|(_, value)| read(value)).collect()
}

/// Everything that the filter of the page shows.
async fn filtered(
    office: &Office,
    visitor: &Visitor,
    run: RunId,
    sent: &Sent,
) -> Result<Vec<(CaseId, BenefitMonth)>, Refusal> {
    let pairs: Vec<&(String, String)> = sent.iter().filter(|(name, _)| name.starts_with("f_")).collect();
    let of = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let wanted = Wanted::with(of("f_program"), of("f_kind"), of("f_state"));
    let most = u32::try_from(PICKS_MAX).unwrap_or(u32::MAX);
    let found = find_lines(&office.pool, run, &wanted.filter(), 0, most).await;
    let found = found.map_err(|error| Refusal::of(&error, visitor.lang))?;
    if found.count > u64::from(most) {
        let (zh, en) =
            ("一次最多暂缓 1000 笔，请先筛选。", "At most 1000 payments are held at once: filter first.");
        return Err(Refusal::typed("too_many", visitor.lang, zh, en));
    }
    Ok(found.lines.iter().map(|(_, staged)| (staged.line.case_id, staged.line.month)).collect())
}

/// Those that the visitor sees; nothing at all is a mistake.
async fn seen(
    office: &Office,
    visitor: &Visitor,
    picks: Vec<(CaseId, BenefitMonth)>,
) -> Result<Vec<(CaseId, BenefitMonth)>, Refusal> {
    let ids: Vec<CaseId> = picks.iter().map(|(case, _)| *case).collect::<BTreeSet<_>>().into_iter().collect();
    let known = seen_cases(office, visitor, &ids).await;
    let known = known.map_err(|error| Refusal::of(&error, visitor.lang))?;
    let picks: Vec<_> = picks.into_iter().filter(|(case, _)| known.contains(case)).take(PICKS_MAX).collect();
    if picks.is_empty() {
        let (zh, en) = ("请先勾选明细。", "Tick a line first.");
        return Err(Refusal::typed("nothing_chosen", visitor.lang, zh, en));
    }
    Ok(picks)
}

/// Says how far it came: what was done before stays done, and doing it again goes on.
fn stopped(visitor: &Visitor, error: &ProcessError, done: usize, case: CaseId) -> Refusal {
    let refusal = Refusal::of(error, visitor.lang);
    let words = visitor.lang.pick(
        format!("已办理 {done} 项；个案 {case}：{}", refusal.words),
        format!("{done} are done; case {case}: {}", refusal.words),
    );
    Refusal { words, ..refusal }
}
