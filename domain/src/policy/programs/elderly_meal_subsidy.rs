//! 老年助餐补贴 (from 2022-03): for targets of basic eldercare who live at home.

use crate::money::Money;
use crate::policy::engine::{Inquiry, Verdict};
use crate::policy::{AssessError, Parameter, Reason, Residence};

/// Once for every day on which a single payment exceeds the subsidy itself.
pub fn determine(inquiry: Inquiry, verdict: &mut Verdict) -> Result<Money, AssessError> {
    verdict.bar_if(!inquiry.applicant().basic_eldercare_target, Reason::NotTarget);
    verdict.bar_if(inquiry.applicant().residence != Residence::Home, Reason::NotHomeLiving);
    let per_day = inquiry.rate(Parameter::MealPerDay, verdict)?;
    let meals = inquiry.question.request.meals.iter().filter(|meal| inquiry.month.contains(meal.date));
    verdict.bar_if(meals.clone().next().is_none(), Reason::NotRequested);
    // a month has at most 31 days: one bit for each
    let days = meals.clone().filter(|meal| meal.spend > per_day);
    let days = days.fold(0_u32, |days, meal| days | 1 << chrono::Datelike::day0(&meal.date)).count_ones();
    verdict.bar_if(days == 0 && meals.clone().next().is_some(), Reason::SpendTooLow);
    let amount = per_day.times(i64::from(days))?;
    verdict.note(Some(amount), || {
        (format!("{per_day}×{days}天={amount}"), format!("{per_day} × {days} days = {amount}"))
    });
    Ok(amount)
}
