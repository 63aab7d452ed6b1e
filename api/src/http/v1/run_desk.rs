//! A run before it is submitted and after the bank answered: its lines, what must be seen of it, files from the bank, lines that
//! somebody has to look at.

use std::collections::HashSet;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::bank_return::{BankReturn, LineResolution};
use domain::calendar::BenefitMonth;
use domain::ids::{BankReturnId, CaseId, PaymentId, PersonId, RunId};
use domain::money::Money;
use domain::payment_run::PaymentRun;
use domain::program::Program;
use projections::Until;
use projections::bank_returns::queries::{files as received, open_lines};
use projections::bank_returns::{BankLineRow, BankReturnRow};
use projections::payment_registers::queries::{payments, run as run_row};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::run_steps::at_run;
use super::{Done, Reason};
use crate::access::{Caller, Capability as Can};
use crate::http::Api;
use crate::http::endpoint::{Endpoint, get, post};
use crate::http::input::{Asked, AtDesk, Named, SeenVersion, Sent};
use crate::http::list::{Page, limit, place};
use crate::http::problem::Problem;
use crate::processes::ProcessError;
use crate::processes::payment_run::{
    self, ChangedCase, Finding, Outlook, ReturnProgress, RunNote, StagedLine, ToldNote,
};

type Answer = Result<Json<Done>, Problem>;

pub(super) fn endpoints() -> Vec<Endpoint> {
    [before(), after()].concat()
}

fn before() -> Vec<Endpoint> {
    let notes = (
        "不能发放、提示事项、多发，各注明原因与处理",
        "what cannot be paid, what must be seen, what was paid too much: each with its reason and what to do",
    );
    let anew = ("重新核算有变化的个案", "calculates the cases that changed since anew");
    let changed = ("核算后有变化的个案", "cases that changed since the calculation");
    let outlook =
        ("资金是否足够、与上月比较", "whether the fund suffices, and the month before; amounts in fen");
    vec![
        get("/runs/{id}/lines", Can::ReadPayments, ("核算明细", "calculated lines"), lines)
            .query::<LinesAsked>()
            .lists::<LineView>(),
        get("/runs/{id}/notes", Can::ReadPayments, notes, notes_of).lists::<ToldNote>(),
        get("/runs/{id}/changed-cases", Can::ReadPayments, changed, changed_cases).lists::<ChangedCase>(),
        get("/runs/{id}/outlook", Can::ReadPayments, outlook, outlook_of).answers::<Outlook>(),
        post("/runs/{id}/recalculation", Can::PrepareRuns, anew, recalculate).answers::<Done>(),
        post("/runs/{id}/withdrawal", Can::PrepareRuns, ("撤回", "takes a submitted run back"), withdraw)
            .takes::<Reason>()
            .answers::<Done>(),
    ]
}

fn after() -> Vec<Endpoint> {
    let exceptions = ("待处理的回盘异常", "lines of the bank that somebody has to look at");
    let far = (
        "回盘进度：按文件的 SHA-256 查询，办结后含结果",
        "how far a file from the bank was taken in, by its SHA-256; with what came of it in the end",
    );
    vec![
        get("/runs/{id}/returns/{sha256}", Can::ReadPayments, far, how_far).answers::<ReturnProgress>(),
        get(
            "/bank-files",
            Can::ReadPayments,
            ("回盘文件一览", "files from banks; amounts in fen"),
            bank_files,
        )
        .query::<OfRun>()
        .lists::<BankReturnRow>(),
        get("/bank-exceptions", Can::ReadPayments, exceptions, bank_exceptions)
            .query::<OfRun>()
            .lists::<BankLineRow>(),
        post(
            "/bank-files/{id}/rows/{row}/resolution",
            Can::ReleaseRuns,
            ("处理回盘异常", "says what a line of the bank is"),
            resolve,
        )
        .takes::<ResolutionSent>()
        .answers::<Done>(),
        post(
            "/bank-files/{id}/dismissal",
            Can::ReleaseRuns,
            ("整份文件无须处理", "dismisses what is open of a file that was taken in by mistake"),
            dismiss,
        )
        .takes::<DismissalSent>()
        .answers::<Done>(),
        post(
            "/payments/{id}/cancellation",
            Can::ReleaseRuns,
            ("退汇作废，不再发放", "gives a returned payment up; otherwise the next run pays it again"),
            cancel,
        )
        .takes::<Reason>()
        .answers::<Done>(),
    ]
}

/// Which lines.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinesAsked {
    /// Of one case.
    case: Option<CaseId>,
    /// How many, at most 500; fewer where lines of other communities stand between.
    limit: Option<u32>,
    /// From the page before.
    cursor: Option<String>,
}

/// A calculated line. Amounts in fen.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LineView {
    payment_id: PaymentId,
    case_id: CaseId,
    beneficiary: PersonId,
    program: Program,
    month: BenefitMonth,
    attempt: u32,
    /// ordinary, arrears or reissue.
    kind: String,
    /// What the month is due in all.
    due_fen: Money,
    /// What this line pays.
    amount_fen: Money,
    /// Withheld for earlier payments.
    withheld_fen: Money,
    /// Who receives it.
    payee: PersonId,
    /// The returned payment in whose place it comes.
    replaces: Option<PaymentId>,
    rule_version: String,
}

impl LineView {
    fn of(staged: &StagedLine) -> Result<LineView, Problem> {
        let line = &staged.line;
        let withheld = Money::sum(line.withheld.iter().map(|part| part.amount));
        Ok(LineView {
            payment_id: line.payment_id,
            case_id: line.case_id,
            beneficiary: line.beneficiary,
            program: line.program,
            month: line.month,
            attempt: line.attempt,
            kind: json!(line.kind).as_str().unwrap_or_default().to_owned(),
            due_fen: line.due,
            amount_fen: line.amount,
            withheld_fen: withheld.map_err(ProcessError::from)?,
            payee: line.payee,
            replaces: staged.replaces,
            rule_version: staged.rule_version.clone(),
        })
    }
}

async fn lines(
    State(api): State<Api>,
    AtDesk { caller, .. }: AtDesk,
    Named(id): Named<RunId>,
    Asked(asked): Asked<LinesAsked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (limit, from) = (limit(asked.limit)?, place::<u64>(asked.cursor.as_deref())?.unwrap_or(0));
    let pool = &api.office().pool;
    let position = known_run(&api, id).await?;
    let read = match asked.case {
        Some(case) => payment_run::lines_of_cases(pool, id, &[case]).await?,
        None => payment_run::lines_from(pool, id, from, limit).await?,
    };
    let more = asked.case.is_none() && read.len() == limit as usize;
    let cases: Vec<CaseId> = read.iter().map(|staged| staged.line.case_id).collect();
    let seen = api.cases_seen_by(&caller, &cases).await?;
    let own = read.iter().filter(|staged| seen.contains(&staged.line.case_id));
    let items = own.map(LineView::of).collect::<Result<Vec<_>, _>>()?;
    let next = more.then(|| from + u64::from(limit));
    Page::up_to(items, next, position).answer(&headers)
}

/// Whether there is such a run, and the log's position.
async fn known_run(api: &Api, id: RunId) -> Result<u64, Problem> {
    let position = api.office().runner.catch_up(Until::Head).await?;
    run_row(&api.office().pool, id).await?.ok_or_else(Problem::not_found)?;
    Ok(position)
}

async fn notes_of(
    State(api): State<Api>,
    AtDesk { caller, .. }: AtDesk,
    Named(id): Named<RunId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let position = known_run(&api, id).await?;
    let notes = payment_run::notes_of(&api.office().pool, id).await?;
    let cases: Vec<CaseId> = notes.iter().map(RunNote::case_id).collect();
    let seen = api.cases_seen_by(&caller, &cases).await?;
    let own = notes.iter().filter(|note| seen.contains(&note.case_id()));
    Page::of(own.map(RunNote::told).collect(), u32::MAX, position, |_: &ToldNote| 0).answer(&headers)
}

async fn changed_cases(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Named(id): Named<RunId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let position = known_run(&api, id).await?;
    let run = api.office().repository.load_newest::<PaymentRun>(id).await.map_err(ProcessError::from)?.state;
    let changed = payment_run::changed_cases(api.office(), desk.today(), &run).await?;
    let cases: Vec<CaseId> = changed.iter().map(|case| case.case_id).collect();
    let seen = api.cases_seen_by(&caller, &cases).await?;
    let own = changed.into_iter().filter(|case| seen.contains(&case.case_id));
    Page::of(own.collect(), u32::MAX, position, |_: &ChangedCase| 0).answer(&headers)
}

async fn outlook_of(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named(id): Named<RunId>,
) -> Result<Json<Outlook>, Problem> {
    known_run(&api, id).await?;
    Ok(Json(payment_run::outlook(api.office(), desk.today(), id).await?))
}

async fn recalculate(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<RunId>,
    seen: SeenVersion,
) -> Answer {
    let desk = at_run(&api, at, id, seen).await?;
    payment_run::recalculate(api.office(), &desk, id).await?;
    Done::with(&api, id).await
}

async fn withdraw(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<RunId>,
    seen: SeenVersion,
    Sent(Reason { reason }): Sent<Reason>,
) -> Answer {
    let desk = at_run(&api, at, id, seen).await?;
    payment_run::reject(api.office(), &desk, id, &reason).await?;
    Done::with(&api, id).await
}

/// Of which run.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfRun {
    /// Of one run.
    run: Option<RunId>,
}

async fn bank_files(
    State(api): State<Api>,
    Asked(asked): Asked<OfRun>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let position = api.office().runner.catch_up(Until::Head).await?;
    let files = received(&api.office().pool, asked.run).await?;
    Page::of(files, u32::MAX, position, |_: &BankReturnRow| 0).answer(&headers)
}

async fn bank_exceptions(
    State(api): State<Api>,
    AtDesk { caller, .. }: AtDesk,
    Asked(asked): Asked<OfRun>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let position = api.office().runner.catch_up(Until::Head).await?;
    let pool = &api.office().pool;
    let lines = open_lines(pool, asked.run).await?;
    let others = of_others(&api, &caller, lines.iter().filter_map(|line| line.payment_id)).await?;
    let own =
        lines.into_iter().filter(|line| !line.payment_id.is_some_and(|id| others.contains(&id))).collect();
    Page::of(own, u32::MAX, position, |_: &BankLineRow| 0).answer(&headers)
}

/// Those of some payments that go to people whom the caller does not see. A line that names no payment is nobody's yet: whoever
/// resolves it has to see it.
async fn of_others(
    api: &Api,
    caller: &Caller,
    named: impl Iterator<Item = PaymentId>,
) -> Result<HashSet<PaymentId>, Problem> {
    let rows = payments(&api.office().pool, &named.collect::<Vec<_>>()).await?;
    let cases: Vec<CaseId> = rows.iter().map(|row| row.case_id).collect();
    let seen = api.cases_seen_by(caller, &cases).await?;
    let others = rows.iter().filter(|row| !seen.contains(&row.case_id));
    Ok(others.map(|row| row.payment_id).collect())
}

async fn how_far(
    State(api): State<Api>,
    AtDesk { caller, .. }: AtDesk,
    Named((id, sha256)): Named<(RunId, String)>,
) -> Result<Json<ReturnProgress>, Problem> {
    let is_digest =
        sha256.len() == 64 && sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_digest {
        return Err(Problem::not_found());
    }
    known_run(&api, id).await?;
    let mut progress = payment_run::return_progress(api.office(), id, &sha256).await?;
    if let Some(result) = &mut progress.result {
        let named = result.unmatched.iter().filter_map(|line| line.payment_id);
        let others = of_others(&api, &caller, named).await?;
        result.unmatched.retain(|line| !line.payment_id.is_some_and(|id| others.contains(&id)));
    }
    Ok(Json(progress))
}

/// What a line is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolutionSent {
    /// What it is.
    resolution: LineResolution,
    /// Why, without personal values.
    note: String,
}

async fn resolve(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named((return_id, row)): Named<(BankReturnId, u64)>,
    Sent(ResolutionSent { resolution, note }): Sent<ResolutionSent>,
) -> Answer {
    known_file(&api, return_id).await?;
    payment_run::resolve_line(api.office(), &desk, Finding { return_id, row, resolution, note }).await?;
    Done::with(&api, return_id).await
}

/// Why a file is dismissed as a whole.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DismissalSent {
    /// Why, without personal values.
    note: String,
}

async fn dismiss(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named(return_id): Named<BankReturnId>,
    Sent(DismissalSent { note }): Sent<DismissalSent>,
) -> Answer {
    known_file(&api, return_id).await?;
    payment_run::dismiss_file(api.office(), &desk, return_id, &note).await?;
    Done::with(&api, return_id).await
}

async fn known_file(api: &Api, return_id: BankReturnId) -> Result<(), Problem> {
    let file = api.office().repository.load_newest::<BankReturn>(return_id).await;
    if file.map_err(ProcessError::from)?.version == 0 { Err(Problem::not_found()) } else { Ok(()) }
}

async fn cancel(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Named(id): Named<PaymentId>,
    Sent(Reason { reason }): Sent<Reason>,
) -> Answer {
    api.office().runner.catch_up(Until::Head).await?;
    let rows = payments(&api.office().pool, &[id]).await?;
    let case = rows.first().ok_or_else(Problem::not_found)?.case_id;
    api.case_seen_by(&caller, case).await?;
    payment_run::cancel_payment(api.office(), &desk, id, &reason).await?;
    Done::with(&api, id).await
}
