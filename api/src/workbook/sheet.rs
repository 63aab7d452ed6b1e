//! The rows of one sheet, whichever kind of workbook it is in.

use std::io::Cursor;

use calamine::{Data, DataRef, Dimensions, Reader, Xls, XlsError, Xlsx};
use serde::{Deserialize, Serialize};

use crate::registers::Cell;
use crate::registers::reading::Refusal;
use crate::registers::reading::spreadsheet::{
    cell, check_parts, is_encrypted, is_ole, is_zip, place, refusal,
};

/// The most cells of a row that are kept; what stands further right belongs to no layout.
const COLUMNS_MAX: usize = 256;

/// What of a workbook is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The sheet; the first when absent.
    pub sheet: Option<String>,
    /// How many rows of heads come first: cells may be merged within them, and nowhere else.
    pub head_rows: u32,
    /// The most rows.
    pub rows_max: u32,
}

/// A row in which something stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetRow {
    /// The row as Excel numbers it, from 1.
    #[serde(rename = "r")]
    pub number: u32,
    /// Its cells from the first column to the last in which something stands.
    #[serde(rename = "c")]
    pub cells: Vec<Cell>,
}

/// Takes rows as they come.
pub(super) type Each<'a> = &'a mut dyn FnMut(SheetRow) -> Result<(), Refusal>;

/// Reads a workbook in this process, which its bytes can make large or slow: for bytes that this program made itself.
///
/// # Errors
/// [`Refusal`] for what is no workbook, or has not the sheet.
pub fn rows_of(bytes: &[u8], request: &Request) -> Result<Vec<SheetRow>, Refusal> {
    let mut rows = Vec::new();
    read(bytes, request, &mut |row| {
        rows.push(row);
        Ok(())
    })?;
    Ok(rows)
}

/// Reads the sheet, whichever kind of workbook it is in.
pub(super) fn read(bytes: &[u8], request: &Request, each: Each<'_>) -> Result<u32, Refusal> {
    let mut rows = Rows { rows_max: request.rows_max, count: 0, each };
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    } else if is_zip(bytes) {
        read_xlsx(bytes, request, &mut rows)?;
    } else if !is_ole(bytes) {
        return Err(Refusal::NotAWorkbook);
    } else if is_encrypted(bytes) {
        return Err(Refusal::PasswordProtected);
    } else {
        read_xls(bytes, request, &mut rows)?;
    }
    if rows.count == 0 { Err(Refusal::Empty) } else { Ok(rows.count) }
}

fn read_xlsx(bytes: &[u8], request: &Request, rows: &mut Rows<'_>) -> Result<(), Refusal> {
    check_parts(bytes)?;
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(refusal)?;
    let name = chosen(workbook.sheet_names(), request)?;
    refuse_merged(&workbook.merge_cells_by_sheet_name(&name).map_err(refusal)?, request)?;
    let mut cells = workbook.worksheet_cells_reader(&name).map_err(refusal)?;
    let mut current: (u32, Vec<Cell>) = (0, Vec::new());
    while let Some(record) = cells.next_cell_with_formula_metadata().map_err(refusal)? {
        let (row, column) = record.pos;
        if row < current.0 {
            return Err(Refusal::Damaged);
        }
        if row > current.0 {
            rows.put(current.0, std::mem::take(&mut current.1))?;
            current.0 = row;
        }
        let cell = if record.formula.is_some() { Cell::Formula } else { cell(record.value) };
        set(&mut current.1, column as usize, cell);
    }
    rows.put(current.0, current.1)
}

fn read_xls(bytes: &[u8], request: &Request, rows: &mut Rows<'_>) -> Result<(), Refusal> {
    let mut workbook: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|error| old_refusal(&error))?;
    let name = chosen(workbook.sheet_names(), request)?;
    let merged = workbook.merge_cells_by_sheet_name(&name).map_err(|error| old_refusal(&error))?;
    refuse_merged(&merged, request)?;
    let formulas = workbook.worksheet_formula(&name).map_err(|error| old_refusal(&error))?;
    let range = workbook.worksheet_range(&name).map_err(|error| old_refusal(&error))?;
    let Some((first_row, first_column)) = range.start() else { return Ok(()) };
    for (row, values) in (first_row..).zip(range.rows()) {
        let mut cells = Vec::new();
        for (column, value) in (first_column..).zip(values) {
            let is_formula = formulas.get_value((row, column)).is_some_and(|text| !text.is_empty());
            let cell = if is_formula { Cell::Formula } else { old_cell(value) };
            set(&mut cells, column as usize, cell);
        }
        rows.put(row, cells)?;
    }
    Ok(())
}

fn chosen(names: Vec<String>, request: &Request) -> Result<String, Refusal> {
    let mut names = names.into_iter();
    match &request.sheet {
        None => names.next().ok_or(Refusal::NotAWorkbook),
        Some(sheet) => names
            .find(|name| name.trim() == sheet)
            .ok_or_else(|| Refusal::WrongSheet { sheet: sheet.clone() }),
    }
}

/// A merged cell leaves the cells beside it empty: harmless above the lines, and a lost value among them.
fn refuse_merged(merged: &[Dimensions], request: &Request) -> Result<(), Refusal> {
    match merged.iter().find(|cells| cells.end.0 >= request.head_rows) {
        Some(cells) => {
            Err(Refusal::MergedCells { cells: format!("{}:{}", place(cells.start), place(cells.end)) })
        }
        None => Ok(()),
    }
}

fn set(cells: &mut Vec<Cell>, column: usize, cell: Cell) {
    if cell == Cell::Empty || column >= COLUMNS_MAX {
        return;
    }
    if cells.len() <= column {
        cells.resize(column + 1, Cell::Empty);
    }
    cells[column] = cell;
}

fn old_cell(value: &Data) -> Cell {
    match value {
        Data::Empty => Cell::Empty,
        Data::String(text) => Cell::Text(text.clone()),
        Data::Int(number) => cell(DataRef::Int(*number)),
        Data::Float(number) => cell(DataRef::Float(*number)),
        Data::Bool(flag) => Cell::Flag(*flag),
        Data::DateTime(moment) => cell(DataRef::DateTime(*moment)),
        Data::DateTimeIso(text) => cell(DataRef::DateTimeIso(text.clone())),
        Data::DurationIso(text) => Cell::Text(text.clone()),
        Data::Error(_) => Cell::Fault,
    }
}

fn old_refusal(error: &XlsError) -> Refusal {
    match error {
        XlsError::Password => Refusal::PasswordProtected,
        XlsError::WorksheetNotFound(sheet) => Refusal::WrongSheet { sheet: sheet.clone() },
        _ => Refusal::Damaged,
    }
}

struct Rows<'a> {
    rows_max: u32,
    count: u32,
    each: Each<'a>,
}

impl Rows<'_> {
    /// Takes the row of an index from 0; one in which nothing stands is left out.
    fn put(&mut self, index: u32, cells: Vec<Cell>) -> Result<(), Refusal> {
        if cells.iter().all(Cell::is_blank) {
            return Ok(());
        }
        self.count += 1;
        if self.count > self.rows_max {
            return Err(Refusal::TooManyRows { most: self.rows_max });
        }
        (self.each)(SheetRow { number: index + 1, cells })
    }
}
