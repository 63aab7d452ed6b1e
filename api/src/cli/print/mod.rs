//! `ledger print`: papers as PDF or Excel files, and what a printed file is worth.

mod verify;

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, PaymentId, RunId};
use domain::program::Program;
use print::{Paper, Subject};
use serde_json::{Value, json};

use super::draft;
use super::failure::{Done, Failure};
use super::session::{Session, waiting};
use crate::papers::{self, AsOf, Form, Press, Written};
use crate::processes::Desk;

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
    /// 捐赠票据登记簿 · every receipt of a campaign, voided ones too; no names
    Receipts {
        /// 募捐活动 · name of the campaign
        #[arg(long)]
        campaign: String,
        /// Where to
        #[command(flatten)]
        to: PrintTo,
    },
    /// 募捐情况公示清单 · the gifts of a campaign, with donors as they want to be named
    Donations {
        /// 募捐活动 · name of the campaign
        #[arg(long)]
        campaign: String,
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
    /// 核验打印件 · whether a printed file is what the ledger says as of when it was printed; exit code 1 when not
    Verify {
        /// 文件 · the PDF or Excel file
        file: PathBuf,
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
    /// As asked for; else as the file's name ends, which must not promise anything else.
    fn form(&self) -> Result<Form, Failure> {
        let end = self.out.extension().map(|end| end.to_string_lossy().to_ascii_lowercase());
        match (self.format, end.as_deref()) {
            (Some(PrintFormat::Xlsx), _) | (None, Some("xlsx")) => Ok(Form::Xlsx),
            (Some(PrintFormat::Pdf), _) | (None, Some("pdf") | None) => Ok(Form::Pdf),
            (None, Some(other)) => Err(Failure::Usage {
                code: "form_unknown",
                zh: format!("不能打印成 .{other} 文件：请用 .pdf 或 .xlsx，或用 --format 指定"),
                en: format!("nothing is printed as .{other}: name the file .pdf or .xlsx, or say --format"),
            }),
        }
    }
}

/// Prints a paper, or looks at one that was printed.
///
/// # Errors
/// As [`print`] and [`verify::run`].
pub(super) async fn run(session: &Session, command: PrintCommand) -> Result<Done, Failure> {
    let (subject, to) = match command {
        PrintCommand::Verify { file } => return verify::run(session, &file).await,
        PrintCommand::Roster { run, whole, to } => (Subject::Roster { run, whole }, to),
        PrintCommand::Notice { case, program, day, objections_to, to } => {
            let day = day.unwrap_or_else(papers::today);
            (Subject::Notice { case, program, day, objections_to }, to)
        }
        PrintCommand::Voucher { of: VoucherOf { run: Some(run), .. }, to } => {
            (Subject::RunVoucher { run }, to)
        }
        PrintCommand::Voucher { of: VoucherOf { payment: Some(payment), .. }, to } => {
            (Subject::PaymentVoucher { payment }, to)
        }
        PrintCommand::Voucher { .. } => {
            return Err(Failure::Usage {
                code: "object_required",
                zh: "请用 --run 或 --payment 说明是哪一张凭证".to_owned(),
                en: "say with --run or --payment of what the voucher is".to_owned(),
            });
        }
        PrintCommand::Receipt { campaign, number, to } => (Subject::Receipt { campaign, number }, to),
        PrintCommand::Receipts { campaign, to } => (Subject::Receipts { campaign }, to),
        PrintCommand::Donations { campaign, to } => (Subject::Donations { campaign }, to),
        PrintCommand::MonthReport { month, to } => (Subject::MonthReport { month }, to),
        PrintCommand::YearReport { year, to } => (Subject::YearReport { year }, to),
    };
    print(session, &subject, &to).await
}

/// Prints a paper into a file that only its owner can read.
///
/// # Errors
/// [`Failure`]: what is asked for does not exist, who acts may not open personal values, the fonts lack a character, or the
/// file cannot be written.
async fn print(session: &Session, subject: &Subject, to: &PrintTo) -> Result<Done, Failure> {
    let (form, discloses) = (to.form()?, papers::discloses(subject));
    let desk = desk_for(session, subject)?;
    let screen = session.screen;
    let made = async |app: &crate::app::App| {
        let (office, tree, sealing) = (app.office(), app.tree(), app.sealing().ok());
        let (name, desk) = (to.office.as_str(), desk.as_ref());
        let press = Press { office, tree, sealing, name, desk, as_of: AsOf::Now };
        let paper = press.make(subject).await?;
        let printed = waiting(|| form.write(&paper))?;
        Ok((paper, printed))
    };
    let progress = screen.spinner("排版", "Printing");
    // a disclosure is recorded, for which the ledger must be in order; everything else may be looked at all the same
    let printed =
        if discloses { session.with_ledger(made).await } else { session.look_at_ledger(made).await };
    progress.finish_and_clear();
    let (paper, printed) = printed?;
    draft::write(&to.out, &printed.bytes)?;
    let (place, digest) = (to.out.display(), paper.digest());
    let (kind, position) = (paper.sheet.kind, paper.trace.position);
    screen.say(
        format!(
            "已打印{}：{place}（{}，日志位置 {position}，数据摘要 {digest}）",
            kind.zh(),
            size_zh(&printed)
        ),
        format!(
            "{} printed: {place} ({}, log position {position}, digest {digest})",
            kind.en(),
            size_en(&printed)
        ),
    )?;
    screen.answer(&answer(&paper, &printed, &to.out))?;
    Ok(Done::Well)
}

/// Who answers for it, where a name or an account is opened; whoever is named, else.
fn desk_for(session: &Session, subject: &Subject) -> Result<Option<Desk>, Failure> {
    match session.desk() {
        Err(missing) if papers::discloses(subject) => Err(missing),
        desk => Ok(desk.ok()),
    }
}

fn size_zh(printed: &Written) -> String {
    printed.pages.map_or_else(|| "Excel".to_owned(), |pages| format!("PDF {pages} 页"))
}

fn size_en(printed: &Written) -> String {
    printed.pages.map_or_else(|| "Excel".to_owned(), |pages| format!("PDF, {pages} pages"))
}

fn answer(paper: &Paper, printed: &Written, place: &Path) -> Value {
    json!({
        "paper": paper.sheet.kind,
        "file": place,
        "format": printed.form,
        "pages": printed.pages,
        "sha256": printed.sha256(),
        "digest": paper.digest(),
        "trace": paper.trace,
    })
}
