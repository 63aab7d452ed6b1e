//! 困难老年人养老服务补贴 (京民养老发〔2019〕160号, from 2019-10-01).

use crate::money::Money;
use crate::policy::engine::{Inquiry, Verdict, findings};
use crate::policy::{AssessError, Hardship, Parameter, Reason};

/// The highest of the recognised statuses.
pub fn determine(inquiry: Inquiry, verdict: &mut Verdict) -> Result<Money, AssessError> {
    findings::age(inquiry, 60, verdict);
    findings::hardships(inquiry, verdict);
    verdict.bar_if(!inquiry.reached(60)?, Reason::UnderAge);
    let bands = [
        (Hardship::Subsistence, Parameter::ElderlyServiceSubsistence),
        (Hardship::LowIncome, Parameter::ElderlyServiceLowIncome),
        (Hardship::SpecialFamily, Parameter::ElderlyServiceSpecialFamily),
    ];
    match bands.iter().find(|(hardship, _)| inquiry.has_hardship(*hardship)) {
        Some((_, band)) => inquiry.rate(*band, verdict),
        None => {
            // 特困 is a hardship too: what it bars is an exclusion
            verdict.bar_if(inquiry.hardships().next().is_none(), Reason::NoHardshipStatus);
            Ok(Money::ZERO)
        }
    }
}
