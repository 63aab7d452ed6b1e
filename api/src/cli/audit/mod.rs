//! `ledger audit …`: what auditors ask for.

mod bundle;
mod flags;
mod run;
pub mod verify;

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Subcommand;
use domain::ids::{CampaignId, CaseId, PersonId, RunId};
use eventlog::merkle::key::VerifierKey;

use super::failure::{Done, Failure};
use super::session::Session;
use crate::audit::opened::ToOpen;
use crate::audit::selection::Selection;

pub(super) use run::{show_lines, show_totals};

/// What auditors ask for.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// 证据包 · write evidence that a stranger can verify
    Bundle(BundleArgs),
    /// 核验证据包 · verify a bundle, without a ledger
    Verify(VerifyArgs),
    /// 疑点 · red flags, found in the log alone
    Flags(FlagsArgs),
    /// 批次复核 · determine every line of a paid run anew, from the log alone
    Run {
        /// 批次 · the run
        run: RunId,
    },
}

/// Which bundle.
#[derive(Debug, clap::Args)]
pub struct BundleArgs {
    /// About what
    #[command(flatten)]
    about: About,
    /// 输出目录或 .tar 档案 · new or empty directory to write, or a new archive whose name ends with .tar
    #[arg(long, value_name = "DIR|NAME.tar")]
    out: PathBuf,
    /// 旧检查点 · older checkpoint of the auditor's, for a proof of consistency; may be repeated
    #[arg(long, value_name = "FILE")]
    since: Vec<PathBuf>,
    /// 打开的个人信息 · person whose values are opened, all or some kinds, as PERSON or PERSON:name,account; may be repeated
    #[arg(long, value_name = "PERSON[:FIELD,…]", value_parser = ToOpen::parse, requires_all = ["recipient", "purpose"])]
    open: Vec<ToOpen>,
    /// 接收方 · for whom they are opened; it is recorded
    #[arg(long)]
    recipient: Option<String>,
    /// 用途 · why they are opened; it is recorded
    #[arg(long)]
    purpose: Option<String>,
}

/// What a bundle is about: one of these.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct About {
    /// 个案 · a case with its household, payments and runs
    #[arg(long)]
    case: Option<CaseId>,
    /// 批次 · a payment run with its payments
    #[arg(long)]
    run: Option<RunId>,
    /// 个人 · a person with household and cases
    #[arg(long)]
    person: Option<PersonId>,
    /// 募捐活动 · a campaign with its gifts
    #[arg(long)]
    campaign: Option<CampaignId>,
    /// 全部 · every event
    #[arg(long)]
    all: bool,
}

impl About {
    fn selection(&self) -> Selection {
        let about = [
            self.case.map(Selection::Case),
            self.run.map(Selection::Run),
            self.person.map(Selection::Person),
            self.campaign.map(Selection::Campaign),
        ];
        about.into_iter().flatten().next().unwrap_or(Selection::All)
    }
}

/// Which bundle, and what the auditor brings.
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// 证据包目录或 .tar 档案 · the bundle's directory or archive
    bundle: PathBuf,
    /// 您保存的旧检查点 · older checkpoints that you kept
    checkpoints: Vec<PathBuf>,
    /// 台账公钥 · the log's key, known from elsewhere; may be repeated where it was rotated
    #[arg(long, value_name = "VKEY")]
    key: Vec<VerifierKey>,
}

/// What to look for.
#[derive(Clone, Debug, clap::Args)]
pub struct FlagsArgs {
    /// 规则 · only this rule, by its code; may be repeated
    #[arg(long = "rule", value_name = "CODE", value_parser = flags::parse_rule)]
    pub rules: Vec<String>,
    /// 截至 · the day on which deadlines are looked at; that of the newest event when absent
    #[arg(long, value_name = "DAY")]
    pub on: Option<NaiveDate>,
    /// 近亲属名单 · relatives of officials (.csv): account,id_number,relation,filed_on
    #[arg(long, value_name = "FILE")]
    pub staff: Option<PathBuf>,
    /// 银行对账单 · statements of the campaigns' accounts (.csv): campaign,date,amount
    #[arg(long, value_name = "FILE")]
    pub statements: Option<PathBuf>,
}

/// Does what an auditor asks of an open ledger.
///
/// # Errors
/// [`Failure`].
pub(super) async fn run(session: &Session, command: AuditCommand) -> Result<Done, Failure> {
    match command {
        AuditCommand::Bundle(arguments) => bundle::run(session, &arguments).await,
        AuditCommand::Verify(arguments) => verify::run(&session.screen, &arguments),
        AuditCommand::Flags(arguments) => flags::run(session, &arguments).await,
        AuditCommand::Run { run } => run::run(session, run).await,
    }
}
