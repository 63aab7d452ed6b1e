//! 残疾人生活补贴 (国发〔2015〕52号; Beijing from 2016-01-01).

use crate::money::Money;
use crate::policy::engine::{Inquiry, Verdict, findings};
use crate::policy::{AssessError, Hardship, Parameter, Reason};

use crate::policy::DisabilityKind::{Hearing, Intellectual, Limb, Mental, Speech, Vision};

/// By hardship first, then by group: X is the heavy grades, Y the others.
pub fn determine(inquiry: Inquiry, verdict: &mut Verdict) -> Result<Money, AssessError> {
    findings::disabilities(inquiry, verdict);
    findings::hardships(inquiry, verdict);
    let heavy = inquiry.is_disabled(&[Vision, Limb], 2) || inquiry.is_disabled(&[Intellectual, Mental], 3);
    verdict.bar_if(inquiry.disabilities().next().is_none(), Reason::NoQualifyingCondition);
    let (x, y) = if inquiry.has_hardship(Hardship::Subsistence) {
        (Parameter::DisabilityLivingSubsistenceX, Parameter::DisabilityLivingSubsistenceY)
    } else if inquiry.has_hardship(Hardship::LowIncome) {
        (Parameter::SubsistenceStandard, Parameter::DisabilityLivingLowIncomeY)
    } else if is_without_income(inquiry, verdict)? {
        (Parameter::SubsistenceStandard, Parameter::DisabilityLivingOtherY)
    } else {
        return Ok(Money::ZERO);
    };
    let light = inquiry.is_disabled(&[Hearing, Speech, Vision, Limb, Intellectual, Mental], 4);
    match (heavy, light) {
        (true, _) => inquiry.rate(x, verdict),
        (false, true) => inquiry.rate(y, verdict),
        (false, false) => Ok(Money::ZERO),
    }
}

/// Without a recognised status: a student from 16 on, or someone of 16 to 59 without work and stable income.
/// The rule for people from 60 on with an income of their own is not known, so it pays nothing.
fn is_without_income(inquiry: Inquiry, verdict: &mut Verdict) -> Result<bool, AssessError> {
    let (adult, below_60) = (inquiry.reached(16)?, inquiry.still_below(60)?);
    let earns = inquiry.applicant().employed || inquiry.applicant().stable_income;
    let student = inquiry.is_student(|_| true);
    let fits = adult && (student || (below_60 && !earns));
    if !fits {
        verdict.bar_if(true, Reason::NoHardshipStatus);
        verdict.bar_if(!adult, Reason::UnderAge);
        verdict.bar_if(!student && !below_60, Reason::OverAge);
        verdict.bar_if(!student && earns, Reason::Employed);
    }
    Ok(fits)
}
