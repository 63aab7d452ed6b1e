//! From a case and its household to questions to the rules.
//!
//! Some facts of a question are dated, others hold for all of its months. So the months are cut where an undated
//! fact changes; a new fact counts for the whole month in which it begins. Only what the program looks at is opened
//! and put into the question.

mod household;

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::benefit_case::{Application, BenefitCase, CaseSubject, EnrolledCase, ReviewedCase};
use crate::calendar::BenefitMonth;
use crate::household::{Household, Member, RegisteredHousehold};
use crate::ids::PersonId;
use crate::personal::{Opened, Opener, PersonalField, Sealed};
use crate::policy::{
    Applicant, Assessment, CareLevelSince, Circumstances, DisabilityCertificate, Enrollment, Options,
    Request, Suspension,
};
use crate::program::Program;
use crate::timeline::Timeline;

use self::household::OpenedHousehold;
use super::FactsError;

/// How a case stands in its program, as a question needs it.
#[derive(Clone, Copy, Debug)]
pub struct CaseFacts<'a> {
    /// The case and its parties.
    pub subject: &'a CaseSubject,
    /// What was applied for.
    pub application: &'a Application,
    /// The day of the approval, or the day that is assumed for it.
    pub decided_on: NaiveDate,
    /// 停发 times.
    pub suspensions: &'a [Suspension],
}

impl<'a> CaseFacts<'a> {
    /// Of a case that is or was on the roll.
    pub fn enrolled(case: &'a EnrolledCase) -> CaseFacts<'a> {
        CaseFacts {
            subject: &case.file.subject,
            application: &case.application,
            decided_on: case.decision.decided_on,
            suspensions: &case.suspensions,
        }
    }

    /// Of a case under review, as if it were approved on `decided_on`.
    pub fn reviewed(case: &'a ReviewedCase, decided_on: NaiveDate) -> CaseFacts<'a> {
        CaseFacts {
            subject: &case.file.subject,
            application: &case.application,
            decided_on,
            suspensions: &[],
        }
    }
}

/// The questions about `months` of a case that is or was on the roll, in order; together they ask for each month
/// once. Rates announced after `known_on` are not known.
///
/// # Errors
/// [`FactsError`].
pub fn questions(
    case: &BenefitCase,
    household: &Household,
    opener: &dyn Opener,
    months: &[BenefitMonth],
    known_on: NaiveDate,
) -> Result<Vec<Assessment>, FactsError> {
    let (enrolled, _) = case.enrollment().ok_or(FactsError::NotEnrolled)?;
    ask(CaseFacts::enrolled(enrolled), household, opener, months, known_on)
}

/// As [`questions`], for any standing of the case.
///
/// # Errors
/// [`FactsError`].
pub fn ask(
    case: CaseFacts,
    household: &Household,
    opener: &dyn Opener,
    months: &[BenefitMonth],
    known_on: NaiveDate,
) -> Result<Vec<Assessment>, FactsError> {
    let household = household.registered().ok_or(FactsError::HouseholdNotRegistered)?;
    let opened = OpenedFacts::open(case.subject, household, opener)?;
    let changes = opened.changes();
    stretches(months, &changes).map(|months| opened.question(case, months, known_on)).collect()
}

/// Cuts ascending months before each month of change.
fn stretches<'m>(
    months: &'m [BenefitMonth],
    changes: &'m BTreeSet<BenefitMonth>,
) -> impl Iterator<Item = &'m [BenefitMonth]> {
    months.chunk_by(|earlier, later| changes.range(earlier.next()..=*later).next().is_none())
}

/// What the rules look at, opened once for all months.
struct OpenedFacts<'a> {
    applicant: &'a Member,
    birth_date: NaiveDate,
    circumstances: Timeline<Circumstances>,
    certificate: Timeline<DisabilityCertificate>,
    care_level: Vec<CareLevelSince>,
    household: Option<OpenedHousehold<'a>>,
}

impl<'a> OpenedFacts<'a> {
    fn open(
        subject: &CaseSubject,
        household: &'a RegisteredHousehold,
        opener: &dyn Opener,
    ) -> Result<OpenedFacts<'a>, FactsError> {
        let (program, person) = (subject.program, subject.applicant);
        let member = household.members.get(&person).ok_or(FactsError::NotAMember { person })?;
        if let Some(on) = member.erased_on() {
            return Err(FactsError::Erased { person, on });
        }
        let mut facts = OpenedFacts {
            applicant: member,
            birth_date: open(&member.birth_date, person, opener)?.0,
            circumstances: Timeline::default(),
            certificate: Timeline::default(),
            care_level: Vec::new(),
            household: None,
        };
        if looks_at_circumstances(program) {
            facts.circumstances = open_all(&member.circumstances, person, opener)?;
        }
        if looks_at_certificate(program) {
            facts.certificate = open_all(&member.certificate, person, opener)?;
        }
        if looks_at_care_level(program) {
            let levels = open_all(&member.care_level, person, opener)?;
            let since = |(day, level): (NaiveDate, &_)| CareLevelSince { level: *level, since: Some(day) };
            facts.care_level = levels.iter().map(since).collect();
        }
        if looks_at_household(program) {
            facts.household = Some(OpenedHousehold::open(household, member, opener)?);
        }
        Ok(facts)
    }

    /// The months from which an undated fact is another.
    fn changes(&self) -> BTreeSet<BenefitMonth> {
        let mut changes = months_of(&self.circumstances);
        changes.extend(months_of(&self.certificate));
        if let Some(household) = &self.household {
            household.add_changes(&mut changes);
        }
        changes
    }

    /// The question about months in which no undated fact changes.
    fn question(
        &self,
        case: CaseFacts,
        months: &[BenefitMonth],
        known_on: NaiveDate,
    ) -> Result<Assessment, FactsError> {
        let day = months.first().map_or(known_on, |month| month.last_day());
        let circumstances = self.circumstances.at(day);
        let household = self.household.as_ref().map(|household| household.facts(circumstances, day));
        Ok(Assessment {
            id: case.subject.case_id.to_string(),
            programs: vec![case.subject.program],
            months: months.to_vec(),
            known_at: Some(known_on),
            options: Options::default(),
            applicant: self.applicant(circumstances, day),
            household: household.transpose()?,
            enrollment: Enrollment {
                applied_on: Some(case.application.applied_on),
                decided_on: Some(case.decided_on),
                suspended: case.suspensions.to_vec(),
                chosen_set: case.application.chosen_set,
                exit: None,
            },
            request: Request { temporary_assistance: case.application.request, ..Request::default() },
            paid: None,
        })
    }

    fn applicant(&self, circumstances: Option<&Circumstances>, day: NaiveDate) -> Applicant {
        let known = Applicant {
            birth_date: Some(self.birth_date),
            died_on: self.applicant.died_on(),
            left_region_on: self.applicant.left_region_on(),
            hukou: self.applicant.hukou,
            disabilities: self.certificate.at(day).map(|one| one.0.clone()).unwrap_or_default(),
            care_level: self.care_level.clone(),
            ..Applicant::default()
        };
        let Some(circumstances) = circumstances else { return known };
        Applicant {
            self_care: circumstances.self_care,
            severe_illness: circumstances.severe_illness,
            hardship: circumstances.hardship.clone(),
            other_benefits: circumstances.other_benefits.clone(),
            student: circumstances.student.clone(),
            employed: circumstances.employed,
            stable_income: circumstances.stable_income,
            own_income: circumstances.own_income,
            child_category: circumstances.child_category,
            special_family: circumstances.special_family,
            basic_eldercare_target: circumstances.basic_eldercare_target,
            residence: circumstances.residence,
            ..known
        }
    }
}

/// 高龄津贴 looks at the age alone, so nothing more of the person is opened.
fn looks_at_circumstances(program: Program) -> bool {
    program != Program::AdvancedAgeAllowance
}

fn looks_at_certificate(program: Program) -> bool {
    matches!(
        program,
        Program::ExtremelyPoorSupport
            | Program::ElderlyCareSubsidy
            | Program::DisabilityLivingSubsidy
            | Program::DisabilityCareSubsidy
    )
}

fn looks_at_care_level(program: Program) -> bool {
    matches!(program, Program::ElderlyCareSubsidy | Program::ElderlyCareVoucher)
}

/// Whether the rules of the program look at everyone in the household.
pub fn looks_at_household(program: Program) -> bool {
    matches!(
        program,
        Program::SubsistenceAllowance | Program::ExtremelyPoorSupport | Program::LowIncomeRecognition
    )
}

/// The months in which the entries of a timeline begin.
fn months_of<T>(timeline: &Timeline<T>) -> BTreeSet<BenefitMonth> {
    timeline.iter().map(|(since, _)| BenefitMonth::of(since)).collect()
}

fn open<T: PersonalField>(
    sealed: &Sealed<T>,
    person: PersonId,
    opener: &dyn Opener,
) -> Result<T, FactsError> {
    match sealed.open(person, opener)? {
        Opened::Clear(value) => Ok(value.into_disclosed()),
        Opened::Erased { on } => Err(FactsError::Erased { person, on }),
    }
}

fn open_all<T: PersonalField>(
    sealed: &Timeline<Sealed<T>>,
    person: PersonId,
    opener: &dyn Opener,
) -> Result<Timeline<T>, FactsError> {
    let mut opened = Timeline::default();
    for (since, value) in sealed.iter() {
        opened.record(since, open(value, person, opener)?);
    }
    Ok(opened)
}
