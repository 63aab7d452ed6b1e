//! What every paper consists of.

use std::fmt;

use chrono::NaiveDate;
use domain::money::Money;
use domain::numbers::{grouped, yuan};
use serde::{Deserialize, Serialize};

use crate::digest;
use crate::error::PrintError;
use crate::imprint::Subject;

/// The kinds of papers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperKind {
    /// 发放花名册.
    Roster,
    /// 公示名单.
    Notice,
    /// 付款凭证.
    Voucher,
    /// 捐赠票据.
    Receipt,
    /// 捐赠票据登记簿.
    ReceiptRegister,
    /// 募捐情况公示清单.
    DonationList,
    /// 月报.
    MonthReport,
    /// 年报.
    YearReport,
}

impl PaperKind {
    /// The name in Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            PaperKind::Roster => "发放花名册",
            PaperKind::Notice => "公示名单",
            PaperKind::Voucher => "付款凭证",
            PaperKind::Receipt => "捐赠票据",
            PaperKind::ReceiptRegister => "捐赠票据登记簿",
            PaperKind::DonationList => "募捐情况公示清单",
            PaperKind::MonthReport => "月报",
            PaperKind::YearReport => "年报",
        }
    }

    /// The name in English.
    pub const fn en(self) -> &'static str {
        match self {
            PaperKind::Roster => "roster",
            PaperKind::Notice => "public notice list",
            PaperKind::Voucher => "payment voucher",
            PaperKind::Receipt => "donation receipt",
            PaperKind::ReceiptRegister => "register of receipts",
            PaperKind::DonationList => "publication list of a campaign",
            PaperKind::MonthReport => "month report",
            PaperKind::YearReport => "year report",
        }
    }
}

/// A paper: what it says, and where that comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Paper {
    /// What it says.
    pub sheet: Sheet,
    /// Where that comes from.
    pub trace: Trace,
    /// What was asked for.
    pub subject: Subject,
}

/// What a paper says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sheet {
    /// Its kind.
    pub kind: PaperKind,
    /// The office's name above the title; empty where it is not known.
    pub office: String,
    /// The title.
    pub title: String,
    /// Its parts, from top to bottom.
    pub sections: Vec<Section>,
    /// Who signs.
    pub signatures: Vec<Signature>,
}

/// A part of a paper.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// Short facts under the title, side by side.
    Facts(Vec<Fact>),
    /// A form: one fact a line, in a frame.
    Form(Vec<Fact>),
    /// A table.
    Table {
        /// Its heading; empty where the title says it.
        heading: String,
        /// Its columns.
        columns: Vec<Column>,
        /// Its rows, each with a value for every column.
        rows: Vec<Vec<Value>>,
        /// The last row, in sum; empty where nothing is added up.
        total: Vec<Value>,
    },
    /// A remark.
    Note(String),
}

impl Section {
    /// What it is called; a table by its heading.
    pub fn name(&self) -> &str {
        match self {
            Section::Facts(_) => "概要",
            Section::Form(_) => "表单",
            Section::Table { heading, .. } if heading.is_empty() => "表格",
            Section::Table { heading, .. } => heading,
            Section::Note(_) => "说明",
        }
    }
}

/// A label with what it says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fact {
    /// The label.
    pub label: String,
    /// The value.
    pub value: Value,
}

impl Fact {
    /// A fact.
    pub fn new(label: &str, value: impl Into<Value>) -> Fact {
        Fact { label: label.to_owned(), value: value.into() }
    }
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Column {
    /// Its head.
    pub head: String,
    /// Its share of the width.
    pub width: u16,
    /// How its values stand.
    pub align: Align,
}

impl Column {
    /// A column of words.
    pub fn words(head: &str, width: u16) -> Column {
        Column { head: head.to_owned(), width, align: Align::Left }
    }

    /// A column of numbers.
    pub fn numbers(head: &str, width: u16) -> Column {
        Column { head: head.to_owned(), width, align: Align::Right }
    }

    /// A column of marks or short words.
    pub fn centered(head: &str, width: u16) -> Column {
        Column { head: head.to_owned(), width, align: Align::Center }
    }
}

/// How values stand in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// Words.
    Left,
    /// Marks.
    Center,
    /// Numbers.
    Right,
}

/// A value in a table or form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Words; digits that are no number, such as an account, are words.
    Text(String),
    /// A count.
    Count(u64),
    /// An amount, in fen here and in yuan on paper.
    Money(Money),
}

impl Value {
    /// Nothing.
    pub const fn blank() -> Value {
        Value::Text(String::new())
    }

    /// As it is read on paper: thousands separated by commas, yuan with two places.
    pub fn shown(&self) -> String {
        match self {
            Value::Text(text) => text.clone(),
            Value::Count(count) => grouped(i64::try_from(*count).unwrap_or(i64::MAX)),
            Value::Money(amount) => yuan(*amount),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.shown())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<u64> for Value {
    fn from(count: u64) -> Value {
        Value::Count(count)
    }
}

impl From<Money> for Value {
    fn from(amount: Money) -> Value {
        Value::Money(amount)
    }
}

impl From<NaiveDate> for Value {
    fn from(day: NaiveDate) -> Value {
        Value::Text(day.to_string())
    }
}

/// A line to sign on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Signature {
    /// Who signs, as the office says it.
    pub label: String,
    /// The account that acted in the ledger, printed small beneath; empty where nobody did.
    pub account: String,
}

impl Signature {
    /// A line for somebody who has not acted in the ledger.
    pub fn of(label: &str) -> Signature {
        Signature { label: label.to_owned(), account: String::new() }
    }

    /// A line for the account that acted, if any did.
    pub fn by(label: &str, account: Option<&str>) -> Signature {
        Signature { label: label.to_owned(), account: account.unwrap_or_default().to_owned() }
    }
}

/// Where a paper comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// The log's origin, as its checkpoints name it.
    pub origin: String,
    /// How many events the paper was read from: the log's positions 0 up to but not including this.
    pub position: u64,
    /// The newest checkpoint that was there; none for a log that is not sealed.
    pub checkpoint: Option<CheckpointMark>,
    /// The office's day on which it was printed.
    pub printed_on: NaiveDate,
    /// The account that printed it; empty where nobody was named.
    pub printed_by: String,
}

/// A signed checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointMark {
    /// How many events it covers.
    pub size: u64,
    /// Its root hash, in hexadecimal digits.
    pub root: String,
}

/// How much of the root stands on paper, in hexadecimal digits: half of it, which nobody meets by chance.
const ROOT_SHOWN: usize = 32;

impl Paper {
    /// SHA-256 of what the paper says, in hexadecimal digits; its trace is not part of it.
    pub fn digest(&self) -> String {
        digest::of(&self.sheet)
    }

    /// The lines of its foot.
    pub fn foot(&self) -> [String; 3] {
        let Trace { origin, position, checkpoint, printed_on, printed_by } = &self.trace;
        let sealed = match checkpoint {
            Some(CheckpointMark { size, root }) => {
                format!("检查点：{size}，根 {}", root.get(..ROOT_SHOWN).unwrap_or(root))
            }
            None => "检查点：无".to_owned(),
        };
        let by = if printed_by.is_empty() { String::new() } else { format!("　打印人：{printed_by}") };
        [
            format!("台账：{origin}"),
            format!("日志位置：{position}　{sealed}　打印日期：{printed_on}{by}"),
            format!("数据摘要（SHA-256）：{}", self.digest()),
        ]
    }
}

/// Holds that every row has a value for every column.
pub(crate) fn even(columns: &[Column], rows: &[Vec<Value>], total: &[Value]) -> Result<(), PrintError> {
    let fits = |row: &[Value]| row.len() == columns.len();
    let total_fits = total.is_empty() || fits(total);
    if total_fits && rows.iter().all(|row| fits(row)) { Ok(()) } else { Err(PrintError::RowUneven) }
}
