//! The steps of a payment run, each by the process that the command line calls too.

use std::io::{self, Write};

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use domain::calendar::BenefitMonth;
use domain::ids::RunId;
use domain::money::Money;
use domain::payment_run::PaymentRun;
use domain::program::Program;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Done, Reason};
use crate::http::Api;
use crate::http::input::{Asked, AtDesk, Named, SeenVersion, Sent};
use crate::http::problem::Problem;
use crate::processes::payment_run::{self, BankFiles, Release, RunPlan, TakenIn};
use crate::processes::{Desk, ProcessError, Seen};

type Answer = Result<Json<Done>, Problem>;

/// What a run is to pay.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRun {
    /// 所属月份.
    month: BenefitMonth,
    /// Programs, by code.
    programs: Vec<Program>,
    /// Name of the fund that pays.
    fund: String,
    /// 1 for the month's regular run, from 2 on a supplementary one.
    #[serde(default = "regular")]
    number: u32,
}

fn regular() -> u32 {
    1
}

/// A calculated run. Amounts in fen.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PreparedView {
    run_id: RunId,
    line_count: u64,
    control_sum_fen: Money,
    /// To be said with the submission, when they were seen.
    warning_count: u64,
}

pub(super) async fn prepare(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Sent(sent): Sent<NewRun>,
) -> Result<Json<PreparedView>, Problem> {
    let office = api.office();
    let NewRun { month, programs, fund, number } = sent;
    let plan = RunPlan { month, programs, fund_id: office.fund_id(&fund), number };
    let run_id = payment_run::open(office, &desk, &plan).await?;
    let calculation = payment_run::calculate(office, &desk, run_id).await?.calculation;
    Ok(Json(PreparedView {
        run_id,
        line_count: calculation.line_count,
        control_sum_fen: calculation.control_sum,
        warning_count: calculation.warning_count,
    }))
}

/// The desk that holds to the version of the run that the caller saw.
pub(super) async fn at_run(api: &Api, at: AtDesk, id: RunId, seen: SeenVersion) -> Result<Desk, Problem> {
    let run = api.office().repository.load_newest::<PaymentRun>(id).await.map_err(ProcessError::from)?;
    if run.version == 0 {
        return Err(Problem::not_found());
    }
    Ok(at.desk.having_seen(seen.0.map(|version| Seen::Run(id, version))))
}

/// 提交.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// How many warnings of the calculation were seen: all of them.
    warnings_seen: u64,
}

pub(super) async fn submit(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<RunId>,
    seen: SeenVersion,
    Sent(sent): Sent<Submission>,
) -> Answer {
    let desk = at_run(&api, at, id, seen).await?;
    payment_run::submit(api.office(), &desk, id, sent.warnings_seen).await?;
    Done::with(&api, id).await
}

pub(super) async fn endorse(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<RunId>,
    seen: SeenVersion,
) -> Answer {
    let desk = at_run(&api, at, id, seen).await?;
    payment_run::endorse(api.office(), &desk, id).await?;
    Done::with(&api, id).await
}

pub(super) async fn approve(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<RunId>,
    seen: SeenVersion,
) -> Answer {
    let desk = at_run(&api, at, id, seen).await?;
    payment_run::approve(api.office(), &desk, id).await?;
    Done::with(&api, id).await
}

pub(super) async fn reject(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<RunId>,
    seen: SeenVersion,
    Sent(sent): Sent<Reason>,
) -> Answer {
    let desk = at_run(&api, at, id, seen).await?;
    payment_run::reject(api.office(), &desk, id, &sent.reason).await?;
    Done::with(&api, id).await
}

/// 下达.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseAsked {
    /// 报盘格式, by its code.
    layout: String,
    /// The day on which the bank is to pay; today when absent.
    execution_on: Option<NaiveDate>,
}

/// A released run with its files to the bank. Amounts in fen.
#[derive(Serialize, JsonSchema)]
pub struct ReleasedView {
    run_id: RunId,
    line_count: u64,
    control_sum_fen: Money,
    /// Over the bytes of all files.
    file_sha256: String,
    /// Each file in Base64. They hold accounts in clear: hand them to the bank and to nobody else.
    files_base64: Vec<String>,
}

pub(super) async fn release(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<RunId>,
    seen: SeenVersion,
    Sent(sent): Sent<ReleaseAsked>,
) -> Result<Json<ReleasedView>, Problem> {
    let desk = at_run(&api, at, id, seen).await?;
    let layout = api.office().bank_layouts.layout(&sent.layout).map_err(ProcessError::from)?;
    let release = Release { run_id: id, execution_on: sent.execution_on, layout };
    let mut files = InMemory::default();
    let released = payment_run::release_in(api.office(), &desk, &release, &mut files).await?;
    Ok(Json(ReleasedView {
        run_id: id,
        line_count: released.line_count,
        control_sum_fen: released.control_sum,
        file_sha256: released.file_sha256,
        files_base64: files.0.iter().map(|file| STANDARD.encode(file)).collect(),
    }))
}

/// Files that are answered and not kept.
#[derive(Default)]
struct InMemory(Vec<Vec<u8>>);

impl BankFiles for InMemory {
    fn begin(&mut self, number: u32, _: u32) -> io::Result<()> {
        // a release that is done again writes its files anew
        if number == 1 {
            self.0.clear();
        }
        self.0.push(Vec::new());
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.0.last_mut() {
            Some(file) => file.write_all(bytes),
            None => Err(io::Error::other("no file was begun")),
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How the file is to be read.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnAsked {
    /// 报盘格式, by its code.
    layout: String,
}

pub(super) async fn take_return(
    State(api): State<Api>,
    at: AtDesk,
    Named(id): Named<RunId>,
    seen: SeenVersion,
    Asked(asked): Asked<ReturnAsked>,
    body: Bytes,
) -> Result<Json<TakenIn>, Problem> {
    let desk = at_run(&api, at, id, seen).await?;
    let layout = api.office().bank_layouts.layout(&asked.layout).map_err(ProcessError::from)?;
    // it is read twice, so it goes to a file that only this program may read and that is gone afterwards
    let mut file = tempfile::NamedTempFile::new().map_err(unwritable)?;
    file.write_all(&body).and_then(|()| file.flush()).map_err(unwritable)?;
    Ok(Json(payment_run::take_in(api.office(), &desk, id, file.path(), layout).await?))
}

fn unwritable(error: io::Error) -> ProcessError {
    ProcessError::File(error.to_string())
}
