//! A paper as an Excel workbook of one sheet.
//!
//! Words are written as strings, whatever they begin with, so none becomes a formula; identity numbers and accounts are
//! words too. Counts and amounts are numbers that can be added up; sums stand as plain values, so that a filtered or sorted
//! copy still shows what the ledger says.

use std::collections::BTreeMap;

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::error::PrintError;
use crate::imprint::Imprint;
use crate::paper::{Align, Column, Fact, Paper, Section, Value, even};

/// From how many fen on Excel, which keeps 15 digits, would round an amount: it is then written as words.
const EXACT_FEN_MAX: u64 = 999_999_999_999_999;

/// Widths of a fact's label and of a form's value, in characters.
const LABEL_WIDTH: f64 = 15.0;
const FORM_WIDTH: f64 = 48.0;

/// Writes a paper: the same paper is the same bytes.
///
/// # Errors
/// [`PrintError::RowUneven`], and [`PrintError::Workbook`] when it cannot be written.
pub fn write(paper: &Paper) -> Result<Vec<u8>, PrintError> {
    let failed = |error: XlsxError| PrintError::Workbook(error.to_string());
    let mut workbook = Workbook::new();
    // without it the file would tell the moment of its making
    let created = ExcelDateTime::from_ymd(1980, 1, 1).map_err(failed)?;
    let title = &paper.sheet.title;
    let properties = DocProperties::new().set_title(title).set_comment(Imprint::of(paper).text());
    workbook.set_properties(&properties.set_creation_datetime(&created));
    let worksheet = workbook.add_worksheet();
    worksheet.set_name(paper.sheet.kind.zh()).map_err(failed)?;
    Writer { worksheet, row: 0, columns: columns_of(paper), frozen: false, widths: BTreeMap::new() }
        .paper(paper)?;
    workbook.save_to_buffer().map_err(failed)
}

/// How many columns the widest table has; two at least, for a label and its value.
fn columns_of(paper: &Paper) -> u16 {
    let columns = paper.sheet.sections.iter().map(|section| match section {
        Section::Table { columns, .. } => columns.len(),
        _ => 2,
    });
    columns.max().and_then(|columns| u16::try_from(columns).ok()).unwrap_or(2).max(2)
}

struct Writer<'w> {
    worksheet: &'w mut Worksheet,
    row: u32,
    columns: u16,
    frozen: bool,
    widths: BTreeMap<u16, f64>,
}

impl Writer<'_> {
    fn paper(mut self, paper: &Paper) -> Result<(), PrintError> {
        let sheet = &paper.sheet;
        let title = Format::new().set_bold().set_font_size(16).set_align(FormatAlign::Center);
        if !sheet.office.is_empty() {
            self.across(&sheet.office, &Format::new().set_align(FormatAlign::Center))?;
        }
        self.across(&sheet.title, &title)?;
        self.row += 1;
        for section in &sheet.sections {
            self.section(section)?;
            self.row += 1;
        }
        for signature in &sheet.signatures {
            self.text(0, &format!("{}：", signature.label), &Format::new())?;
            self.text(1, &signature.account, &Format::new())?;
            self.row += 1;
        }
        self.row += 1;
        let small = Format::new().set_font_size(8).set_font_color(Color::Gray);
        for line in paper.foot() {
            self.text(0, &line, &small)?;
            self.row += 1;
        }
        for (column, width) in &self.widths {
            self.worksheet.set_column_width(*column, *width).map_err(workbook)?;
        }
        self.page(paper)
    }

    /// How it is printed: A4, as wide as the page, the head of the table on each page, and page numbers.
    fn page(&mut self, paper: &Paper) -> Result<(), PrintError> {
        self.worksheet.set_paper_size(9).set_print_fit_to_pages(1, 0);
        if self.columns > 7 {
            self.worksheet.set_landscape();
        }
        // an ampersand would begin a code of the footer
        let digest = paper.digest();
        let position = paper.trace.position;
        self.worksheet
            .set_footer(format!("&L&8日志位置 {position}　摘要 {}&R&8第 &P 页，共 &N 页", &digest[..16]));
        Ok(())
    }

    fn section(&mut self, section: &Section) -> Result<(), PrintError> {
        match section {
            Section::Facts(facts) => self.facts(facts, &Format::new()),
            Section::Form(facts) => {
                self.wide(1, FORM_WIDTH);
                self.facts(facts, &Format::new().set_border(FormatBorder::Thin))
            }
            Section::Note(text) => {
                let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
                self.worksheet.set_row_height(self.row, 48).map_err(workbook)?;
                self.across(text, &wrapped)
            }
            Section::Table { heading, columns, rows, total } => {
                even(columns, rows, total)?;
                if !heading.is_empty() {
                    self.text(0, heading, &Format::new().set_bold())?;
                    self.row += 1;
                }
                self.table(columns, rows, total)
            }
        }
    }

    fn facts(&mut self, facts: &[Fact], format: &Format) -> Result<(), PrintError> {
        for fact in facts {
            self.text(0, &fact.label, &format.clone().set_bold())?;
            self.value(1, &fact.value, &format.clone().set_align(FormatAlign::Left))?;
            self.row += 1;
        }
        self.wide(0, LABEL_WIDTH);
        Ok(())
    }

    fn table(&mut self, columns: &[Column], rows: &[Vec<Value>], total: &[Value]) -> Result<(), PrintError> {
        let framed = Format::new().set_border(FormatBorder::Thin);
        let head = framed.clone().set_bold().set_background_color(Color::RGB(0x00EB_EBEB));
        for (at, column) in (0_u16..).zip(columns) {
            self.text(at, &column.head, &head.clone().set_align(FormatAlign::Center))?;
            self.wide(at, f64::from(column.width).max(8.0) * 0.7);
        }
        let head_row = self.row;
        self.row += 1;
        // one table is frozen below its head; of several tables the sheet scrolls as a whole
        if !std::mem::replace(&mut self.frozen, true) {
            self.worksheet.set_freeze_panes(self.row, 0).map_err(workbook)?;
            self.worksheet.set_repeat_rows(head_row, head_row).map_err(workbook)?;
        }
        for row in rows {
            self.values(columns, row, &framed)?;
        }
        if !total.is_empty() {
            self.values(columns, total, &framed.set_bold())?;
        }
        Ok(())
    }

    fn values(&mut self, columns: &[Column], row: &[Value], format: &Format) -> Result<(), PrintError> {
        for ((at, column), value) in (0_u16..).zip(columns).zip(row) {
            let align = match column.align {
                Align::Left => FormatAlign::Left,
                Align::Center => FormatAlign::Center,
                Align::Right => FormatAlign::Right,
            };
            self.value(at, value, &format.clone().set_align(align))?;
        }
        self.row += 1;
        Ok(())
    }

    fn value(&mut self, column: u16, value: &Value, format: &Format) -> Result<(), PrintError> {
        let number = match value {
            Value::Text(_) => None,
            Value::Count(count) if *count <= EXACT_FEN_MAX => Some((count.to_string(), "#,##0")),
            Value::Money(amount) if amount.fen().unsigned_abs() <= EXACT_FEN_MAX => {
                Some((amount.to_string(), "#,##0.00"))
            }
            Value::Count(_) | Value::Money(_) => None,
        };
        // decimal text becomes the nearest number that a cell can hold, which shows the same digits
        match number.and_then(|(text, shape)| Some((text.parse::<f64>().ok()?, shape))) {
            Some((number, shape)) => {
                let format = format.clone().set_num_format(shape);
                self.worksheet
                    .write_number_with_format(self.row, column, number, &format)
                    .map_err(workbook)?;
                Ok(())
            }
            None => self.text(column, &value.shown(), format),
        }
    }

    /// Words stay words: their cell is a string, and its format is text, so that editing it makes no formula of it.
    fn text(&mut self, column: u16, text: &str, format: &Format) -> Result<(), PrintError> {
        let format = format.clone().set_num_format("@");
        self.worksheet.write_string_with_format(self.row, column, text, &format).map_err(workbook)?;
        Ok(())
    }

    fn across(&mut self, text: &str, format: &Format) -> Result<(), PrintError> {
        let format = format.clone().set_num_format("@");
        let last = self.columns - 1;
        self.worksheet.merge_range(self.row, 0, self.row, last, text, &format).map_err(workbook)?;
        self.row += 1;
        Ok(())
    }

    /// A column is as wide as the widest part of the sheet needs it.
    fn wide(&mut self, column: u16, width: f64) {
        let widest = self.widths.entry(column).or_default();
        *widest = widest.max(width);
    }
}

fn workbook(error: XlsxError) -> PrintError {
    PrintError::Workbook(error.to_string())
}
