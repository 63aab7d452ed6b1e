//! `ledger audit`: what auditors ask, one file each.

mod run;

use clap::Subcommand;
use domain::ids::RunId;

use super::failure::{Done, Failure};
use super::session::Session;

pub(super) use run::{show_lines, show_totals};

/// What auditors ask.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// 批次复核 · determine every line of a paid run anew, from the log alone
    Run {
        /// 批次 · the run
        run: RunId,
    },
}

/// Does what an auditor asks.
///
/// # Errors
/// [`Failure`].
pub(super) async fn run(session: &Session, command: &AuditCommand) -> Result<Done, Failure> {
    match command {
        AuditCommand::Run { run } => run::run(session, *run).await,
    }
}
