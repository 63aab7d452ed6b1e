//! A printed file beside the same paper, made again from the log as it was then.
//!
//! What the file says of itself ([`Imprint`]) is a claim. It is held against the ledger first: its name, the position, the
//! root of the checkpoint. Then the paper is made again as of that position, and the files are compared byte by byte. What
//! cannot be made again, or is not the same, is a [`Doubt`]: it says what, and accuses nobody.

use std::io::{Cursor, Read};

use print::{CheckpointMark, Imprint, ImprintError, Paper, Section, Subject, Value};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::people::{ERASED, RESTRICTED};
use super::{AsOf, Press, places};
use crate::app::App;
use crate::processes::{Desk, ProcessError};
use crate::registers::reading::spreadsheet::check_parts;

/// The most bytes of a file that is looked at: a roster of a city's run has a tenth of them.
pub const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The most bytes of the part of a workbook that holds its properties.
const PROPERTIES_BYTES_MAX: u64 = 256 * 1024;

/// The form of a paper's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// For printing.
    Pdf,
    /// For Excel.
    Xlsx,
}

impl Form {
    /// Writes a paper. The same paper is the same bytes.
    ///
    /// # Errors
    /// [`ProcessError::Refused`] when it cannot be set.
    pub fn write(self, paper: &Paper) -> Result<Written, ProcessError> {
        let refused = |error| ProcessError::refused(&error);
        Ok(match self {
            Form::Pdf => {
                let pdf = print::pdf::write(paper).map_err(refused)?;
                Written { form: self, bytes: pdf.bytes, pages: Some(pdf.pages) }
            }
            Form::Xlsx => {
                Written { form: self, bytes: print::xlsx::write(paper).map_err(refused)?, pages: None }
            }
        })
    }
}

/// A paper's file.
pub struct Written {
    /// Its form.
    pub form: Form,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How many pages a PDF has.
    pub pages: Option<usize>,
}

impl Written {
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub fn sha256(&self) -> String {
        sha256(&self.bytes)
    }
}

/// A reason not to rely on a printed file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// Stable code.
    pub code: &'static str,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// A file that says which paper it is.
pub struct Printed {
    /// Its form.
    pub form: Form,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What it says of itself.
    pub imprint: Imprint,
}

impl Printed {
    /// Reads what a file says of itself. Nothing else of it is read yet.
    ///
    /// # Errors
    /// A [`Doubt`]: it is neither PDF nor workbook, or does not say where it comes from.
    pub fn read(bytes: Vec<u8>) -> Result<Printed, Doubt> {
        let (form, found) = if bytes.starts_with(b"%PDF-") {
            (Form::Pdf, Imprint::find(&bytes))
        } else if bytes.starts_with(b"PK") {
            (Form::Xlsx, Imprint::find(&properties(&bytes).ok_or_else(no_paper)?))
        } else {
            return Err(no_paper());
        };
        let imprint = found.map_err(unmarked)?;
        Ok(Printed { form, bytes, imprint })
    }

    /// SHA-256 of its bytes, in hexadecimal digits.
    pub fn sha256(&self) -> String {
        sha256(&self.bytes)
    }

    /// Whether making it again opens a name or an account, for which somebody must answer.
    pub fn discloses(&self) -> bool {
        discloses(&self.imprint.subject)
    }
}

/// Whether a paper may show a name or an account in clear.
pub fn discloses(subject: &Subject) -> bool {
    match subject {
        Subject::Roster { .. } | Subject::Receipt { .. } | Subject::PaymentVoucher { .. } => true,
        Subject::Notice { .. }
        | Subject::RunVoucher { .. }
        | Subject::Receipts { .. }
        | Subject::Donations { .. }
        | Subject::MonthReport { .. }
        | Subject::YearReport { .. } => false,
    }
}

/// The properties of a workbook; none where it is no workbook.
fn properties(bytes: &[u8]) -> Option<Vec<u8>> {
    check_parts(bytes).ok()?;
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let Ok(part) = archive.by_name("docProps/core.xml") else { return Some(Vec::new()) };
    let mut text = Vec::new();
    part.take(PROPERTIES_BYTES_MAX).read_to_end(&mut text).ok()?;
    Some(text)
}

/// A file beside the paper made again.
#[derive(Debug, Serialize)]
pub struct Compared {
    /// SHA-256 of the file made again; none where none was made.
    pub again_sha256: Option<String>,
    /// The digest of what it says; none where none was made.
    pub again_digest: Option<String>,
    /// Whether both files are the same bytes.
    pub identical: bool,
    /// What speaks against the file; none where it is identical.
    pub doubts: Vec<Doubt>,
}

impl Compared {
    fn doubted(doubts: Vec<Doubt>) -> Compared {
        Compared { again_sha256: None, again_digest: None, identical: false, doubts }
    }
}

/// Makes the paper of a file again, and compares.
///
/// # Errors
/// [`ProcessError`]: whoever asks may not open what the paper shows, or the ledger cannot be read.
pub async fn compare(app: &App, desk: Option<&Desk>, printed: &Printed) -> Result<Compared, ProcessError> {
    let imprint = &printed.imprint;
    let doubts = provenance(app, imprint).await?;
    if !doubts.is_empty() {
        return Ok(Compared::doubted(doubts));
    }
    let (office, tree, sealing) = (app.office(), app.tree(), app.sealing().ok());
    let as_of = AsOf::Then { trace: &imprint.trace, owner: app.owner() };
    let press = Press { office, tree, sealing, name: &imprint.office, desk, as_of };
    let paper = match press.make(&imprint.subject).await {
        Ok(paper) => paper,
        Err(error) => return Ok(Compared::doubted(vec![unmade(error)?])),
    };
    let again = printed.form.write(&paper)?;
    let identical = again.bytes == printed.bytes;
    let mut doubts = Vec::new();
    if paper.digest() != imprint.digest {
        doubts.push(says_otherwise(imprint, &paper));
    }
    if !identical {
        doubts.push(places::differ(printed, &again));
    }
    let (again_sha256, again_digest) = (Some(again.sha256()), Some(paper.digest()));
    Ok(Compared { again_sha256, again_digest, identical, doubts })
}

/// Whether the place in the log that the file names is one of this log.
async fn provenance(app: &App, imprint: &Imprint) -> Result<Vec<Doubt>, ProcessError> {
    let (tree, trace) = (app.tree(), &imprint.trace);
    if trace.origin != tree.origin() {
        return Ok(vec![Doubt {
            code: "other_ledger",
            zh: format!("文件称印自台账 {}，不是本台账 {}", trace.origin, tree.origin()),
            en: format!(
                "the file says it was printed from {}, which is not this ledger {}",
                trace.origin,
                tree.origin()
            ),
        }]);
    }
    let length = app.office().repository.log().length().await?;
    if trace.position > length {
        return Ok(vec![Doubt {
            code: "position_beyond_log",
            zh: format!("文件称印自日志位置 {}，本台账的日志只到 {length}", trace.position),
            en: format!(
                "the file says it was read up to position {}; this log ends at {length}",
                trace.position
            ),
        }]);
    }
    let Some(mark) = &trace.checkpoint else { return Ok(Vec::new()) };
    let root = if mark.size <= length {
        let root = tree.root(mark.size).await;
        Some(root.map_err(|error| ProcessError::Damaged(format!("the tree: {error}")))?)
    } else {
        None
    };
    let is_ours = root.is_some_and(|root| hex::encode(root.0) == mark.root);
    Ok(if is_ours { Vec::new() } else { vec![checkpoint_differs(mark)] })
}

fn checkpoint_differs(CheckpointMark { size, root }: &CheckpointMark) -> Doubt {
    Doubt {
        code: "checkpoint_differs",
        zh: format!("文件上的检查点（{size} 个事件，根 {root}）不是本台账日志的检查点"),
        en: format!("the checkpoint on the file (of {size} events, root {root}) is not one of this log"),
    }
}

/// What cannot be made again; other errors are errors.
fn unmade(error: ProcessError) -> Result<Doubt, ProcessError> {
    let is_gone = match &error {
        ProcessError::Unknown { .. } | ProcessError::NothingOrdered => true,
        ProcessError::Refused { code, .. } => matches!(*code, "lines_replaced" | "sums_differ"),
        _ => false,
    };
    if !is_gone {
        return Err(error);
    }
    let (zh, en) = (error.text(crate::lang::Lang::Zh), error.text(crate::lang::Lang::En));
    Ok(Doubt {
        code: "not_made_again",
        zh: format!("无法按当时的日志重新制作：{zh}"),
        en: format!("it cannot be made again from the log as it was then: {en}"),
    })
}

fn says_otherwise(imprint: &Imprint, paper: &Paper) -> Doubt {
    let parts = paper.sheet.parts();
    let is_other = |(place, part): &(usize, print::Part)| imprint.parts.get(*place) != Some(&part.digest);
    let others: Vec<String> =
        parts.into_iter().enumerate().filter(is_other).map(|(_, part)| part.name).collect();
    let others = others.join("、");
    let (mut zh, mut en) = (
        format!("台账当时的内容与文件所称不同：{others}"),
        format!("what the ledger says as of then is not what the file claims: {others}"),
    );
    let withheld = withheld(paper);
    if withheld > 0 {
        zh += &format!("；其中 {withheld} 处个人信息其后已删除或限制处理，不能再显示");
        en += &format!("; {withheld} personal values were erased or restricted since and are not shown");
    }
    Doubt { code: "says_otherwise", zh, en }
}

/// How many values of a paper are erased or restricted by now.
fn withheld(paper: &Paper) -> usize {
    let is_withheld =
        |value: &&Value| matches!(value, Value::Text(text) if text == ERASED || text == RESTRICTED);
    let of = |section: &Section| match section {
        Section::Facts(facts) | Section::Form(facts) => {
            facts.iter().map(|fact| &fact.value).filter(is_withheld).count()
        }
        Section::Table { rows, .. } => rows.iter().flatten().filter(is_withheld).count(),
        Section::Note(_) => 0,
    };
    paper.sheet.sections.iter().map(of).sum()
}

fn no_paper() -> Doubt {
    Doubt {
        code: "no_paper",
        zh: "文件既不是 PDF 也不是 Excel 工作簿".to_owned(),
        en: "the file is neither a PDF nor an Excel workbook".to_owned(),
    }
}

fn unmarked(error: ImprintError) -> Doubt {
    let (code, zh) = match error {
        ImprintError::Missing => (
            "imprint_missing",
            "文件未说明印自何处：不是本程序打印的，或保存它的程序去掉了文档属性。可按页脚的日志位置和摘要人工核对",
        ),
        ImprintError::Unreadable => ("imprint_unreadable", "文件属性中的印制信息无法读取，可能已被改动"),
        ImprintError::Several => ("imprint_unreadable", "文件属性中的印制信息前后不一，可能已被改动"),
    };
    let en = match error {
        ImprintError::Missing => {
            "the file does not say where it comes from: it was not printed by this program, or was saved by one that drops \
             the document's properties; compare the position and the digest of its foot by hand"
                .to_owned()
        }
        other => format!("{other}: it may have been altered"),
    };
    Doubt { code, zh: zh.to_owned(), en }
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
