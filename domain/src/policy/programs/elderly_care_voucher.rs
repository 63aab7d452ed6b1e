//! 养老服务消费券 (from 2026-01-01): a share of the month's bills, use it or lose it.

use crate::money::Money;
use crate::policy::engine::{Inquiry, Verdict, findings};
use crate::policy::{AssessError, CareBillKind, CareLevel, Parameter, Reason};

/// A share of the bills of each kind, each kind up to its cap.
pub fn determine(inquiry: Inquiry, verdict: &mut Verdict) -> Result<Money, AssessError> {
    findings::age(inquiry, 60, verdict);
    findings::care_level(inquiry, verdict);
    verdict.bar_if(!inquiry.reached(60)?, Reason::UnderAge);
    let fits = matches!(inquiry.care_level(), CareLevel::Moderate | CareLevel::Severe);
    verdict.bar_if(!fits, Reason::NoQualifyingCondition);
    let mut bills = inquiry.question.request.care_bills.iter();
    if !bills.any(|bill| bill.month == inquiry.month) {
        verdict.bar_if(true, Reason::NotRequested);
        return Ok(Money::ZERO);
    }
    let home = covered(inquiry, CareBillKind::Home, Parameter::VoucherHomeShare, verdict)?;
    let institution =
        covered(inquiry, CareBillKind::Institution, Parameter::VoucherInstitutionShare, verdict)?;
    let amount = home.plus(institution)?;
    verdict.bar_if(amount.is_zero(), Reason::SpendTooLow);
    Ok(amount)
}

fn covered(
    inquiry: Inquiry,
    kind: CareBillKind,
    share: Parameter,
    verdict: &mut Verdict,
) -> Result<Money, AssessError> {
    let bills = inquiry.question.request.care_bills.iter();
    let bills = Money::sum(
        bills.filter(|bill| bill.month == inquiry.month && bill.kind == kind).map(|bill| bill.amount),
    )?;
    if bills.is_zero() {
        return Ok(Money::ZERO);
    }
    let percent = inquiry.number(share, verdict)?;
    let cap = inquiry.rate(Parameter::VoucherCap, verdict)?;
    let amount = bills.percent(percent)?.min(cap);
    verdict.note(Some(amount), || {
        (
            format!("账单{bills}×{percent}%(最高{cap})={amount}"),
            format!("bills {bills} × {percent}% (at most {cap}) = {amount}"),
        )
    });
    Ok(amount)
}
