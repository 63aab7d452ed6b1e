//! One file for each program: its own conditions and its own amount. What programs share is in `engine`.

mod advanced_age_allowance;
mod children_in_difficulty;
mod disability_care_subsidy;
mod disability_living_subsidy;
mod elderly_care_subsidy;
mod elderly_care_voucher;
mod elderly_meal_subsidy;
mod elderly_service_subsidy;
mod extremely_poor_support;
mod low_income_illness_subsidy;
mod low_income_recognition;
mod special_family_support;
mod subsistence_allowance;
mod temporary_assistance;

use super::AssessError;
use super::engine::{Inquiry, Verdict};
use crate::money::Money;
use crate::program::Program;

/// Adds the program's own reasons and gives its own amount, whether payable or not.
///
/// # Errors
/// [`AssessError`].
pub(super) fn determine(
    program: Program,
    inquiry: Inquiry,
    verdict: &mut Verdict,
) -> Result<Money, AssessError> {
    let determine = match program {
        Program::SubsistenceAllowance => subsistence_allowance::determine,
        Program::ExtremelyPoorSupport => extremely_poor_support::determine,
        Program::LowIncomeRecognition => low_income_recognition::determine,
        Program::LowIncomeIllnessSubsidy => low_income_illness_subsidy::determine,
        Program::ChildrenInDifficulty => children_in_difficulty::determine,
        Program::TemporaryAssistance => temporary_assistance::determine,
        Program::ElderlyServiceSubsidy => elderly_service_subsidy::determine,
        Program::ElderlyCareSubsidy => elderly_care_subsidy::determine,
        Program::AdvancedAgeAllowance => advanced_age_allowance::determine,
        Program::DisabilityLivingSubsidy => disability_living_subsidy::determine,
        Program::DisabilityCareSubsidy => disability_care_subsidy::determine,
        Program::SpecialFamilySupport => special_family_support::determine,
        Program::ElderlyMealSubsidy => elderly_meal_subsidy::determine,
        Program::ElderlyCareVoucher => elderly_care_voucher::determine,
    };
    determine(inquiry, verdict)
}
