//! What the fields of a line say, wherever they stood, and whether the last line agrees with what came before it.

use domain::bank_return::UnmatchedReason;
use domain::identifiers::BankAccount;
use rust_decimal::Decimal;

use super::{BankLine, Said, code, day, fen, reference, sums_differ, yuan};
use crate::bank::fault::Fault;
use crate::bank::layout::{AmountUnit, Column, Receiving, ReturnValue};

/// The lines of a file so far.
pub(super) struct Fields<'l> {
    receive: &'l Receiving,
    count: u64,
    /// Fen of every line with a right amount; wide enough for any file.
    sum: i128,
    /// What the others have for an amount, in the unit of the file, as long as it is a number: the bank's sum is over them
    /// too.
    odd: Option<Decimal>,
    ended: bool,
}

impl<'l> Fields<'l> {
    pub(super) const fn new(receive: &'l Receiving) -> Fields<'l> {
        Fields { receive, count: 0, sum: 0, odd: Some(Decimal::ZERO), ended: false }
    }

    /// Takes the fields of a line.
    pub(super) fn take(&mut self, row: u64, fields: &[String]) -> BankLine {
        let line = self.line(row, fields);
        self.count += 1;
        match line.amount {
            Some(amount) => self.sum += i128::from(amount.fen()),
            None => {
                self.odd = self.odd.zip(self.odd_amount(fields)).and_then(|(sum, odd)| sum.checked_add(odd))
            }
        }
        line
    }

    /// What a line without a right amount has for one, such as a negative number; nothing where the layout has no amounts.
    fn odd_amount(&self, fields: &[String]) -> Option<Decimal> {
        let is_amount = |column: &Column| column.value == ReturnValue::Amount;
        match self.receive.columns.iter().position(is_amount) {
            Some(place) => fields.get(place)?.trim().parse().ok(),
            None => Some(Decimal::ZERO),
        }
    }

    /// Whether a line that begins so is the last one, with totals.
    pub(super) fn is_trailer(&self, beginning: &str) -> bool {
        self.receive.trailer.as_ref().is_some_and(|trailer| beginning.starts_with(&trailer.begins_with))
    }

    /// Nothing may come after the line with totals.
    pub(super) fn refuse_after_end(&self, row: u64) -> Result<(), Fault> {
        if !self.ended {
            return Ok(());
        }
        let (zh, en) = ("汇总尾行之后还有内容，文件可能拼接有误", "lines follow the one with totals");
        Err(Fault::new("lines_after_end", zh, en).at(row))
    }

    /// The line with totals must have come where the layout has one.
    pub(super) fn finish(&self, row: u64) -> Result<(), Fault> {
        if self.ended || self.receive.trailer.is_none() {
            return Ok(());
        }
        Err(Fault::new(
            "file_truncated",
            "文件没有汇总尾行，可能不完整，请重新下载",
            "the file has no last line with totals: it is cut, download it again",
        )
        .at(row))
    }

    /// Compares the last line with what came before it.
    pub(super) fn compare(&mut self, row: u64, fields: &[String]) -> Result<(), Fault> {
        self.ended = true;
        let Some(trailer) = &self.receive.trailer else { return Ok(()) };
        let field = |number: usize| fields.get(number.wrapping_sub(1)).map_or("", |field| field.trim());
        if let Some(number) = trailer.count_field {
            let told = field(number);
            if told.parse() != Ok(self.count) {
                let told = told.chars().take(20).collect::<String>();
                return Err(sums_differ(row, "count", told, self.count));
            }
        }
        // an amount that is no number adds up to nothing that could be compared; its line is an exception
        if let (Some(number), Some(odd)) = (trailer.sum_field, self.odd) {
            let (told, found) = (field(number).parse::<Decimal>().ok(), self.whole_sum(odd));
            if told.is_none() || told != found {
                let shown = |sum: Option<Decimal>| sum.map_or_else(|| "?".to_owned(), |sum| sum.to_string());
                return Err(sums_differ(row, "sum", shown(told), shown(found)));
            }
        }
        Ok(())
    }

    /// The sum of all lines in the unit of the file.
    fn whole_sum(&self, odd: Decimal) -> Option<Decimal> {
        let places = match self.receive.amount {
            AmountUnit::Yuan => 2,
            AmountUnit::Fen => 0,
        };
        Decimal::try_from_i128_with_scale(self.sum, places).ok()?.checked_add(odd)
    }

    fn line(&self, row: u64, fields: &[String]) -> BankLine {
        let mut line = BankLine { row, ..BankLine::default() };
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
        // columns that were mixed up must not carry an account into the log: a long number is no reason, and the bank's
        // reference only in a line that is understood
        line.reason = line.reason.take().as_deref().and_then(code);
        if line.problem.is_some() {
            line.bank_reference = line.bank_reference.take().as_deref().and_then(code);
        }
        let is_account =
            |text: &String| line.account.as_ref().is_some_and(|account| account.as_str() == text);
        line.bank_reference = line.bank_reference.take().filter(|text| !is_account(text));
        line.reason = line.reason.take().filter(|text| !is_account(text));
        line
    }

    fn field(&self, line: &mut BankLine, value: ReturnValue, text: &str) {
        match value {
            ReturnValue::Reference => line.take_end_to_end(text),
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
}

/// The first column whose head is not the layout's, counted from 0, with the head that it must have.
pub(super) fn misplaced(
    receive: &Receiving,
    head: impl Fn(usize) -> Option<String>,
) -> Option<(usize, &str)> {
    let titled = receive.columns.iter().enumerate();
    let mut titled = titled.filter_map(|(at, column)| Some((at, column.title.as_deref()?)));
    titled.find(|(at, title)| head(*at).is_none_or(|head| head.trim() != *title))
}

/// A head of the file is not that of the layout.
pub(super) fn wrong_columns(row: u64, title: &str, place: impl Into<String>) -> Fault {
    Fault::new(
        "wrong_columns",
        format!("此处应为表头“{title}”，请核对所选格式或文件"),
        format!("the head here must be {title}: check the layout or the file"),
    )
    .at(row)
    .of(place)
}
