//! `ledger bank`: layouts, files from the bank, and their lines that somebody has to look at.

mod exceptions;
mod layouts;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use domain::bank_return::LineResolution;
use domain::ids::{BankReturnId, PaymentId, RunId};

use super::failure::{Done, Failure};
use super::session::Session;
use crate::bank::catalogue::{Catalogue, PLAIN};
use crate::bank::fault::Fault;
use crate::bank::layout::Layout;
pub(crate) use exceptions::advice;

/// Files to and from banks.
#[derive(Debug, Subcommand)]
pub enum BankCommand {
    /// 报盘格式 · the layouts that can be chosen, or a check of one
    Layouts {
        /// What to do with them
        #[command(subcommand)]
        command: Option<LayoutsCommand>,
        /// 本单位格式目录 · folder of the office's own layouts (*.toml)
        #[arg(long, value_name = "DIR", env = "LEDGER_LAYOUTS")]
        layouts: Option<PathBuf>,
    },
    /// 回盘文件 · the files from the bank that were taken in
    Files {
        /// 批次 · of this run only
        #[arg(long)]
        run: Option<RunId>,
    },
    /// 回盘异常 · lines from the bank that could not be matched, with what to do
    Exceptions {
        /// 批次 · of this run only
        #[arg(long)]
        run: Option<RunId>,
    },
    /// 处理异常 · say what an unmatched line is
    Resolve {
        /// 回盘文件 · the file, as `bank exceptions` names it
        file: BankReturnId,
        /// 行 · its row
        row: u64,
        /// 结果 · settled, returned, recovered (came back after it had settled), or dismissed
        #[arg(long = "as-what", value_parser = ["settled", "returned", "recovered", "dismissed"])]
        what: String,
        /// 发放明细 · the payment; not for dismissed
        #[arg(long)]
        payment: Option<PaymentId>,
        /// 说明 · why, without names or numbers of persons
        #[arg(long)]
        note: String,
    },
    /// 整份文件无关 · dismiss every exception of a file that was taken in by mistake; by finance
    Dismiss {
        /// 回盘文件 · the file, as `bank exceptions` names it
        file: BankReturnId,
        /// 说明 · why, without names or numbers of persons
        #[arg(long)]
        note: String,
    },
}

/// What to do with layouts.
#[derive(Debug, Subcommand)]
pub enum LayoutsCommand {
    /// 检查格式 · read a layout file and show an example in it
    Check {
        /// 格式文件 · the layout (.toml)
        file: PathBuf,
    },
}

/// How files of a run are written and read.
#[derive(Clone, Debug, Args)]
pub struct LayoutArgs {
    /// 报盘格式 · code of the layout; see `bank layouts`. Of a file from the bank that of the release when absent, else
    /// plain_csv
    #[arg(long)]
    pub layout: Option<String>,
    /// 本单位格式目录 · folder of the office's own layouts (*.toml)
    #[arg(long, value_name = "DIR", env = "LEDGER_LAYOUTS")]
    pub layouts: Option<PathBuf>,
}

impl LayoutArgs {
    /// The layout that is meant; where none is named, that of `otherwise`, or the plain one.
    ///
    /// # Errors
    /// [`Failure`]: there is none of this code, or a layout of the folder is wrong.
    pub(super) fn chosen(&self, otherwise: Option<&str>) -> Result<Layout, Failure> {
        let code = self.layout.as_deref().or(otherwise).unwrap_or(PLAIN);
        Ok(catalogue(self.layouts.as_deref())?.layout(code).map_err(refused)?.clone())
    }
}

/// Shows layouts, files and exceptions, or resolves one.
///
/// # Errors
/// [`Failure`]: a layout is wrong, who acts is not said, or the step is refused.
pub(super) async fn run(session: &Session, command: BankCommand) -> Result<Done, Failure> {
    match command {
        BankCommand::Layouts { command: Some(LayoutsCommand::Check { file }), .. } => {
            layouts::check(&session.screen, &file)
        }
        BankCommand::Layouts { command: None, layouts } => layouts::list(&session.screen, layouts.as_deref()),
        BankCommand::Files { run } => exceptions::files(session, run).await,
        BankCommand::Exceptions { run } => exceptions::list(session, run).await,
        BankCommand::Resolve { file, row, what, payment, note } => {
            let resolution = resolution(&what, payment)?;
            exceptions::resolve(session, (file, row), resolution, note).await
        }
        BankCommand::Dismiss { file, note } => exceptions::dismiss(session, file, &note).await,
    }
}

fn resolution(what: &str, payment: Option<PaymentId>) -> Result<LineResolution, Failure> {
    match (what, payment) {
        ("settled", Some(payment_id)) => Ok(LineResolution::Settled { payment_id }),
        ("returned", Some(payment_id)) => Ok(LineResolution::Returned { payment_id }),
        ("recovered", Some(payment_id)) => Ok(LineResolution::Recovered { payment_id }),
        ("dismissed", None) => Ok(LineResolution::Dismissed),
        ("dismissed", Some(_)) => Err(Failure::Usage {
            code: "payment_unwanted",
            zh: "无须处理的行不带 --payment".to_owned(),
            en: "a dismissed line takes no --payment".to_owned(),
        }),
        _ => Err(Failure::Usage {
            code: "payment_missing",
            zh: "请用 --payment 指明发放明细".to_owned(),
            en: "name the payment with --payment".to_owned(),
        }),
    }
}

pub(super) fn catalogue(folder: Option<&Path>) -> Result<Catalogue, Failure> {
    match folder {
        Some(folder) => Catalogue::with_folder(folder).map_err(refused),
        None => Catalogue::own().map_err(refused),
    }
}

/// A fault as a command's refusal.
pub(super) fn refused(fault: Fault) -> Failure {
    Failure::Process(fault.into())
}
