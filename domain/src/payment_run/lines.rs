//! Due minus paid: what a run owes a case, month by month.
//!
//! Ordinary pay, arrears after a retroactive rate, recovery after a death that was reported late and the proof
//! of 足额发放 are the same subtraction. It is pure, so that an auditor can repeat it.

use crate::calendar::BenefitMonth;
use crate::ids::{CaseId, PaymentId};
use crate::money::Money;
use crate::payment::PaymentKind;

/// What one month of a case is due in all, as determined from the facts known now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthDue {
    /// Which month.
    pub month: BenefitMonth,
    /// How much, in fen; never less than nothing.
    pub due: Money,
}

/// What was ordered for one month of a case before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthOrdered {
    /// Which month.
    pub month: BenefitMonth,
    /// How many payments were ordered, whatever became of them: the highest attempt.
    pub attempts: u32,
    /// In fen: pending, settled and withheld, neither returned nor cancelled, less the recoveries opened.
    pub standing: Money,
    /// In fen: what of the recoveries opened was given up (核销), so that the person keeps it.
    pub waived: Money,
    /// The last attempt, if the bank returned it and nothing took its place.
    pub returned_attempt: Option<PaymentId>,
}

/// What a month's due and its payments differ by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MonthDifference {
    /// Too little was paid: one more payment.
    ToPay(MonthToPay),
    /// Too much was paid: money to recover.
    Overpaid(MonthOverpaid),
}

/// A payment that a month still needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthToPay {
    /// Which month.
    pub month: BenefitMonth,
    /// The payment, derived from case, month and attempt.
    pub payment_id: PaymentId,
    /// One more than the attempts before.
    pub attempt: u32,
    /// Why it is paid.
    pub kind: PaymentKind,
    /// How much, in fen; more than nothing.
    pub amount: Money,
    /// What the month is due in all, in fen.
    pub due: Money,
    /// The returned payment whose place it takes.
    pub replaces: Option<PaymentId>,
}

/// Money that a month got without being due it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthOverpaid {
    /// Which month.
    pub month: BenefitMonth,
    /// How much, in fen; more than nothing.
    pub amount: Money,
    /// What the month is due in all, in fen.
    pub due: Money,
}

/// Why the subtraction was refused. The input is the program's own, so this is a defect, not a clerk's error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DifferenceError {
    /// Months must ascend, none twice.
    #[error("months do not ascend at {0}")]
    MonthsOutOfOrder(BenefitMonth),
    /// A due or a standing amount below nothing.
    #[error("an amount of {0} is below nothing")]
    AmountNegative(BenefitMonth),
    /// A difference or an attempt beyond what the ledger can hold.
    #[error("an amount or attempt of {0} is out of range")]
    OutOfRange(BenefitMonth),
}

/// What the months of `case` up to `run_month` still need, or got too much of, in ascending order. Months after
/// `run_month` are left to their own runs. A month that stands in `ordered` alone is due nothing.
///
/// # Errors
/// [`DifferenceError`] when months do not ascend or amounts are out of range.
pub fn differences(
    case: CaseId,
    due: &[MonthDue],
    ordered: &[MonthOrdered],
    run_month: BenefitMonth,
) -> Result<Vec<MonthDifference>, DifferenceError> {
    ascending(due.iter().map(|month| month.month))?;
    ascending(ordered.iter().map(|month| month.month))?;
    let mut found = Vec::new();
    let (mut due, mut ordered) = (due, ordered);
    while let Some(month) = earliest(due, ordered).filter(|month| *month <= run_month) {
        let owed = take(&mut due, |first| first.month == month).map_or(Money::ZERO, |first| first.due);
        let before = take(&mut ordered, |first| first.month == month).unwrap_or(MonthOrdered::none(month));
        if let Some(difference) = difference(case, owed, before, run_month)? {
            found.push(difference);
        }
    }
    Ok(found)
}

fn difference(
    case: CaseId,
    due: Money,
    before: MonthOrdered,
    run_month: BenefitMonth,
) -> Result<Option<MonthDifference>, DifferenceError> {
    let MonthOrdered { month, attempts, standing, waived, returned_attempt: replaces } = before;
    if due.is_negative() || standing.is_negative() || waived.is_negative() {
        return Err(DifferenceError::AmountNegative(month));
    }
    let rest = due.minus(standing).map_err(|_| DifferenceError::OutOfRange(month))?;
    if rest.is_negative() {
        return Ok(Some(MonthDifference::Overpaid(MonthOverpaid { month, amount: rest.negated(), due })));
    }
    // what was given up is neither asked back again nor paid again
    let amount = rest.minus(waived).map_err(|_| DifferenceError::OutOfRange(month))?;
    if !amount.is_positive() {
        return Ok(None);
    }
    let attempt = attempts.checked_add(1).ok_or(DifferenceError::OutOfRange(month))?;
    let payment_id = PaymentId::derive(case, month, attempt);
    let kind = match replaces {
        Some(_) => PaymentKind::Reissue,
        None if month == run_month && attempts == 0 => PaymentKind::Ordinary,
        None => PaymentKind::Arrears,
    };
    Ok(Some(MonthDifference::ToPay(MonthToPay { month, payment_id, attempt, kind, amount, due, replaces })))
}

impl MonthOrdered {
    /// A month for which nothing was ordered.
    pub const fn none(month: BenefitMonth) -> MonthOrdered {
        MonthOrdered {
            month,
            attempts: 0,
            standing: Money::ZERO,
            waived: Money::ZERO,
            returned_attempt: None,
        }
    }
}

/// A payment of an overpaid month, and what can still be recovered of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecoverablePayment {
    /// The payment, which must be settled.
    pub payment_id: PaymentId,
    /// Settled and withheld less the recoveries opened before, in fen.
    pub recoverable: Money,
}

/// How much is to be recovered of which payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecoveryProposal {
    /// Which month.
    pub month: BenefitMonth,
    /// Of which payment.
    pub payment_id: PaymentId,
    /// How much, in fen; more than nothing.
    pub amount: Money,
}

/// Spreads an overpayment over the month's settled payments, the first given first (newest first is usual).
/// What is not settled yet cannot be asked back: it is proposed again by the next run.
pub fn recovery_proposals(
    overpaid: MonthOverpaid,
    settled: impl IntoIterator<Item = RecoverablePayment>,
) -> Vec<RecoveryProposal> {
    let mut left = overpaid.amount;
    let mut proposals = Vec::new();
    for RecoverablePayment { payment_id, recoverable } in settled {
        let amount = left.min(recoverable);
        if amount.is_positive() {
            // amount is at most left, so the rest exists
            left = left.minus(amount).unwrap_or_default();
            proposals.push(RecoveryProposal { month: overpaid.month, payment_id, amount });
        }
    }
    proposals
}

fn earliest(due: &[MonthDue], ordered: &[MonthOrdered]) -> Option<BenefitMonth> {
    let due = due.first().map(|month| month.month);
    let ordered = ordered.first().map(|month| month.month);
    due.into_iter().chain(ordered).min()
}

/// Takes the first element when it is the wanted one.
fn take<T: Copy>(rest: &mut &[T], wanted: impl Fn(&T) -> bool) -> Option<T> {
    let (first, others) = rest.split_first()?;
    wanted(first).then(|| {
        *rest = others;
        *first
    })
}

fn ascending(months: impl Iterator<Item = BenefitMonth>) -> Result<(), DifferenceError> {
    let mut before = None;
    for month in months {
        if before.is_some_and(|before| before >= month) {
            return Err(DifferenceError::MonthsOutOfOrder(month));
        }
        before = Some(month);
    }
    Ok(())
}
