//! 低收入家庭认定: a gate to other programs, without monthly cash.

use crate::money::Money;
use crate::policy::engine::{Inquiry, Verdict};
use crate::policy::{AssessError, Parameter, Reason};

use crate::policy::engine::means::Means;

/// From the standard up to below the low-income line, whole household against whole household.
pub fn determine(inquiry: Inquiry, verdict: &mut Verdict) -> Result<Money, AssessError> {
    let means = Means::of(inquiry, verdict)?;
    means.bar_by_property(verdict)?;
    means.bar_without_members(verdict);
    if means.members > 0 {
        let income = means.ordinary_income(verdict)?;
        let line = inquiry.rate(Parameter::LowIncomeLine, verdict)?.times(means.members)?;
        let limit = means.limit(verdict)?;
        verdict.bar_if(income < limit, Reason::IncomeBelowStandard);
        verdict.bar_if(income >= line, Reason::IncomeNotBelowLine);
    }
    Ok(Money::ZERO)
}
