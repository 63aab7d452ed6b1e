//! Delimited and fixed-width files, read line by line.

use std::io::{BufRead, Read};

use domain::bank_return::UnmatchedReason;
use domain::identifiers::BankAccount;
use domain::money::Money;

use super::{BankLine, Said, code, day, fen, reference, sums_differ, yuan};
use crate::bank::encoding::decode;
use crate::bank::fault::Fault;
use crate::bank::layout::{AmountUnit, Form, Layout, Receiving, ReturnValue, TextCode, Trailer};

/// The longest line, in bytes.
const LINE_MAX: u64 = 16 * 1024;

pub(super) fn read(
    mut source: impl BufRead,
    layout: &Layout,
    receive: &Receiving,
    each: &mut dyn FnMut(BankLine) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut state = State { layout, receive, row: 0, count: 0, sum: 0, ended: false };
    let mut bytes = Vec::new();
    while next_line(&mut source, &mut bytes, state.row + 1)? {
        state.row += 1;
        let line =
            if state.row == 1 { bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes) } else { &bytes };
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if state.row <= receive.header_lines || line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        state.take(line, each)?;
    }
    match &receive.trailer {
        Some(_) if !state.ended => Err(Fault::new(
            "file_truncated",
            "文件没有汇总尾行，可能不完整，请重新下载",
            "the file has no last line with totals: it is cut, download it again",
        )
        .at(state.row)),
        _ => Ok(()),
    }
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
    count: u64,
    /// Fen of every line whose amount can be read; wide enough for any file.
    sum: i128,
    ended: bool,
}

impl State<'_> {
    fn take(
        &mut self,
        line: &[u8],
        each: &mut dyn FnMut(BankLine) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if self.ended {
            return Err(Fault::new(
                "lines_after_end",
                "汇总尾行之后还有内容，文件可能拼接有误",
                "lines follow the one with totals",
            )
            .at(self.row));
        }
        let text = decode(line, self.receive.encoding).ok_or_else(|| self.wrong_encoding())?;
        if let Some(trailer) = &self.receive.trailer
            && text.starts_with(&trailer.begins_with)
        {
            self.ended = true;
            return self.compare(trailer, &text);
        }
        let fields = match self.layout.form {
            Form::Fixed => self.cut(line)?,
            _ => split(&text, self.receive.delimiter.unwrap_or(',')),
        };
        let read = self.line(&fields);
        self.count += 1;
        self.sum += i128::from(read.amount.map_or(0, Money::fen));
        each(read)
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

    fn line(&self, fields: &[String]) -> BankLine {
        let mut line = BankLine { row: self.row, ..BankLine::default() };
        if fields.len() != self.receive.columns.len() {
            line.problem = Some(UnmatchedReason::LineMalformed);
        }
        for (column, field) in self.receive.columns.iter().zip(fields) {
            self.field(&mut line, column.value, field.trim());
        }
        // where the bank has one column for both, a returned payment has the reason there and a settled one the reference
        let columns = &self.receive.columns;
        if !columns.iter().any(|column| column.value == ReturnValue::BankReference)
            && line.said != Some(Said::Returned)
        {
            line.bank_reference = line.reason.take();
        }
        // columns that were mixed up must not carry an account into the log
        let is_account =
            |text: &String| line.account.as_ref().is_some_and(|account| account.as_str() == text);
        line.bank_reference = line.bank_reference.take().filter(|text| !is_account(text));
        line.reason = line.reason.take().filter(|text| !is_account(text));
        line
    }

    fn field(&self, line: &mut BankLine, value: ReturnValue, text: &str) {
        match value {
            ReturnValue::Reference => line.end_to_end_id = code(text),
            ReturnValue::Account => match BankAccount::parse(text) {
                Ok(account) => line.account = Some(account),
                Err(_) => line.with_problem(UnmatchedReason::AccountMalformed),
            },
            ReturnValue::Amount => {
                line.amount = match self.receive.amount {
                    AmountUnit::Yuan => yuan(text),
                    AmountUnit::Fen => fen(text),
                };
                if line.amount.is_none() {
                    line.with_problem(UnmatchedReason::AmountMalformed);
                }
            }
            ReturnValue::Result => {
                line.said = self.said(text);
                if line.said.is_none() {
                    line.with_problem(UnmatchedReason::ResultUnknown);
                }
            }
            ReturnValue::Reason => line.reason = reference(text),
            ReturnValue::BankReference => line.bank_reference = reference(text),
            ReturnValue::BookedOn => line.booked_on = day(text),
            ReturnValue::Ignored => {}
        }
    }

    fn said(&self, result: &str) -> Option<Said> {
        let is = |results: &[String]| results.iter().any(|known| known == result);
        if is(&self.receive.settled) {
            Some(Said::Settled)
        } else if is(&self.receive.returned) {
            Some(Said::Returned)
        } else if is(&self.receive.waiting) {
            Some(Said::Waiting)
        } else {
            None
        }
    }

    fn compare(&self, trailer: &Trailer, text: &str) -> Result<(), Fault> {
        let fields = split(text, self.receive.delimiter.unwrap_or(','));
        let field = |number: usize| fields.get(number.wrapping_sub(1)).map_or("", |field| field.trim());
        if let Some(number) = trailer.count_field {
            let told = field(number);
            if told.parse() != Ok(self.count) {
                return Err(sums_differ(
                    self.row,
                    "count",
                    told.chars().take(20).collect::<String>(),
                    self.count,
                ));
            }
        }
        if let Some(number) = trailer.sum_field {
            let told = match self.receive.amount {
                AmountUnit::Yuan => yuan(field(number)),
                AmountUnit::Fen => fen(field(number)),
            };
            if told.map(|told| i128::from(told.fen())) != Some(self.sum) {
                let shown = told.map_or_else(|| "?".to_owned(), |told| told.to_string());
                return Err(sums_differ(self.row, "sum", shown, shown_fen(self.sum)));
            }
        }
        Ok(())
    }
}

fn shown_fen(fen: i128) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
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
