//! pain.002 and camt.053, told apart by what they hold. Elements are known by their local names, so that every version of
//! the two messages that keeps them is read.

mod camt053;
mod pain002;

use std::io::BufRead;

use domain::bank_return::UnmatchedReason;
use domain::identifiers::BankAccount;

use super::xml::{Node, walk};
use super::{BankLine, Expected, yuan};
use crate::bank::fault::Fault;

/// What takes the elements of one kind of message.
trait Message {
    /// An element opens.
    fn open(&mut self, path: &str);

    /// An element closes.
    ///
    /// # Errors
    /// [`Fault`] for the file as a whole.
    fn close(
        &mut self,
        path: &str,
        text: &str,
        currency: Option<&str>,
        each: &mut dyn FnMut(BankLine) -> Result<(), Fault>,
    ) -> Result<(), Fault>;

    /// The document ended.
    ///
    /// # Errors
    /// [`Fault`] where it does not add up.
    fn end(&mut self, each: &mut dyn FnMut(BankLine) -> Result<(), Fault>) -> Result<(), Fault>;
}

pub(super) fn read(
    source: impl BufRead,
    expected: Expected<'_>,
    each: &mut dyn FnMut(BankLine) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut message: Option<Box<dyn Message + '_>> = None;
    walk(source, &mut |node| match (node, &mut message) {
        (Node::Open(path), None) => {
            message = kind_of(path, expected)?;
            Ok(())
        }
        (Node::Open(path), Some(message)) => {
            message.open(within(path));
            Ok(())
        }
        (Node::Close(path, text, currency), Some(message)) => {
            message.close(within(path), text, currency, each)
        }
        (Node::Close(..), None) => Ok(()),
    })?;
    match message {
        Some(mut message) => message.end(each),
        None => Err(unknown_kind("Document")),
    }
}

/// The message below `Document`; none yet at the root.
fn kind_of<'e>(path: &str, expected: Expected<'e>) -> Result<Option<Box<dyn Message + 'e>>, Fault> {
    match path {
        "Document" => Ok(None),
        "Document/CstmrPmtStsRpt" => Ok(Some(Box::new(pain002::Report::new(expected)))),
        "Document/BkToCstmrStmt" => Ok(Some(Box::new(camt053::Statement::new(expected)))),
        other => Err(unknown_kind(other)),
    }
}

/// The path within the message.
fn within(path: &str) -> &str {
    let mut rest = path;
    for _ in 0..2 {
        rest = rest.split_once('/').map_or("", |(_, rest)| rest);
    }
    rest
}

/// A sum or balance as the file shows it.
fn in_yuan(fen: i128) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.unsigned_abs() / 100, fen.unsigned_abs() % 100)
}

fn unknown_kind(found: &str) -> Fault {
    let found: String = found.chars().take(60).collect();
    Fault::new(
        "unknown_message",
        format!("不是 pain.002 或 camt.053（{found}），请核对文件"),
        format!("is neither pain.002 nor camt.053 ({found})"),
    )
}

/// Takes an amount: in yuan, of the currency of China.
fn take_amount(line: &mut BankLine, text: &str, currency: Option<&str>) {
    line.amount = yuan(text).filter(|_| currency.is_none_or(|currency| currency == "CNY"));
    if line.amount.is_none() {
        line.with_problem(UnmatchedReason::AmountMalformed);
    }
}

fn take_account(line: &mut BankLine, text: &str) {
    match BankAccount::parse(text) {
        Ok(account) => line.account = Some(account),
        Err(_) => line.with_problem(UnmatchedReason::AccountMalformed),
    }
}

/// Takes a reference; `NOTPROVIDED` is the standard's way to give none.
fn take_reference(line: &mut BankLine, text: &str) {
    if text != "NOTPROVIDED" {
        line.take_end_to_end(text);
    }
}
