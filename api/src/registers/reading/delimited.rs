//! Reads a register from CSV.

use std::borrow::Cow;

use encoding_rs::{GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::output::{Line, Output, TextEncoding};
use super::refusal::Refusal;
use super::spreadsheet::Rows;
use crate::registers::Cell;
use crate::registers::template::Template;

/// Reads the whole text.
pub(super) fn read(
    bytes: &[u8],
    template: &'static Template,
    rows_max: u32,
    output: &mut dyn Output,
) -> Result<u32, Refusal> {
    let (text, encoding) = decode(bytes)?;
    if text.trim().is_empty() {
        return Err(Refusal::Empty);
    }
    output.put(Line::Encoding(encoding))?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let mut rows = Rows { template, header: None, rows_max, count: 0, output };
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|_| Refusal::Damaged)? {
        let line = record.position().map_or(1, csv::Position::line);
        let cells = record.iter().enumerate().filter(|(_, text)| !text.is_empty());
        let cells = cells.map(|(column, text)| (column, Cell::Text(text.to_owned()))).collect();
        rows.put(u32::try_from(line.saturating_sub(1)).map_err(|_| Refusal::Damaged)?, cells)?;
    }
    rows.finish()
}

/// A byte order mark decides; else what is right UTF-8 is UTF-8, and the rest must be right GB18030.
fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, TextEncoding), Refusal> {
    let marked = [
        (b"\xEF\xBB\xBF".as_slice(), UTF_8, TextEncoding::Utf8Bom),
        (b"\xFF\xFE".as_slice(), UTF_16LE, TextEncoding::Utf16),
        (b"\xFE\xFF".as_slice(), UTF_16BE, TextEncoding::Utf16),
    ];
    for (mark, encoding, name) in marked {
        if let Some(rest) = bytes.strip_prefix(mark) {
            let text = encoding.decode_without_bom_handling_and_without_replacement(rest);
            return text.map(|text| (text, name)).ok_or(Refusal::UnknownEncoding);
        }
    }
    if bytes.contains(&0) {
        return Err(Refusal::NotARegister);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok((Cow::Borrowed(text), TextEncoding::Utf8));
    }
    let text = GB18030.decode_without_bom_handling_and_without_replacement(bytes);
    text.map(|text| (text, TextEncoding::Gb18030)).ok_or(Refusal::UnknownEncoding)
}

/// Comma, tab or semicolon: whichever the first line has most of.
fn delimiter(text: &str) -> u8 {
    let heads = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |delimiter: &u8| heads.bytes().filter(|byte| byte == delimiter).count();
    [b';', b'\t', b','].into_iter().max_by_key(count).unwrap_or(b',')
}
