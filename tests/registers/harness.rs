//! Makes files and reads them.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::PathBuf;

use api::registers::reading::{Limits, Refusal, RegisterRows, read_register};
use api::registers::{Cell, RegisterKind};
use chrono::NaiveDate;
use rust_xlsxwriter::{Workbook, Worksheet};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// One good donation, in the order of the template.
pub const DONATION: [&str; 8] = ["J-1", "首善有我", "李娜", "公开", "50.00", "扫码", "2023-05-08", ""];

/// The limits of the program, with the tests' own reader.
pub fn limits() -> Limits {
    Limits { program: Some(PathBuf::from(env!("CARGO_BIN_EXE_register-reader"))), ..Limits::default() }
}

/// Reads bytes as a register.
pub fn read(kind: RegisterKind, bytes: &[u8]) -> Result<RegisterRows, Refusal> {
    read_within(kind, bytes, &limits())
}

/// Reads bytes as a register under other limits.
pub fn read_within(kind: RegisterKind, bytes: &[u8], limits: &Limits) -> Result<RegisterRows, Refusal> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("登记表 1.xlsx");
    fs::write(&path, bytes).unwrap();
    read_register(&path, kind, limits)
}

/// Why a donation register is refused.
pub fn refusal(bytes: &[u8]) -> Refusal {
    match read(RegisterKind::Donations, bytes) {
        Ok(register) => panic!("{} rows were read", register.rows.len()),
        Err(refusal) => refusal,
    }
}

/// A workbook with one sheet.
pub fn workbook(name: &str, fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(name).unwrap();
    fill(sheet);
    workbook.save_to_buffer().unwrap()
}

/// A workbook of donations with its heads; `fill` adds the rest.
pub fn donations(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    workbook(RegisterKind::Donations.template().sheet, |sheet| {
        write_row(sheet, 0, &heads(RegisterKind::Donations));
        fill(sheet);
    })
}

/// The heads of a register.
pub fn heads(kind: RegisterKind) -> Vec<&'static str> {
    kind.template().columns.iter().map(|column| column.head).collect()
}

/// Writes a row of texts.
pub fn write_row(sheet: &mut Worksheet, row: u32, texts: &[&str]) {
    for (column, text) in (0..).zip(texts) {
        sheet.write_string(row, column, *text).unwrap();
    }
}

/// A workbook with one of its parts changed, added, or removed where `part` gives nothing.
pub fn with_part(workbook: &[u8], name: &str, part: Option<Vec<u8>>) -> Vec<u8> {
    let mut old = ZipArchive::new(Cursor::new(workbook)).unwrap();
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..old.len() {
        let mut entry = old.by_index(index).unwrap();
        let entry_name = entry.name().unwrap().into_owned();
        if entry_name != name {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            add_part(&mut new, &entry_name, &bytes);
        }
    }
    if let Some(part) = part {
        add_part(&mut new, name, &part);
    }
    new.finish().unwrap().into_inner()
}

fn add_part(archive: &mut ZipWriter<Cursor<Vec<u8>>>, name: &str, bytes: &[u8]) {
    archive.start_file(name, SimpleFileOptions::default()).unwrap();
    archive.write_all(bytes).unwrap();
}

/// A donation's CSV line.
pub fn line(cells: &[&str]) -> String {
    format!("{}\n", cells.join(","))
}

/// The text of a cell.
pub fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

/// The last day of 2023.
pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2023, 12, 31).unwrap()
}
