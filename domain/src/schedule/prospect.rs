//! What a person of the register would be due in a program in which they have no case, on the facts that are known.

use chrono::NaiveDate;

use super::FactsError;
use super::facts::{CaseFacts, ask};
use crate::benefit_case::{Application, CaseSubject};
use crate::calendar::BenefitMonth;
use crate::household::{Household, IncomeBasis};
use crate::ids::{CaseId, PersonId};
use crate::personal::Opener;
use crate::policy::{
    Dated, Hardship, HardshipStatus, MonthOutcome, OtherBenefit, OtherBenefitPaid, RuleBook, assess,
};
use crate::program::Program;

/// Programs that the register alone can answer for. Of the others some rest on a request (a bill, a meal, an emergency), and
/// 特困供养 on whether a supporter could pay, which the register says nothing of until somebody looked into it.
pub const FOUND_BY_FACTS: [Program; 10] = [
    Program::SubsistenceAllowance,
    Program::LowIncomeRecognition,
    Program::LowIncomeIllnessSubsidy,
    Program::ChildrenInDifficulty,
    Program::ElderlyServiceSubsidy,
    Program::ElderlyCareSubsidy,
    Program::AdvancedAgeAllowance,
    Program::DisabilityLivingSubsidy,
    Program::DisabilityCareSubsidy,
    Program::SpecialFamilySupport,
];

/// A person and a program in which they have no case.
#[derive(Clone, Copy, Debug)]
pub struct Prospect<'a> {
    /// The person's household.
    pub household: &'a Household,
    /// The person.
    pub person: PersonId,
    /// The program.
    pub program: Program,
    /// What other cases of the household give the person.
    pub held: &'a HeldBenefits,
}

/// What the cases of a household give one of its members: the status that goes with a program, and the benefit that may
/// exclude another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeldBenefits {
    hardship: Vec<Hardship>,
    benefits: Vec<OtherBenefit>,
}

impl HeldBenefits {
    /// Takes a program in which the person is on the roll, or the household as a whole.
    pub fn add(&mut self, program: Program) {
        self.hardship.extend(status_of(program));
        self.benefits.extend(OtherBenefit::from_code(program.code()));
    }

    /// A recognised status alone.
    pub fn status(kind: Hardship) -> HeldBenefits {
        HeldBenefits { hardship: vec![kind], benefits: Vec::new() }
    }
}

/// The recognised status that comes with a program.
const fn status_of(program: Program) -> Option<Hardship> {
    match program {
        Program::SubsistenceAllowance => Some(Hardship::Subsistence),
        Program::LowIncomeRecognition => Some(Hardship::LowIncome),
        Program::ExtremelyPoorSupport => Some(Hardship::ExtremelyPoor),
        Program::SpecialFamilySupport => Some(Hardship::SpecialFamily),
        _ => None,
    }
}

impl Prospect<'_> {
    /// Whether the register has the facts that the program cannot do without: most people have none for most programs,
    /// and nothing needs to be opened to see it.
    pub fn has_facts(&self) -> bool {
        let Some(household) = self.household.registered() else { return false };
        let Some(member) = household.members.get(&self.person) else { return false };
        match self.program {
            Program::AdvancedAgeAllowance => true,
            Program::SubsistenceAllowance | Program::LowIncomeRecognition | Program::ExtremelyPoorSupport => {
                // a register without an entry of income says none, which nobody looked into
                household.income.last().is_some_and(|record| {
                    !record.income.is_empty() || matches!(record.basis, IncomeBasis::Verified { .. })
                })
            }
            Program::ElderlyCareSubsidy => !member.care_level.is_empty() || !member.certificate.is_empty(),
            Program::DisabilityLivingSubsidy | Program::DisabilityCareSubsidy => {
                !member.certificate.is_empty()
            }
            Program::ElderlyServiceSubsidy => {
                !self.held.hardship.is_empty() || !member.circumstances.is_empty()
            }
            _ => !member.circumstances.is_empty(),
        }
    }

    /// What ascending `months` would be due, had the person applied and been approved on the first day of the month
    /// before them. Rates announced after `known_on` are not known. Nothing of it is ever stored.
    ///
    /// # Errors
    /// [`FactsError`], where the facts do not suffice.
    pub fn months(
        &self,
        opener: &dyn Opener,
        rules: &RuleBook,
        months: &[BenefitMonth],
        known_on: NaiveDate,
    ) -> Result<Vec<MonthOutcome>, FactsError> {
        let Some(first) = months.first() else { return Ok(Vec::new()) };
        let registered = self.household.registered().ok_or(FactsError::HouseholdNotRegistered)?;
        let applied_on = first.plus(-1).first_day();
        // a question needs a case; this one is never written
        let case_id = CaseId::new(self.person.uuid());
        let (household_id, applicant, program) = (registered.household_id, self.person, self.program);
        let subject = CaseSubject { case_id, household_id, applicant, program };
        let application = Application { applied_on, request: None, chosen_set: None };
        let facts = CaseFacts {
            subject: &subject,
            application: &application,
            decided_on: applied_on,
            suspensions: &[],
        };
        let mut found = Vec::with_capacity(months.len());
        for mut question in ask(facts, self.household, opener, months, known_on)? {
            let always = |fact| Dated { since: None, until: None, fact };
            let status = |kind: &Hardship| always(HardshipStatus { kind: *kind });
            question.applicant.hardship.extend(self.held.hardship.iter().map(status));
            let benefit = |kind: &OtherBenefit| Dated {
                since: None,
                until: None,
                fact: OtherBenefitPaid { kind: *kind, amount: None },
            };
            question.applicant.other_benefits.extend(self.held.benefits.iter().map(benefit));
            let outcome = assess(&question, rules)?;
            found.extend(outcome.results.into_iter().flat_map(|result| result.months));
        }
        Ok(found)
    }
}
