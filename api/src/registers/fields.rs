//! Takes typed values out of a row and collects what is wrong with it.
//!
//! Cells are forgiving where nothing is lost by it: blanks around a value are dropped everywhere; in numbers, dates,
//! codes and yes/no cells full-width characters count as their plain forms. Names and addresses stay as written.

use chrono::{Datelike, NaiveDate};
use domain::identifiers::{BankAccount, CitizenId, parse_person_name};
use domain::money::Money;
use domain::personal::PersonName;
use rust_decimal::Decimal;

use super::codes::Named;
use super::problem::{Problem, ProblemCode};
use super::raw::{Cell, RawRow};
use super::template::{Need, Template};

/// The longest text of a number, date or code: longer is refused unread.
const LONGEST_PLAIN: usize = 400;

/// A row being read.
pub(crate) struct Fields<'a> {
    template: &'static Template,
    row: &'a RawRow,
    problems: Vec<Problem>,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(template: &'static Template, row: &'a RawRow) -> Fields<'a> {
        let mut fields = Fields { template, row, problems: Vec::new() };
        for column in template.columns.iter().filter(|column| column.need == Need::Always) {
            if fields.is_empty(column.code) {
                fields.problem(column.code, ProblemCode::Required);
            }
        }
        fields
    }

    /// The row, if nothing was wrong with it.
    pub(crate) fn finish<T>(self, row: Option<T>) -> Result<T, Vec<Problem>> {
        match row {
            Some(row) if self.problems.is_empty() => Ok(row),
            _ => Err(self.problems),
        }
    }

    pub(crate) fn problem(&mut self, code: &'static str, what: ProblemCode) {
        let head = self.template.index(code).map_or("", |index| self.template.columns[index].head);
        self.problems.push(what.at(self.row.number, head, code));
    }

    pub(crate) fn is_empty(&self, code: &str) -> bool {
        self.cell(code).is_blank()
    }

    /// Notes that cells must stay empty.
    pub(crate) fn nothing_in(&mut self, codes: &[&'static str]) {
        for code in codes {
            if !self.is_empty(code) {
                self.problem(code, ProblemCode::Unexpected);
            }
        }
    }

    /// Notes that a value is missing.
    pub(crate) fn need<T>(&mut self, code: &'static str, value: Option<T>) -> Option<T> {
        if value.is_none() && self.is_empty(code) {
            self.problem(code, ProblemCode::Required);
        }
        value
    }

    /// Free text of at most `longest` characters.
    pub(crate) fn text(&mut self, code: &'static str, longest: usize) -> Option<String> {
        let text = self.shown(code)?;
        if text.chars().count() > longest {
            self.problem(code, ProblemCode::TooLong);
            return None;
        }
        if text.chars().any(is_hidden) {
            self.problem(code, ProblemCode::BadCharacters);
            return None;
        }
        Some(text)
    }

    /// A person's name.
    pub(crate) fn name(&mut self, code: &'static str) -> Option<PersonName> {
        let text = self.text(code, 50)?;
        let name = parse_person_name(&text).ok();
        if name.is_none() {
            self.problem(code, ProblemCode::NameInvalid);
        }
        name
    }

    pub(crate) fn id_number(&mut self, code: &'static str) -> Option<CitizenId> {
        let text = self.digits(code)?;
        let id = CitizenId::parse(&text).ok();
        if id.is_none() {
            self.problem(code, ProblemCode::IdNumberInvalid);
        }
        id
    }

    pub(crate) fn account(&mut self, code: &'static str) -> Option<BankAccount> {
        let text = self.digits(code)?;
        let account = BankAccount::parse(&text).ok();
        if account.is_none() {
            self.problem(code, ProblemCode::AccountInvalid);
        }
        account
    }

    pub(crate) fn date(&mut self, code: &'static str) -> Option<NaiveDate> {
        let day = match self.cell(code) {
            Cell::Date(day) => Some(*day),
            _ => parse_date(&self.plain(code)?),
        };
        match day {
            Some(day) if (1900..=2099).contains(&day.year()) => Some(day),
            Some(_) => self.refuse(code, ProblemCode::DateOutOfRange),
            None => self.refuse(code, ProblemCode::DateInvalid),
        }
    }

    /// An amount of yuan, zero or more.
    pub(crate) fn money(&mut self, code: &'static str) -> Option<Money> {
        let text = self.plain(code)?;
        match parse_money(&text) {
            Ok(amount) => Some(amount),
            Err(problem) => self.refuse(code, problem),
        }
    }

    /// A whole number between two bounds, both included.
    pub(crate) fn count(&mut self, code: &'static str, least: u32, most: u32) -> Option<u32> {
        let text = self.plain(code)?;
        let number = text.strip_suffix(".0").unwrap_or(&text).parse::<u32>().ok();
        match number.filter(|number| (least..=most).contains(number)) {
            Some(number) => Some(number),
            None => self.refuse(code, ProblemCode::CountInvalid),
        }
    }

    /// Yes or no; an empty cell is no.
    pub(crate) fn flag(&mut self, code: &'static str) -> Option<bool> {
        let Some(text) = self.plain(code) else { return Some(false) };
        match text.as_str() {
            "是" | "1" | "true" | "TRUE" => Some(true),
            "否" | "0" | "false" | "FALSE" => Some(false),
            _ => self.refuse(code, ProblemCode::FlagInvalid),
        }
    }

    /// One of the words of a type.
    pub(crate) fn choice<T: Named>(&mut self, code: &'static str) -> Option<T> {
        let text = self.plain(code)?;
        let value = T::from_word(&text);
        if value.is_none() {
            self.problem(code, ProblemCode::UnknownChoice);
        }
        value
    }

    /// A list, each entry read by `entry`; no entries where the cell is empty.
    pub(crate) fn list<T>(&mut self, code: &'static str, entry: fn(&str) -> Option<T>) -> Vec<T> {
        let Some(text) = self.plain(code) else { return Vec::new() };
        let entries = text.split([';', '、', '\n']).map(str::trim).filter(|part| !part.is_empty());
        let read: Option<Vec<T>> = entries.map(entry).collect();
        read.or_else(|| self.refuse(code, ProblemCode::ListInvalid)).unwrap_or_default()
    }

    fn refuse<T>(&mut self, code: &'static str, what: ProblemCode) -> Option<T> {
        self.problem(code, what);
        None
    }

    fn cell(&self, code: &str) -> &'a Cell {
        let index = self.template.index(code);
        index.and_then(|index| self.row.cells.get(index)).unwrap_or(&Cell::Empty)
    }

    /// What the cell shows, without blanks around it; `None` where there is nothing to read.
    fn shown(&mut self, code: &'static str) -> Option<String> {
        let cell = self.cell(code);
        match cell {
            Cell::Formula => return self.refuse(code, ProblemCode::Formula),
            Cell::Fault => return self.refuse(code, ProblemCode::CellFault),
            _ => {}
        }
        let text = cell.shown().trim().to_owned();
        if text.is_empty() { None } else { Some(text) }
    }

    /// What the cell shows, with plain characters.
    fn plain(&mut self, code: &'static str) -> Option<String> {
        let text = self.shown(code)?;
        if text.len() > LONGEST_PLAIN {
            return self.refuse(code, ProblemCode::TooLong);
        }
        Some(text.chars().map(half_width).collect::<String>().trim().to_owned())
    }

    /// Digits that must not have gone through a number.
    fn digits(&mut self, code: &'static str) -> Option<String> {
        if matches!(self.cell(code), Cell::Number(_) | Cell::Date(_) | Cell::Flag(_)) {
            return self.refuse(code, ProblemCode::NumericCell);
        }
        // an apostrophe in front is how people make a cell text by hand
        let text = self.plain(code)?;
        Some(text.trim_start_matches('\'').chars().filter(|letter| !letter.is_whitespace()).collect())
    }
}

fn parse_date(text: &str) -> Option<NaiveDate> {
    let separator = ['-', '/', '.'].into_iter().find(|separator| text.contains(*separator));
    let parts: Vec<&str> = match separator {
        Some(separator) => text.split(separator).collect(),
        None if text.len() == 8 && text.is_ascii() => vec![&text[..4], &text[4..6], &text[6..]],
        None => return None,
    };
    let [year, month, day] = parts[..] else { return None };
    let digits = |part: &str, least: usize, most: usize| {
        let plain = (least..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        if plain { part.parse::<u32>().ok() } else { None }
    };
    NaiveDate::from_ymd_opt(digits(year, 4, 4)?.cast_signed(), digits(month, 1, 2)?, digits(day, 1, 2)?)
}

/// Reads yuan: digits and at most two places, with nothing that could be read in two ways.
pub(crate) fn parse_money(text: &str) -> Result<Money, ProblemCode> {
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (sign, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (yuan, places) = rest.split_once('.').unwrap_or((rest, "0"));
    let fits = plain(yuan) && plain(places) && yuan.len() <= 10 && places.len() <= 2;
    let leading_zero = yuan.len() > 1 && yuan.starts_with('0');
    if !fits || leading_zero {
        return Err(ProblemCode::AmountInvalid);
    }
    if sign {
        return Err(ProblemCode::AmountNegative);
    }
    let decimal: Decimal = rest.parse().map_err(|_| ProblemCode::AmountInvalid)?;
    Money::from_yuan(decimal).map_err(|_| ProblemCode::AmountInvalid)
}

/// The plain form of a full-width character (U+FF01 to U+FF5E, and the wide space).
pub(crate) fn half_width(letter: char) -> char {
    match letter {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter),
        _ => letter,
    }
}

/// Characters that no one sees: controls, zero-width marks, direction marks, tags.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}')
        || matches!(letter, '\u{2066}'..='\u{206F}' | '\u{FEFF}' | '\u{FFFD}' | '\u{E0000}'..='\u{E007F}')
}
