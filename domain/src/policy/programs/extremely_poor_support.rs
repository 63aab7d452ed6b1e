//! 特困人员救助供养 (民发〔2021〕43号; Beijing covers children up to 17 since 2021-01).

use crate::money::Money;
use crate::policy::engine::{Inquiry, Verdict, findings};
use crate::policy::{AssessError, CareShare, Parameter, Reason, SelfCare};

use crate::policy::DisabilityKind::{Intellectual, Limb, Mental, Vision};
use crate::policy::engine::means::Means;

/// No labour capacity, no income, no able supporter: basic living and care money.
pub fn determine(inquiry: Inquiry, verdict: &mut Verdict) -> Result<Money, AssessError> {
    findings::age(inquiry, 60, verdict);
    findings::disabilities(inquiry, verdict);
    verdict.bar_if(has_labour_capacity(inquiry)?, Reason::HasLabourCapacity);
    let means = Means::of(inquiry, verdict)?;
    means.bar_by_property(verdict)?;
    let (limit, income) = (means.limit(verdict)?, means.ordinary_income(verdict)?);
    if means.members == 0 {
        means.bar_without_members(verdict);
    } else {
        verdict.bar_if(income >= limit, Reason::IncomeNotBelowStandard);
    }
    verdict.bar_if(means.household.able_supporter, Reason::AbleSupporter);
    let basic = basic(inquiry, means.standard, verdict)?;
    let care = care(inquiry, verdict)?;
    let amount = basic.plus(care)?;
    verdict.note(Some(amount), || {
        (
            format!("基本生活{basic}+照料护理{care}={amount}"),
            format!("basic living {basic} + care {care} = {amount}"),
        )
    });
    Ok(amount)
}

fn has_labour_capacity(inquiry: Inquiry) -> Result<bool, AssessError> {
    let disabled = inquiry.is_disabled(&[Limb], 2)
        || inquiry.is_disabled(&[Vision], 1)
        || inquiry.is_disabled(&[Intellectual, Mental], 3);
    Ok(!disabled && !inquiry.reached(60)? && !inquiry.still_below(18)?)
}

fn basic(inquiry: Inquiry, standard: Money, verdict: &mut Verdict) -> Result<Money, AssessError> {
    match inquiry.question.options.params.extremely_poor_basic {
        Some(pinned) => Ok(pinned),
        None => Ok(standard.percent(inquiry.number(Parameter::ExtremelyPoorBasicShare, verdict)?)?),
    }
}

fn care(inquiry: Inquiry, verdict: &mut Verdict) -> Result<Money, AssessError> {
    let share = match (inquiry.question.options.care_share, inquiry.applicant().self_care) {
        (CareShare::None, _) => return Ok(Money::ZERO),
        (CareShare::Minimum, SelfCare::Independent) => Parameter::ExtremelyPoorCareIndependent,
        (CareShare::Minimum, SelfCare::Partial) => Parameter::ExtremelyPoorCarePartial,
        (CareShare::Minimum, SelfCare::Dependent) => Parameter::ExtremelyPoorCareDependent,
    };
    let wage = inquiry.rate(Parameter::MinimumWage, verdict)?;
    Ok(wage.percent(inquiry.number(share, verdict)?)?)
}
