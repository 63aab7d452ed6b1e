//! 计划生育特殊家庭扶助 (京卫家庭〔2022〕19号): each parent of an only child who died or is disabled.

use crate::money::Money;
use crate::policy::engine::{Inquiry, Verdict};
use crate::policy::{AssessError, Parameter, Reason, SpecialFamilyChild, engine::age};

/// The heaviest three grades of disability count; the wife must be 49, and there is no other child.
pub fn determine(inquiry: Inquiry, verdict: &mut Verdict) -> Result<Money, AssessError> {
    let Some(family) = &inquiry.applicant().special_family else {
        verdict.bar_if(true, Reason::NoQualifyingCondition);
        return Ok(Money::ZERO);
    };
    let wife = age::reached(family.wife_birth_date, 49, inquiry.month, &inquiry.question.options);
    verdict.bar_if(!wife, Reason::UnderAge);
    verdict.bar_if(family.other_child, Reason::OtherChild);
    match family.child {
        SpecialFamilyChild::Deceased => inquiry.rate(Parameter::SpecialFamilyDeceased, verdict),
        SpecialFamilyChild::Disabled => {
            let fits = family.child_grade.is_some_and(|grade| grade <= 3);
            verdict.bar_if(!fits, Reason::NoQualifyingCondition);
            inquiry.rate(Parameter::SpecialFamilyDisabled, verdict)
        }
    }
}
