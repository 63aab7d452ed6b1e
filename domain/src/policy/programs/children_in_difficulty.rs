//! 困境儿童生活费 (京民儿福发〔2023〕246号): orphans, abandoned, AIDS-infected and unsupported children.

use crate::money::Money;
use crate::policy::engine::{Inquiry, Verdict, findings};
use crate::policy::{AssessError, Parameter, Reason, StudentLevel, Switch};

use crate::policy::engine::exclusions::TOPPED_UP;

/// Until 18, or through the month of graduation from secondary school (京民福发〔2011〕173号).
pub fn determine(inquiry: Inquiry, verdict: &mut Verdict) -> Result<Money, AssessError> {
    findings::age(inquiry, 18, verdict);
    verdict.bar_if(inquiry.applicant().child_category.is_none(), Reason::NoQualifyingCondition);
    let at_school = inquiry.is_student(|level| level == StudentLevel::Secondary);
    verdict.bar_if(!inquiry.still_below(18)? && !at_school, Reason::OverAge);
    let support = inquiry.rate(Parameter::ChildSupport, verdict)?;
    match inquiry.question.options.child_top_up {
        Switch::Off => Ok(support),
        Switch::On => top_up(support, inquiry, verdict),
    }
}

/// 补差: what 低保 and the disability living subsidy pay already is subtracted.
fn top_up(support: Money, inquiry: Inquiry, verdict: &mut Verdict) -> Result<Money, AssessError> {
    let paid = inquiry.other_benefits().filter(|one| TOPPED_UP.contains(&one.kind));
    let paid = Money::sum(paid.filter_map(|one| one.amount))?;
    let left = support.minus(paid)?.max(Money::ZERO);
    verdict.bar_if(left.is_zero() && paid.is_positive(), Reason::HigherBenefitTaken);
    verdict.note(Some(left), || {
        (format!("补差 {support}-{paid}={left}"), format!("top-up {support} - {paid} = {left}"))
    });
    Ok(left)
}
