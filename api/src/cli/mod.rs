//! The command line: one file a command, the whole surface on this page.

pub mod assess;
pub mod audit;
pub(crate) mod bank;
mod books;
mod campaign;
mod case;
mod check;
mod db;
pub mod deadline;
mod demo;
mod dispatch;
mod donation;
mod doors;
mod draft;
mod factor;
mod failure;
mod fund;
mod identity;
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
pub mod usage;
mod user;
mod webhook;
mod witness;

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Parser, Subcommand};
use domain::actor::{Actor, ActorId};
use domain::calendar::BenefitMonth;

use crate::lang::Lang;
use crate::registers::RegisterKind;
use crate::registers::reading::ReadRegister;
use crate::workbook::ReadWorkbook;

pub use audit::AuditCommand;
pub use bank::{BankCommand, LayoutArgs};
pub use books::BooksCommand;
pub use campaign::CampaignCommand;
pub use case::CaseCommand;
pub use dispatch::dispatch;
pub use donation::DonationCommand;
pub use failure::{Done, Failure};
pub use fund::FundCommand;
pub use person::PersonCommand;
pub use policy::PolicyCommand;
pub use print::PrintCommand;
pub use proofs::ProofsCommand;
pub use recovery::RecoveryCommand;
pub use run::RunCommand;
pub use signing::SigningCommand;
pub use todo::TodoCommand;
pub use token::TokenCommand;
pub use user::UserCommand;
pub use webhook::WebhookCommand;
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
        /// 夜间任务时刻 · when each night the register is looked through, in Beijing time
        #[arg(long, value_name = "HH:MM", default_value = "02:00", value_parser = serve::parse_hour)]
        nightly_at: chrono::NaiveTime,
        /// 不做夜间任务 · leave the nightly look to another program
        #[arg(long, conflicts_with = "nightly_at")]
        no_nightly: bool,
        /// 登录方式 · how people come in
        #[command(flatten)]
        doors: doors::DoorArgs,
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
    /// 个案 · one case: end it
    #[command(subcommand)]
    Case(CaseCommand),
    /// 发放明细 · one payment
    #[command(subcommand)]
    Payment(PaymentCommand),
    /// 追回 · what was paid without being due: the arithmetic, plans, repayments, balances
    #[command(subcommand)]
    Recovery(RecoveryCommand),
    /// 资金 · funds: open, appropriate, show, close a year, carry it over
    #[command(subcommand)]
    Fund(FundCommand),
    /// 账簿 · the books: accounts, trial balance, entries
    #[command(subcommand)]
    Books(BooksCommand),
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
    /// 推送 · webhooks: tell other systems of changes
    #[command(subcommand)]
    Webhook(WebhookCommand),
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
