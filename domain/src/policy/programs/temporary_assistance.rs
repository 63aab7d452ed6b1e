//! 临时救助 (京政发〔2015〕26号; 小额快救 from 2026-01).

use crate::money::Money;
use crate::policy::engine::{Inquiry, Verdict};
use crate::policy::{AssessError, AssistanceMode, AssistanceRequest, Parameter, Reason};

/// In the month of the request: persons × tier × standard, or the asked amount up to the standard.
pub fn determine(inquiry: Inquiry, verdict: &mut Verdict) -> Result<Money, AssessError> {
    let request = inquiry.question.request.temporary_assistance;
    let Some(request) = request.filter(|request| inquiry.month.contains(request.on)) else {
        verdict.bar_if(true, Reason::NotRequested);
        return Ok(Money::ZERO);
    };
    match request.mode {
        AssistanceMode::Tier => by_tier(request, inquiry, verdict),
        AssistanceMode::SmallQuick => small_quick(request, inquiry, verdict),
    }
}

fn by_tier(
    request: AssistanceRequest,
    inquiry: Inquiry,
    verdict: &mut Verdict,
) -> Result<Money, AssessError> {
    let missing = |field| AssessError::MissingFact { field };
    let persons = request.persons.ok_or(missing("request.temporary_assistance.persons"))?;
    let tier = request.tier.ok_or(missing("request.temporary_assistance.tier"))?;
    let standard = inquiry.standard(verdict)?;
    let amount = standard.times(i64::from(persons))?.times(i64::from(tier))?;
    verdict.note(Some(amount), || {
        (
            format!("标准{standard}×{persons}人×{tier}个月={amount}"),
            format!("standard {standard} × {persons} persons × {tier} months = {amount}"),
        )
    });
    Ok(amount)
}

fn small_quick(
    request: AssistanceRequest,
    inquiry: Inquiry,
    verdict: &mut Verdict,
) -> Result<Money, AssessError> {
    let field = "request.temporary_assistance.amount";
    let asked = request.amount.ok_or(AssessError::MissingFact { field })?;
    let began = inquiry.rules.row(Parameter::SmallQuickMonths, inquiry.month, inquiry.question.known_at);
    if began.is_none() {
        verdict.bar_if(true, Reason::NotInForce);
        return Ok(Money::ZERO);
    }
    verdict.bar_if(asked.is_zero(), Reason::NotRequested);
    let months = inquiry.number(Parameter::SmallQuickMonths, verdict)?;
    let ceiling = inquiry.standard(verdict)?.times(months)?;
    let amount = asked.min(ceiling);
    verdict.note(Some(amount), || {
        (
            format!("申请{asked}与上限{ceiling}取低={amount}"),
            format!("the lower of asked {asked} and ceiling {ceiling} = {amount}"),
        )
    });
    Ok(amount)
}
