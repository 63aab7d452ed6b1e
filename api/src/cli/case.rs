//! `ledger case`: what is done with one case.

use chrono::NaiveDate;
use clap::{Subcommand, ValueEnum};
use domain::benefit_case::{BenefitCaseCommand, ClosureReason};
use domain::ids::CaseId;
use serde_json::json;

use super::failure::{Done, Failure};
use super::session::Session;
use crate::processes::change_case;

/// One case.
#[derive(Debug, Subcommand)]
pub enum CaseCommand {
    /// 终止 · end a case, on the last day on which it stood; what was paid for later months is to be recovered
    Close {
        /// 个案 · the case
        case: CaseId,
        /// 终止原因 · why
        #[arg(long, value_enum)]
        reason: CloseReason,
        /// 终止日期，未填为今天 · the last day on which it stood; today when absent
        #[arg(long)]
        on: Option<NaiveDate>,
    },
}

/// Why a case ends, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum CloseReason {
    /// 死亡 · died
    Deceased,
    /// 迁出 · moved out
    MovedOut,
    /// 不再符合条件 · no longer eligible, such as beside a benefit that excludes this one
    NoLongerEligible,
    /// 本人放弃 · given up by the person
    Withdrawn,
    /// 一次性救助已完成 · a one-off that was paid
    Completed,
}

impl CloseReason {
    const fn of(self) -> (ClosureReason, &'static str, &'static str) {
        match self {
            CloseReason::Deceased => (ClosureReason::Deceased, "死亡", "died"),
            CloseReason::MovedOut => (ClosureReason::MovedOut, "迁出", "moved out"),
            CloseReason::NoLongerEligible => {
                (ClosureReason::NoLongerEligible, "不再符合条件", "no longer eligible")
            }
            CloseReason::Withdrawn => (ClosureReason::Withdrawn, "本人放弃", "given up"),
            CloseReason::Completed => (ClosureReason::Completed, "一次性救助已完成", "completed"),
        }
    }
}

/// Does one step of a case.
///
/// # Errors
/// [`Failure`]: who acts is not said, there is no such case, or the step is refused.
pub(super) async fn run(session: &Session, command: CaseCommand) -> Result<Done, Failure> {
    let CaseCommand::Close { case, reason, on } = command;
    let (desk, screen) = (session.desk()?, session.screen);
    let (on, (reason, zh, en)) = (on.unwrap_or_else(|| desk.today()), reason.of());
    let close = BenefitCaseCommand::Close { reason, closed_on: on };
    session.act(async |app| Ok(change_case(app.office(), &desk, case, close).await?)).await?;
    screen.say(
        format!("个案 {case} 自 {on} 后终止（{zh}）。"),
        format!("Case {case} ends after {on} ({en})."),
    )?;
    screen.say(
        format!("此后月份如已发放：ledger recovery propose --case {case}；未下达的批次请重新核算。"),
        format!(
            "Later months that were paid: ledger recovery propose --case {case}; calculate open runs anew."
        ),
    )?;
    screen.answer(&json!({ "case_id": case, "closed_on": on, "reason": reason, "done": "closed" }))?;
    Ok(Done::Well)
}
