//! The command line: one file a command, the whole surface on this page.

pub mod assess;
pub mod audit;
mod bank;
mod campaign;
mod check;
mod db;
pub mod deadline;
mod demo;
mod dispatch;
mod donation;
mod draft;
mod failure;
mod import;
pub mod lines;
mod migrate;
mod payment;
mod person;
mod policy;
mod print;
mod proofs;
mod rebuild;
mod recovery;
mod replay;
pub mod report;
mod run;
pub mod screen;
mod serve;
mod session;
mod signing;
mod todo;
mod token;
mod told;
mod user;
mod witness;

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Parser, Subcommand};
use domain::actor::{Actor, ActorId};
use domain::calendar::BenefitMonth;
use domain::program::Program;

use crate::lang::Lang;
use crate::registers::RegisterKind;
use crate::registers::reading::ReadRegister;
use crate::workbook::ReadWorkbook;

pub use audit::AuditCommand;
pub use bank::{BankCommand, LayoutArgs};
pub use campaign::CampaignCommand;
pub use dispatch::dispatch;
pub use donation::DonationCommand;
pub use failure::{Done, Failure};
pub use person::PersonCommand;
pub use policy::PolicyCommand;
pub use print::PrintCommand;
pub use proofs::ProofsCommand;
pub use recovery::RecoveryCommand;
pub use signing::SigningCommand;
pub use todo::TodoCommand;
pub use token::TokenCommand;
pub use user::UserCommand;
pub use witness::WitnessArgs;

/// 社会救助与待遇台账 · social services and benefits ledger
#[derive(Debug, Parser)]
#[command(name = "ledger", version, about, after_help = EXIT_CODES)]
pub struct Cli {
    /// Options that every command takes
    #[command(flatten)]
    pub common: Common,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "退出码 · exit codes: 0 done · 1 refused, or something was found · 2 wrong usage · 3 the ledger cannot be reached";

/// Options that every command takes.
#[derive(Clone, Debug, clap::Args)]
pub struct Common {
    /// 数据目录 · data directory of the private PostgreSQL, keys and files
    #[arg(long, global = true, value_name = "DIR", default_value = "ledger-data", env = "LEDGER_DATA")]
    pub data: PathBuf,
    /// 外部数据库 · PostgreSQL that replaces the private one
    #[arg(long, global = true, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// PostgreSQL 程序所在目录 · folder of the PostgreSQL programs
    #[arg(long, global = true, value_name = "DIR", env = "LEDGER_PG_BIN")]
    pub pg_bin: Option<PathBuf>,
    /// 检查点副本 · file outside the database to which every checkpoint is copied
    #[arg(long, global = true, value_name = "FILE", env = "LEDGER_CHECKPOINT_COPY")]
    pub checkpoint_copy: Option<PathBuf>,
    /// 见证方 · a witness that is asked to cosign every checkpoint, as URL=VKEY; repeat for several; variable LEDGER_WITNESSES
    #[arg(long = "witness", global = true, value_name = "URL=VKEY")]
    pub witnesses: Vec<crate::witness::WitnessAddress>,
    /// 语言 · language
    #[arg(long, global = true, value_enum, default_value_t, env = "LEDGER_LANG")]
    pub lang: Lang,
    /// 输出 JSON · answer with one JSON document
    #[arg(long, global = true)]
    pub json: bool,
    /// 经办身份 · who acts, as ROLE:ACCOUNT, such as clerk:li.na
    #[arg(long = "as", global = true, value_name = "ROLE:ACCOUNT", value_parser = session::parse_actor)]
    pub actor: Option<Actor>,
}

impl Common {
    /// Where the command prints.
    pub fn screen(&self) -> screen::Screen {
        let form = if self.json { screen::Form::Json } else { screen::Form::Text };
        screen::Screen { lang: self.lang, form }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// 演示一年 · play a synthetic street office through 2023 and show the year's report
    Demo(DemoArgs),
    /// 服务 · serve HTTP: health, version, checkpoint and tiles
    Serve {
        /// 监听地址 · address to listen on
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: std::net::SocketAddr,
        /// 也提供事件 · serve the entries too, to whoever can connect: they hold case data, personal values sealed
        #[arg(long)]
        serve_entries: bool,
    },
    /// 见证 · cosign the checkpoints of other offices' logs, and refuse a second history
    Witness(WitnessArgs),
    /// 建库 · bring the database to this version
    Migrate,
    /// 导入 · registers: template, dry run, import
    #[command(subcommand)]
    Import(ImportCommand),
    /// 核定 · assess JSON lines from standard input by the rules
    Assess,
    /// 期限 · first day on which a posted notice may be decided, JSON lines from standard input
    Deadline,
    /// 发放 · payment runs: prepare, submit, approve, release, settle
    #[command(subcommand)]
    Run(RunCommand),
    /// 银行 · files to and from banks: layouts, files, exceptions
    #[command(subcommand)]
    Bank(BankCommand),
    /// 发放明细 · one payment
    #[command(subcommand)]
    Payment(PaymentCommand),
    /// 追回 · what was paid without being due: the arithmetic, plans, repayments, balances
    #[command(subcommand)]
    Recovery(RecoveryCommand),
    /// 人员 · a person: find, restrict, erase
    #[command(subcommand)]
    Person(PersonCommand),
    /// 政策参数 · rates: show, try, propose, publish
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// 待办 · to-do lists: what waits, who could have a benefit, who seems to have lost one
    #[command(subcommand)]
    Todo(TodoCommand),
    /// 用户 · users: open, roles, communities, password, lock
    #[command(subcommand)]
    User(UserCommand),
    /// 令牌 · tokens for programs that call the API: issue, list, revoke
    #[command(subcommand)]
    Token(TokenCommand),
    /// 募捐活动 · campaigns: open, publish, remit, trace
    #[command(subcommand)]
    Campaign(CampaignCommand),
    /// 捐赠 · gifts: record, import, refund, receipts, trace
    #[command(subcommand)]
    Donation(DonationCommand),
    /// 年报、月报 · the report of a year or of a benefit month
    Report {
        /// 年 · year; the newest with payments when absent
        #[arg(long, conflicts_with = "month")]
        year: Option<i32>,
        /// 所属月份 · benefit month instead of a year
        #[arg(long)]
        month: Option<BenefitMonth>,
    },
    /// 打印 · papers as PDF or Excel: roster, public notice, voucher, receipt, reports
    #[command(subcommand)]
    Print(PrintCommand),
    /// 检查 · prove the invariants of this ledger
    Check,
    /// 审计 · evidence bundles, their verification, red flags, runs determined anew
    #[command(subcommand)]
    Audit(AuditCommand),
    /// 签名密钥 · keys that sign checkpoints: show, rotate, retire
    #[command(subcommand)]
    Signing(SigningCommand),
    /// 日志证明 · whether the log is what was signed; going on after a real loss
    #[command(subcommand)]
    Proofs(ProofsCommand),
    /// 重放 · a case, run, person, fund or campaign from the log alone, as of two clocks
    Replay(ReplayArgs),
    /// 重建投影 · rebuild projections beside the live ones and swap
    Rebuild {
        /// 只重建一个 · only this projection
        #[arg(long)]
        projection: Option<String>,
    },
    /// 数据库 · where the database is, or psql into it
    #[command(subcommand)]
    Db(DbCommand),
    /// Reads one register for the program itself, under limits
    #[command(hide = true)]
    ReadRegister(ReadRegister),
    /// Reads one sheet of a workbook for the program itself, under limits
    #[command(hide = true)]
    ReadWorkbook(ReadWorkbook),
}

/// How to play the year.
#[derive(Clone, Debug, clap::Args)]
pub struct DemoArgs {
    /// 清空后重来 · throw the demo's data away and start anew
    #[arg(long)]
    pub fresh: bool,
    /// 种子 · seed of the synthetic office
    #[arg(long, default_value_t = 2023)]
    pub seed: u64,
    /// 演示后保持服务 · keep serving afterwards
    #[arg(long)]
    pub serve: bool,
}

/// Registers in files.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// 空白模板 · write an empty template
    Template {
        /// persons, applications, care_assessments, changes or donations
        #[arg(value_parser = session::parse_kind)]
        kind: RegisterKind,
        /// 输出文件 · file to write (.xlsx)
        #[arg(long)]
        out: PathBuf,
    },
    /// 试导入 · say what an import would do; changes nothing
    Check {
        /// persons, applications, care_assessments, changes or donations
        #[arg(value_parser = session::parse_kind)]
        kind: RegisterKind,
        /// 登记表 · the register (.xlsx or .csv)
        file: PathBuf,
        /// 错误工作簿 · write the bad rows with their reasons here
        #[arg(long)]
        errors: Option<PathBuf>,
    },
    /// 导入 · import a register
    Apply {
        /// persons, applications, care_assessments, changes or donations
        #[arg(value_parser = session::parse_kind)]
        kind: RegisterKind,
        /// 登记表 · the register (.xlsx or .csv)
        file: PathBuf,
        /// 有错也导入正确行 · keep the good rows although there are bad ones
        #[arg(long)]
        keep_good: bool,
        /// 入户调查人员 · who visited the homes, two accounts at least; for applications with visits
        #[arg(long, value_delimiter = ',', value_name = "ACCOUNT", value_parser = ActorId::parse)]
        visitors: Vec<ActorId>,
        /// 错误工作簿 · write the bad rows with their reasons here
        #[arg(long)]
        errors: Option<PathBuf>,
    },
}

/// Payment runs.
#[derive(Debug, Subcommand)]
pub enum RunCommand {
    /// 建批并核算 · open a run (or take the open one) and calculate its lines
    Prepare {
        /// 所属月份 · benefit month
        #[arg(long)]
        month: BenefitMonth,
        /// 救助项目 · programs, by code
        #[arg(long, value_delimiter = ',', required = true)]
        programs: Vec<Program>,
        /// 资金 · name of the fund that pays
        #[arg(long)]
        fund: String,
        /// 批次序号 · 1 is the month's regular run, from 2 on a supplementary one
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=99))]
        number: u32,
    },
    /// 提交审批 · submit for approval
    Submit {
        /// 批次 · the run
        run: domain::ids::RunId,
        /// 已查看的提示事项条数 · how many warnings of the calculation were seen: all of them
        #[arg(long, default_value_t = 0, value_name = "COUNT")]
        warnings_seen: u64,
    },
    /// 初审 · endorse a run above the sum that asks for two approvals
    Endorse {
        /// 批次 · the run
        run: domain::ids::RunId,
    },
    /// 暂缓发放 · hold payments of a case; the months stay due
    Hold {
        /// 个案 · the case
        case: domain::ids::CaseId,
        /// 所属月份，未填为全部 · the month; every month when absent
        #[arg(long)]
        month: Option<BenefitMonth>,
        /// 原因 · why: account_in_doubt, identity_in_doubt, facts_in_doubt, reported_by_others, asked_by_beneficiary or other
        #[arg(long)]
        reason: domain::benefit_case::HoldReason,
        /// 说明，加密保存 · what else there is to say; kept sealed
        #[arg(long)]
        note: Option<String>,
    },
    /// 解除暂缓 · let held payments go, by somebody else; the next calculation pays them
    Unhold {
        /// 个案 · the case
        case: domain::ids::CaseId,
        /// 所属月份，未填为全部 · the month; the hold of every month when absent
        #[arg(long)]
        month: Option<BenefitMonth>,
    },
    /// 审批 · approve, by someone who prepared nothing of it
    Approve {
        /// 批次 · the run
        run: domain::ids::RunId,
    },
    /// 退回 · send back with a reason
    Reject {
        /// 批次 · the run
        run: domain::ids::RunId,
        /// 原因 · why
        #[arg(long)]
        reason: String,
    },
    /// 发放 · order every line and write the bank file
    Release {
        /// 批次 · the run
        run: domain::ids::RunId,
        /// 要求执行日期 · day on which the bank is to pay; today when absent
        #[arg(long)]
        execution_on: Option<NaiveDate>,
        /// Which layout
        #[command(flatten)]
        layout: LayoutArgs,
        /// 银行文件 · bank file to write; several get -01, -02 … before the dot
        #[arg(long)]
        out: PathBuf,
    },
    /// 回盘 · take the bank's results from a file
    Settle {
        /// 批次 · the run
        run: domain::ids::RunId,
        /// 回盘文件 · the file from the bank
        #[arg(long)]
        results: PathBuf,
        /// Which layout
        #[command(flatten)]
        layout: LayoutArgs,
    },
    /// 退汇待办 · what came back and waits: correct the account, or give it up
    Returns {
        /// 批次 · of this run only
        #[arg(long)]
        run: Option<domain::ids::RunId>,
        /// 本单位格式目录 · folder of the office's own layouts (*.toml)
        #[arg(long, value_name = "DIR", env = "LEDGER_LAYOUTS")]
        layouts: Option<PathBuf>,
    },
    /// 批次一览 · list the runs
    List,
    /// 重新核算有变化的个案 · calculate anew only the cases that changed since the calculation
    Recalculate {
        /// 批次 · the run
        run: domain::ids::RunId,
    },
    /// 批次明细 · show one run with its exceptions, warnings, changes, and its lines
    Show {
        /// 批次 · the run
        run: domain::ids::RunId,
        /// 逐行列出 · list the lines: due, standing, difference
        #[arg(long)]
        lines: bool,
        /// 只看一个个案 · of one case only
        #[arg(long)]
        case: Option<domain::ids::CaseId>,
        /// 只看异常和提示 · exceptions, warnings and overpayments only
        #[arg(long, conflicts_with = "lines")]
        exceptions: bool,
        /// 核定步骤（须指明个案） · the steps of each amount with their source; needs --case
        #[arg(long, requires = "lines", requires = "case")]
        steps: bool,
        /// 页 · which page of the lines, from 1
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        page: u32,
    },
}

/// One payment.
#[derive(Debug, Subcommand)]
pub enum PaymentCommand {
    /// 作废 · give up a returned payment, with a reason
    Cancel {
        /// 发放明细 · the payment
        payment: domain::ids::PaymentId,
        /// 原因 · why
        #[arg(long)]
        reason: String,
    },
}

/// What to replay.
#[derive(Clone, Debug, clap::Args)]
pub struct ReplayArgs {
    /// Of what
    #[command(flatten)]
    pub subject: SubjectArgs,
    /// 生效截至 · what held on this day; today when absent
    #[arg(long)]
    pub effective: Option<NaiveDate>,
    /// 知悉截至 · what was known at the end of this day; today when absent
    #[arg(long)]
    pub known: Option<NaiveDate>,
}

/// One thing that has a history.
#[derive(Clone, Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct SubjectArgs {
    /// 个案 · a case
    #[arg(long)]
    pub case: Option<domain::ids::CaseId>,
    /// 发放批次 · a payment run
    #[arg(long)]
    pub run: Option<domain::ids::RunId>,
    /// 个人 · a person
    #[arg(long)]
    pub person: Option<domain::ids::PersonId>,
    /// 资金 · a fund, by its name or identifier
    #[arg(long)]
    pub fund: Option<String>,
    /// 募捐活动 · a campaign, by its name or identifier
    #[arg(long)]
    pub campaign: Option<String>,
}

/// The database.
#[derive(Debug, Subcommand)]
pub enum DbCommand {
    /// 位置 · where it is
    Where,
    /// 打开 psql · psql into it, as the least privileged role
    Psql {
        /// 参数 · arguments for psql
        #[arg(last = true)]
        arguments: Vec<String>,
    },
}
