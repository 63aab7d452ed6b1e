//! 分期抵扣: what a line of a payment run withholds to repay earlier payments. Pure, so that an auditor can repeat it.

use crate::ids::{PaymentId, RecoveryPlanId};
use crate::money::{Money, MoneyError};
use crate::payment::Withholding;

/// What an approved plan may still withhold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithholdingClaim {
    /// The plan.
    pub plan_id: RecoveryPlanId,
    /// The instalment, in fen for each benefit month.
    pub per_month: Money,
    /// The largest share of what a month is due, in percent.
    pub share: u8,
    /// The payments it repays, the oldest month first, with what is open of each and not being withheld yet, in fen.
    pub open: Vec<OpenItem>,
}

/// A payment with what is open of its recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenItem {
    /// The payment.
    pub payment_id: PaymentId,
    /// What is to come back of it, in fen.
    pub open: Money,
}

/// A month of the case that a line is about to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRoom {
    /// What the line would pay without withholding, in fen.
    pub to_pay: Money,
    /// What the month is due in all, in fen.
    pub due: Money,
    /// What standing payments of the month withhold already, in fen.
    pub withheld: Money,
}

/// What the line withholds: for each claim in turn at most its instalment and its share of what the month is due, less
/// what the month withholds already, and at least one fen is left to pay. What is taken is taken off the claims.
///
/// # Errors
/// [`MoneyError::OutOfRange`].
pub fn withhold(room: LineRoom, claims: &mut [WithholdingClaim]) -> Result<Vec<Withholding>, MoneyError> {
    let mut parts = Vec::new();
    let mut taken = room.withheld;
    let mut left = room.to_pay.minus(Money::from_fen(1))?;
    for claim in claims {
        let share = room.due.percent(i64::from(claim.share))?;
        let mut may = claim.per_month.min(share).minus(taken)?.min(left);
        for item in &mut claim.open {
            let amount = item.open.min(may);
            if amount.is_positive() {
                item.open = item.open.minus(amount)?;
                may = may.minus(amount)?;
                left = left.minus(amount)?;
                taken = taken.plus(amount)?;
                let (plan_id, payment_id) = (claim.plan_id, item.payment_id);
                parts.push(Withholding { plan_id, payment_id, amount });
            }
        }
    }
    Ok(parts)
}
