//! Writes workbooks: empty templates, whole registers, and bad rows with their reasons.
//!
//! Every cell is written as text, so that no text becomes a formula and no number loses digits. Documents carry a
//! fixed date, so that the same rows give the same bytes.

use rust_xlsxwriter::{
    Color, DataValidation, DocProperties, ExcelDateTime, Format as CellFormat, FormatAlign, FormatBorder,
    Note, Workbook, Worksheet, XlsxError,
};

use super::dry_run::BadRow;
use super::template::{Column, Format, Need, RegisterKind, Template};
use super::{Cell, RegisterRow};

/// The head of the column that says what is wrong.
pub const REASON_HEAD: &str = "错误原因";

/// The sheet that explains the columns.
const HELP_SHEET: &str = "填写说明";
/// Rows of the empty template that offer the words of a column.
const LAST_OFFERED_ROW: u32 = 2_000;

/// What holds for every column, below the columns' rules.
const HINTS: &[&str] = &[
    "首尾空格自动去除；身份号码、账号、日期、金额和选项中的全角字符按半角处理；姓名和住址按原样保存。",
    "请勿合并单元格、使用公式或更改列名；空行自动跳过；选填列可以删除。",
    "也可另存为CSV（UTF-8或GBK）导入。",
];

/// Why a workbook or CSV file could not be made.
#[derive(Debug, thiserror::Error)]
pub enum WorkbookError {
    /// The workbook's writer refused.
    #[error("the workbook could not be made: {0}")]
    Workbook(#[from] XlsxError),
    /// The CSV writer refused.
    #[error("the CSV file could not be made: {0}")]
    Csv(#[from] csv::Error),
}

/// An empty register with heads, notes and formats, and a sheet that explains every column.
///
/// # Errors
/// [`WorkbookError`].
pub fn template(kind: RegisterKind) -> Result<Vec<u8>, WorkbookError> {
    let template = kind.template();
    let mut workbook = new_workbook(template)?;
    let mut sheet = Worksheet::new();
    write_heads(&mut sheet, template)?;
    for (place, column) in (0_u16..).zip(template.columns) {
        sheet.insert_note(0, place, &Note::new(note(column)).set_author("").add_author_prefix(false))?;
        offer_words(&mut sheet, place, column)?;
    }
    workbook.push_worksheet(sheet);
    workbook.push_worksheet(help_sheet(template)?);
    Ok(workbook.save_to_buffer()?)
}

/// A register with its rows.
///
/// # Errors
/// [`WorkbookError`].
pub fn register<R: RegisterRow>(rows: &[R]) -> Result<Vec<u8>, WorkbookError> {
    let template = R::KIND.template();
    let mut workbook = new_workbook(template)?;
    let mut sheet = Worksheet::new();
    write_heads(&mut sheet, template)?;
    for (line, row) in (2_u32..).zip(rows) {
        for (place, text) in (0_u16..).zip(row.write()).filter(|(_, text)| !text.is_empty()) {
            sheet.write_string(line, place, text)?;
        }
    }
    workbook.push_worksheet(sheet);
    Ok(workbook.save_to_buffer()?)
}

/// A register as CSV: UTF-8 with a byte order mark, as spreadsheets expect it.
///
/// # Errors
/// [`WorkbookError`].
pub fn register_csv<R: RegisterRow>(rows: &[R]) -> Result<Vec<u8>, WorkbookError> {
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(R::KIND.template().columns.iter().map(|column| column.head))?;
    for row in rows {
        writer.write_record(row.write())?;
    }
    Ok(writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?)
}

/// The bad rows alone, with a column 错误原因 at the end: to be mended and handed in again.
///
/// # Errors
/// [`WorkbookError`].
pub fn corrections(kind: RegisterKind, rows: &[BadRow]) -> Result<Vec<u8>, WorkbookError> {
    let template = kind.template();
    let last = template.columns.len() as u16;
    let mut workbook = new_workbook(template)?;
    let mut sheet = Worksheet::new();
    write_heads(&mut sheet, template)?;
    sheet.write_string_with_format(0, last, REASON_HEAD, &head_format(Need::Always))?;
    sheet.write_string_with_format(1, last, "problems", &code_format())?;
    sheet.set_column_width(last, 48)?;
    let marked = text_format().set_background_color(Color::RGB(0x00FF_F1F0));
    for (line, bad) in (2_u32..).zip(rows) {
        for (place, cell) in (0_u16..last).zip(&bad.raw.cells) {
            let column = &template.columns[usize::from(place)];
            let at_fault = bad.problems.iter().any(|problem| problem.field == column.code);
            let format = if at_fault { &marked } else { &text_format() };
            write_cell(&mut sheet, line, place, cell, format)?;
        }
        sheet.write_string(line, last, bad.reasons())?;
    }
    workbook.push_worksheet(sheet);
    Ok(workbook.save_to_buffer()?)
}

fn write_cell(
    sheet: &mut Worksheet,
    line: u32,
    place: u16,
    cell: &Cell,
    format: &CellFormat,
) -> Result<(), XlsxError> {
    let text = cell.shown();
    if text.is_empty() {
        sheet.write_blank(line, place, format)?;
    } else {
        sheet.write_string_with_format(line, place, text, format)?;
    }
    Ok(())
}

fn new_workbook(template: &Template) -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_ymd(2023, 1, 1)?;
    let version = format!("{} v{}", template.kind.code(), template.version);
    workbook.set_properties(
        &DocProperties::new().set_title(template.sheet).set_comment(version).set_creation_datetime(&made),
    );
    Ok(workbook)
}

fn write_heads(sheet: &mut Worksheet, template: &Template) -> Result<(), XlsxError> {
    sheet.set_name(template.sheet)?;
    for (place, column) in (0_u16..).zip(template.columns) {
        sheet.write_string_with_format(0, place, column.head, &head_format(column.need))?;
        sheet.write_string_with_format(1, place, column.code, &code_format())?;
        sheet.set_column_format(place, &text_format())?;
        sheet.set_column_width(place, width(column.format))?;
    }
    sheet.set_freeze_panes(2, 0)?;
    Ok(())
}

fn offer_words(sheet: &mut Worksheet, place: u16, column: &Column) -> Result<(), XlsxError> {
    let words: &[&str] = match column.format {
        Format::Choice(words) => words,
        Format::Flag => &["是", "否"],
        _ => return Ok(()),
    };
    // a longer list does not fit a validation; the note has the words then
    if words.join(",").chars().count() <= 255 {
        let rule = DataValidation::new().allow_list_strings(words)?;
        sheet.add_data_validation(2, place, LAST_OFFERED_ROW, place, &rule)?;
    }
    Ok(())
}

fn help_sheet(template: &Template) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name(HELP_SHEET)?;
    let title = format!("{}（第{}版）：从第3行起填写，一行一条", template.sheet, template.version);
    sheet.write_string(0, 0, title)?;
    for (place, head) in (0_u16..).zip(["列名", "代码", "必填", "格式", "示例", "说明"]) {
        sheet.write_string_with_format(1, place, head, &head_format(Need::Sometimes))?;
        sheet.set_column_width(place, if place > 2 { 36 } else { 18 })?;
    }
    for (line, column) in (2_u32..).zip(template.columns) {
        let need = if column.need == Need::Always { "必填" } else { "" };
        let texts = [column.head, column.code, need, &column.format.rule(), column.example, column.note]
            .map(str::to_owned);
        for (place, text) in (0_u16..).zip(texts) {
            sheet.write_string(line, place, text)?;
        }
    }
    let after = template.columns.len() as u32 + 3;
    for (line, hint) in (after..).zip(HINTS) {
        sheet.write_string(line, 0, *hint)?;
    }
    Ok(sheet)
}

fn note(column: &Column) -> String {
    let need = if column.need == Need::Always { "必填。" } else { "" };
    let example =
        if column.example.is_empty() { String::new() } else { format!("例：{}。", column.example) };
    format!("{need}{}。{example}{}", column.format.rule(), column.note)
}

const fn width(format: Format) -> u16 {
    match format {
        Format::IdNumber | Format::Account => 22,
        Format::Text(longest) if longest > 50 => 30,
        Format::List => 20,
        _ => 14,
    }
}

fn text_format() -> CellFormat {
    CellFormat::new().set_num_format("@")
}

fn head_format(need: Need) -> CellFormat {
    let color = if need == Need::Always { Color::RGB(0x00FF_E7BA) } else { Color::RGB(0x00E6_F4FF) };
    text_format()
        .set_bold()
        .set_align(FormatAlign::Center)
        .set_background_color(color)
        .set_border(FormatBorder::Thin)
}

fn code_format() -> CellFormat {
    text_format().set_font_color(Color::Gray).set_italic()
}
