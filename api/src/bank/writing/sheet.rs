//! A workbook of one sheet. Accounts, names and references are text cells, so that Excel neither rounds them to 15 digits
//! nor makes formulas of them; amounts and counts are numbers. The workbook's day is that of the run's approval.

use chrono::Datelike;
use domain::ids::PaymentId;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, XlsxError};

use super::text::{name_of, of_file, of_line};
use super::{FileHead, LineToPay, unwritable};
use crate::bank::encoding::Unwritable;
use crate::bank::fault::Fault;
use crate::bank::layout::{AmountUnit, Field, Layout, Sending, Value};

/// From how many fen on Excel, which keeps 15 digits, would round an amount.
const EXACT_FEN_MAX: u64 = 999_999_999_999_999;
/// Its digits.
const DIGITS_MAX: usize = 15;
/// The longest text of a cell, in characters.
const TEXT_MAX: usize = 1_000;
/// The least width of a column, in characters.
const WIDTH_MIN: f64 = 12.0;

/// A workbook in the making: held in memory until its last line.
pub(super) struct Sheet {
    workbook: Workbook,
    row: u32,
}

impl Sheet {
    /// Begins a workbook with what comes before the lines.
    pub(super) fn begin(layout: &Layout, send: &Sending, head: &FileHead) -> Result<Sheet, Fault> {
        let day = head.approved_on;
        let year = u16::try_from(day.year()).unwrap_or(1980);
        let (month, day) = (u8::try_from(day.month()).unwrap_or(1), u8::try_from(day.day()).unwrap_or(1));
        // without it the workbook would tell the moment of its making
        let created = ExcelDateTime::from_ymd(year, month, day).map_err(failed)?;
        let mut workbook = Workbook::new();
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
        let worksheet = workbook.add_worksheet();
        if let Some(name) = &send.sheet {
            worksheet.set_name(name).map_err(failed)?;
        }
        let mut sheet = Sheet { workbook, row: 0 };
        sheet.put(send, &send.header, None, &|value| of_file(layout, send, head, value))?;
        sheet.titles(send)?;
        Ok(sheet)
    }

    pub(super) fn line(
        &mut self,
        layout: &Layout,
        send: &Sending,
        line: &LineToPay<'_>,
    ) -> Result<(), Fault> {
        self.put(send, &send.line, Some(line), &|value| of_line(layout, send, line, value))
    }

    /// Ends the workbook: appends its bytes.
    pub(super) fn end(
        mut self,
        layout: &Layout,
        send: &Sending,
        head: &FileHead,
        out: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        self.put(send, &send.trailer, None, &|value| of_file(layout, send, head, value))?;
        out.extend_from_slice(&self.workbook.save_to_buffer().map_err(failed)?);
        Ok(())
    }

    /// The heads of the columns; none where no field has one.
    fn titles(&mut self, send: &Sending) -> Result<(), Fault> {
        if send.line.iter().all(|field| field.title.is_none()) {
            return Ok(());
        }
        let (row, bold) = (self.row, text_format().set_bold().set_align(FormatAlign::Center));
        let worksheet = self.workbook.worksheet_from_index(0).map_err(failed)?;
        for (column, field) in (0_u16..).zip(&send.line) {
            let title = field.title.as_deref().unwrap_or_default();
            worksheet.write_string_with_format(row, column, title, &bold).map_err(failed)?;
            let width = if is_long(field) { 2.5 * WIDTH_MIN } else { WIDTH_MIN };
            worksheet.set_column_width(column, width).map_err(failed)?;
        }
        self.row += 1;
        Ok(())
    }

    fn put(
        &mut self,
        send: &Sending,
        fields: &[Field],
        line: Option<&LineToPay<'_>>,
        value_of: &dyn Fn(Value) -> String,
    ) -> Result<(), Fault> {
        if fields.is_empty() {
            return Ok(());
        }
        let (row, payment_id) = (self.row, line.map(|line| line.payment_id));
        let worksheet = self.workbook.worksheet_from_index(0).map_err(failed)?;
        for (column, field) in (0_u16..).zip(fields) {
            let text = match (field.value, &field.text) {
                (Some(value), _) => value_of(value),
                (None, Some(text)) => text.clone(),
                (None, None) => String::new(),
            };
            if let Some((number, format)) = number(send, field, &text, payment_id)? {
                worksheet.write_number_with_format(row, column, number, &format).map_err(failed)?;
            } else {
                check(&text).map_err(|why| unwritable(payment_id, name_of(field), why))?;
                worksheet.write_string_with_format(row, column, &text, &text_format()).map_err(failed)?;
            }
        }
        self.row += 1;
        Ok(())
    }
}

/// The number of a cell that is one, and how it is shown; decimal text becomes the nearest number a cell can hold, which
/// shows the same digits.
fn number(
    send: &Sending,
    field: &Field,
    text: &str,
    payment_id: Option<PaymentId>,
) -> Result<Option<(f64, Format)>, Fault> {
    let shape = match field.value {
        Some(Value::Amount | Value::Sum) => match send.amount {
            AmountUnit::Yuan => "0.00",
            AmountUnit::Fen => "0",
        },
        Some(Value::Count | Value::Number | Value::FileNumber) => "0",
        _ => return Ok(None),
    };
    let digits: u64 =
        text.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(u64::MAX);
    match text.parse::<f64>() {
        Ok(number) if digits <= EXACT_FEN_MAX => Ok(Some((number, Format::new().set_num_format(shape)))),
        _ => Err(unwritable(payment_id, "amount", Unwritable::TooLong(DIGITS_MAX))),
    }
}

/// Control characters are refused, as in text files.
fn check(text: &str) -> Result<(), Unwritable> {
    if let Some(place) = text.chars().position(char::is_control) {
        return Err(Unwritable::Structure(place + 1));
    }
    if text.chars().count() > TEXT_MAX { Err(Unwritable::TooLong(TEXT_MAX)) } else { Ok(()) }
}

fn is_long(field: &Field) -> bool {
    matches!(field.value, Some(Value::Account | Value::Reference | Value::Payment | Value::PayerAccount))
}

/// A cell that stays text when somebody edits it.
fn text_format() -> Format {
    Format::new().set_num_format("@")
}

fn failed(error: XlsxError) -> Fault {
    Fault::new(
        "workbook_unwritable",
        format!("工作簿无法写出：{error}"),
        format!("cannot be written: {error}"),
    )
}
