//! 发放: a run from its opening to the bank's results.
//!
//! open → [`calculate`] → submit → approve (another person; the fund is committed in the same moment) →
//! [`release`] (every line is ordered, the bank file is made) → [`settle`] (what the bank did; the fund is spent).
//! Every step can be done again after a crash: what was done is found done, the rest is finished.

mod arrived_late;
mod bank_file;
mod calculate;
mod case_lines;
mod changed;
mod exceptions;
mod exclusive;
mod file_source;
mod find_lines;
mod forecasts;
mod fund_shares;
mod hold;
mod identities;
mod lines_read;
mod news;
mod other_runs;
mod outlook;
mod page;
mod readings;
mod recalculate;
mod release;
mod returning;
mod settle;
mod staged;
mod staging;
mod standing;
mod take_in;
mod warnings;
mod withheld;
mod wrong_column;

use std::sync::Arc;

use chrono::NaiveDate;
use domain::aggregate::Decider;
use domain::calendar::BenefitMonth;
use domain::fund::{Fund, FundCommand};
use domain::ids::{FundId, RunId};
use domain::money::Money;
use domain::payment_run::{PaymentRun, PaymentRunCommand, RunStage};
use domain::policy::{Parameter, RuleBook};
use domain::program::Program;
use projections::payment_registers::PaymentRunRow;
use projections::payment_registers::queries::{runs, totals_of_run};
use projections::runner::Until;

pub use bank_file::{BankFiles, OneFile};
pub(in crate::processes) use calculate::load_keys;
pub(in crate::processes) use calculate::shared_by_strangers;
pub use calculate::{Prepared, calculate};
pub use case_lines::{CaseFindings, Look, Overpayment, RunNote, ToldNote, findings_of};
pub use changed::{ChangedCase, ChangedMonth, EventSince, changed_cases, stopped_cases};
pub use exceptions::{Finding, cancel_payment, dismiss_file, resolve_line};
pub use find_lines::{FoundLines, LineFilter, LineOrder, find_lines};
pub use forecasts::{Forecast, forecast_next, forecast_of, forecasts, is_forecast_due};
pub use hold::{hold, lift_hold};
pub use lines_read::LinesRead;
pub use outlook::{Outlook, outlook};
pub(in crate::processes) use page::Page;
pub use recalculate::{Recalculated, recalculate};
pub use release::{Release, Released, release, release_in};
pub use returning::{ReturnProgress, return_progress};
pub use settle::{BankOutcome, BankResult, Settlement, settle};
pub use staged::{StagedLine, StagedLines, lines_from, lines_of_cases};
pub use staging::{notes_of, notes_staged};
pub use take_in::{TakenIn, take_in, take_in_counting};
pub(in crate::processes) use withheld::complete_if_nothing_is_open;

use super::{Desk, Office, ProcessError, Step};

/// What a run is to pay.
#[derive(Clone, Debug)]
pub struct RunPlan {
    /// The newest month.
    pub month: BenefitMonth,
    /// Which programs.
    pub programs: Vec<Program>,
    /// From which fund.
    pub fund_id: FundId,
    /// 1 for the month's regular run; from 2 on a supplementary run (补充批次), which pays what came late.
    pub number: u32,
}

impl RunPlan {
    /// The run of the plan, whether anybody opened it or not.
    pub fn run_id(&self, office: &Office) -> RunId {
        let mut programs = self.programs.clone();
        programs.sort_unstable();
        let codes: Vec<&str> = programs.iter().map(|program| program.code()).collect();
        let content = format!("{}|{}|{}|{}", self.month, codes.join(","), self.fund_id, self.number);
        RunId::new(office.derived("run", &content))
    }
}

/// Opens the run of a plan. The same plan is the same run, so that doing it again changes nothing.
///
/// # Errors
/// [`ProcessError`] when there is no such fund or the domain refuses.
pub async fn open(office: &Office, desk: &Desk, plan: &RunPlan) -> Result<RunId, ProcessError> {
    let fund = office.repository.load_newest::<Fund>(plan.fund_id).await?.state;
    if fund.account().is_none() {
        return Err(ProcessError::Unknown { what: "fund" });
    }
    let mut programs = plan.programs.clone();
    programs.sort_unstable();
    let run_id = plan.run_id(office);
    let command = PaymentRunCommand::OpenRun { run_id, month: plan.month, programs, fund_id: plan.fund_id };
    let key = office.derived("open_run", &run_id.to_string());
    office.together(desk, key, [Step::PaymentRun(run_id.to_string(), command)]).await?;
    Ok(run_id)
}

/// Submits a calculated run for approval, by someone who has seen its `warnings_seen` warnings.
///
/// # Errors
/// [`ProcessError`] when the domain refuses; `warnings_unseen` where the calculation has another number of them.
pub async fn submit(
    office: &Office,
    desk: &Desk,
    run_id: RunId,
    warnings_seen: u64,
) -> Result<(), ProcessError> {
    let submitted_on = desk.today();
    let second_approval_above = second_approval_above(&*office.current_rules().await?, submitted_on);
    let command = PaymentRunCommand::SubmitRun { submitted_on, warnings_seen, second_approval_above };
    step(office, desk, run_id, &format!("submit|{warnings_seen}"), command).await
}

/// The sum above which two people approve, by the rules known and in force on a day.
fn second_approval_above(rules: &RuleBook, on: NaiveDate) -> Option<Money> {
    let row = rules.row(Parameter::SecondApprovalAbove, BenefitMonth::of(on), Some(on))?;
    Money::try_from_fen(row.value).ok()
}

/// 初审 of a run whose sum asks for two approvals; the fund is committed at the second.
///
/// # Errors
/// [`ProcessError`] when the domain refuses: four eyes, one approval is enough, the run is at another step.
pub async fn endorse(office: &Office, desk: &Desk, run_id: RunId) -> Result<(), ProcessError> {
    let command = PaymentRunCommand::EndorseRun { endorsed_on: desk.today() };
    let run = load(office, run_id).await?;
    refuse_changed(office, desk, &run, &command).await?;
    step(office, desk, run_id, "endorse", command).await
}

/// Refuses an approval of lines that would be others now. What the run itself says to the command comes first; what is
/// recorded after this look counts as coming after the approval.
async fn refuse_changed(
    office: &Office,
    desk: &Desk,
    run: &PaymentRun,
    command: &PaymentRunCommand,
) -> Result<(), ProcessError> {
    // a refusal or a repeat is answered where the command is done
    if run.decide(command.clone(), &desk.context()).map_or(true, |events| events.is_empty()) {
        return Ok(());
    }
    let changed = changed_cases(office, desk.today(), run).await?;
    if changed.is_empty() { Ok(()) } else { Err(ProcessError::CasesChanged { changed }) }
}

/// Approves a run and commits its control sum in the fund, or neither: a fund that cannot cover it refuses.
///
/// # Errors
/// [`ProcessError`] when the domain refuses: four eyes, the fund is short, the run is at another step; and
/// [`ProcessError::CasesChanged`] for lines that would be others now, [`ProcessError::ApprovedElsewhere`] for lines that
/// another run is about to order.
pub async fn approve(office: &Office, desk: &Desk, run_id: RunId) -> Result<(), ProcessError> {
    let run = load(office, run_id).await?;
    let preparation = run.preparation().ok_or(ProcessError::Unknown { what: "payment run" })?;
    let approve = PaymentRunCommand::ApproveRun { approved_on: desk.today() };
    let Some(calculation) = run.calculation() else { return Err(says(&run, approve, desk)) };
    refuse_changed(office, desk, &run, &approve).await?;
    refuse_approved_elsewhere(office, desk, (run_id, &run), &approve).await?;
    let (amount, committed_on) = (calculation.control_sum, desk.today());
    let by_program = fund_shares::of_calculation(calculation);
    let commit = FundCommand::Commit { run_id, amount, committed_on, by_program };
    // another person's approval, or one on another day, is no repeat: the run itself answers it
    let signature = format!("{}|{}", desk.actor.id, desk.today());
    let key = office.derived("approve_run", &format!("{run_id}|{}|{signature}", calculation.position));
    let steps = vec![
        Step::PaymentRun(run_id.to_string(), approve),
        Step::Fund(preparation.fund_id.to_string(), commit),
    ];
    office.together_on_run(desk, key, (run_id, run), steps).await
}

/// What the run says to a step for which it has no calculation.
fn says(run: &PaymentRun, command: PaymentRunCommand, desk: &Desk) -> ProcessError {
    match run.decide(command, &desk.context()) {
        Err(refusal) => ProcessError::refused(&refusal),
        Ok(_) => ProcessError::Unknown { what: "calculation" },
    }
}

/// Refuses lines that another run has the approval for: of two that are approved at once, the release of the second refuses.
async fn refuse_approved_elsewhere(
    office: &Office,
    desk: &Desk,
    (run_id, run): (RunId, &PaymentRun),
    approve: &PaymentRunCommand,
) -> Result<(), ProcessError> {
    if run.decide(approve.clone(), &desk.context()).map_or(true, |events| events.is_empty()) {
        return Ok(());
    }
    match approved_elsewhere(office, run_id).await? {
        0 => Ok(()),
        count => Err(ProcessError::ApprovedElsewhere { count }),
    }
}

/// How many lines of a run another one has the approval for, and is about to order.
pub(super) async fn approved_elsewhere(office: &Office, run_id: RunId) -> Result<u64, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let is_other = |other: &PaymentRunRow| other.stage == RunStage::Approved && other.run_id != run_id;
    let approved = runs(&office.pool).await?.into_iter().filter(is_other);
    let others: Vec<uuid::Uuid> = approved.map(|other| other.run_id.uuid()).collect();
    if others.is_empty() {
        return Ok(0);
    }
    let query = sqlx::query_scalar(include_str!("sql/count_approved_elsewhere.sql"));
    let count: i64 = query.bind(run_id.uuid()).bind(others).fetch_one(&office.pool).await?;
    Ok(count.unsigned_abs())
}

/// Sends a run back with a reason. What an approval had committed is free again.
///
/// # Errors
/// [`ProcessError`] when the domain refuses, and [`ProcessError::PartlyOrdered`] when a release of the run was
/// interrupted: what it ordered would reach no bank file, so it must be finished.
pub async fn reject(office: &Office, desk: &Desk, run_id: RunId, reason: &str) -> Result<(), ProcessError> {
    let run = load(office, run_id).await?;
    let preparation = run.preparation().ok_or(ProcessError::Unknown { what: "payment run" })?;
    if matches!(*run, PaymentRun::Approved(_)) && orders_of(office, run_id).await? > 0 {
        return Err(ProcessError::PartlyOrdered);
    }
    let reject = PaymentRunCommand::RejectRun { reason: reason.to_owned(), rejected_on: desk.today() };
    let mut steps = vec![Step::PaymentRun(run_id.to_string(), reject)];
    if let (PaymentRun::Approved(_), Some(calculation)) = (&*run, run.calculation()) {
        let (amount, released_on) = (calculation.control_sum, desk.today());
        let by_program = fund_shares::of_calculation(calculation);
        let release = FundCommand::Release { run_id, amount, released_on, by_program };
        steps.push(Step::Fund(preparation.fund_id.to_string(), release));
    }
    let key = office.derived("reject_run", &format!("{run_id}|{}|{reason}", desk.now.timestamp_micros()));
    office.together_on_run(desk, key, (run_id, run), steps).await
}

/// How many payments the run has ordered.
async fn orders_of(office: &Office, run_id: RunId) -> Result<u64, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let totals = totals_of_run(&office.pool, run_id).await?;
    Ok(totals.iter().map(|total| total.count).sum())
}

async fn step(
    office: &Office,
    desk: &Desk,
    run_id: RunId,
    name: &str,
    command: PaymentRunCommand,
) -> Result<(), ProcessError> {
    let run = load(office, run_id).await?;
    let position = run.calculation().map_or(0, |calculation| calculation.position);
    let key =
        office.derived("run_step", &format!("{run_id}|{name}|{position}|{}|{}", desk.actor.id, desk.today()));
    office.together(desk, key, [Step::PaymentRun(run_id.to_string(), command)]).await?;
    Ok(())
}

/// The layout in which a run's files went to the bank; none before its release.
///
/// # Errors
/// [`ProcessError`] when the run cannot be read.
pub async fn layout_of_release(office: &Office, run_id: RunId) -> Result<Option<String>, ProcessError> {
    let run = load(office, run_id).await?;
    Ok(run.delivery().map(|delivery| delivery.layout.clone()))
}

async fn load(office: &Office, run_id: RunId) -> Result<Arc<PaymentRun>, ProcessError> {
    Ok(office.repository.load_newest::<PaymentRun>(run_id).await?.state)
}
