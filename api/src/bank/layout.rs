//! A layout (报盘格式): how one bank wants the files to it, and how it writes the files back. Read from TOML, so that an
//! office adds its bank's without code; see `docs/BANK_FILES.md`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::fault::Fault;

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
            Fault::new("layout_unreadable", format!("格式文件有误：{what}"), what).at(row)
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

    fn check(&self) -> Result<(), Fault> {
        let is_code = |char: char| matches!(char, 'a'..='z' | '0'..='9' | '_');
        if self.code.is_empty() || self.code.len() > 40 || !self.code.chars().all(is_code) {
            return Err(fault(
                "code",
                "代码应为1至40个小写字母、数字或下划线",
                "has 1 to 40 of a-z, 0-9 and underscore",
            ));
        }
        if self.lines_max == Some(0) {
            return Err(fault("lines_max", "每文件行数至少为1", "is at least 1"));
        }
        if let Some(own) = &self.own_bank {
            let digits =
                |prefix: &String| !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
            if own.prefixes.is_empty() || !own.prefixes.iter().all(digits) {
                return Err(fault(
                    "own_bank.prefixes",
                    "应为账号开头的数字",
                    "are digits with which accounts begin",
                ));
            }
        }
        match self.form {
            Form::Iso20022 => self.check_iso(),
            Form::Delimited | Form::Fixed => {
                let missing = |field| fault(field, "此格式须有这一节", "this form needs this section");
                self.check_sending(self.send.as_ref().ok_or_else(|| missing("send"))?)?;
                self.check_receiving(self.receive.as_ref().ok_or_else(|| missing("receive"))?)
            }
        }
    }

    fn check_iso(&self) -> Result<(), Fault> {
        if self.send.is_some() || self.receive.is_some() {
            return Err(fault(
                "form",
                "ISO 20022 的文件格式是固定的",
                "files of ISO 20022 have no sections of their own",
            ));
        }
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let payer = &self.payer;
        if payer.name.trim().is_empty() || payer.name.chars().count() > 140 {
            return Err(fault("payer.name", "付款人名称应为1至140字", "has 1 to 140 characters"));
        }
        if !(8..=34).contains(&payer.account.len()) || !digits(&payer.account) {
            return Err(fault("payer.account", "付款账号应为8至34位数字", "has 8 to 34 digits"));
        }
        if payer.bank_number.len() != 12 || !digits(&payer.bank_number) {
            return Err(fault("payer.bank_number", "开户行行号应为12位数字", "has 12 digits"));
        }
        Ok(())
    }

    fn check_sending(&self, send: &Sending) -> Result<(), Fault> {
        self.check_delimiter("send.delimiter", send.delimiter)?;
        for (section, fields) in [("header", &send.header), ("line", &send.line), ("trailer", &send.trailer)]
        {
            for (number, field) in fields.iter().enumerate() {
                self.check_field(&format!("send.{section}[{}]", number + 1), section, field)?;
            }
        }
        let values: BTreeSet<Value> = send.line.iter().filter_map(|field| field.value).collect();
        for needed in [Value::Account, Value::Amount] {
            if !values.contains(&needed) {
                return Err(fault(
                    "send.line",
                    "每行须有账号与金额",
                    "each line has an account and an amount",
                ));
            }
        }
        Ok(())
    }

    fn check_field(&self, path: &str, section: &str, field: &Field) -> Result<(), Fault> {
        if field.value.is_some() == field.text.is_some() {
            return Err(fault(path, "value 与 text 须有且只有一个", "has a value or a text, and not both"));
        }
        if (self.form == Form::Fixed) != field.width.is_some_and(|width| width > 0) {
            return Err(fault(
                path,
                "定长格式的每个字段须有 width，其他格式不得有",
                "has a width in fixed layouts only",
            ));
        }
        let of_a_line = field.value.is_some_and(|value| value >= Value::Number);
        let of_a_file = matches!(field.value, Some(Value::Count | Value::Sum));
        if (section != "line" && of_a_line) || (section == "line" && of_a_file) {
            return Err(fault(path, "这个值不能用在这一节", "this value does not belong to this section"));
        }
        Ok(())
    }

    fn check_receiving(&self, receive: &Receiving) -> Result<(), Fault> {
        self.check_delimiter("receive.delimiter", receive.delimiter)?;
        let mut seen = BTreeSet::new();
        for (number, column) in receive.columns.iter().enumerate() {
            let path = format!("receive.columns[{}]", number + 1);
            if (self.form == Form::Fixed) != column.width.is_some_and(|width| width > 0) {
                return Err(fault(
                    &path,
                    "定长格式的每一列须有 width，其他格式不得有",
                    "has a width in fixed layouts only",
                ));
            }
            if column.value != ReturnValue::Ignored && !seen.insert(column.value) {
                return Err(fault(&path, "同一列值出现两次", "stands twice"));
            }
        }
        let has = |value| seen.contains(&value);
        if !has(ReturnValue::Result) {
            return Err(fault("receive.columns", "须有处理结果列", "have a result"));
        }
        let by_account = has(ReturnValue::Account) && has(ReturnValue::Amount);
        if !by_account && !has(ReturnValue::Reference) {
            return Err(fault(
                "receive.columns",
                "须有端到端标识号，或账号与金额",
                "have a reference, or an account and an amount",
            ));
        }
        let results = [&receive.settled, &receive.returned, &receive.waiting].into_iter().flatten();
        let mut known = BTreeSet::new();
        if receive.settled.is_empty() || receive.returned.is_empty() {
            return Err(fault(
                "receive.settled",
                "须列明到账与退汇的结果代码",
                "and returned name at least one result",
            ));
        }
        if results.into_iter().any(|result| !known.insert(result)) {
            return Err(fault("receive.settled", "同一结果代码出现两次", "a result stands twice"));
        }
        let empty = |trailer: &Trailer| trailer.begins_with.is_empty();
        if receive.trailer.as_ref().is_some_and(empty) {
            return Err(fault("receive.trailer.begins_with", "不能为空", "is not empty"));
        }
        Ok(())
    }

    fn check_delimiter(&self, path: &str, delimiter: Option<char>) -> Result<(), Fault> {
        let fits = match (self.form, delimiter) {
            (Form::Delimited, Some(char)) => char.is_ascii_punctuation() || char == '\t',
            (Form::Delimited, None) => false,
            (_, delimiter) => delimiter.is_none(),
        };
        if fits {
            Ok(())
        } else {
            Err(fault(path, "分隔符应为一个 ASCII 标点或制表符", "is one ASCII punctuation mark or a tab"))
        }
    }
}

fn fault(field: &str, zh: &str, en: &str) -> Fault {
    Fault::new("layout_incomplete", zh, en).of(field)
}

fn line_of(text: &str, offset: usize) -> u64 {
    let before = text.as_bytes().get(..offset).unwrap_or_default();
    1 + before.iter().filter(|byte| **byte == b'\n').count() as u64
}
