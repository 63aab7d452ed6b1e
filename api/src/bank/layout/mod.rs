//! A layout (报盘格式): how one bank wants the files to it, and how it writes the files back. Read from TOML, so that an
//! office adds its bank's without code; see `docs/BANK_FILES.md`.

mod check;
mod toml_words;

use serde::{Deserialize, Serialize};

use super::fault::Fault;
pub use toml_words::toml_fault_in_chinese;

/// How one bank's files look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// The code by which it is chosen, and which events keep: 1 to 40 of a-z, 0-9 and underscore.
    pub code: String,
    /// Its name in Chinese.
    pub zh: String,
    /// Its name in English.
    pub en: String,
    /// What kind of files.
    pub form: Form,
    /// The office as the bank knows it.
    #[serde(default)]
    pub payer: Payer,
    /// The most lines of one file; a run with more is written in several.
    #[serde(default)]
    pub lines_max: Option<u64>,
    /// Own accounts of the bank, where they go in files of their own (行内、跨行分开).
    #[serde(default)]
    pub own_bank: Option<OwnBank>,
    /// The file to the bank; none for ISO 20022, whose form is fixed.
    #[serde(default)]
    pub send: Option<Sending>,
    /// The file from the bank; none for ISO 20022.
    #[serde(default)]
    pub receive: Option<Receiving>,
    /// What the bank's reason codes mean.
    #[serde(default)]
    pub reasons: Vec<Reason>,
}

/// What kind of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Fields between delimiters.
    Delimited,
    /// Fields of fixed widths, counted in bytes of the encoding.
    Fixed,
    /// A sheet of an Excel workbook: `.xlsx` to the bank, `.xlsx` or the old `.xls` from it.
    Spreadsheet,
    /// pain.001 to the bank, pain.002 and camt.053 from it.
    Iso20022,
}

/// The office as the bank knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payer {
    /// 付款人名称.
    #[serde(default)]
    pub name: String,
    /// 付款账号.
    #[serde(default)]
    pub account: String,
    /// 开户行行号, of 12 digits (CNAPS).
    #[serde(default)]
    pub bank_number: String,
    /// 代发协议号 or customer number.
    #[serde(default)]
    pub agreement: String,
}

/// How own accounts of the bank are known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnBank {
    /// How their numbers begin.
    pub prefixes: Vec<String>,
}

/// A file to the bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sending {
    /// In which encoding.
    #[serde(default)]
    pub encoding: TextCode,
    /// What stands between fields.
    #[serde(default)]
    pub delimiter: Option<char>,
    /// In which unit amounts are written.
    #[serde(default)]
    pub amount: AmountUnit,
    /// How a line ends.
    #[serde(default)]
    pub line_end: LineEnd,
    /// The sheet's name, for spreadsheets.
    #[serde(default)]
    pub sheet: Option<String>,
    /// The head line; none when empty.
    #[serde(default)]
    pub header: Vec<Field>,
    /// A line for each payment.
    pub line: Vec<Field>,
    /// The last line; none when empty.
    #[serde(default)]
    pub trailer: Vec<Field>,
}

/// A field of a file to the bank: a value, or a text that is always the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// What stands there.
    #[serde(default)]
    pub value: Option<Value>,
    /// The text that always stands there.
    #[serde(default)]
    pub text: Option<String>,
    /// How many bytes, for fixed widths.
    #[serde(default)]
    pub width: Option<usize>,
    /// To which side, for fixed widths.
    #[serde(default)]
    pub align: Align,
    /// What fills the rest, for fixed widths; a space when absent.
    #[serde(default)]
    pub fill: Option<char>,
    /// The head of its column, for the lines of spreadsheets.
    #[serde(default)]
    pub title: Option<String>,
}

/// What can stand in a file to the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// The run's identifier.
    Run,
    /// 要求执行日期, such as 2023-07-20.
    ExecutionOn,
    /// 要求执行日期, such as 20230720.
    ExecutionOnCompact,
    /// 笔数 of the file.
    Count,
    /// 合计金额 of the file.
    Sum,
    /// Which file of the run, from 1.
    FileNumber,
    /// 付款人名称.
    PayerName,
    /// 付款账号.
    PayerAccount,
    /// 开户行行号.
    PayerBankNumber,
    /// 代发协议号.
    Agreement,
    /// Place of the line in its file, from 1.
    Number,
    /// 端到端标识号: the payment's identifier in 32 hexadecimal digits.
    Reference,
    /// The payment's identifier with hyphens.
    Payment,
    /// 户名.
    Name,
    /// 账号.
    Account,
    /// 金额.
    Amount,
    /// 所属月份.
    Month,
    /// The program's name in Chinese.
    Program,
}

/// A file from the bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receiving {
    /// In which encoding.
    #[serde(default)]
    pub encoding: TextCode,
    /// What stands between fields.
    #[serde(default)]
    pub delimiter: Option<char>,
    /// In which unit amounts are written.
    #[serde(default)]
    pub amount: AmountUnit,
    /// How many lines of heads come first.
    #[serde(default)]
    pub header_lines: u64,
    /// The sheet's name, for spreadsheets; the first sheet when absent.
    #[serde(default)]
    pub sheet: Option<String>,
    /// The columns in their order.
    pub columns: Vec<Column>,
    /// How the last line is known and what it says.
    #[serde(default)]
    pub trailer: Option<Trailer>,
    /// Results that say that money arrived.
    pub settled: Vec<String>,
    /// Results that say that money came back.
    pub returned: Vec<String>,
    /// Results that say that a payment is still on its way.
    #[serde(default)]
    pub waiting: Vec<String>,
}

/// A column of a file from the bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// What stands there.
    pub value: ReturnValue,
    /// How many bytes, for fixed widths.
    #[serde(default)]
    pub width: Option<usize>,
    /// The head that the column must have in the last of the head lines; not for fixed widths.
    #[serde(default)]
    pub title: Option<String>,
}

/// What can stand in a file from the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnValue {
    /// 端到端标识号 or the payment's identifier.
    Reference,
    /// 账号.
    Account,
    /// 金额.
    Amount,
    /// 处理结果.
    Result,
    /// 原因代码; where there is none, the bank's reference stands for it.
    Reason,
    /// 银行流水号.
    BankReference,
    /// 入账日期, such as 2023-07-20 or 20230720.
    BookedOn,
    /// Something that nobody needs.
    Ignored,
}

/// The last line of a file from the bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trailer {
    /// How it begins, unlike every other line.
    pub begins_with: String,
    /// Which of its fields is the number of lines, from 1.
    #[serde(default)]
    pub count_field: Option<usize>,
    /// Which of its fields is their sum, from 1.
    #[serde(default)]
    pub sum_field: Option<usize>,
}

/// What a reason code means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// As the bank writes it.
    pub code: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// Who is at fault, where the code says that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_fault: Option<AtFault>,
}

/// Who is at fault when a payment comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtFault {
    /// The account takes nothing: wrong, closed, or of another name.
    Account,
    /// The bank or the order: the same account can be paid again.
    Bank,
}

/// Encodings of text files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextCode {
    /// UTF-8.
    #[default]
    #[serde(rename = "UTF-8")]
    Utf8,
    /// GBK, of 1995: lacks rare names.
    #[serde(rename = "GBK")]
    Gbk,
    /// GB18030: has every character.
    #[serde(rename = "GB18030")]
    Gb18030,
}

/// Units of amounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountUnit {
    /// 元, with two places.
    #[default]
    Yuan,
    /// 分, whole.
    Fen,
}

/// How a line ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineEnd {
    /// A line feed.
    #[default]
    Lf,
    /// Carriage return and line feed.
    Crlf,
}

/// To which side a field of fixed width is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// Texts.
    #[default]
    Left,
    /// Numbers.
    Right,
}

impl Layout {
    /// Reads a layout and checks that it says everything that its form needs.
    ///
    /// # Errors
    /// [`Fault`] with the line of the file, or the field at fault.
    pub fn parse(text: &str) -> Result<Layout, Fault> {
        let layout: Layout = toml::from_str(text).map_err(|error| {
            let row = error.span().map_or(0, |span| line_of(text, span.start));
            let what = error.message().to_owned();
            Fault::new("layout_unreadable", format!("格式文件有误：{}", toml_fault_in_chinese(&what)), what)
                .at(row)
        })?;
        layout.check()?;
        Ok(layout)
    }

    /// What a reason code means, by this layout or by ISO 20022.
    pub fn reason(&self, code: &str) -> Option<(&str, &str)> {
        let own = self.reasons.iter().find(|reason| reason.code == code);
        own.map(|reason| (reason.zh.as_str(), reason.en.as_str())).or_else(|| super::codes::iso(code))
    }

    /// Whether payees' names are opened for the file.
    pub fn names_are_written(&self) -> bool {
        let said = |send: &Sending| send.line.iter().any(|field| field.value == Some(Value::Name));
        self.form == Form::Iso20022 || self.send.as_ref().is_some_and(said)
    }
}

fn line_of(text: &str, offset: usize) -> u64 {
    let before = text.as_bytes().get(..offset).unwrap_or_default();
    1 + before.iter().filter(|byte| **byte == b'\n').count() as u64
}
