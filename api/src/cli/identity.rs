//! `ledger user identity`: who a user is with the office's provider of identities.

use std::io::{self, IsTerminal};

use clap::Subcommand;
use domain::actor::ActorId;

use super::failure::{Done, Failure};
use super::session::{Session, waiting};
use super::user::{read_line, tell};
use crate::processes::users::{link_identity, unlink_identity};

/// The identity of a user with a provider.
#[derive(Debug, Subcommand)]
pub enum IdentityCommand {
    /// 关联 · let the user in as a subject of the provider: reads the subject (sub) from standard input, which no shell keeps
    Link {
        /// 账号 · the account
        #[arg(value_parser = ActorId::parse)]
        account: ActorId,
        /// 统一身份认证方 · the URL by which the provider names itself
        #[arg(long, value_name = "URL", env = "LEDGER_OIDC_ISSUER")]
        issuer: String,
    },
    /// 解除 · let them in as that no longer
    Unlink {
        /// 账号 · the account
        #[arg(value_parser = ActorId::parse)]
        account: ActorId,
        /// 原因 · why
        #[arg(long)]
        reason: String,
    },
}

/// Links or unlinks a user.
///
/// # Errors
/// [`Failure`]: who acts is not said, or the step is refused.
pub(super) async fn run(session: &Session, command: IdentityCommand) -> Result<Done, Failure> {
    let desk = session.desk()?;
    match command {
        IdentityCommand::Link { account, issuer } => {
            if io::stdin().is_terminal() {
                let asked = session.screen.pick(
                    "请输入认证方的用户标识（sub），回车结束：",
                    "The provider's name of the user (sub), then return:",
                );
                eprintln!("{asked}");
            }
            let subject = waiting(read_line)?;
            session
                .with_ledger(async |app| {
                    Ok(link_identity(app.office(), &desk, &account, &issuer, &subject).await?)
                })
                .await?;
            tell(session, &account, ("已关联统一身份", "is linked with the identity"))
        }
        IdentityCommand::Unlink { account, reason } => {
            session
                .with_ledger(async |app| Ok(unlink_identity(app.office(), &desk, &account, reason).await?))
                .await?;
            tell(session, &account, ("的统一身份已解除", "is linked with no identity any more"))
        }
    }
}
