//! `ledger audit`: what auditors ask. One file a command.

mod flags;

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Subcommand;

use super::failure::{Done, Failure};
use super::session::Session;

/// What auditors ask.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// 疑点 · red flags, found in the log alone
    Flags(FlagsArgs),
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

/// Does what the auditor asks.
///
/// # Errors
/// [`Failure`], which says its exit code.
pub(super) async fn run(session: &Session, command: AuditCommand) -> Result<Done, Failure> {
    match command {
        AuditCommand::Flags(arguments) => flags::run(session, &arguments).await,
    }
}
