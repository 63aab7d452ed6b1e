//! 失能老年人护理补贴 (京民养老发〔2019〕160号, from 2019-10-01).

use crate::money::Money;
use crate::policy::engine::{Inquiry, Verdict, findings};
use crate::policy::{AssessError, CareLevel, Parameter, Reason};

use crate::policy::DisabilityKind::{Hearing, Intellectual, Limb, Mental, Speech, Vision};

/// The highest band that an assessed care level or a disability reaches.
pub fn determine(inquiry: Inquiry, verdict: &mut Verdict) -> Result<Money, AssessError> {
    findings::age(inquiry, 60, verdict);
    findings::care_level(inquiry, verdict);
    findings::disabilities(inquiry, verdict);
    verdict.bar_if(!inquiry.reached(60)?, Reason::UnderAge);
    let high = inquiry.care_level() == CareLevel::Severe
        || inquiry.is_disabled(&[Vision, Limb, Intellectual, Mental], 1)
        || (inquiry.is_multiply_disabled() && inquiry.is_disabled(&[Intellectual, Mental], 2));
    let middle = inquiry.is_disabled(&[Vision, Limb], 2) || inquiry.is_disabled(&[Intellectual, Mental], 3);
    let low = inquiry.is_disabled(&[Hearing, Speech], 2);
    let band = match (high, middle, low) {
        (true, _, _) => Parameter::ElderlyCareHigh,
        (false, true, _) => Parameter::ElderlyCareMiddle,
        (false, false, true) => Parameter::ElderlyCareLow,
        (false, false, false) => {
            verdict.bar_if(true, Reason::NoQualifyingCondition);
            return Ok(Money::ZERO);
        }
    };
    inquiry.rate(band, verdict)
}
