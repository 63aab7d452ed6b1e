//! The conditions that programs have in common: hukou, death and move, start, suspension.

use chrono::{Datelike, NaiveDate};

use super::{Inquiry, Verdict};
use crate::calendar::BenefitMonth;
use crate::policy::{Hukou, Reason};
use crate::program::Program;

/// Adds every common reason against `program` in the month.
pub fn check(program: Program, inquiry: Inquiry, verdict: &mut Verdict) {
    let hukou = inquiry.applicant().hukou;
    verdict.bar_if(!hukou_fits(program, hukou), Reason::NotLocalHukou);
    if !follows_members(program) {
        verdict.bar_if(inquiry.ended(inquiry.applicant().died_on), Reason::Deceased);
        verdict.bar_if(inquiry.ended(inquiry.applicant().left_region_on), Reason::MovedOut);
    }
    check_start(program, inquiry, verdict);
    if is_elderly(program) {
        verdict.bar_if(is_suspended(inquiry), Reason::Suspended);
    }
}

/// Whether a program ends with its counted members rather than with the applicant.
pub const fn follows_members(program: Program) -> bool {
    matches!(program, Program::SubsistenceAllowance | Program::LowIncomeRecognition)
}

fn hukou_fits(program: Program, hukou: Hukou) -> bool {
    match program {
        Program::ElderlyMealSubsidy => true,
        Program::TemporaryAssistance | Program::ElderlyCareVoucher => hukou != Hukou::Other,
        _ => hukou == Hukou::Local,
    }
}

/// From the month of the application (京民养老发〔2019〕160号 and 国发〔2015〕52号), or from the month after the
/// decision (低保, and by analogy 特困 and children).
fn check_start(program: Program, inquiry: Inquiry, verdict: &mut Verdict) {
    let enrollment = &inquiry.question.enrollment;
    let month = |day: NaiveDate| BenefitMonth::of(day);
    match program {
        Program::ElderlyServiceSubsidy
        | Program::ElderlyCareSubsidy
        | Program::AdvancedAgeAllowance
        | Program::DisabilityLivingSubsidy
        | Program::DisabilityCareSubsidy => {
            let early = enrollment.applied_on.is_some_and(|day| inquiry.month < month(day));
            verdict.bar_if(early, Reason::BeforeApplication);
        }
        Program::SubsistenceAllowance | Program::ExtremelyPoorSupport | Program::ChildrenInDifficulty => {
            let early = enrollment.decided_on.is_some_and(|day| inquiry.month <= month(day));
            verdict.bar_if(early, Reason::BeforeStart);
        }
        _ => {}
    }
}

const fn is_elderly(program: Program) -> bool {
    matches!(
        program,
        Program::ElderlyServiceSubsidy | Program::ElderlyCareSubsidy | Program::AdvancedAgeAllowance
    )
}

/// Months from the suspension on are not payable; once the person was confirmed alive, those of that calendar
/// year are restored and earlier years are lost (2016 rule for the predecessor subsidy, by analogy).
fn is_suspended(inquiry: Inquiry) -> bool {
    inquiry.question.enrollment.suspended.iter().any(|suspension| {
        let begun = inquiry.month >= BenefitMonth::of(suspension.since);
        begun && suspension.until.is_none_or(|confirmed| inquiry.month.year() < confirmed.year())
    })
}
