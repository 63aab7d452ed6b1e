//! 低收入重病人员生活补贴 (about 2021-01).

use crate::money::Money;
use crate::policy::engine::{Inquiry, Verdict, findings};
use crate::policy::{AssessError, Hardship, Parameter, Reason};

/// A share of the standard for the severely ill of a recognised low-income household.
pub fn determine(inquiry: Inquiry, verdict: &mut Verdict) -> Result<Money, AssessError> {
    findings::hardships(inquiry, verdict);
    verdict.bar_if(!inquiry.has_hardship(Hardship::LowIncome), Reason::NoHardshipStatus);
    verdict.bar_if(!inquiry.applicant().severe_illness, Reason::NoQualifyingCondition);
    let standard = inquiry.standard(verdict)?;
    let percent = inquiry.number(Parameter::LowIncomeIllnessShare, verdict)?;
    let amount = standard.percent(percent)?;
    verdict.note(Some(amount), || {
        (
            format!("标准{standard}×{percent}%={amount}"),
            format!("standard {standard} × {percent}% = {amount}"),
        )
    });
    Ok(amount)
}
