//! A file to the bank, line by line. Its bytes follow from the run and its lines alone: no clock is read, so that
//! writing it again gives the same bytes.

mod iso;
mod sheet;
mod text;

use chrono::NaiveDate;
use domain::ids::{PaymentId, RunId};
use domain::money::Money;
use domain::personal::PersonName;
use domain::program::Program;

use super::encoding::Unwritable;
use super::fault::Fault;
use super::layout::{Form, Layout};

/// The most files of one run: their number is part of a message id of 35 characters.
pub const FILES_MAX: u32 = 255;

/// What a file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileHead {
    /// The run.
    pub run_id: RunId,
    /// Which file of the run, from 1.
    pub number: u32,
    /// The day on which the run was approved: the file's day.
    pub approved_on: NaiveDate,
    /// 要求执行日期.
    pub execution_on: NaiveDate,
    /// 笔数.
    pub line_count: u64,
    /// 合计金额.
    pub control_sum: Money,
}

/// One payment, opened for the bank.
pub struct LineToPay<'a> {
    /// Place in the file, from 1.
    pub number: u64,
    /// The payment.
    pub payment_id: PaymentId,
    /// 户名; empty where the layout does not write it.
    pub name: &'a str,
    /// 账号.
    pub account: &'a str,
    /// 金额.
    pub amount: Money,
    /// 所属月份, such as 2023-07.
    pub month: &'a str,
    /// The program.
    pub program: Program,
}

/// Writes files of one layout, one after another: head, lines, tail.
pub struct Writer<'l> {
    layout: &'l Layout,
    /// The workbook that was begun, where files are workbooks.
    sheet: Option<sheet::Sheet>,
}

impl<'l> Writer<'l> {
    /// A writer of this layout.
    pub const fn new(layout: &'l Layout) -> Writer<'l> {
        Writer { layout, sheet: None }
    }

    /// Begins a file: appends what comes before the lines.
    ///
    /// # Errors
    /// [`Fault`] for a text that the file cannot hold.
    pub fn head(&mut self, head: &FileHead, out: &mut Vec<u8>) -> Result<(), Fault> {
        match (self.layout.form, &self.layout.send) {
            (Form::Iso20022, _) => iso::head(self.layout, head, out),
            (Form::Spreadsheet, Some(send)) => {
                self.sheet = Some(sheet::Sheet::begin(self.layout, send, head)?);
                Ok(())
            }
            (Form::Delimited | Form::Fixed, Some(send)) => text::head(self.layout, send, head, out),
            (_, None) => Err(no_section()),
        }
    }

    /// Appends a line; a workbook's bytes come with its tail.
    ///
    /// # Errors
    /// [`Fault`] for a text that the file cannot hold: the payment is named, the text is not.
    pub fn line(&mut self, line: &LineToPay<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
        match (self.layout.form, &self.layout.send) {
            (Form::Iso20022, _) => iso::line(line, out),
            (Form::Spreadsheet, Some(send)) => match &mut self.sheet {
                Some(sheet) => sheet.line(self.layout, send, line),
                None => Err(no_head()),
            },
            (Form::Delimited | Form::Fixed, Some(send)) => text::line(self.layout, send, line, out),
            (_, None) => Err(no_section()),
        }
    }

    /// Ends a file: appends what comes after the lines.
    ///
    /// # Errors
    /// [`Fault`] for a text that the file cannot hold.
    pub fn tail(&mut self, head: &FileHead, out: &mut Vec<u8>) -> Result<(), Fault> {
        match (self.layout.form, &self.layout.send) {
            (Form::Iso20022, _) => {
                iso::tail(out);
                Ok(())
            }
            (Form::Spreadsheet, Some(send)) => match self.sheet.take() {
                Some(sheet) => sheet.end(self.layout, send, head, out),
                None => Err(no_head()),
            },
            (Form::Delimited | Form::Fixed, Some(send)) => text::tail(self.layout, send, head, out),
            (_, None) => Err(no_section()),
        }
    }

    /// Whether an account is one of the bank's own, and so in a file of its own; none where the layout does not part
    /// them.
    pub fn is_own(&self, account: &str) -> Option<bool> {
        let own = self.layout.own_bank.as_ref()?;
        Some(own.prefixes.iter().any(|prefix| account.starts_with(prefix.as_str())))
    }
}

/// 端到端标识号 of a payment: its identifier in 32 hexadecimal digits, within the 35 characters of ISO 20022.
pub fn end_to_end_id(payment_id: PaymentId) -> String {
    payment_id.uuid().simple().to_string()
}

/// The message id of a file: the run in 32 hexadecimal digits, and which file of it in two.
pub fn message_id(run_id: RunId, number: u32) -> String {
    format!("{}-{number:02x}", run_id.uuid().simple())
}

fn no_section() -> Fault {
    Fault::new("layout_incomplete", "格式缺少 send 一节", "the layout has no section send").of("send")
}

fn no_head() -> Fault {
    Fault::new("workbook_unwritable", "工作簿尚未开始", "the workbook was not begun")
}

/// Says which text of which payment cannot be written, without the text.
fn unwritable(payment_id: Option<PaymentId>, field: &str, why: Unwritable) -> Fault {
    let (whose_zh, whose_en) = match payment_id {
        Some(payment_id) => (format!("发放明细 {payment_id} "), format!("payment {payment_id}: ")),
        None => (String::new(), String::new()),
    };
    let (zh, en) = match why {
        Unwritable::Character(place) => (
            format!("第 {place} 个字在银行文件的编码中不存在，请改用 GB18030 或 UTF-8 的格式"),
            format!(
                "character {place} does not exist in the file's encoding: use a layout in GB18030 or UTF-8"
            ),
        ),
        Unwritable::Structure(place) => (
            format!("第 {place} 个字是分隔符或控制字符，不能写入银行文件，请更正登记"),
            format!("character {place} is a delimiter or a control character: correct the register"),
        ),
        Unwritable::TooLong(bytes) => {
            (format!("超过 {bytes} 字节，银行文件放不下"), format!("has more than {bytes} bytes"))
        }
    };
    Fault::new("text_unwritable", format!("{whose_zh}{zh}"), format!("{whose_en}{en}")).of(field)
}

/// The longest name that pain.001 holds.
const NAME_MAX: usize = 140;

/// A name as the bank gets it.
pub fn shown_name(name: &PersonName) -> &str {
    name.0.trim()
}
