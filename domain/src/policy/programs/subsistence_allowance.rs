//! 最低生活保障 (国务院令第649号; 市政府令第282号; 民发〔2021〕57号).

use crate::money::Money;
use crate::policy::engine::{Inquiry, Verdict};
use crate::policy::{
    AssessError, DeductionScope, ExitSchedule, Hardship, Parameter, Reason, Rounding, Switch, Uplift,
};

use crate::policy::DisabilityKind::{Hearing, Intellectual, Limb, Mental, Speech, Vision};
use crate::policy::Relation;
use crate::policy::engine::means::{Means, counts};

/// The standard for all counted members less the counted income; during 渐退 a share of what was paid before.
pub fn determine(inquiry: Inquiry, verdict: &mut Verdict) -> Result<Money, AssessError> {
    let mut means = Means::of(inquiry, verdict)?;
    let single = is_single_person(inquiry)?;
    if single {
        means.members = i64::from(applicant_counts(means));
    }
    means.bar_by_property(verdict)?;
    means.bar_without_members(verdict);
    if let Some(amount) = exit(inquiry, verdict)? {
        return round(amount, inquiry);
    }
    let limit = means.limit(verdict)?;
    let (income, uplift) = if single {
        (inquiry.applicant().own_income, Money::ZERO)
    } else {
        (counted_income(means, verdict)?, uplift(means, verdict)?)
    };
    if means.members == 0 || income >= limit {
        verdict.bar_if(means.members > 0, Reason::IncomeNotBelowStandard);
        return Ok(Money::ZERO);
    }
    let amount = round(limit.minus(income)?.plus(uplift)?, inquiry)?;
    verdict.note(Some(amount), || {
        let plus = |sign: &str| if uplift.is_zero() { String::new() } else { format!("{sign}{uplift}") };
        (
            format!("{limit}-{income}{}={amount}", plus("+")),
            format!("{limit} - {income}{} = {amount}", plus(" + ")),
        )
    });
    Ok(amount)
}

/// 单人户: a severely disabled adult without work of a low-income household, where the options allow it.
fn is_single_person(inquiry: Inquiry) -> Result<bool, AssessError> {
    if inquiry.question.options.single_person == Switch::Off {
        return Ok(false);
    }
    let severe = inquiry.is_disabled(&[Vision, Hearing, Speech, Limb, Intellectual, Mental], 2)
        || inquiry.is_disabled(&[Intellectual, Mental], 3);
    let alone = severe && inquiry.has_hardship(Hardship::LowIncome) && !inquiry.applicant().employed;
    Ok(inquiry.reached(18)? && alone)
}

fn applicant_counts(means: Means) -> bool {
    let mut members = means.household.members.iter();
    members.any(|member| member.fact.relation == Relation::Oneself && counts(member, means.inquiry))
}

/// Ordinary income less the deductions of 京民社救发〔2014〕484号, never below nothing.
fn counted_income(means: Means, verdict: &mut Verdict) -> Result<Money, AssessError> {
    let income = means.ordinary_income(verdict)?;
    let deductions = severe_deduction(means, verdict)?.plus(single_parent_deduction(means, verdict)?)?;
    let counted = income.minus(deductions)?.max(Money::ZERO);
    if !deductions.is_zero() {
        verdict.note(Some(counted), || {
            (
                format!("计入收入{income}-核减{deductions}={counted}"),
                format!("counted income {income} - deductions {deductions} = {counted}"),
            )
        });
    }
    Ok(counted)
}

fn severe_deduction(means: Means, verdict: &mut Verdict) -> Result<Money, AssessError> {
    let patients = means.patients();
    if patients == 0 {
        return Ok(Money::ZERO);
    }
    let times = match means.inquiry.question.options.deduction_scope {
        DeductionScope::PerHousehold => 1,
        DeductionScope::PerPatient => patients,
    };
    let each = share(means, Parameter::DeductionSevereShare, verdict)?;
    let elderly_supporter = means.household.supporter_age.is_some_and(|age| age >= 60);
    let more = if elderly_supporter {
        share(means, Parameter::DeductionSupporterShare, verdict)?
    } else {
        Money::ZERO
    };
    Ok(each.times(times)?.plus(more)?)
}

fn single_parent_deduction(means: Means, verdict: &mut Verdict) -> Result<Money, AssessError> {
    if means.household.single_parent && means.has_dependent_child() {
        share(means, Parameter::DeductionSingleParentShare, verdict)
    } else {
        Ok(Money::ZERO)
    }
}

fn uplift(means: Means, verdict: &mut Verdict) -> Result<Money, AssessError> {
    match means.inquiry.question.options.uplift {
        Uplift::Percent35 if means.patients() > 0 => share(means, Parameter::UpliftShare, verdict),
        Uplift::Percent35 | Uplift::None => Ok(Money::ZERO),
    }
}

/// A share of the standard.
fn share(means: Means, parameter: Parameter, verdict: &mut Verdict) -> Result<Money, AssessError> {
    Ok(means.standard.percent(means.inquiry.number(parameter, verdict)?)?)
}

/// The share of the previous amount in each month of 渐退, by schedule: a consultation draft, and the rule in
/// force from 2006-07.
const fn schedule(exit: ExitSchedule) -> &'static [i64] {
    match exit {
        ExitSchedule::None => &[],
        ExitSchedule::Draft => &[100, 100, 80, 80, 60, 60],
        ExitSchedule::Rule2006 => &[100, 50],
    }
}

/// The amount of 渐退, whatever the income; `None` when there is no schedule or it has not begun.
fn exit(inquiry: Inquiry, verdict: &mut Verdict) -> Result<Option<Money>, AssessError> {
    let shares = schedule(inquiry.question.options.exit_schedule);
    let Some(exit) = inquiry.question.enrollment.exit.filter(|_| !shares.is_empty()) else { return Ok(None) };
    let Ok(index) = usize::try_from(inquiry.month.months_after(exit.first_month)) else { return Ok(None) };
    let Some(percent) = shares.get(index) else {
        verdict.bar_if(true, Reason::ExitEnded);
        return Ok(Some(Money::ZERO));
    };
    let (previous, amount) = (exit.previous_amount, exit.previous_amount.percent(*percent)?);
    verdict.note(Some(amount), || {
        (
            format!("渐退第{}个月:原金额{previous}×{percent}%={amount}", index + 1),
            format!("exit month {}: previous amount {previous} × {percent}% = {amount}", index + 1),
        )
    });
    Ok(Some(amount))
}

/// Up to the yuan where the options say so.
fn round(amount: Money, inquiry: Inquiry) -> Result<Money, AssessError> {
    match inquiry.question.options.rounding {
        Rounding::Exact => Ok(amount),
        Rounding::CeilYuan => Ok(Money::try_from_fen((amount.fen() + 99) / 100 * 100)?),
    }
}
