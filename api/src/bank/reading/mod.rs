//! A file from the bank, line by line. A file that is damaged, cut, not ours or does not add up is refused whole, with
//! the place; a line that cannot be understood is handed on as a line with a problem, so that it stops nothing.

mod fields;
mod guard;
mod iso;
mod sheet;
mod text;
mod xml;

use std::io::BufRead;
use std::path::Path;

use chrono::NaiveDate;
use domain::bank_return::UnmatchedReason;
use domain::identifiers::BankAccount;
use domain::ids::{PaymentId, RunId};
use domain::money::Money;
use domain::payment_run::BankFile;

use super::fault::Fault;
use super::layout::{Form, Layout};

/// The most lines of one file.
pub const LINES_MAX: u64 = 5_000_000;

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// 到账.
    Settled,
    /// 退汇.
    Returned,
    /// 在途: nothing yet.
    Waiting,
}

/// Of what a line speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Of one payment.
    #[default]
    Payment,
    /// Of every payment in one of the run's files, by its number from 1: the bank took or refused that file as a whole.
    File(u32),
}

/// A line of a file from the bank.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BankLine {
    /// Its place in the file: the line of a text, the number of the transaction in XML; from 1.
    pub row: u64,
    /// Of what it speaks.
    pub scope: Scope,
    /// Why it cannot be understood, if it cannot.
    pub problem: Option<UnmatchedReason>,
    /// What it says, as far as it can be read.
    pub said: Option<Said>,
    /// How much, as far as it can be read.
    pub amount: Option<Money>,
    /// The reference that it names, if it has the form of one.
    pub end_to_end_id: Option<String>,
    /// Whether it names a reference that has not, and so is not kept. It is none of ours.
    pub is_strangely_named: bool,
    /// 账号, if it can be read.
    pub account: Option<BankAccount>,
    /// The bank's reason code.
    pub reason: Option<String>,
    /// 银行流水号.
    pub bank_reference: Option<String>,
    /// 入账日期.
    pub booked_on: Option<NaiveDate>,
    /// Whether it is a booking on the office's account: there a payment that comes back the same day is booked twice, out
    /// and in, which is no contradiction.
    pub is_booking: bool,
}

impl BankLine {
    /// The payment whose identifier it names.
    pub fn payment_id(&self) -> Option<PaymentId> {
        self.end_to_end_id.as_deref()?.parse().ok()
    }

    /// Takes the reference that a line names, as far as it may be kept.
    fn take_end_to_end(&mut self, text: &str) {
        let text = text.trim();
        // one of ours may happen to have digits only
        let is_ours = text.parse::<PaymentId>().is_ok();
        self.end_to_end_id = if is_ours { Some(text.to_owned()) } else { code(text) };
        self.is_strangely_named = self.end_to_end_id.is_none() && !text.is_empty();
    }

    /// The line with a problem, unless it has one already.
    fn with_problem(&mut self, problem: UnmatchedReason) {
        self.problem.get_or_insert(problem);
    }
}

/// Whose file is expected.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// In which layout.
    pub layout: &'a Layout,
    /// For which run.
    pub run_id: RunId,
    /// The files of the run that went to the bank; none where they are not known.
    pub files: &'a [BankFile],
    /// The program that reads workbooks under limits; none is the running program itself.
    pub program: Option<&'a Path>,
}

/// Reads a file and hands its lines on, one at a time, with little memory.
///
/// # Errors
/// [`Fault`] for the file as a whole, with the place; what `each` says.
pub fn read(
    source: impl BufRead,
    expected: Expected<'_>,
    each: &mut dyn FnMut(BankLine) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut count = 0_u64;
    let mut counted = |line: BankLine| {
        count += 1;
        if count > LINES_MAX {
            let row = line.row;
            return Err(
                Fault::new("too_many_lines", "超过 500 万行", "has more than 5,000,000 lines").at(row)
            );
        }
        each(line)
    };
    match (expected.layout.form, &expected.layout.receive) {
        (Form::Iso20022, _) => iso::read(source, expected, &mut counted)?,
        (Form::Spreadsheet, Some(receive)) => sheet::read(source, receive, expected.program, &mut counted)?,
        (Form::Delimited | Form::Fixed, Some(receive)) => {
            text::read(source, expected.layout, receive, &mut counted)?;
        }
        (_, None) => {
            let fault =
                Fault::new("layout_incomplete", "格式缺少 receive 一节", "the layout has no section receive");
            return Err(fault.of("receive"));
        }
    }
    if count == 0 {
        return Err(Fault::new(
            "no_results",
            "文件中没有逐笔结果；如银行仅确认收到，请等待结果文件",
            "the file has no results: where the bank has only said that it has the file, wait for the results",
        ));
    }
    Ok(())
}

/// A reference or code as it may be kept: 1 to 64 of the characters that banks' references have, so that no name and no
/// remark is ever taken for one.
fn code(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.' | '/' | ':' | '+');
    // a number of 12 digits and more may be an account
    let digits = text.len() >= 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let kept = !text.is_empty() && text.len() <= 64 && text.chars().all(fits) && !digits;
    kept.then(|| text.to_owned())
}

/// A bank's own booking reference: like a [`code`], and may be a long number.
fn reference(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { Some(text.to_owned()) } else { code(text) }
}

/// An amount in yuan: whole, or with one or two places, without sign or grouping.
fn yuan(text: &str) -> Option<Money> {
    let (whole, places) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(places) || whole.len() > 12 || places.len() > 2 {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let fen: i64 = format!("{places:0<2}").parse().ok()?;
    Money::try_from_fen(whole.checked_mul(100)?.checked_add(fen)?).ok().filter(|amount| amount.is_positive())
}

/// An amount in whole fen, zeros before it dropped.
fn fen(text: &str) -> Option<Money> {
    if text.is_empty() || text.len() > 18 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Money::try_from_fen(text.parse().ok()?).ok().filter(|amount| amount.is_positive())
}

/// A day, such as 2023-07-20, 20230720, or the beginning of a moment.
fn day(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let iso = text.get(..10).and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
    iso.or_else(|| NaiveDate::parse_from_str(text, "%Y%m%d").ok())
}

/// Says that the counts or sums of a file do not add up.
fn sums_differ(row: u64, field: &str, told: impl std::fmt::Display, found: impl std::fmt::Display) -> Fault {
    Fault::new(
        "sums_differ",
        format!("文件自报 {told}，逐笔合计 {found}，两者不符；请向银行索取正确的文件"),
        format!("the file says {told}, its lines are {found}: ask the bank for a right one"),
    )
    .at(row)
    .of(field)
}
