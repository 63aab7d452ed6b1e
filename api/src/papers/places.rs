//! Where a file and the paper made again differ: cells of a workbook, pages of a PDF. Never what stands there, which may be
//! somebody's name.

use std::collections::{BTreeMap, BTreeSet};

use super::again::{Doubt, Form, Printed, Written};
use crate::registers::Cell;
use crate::registers::reading::spreadsheet::place;
use crate::workbook::{Ended, Reading, Request, SheetRow, read_sheet, rows_of};

/// Places that are told; the rest are counted.
const TOLD: usize = 12;

/// Says that a file has other bytes than the paper made again, and where.
pub(super) fn differ(printed: &Printed, again: &Written) -> Doubt {
    let places = match printed.form {
        Form::Pdf => pages(&printed.bytes, &again.bytes),
        Form::Xlsx => cells(&printed.bytes, &again.bytes),
    };
    let first = first_difference(&printed.bytes, &again.bytes);
    let (zh, en) = match places {
        Some(places) if places.is_empty() => (
            "各处内容相同；文件由其他程序另存过，或由其他版本打印".to_owned(),
            "what stands there is the same; it was saved by another program, or printed by another version"
                .to_owned(),
        ),
        Some(places) => (told(&places, |place| place.zh()), told(&places, |place| place.en())),
        None => (
            "文件的结构不同，无法逐处比较".to_owned(),
            "the files are built differently and cannot be compared place by place".to_owned(),
        ),
    };
    Doubt {
        code: "bytes_differ",
        zh: format!("文件与重新制作的不是逐字节相同（自第 {first} 字节起）：{zh}"),
        en: format!("the file is not byte for byte the paper made again (from byte {first} on): {en}"),
    }
}

fn first_difference(one: &[u8], other: &[u8]) -> usize {
    let pairs = one.iter().zip(other);
    pairs.take_while(|(one, other)| one == other).count() + 1
}

/// A place in a paper.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// A page, from 1.
    Page(usize),
    /// What belongs to no page: fonts, properties.
    Elsewhere,
    /// A cell, by row and column from 0.
    Cell(u32, u32),
}

impl Place {
    fn zh(&self) -> String {
        match self {
            Place::Page(number) => format!("第 {number} 页"),
            Place::Elsewhere => "页面以外（字体、文档属性）".to_owned(),
            Place::Cell(row, column) => format!("单元格 {}", place((*row, *column))),
        }
    }

    fn en(&self) -> String {
        match self {
            Place::Page(number) => format!("page {number}"),
            Place::Elsewhere => "outside of the pages (fonts, properties)".to_owned(),
            Place::Cell(row, column) => format!("cell {}", place((*row, *column))),
        }
    }
}

fn told(places: &BTreeSet<Place>, say: impl Fn(&Place) -> String) -> String {
    let mut said: Vec<String> = places.iter().take(TOLD).map(say).collect();
    if places.len() > TOLD {
        said.push(format!("… +{}", places.len() - TOLD));
    }
    said.join(", ")
}

/// The cells that differ; none where the file cannot be read as a workbook. A stranger may have made it, so that it is read
/// within limits.
fn cells(file: &[u8], again: &[u8]) -> Option<BTreeSet<Place>> {
    let request = Request { sheet: None, head_rows: u32::MAX, rows_max: 2_000_000 };
    let mut ours: BTreeMap<u32, Vec<Cell>> =
        rows_of(again, &request).ok()?.into_iter().map(|row| (row.number, row.cells)).collect();
    let mut places = BTreeSet::new();
    let each = &mut |row: SheetRow| {
        let cells = ours.remove(&row.number).unwrap_or_default();
        differing(row.number, &row.cells, &cells, &mut places);
        Ok::<(), Ended<()>>(())
    };
    read_sheet(file, &request, &Reading::by(None), each).ok()?;
    for (number, cells) in &ours {
        differing(*number, &[], cells, &mut places);
    }
    Some(places)
}

fn differing(number: u32, file: &[Cell], ours: &[Cell], places: &mut BTreeSet<Place>) {
    let width = file.len().max(ours.len());
    let at = |cells: &[Cell], column: usize| cells.get(column).cloned().unwrap_or(Cell::Empty);
    let other = (0..width).filter(|column| at(file, *column) != at(ours, *column));
    places.extend(other.map(|column| Place::Cell(number - 1, u32::try_from(column).unwrap_or(u32::MAX))));
}

/// The pages that differ; none where the files are not built of the same objects.
fn pages(file: &[u8], again: &[u8]) -> Option<BTreeSet<Place>> {
    let (theirs, ours) = (objects(file), objects(again));
    if !theirs.keys().eq(ours.keys()) {
        return None;
    }
    let pages = page_of_contents(&ours);
    let other = ours.iter().filter(|(number, object)| theirs.get(*number) != Some(object));
    Some(
        other
            .map(|(number, _)| pages.get(number).map_or(Place::Elsewhere, |page| Place::Page(*page)))
            .collect(),
    )
}

/// The objects of a PDF as it was written, by number.
fn objects(bytes: &[u8]) -> BTreeMap<u64, &[u8]> {
    let mut objects = BTreeMap::new();
    let mut rest = bytes;
    while let Some(begin) = memchr::memmem::find(rest, b" 0 obj") {
        let digits = rest[..begin].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let number =
            std::str::from_utf8(&rest[begin - digits..begin]).ok().and_then(|text| text.parse().ok());
        let body = &rest[begin..];
        let end = memchr::memmem::find(body, b"endobj").unwrap_or(body.len());
        if let Some(number) = number {
            objects.insert(number, &body[..end]);
        }
        rest = &body[end..];
    }
    objects
}

/// Which page the contents belong to, by the number of the object.
fn page_of_contents(objects: &BTreeMap<u64, &[u8]>) -> BTreeMap<u64, usize> {
    let contents = |object: &&[u8]| {
        memchr::memmem::find(object, b"/Type/Page/")?;
        let at = memchr::memmem::find(object, b"/Contents ")? + b"/Contents ".len();
        let digits = object[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        std::str::from_utf8(&object[at..at + digits]).ok()?.parse().ok()
    };
    objects.values().filter_map(contents).zip(1..).collect()
}
