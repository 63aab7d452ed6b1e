//! Who of a household can be asked about which program.

use std::collections::BTreeSet;

use domain::household::{Household, Member};
use domain::ids::PersonId;
use domain::personal::{Opened, Opener};
use domain::policy::Hukou;
use domain::program::Program;
use domain::schedule::{FOUND_BY_FACTS, HeldBenefits, Prospect};
use eventlog::keyring::DataKeys;
use projections::case_files::register::HouseholdFile;
use projections::case_files::{CaseRow, CaseStage};

use crate::processes::{Office, ProcessError};

/// A person without an open case in a program.
#[derive(Clone, Debug)]
pub struct Unenrolled {
    /// Who.
    pub person: PersonId,
    /// In which program.
    pub program: Program,
    /// What the cases of the household give the person.
    pub held: HeldBenefits,
}

impl Unenrolled {
    /// The question.
    pub fn of<'a>(&'a self, household: &'a Household) -> Prospect<'a> {
        Prospect { household, person: self.person, program: self.program, held: &self.held }
    }
}

/// Everyone who lives in the household and could be asked about a program, as far as the register has the facts for it. A
/// benefit of the whole household is asked of its head.
pub fn unenrolled(file: &HouseholdFile) -> Vec<Unenrolled> {
    let Some(registered) = file.household.state.registered() else { return Vec::new() };
    let residents: Vec<&Member> =
        registered.members.values().filter(|member| is_resident(member) && !member.is_restricted()).collect();
    let head = residents.iter().find(|member| member.person_id == registered.head).or(residents.first());
    let mut found = Vec::new();
    for member in &residents {
        let person = member.person_id;
        let held = held_by(file, person);
        for program in FOUND_BY_FACTS {
            let of_household = is_of_household(program);
            let asked_here = !of_household || head.is_some_and(|head| head.person_id == person);
            let concerns = |case: &&CaseRow| {
                case.program == program && (of_household || case.applicant == person) && is_open(case.stage)
            };
            if !asked_here || file.cases.iter().any(|case| concerns(&case)) {
                continue;
            }
            let unenrolled = Unenrolled { person, program, held: held.clone() };
            if unenrolled.of(&file.household.state).has_facts() {
                found.push(unenrolled);
            }
        }
    }
    found
}

/// Whether the person lives here and has the hukou of the city.
pub fn is_resident(member: &Member) -> bool {
    member.is_present() && member.hukou == Hukou::Local && member.left_region_on().is_none()
}

/// Whether one case of the program stands for the whole household.
pub const fn is_of_household(program: Program) -> bool {
    matches!(program, Program::SubsistenceAllowance | Program::LowIncomeRecognition)
}

/// Whether a case is on the roll or on its way there.
const fn is_open(stage: CaseStage) -> bool {
    match stage {
        CaseStage::Refused | CaseStage::Closed | CaseStage::Discontinued => false,
        CaseStage::Consulted
        | CaseStage::Gathering
        | CaseStage::Recommended
        | CaseStage::OnNotice
        | CaseStage::Enrolled
        | CaseStage::Suspended => true,
    }
}

/// What the enrolled cases of the household give a member.
fn held_by(file: &HouseholdFile, person: PersonId) -> HeldBenefits {
    let mut held = HeldBenefits::default();
    for case in
        file.cases.iter().filter(|case| matches!(case.stage, CaseStage::Enrolled | CaseStage::Suspended))
    {
        let shared = is_of_household(case.program) && case.household_id == file.household.household_id;
        if shared || case.applicant == person {
            held.add(case.program);
        }
    }
    held
}

/// A name as lists show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// The family name alone: 王**.
    Masked,
    /// In full, after a disclosure was recorded.
    Open,
}

/// The name of a member; none where it is restricted, erased or cannot be opened.
pub fn name_of(household: &Household, person: PersonId, opener: &dyn Opener, names: Names) -> Option<String> {
    let member = household.member(person).filter(|member| !member.is_restricted())?;
    match member.name.open(person, opener) {
        Ok(Opened::Clear(name)) => {
            let name = &name.disclose().0;
            Some(match names {
                Names::Masked => name.chars().take(1).chain("**".chars()).collect(),
                Names::Open => name.clone(),
            })
        }
        Ok(Opened::Erased { .. }) | Err(_) => None,
    }
}

/// The keys of members of households, for one page: they are forgotten with it.
///
/// # Errors
/// [`ProcessError`] when the keys cannot be read.
pub async fn keys_of<'a>(
    office: &Office,
    households: impl Iterator<Item = &'a Household>,
) -> Result<DataKeys, ProcessError> {
    let members = households.filter_map(Household::registered);
    let persons: BTreeSet<PersonId> =
        members.flat_map(|household| household.members.keys().copied()).collect();
    Ok(office.keyring.keys_of(&persons.into_iter().collect::<Vec<_>>()).await?)
}
