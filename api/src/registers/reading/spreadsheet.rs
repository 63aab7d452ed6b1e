//! Reads a sheet of an Excel workbook row by row, without holding it in memory.

use std::io::Cursor;

use calamine::{DataRef, Reader, Xlsx, XlsxError};
use zip::ZipArchive;

use super::header::{Header, letters};
use super::output::{Line, Output};
use super::refusal::Refusal;
use crate::registers::Cell;
use crate::registers::template::Template;

/// The most bytes that the parts of a workbook may unpack to together: 200,000 rows need less than half.
const UNPACKED_MAX: u64 = 768 * 1024 * 1024;
/// The most parts that a workbook may have.
const PARTS_MAX: usize = 1_000;
/// How an OLE container begins.
const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// The part of an encrypted workbook, in UTF-16 as it stands in the container's directory.
const ENCRYPTED: &str = "EncryptedPackage";

/// What the first bytes say.
pub(crate) fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK")
}

/// Whether the bytes are those of an OLE container.
pub(crate) fn is_ole(bytes: &[u8]) -> bool {
    bytes.starts_with(OLE)
}

/// Whether an OLE container has an encrypted workbook in it.
pub(crate) fn is_encrypted(bytes: &[u8]) -> bool {
    let name: Vec<u8> = ENCRYPTED.encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(name.len()).any(|window| window == name)
}

/// Refuses an OLE container, by what is in it.
pub(super) fn refuse_ole(bytes: &[u8]) -> Result<(), Refusal> {
    match (is_ole(bytes), is_encrypted(bytes)) {
        (false, _) => Ok(()),
        (true, true) => Err(Refusal::PasswordProtected),
        (true, false) => Err(Refusal::OldExcel),
    }
}

/// A cell as Excel names it, such as `A3`.
pub(crate) fn place((row, column): (u32, u32)) -> String {
    format!("{}{}", letters(column as usize), row + 1)
}

/// Reads the register's sheet.
pub(super) fn read(
    bytes: &[u8],
    template: &'static Template,
    rows_max: u32,
    output: &mut dyn Output,
) -> Result<u32, Refusal> {
    check_parts(bytes)?;
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(refusal)?;
    if !workbook.sheet_names().iter().any(|name| name.trim() == template.sheet) {
        return Err(Refusal::WrongSheet { sheet: template.sheet.to_owned() });
    }
    let names = workbook.sheet_names();
    let name = names.into_iter().find(|name| name.trim() == template.sheet).unwrap_or_default();
    if let Some(merged) = workbook.merge_cells_by_sheet_name(&name).map_err(refusal)?.first() {
        return Err(Refusal::MergedCells { cells: format!("{}:{}", place(merged.start), place(merged.end)) });
    }
    let mut cells = workbook.worksheet_cells_reader(&name).map_err(refusal)?;
    let mut rows = Rows { template, header: None, rows_max, count: 0, output };
    let mut current: (u32, Vec<(usize, Cell)>) = (0, Vec::new());
    while let Some(record) = cells.next_cell_with_formula_metadata().map_err(refusal)? {
        let (row, column) = record.pos;
        if row < current.0 {
            return Err(Refusal::Damaged);
        }
        if row > current.0 {
            let number = current.0;
            rows.put(number, std::mem::take(&mut current.1))?;
            current.0 = row;
        }
        let cell = if record.formula.is_some() { Cell::Formula } else { cell(record.value) };
        if cell != Cell::Empty {
            current.1.push((column as usize, cell));
        }
    }
    rows.put(current.0, current.1)?;
    rows.finish()
}

/// Adds up what the parts say they unpack to, before anything is unpacked.
///
/// A part that says less than it unpacks to meets the limits of this process.
pub(crate) fn check_parts(bytes: &[u8]) -> Result<(), Refusal> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Refusal::Damaged)?;
    if archive.len() > PARTS_MAX {
        return Err(Refusal::TooLargeUnpacked);
    }
    let (mut unpacked, mut is_workbook) = (0_u64, false);
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).map_err(|_| Refusal::Damaged)?;
        let name = part.name().map_err(|_| Refusal::Damaged)?;
        if name.ends_with("vbaProject.bin") {
            return Err(Refusal::HasMacros);
        }
        is_workbook |= name == "xl/workbook.xml";
        unpacked = unpacked.saturating_add(part.size());
    }
    match (unpacked > UNPACKED_MAX, is_workbook) {
        (true, _) => Err(Refusal::TooLargeUnpacked),
        (false, false) => Err(Refusal::NotAWorkbook),
        (false, true) => Ok(()),
    }
}

/// A workbook that its reader does not take.
pub(crate) fn refusal(error: XlsxError) -> Refusal {
    match error {
        XlsxError::Password => Refusal::PasswordProtected,
        XlsxError::WorksheetNotFound(sheet) => Refusal::WrongSheet { sheet },
        _ => Refusal::Damaged,
    }
}

/// A cell as it is read.
pub(crate) fn cell(value: DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::String(text) => Cell::Text(text),
        DataRef::SharedString(text) => Cell::Text(text.to_owned()),
        DataRef::Int(number) => Cell::Number(number.to_string()),
        DataRef::Float(number) => Cell::Number(number.to_string()),
        DataRef::Bool(flag) => Cell::Flag(flag),
        DataRef::DateTime(moment) if moment.is_datetime() => match moment.as_datetime() {
            Some(moment) => Cell::Date(moment.date()),
            None => Cell::Fault,
        },
        DataRef::DateTime(moment) => Cell::Number(moment.as_f64().to_string()),
        DataRef::DateTimeIso(text) => iso_day(&text),
        DataRef::DurationIso(text) => Cell::Text(text),
        DataRef::Error(_) => Cell::Fault,
    }
}

fn iso_day(text: &str) -> Cell {
    let day = text.get(..10).and_then(|day| day.parse().ok());
    day.map_or_else(|| Cell::Text(text.to_owned()), Cell::Date)
}

/// Takes rows as they come: the heads, the line of codes, then the register.
pub(super) struct Rows<'a> {
    pub(super) template: &'static Template,
    pub(super) header: Option<Header>,
    pub(super) rows_max: u32,
    pub(super) count: u32,
    pub(super) output: &'a mut dyn Output,
}

impl Rows<'_> {
    /// Takes the row of an index from 0.
    pub(super) fn put(&mut self, index: u32, cells: Vec<(usize, Cell)>) -> Result<(), Refusal> {
        let Some(header) = &self.header else {
            return self.put_heads(&cells);
        };
        if self.count == 0 && header.is_code_line(&cells) {
            return Ok(());
        }
        if let Some(row) = header.arrange(index + 1, cells)? {
            self.count += 1;
            if self.count > self.rows_max {
                return Err(Refusal::TooManyRows { most: self.rows_max });
            }
            self.output.put(Line::Row(row))?;
        }
        Ok(())
    }

    fn put_heads(&mut self, cells: &[(usize, Cell)]) -> Result<(), Refusal> {
        if cells.iter().all(|(_, cell)| cell.is_blank()) {
            return Ok(());
        }
        let width = cells.iter().map(|(column, _)| *column).max().unwrap_or(0);
        if width >= 16_384 {
            return Err(Refusal::Damaged);
        }
        let mut heads = vec![String::new(); width + 1];
        for (column, cell) in cells {
            heads[*column] = cell.shown();
        }
        self.header = Some(Header::read(self.template, &heads)?);
        Ok(())
    }

    /// How many rows there were.
    pub(super) fn finish(self) -> Result<u32, Refusal> {
        match (self.header, self.count) {
            (None, _) => Err(Refusal::Empty),
            (Some(_), 0) => Err(Refusal::NoRows),
            (Some(_), count) => Ok(count),
        }
    }
}
