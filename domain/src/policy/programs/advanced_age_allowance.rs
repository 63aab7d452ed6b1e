//! 高龄老年人津贴 (京民养老发〔2019〕160号, from 2019-10-01): by age alone, without a means test.

use crate::money::Money;
use crate::policy::engine::{Inquiry, Verdict, findings};
use crate::policy::{AssessError, Parameter, Reason};

/// 80–89, 90–99, 100 and over; in the month of a birthday the new band covers the whole month.
pub fn determine(inquiry: Inquiry, verdict: &mut Verdict) -> Result<Money, AssessError> {
    let (years, band) = if inquiry.reached(100)? {
        (100, Parameter::AdvancedAge100)
    } else if inquiry.reached(90)? {
        (90, Parameter::AdvancedAge90)
    } else if inquiry.reached(80)? {
        (80, Parameter::AdvancedAge80)
    } else {
        findings::age(inquiry, 80, verdict);
        verdict.bar_if(true, Reason::UnderAge);
        return Ok(Money::ZERO);
    };
    findings::age(inquiry, years, verdict);
    inquiry.rate(band, verdict)
}
