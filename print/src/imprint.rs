//! What the file of a paper says of itself in its metadata (版记), so that the same paper can be made again.
//!
//! It stands in the keywords of a PDF and in the description of a workbook, where other programs show it and mostly keep it:
//! `ledger-paper:1:` and JSON in base64. It holds nobody's name; whatever it says is only a claim until the paper was made
//! again from the log.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDate;
use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, PaymentId, RunId};
use domain::program::Program;
use serde::{Deserialize, Serialize};

use crate::digest;
use crate::paper::{Paper, PaperKind, Sheet, Trace};

/// Which paper was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "paper", rename_all = "snake_case")]
pub enum Subject {
    /// 发放花名册.
    Roster {
        /// The run.
        run: RunId,
        /// Whether ID numbers and accounts stand there whole.
        whole: bool,
    },
    /// 公示名单.
    Notice {
        /// Of one case.
        case: Option<CaseId>,
        /// Of one program.
        program: Option<Program>,
        /// The day for which the list holds.
        day: NaiveDate,
        /// Where objections are taken; may be empty.
        objections_to: String,
    },
    /// 付款凭证 of a run.
    RunVoucher {
        /// The run.
        run: RunId,
    },
    /// 付款凭证 of one payment.
    PaymentVoucher {
        /// The payment.
        payment: PaymentId,
    },
    /// 捐赠票据.
    Receipt {
        /// The campaign's name.
        campaign: String,
        /// The serial number.
        number: u32,
    },
    /// 捐赠票据登记簿.
    Receipts {
        /// The campaign's name.
        campaign: String,
    },
    /// 募捐情况公示清单.
    Donations {
        /// The campaign's name.
        campaign: String,
    },
    /// 月报.
    MonthReport {
        /// The benefit month.
        month: BenefitMonth,
    },
    /// 年报.
    YearReport {
        /// The year.
        year: i32,
    },
}

impl Subject {
    /// The kind of the paper.
    pub const fn kind(&self) -> PaperKind {
        match self {
            Subject::Roster { .. } => PaperKind::Roster,
            Subject::Notice { .. } => PaperKind::Notice,
            Subject::RunVoucher { .. } | Subject::PaymentVoucher { .. } => PaperKind::Voucher,
            Subject::Receipt { .. } => PaperKind::Receipt,
            Subject::Receipts { .. } => PaperKind::ReceiptRegister,
            Subject::Donations { .. } => PaperKind::DonationList,
            Subject::MonthReport { .. } => PaperKind::MonthReport,
            Subject::YearReport { .. } => PaperKind::YearReport,
        }
    }
}

/// What a file says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imprint {
    /// Which paper it is.
    #[serde(flatten)]
    pub subject: Subject,
    /// The office's name above the title; may be empty.
    pub office: String,
    /// Where it was read from, on which day and by whom it was printed.
    pub trace: Trace,
    /// SHA-256 of what it says.
    pub digest: String,
    /// Beginnings of the SHA-256 of its parts, in the order of [`Sheet::parts`].
    pub parts: Vec<String>,
}

/// Why a file does not say where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImprintError {
    /// It says nothing.
    #[error("the file does not say where it comes from")]
    Missing,
    /// What it says cannot be read.
    #[error("what the file says of itself cannot be read")]
    Unreadable,
    /// It says several things.
    #[error("the file says of itself what does not agree")]
    Several,
}

/// What an imprint begins with; the number is its version.
const BEGIN: &[u8] = b"ledger-paper:1:";

/// The most characters of an imprint: a campaign's name and an address take a few hundred.
const LENGTH_MAX: usize = 65_536;

impl Imprint {
    /// What a paper's file says of itself.
    pub fn of(paper: &Paper) -> Imprint {
        Imprint {
            subject: paper.subject.clone(),
            office: paper.sheet.office.clone(),
            trace: paper.trace.clone(),
            digest: paper.digest(),
            parts: paper.sheet.parts().into_iter().map(|part| part.digest).collect(),
        }
    }

    /// As it stands in the metadata.
    pub fn text(&self) -> String {
        // texts, whole numbers and days alone, which JSON has all of
        let json = serde_json::to_vec(self).unwrap_or_default();
        format!("{}{}", String::from_utf8_lossy(BEGIN), URL_SAFE_NO_PAD.encode(json))
    }

    /// Finds it in the bytes of a PDF, or of the part of a workbook that holds its properties. A PDF says it twice, in two
    /// forms of metadata.
    ///
    /// # Errors
    /// [`ImprintError`].
    pub fn find(bytes: &[u8]) -> Result<Imprint, ImprintError> {
        let mut found: Option<Imprint> = None;
        for at in beginnings(bytes) {
            let said = Imprint::read(&bytes[at + BEGIN.len()..])?;
            if found.as_ref().is_some_and(|first| *first != said) {
                return Err(ImprintError::Several);
            }
            found = Some(said);
        }
        found.ok_or(ImprintError::Missing)
    }

    fn read(bytes: &[u8]) -> Result<Imprint, ImprintError> {
        let is_said = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let length = bytes.iter().take(LENGTH_MAX).take_while(|byte| is_said(byte)).count();
        let json = URL_SAFE_NO_PAD.decode(&bytes[..length]).map_err(|_| ImprintError::Unreadable)?;
        serde_json::from_slice(&json).map_err(|_| ImprintError::Unreadable)
    }
}

fn beginnings(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let windows = bytes.windows(BEGIN.len()).enumerate();
    windows.filter(|(_, window)| *window == BEGIN).map(|(at, _)| at)
}

/// A part of what a paper says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name in Chinese, as the paper is.
    pub name: String,
    /// The beginning of its SHA-256, in hexadecimal digits.
    pub digest: String,
}

impl Sheet {
    /// Its parts from top to bottom: title, sections, lines for signatures.
    pub fn parts(&self) -> Vec<Part> {
        let head = Part { name: "标题".to_owned(), digest: digest::short(&(&self.office, &self.title)) };
        let sections = self
            .sections
            .iter()
            .map(|section| Part { name: section.name().to_owned(), digest: digest::short(section) });
        let signatures = Part { name: "签字栏".to_owned(), digest: digest::short(&self.signatures) };
        std::iter::once(head).chain(sections).chain([signatures]).collect()
    }
}
