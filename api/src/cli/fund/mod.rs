//! `ledger fund`: money by source and restriction, from its opening to the carry-over of its years.

mod show;
mod year;

use chrono::NaiveDate;
use clap::{Subcommand, ValueEnum};
use domain::fund::{FundCharter, FundSource, GovernmentLevel, Purpose, Restriction};
use domain::ids::FundId;
use domain::money::Money;
use domain::program::Program;
use serde_json::json;

use super::failure::{Done, Failure};
use super::screen::yuan;
use super::session::Session;
use crate::processes::{self, Appropriated, Office, ProcessError};

/// Funds.
#[derive(Debug, Subcommand)]
pub enum FundCommand {
    /// 设立资金 · open a fund; by finance
    Open {
        /// 名称 · name
        name: String,
        /// 来源 · where its money comes from
        #[arg(long, value_enum)]
        source: SourceArg,
        /// 限定性 · whether it is for a purpose alone
        #[arg(long, value_enum, default_value_t)]
        restriction: RestrictionArg,
        /// 用途 · the programs it may pay, by code; every program when absent
        #[arg(long, value_delimiter = ',')]
        programs: Vec<Program>,
        /// 设立日期 · day; today when absent
        #[arg(long)]
        on: Option<NaiveDate>,
    },
    /// 拨款到账 · record that money was appropriated; by finance
    Appropriate {
        /// 资金 · the fund, by its name or identifier
        fund: String,
        /// 金额（元，两位小数）· yuan with two places, such as 120000.00
        #[arg(long, value_parser = parse_yuan)]
        amount: Money,
        /// 文号 · the document
        #[arg(long)]
        document: String,
        /// 救助项目 · the one program it is for
        #[arg(long)]
        program: Option<Program>,
        /// 资金层级 · central, municipal, district or street
        #[arg(long)]
        level: Option<GovernmentLevel>,
        /// 预算年度 · the year it is for: the day's, or the next
        #[arg(long, value_name = "YEAR")]
        budget_year: Option<i32>,
        /// 到账日期 · day; today when absent
        #[arg(long)]
        on: Option<NaiveDate>,
    },
    /// 资金一览 · list the funds with what is free
    List,
    /// 资金明细 · show one fund: appropriations, programs, runs, years
    Show {
        /// 资金 · the fund, by its name or identifier
        fund: String,
    },
    /// 年终结账 · close a year on a fund; by finance, once it is over
    CloseYear {
        /// 资金 · the fund, by its name or identifier
        fund: String,
        /// 年 · the year
        #[arg(long)]
        year: i32,
    },
    /// 撤销结账 · reopen a year that is closed and not carried over; by an approver or finance
    ReopenYear {
        /// 资金 · the fund, by its name or identifier
        fund: String,
        /// 年 · the year
        #[arg(long)]
        year: i32,
        /// 原因 · why
        #[arg(long)]
        reason: String,
    },
    /// 年终结转 · add a closed year up anew and carry it over; by an approver who did not close it
    CarryOver {
        /// 资金 · the fund, by its name or identifier
        fund: String,
        /// 年 · the year that was closed
        #[arg(long)]
        year: i32,
        /// 结转文号 · the document
        #[arg(long)]
        document: String,
    },
}

/// Where a fund's money comes from.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum SourceArg {
    /// 财政拨款
    Budget,
    /// 社会捐赠
    Donations,
}

/// What a fund may be spent on.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum RestrictionArg {
    /// 限定性
    #[default]
    Restricted,
    /// 非限定性
    Unrestricted,
}

/// Does one step with a fund, or shows funds.
///
/// # Errors
/// [`Failure`]: who acts is not said, or the step is refused.
pub(super) async fn run(session: &Session, command: FundCommand) -> Result<Done, Failure> {
    match command {
        FundCommand::Open { name, source, restriction, programs, on } => {
            let source = match source {
                SourceArg::Budget => FundSource::Budget,
                SourceArg::Donations => FundSource::Donations,
            };
            let restriction = match restriction {
                RestrictionArg::Restricted => Restriction::Restricted,
                RestrictionArg::Unrestricted => Restriction::Unrestricted,
            };
            let charter = |fund_id, today: NaiveDate| {
                let opened_on = on.unwrap_or(today);
                FundCharter { fund_id, name: name.clone(), source, restriction, opened_on, programs }
            };
            open(session, &name, charter).await
        }
        FundCommand::Appropriate { fund, amount, document, program, level, budget_year, on } => {
            let purpose = Purpose { program, level, budget_year };
            let appropriated = |today| Appropriated { amount, document, on: on.unwrap_or(today), purpose };
            appropriate(session, &fund, appropriated).await
        }
        FundCommand::List => show::list(session).await,
        FundCommand::Show { fund } => show::one(session, &fund).await,
        FundCommand::CloseYear { fund, year } => year::close(session, &fund, year).await,
        FundCommand::ReopenYear { fund, year, reason } => year::reopen(session, &fund, year, &reason).await,
        FundCommand::CarryOver { fund, year, document } => {
            year::carry_over(session, &fund, year, &document).await
        }
    }
}

/// The fund of a name or identifier.
pub(super) fn fund_named(office: &Office, text: &str) -> FundId {
    text.parse().unwrap_or_else(|_| office.fund_id(text))
}

async fn open(
    session: &Session,
    name: &str,
    charter: impl FnOnce(FundId, NaiveDate) -> FundCharter,
) -> Result<Done, Failure> {
    let (desk, screen) = (session.desk()?, session.screen);
    let fund_id = session
        .act(async |app| {
            let charter = charter(app.office().fund_id(name), desk.today());
            Ok(processes::open_fund(app.office(), &desk, charter).await?)
        })
        .await?;
    screen.say(format!("资金“{name}”已设立：{fund_id}"), format!("Fund {name} is open: {fund_id}"))?;
    screen.answer(&json!({ "fund_id": fund_id, "name": name }))?;
    Ok(Done::Well)
}

async fn appropriate(
    session: &Session,
    fund: &str,
    appropriated: impl FnOnce(NaiveDate) -> Appropriated,
) -> Result<Done, Failure> {
    let (desk, screen) = (session.desk()?, session.screen);
    let hint = ("确属另一笔的，请写明各自的文号。", " Another one has a document of its own.");
    let account = session
        .act_or_hint(hint, async |app| {
            let (office, fund_id) = (app.office(), fund_named(app.office(), fund));
            processes::appropriate_for(office, &desk, fund_id, appropriated(desk.today())).await?;
            Ok(processes::fund_account(office, fund_id).await?)
        })
        .await?;
    let free = account.free_on(desk.today()).map_err(ProcessError::from)?;
    let (name, balance, free) = (&account.charter.name, yuan(account.balance), yuan(free));
    screen.say(
        format!("拨款已入账。“{name}”余额 {balance} 元，本年可用 {free} 元。"),
        format!("Appropriated. {name} holds {balance} yuan, {free} of them usable this year."),
    )?;
    screen.answer(&show::summary(&account)?)?;
    Ok(Done::Well)
}

fn parse_yuan(text: &str) -> Result<Money, String> {
    Money::parse_yuan(text).map_err(|error| format!("金额格式如 120000.00 · {error}"))
}
