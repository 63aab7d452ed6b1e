//! camt.053, BankToCustomerStatement: the bookings of one day on the office's account. A booked debit with the details
//! of its transactions says that they were paid; a credit with the details of a return says that they came back. What
//! has no details of a transaction (fees, appropriations, a batch in one sum) says nothing of a payment.

use domain::bank_return::UnmatchedReason;
use domain::money::Money;

use super::{Message, in_yuan, take_account, take_amount, take_reference};
use crate::bank::fault::Fault;
use crate::bank::reading::{BankLine, Expected, Said, code, day, reference, sums_differ, yuan};

pub(super) struct Statement<'e> {
    expected: Expected<'e>,
    row: u64,
    entry: Entry,
    line: BankLine,
    details: Details,
    /// Fen booked: credits above nothing, debits below.
    booked: i128,
    balance: Balance,
    opening: Option<i128>,
    closing: Option<i128>,
    account_seen: bool,
    told_count: Option<String>,
    entry_count: u64,
}

/// What an entry says of all its transactions.
#[derive(Default)]
struct Entry {
    fen: i128,
    is_credit: bool,
    is_booked: bool,
    booked_on: Option<chrono::NaiveDate>,
    reference: Option<String>,
    amount_read: bool,
    /// What its transactions with amounts add up to, as [`Statement::booked`]; none once one of them has no right amount.
    detailed: Option<i128>,
    /// How many there are.
    transactions: u64,
    /// Whether one of them is about a payment of ours.
    is_ours: bool,
    /// The line of a transaction without an amount of its own, as long as it is the only one.
    waiting: Option<BankLine>,
    /// Whether charges are part of it: then its transactions add up to something else.
    has_charges: bool,
}

/// What a transaction says besides its line.
#[derive(Default)]
struct Details {
    is_return: bool,
    is_credit: Option<bool>,
}

#[derive(Default)]
struct Balance {
    kind: String,
    fen: Option<i128>,
    is_credit: bool,
}

impl<'e> Statement<'e> {
    pub(super) fn new(expected: Expected<'e>) -> Statement<'e> {
        Statement {
            expected,
            row: 0,
            entry: Entry::default(),
            line: BankLine::default(),
            details: Details::default(),
            booked: 0,
            balance: Balance::default(),
            opening: None,
            closing: None,
            account_seen: false,
            told_count: None,
            entry_count: 0,
        }
    }

    fn account(&mut self, text: &str) -> Result<(), Fault> {
        self.account_seen = true;
        if text == self.expected.layout.payer.account {
            return Ok(());
        }
        Err(Fault::new(
            "file_of_another_office",
            "对账单的账号不是本单位付款账号，请核对文件与格式中的账号",
            "is a statement of another account than the office's own",
        )
        .of("Stmt/Acct/Id"))
    }

    fn transaction(&mut self, path: &str, text: &str, currency: Option<&str>) {
        match path {
            "Refs/EndToEndId" => take_reference(&mut self.line, text),
            "Refs/AcctSvcrRef" => self.line.bank_reference = reference(text),
            "Amt" | "AmtDtls/TxAmt/Amt" => take_amount(&mut self.line, text, currency),
            "CdtDbtInd" => self.details.is_credit = Some(text == "CRDT"),
            "RltdPties/CdtrAcct/Id/Othr/Id" => take_account(&mut self.line, text),
            "RtrInf/Rsn/Cd" | "RtrInf/Rsn/Prtry" => self.line.reason = code(text),
            _ => {}
        }
        self.details.is_return |= path.starts_with("RtrInf");
    }

    fn transaction_ends(&mut self, each: &mut dyn FnMut(BankLine) -> Result<(), Fault>) -> Result<(), Fault> {
        let mut line = std::mem::take(&mut self.line);
        let details = std::mem::take(&mut self.details);
        let credit = details.is_credit.unwrap_or(self.entry.is_credit);
        let ours = line.payment_id().is_some();
        self.entry.transactions += 1;
        self.release(each, None)?;
        let signed = line.amount.map(|amount| if credit { amount.fen() } else { -amount.fen() });
        self.entry.detailed = self.entry.detailed.zip(signed).map(|(sum, fen)| sum + i128::from(fen));
        if !self.entry.is_booked || (!ours && !details.is_return && (credit || line.account.is_none())) {
            return Ok(());
        }
        self.entry.is_ours = true;
        line.said = Some(if credit || details.is_return { Said::Returned } else { Said::Settled });
        line.is_booking = true;
        line.booked_on = self.entry.booked_on;
        line.bank_reference = line.bank_reference.or_else(|| self.entry.reference.clone());
        self.row += 1;
        line.row = self.row;
        let is_bare = line.amount.is_none() && line.problem.is_none();
        self.entry.waiting = Some(line);
        // the only transaction of an entry need not repeat its amount
        if is_bare && self.entry.transactions == 1 { Ok(()) } else { self.release(each, None) }
    }

    /// Hands on the line that waits to be the only one of its entry, with the entry's amount if it was.
    fn release(
        &mut self,
        each: &mut dyn FnMut(BankLine) -> Result<(), Fault>,
        amount: Option<Money>,
    ) -> Result<(), Fault> {
        let Some(mut line) = self.entry.waiting.take() else { return Ok(()) };
        line.amount = line.amount.or(amount);
        if !line.amount.is_some_and(Money::is_positive) {
            line.problem.get_or_insert(UnmatchedReason::AmountMalformed);
        }
        each(line)
    }

    fn entry_ends(&mut self, each: &mut dyn FnMut(BankLine) -> Result<(), Fault>) -> Result<(), Fault> {
        self.entry_count += 1;
        let whole = i64::try_from(self.entry.fen).ok().and_then(|fen| Money::try_from_fen(fen).ok());
        self.release(each, whole)?;
        let entry = std::mem::take(&mut self.entry);
        if !entry.amount_read {
            let fault = Fault::new("amount_malformed", "记账金额有误", "an entry has no right amount");
            return Err(fault.at(self.entry_count).of("Ntry/Amt"));
        }
        let booked = if entry.is_credit { entry.fen } else { -entry.fen };
        if entry.is_booked {
            self.booked += booked;
        }
        // a bank may list some of its transactions, and take fees off or add them without a word; what was paid was booked
        match entry.detailed.filter(|_| entry.is_booked && entry.is_ours && !entry.has_charges) {
            Some(detailed) if detailed.abs() > booked.abs() => {
                Err(sums_differ(self.entry_count, "Ntry/Amt", in_yuan(booked), in_yuan(detailed)))
            }
            _ => Ok(()),
        }
    }

    fn balance_ends(&mut self) {
        let balance = std::mem::take(&mut self.balance);
        let fen = balance.fen.map(|fen| if balance.is_credit { fen } else { -fen });
        match balance.kind.as_str() {
            "OPBD" | "PRCD" => self.opening = self.opening.or(fen),
            "CLBD" => self.closing = fen,
            _ => {}
        }
    }
}

const ENTRY: &str = "Stmt/Ntry";
const TRANSACTION: &str = "Stmt/Ntry/NtryDtls/TxDtls";

impl Message for Statement<'_> {
    fn open(&mut self, path: &str) {
        match path {
            ENTRY => self.entry = Entry { detailed: Some(0), ..Entry::default() },
            TRANSACTION => (self.line, self.details) = Default::default(),
            "Stmt/Bal" => self.balance = Balance::default(),
            _ => {}
        }
    }

    fn close(
        &mut self,
        path: &str,
        text: &str,
        currency: Option<&str>,
        each: &mut dyn FnMut(BankLine) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if path == TRANSACTION {
            return self.transaction_ends(each);
        }
        self.entry.has_charges |= path.starts_with("Stmt/Ntry/") && path.ends_with("/Chrgs");
        if let Some(rest) = path.strip_prefix("Stmt/Ntry/NtryDtls/TxDtls/") {
            self.transaction(rest, text, currency);
            return Ok(());
        }
        match path {
            ENTRY => return self.entry_ends(each),
            "Stmt/Acct/Id/Othr/Id" | "Stmt/Acct/Id/IBAN" => return self.account(text),
            "Stmt/Ntry/Amt" => {
                let amount = yuan(text).filter(|_| currency.is_none_or(|currency| currency == "CNY"));
                self.entry.amount_read = amount.is_some();
                self.entry.fen = amount.map_or(0, |amount| i128::from(amount.fen()));
            }
            "Stmt/Ntry/CdtDbtInd" => self.entry.is_credit = text == "CRDT",
            "Stmt/Ntry/Sts" | "Stmt/Ntry/Sts/Cd" if !text.is_empty() => self.entry.is_booked = text == "BOOK",
            "Stmt/Ntry/BookgDt/Dt" | "Stmt/Ntry/BookgDt/DtTm" => self.entry.booked_on = day(text),
            "Stmt/Ntry/AcctSvcrRef" => self.entry.reference = reference(text),
            "Stmt/Bal/Tp/CdOrPrtry/Cd" => text.clone_into(&mut self.balance.kind),
            "Stmt/Bal/Amt" => self.balance.fen = balance(text),
            "Stmt/Bal/CdtDbtInd" => self.balance.is_credit = text == "CRDT",
            "Stmt/Bal" => self.balance_ends(),
            "Stmt/TxsSummry/TtlNtries/NbOfNtries" => self.told_count = Some(text.to_owned()),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, _: &mut dyn FnMut(BankLine) -> Result<(), Fault>) -> Result<(), Fault> {
        if !self.account_seen {
            let fault = Fault::new("line_incomplete", "缺少账号", "does not say of which account it is");
            return Err(fault.of("Stmt/Acct/Id"));
        }
        if let Some(told) = self.told_count.as_ref().filter(|told| told.parse() != Ok(self.entry_count)) {
            let told: String = told.chars().take(20).collect();
            return Err(sums_differ(self.row, "TxsSummry/TtlNtries/NbOfNtries", told, self.entry_count));
        }
        match (self.opening, self.closing) {
            (Some(opening), Some(closing)) if opening + self.booked != closing => {
                Err(sums_differ(self.row, "Stmt/Bal", in_yuan(closing), in_yuan(opening + self.booked)))
            }
            _ => Ok(()),
        }
    }
}

/// A balance in fen; unlike an amount it may be nothing.
fn balance(text: &str) -> Option<i128> {
    if text.bytes().all(|byte| matches!(byte, b'0' | b'.')) && !text.is_empty() {
        return Some(0);
    }
    yuan(text).map(|amount| i128::from(amount.fen()))
}
