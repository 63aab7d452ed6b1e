//! Delimited and fixed-width files, read line by line.

use std::io::{BufRead, Read};

use super::BankLine;
use super::fields::{Fields, misplaced, wrong_columns};
use crate::bank::encoding::decode;
use crate::bank::fault::Fault;
use crate::bank::layout::{Form, Layout, Receiving, TextCode};

/// The longest line, in bytes.
const LINE_MAX: u64 = 16 * 1024;

/// As many characters of Chinese in UTF-8 and nothing else are no text of GBK.
const UTF8_CERTAIN: usize = 3;

pub(super) fn read(
    source: impl BufRead,
    layout: &Layout,
    receive: &Receiving,
    each: &mut dyn FnMut(BankLine) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut state = State { layout, receive, row: 0, fields: Fields::new(receive), utf8: Utf8::default() };
    let outcome = read_lines(&mut state, source, each);
    // almost any UTF-8 is read as GBK, as other characters in other columns
    match state.utf8 {
        Utf8::Only { characters, first } if characters >= UTF8_CERTAIN => {
            state.row = first;
            Err(state.wrong_encoding())
        }
        _ => outcome,
    }
}

fn read_lines(
    state: &mut State<'_>,
    mut source: impl BufRead,
    each: &mut dyn FnMut(BankLine) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let receive = state.receive;
    let (mut bytes, mut last) = (Vec::new(), b'\n');
    while next_line(&mut source, &mut bytes, state.row + 1)? {
        state.row += 1;
        last = bytes.last().copied().unwrap_or(last);
        let line =
            if state.row == 1 { bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes) } else { &bytes };
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if receive.encoding != TextCode::Utf8 {
            state.utf8.watch(line, state.row);
        }
        if state.row == receive.header_lines {
            state.compare_titles(line)?;
        }
        if state.row <= receive.header_lines || line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        state.take(line, each)?;
    }
    if state.row < receive.header_lines {
        state.compare_titles(b"")?;
    }
    // nothing else says that the file is whole where it has no last line of its own
    if receive.trailer.is_none() && last != b'\n' {
        return Err(cut(state.row));
    }
    state.fields.finish(state.row)
}

fn cut(row: u64) -> Fault {
    let zh = "文件在行中间结束，可能不完整；请重新下载（手工编辑的，请在末行后换行）";
    let en = "the file ends within a line and may be cut: download it again, or end its last line";
    Fault::new("file_truncated", zh, en).at(row)
}

/// Reads to the end of a line; a line that is too long is refused before it is held.
fn next_line(source: &mut impl BufRead, bytes: &mut Vec<u8>, row: u64) -> Result<bool, Fault> {
    bytes.clear();
    let read = source.take(LINE_MAX).read_until(b'\n', bytes).map_err(|error| {
        Fault::new("file_unreadable", format!("文件无法读取：{error}"), format!("cannot be read: {error}"))
            .at(row)
    })?;
    if read as u64 == LINE_MAX && !bytes.ends_with(b"\n") {
        return Err(Fault::new(
            "line_too_long",
            "一行超过 16 KB，不是回盘文件",
            "a line has more than 16 KB",
        )
        .at(row));
    }
    Ok(read > 0)
}

struct State<'l> {
    layout: &'l Layout,
    receive: &'l Receiving,
    row: u64,
    fields: Fields<'l>,
    /// Of a file that is to be in another encoding.
    utf8: Utf8,
}

/// Whether what a file says in other characters than ASCII's is UTF-8.
enum Utf8 {
    /// All of it up to now: how many characters of Chinese, and in which row the first of them.
    Only { characters: usize, first: u64 },
    /// It is not.
    No,
}

impl Default for Utf8 {
    fn default() -> Utf8 {
        Utf8::Only { characters: 0, first: 0 }
    }
}

impl Utf8 {
    fn watch(&mut self, line: &[u8], row: u64) {
        let Utf8::Only { characters, first } = self else { return };
        let Ok(text) = std::str::from_utf8(line) else {
            *self = Utf8::No;
            return;
        };
        let chinese = text.chars().filter(|char| ('\u{4E00}'..='\u{9FFF}').contains(char)).count();
        if *characters == 0 && chinese > 0 {
            *first = row;
        }
        *characters += chinese;
    }
}

impl State<'_> {
    fn take(
        &mut self,
        line: &[u8],
        each: &mut dyn FnMut(BankLine) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.fields.refuse_after_end(self.row)?;
        let text = decode(line, self.receive.encoding).ok_or_else(|| self.wrong_encoding())?;
        if self.fields.is_trailer(&text) {
            let fields = split(&text, self.receive.delimiter.unwrap_or(','));
            return self.fields.compare(self.row, &fields);
        }
        let fields = match self.layout.form {
            Form::Fixed => self.cut(line)?,
            _ => split(&text, self.receive.delimiter.unwrap_or(',')),
        };
        each(self.fields.take(self.row, &fields))
    }

    /// The heads say that the columns are those of the layout, and that the first line is no result that would be lost.
    fn compare_titles(&self, line: &[u8]) -> Result<(), Fault> {
        if self.receive.columns.iter().all(|column| column.title.is_none()) {
            return Ok(());
        }
        let text = decode(line, self.receive.encoding).ok_or_else(|| self.wrong_encoding())?;
        let heads = split(&text, self.receive.delimiter.unwrap_or(','));
        match misplaced(self.receive, |at| heads.get(at).cloned()) {
            Some((at, title)) => Err(wrong_columns(self.row, title, (at + 1).to_string())),
            None => Ok(()),
        }
    }

    fn wrong_encoding(&self) -> Fault {
        let name = match self.receive.encoding {
            TextCode::Utf8 => "UTF-8",
            TextCode::Gbk => "GBK",
            TextCode::Gb18030 => "GB18030",
        };
        Fault::new(
            "wrong_encoding",
            format!("不是 {name} 编码，请核对所选格式或文件"),
            format!("is not in {name}: check the layout or the file"),
        )
        .at(self.row)
    }

    /// Fields of fixed widths in bytes; a line that is too short has fewer.
    fn cut(&self, line: &[u8]) -> Result<Vec<String>, Fault> {
        let mut rest = line;
        let mut fields = Vec::with_capacity(self.receive.columns.len());
        for column in &self.receive.columns {
            if rest.is_empty() {
                break;
            }
            let (bytes, after) = rest.split_at(column.width.unwrap_or(0).min(rest.len()));
            let text = decode(bytes, self.receive.encoding).ok_or_else(|| self.wrong_encoding())?;
            fields.push(text.trim().to_owned());
            rest = after;
        }
        Ok(fields)
    }
}

/// The fields of a line; between quotation marks a delimiter is text.
fn split(line: &str, delimiter: char) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(char) = chars.next() {
        let begins = fields.last().is_some_and(String::is_empty);
        match char {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                push(&mut fields, '"');
            }
            '"' if quoted => quoted = false,
            '"' if begins => quoted = true,
            char if char == delimiter && !quoted => fields.push(String::new()),
            char => push(&mut fields, char),
        }
    }
    fields
}

fn push(fields: &mut [String], char: char) {
    if let Some(last) = fields.last_mut() {
        last.push(char);
    }
}
