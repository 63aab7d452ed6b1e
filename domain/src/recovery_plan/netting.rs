//! 轧差: what every month of a case is due now, beside what was determined, ordered and paid, and what to do about the
//! difference. Pure, so that a clerk can check it with a pencil.

use crate::calendar::BenefitMonth;
use crate::ids::CaseId;
use crate::money::{Money, MoneyError};
use crate::payment_run::{DifferenceError, MonthDifference, MonthDue, MonthOrdered, differences};

/// What was ordered for a month, and what became of it; amounts in fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthPaid {
    /// 所属月份.
    pub month: BenefitMonth,
    /// What its newest order determined it to be due.
    pub due_before: Money,
    /// Ordered, ever.
    pub ordered: Money,
    /// Of that, arrived.
    pub settled: Money,
    /// Of that, came back.
    pub returned: Money,
    /// Due besides and withheld from payments in transit or settled.
    pub withheld: Money,
    /// Asked back, less what was withdrawn.
    pub recovery_opened: Money,
    /// Come back of that.
    pub recovery_received: Money,
    /// Given up of that.
    pub recovery_waived: Money,
    /// What of it counts for [`differences`].
    pub standing: MonthOrdered,
}

/// One month of the arithmetic; amounts in fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NettedMonth {
    /// What was paid.
    pub paid: MonthPaid,
    /// What the month is due on the facts known now.
    pub due_now: Money,
    /// Above nothing: still to pay. Below nothing: paid without being due, and not asked back yet.
    pub difference: Money,
}

/// The months of a case in sum; amounts in fen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Netting {
    /// Every month that is due or was ordered, ascending.
    pub months: Vec<NettedMonth>,
    /// 应补发: what the next run pays.
    pub arrears: Money,
    /// 应立项: what was paid without being due and is not asked back yet.
    pub overpaid: Money,
    /// 待追回: asked back before, and neither come back nor given up.
    pub open: Money,
}

impl Netting {
    /// What the case owes the person (above nothing) or the person owes (below), once everything is carried out; in
    /// fen.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn net(&self) -> Result<Money, MoneyError> {
        self.arrears.minus(self.overpaid)?.minus(self.open)
    }

    /// What there is to recover in all: asked back before and not yet answered, and what is to be asked back; in fen.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn to_recover(&self) -> Result<Money, MoneyError> {
        self.overpaid.plus(self.open)
    }
}

impl MonthPaid {
    /// A month for which nothing was ordered.
    pub const fn none(month: BenefitMonth) -> MonthPaid {
        MonthPaid {
            month,
            due_before: Money::ZERO,
            ordered: Money::ZERO,
            settled: Money::ZERO,
            returned: Money::ZERO,
            withheld: Money::ZERO,
            recovery_opened: Money::ZERO,
            recovery_received: Money::ZERO,
            recovery_waived: Money::ZERO,
            standing: MonthOrdered::none(month),
        }
    }

    /// What is asked back and neither come back nor given up, in fen.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn open(&self) -> Result<Money, MoneyError> {
        self.recovery_opened.minus(self.recovery_received)?.minus(self.recovery_waived)
    }
}

/// Nets what the months up to `through` are due against what was ordered for them. Both ascend by month.
///
/// # Errors
/// [`DifferenceError`] when months do not ascend or amounts are out of range.
pub fn net(
    case: CaseId,
    due: &[MonthDue],
    paid: &[MonthPaid],
    through: BenefitMonth,
) -> Result<Netting, DifferenceError> {
    let standing: Vec<MonthOrdered> = paid.iter().map(|month| month.standing).collect();
    let mut found = differences(case, due, &standing, through)?.into_iter().peekable();
    let mut netting =
        Netting { months: Vec::new(), arrears: Money::ZERO, overpaid: Money::ZERO, open: Money::ZERO };
    for (month, due_now, paid) in beside(due, paid).into_iter().filter(|(month, ..)| *month <= through) {
        let range = |_: MoneyError| DifferenceError::OutOfRange(month);
        let difference = match found.next_if(|difference| month_of(difference) == month) {
            Some(MonthDifference::ToPay(pay)) => pay.amount,
            Some(MonthDifference::Overpaid(overpaid)) => overpaid.amount.negated(),
            None => Money::ZERO,
        };
        if difference.is_negative() {
            netting.overpaid = netting.overpaid.minus(difference).map_err(range)?;
        } else {
            netting.arrears = netting.arrears.plus(difference).map_err(range)?;
        }
        netting.open = paid.open().and_then(|open| netting.open.plus(open)).map_err(range)?;
        netting.months.push(NettedMonth { paid, due_now, difference });
    }
    Ok(netting)
}

const fn month_of(difference: &MonthDifference) -> BenefitMonth {
    match difference {
        MonthDifference::ToPay(pay) => pay.month,
        MonthDifference::Overpaid(overpaid) => overpaid.month,
    }
}

/// Every month that stands on either side, with both.
fn beside(due: &[MonthDue], paid: &[MonthPaid]) -> Vec<(BenefitMonth, Money, MonthPaid)> {
    let mut months: Vec<BenefitMonth> =
        due.iter().map(|month| month.month).chain(paid.iter().map(|month| month.month)).collect();
    months.sort_unstable();
    months.dedup();
    let with = |month: BenefitMonth| {
        let due = due.iter().find(|due| due.month == month).map_or(Money::ZERO, |due| due.due);
        let paid = paid.iter().find(|paid| paid.month == month).copied();
        (month, due, paid.unwrap_or(MonthPaid::none(month)))
    };
    // a schedule goes on with months that are due nothing: they say nothing here
    let says =
        |(_, due, paid): &(BenefitMonth, Money, MonthPaid)| !due.is_zero() || paid.standing.attempts > 0;
    months.into_iter().map(with).filter(says).collect()
}
