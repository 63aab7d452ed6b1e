//! `ledger user factor`: the second factor. Whoever sets it sees its secret, so everybody sets their own.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use chrono::Utc;
use clap::Subcommand;
use domain::actor::ActorId;
use serde_json::json;

use super::draft;
use super::failure::{Done, Failure};
use super::session::{Session, waiting};
use super::user::{read_line, tell};
use crate::processes::users::{NewFactor, begin_second_factor, confirm_second_factor, remove_second_factor};

/// The second factor of a user.
#[derive(Debug, Subcommand)]
pub enum FactorCommand {
    /// 取得密钥 · get a secret for one's own authenticator
    Begin {
        /// 二维码文件 · write the QR code as an SVG file too
        #[arg(long, value_name = "FILE")]
        qr: Option<PathBuf>,
    },
    /// 启用 · use it from now on: reads a code of it from standard input, shows the recovery codes
    Confirm,
    /// 取消 · take it from somebody who lost it
    Remove {
        /// 账号 · the account
        #[arg(value_parser = ActorId::parse)]
        account: ActorId,
        /// 原因 · why
        #[arg(long)]
        reason: String,
    },
}

/// Sets or removes a second factor.
///
/// # Errors
/// [`Failure`]: who acts is not said, or the step is refused.
pub(super) async fn run(session: &Session, command: FactorCommand) -> Result<Done, Failure> {
    match command {
        FactorCommand::Begin { qr } => begin(session, qr).await,
        FactorCommand::Confirm => confirm(session).await,
        FactorCommand::Remove { account, reason } => {
            let desk = session.desk()?;
            session
                .with_ledger(async |app| {
                    Ok(remove_second_factor(app.office(), &desk, &account, reason).await?)
                })
                .await?;
            tell(session, &account, ("的动态验证码已取消", "has no second factor any more"))
        }
    }
}

async fn begin(session: &Session, qr: Option<PathBuf>) -> Result<Done, Failure> {
    let account = session.desk()?.actor.id;
    let begun =
        session.with_ledger(async |app| Ok(begin_second_factor(app.office(), &account).await?)).await?;
    let NewFactor { secret, uri, picture } = &begun;
    if let Some(file) = &qr {
        draft::write(file, picture.svg().as_bytes())?;
    }
    session.screen.say(
        format!("密钥：{secret}\n链接：{uri}\n录入验证器后启用：ledger user factor confirm"),
        format!("Secret: {secret}\nLink: {uri}\nOnce your authenticator has it: ledger user factor confirm"),
    )?;
    session.screen.answer(&json!({ "account": account, "secret": secret, "uri": uri }))?;
    Ok(Done::Well)
}

async fn confirm(session: &Session) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let account = desk.actor.id.clone();
    if io::stdin().is_terminal() {
        eprintln!("{}", session.screen.pick("请输入 6 位数字，回车结束：", "The 6 digits, then return:"));
    }
    let typed = waiting(read_line)?;
    let codes = session
        .with_ledger(async |app| Ok(confirm_second_factor(app.office(), &desk, &typed, Utc::now()).await?))
        .await?;
    let listed = codes.join("\n");
    session.screen.say(
        format!("{listed}\n{account} 的动态验证码已启用。以上恢复码只显示这一次，每个只能用一次，请与密码分开保管。"),
        format!("{listed}\nThe second factor of {account} is in use. These recovery codes are shown this once and are good once each: keep them apart from the password."),
    )?;
    session.screen.answer(&json!({ "account": account, "recovery_codes": codes }))?;
    Ok(Done::Well)
}
