//! Lines, one by one: their digest and their sums. A million lines take no more memory than one.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use super::event::{Calculation, ProgramTotal};
use super::lines::MonthToPay;
use crate::calendar::BenefitMonth;
use crate::ids::{CaseId, PaymentId, PersonId};
use crate::money::Money;
use crate::payment::{PaymentKind, Withholding};
use crate::personal::BlindIndex;
use crate::program::Program;

/// One line of a run (发放明细): one amount to one payee for one month of one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunLine {
    /// The payment that it becomes.
    pub payment_id: PaymentId,
    /// The case.
    pub case_id: CaseId,
    /// The beneficiary.
    pub beneficiary: PersonId,
    /// The program.
    pub program: Program,
    /// 所属月份.
    pub month: BenefitMonth,
    /// From 1.
    pub attempt: u32,
    /// Why it is paid.
    pub kind: PaymentKind,
    /// How much the bank pays, in fen; more than nothing.
    pub amount: Money,
    /// What the month is due in all, in fen.
    pub due: Money,
    /// Who holds the account.
    pub payee: PersonId,
    /// Keyed hash of the account, so that another account is another line.
    pub account_index: BlindIndex,
    /// What is due besides and withheld (抵扣), in the order of plan and repaid payment; mostly none.
    pub withheld: Vec<Withholding>,
}

/// To whom a line goes: what the register adds to the subtraction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineParties {
    /// The case.
    pub case_id: CaseId,
    /// The beneficiary.
    pub beneficiary: PersonId,
    /// The program.
    pub program: Program,
    /// Who holds the account.
    pub payee: PersonId,
    /// Keyed hash of the account.
    pub account_index: BlindIndex,
}

impl RunLine {
    /// The line of a month to pay.
    pub fn new(parties: LineParties, pay: MonthToPay) -> RunLine {
        let LineParties { case_id, beneficiary, program, payee, account_index } = parties;
        let MonthToPay { month, payment_id, attempt, kind, amount, due, replaces: _ } = pay;
        RunLine {
            payment_id,
            case_id,
            beneficiary,
            program,
            month,
            attempt,
            kind,
            amount,
            due,
            payee,
            account_index,
            withheld: Vec::new(),
        }
    }
}

/// SHA-256 over the canonical text of lines, each ended by a line feed, in their order.
#[derive(Clone, Debug, Default)]
pub struct LineDigest(Sha256);

impl LineDigest {
    /// Takes the next line.
    pub fn line(&mut self, line: &RunLine) {
        // hashing cannot fail, so neither can writing
        let _ = writeln!(Hashing(&mut self.0), "{line}");
    }

    /// Takes the next line by its canonical text.
    pub fn text(&mut self, line: &str) {
        self.0.update(line);
        self.0.update("\n");
    }

    /// 64 lower-case hexadecimal digits.
    pub fn finish(self) -> String {
        hex::encode(self.0.finalize())
    }
}

/// Text on its way into a hash.
struct Hashing<'a>(&'a mut Sha256);

impl Write for Hashing<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text);
        Ok(())
    }
}

/// On what a calculation rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalculationBasis {
    /// The log position up to which facts and earlier payments are taken.
    pub position: u64,
    /// The day whose knowledge of rates is used.
    pub known_on: NaiveDate,
    /// Version of the rule book.
    pub rule_version: String,
    /// The day of the calculation.
    pub calculated_on: NaiveDate,
}

/// Sums up the lines of a run while they stream by.
#[derive(Clone, Debug)]
pub struct CalculationBuilder {
    basis: CalculationBasis,
    digest: LineDigest,
    last: Option<(&'static str, CaseId, BenefitMonth)>,
    programs: BTreeMap<Program, (u64, Money)>,
    exception_count: u64,
    warning_count: u64,
}

/// A line that cannot belong to the calculation: a defect of the program, not a clerk's error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalculationError {
    /// Lines ascend by program code, case and month, so that equal facts give equal digests and no month is paid twice.
    #[error("the line of case {case_id} for {month} does not ascend by program, case and month")]
    LineOutOfOrder {
        /// The case.
        case_id: CaseId,
        /// The month.
        month: BenefitMonth,
    },
    /// A line pays something.
    #[error("the line of case {case_id} for {month} pays nothing")]
    LineWithoutAmount {
        /// The case.
        case_id: CaseId,
        /// The month.
        month: BenefitMonth,
    },
    /// A sum beyond what the ledger can hold.
    #[error("a sum is out of range")]
    OutOfRange,
}

impl CalculationBuilder {
    /// A calculation without lines.
    pub fn new(basis: CalculationBasis) -> CalculationBuilder {
        let digest = LineDigest::default();
        let programs = BTreeMap::new();
        CalculationBuilder { basis, digest, last: None, programs, exception_count: 0, warning_count: 0 }
    }

    /// Takes the next line; lines ascend by program code, case id, month.
    ///
    /// # Errors
    /// [`CalculationError`] for a line out of order, one that pays nothing, or a sum out of range.
    pub fn line(&mut self, line: &RunLine) -> Result<(), CalculationError> {
        let RunLine { case_id, month, program, amount, .. } = *line;
        let place = (program.code(), case_id, month);
        if self.last.is_some_and(|last| last >= place) {
            return Err(CalculationError::LineOutOfOrder { case_id, month });
        }
        if !amount.is_positive() {
            return Err(CalculationError::LineWithoutAmount { case_id, month });
        }
        let (count, sum) = self.programs.get(&program).copied().unwrap_or_default();
        let sum = sum.plus(amount).map_err(|_| CalculationError::OutOfRange)?;
        self.programs.insert(program, (count + 1, sum));
        self.last = Some(place);
        self.digest.line(line);
        Ok(())
    }

    /// Counts a due month that cannot be paid; who and why is listed beside the lines.
    pub const fn exception(&mut self) {
        self.exception_count += 1;
    }

    /// Counts what must be seen before the submission.
    pub const fn warning(&mut self) {
        self.warning_count += 1;
    }

    /// The lines, in sum.
    ///
    /// # Errors
    /// [`CalculationError::OutOfRange`].
    pub fn finish(self) -> Result<Calculation, CalculationError> {
        let control_sum = Money::sum(self.programs.values().map(|(_, sum)| *sum));
        let total = |(&program, &(line_count, sum)): (&Program, &(u64, Money))| ProgramTotal {
            program,
            line_count,
            sum,
        };
        let CalculationBasis { position, known_on, rule_version, calculated_on } = self.basis;
        Ok(Calculation {
            position,
            known_on,
            rule_version,
            line_count: self.programs.values().map(|(count, _)| count).sum(),
            control_sum: control_sum.map_err(|_| CalculationError::OutOfRange)?,
            digest: self.digest.finish(),
            by_program: self.programs.iter().map(total).collect(),
            exception_count: self.exception_count,
            calculated_on,
            warning_count: self.warning_count,
        })
    }
}
