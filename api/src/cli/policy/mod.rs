//! `ledger policy`: the rates in force, a draft tried on the register, and new rates that two people publish.

mod publish;
mod show;
mod trial;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use domain::policy::Parameter;

use super::failure::{Done, Failure};
use super::session::{Session, waiting};
use crate::lang::io_trouble;

/// Rates.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// 现行参数 · the parameters in force, with what was published
    Show {
        /// 只看一个参数 · only this parameter, by its key
        #[arg(value_parser = parse_parameter)]
        parameter: Option<Parameter>,
    },
    /// 试算 · try new rates on the real register; nothing is stored
    Try(trial::TryArgs),
    /// 拟定 · propose new rates; another person publishes them
    Propose {
        /// 参数文件 · the new rates (.toml); every new row says when it was announced
        file: PathBuf,
        /// 文号 · number of the document that announced them
        #[arg(long)]
        document: String,
    },
    /// 批准发布 · publish what somebody else proposed; from then on it is part of the rule book
    Approve {
        /// 草案编号 · number of the proposal
        number: u32,
    },
    /// 退回或撤回 · send a proposal back with a reason
    Reject {
        /// 草案编号 · number of the proposal
        number: u32,
        /// 原因 · why
        #[arg(long)]
        reason: String,
    },
    /// 草案一览 · list the proposals, and what became of them
    List,
}

/// Shows or changes rates.
///
/// # Errors
/// [`Failure`]: the draft cannot be read, who acts is not said, or the step is refused.
pub(super) async fn run(session: &Session, command: PolicyCommand) -> Result<Done, Failure> {
    match command {
        PolicyCommand::Show { parameter } => show::run(session, parameter).await,
        PolicyCommand::Try(arguments) => trial::run(session, &arguments).await,
        PolicyCommand::Propose { file, document } => publish::propose(session, &file, &document).await,
        PolicyCommand::Approve { number } => publish::approve(session, number).await,
        PolicyCommand::Reject { number, reason } => publish::reject(session, number, &reason).await,
        PolicyCommand::List => publish::list(session).await,
    }
}

/// The largest file of rates that is read, in bytes.
const FILE_BYTES_MAX: u64 = 1_000_000;

/// Reads a file of rates.
fn read(path: &Path) -> Result<String, Failure> {
    let refused = |code, zh: &str, en: &str| Failure::Refused {
        code,
        zh: format!("{}：{zh}", path.display()),
        en: format!("{}: {en}", path.display()),
    };
    let length = waiting(|| std::fs::metadata(path)).map(|about| about.len());
    if length.is_ok_and(|length| length > FILE_BYTES_MAX) {
        return Err(refused("file_too_large", "文件过大，不是参数文件", "the file is too large for rates"));
    }
    let bytes = waiting(|| std::fs::read(path)).map_err(|error| Failure::Refused {
        code: "file_unreadable",
        zh: format!("无法读出 {}：{}", path.display(), io_trouble(&error)),
        en: format!("{} cannot be read: {error}", path.display()),
    })?;
    String::from_utf8(bytes)
        .map_err(|_| refused("file_not_utf8", "文件不是 UTF-8 编码", "the file is not UTF-8"))
}

/// Reads the key of a parameter.
fn parse_parameter(key: &str) -> Result<Parameter, String> {
    Parameter::from_key(key).ok_or_else(|| {
        "没有这个参数，不写键名可查看全部 · there is no such parameter; without a key all are shown"
            .to_owned()
    })
}
