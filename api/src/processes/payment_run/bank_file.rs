//! The file to the bank, and the bank's results: plain CSV for now, in UTF-8.
//!
//! To the bank: a header with the run, its execution day; a line a payment (number, payee, account, amount); a
//! trailer with count and control sum. From the bank: `payment,result,reference` with `settled` or `returned`.

use std::io::{self, Read, Write};

use chrono::NaiveDate;
use domain::ids::{PaymentId, RunId};
use domain::money::Money;
use domain::payment::PaymentOrder;
use domain::personal::{OpenError, Opened, Opener};
use sha2::{Digest, Sha256};

use crate::processes::ProcessError;

/// A bank file in the making; its bytes follow from its lines alone.
pub struct BankFile<'f, W: Write> {
    file: &'f mut W,
    hash: Sha256,
    count: u64,
    sum: Money,
}

impl<'f, W: Write> BankFile<'f, W> {
    /// Writes the header.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn begin(file: &'f mut W, run_id: RunId, execution_on: NaiveDate) -> Result<Self, ProcessError> {
        let mut bank_file = BankFile { file, hash: Sha256::new(), count: 0, sum: Money::ZERO };
        bank_file.put(&format!("H,{run_id},{execution_on}\n"))?;
        Ok(bank_file)
    }

    /// Writes one payment. The account is opened here and nowhere else.
    ///
    /// # Errors
    /// When the account was erased or tampered with, or the file cannot be written.
    pub fn line(&mut self, order: &PaymentOrder, opener: &dyn Opener) -> Result<(), ProcessError> {
        let account = match order.account.open(order.payee, opener)? {
            Opened::Clear(account) => account,
            Opened::Erased { on } => return Err(OpenError::Erased { person: order.payee, on }.into()),
        };
        self.count += 1;
        self.sum = self.sum.plus(order.amount)?;
        let account = account.disclose().as_str().to_owned();
        self.put(&format!("P,{},{account},{}\n", order.payment_id, order.amount))
    }

    /// Writes the trailer; returns the file's SHA-256.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(mut self) -> Result<String, ProcessError> {
        let trailer = format!("T,{},{}\n", self.count, self.sum);
        self.put(&trailer)?;
        self.file.flush().map_err(unwritable)?;
        Ok(hex::encode(self.hash.finalize()))
    }

    fn put(&mut self, line: &str) -> Result<(), ProcessError> {
        self.hash.update(line.as_bytes());
        self.file.write_all(line.as_bytes()).map_err(unwritable)
    }
}

fn unwritable(error: io::Error) -> ProcessError {
    ProcessError::File(error.to_string())
}

/// What the bank did with one payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankResult {
    /// Which.
    pub payment_id: PaymentId,
    /// What.
    pub outcome: BankOutcome,
}

/// What the bank did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BankOutcome {
    /// 到账, with the bank's reference.
    Settled(String),
    /// 退汇, with the bank's reason code.
    Returned(String),
}

/// A file of results that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct ResultsError {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong.
    pub reason: &'static str,
}

/// Reads a file of results: a header line, then `payment,settled|returned,reference`.
///
/// # Errors
/// [`ResultsError`] for the first line that cannot be read; nothing of the file is taken then.
pub fn read_results(file: impl Read) -> Result<Vec<BankResult>, ResultsError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(file);
    let mut results = Vec::new();
    for (line, record) in (2_u64..).zip(reader.records()) {
        let error = |reason| ResultsError { line, reason };
        let record = record.map_err(|_| error("is not CSV in UTF-8"))?;
        if record.len() != 3 {
            return Err(error("must have three fields: payment, result, reference"));
        }
        let payment_id = record[0].parse().map_err(|_| error("the payment is not an identifier"))?;
        let reference = record[2].to_owned();
        if reference.is_empty() || reference.chars().count() > 64 {
            return Err(error("the reference must have 1 to 64 characters"));
        }
        let outcome = match &record[1] {
            "settled" => BankOutcome::Settled(reference),
            "returned" => BankOutcome::Returned(reference),
            _ => return Err(error("the result must be settled or returned")),
        };
        results.push(BankResult { payment_id, outcome });
    }
    Ok(results)
}
