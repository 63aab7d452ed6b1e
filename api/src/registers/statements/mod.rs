//! 支付平台账单: the exports of WeChat Pay and Alipay. A file has lines of remarks, a table, and lines of sums, in UTF-8
//! or GBK; which column means what stands in a [`Layout`].
//!
//! Every line of the table ends as an entry, as passed over, or as a located problem; none is lost. Values are read as
//! they are shown: a backtick or tab before a number, ¥ and commas in an amount.

mod catalogue;
mod example;
mod footer;
mod layout;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use domain::campaign::PaymentChannel;
use domain::money::Money;
use domain::personal::DonorName;
use encoding_rs::{GB18030, UTF_8};
use serde::Serialize;

pub use catalogue::StatementLayouts;
use footer::Counted;
use layout::Kind;
pub use layout::{Columns, Footer, Kinds, Layout};

/// The largest file that is read, in bytes.
pub const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Rows before the table that are looked through for its head.
const PREAMBLE_ROWS_MAX: usize = 100;

/// A statement that was read.
#[derive(Debug)]
pub struct Statement {
    /// Which layout it has.
    pub layout: String,
    /// Whose it is.
    pub channel: PaymentChannel,
    /// Every gift and refund, in the order of the file.
    pub entries: Vec<Entry>,
    /// How many lines have nothing to do with gifts.
    pub passed_over: u64,
    /// Lines that cannot be taken; line 0 where others may be missing.
    pub problems: Vec<LineProblem>,
    /// The heads under which a line is shown to be mended: those of the layout, but who paid.
    pub heads: Vec<String>,
    /// The lines that cannot be taken as they stand under these heads.
    pub bad_lines: BTreeMap<u64, Vec<String>>,
}

impl Statement {
    /// What stands in the column of a problem; nothing where the line as a whole is at fault.
    pub fn value_of(&self, problem: &LineProblem) -> &str {
        let place = self.heads.iter().position(|head| *head == problem.column);
        let cells = self.bad_lines.get(&problem.line);
        place.zip(cells).and_then(|(place, cells)| cells.get(place)).map_or("", String::as_str)
    }
}

/// A gift or refund of a statement.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Line of the file, from 1.
    pub line: u64,
    /// 交易单号; of a refund that of the gift.
    pub transaction: String,
    /// The day.
    pub on: NaiveDate,
    /// How much, in fen; more than nothing.
    pub amount: Money,
    /// What it is.
    pub what: What,
}

/// Shows the line only.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "statements::Entry(line {})", self.line)
    }
}

/// What an entry is.
#[derive(Clone, PartialEq, Eq)]
pub enum What {
    /// 收款.
    Gift {
        /// The fee that the platform kept, in fen.
        fee: Money,
        /// Who paid, where the export says it.
        payer: Option<DonorName>,
    },
    /// 退款.
    Refund {
        /// Its number; made of transaction and moment where the export has none.
        number: String,
    },
}

/// A line that cannot be taken, and why. Holds no personal value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("line {line}, {column}: {en}")]
pub struct LineProblem {
    /// Line of the file, from 1; 0 for the file as a whole.
    pub line: u64,
    /// Head of the column; empty for the line as a whole.
    pub column: String,
    /// Stable code.
    pub code: &'static str,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// Reads a statement of one of some layouts: the first whose heads stand in the file.
///
/// # Errors
/// [`LineProblem`] with line 0 when the file as a whole cannot be read.
pub fn read_statement(bytes: &[u8], layouts: &[Layout]) -> Result<Statement, LineProblem> {
    // a reader of CSV counts the second half of a line's end to the next line
    let text = decode(bytes)?.replace("\r\n", "\n");
    let rows = rows_of(&text)?;
    let (layout, at, places) = head_of(&rows, layouts)?;
    let mut statement = Statement {
        layout: layout.name.clone(),
        channel: layout.channel,
        entries: Vec::new(),
        passed_over: 0,
        problems: Vec::new(),
        heads: layout.shown_heads(),
        bad_lines: BTreeMap::new(),
    };
    let after = rows.get(at + 1..).unwrap_or_default();
    let end = after.iter().position(|(_, row)| ends(row, layout));
    let table = after.get(..end.unwrap_or(after.len())).unwrap_or_default();
    let width = Width::of(rows.get(at).map_or(0, |(_, head)| head.len()), table);
    // a number that was cut short is the number of another gift, so the last line counts only with its end
    let is_open = end.is_none() && !text.ends_with(['\n', '\r']);
    let mut counted = Counted::default();
    for (place, (line, row)) in table.iter().enumerate().filter(|(_, (_, row))| !is_blank(row)) {
        let fields = Fields { line: *line, row, places: &places };
        let is_cut = is_open && place + 1 == table.len();
        counted.count(layout.kind(fields.field(&layout.columns.kind)));
        match fields.whole(layout, &width, is_cut).and_then(|()| fields.read(layout)) {
            Ok(Some(entry)) => statement.entries.push(entry),
            Ok(None) => statement.passed_over += 1,
            Err(problem) => {
                let cells = statement.heads.iter().map(|head| fields.field(head).to_owned()).collect();
                statement.bad_lines.insert(*line, cells);
                statement.problems.push(problem);
            }
        }
    }
    if end.is_none() && !layout.end.is_empty() {
        let zh = "文件缺少末尾的合计行，可能不完整；请重新导出";
        let en = "the file lacks its footer and may be cut: export it again";
        statement.problems.push(whole("footer_missing", zh, en));
    }
    let every_line = statement.problems.is_empty() && statement.passed_over == 0;
    let footer = after.get(table.len()..).unwrap_or_default();
    let read = every_line.then_some(statement.entries.as_slice());
    let differing = footer::disagreements(layout, footer, counted, read);
    statement.problems.extend(differing);
    Ok(statement)
}

/// A row of the file: its line, from 1, and its cells as people see them.
type Row = (u64, Vec<String>);

/// Every row of a file.
fn rows_of(text: &str) -> Result<Vec<Row>, LineProblem> {
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.into_records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            LineProblem { line, ..whole("not_csv", "不是可读取的 CSV 行", "this is no line of CSV") }
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        rows.push((line, record.iter().map(cleaned).collect::<Vec<String>>()));
    }
    Ok(rows)
}

/// The first layout whose heads stand in a file, which row has them, and where each stands in it.
fn head_of<'a>(
    rows: &[Row],
    layouts: &'a [Layout],
) -> Result<(&'a Layout, usize, BTreeMap<String, usize>), LineProblem> {
    let head = |layout: &Layout| {
        let rows = rows.iter().take(PREAMBLE_ROWS_MAX);
        rows.enumerate().find_map(|(at, (_, row))| places(row, layout).map(|places| (at, places)))
    };
    let found = layouts.iter().find_map(|layout| head(layout).map(|(at, places)| (layout, at, places)));
    found.ok_or_else(|| {
        let zh = "找不到表头：不是已知平台导出的账单，或列名已改动；其他平台的账单须有自己的版式文件（命令行用 --layout）";
        let en = "no known head of a table: another export, which needs a layout of its own (--layout at the command line), or \
                  columns were renamed";
        whole("head_missing", zh, en)
    })
}

/// UTF-8 with or without a mark, else GBK in its widest form.
fn decode(bytes: &[u8]) -> Result<String, LineProblem> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(whole(
            "file_too_large",
            "文件超过 64 MB，请按月导出",
            "the file is above 64 MB: export by months",
        ));
    }
    if let Some(text) = UTF_8.decode_without_bom_handling_and_without_replacement(without_mark(bytes)) {
        return Ok(text.into_owned());
    }
    let text = GB18030.decode_without_bom_handling_and_without_replacement(bytes);
    text.map(std::borrow::Cow::into_owned).ok_or_else(|| {
        whole("encoding_unknown", "文件编码既不是 UTF-8 也不是 GBK", "the file is neither UTF-8 nor GBK")
    })
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// A field as people see it, without what keeps spreadsheets from shortening numbers.
fn cleaned(field: &str) -> String {
    field.trim().trim_start_matches('`').trim_matches(['\t', ' ', '\u{feff}']).to_owned()
}

/// Where each head of a layout stands in a row; none where one is missing.
fn places(row: &[String], layout: &Layout) -> Option<BTreeMap<String, usize>> {
    let place = |head: &str| Some((head.to_owned(), row.iter().position(|field| field == head)?));
    layout.heads().into_iter().map(place).collect()
}

fn ends(row: &[String], layout: &Layout) -> bool {
    let first = row.first().map(String::as_str).unwrap_or_default();
    layout.end.iter().any(|end| first.starts_with(end.as_str()))
}

fn is_blank(row: &[String]) -> bool {
    row.iter().all(String::is_empty)
}

fn whole(code: &'static str, zh: &str, en: &str) -> LineProblem {
    LineProblem { line: 0, column: String::new(), code, zh: zh.to_owned(), en: en.to_owned() }
}

/// How many cells a line of the table has at most. Where a comma in a value stands without quotes, its line has more,
/// and the values behind the comma stand under the heads of others.
struct Width {
    /// Cells of the head.
    head: usize,
    /// Cells of a line: those of the head, and empty ones where every line of the export has them.
    line: usize,
}

impl Width {
    fn of(head: usize, table: &[Row]) -> Width {
        let widths = table.iter().filter(|(_, row)| !is_blank(row)).map(|(_, row)| row.len());
        Width { head, line: widths.filter(|width| *width >= head).min().unwrap_or(head) }
    }

    fn holds(&self, row: &[String]) -> bool {
        row.len() <= self.line && row.iter().skip(self.head).all(String::is_empty)
    }
}

/// One line of the table.
struct Fields<'a> {
    line: u64,
    row: &'a [String],
    places: &'a BTreeMap<String, usize>,
}

impl Fields<'_> {
    /// That the values stand under their own heads: the line is neither cut nor wider than the table.
    fn whole(&self, layout: &Layout, width: &Width, is_cut: bool) -> Result<(), LineProblem> {
        if is_cut {
            let zh = "文件在这一行中间结束（末尾没有换行），此行可能被截断；请重新导出";
            let en = "the file ends in the middle of this line, which may be cut: export it again";
            return Err(self.problem("", "line_cut", zh, en));
        }
        if !width.holds(self.row) {
            let zh = "这一行的列数多于表头，金额等可能被错位；请重新导出";
            let en = "the line has more cells than the head: export it again";
            return Err(self.problem("", "line_malformed", zh, en));
        }
        let is_beyond = |head: &&str| self.places.get(*head).is_some_and(|place| *place >= self.row.len());
        layout.heads().into_iter().find(is_beyond).map_or(Ok(()), |column| {
            let zh = "这一行不完整，缺少此列；请重新导出";
            let en = "the line is cut and lacks this column: export it again";
            Err(self.problem(column, "line_cut", zh, en))
        })
    }

    fn read(&self, layout: &Layout) -> Result<Option<Entry>, LineProblem> {
        let columns = &layout.columns;
        let word = self.field(&columns.kind);
        let kind = layout.kind(word).ok_or_else(|| {
            self.problem(
                &columns.kind,
                "kind_unknown",
                "交易类型不在版式中，请核对后补入版式文件",
                "the layout does not know this kind of line",
            )
        })?;
        // money that went out under the word of a gift, as 转账 to somebody, is none
        if kind == Kind::PassedOver || (kind == Kind::Gift && !self.came_in(layout)) {
            return Ok(None);
        }
        let transaction = self.number(&columns.transaction)?;
        let on = self.day(&columns.time)?;
        let column = match (kind, &columns.refund_amount) {
            (Kind::Refund, Some(column)) => column,
            _ => &columns.amount,
        };
        let amount = self.amount(column)?;
        let amount = if kind == Kind::Refund && amount.is_negative() { amount.negated() } else { amount };
        if !amount.is_positive() {
            return Err(self.problem(
                column,
                "amount_not_positive",
                "金额必须大于零",
                "the amount must be more than nothing",
            ));
        }
        let what = match kind {
            Kind::Refund => What::Refund { number: self.refund_number(layout, &transaction)? },
            _ => What::Gift { fee: self.fee(layout)?, payer: self.payer(layout) },
        };
        Ok(Some(Entry { line: self.line, transaction, on, amount, what }))
    }

    /// Whether money came in; where no column says it, the kind alone does.
    fn came_in(&self, layout: &Layout) -> bool {
        let is_incoming = |column: &String| layout.incoming.iter().any(|word| word == self.field(column));
        layout.columns.direction.as_ref().is_none_or(is_incoming)
    }

    fn field(&self, column: &str) -> &str {
        let place = self.places.get(column).copied();
        place.and_then(|place| self.row.get(place)).map(String::as_str).unwrap_or_default()
    }

    /// A number of the platform: 1 to 64 letters, digits and hyphens, and not one that a spreadsheet has shortened.
    fn number(&self, column: &str) -> Result<String, LineProblem> {
        let text = self.field(column);
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if text.is_empty() || text.len() > 64 || !text.bytes().all(allowed) {
            let zh = "单号为空或含有不应有的字符；被表格软件改成科学计数法的请重新导出";
            return Err(self.problem(
                column,
                "number_invalid",
                zh,
                "the number is missing or was changed by a spreadsheet: export it again",
            ));
        }
        Ok(text.to_owned())
    }

    fn refund_number(&self, layout: &Layout, transaction: &str) -> Result<String, LineProblem> {
        match &layout.columns.refund_number {
            Some(column) => self.number(column),
            None => {
                let moment = self.field(&layout.columns.time).bytes().filter(u8::is_ascii_digit);
                let moment: String = moment.map(char::from).collect();
                Ok(format!("{transaction}-{moment}").chars().take(64).collect())
            }
        }
    }

    fn day(&self, column: &str) -> Result<NaiveDate, LineProblem> {
        let text = self.field(column).replace('/', "-");
        let day = text.split([' ', 'T']).next().unwrap_or_default();
        NaiveDate::parse_from_str(day, "%Y-%m-%d").map_err(|_| {
            self.problem(
                column,
                "date_invalid",
                "时间应写作 2023-05-08 12:00:00",
                "the time is written 2023-05-08 12:00:00",
            )
        })
    }

    /// Yuan with at most two places, as platforms show them: ¥1,234.50.
    fn amount(&self, column: &str) -> Result<Money, LineProblem> {
        let text: String =
            self.field(column).chars().filter(|letter| !matches!(letter, '¥' | '￥' | ',' | '+')).collect();
        let yuan = text.parse::<rust_decimal::Decimal>().ok();
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b".-".contains(&byte));
        let money = yuan.filter(|_| plain).and_then(|yuan| Money::from_yuan(yuan).ok());
        money.ok_or_else(|| {
            self.problem(
                column,
                "amount_invalid",
                "金额应为元，至多两位小数",
                "the amount is yuan with at most two places",
            )
        })
    }

    fn fee(&self, layout: &Layout) -> Result<Money, LineProblem> {
        let Some(column) = &layout.columns.fee else { return Ok(Money::ZERO) };
        if self.field(column).is_empty() {
            return Ok(Money::ZERO);
        }
        let places = self.field(column).trim_end_matches('0');
        // fees are shown with five places, of which the last three are nothing
        let cut = places.trim_end_matches('.');
        let fields = [(column.clone(), 0)].into_iter().collect();
        let row = [cut.to_owned()];
        let row: &[String] = if cut.is_empty() { &[] } else { &row };
        if row.is_empty() {
            return Ok(Money::ZERO);
        }
        let fee = Fields { line: self.line, row, places: &fields }.amount(column)?;
        Ok(if fee.is_negative() { fee.negated() } else { fee })
    }

    fn payer(&self, layout: &Layout) -> Option<DonorName> {
        let name = self.field(layout.columns.payer.as_ref()?);
        let named = !name.is_empty() && name != "/" && name.chars().count() <= 80;
        named.then(|| DonorName(name.to_owned()))
    }

    fn problem(&self, column: &str, code: &'static str, zh: &str, en: &str) -> LineProblem {
        LineProblem { line: self.line, column: column.to_owned(), code, zh: zh.to_owned(), en: en.to_owned() }
    }
}
