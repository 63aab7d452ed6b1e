//! Which benefits exclude each other in a month.

use super::{Inquiry, Trace, Verdict};
use crate::money::Money;
use crate::policy::assess;
use crate::policy::{AssessError, ChildCategory, ChosenSet, Hardship, OtherBenefit, Reason, Switch};
use crate::program::Program;

use OtherBenefit::*;

/// What bars `program` when something else pays it in the same month (京民养老发〔2019〕160号, 国发〔2015〕52号,
/// 民发〔2021〕43号).
pub const fn barring(program: Program) -> &'static [OtherBenefit] {
    match program {
        Program::SubsistenceAllowance => &[ExtremelyPoorSupport, ChildrenInDifficulty],
        Program::ExtremelyPoorSupport => &[
            SubsistenceAllowance,
            ChildrenInDifficulty,
            ElderlyServiceSubsidy,
            ElderlyCareSubsidy,
            DisabilityLivingSubsidy,
            DisabilityCareSubsidy,
        ],
        Program::ElderlyServiceSubsidy => {
            &[WorkInjuryNursing, ExtremelyPoorSupport, DisabilityLivingSubsidy, DisabilityCareSubsidy]
        }
        Program::ElderlyCareSubsidy => &[
            WorkInjuryNursing,
            ExtremelyPoorSupport,
            DisabilityLivingSubsidy,
            DisabilityCareSubsidy,
            HeroicInjuryNursing,
            ReturnedYouthNursing,
            InstitutionSubsidy,
        ],
        Program::DisabilityLivingSubsidy => &[
            WorkInjuryNursing,
            ExtremelyPoorSupport,
            ElderlyServiceSubsidy,
            ElderlyCareSubsidy,
            ChildrenInDifficulty,
        ],
        Program::DisabilityCareSubsidy => {
            &[WorkInjuryNursing, ExtremelyPoorSupport, ElderlyServiceSubsidy, ElderlyCareSubsidy]
        }
        Program::ChildrenInDifficulty => {
            &[ExtremelyPoorSupport, SubsistenceAllowance, DisabilityLivingSubsidy]
        }
        _ => &[],
    }
}

/// Whether two programs exclude each other for one person in one month, whichever of them says so.
pub fn mutually_exclusive(one: Program, other: Program) -> bool {
    let bars = |program: Program, other: Program| {
        as_other(other).is_some_and(|benefit| barring(program).contains(&benefit))
    };
    bars(one, other) || bars(other, one)
}

/// Programs of the ledger that bar another, or are barred by it.
pub const EXCLUSIVE_PROGRAMS: [Program; 7] = [
    Program::SubsistenceAllowance,
    Program::ExtremelyPoorSupport,
    Program::ElderlyServiceSubsidy,
    Program::ElderlyCareSubsidy,
    Program::DisabilityLivingSubsidy,
    Program::DisabilityCareSubsidy,
    Program::ChildrenInDifficulty,
];

/// The program as what another one may be barred by.
const fn as_other(program: Program) -> Option<OtherBenefit> {
    Some(match program {
        Program::SubsistenceAllowance => SubsistenceAllowance,
        Program::ExtremelyPoorSupport => ExtremelyPoorSupport,
        Program::ElderlyServiceSubsidy => ElderlyServiceSubsidy,
        Program::ElderlyCareSubsidy => ElderlyCareSubsidy,
        Program::DisabilityLivingSubsidy => DisabilityLivingSubsidy,
        Program::DisabilityCareSubsidy => DisabilityCareSubsidy,
        Program::ChildrenInDifficulty => ChildrenInDifficulty,
        _ => return None,
    })
}

/// Benefits that a child's amount tops up rather than is barred by, where the options say so.
pub const TOPPED_UP: [OtherBenefit; 2] = [SubsistenceAllowance, DisabilityLivingSubsidy];

/// Adds every exclusion of `program` in the month; `amount` is the program's own amount.
///
/// # Errors
/// [`AssessError`] of the child's own program, where it has to be asked.
pub fn check(
    program: Program,
    inquiry: Inquiry,
    amount: Money,
    verdict: &mut Verdict,
) -> Result<(), AssessError> {
    let topped_up = |kind: OtherBenefit| {
        program == Program::ChildrenInDifficulty
            && inquiry.question.options.child_top_up == Switch::On
            && TOPPED_UP.contains(&kind)
    };
    let bars = |kind: OtherBenefit| barring(program).contains(&kind) && !topped_up(kind);
    let excluded = inquiry.other_benefits().any(|one| bars(one.kind))
        || (bars(ExtremelyPoorSupport) && inquiry.has_hardship(Hardship::ExtremelyPoor))
        || (program == Program::DisabilityLivingSubsidy && is_paid_as_orphan(inquiry)?);
    verdict.bar_if(excluded, Reason::ExcludedByOtherBenefit);
    if let Some(set) = set_of(program) {
        let chosen = inquiry.question.enrollment.chosen_set;
        verdict.bar_if(chosen.is_some_and(|chosen| chosen != set), Reason::OtherSetChosen);
        verdict.bar_if(is_lower(inquiry, amount), Reason::HigherBenefitTaken);
    }
    Ok(())
}

/// An orphan or abandoned child has the children's allowance in place of the disability living subsidy, as long
/// as the former is payable.
fn is_paid_as_orphan(inquiry: Inquiry) -> Result<bool, AssessError> {
    match inquiry.applicant().child_category {
        Some(ChildCategory::Orphan | ChildCategory::Abandoned) => {
            let child = assess::month(Program::ChildrenInDifficulty, inquiry, &mut Trace::off())?;
            Ok(child.is_payable())
        }
        _ => Ok(false),
    }
}

/// The set a program belongs to: the elderly or the disability subsidies, of which a person has one.
const fn set_of(program: Program) -> Option<ChosenSet> {
    match program {
        Program::ElderlyServiceSubsidy | Program::ElderlyCareSubsidy => Some(ChosenSet::Elderly),
        Program::DisabilityLivingSubsidy | Program::DisabilityCareSubsidy => Some(ChosenSet::Disability),
        _ => None,
    }
}

/// Of the program's amount and a duty-injury or retired-cadre allowance the higher is taken.
fn is_lower(inquiry: Inquiry, amount: Money) -> bool {
    amount.is_positive()
        && inquiry.other_benefits().any(|one| {
            matches!(one.kind, DutyInjuryAllowance | RetiredCadreAllowance)
                && one.amount.is_some_and(|other| other >= amount)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exclusion_goes_both_ways_and_only_among_the_programs_that_are_listed() {
        for one in Program::ALL {
            for other in Program::ALL {
                let excludes = mutually_exclusive(*one, *other);
                assert_eq!(excludes, mutually_exclusive(*other, *one));
                let listed = EXCLUSIVE_PROGRAMS.contains(one) && EXCLUSIVE_PROGRAMS.contains(other);
                assert!(listed || !excludes, "{one} {other}");
            }
        }
        let set = (Program::ElderlyCareSubsidy, Program::DisabilityCareSubsidy);
        assert!(mutually_exclusive(set.0, set.1));
        assert!(!mutually_exclusive(Program::AdvancedAgeAllowance, Program::SubsistenceAllowance));
    }
}
