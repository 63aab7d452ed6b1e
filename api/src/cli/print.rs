//! `ledger print`: papers as PDF or Excel files.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, PaymentId, RunId};
use domain::program::Program;
use print::{Paper, PrintError};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::draft;
use super::failure::{Done, Failure};
use super::session::{Session, waiting};
use crate::papers::{self, Detail, NoticeOf, Press};
use crate::processes::{Desk, ProcessError};

/// What to print.
#[derive(Debug, Subcommand)]
pub enum PrintCommand {
    /// 发放花名册 · every line of a run with names and accounts; recorded as a disclosure
    Roster {
        /// 批次 · the run
        #[arg(long)]
        run: RunId,
        /// 证件号码和账号不遮盖 · ID numbers and accounts whole, not masked
        #[arg(long)]
        whole: bool,
        /// Where to
        #[command(flatten)]
        to: PrintTo,
    },
    /// 公示名单 · who is on public notice on a day, masked
    Notice {
        /// 个案 · one case
        #[arg(long, conflicts_with = "program")]
        case: Option<CaseId>,
        /// 救助项目 · one program, by code; all when absent
        #[arg(long)]
        program: Option<Program>,
        /// 公示日期 · the day; today when absent
        #[arg(long)]
        day: Option<NaiveDate>,
        /// 异议受理方式 · where objections are taken, such as 电话 010-12345678
        #[arg(long, default_value = "")]
        objections_to: String,
        /// Where to
        #[command(flatten)]
        to: PrintTo,
    },
    /// 付款凭证 · of a run, or of one payment (recorded as a disclosure)
    Voucher {
        /// Of what
        #[command(flatten)]
        of: VoucherOf,
        /// Where to
        #[command(flatten)]
        to: PrintTo,
    },
    /// 捐赠票据 · one receipt; a name on it is recorded as a disclosure
    Receipt {
        /// 募捐活动 · name of the campaign
        #[arg(long)]
        campaign: String,
        /// 票据编号 · the receipt's number
        #[arg(long)]
        number: u32,
        /// Where to
        #[command(flatten)]
        to: PrintTo,
    },
    /// 月报 · the report of a benefit month
    MonthReport {
        /// 所属月份 · the month
        #[arg(long)]
        month: BenefitMonth,
        /// Where to
        #[command(flatten)]
        to: PrintTo,
    },
    /// 年报 · the report of a year
    YearReport {
        /// 年 · the year
        #[arg(long)]
        year: i32,
        /// Where to
        #[command(flatten)]
        to: PrintTo,
    },
}

/// Of what a voucher is.
#[derive(Clone, Copy, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct VoucherOf {
    /// 批次 · a run
    #[arg(long)]
    pub run: Option<RunId>,
    /// 支付 · one payment
    #[arg(long)]
    pub payment: Option<PaymentId>,
}

/// Where a paper goes.
#[derive(Clone, Debug, Args)]
pub struct PrintTo {
    /// 格式 · pdf or xlsx; as the file's name ends when absent
    #[arg(long, value_enum)]
    pub format: Option<PrintFormat>,
    /// 输出文件 · file to write
    #[arg(long)]
    pub out: PathBuf,
    /// 单位名称 · the office's name above the title
    #[arg(long, env = "LEDGER_OFFICE", default_value = "")]
    pub office: String,
}

/// The form of a paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PrintFormat {
    /// For printing.
    Pdf,
    /// For Excel.
    Xlsx,
}

impl PrintTo {
    fn format(&self) -> PrintFormat {
        let ends =
            |end: &str| self.out.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(end));
        self.format.unwrap_or(if ends("xlsx") { PrintFormat::Xlsx } else { PrintFormat::Pdf })
    }
}

impl PrintCommand {
    fn to(&self) -> &PrintTo {
        match self {
            PrintCommand::Roster { to, .. }
            | PrintCommand::Notice { to, .. }
            | PrintCommand::Voucher { to, .. }
            | PrintCommand::Receipt { to, .. }
            | PrintCommand::MonthReport { to, .. }
            | PrintCommand::YearReport { to, .. } => to,
        }
    }

    /// Whether it may show a name or an account in clear, so that somebody must answer for it.
    fn discloses(&self) -> bool {
        match self {
            PrintCommand::Roster { .. } | PrintCommand::Receipt { .. } => true,
            PrintCommand::Voucher { of, .. } => of.payment.is_some(),
            PrintCommand::Notice { .. }
            | PrintCommand::MonthReport { .. }
            | PrintCommand::YearReport { .. } => false,
        }
    }

    async fn paper(&self, press: &Press<'_>) -> Result<Paper, ProcessError> {
        match self {
            PrintCommand::Roster { run, whole, .. } => {
                let detail = if *whole { Detail::Whole } else { Detail::Masked };
                papers::roster(press, *run, detail).await
            }
            PrintCommand::Notice { case, program, day, objections_to, .. } => {
                let of = match (case, program) {
                    (Some(case), _) => NoticeOf::Case(*case),
                    (None, Some(program)) => NoticeOf::Program(*program),
                    (None, None) => NoticeOf::All,
                };
                papers::notice(press, of, day.unwrap_or_else(papers::today), objections_to).await
            }
            PrintCommand::Voucher { of: VoucherOf { run: Some(run), .. }, .. } => {
                papers::run_voucher(press, *run).await
            }
            PrintCommand::Voucher { of: VoucherOf { payment: Some(payment), .. }, .. } => {
                papers::payment_voucher(press, *payment).await
            }
            PrintCommand::Voucher { .. } => Err(ProcessError::Unknown { what: "voucher" }),
            PrintCommand::Receipt { campaign, number, .. } => papers::receipt(press, campaign, *number).await,
            PrintCommand::MonthReport { month, .. } => papers::month(press, *month).await,
            PrintCommand::YearReport { year, .. } => papers::year(press, *year).await,
        }
    }
}

/// Prints a paper into a file that only its owner can read.
///
/// # Errors
/// [`Failure`]: what is asked for does not exist, who acts may not open personal values, the fonts lack a character, or the
/// file cannot be written.
pub(super) async fn run(session: &Session, command: PrintCommand) -> Result<Done, Failure> {
    let desk = match session.desk() {
        Err(missing) if command.discloses() => return Err(missing),
        desk => desk.ok(),
    };
    let screen = session.screen;
    let progress = screen.spinner("排版", "Printing");
    let printed = print(session, &command, desk.as_ref()).await;
    progress.finish_and_clear();
    let (paper, printed) = printed?;
    let (place, digest) = (command.to().out.display(), paper.digest());
    let (kind, position) = (paper.sheet.kind, paper.trace.position);
    screen.say(
        format!(
            "已打印{}：{place}（{}，日志位置 {position}，数据摘要 {digest}）",
            kind.zh(),
            printed.size_zh()
        ),
        format!(
            "{} printed: {place} ({}, log position {position}, digest {digest})",
            kind.en(),
            printed.size_en()
        ),
    )?;
    screen.answer(&answer(&paper, &printed, &command.to().out))?;
    Ok(Done::Well)
}

async fn print(
    session: &Session,
    command: &PrintCommand,
    desk: Option<&Desk>,
) -> Result<(Paper, Printed), Failure> {
    let to = command.to();
    let made = async |app: &crate::app::App| {
        let (office, tree, sealing) = (app.office(), app.tree(), app.sealing().ok());
        let press = Press { office, tree, sealing, name: &to.office, desk };
        Ok(command.paper(&press).await?)
    };
    // a disclosure is recorded, for which the ledger must be in order; everything else may be looked at all the same
    let paper = if command.discloses() {
        session.with_ledger(made).await?
    } else {
        session.look_at_ledger(made).await?
    };
    let printed =
        waiting(|| Printed::of(&paper, to.format())).map_err(|error| ProcessError::refused(&error))?;
    draft::write(&to.out, &printed.bytes)?;
    Ok((paper, printed))
}

/// A file in the making.
struct Printed {
    format: PrintFormat,
    bytes: Vec<u8>,
    pages: Option<usize>,
}

impl Printed {
    fn of(paper: &Paper, format: PrintFormat) -> Result<Printed, PrintError> {
        Ok(match format {
            PrintFormat::Pdf => {
                let pdf = print::pdf::write(paper)?;
                Printed { format, bytes: pdf.bytes, pages: Some(pdf.pages) }
            }
            PrintFormat::Xlsx => Printed { format, bytes: print::xlsx::write(paper)?, pages: None },
        })
    }

    fn size_zh(&self) -> String {
        self.pages.map_or_else(|| "Excel".to_owned(), |pages| format!("PDF {pages} 页"))
    }

    fn size_en(&self) -> String {
        self.pages.map_or_else(|| "Excel".to_owned(), |pages| format!("PDF, {pages} pages"))
    }
}

fn answer(paper: &Paper, printed: &Printed, place: &Path) -> Value {
    let format = if printed.format == PrintFormat::Pdf { "pdf" } else { "xlsx" };
    json!({
        "paper": paper.sheet.kind,
        "file": place,
        "format": format,
        "pages": printed.pages,
        "sha256": hex::encode(Sha256::digest(&printed.bytes)),
        "digest": paper.digest(),
        "trace": paper.trace,
    })
}
