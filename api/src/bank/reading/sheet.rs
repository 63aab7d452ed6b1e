//! A sheet of a workbook, row by row. What Excel did to a file is found here: an account that became a number has lost
//! digits, a formula says what somebody computed, a merged cell hides what stood beside it.

use std::io::Read;
use std::path::Path;

use domain::explain::Explain;
use rust_decimal::{Decimal, RoundingStrategy};

use super::BankLine;
use super::fields::{Fields, misplaced, wrong_columns};
use crate::bank::fault::Fault;
use crate::bank::layout::{Receiving, ReturnValue};
use crate::registers::Cell;
use crate::registers::reading::Refusal;
use crate::registers::reading::spreadsheet::place;
use crate::workbook::{Ended, Reading, Request, SheetRow, read_sheet};

/// The most rows of a sheet: Excel has no more.
const ROWS_MAX: u32 = 1_048_576;
/// How many digits of a number Excel keeps.
const DIGITS_KEPT: u32 = 15;
/// The longest text of a cell, in bytes.
const TEXT_MAX: usize = 16 * 1024;

pub(super) fn read(
    source: impl Read,
    receive: &Receiving,
    program: Option<&Path>,
    each: &mut dyn FnMut(BankLine) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let head_rows = u32::try_from(receive.header_lines).unwrap_or(u32::MAX);
    let request = Request { sheet: receive.sheet.clone(), head_rows, rows_max: ROWS_MAX };
    let mut state = Sheet { receive, row: 0, titled: false, fields: Fields::new(receive) };
    let read = read_sheet(source, &request, &Reading::by(program), &mut |row| state.take(&row, each));
    match read {
        Ok(()) => {}
        Err(Ended::Stopped(fault)) => return Err(fault),
        Err(Ended::Refused(refusal)) => return Err(refused(&refusal)),
    }
    state.refuse_untitled()?;
    state.fields.finish(state.row)
}

struct Sheet<'l> {
    receive: &'l Receiving,
    row: u64,
    /// Whether the row with the heads came.
    titled: bool,
    fields: Fields<'l>,
}

impl Sheet<'_> {
    fn take(
        &mut self,
        row: &SheetRow,
        each: &mut dyn FnMut(BankLine) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.row = row.number.into();
        if self.row < self.receive.header_lines {
            return Ok(());
        }
        if self.row == self.receive.header_lines {
            self.titled = true;
            return self.compare_titles(row);
        }
        self.refuse_untitled()?;
        self.fields.refuse_after_end(self.row)?;
        let begins = row.cells.iter().find(|cell| !cell.is_blank()).map(Cell::shown).unwrap_or_default();
        if self.fields.is_trailer(begins.trim()) {
            let texts = self.texts(row, &|_| ReturnValue::Amount)?;
            return self.fields.compare(self.row, &texts);
        }
        let columns = &self.receive.columns;
        let mut texts =
            self.texts(row, &|at| columns.get(at).map_or(ReturnValue::Reason, |column| column.value))?;
        // empty cells at the end of a row are often not in the file; a value beyond the columns is one too many
        while texts.len() > columns.len() && texts.last().is_some_and(String::is_empty) {
            texts.pop();
        }
        if texts.len() < columns.len() {
            texts.resize(columns.len(), String::new());
        }
        each(self.fields.take(self.row, &texts))
    }

    /// The heads say that the columns are those of the layout.
    fn compare_titles(&self, row: &SheetRow) -> Result<(), Fault> {
        match misplaced(self.receive, |at| row.cells.get(at).map(Cell::shown)) {
            Some((at, title)) => Err(self.wrong_columns(at, title)),
            None => Ok(()),
        }
    }

    /// A sheet without the row of the heads is not the layout's.
    fn refuse_untitled(&self) -> Result<(), Fault> {
        let first = self.receive.columns.iter().enumerate().find_map(|(at, column)| {
            let title = column.title.as_ref()?;
            Some((at, title))
        });
        match first {
            Some((at, title)) if !self.titled => Err(self.wrong_columns(at, title)),
            _ => Ok(()),
        }
    }

    fn wrong_columns(&self, at: usize, title: &str) -> Fault {
        let row = self.receive.header_lines;
        wrong_columns(row, title, place_of(row, at))
    }

    /// The cells as the texts of a line; `value_of` says what stands in a column.
    fn texts(&self, row: &SheetRow, value_of: &dyn Fn(usize) -> ReturnValue) -> Result<Vec<String>, Fault> {
        let text = |(at, cell): (usize, &Cell)| self.text(at, cell, value_of(at));
        row.cells.iter().enumerate().map(text).collect()
    }

    fn text(&self, at: usize, cell: &Cell, value: ReturnValue) -> Result<String, Fault> {
        let exact = matches!(value, ReturnValue::Account | ReturnValue::Reference);
        match (cell, value) {
            (_, ReturnValue::Ignored) => Ok(String::new()),
            (Cell::Formula, _) => Err(self.at(at, Fault::new(
                "formula_cell",
                "单元格是公式，银行文件应只有数值，请使用银行下发的原文件",
                "a formula stands here, and a bank's file has values only: take the file as the bank sent it",
            ))),
            (Cell::Number(_) | Cell::Date(_), _) if exact => Err(self.at(at, Fault::new(
                "number_for_text",
                "账号或业务编号是数字格式，Excel 只保留15位，可能已失真，请使用银行下发的原文件（该列应为文本）",
                "a number stands where an account or a reference is text: Excel keeps 15 digits and may have changed it; \
                 take the file as the bank sent it",
            ))),
            (Cell::Number(number), _) => Ok(decimal(number)),
            (cell, _) => {
                let text = cell.shown();
                if text.len() > TEXT_MAX {
                    let (zh, en) = ("单元格超过 16 KB，不是回盘文件", "a cell has more than 16 KB");
                    return Err(self.at(at, Fault::new("line_too_long", zh, en)));
                }
                Ok(text)
            }
        }
    }

    fn at(&self, column: usize, fault: Fault) -> Fault {
        fault.at(self.row).of(place_of(self.row, column))
    }
}

/// A number as decimal text, in the digits that Excel keeps and shows: what comes after them is no money but the trace of
/// a binary fraction. A number that is no decimal of that size is no text at all, and so a problem of its line.
fn decimal(number: &str) -> String {
    let exact = number.parse::<Decimal>().ok();
    let kept = exact
        .and_then(|exact| exact.round_sf_with_strategy(DIGITS_KEPT, RoundingStrategy::MidpointNearestEven));
    kept.map(|kept| kept.normalize().to_string()).unwrap_or_default()
}

fn place_of(row: u64, column: usize) -> String {
    let row = u32::try_from(row.saturating_sub(1)).unwrap_or(u32::MAX - 1);
    place((row, u32::try_from(column).unwrap_or(u32::MAX)))
}

/// Why a workbook is not taken, in the words of files from banks.
fn refused(refusal: &Refusal) -> Fault {
    let (zh, en) = match refusal {
        Refusal::WrongSheet { sheet } => (
            format!("工作簿中没有名为“{sheet}”的工作表，请核对所选格式或文件"),
            format!("the workbook has no sheet named {sheet}: check the layout or the file"),
        ),
        Refusal::NotAWorkbook => (
            "不是 Excel 工作簿，可能是改了扩展名的网页或文本，请向银行索取 .xlsx 或 .xls 文件".to_owned(),
            "is no Excel workbook, perhaps a web page or a text by another name: ask the bank for .xlsx or .xls".to_owned(),
        ),
        Refusal::Empty => ("工作表是空的".to_owned(), "the sheet is empty".to_owned()),
        Refusal::TooManyRows { most } => {
            (format!("超过{most}行"), format!("has more than {most} rows"))
        }
        Refusal::TooLargeUnpacked => (
            "工作簿解压后过大，不是正常的回盘文件".to_owned(),
            "the workbook unpacks to far more than a file from a bank needs".to_owned(),
        ),
        Refusal::TooLarge { most_mebibytes } => {
            (format!("文件超过{most_mebibytes}MB"), format!("is larger than {most_mebibytes} MiB"))
        }
        other => (other.zh(), other.to_string()),
    };
    Fault::new(refusal.code(), zh, en)
}
