//! `ledger run`: a payment run from its preparation to the bank's results.

mod bank;
mod command;
mod forecast;
mod hold;
mod lines;
mod notes;
mod prepare;
mod show;

use domain::ids::RunId;
use serde_json::json;

pub use command::RunCommand;
pub(super) use prepare::program_name;

use super::failure::{Done, Failure};
use super::session::Session;
use crate::processes::{Desk, Office, ProcessError, payment_run};

/// Does one step of a run, or shows runs.
///
/// # Errors
/// [`Failure`]: who acts is not said, or the step is refused.
pub(super) async fn run(session: &Session, command: RunCommand) -> Result<Done, Failure> {
    match command {
        RunCommand::Prepare { month, programs, fund, number } => {
            prepare::run(session, prepare::Wanted { month, programs, fund, number }).await
        }
        RunCommand::Submit { run, warnings_seen } => {
            let said = ("已提交审批", "submitted for approval");
            let submit = async |office: &Office, desk: &Desk| {
                payment_run::submit(office, desk, run, warnings_seen).await
            };
            step(session, run, said, submit).await
        }
        RunCommand::Endorse { run } => {
            let said = ("已初审，等待另一名审批人终审", "endorsed; another approver approves it");
            step(session, run, said, async |office, desk| payment_run::endorse(office, desk, run).await).await
        }
        RunCommand::Hold { case, month, reason, note } => {
            hold::hold(session, case, hold::months(month), (reason, note)).await
        }
        RunCommand::Unhold { case, month } => hold::lift(session, case, hold::months(month)).await,
        RunCommand::Approve { run } => {
            let said = ("已审批", "approved");
            step(session, run, said, async |office, desk| payment_run::approve(office, desk, run).await).await
        }
        RunCommand::Reject { run, reason } => {
            let said = ("已退回", "sent back");
            let reject =
                async |office: &Office, desk: &Desk| payment_run::reject(office, desk, run, &reason).await;
            step(session, run, said, reject).await
        }
        RunCommand::Release { run, execution_on, layout, out } => {
            bank::release(session, run, execution_on, &layout, &out).await
        }
        RunCommand::Settle { run, results, layout } => bank::settle(session, run, &results, &layout).await,
        RunCommand::Returns { run, layouts } => bank::returns(session, run, layouts.as_deref()).await,
        RunCommand::List => show::list(session).await,
        RunCommand::Forecast { run: Some(run), .. } => forecast::one(session, run).await,
        RunCommand::Forecast { run: None, now } => forecast::list(session, now).await,
        RunCommand::Recalculate { run } => prepare::again(session, run).await,
        RunCommand::Show { run, lines, case, exceptions, steps, page } => {
            let steps = if steps { lines::Steps::Shown } else { lines::Steps::Sealed };
            let part = match (lines, exceptions) {
                (true, _) => show::Part::Lines(lines::Asked { case, page, steps }),
                (false, true) => show::Part::Notes,
                (false, false) => show::Part::Whole,
            };
            show::one(session, run, show::Shown { part, case }).await
        }
    }
}

async fn step(
    session: &Session,
    run: RunId,
    (zh, en): (&'static str, &'static str),
    work: impl AsyncFnOnce(&Office, &Desk) -> Result<(), ProcessError>,
) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let done = session.act(async |app| Ok(work(app.office(), &desk).await?)).await;
    notes::told(&session.screen, done)?;
    session.screen.say(format!("批次 {run} {zh}。"), format!("Run {run} {en}."))?;
    session.screen.answer(&json!({ "run_id": run, "done": en }))?;
    Ok(Done::Well)
}
