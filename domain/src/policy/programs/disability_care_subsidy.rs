//! 残疾人护理补贴 (国发〔2015〕52号; Beijing from 2016-01-01); the current rates are to be confirmed.

use crate::money::Money;
use crate::policy::engine::{Inquiry, Verdict, findings};
use crate::policy::{AssessError, Parameter, Reason};

use crate::policy::DisabilityKind::{Hearing, Intellectual, Limb, Mental, Speech, Vision};

/// High for the heaviest grades, low for the next, by kind and by multiple disability (多重残疾).
pub fn determine(inquiry: Inquiry, verdict: &mut Verdict) -> Result<Money, AssessError> {
    findings::disabilities(inquiry, verdict);
    let multiple = inquiry.is_multiply_disabled();
    let high = inquiry.is_disabled(&[Vision, Limb, Intellectual, Mental], 1)
        || (multiple && inquiry.is_disabled(&[Intellectual, Mental], 2));
    let low = inquiry.is_disabled(&[Vision, Limb], 2)
        || inquiry.is_disabled(&[Intellectual, Mental], 3)
        || (multiple && inquiry.is_disabled(&[Hearing, Speech], 2));
    if high {
        inquiry.rate(Parameter::DisabilityCareHigh, verdict)
    } else if low {
        inquiry.rate(Parameter::DisabilityCareLow, verdict)
    } else {
        verdict.bar_if(true, Reason::NoQualifyingCondition);
        Ok(Money::ZERO)
    }
}
