//! `ledger recovery`: what was paid without being due, how it comes back, and what each person still owes.

mod balance;
mod plans;
mod propose;
mod withdraw;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use domain::ids::{CaseId, PersonId, RecoveryPlanId};
use domain::money::Money;
use serde_json::json;

use super::failure::{Done, Failure};
use super::session::Session;
use crate::processes::{Desk, Office, ProcessError, WantedWay, approve_plan, end_plan, reject_plan};

/// Recoveries.
#[derive(Debug, Subcommand)]
pub enum RecoveryCommand {
    /// 待追回一览 · list plans, and the cases with open recoveries that have none
    List,
    /// 试算 · show the arithmetic of a case month by month, changing nothing
    Propose {
        /// 个案 · the case
        #[arg(long)]
        case: CaseId,
    },
    /// 提出方案 · open what was paid too much and propose how it comes back
    Plan(PlanArgs),
    /// 审批方案 · approve, by someone who did not propose it
    Approve {
        /// 方案 · the plan
        plan: RecoveryPlanId,
    },
    /// 退回方案 · send back with a reason
    Reject {
        /// 方案 · the plan
        plan: RecoveryPlanId,
        /// 原因 · why
        #[arg(long)]
        reason: String,
    },
    /// 终止方案 · end a plan that cannot go on; what is open stays open
    End {
        /// 方案 · the plan
        plan: RecoveryPlanId,
        /// 原因 · why
        #[arg(long)]
        reason: String,
    },
    /// 收到退款 · take repaid money in, the oldest month first
    Receive {
        /// 个案 · the case
        #[arg(long)]
        case: CaseId,
        /// 金额（元） · yuan, such as 120.00
        #[arg(long, value_parser = parse_yuan)]
        amount: Money,
        /// 收到日期 · the day it came; today when absent
        #[arg(long)]
        on: Option<NaiveDate>,
        /// 流水号 · number of the bank slip or receipt; the same number is the same repayment
        #[arg(long)]
        reference: Option<String>,
    },
    /// 撤回追缴 · withdraw what was asked back of months that are due after all, by an approver
    Withdraw {
        /// 个案 · the case
        #[arg(long)]
        case: CaseId,
    },
    /// 方案明细 · show one plan with its payments
    Show {
        /// 方案 · the plan
        plan: RecoveryPlanId,
    },
    /// 个人余额 · what a person still owes back, as of two clocks
    Balance {
        /// 人员 · the person
        #[arg(long)]
        person: PersonId,
        /// 生效截至 · what had happened by this day; today when absent
        #[arg(long)]
        effective: Option<NaiveDate>,
        /// 知悉截至 · what was known at the end of this day; today when absent
        #[arg(long)]
        known: Option<NaiveDate>,
    },
}

/// What to propose.
#[derive(Clone, Debug, Args)]
pub struct PlanArgs {
    /// 个案 · the case
    #[arg(long)]
    pub case: CaseId,
    /// 方式 · how: repayment, heirs, withholding, waive-small, waive-estate
    #[arg(long, value_enum)]
    pub way: WayArg,
    /// 每月抵扣（元） · instalment, for withholding
    #[arg(long, value_parser = parse_yuan)]
    pub per_month: Option<Money>,
    /// 从另一个案抵扣 · another case that withholds
    #[arg(long)]
    pub from_case: Option<CaseId>,
    /// 同意书编号 · where the other beneficiary's agreement is filed
    #[arg(long)]
    pub agreement: Option<String>,
    /// 遗产实际价值（元） · value of the estate, for heirs and waive-estate
    #[arg(long, value_parser = parse_yuan)]
    pub estate: Option<Money>,
    /// 核销原因 · why it is given up
    #[arg(long)]
    pub reason: Option<String>,
}

/// The ways by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum WayArg {
    /// 本人退款 · the beneficiary repays
    Repayment,
    /// 继承人退款 · the heirs repay, up to the estate's value
    Heirs,
    /// 分期抵扣 · later payments are lower for it
    Withholding,
    /// 小额核销 · a small sum is given up
    WaiveSmall,
    /// 遗产不足核销 · what the estate does not bear is given up
    WaiveEstate,
}

/// Does one step of a recovery, or shows some.
///
/// # Errors
/// [`Failure`]: who acts is not said, or the step is refused.
pub(super) async fn run(session: &Session, command: RecoveryCommand) -> Result<Done, Failure> {
    match command {
        RecoveryCommand::List => plans::list(session).await,
        RecoveryCommand::Propose { case } => propose::run(session, case).await,
        RecoveryCommand::Plan(arguments) => plans::propose(session, &arguments).await,
        RecoveryCommand::Approve { plan } => {
            let said = ("已批准", "approved");
            step(session, plan, said, async |office, desk| approve_plan(office, desk, plan).await).await
        }
        RecoveryCommand::Reject { plan, reason } => {
            let reject = async |office: &Office, desk: &Desk| reject_plan(office, desk, plan, &reason).await;
            step(session, plan, ("已退回", "sent back"), reject).await
        }
        RecoveryCommand::End { plan, reason } => {
            let end = async |office: &Office, desk: &Desk| end_plan(office, desk, plan, &reason).await;
            step(session, plan, ("已终止", "ended"), end).await
        }
        RecoveryCommand::Receive { case, amount, on, reference } => {
            plans::receive(session, case, (amount, on, reference)).await
        }
        RecoveryCommand::Withdraw { case } => withdraw::run(session, case).await,
        RecoveryCommand::Show { plan } => plans::show(session, plan).await,
        RecoveryCommand::Balance { person, effective, known } => {
            balance::run(session, person, effective, known).await
        }
    }
}

async fn step(
    session: &Session,
    plan: RecoveryPlanId,
    (zh, en): (&'static str, &'static str),
    work: impl AsyncFnOnce(&Office, &Desk) -> Result<(), ProcessError>,
) -> Result<Done, Failure> {
    let desk = session.desk()?;
    session.act(async |app| Ok(work(app.office(), &desk).await?)).await?;
    session.screen.say(format!("方案 {plan} {zh}。"), format!("Plan {plan} {en}."))?;
    session.screen.answer(&json!({ "plan_id": plan, "done": en }))?;
    Ok(Done::Well)
}

/// Reads an amount in yuan.
fn parse_yuan(text: &str) -> Result<Money, String> {
    Money::parse_yuan(text)
        .map_err(|_| "金额格式为 120.00 · an amount in yuan with two decimals, such as 120.00".to_owned())
}

impl PlanArgs {
    /// The wanted way, or what is missing for it.
    fn wanted(&self) -> Result<WantedWay, Failure> {
        let estate = || self.estate.ok_or(missing("estate", "--estate（遗产实际价值）", "--estate"));
        let reason = || self.reason.clone().ok_or(missing("reason", "--reason（核销原因）", "--reason"));
        if self.per_month.is_some() && !matches!(self.way, WayArg::Withholding) {
            return Err(Failure::Usage {
                code: "per_month",
                zh: "只有按月抵扣（withholding）才填写 --per-month".to_owned(),
                en: "--per-month belongs to withholding alone".to_owned(),
            });
        }
        Ok(match self.way {
            WayArg::Repayment => WantedWay::Repayment,
            WayArg::Heirs => WantedWay::Heirs { estate: estate()? },
            WayArg::Withholding => WantedWay::Withholding {
                from_case: self.from_case,
                per_month: self.per_month.ok_or(missing(
                    "per_month",
                    "--per-month（每月抵扣额）",
                    "--per-month",
                ))?,
                agreement: self.agreement.clone(),
            },
            WayArg::WaiveSmall => WantedWay::SmallSum { reason: reason()? },
            WayArg::WaiveEstate => WantedWay::EstateExhausted { estate: estate()?, reason: reason()? },
        })
    }
}

fn missing(code: &'static str, zh: &str, en: &str) -> Failure {
    Failure::Usage { code, zh: format!("此方式需要填写 {zh}"), en: format!("this way needs {en}") }
}
