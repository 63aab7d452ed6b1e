//! The 1,203 elderly persons with at least one of the three subsidies, and a few who are refused.

use chrono::{Datelike, Days, Months, NaiveDate};
use domain::benefit_case::Outcome;
use domain::identifiers::{CitizenId, Sex};
use domain::policy::{
    CareLevel, ChosenSet, Dated, Disability, DisabilityKind, Hardship, HardshipStatus, Relation,
};
use domain::program::Program;

use super::assistance::Elder;
use super::names;
use super::office::{Office, Person, day, office_day, office_days_after};
use crate::registers::applications::{Decision, Row as Application, Steps};
use crate::registers::care_assessments::Row as CareAssessment;
use crate::registers::persons::{Account, Row};

/// Elderly persons who receive something in the year.
const RECIPIENTS: usize = 1203;
/// The days on which those who are on the roll from the start applied.
const ONBOARDING: (NaiveDate, NaiveDate) = (day(2022, 12, 1), day(2022, 12, 20));

/// The last day on which an application is decided before 25 November, when the year's last run is prepared.
const LAST_APPLICATION: NaiveDate = day(2023, 11, 8);

/// Someone who receives.
#[derive(Clone)]
pub(crate) struct Enrolled {
    pub(crate) id_number: CitizenId,
    pub(crate) household_number: String,
    pub(crate) plan: Plan,
    pub(crate) is_head: bool,
}

/// What someone applies for, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) born: NaiveDate,
    pub(crate) applied_on: NaiveDate,
    pub(crate) age: bool,
    pub(crate) care: Option<CareGround>,
    pub(crate) service: Option<Hardship>,
}

/// What the care subsidy rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CareGround {
    /// Assessed 重度失能.
    Assessed,
    /// A disability certificate.
    Certificate,
}

/// Adds them; `elders` live in households on allowance and already have rows.
pub(crate) fn add(office: &mut Office, elders: Vec<Elder>) -> Vec<Enrolled> {
    let mut plans = plans(office, RECIPIENTS - elders.len());
    office.prng.shuffle(&mut plans);
    let mut enrolled = Vec::with_capacity(RECIPIENTS);
    for elder in elders {
        of_allowance_household(office, &mut enrolled, &elder);
    }
    let mut waiting = plans.into_iter().peekable();
    while let Some(first) = waiting.next() {
        let second =
            if office.prng.chance(24) { waiting.next_if(|second| may_marry(first, *second)) } else { None };
        household(office, &mut enrolled, first, second);
    }
    refused(office);
    enrolled
}

fn may_marry(first: Plan, second: Plan) -> bool {
    (first.born.year() - second.born.year()).abs() <= 9
}

/// What everyone applies for: most for age alone, some for care or service, some for two or three at once.
fn plans(office: &mut Office, count: usize) -> Vec<Plan> {
    let prng = &mut office.prng;
    let groups = [
        (110 + prng.below(16), false, true, false),
        (44 + prng.below(11), false, false, true),
        (78 + prng.below(12), true, true, false),
        (18 + prng.below(7), true, false, true),
        (10 + prng.below(5), false, true, true),
        (5 + prng.below(4), true, true, true),
    ];
    let turning_eighty = 58 + prng.below(9);
    let mut plans = Vec::with_capacity(count);
    for (size, age, care, service) in groups {
        plans.extend((0..size).map(|_| plan(office, age, care, service)));
    }
    plans.extend((0..turning_eighty).map(|_| turning_eighty_plan(office)));
    plans.extend([turning(office, 1923), turning(office, 1923)]);
    while plans.len() < count {
        let next = plan(office, true, false, false);
        plans.push(next);
    }
    plans
}

fn plan(office: &mut Office, age: bool, care: bool, service: bool) -> Plan {
    let born = if age {
        born_at_eighty_or_more(office)
    } else {
        office.prng.day(day(1944, 1, 1), day(1962, 10, 31))
    };
    let care =
        care.then(|| if office.prng.chance(55) { CareGround::Assessed } else { CareGround::Certificate });
    let service =
        service.then(|| if office.prng.chance(70) { Hardship::LowIncome } else { Hardship::SpecialFamily });
    // a few of the others also apply only during the year
    let applied_on = if office.prng.chance(2) {
        office_day(office.prng.day(day(2023, 2, 1), LAST_APPLICATION))
    } else {
        onboarding_day(office)
    };
    Plan { born, applied_on, age, care, service }
}

fn born_at_eighty_or_more(office: &mut Office) -> NaiveDate {
    let (first, last) = match office.prng.below(1000) {
        0..3 => (day(1921, 1, 1), day(1922, 11, 30)),
        3..170 => (day(1923, 1, 1), day(1932, 12, 31)),
        170..200 => (day(1933, 1, 1), day(1933, 12, 31)),
        200..500 => (day(1934, 1, 1), day(1938, 12, 31)),
        _ => (day(1939, 1, 1), day(1942, 11, 30)),
    };
    office.prng.day(first, last)
}

fn onboarding_day(office: &mut Office) -> NaiveDate {
    office_day(office.prng.day(ONBOARDING.0, ONBOARDING.1))
}

/// Someone on the roll whose allowance rises in the year, when 90 or 100 is reached.
fn turning(office: &mut Office, birth_year: i32) -> Plan {
    let born = office.prng.day(day(birth_year, 2, 1), day(birth_year, 11, 30));
    Plan { born, applied_on: onboarding_day(office), age: true, care: None, service: None }
}

/// Someone who reaches 80 in the year and applies within weeks.
fn turning_eighty_plan(office: &mut Office) -> Plan {
    let born = office.prng.day(day(1943, 1, 3), day(1943, 10, 20));
    let birthday = born + Months::new(80 * 12);
    let applied_on = office_day(birthday + Days::new(office.prng.below(18) as u64));
    Plan { born, applied_on, age: true, care: None, service: None }
}

/// A household of one or two recipients, or of one with a grown-up child as its head.
fn household(office: &mut Office, enrolled: &mut Vec<Enrolled>, first: Plan, second: Option<Plan>) {
    let number = office.household_number();
    let surname = names::surname(&mut office.prng);
    if let Some(second) = second {
        recipient(office, enrolled, (&number, surname), first, Relation::Oneself, Sex::Male);
        let maiden = names::surname(&mut office.prng);
        recipient(office, enrolled, (&number, maiden), second, Relation::Spouse, Sex::Female);
    } else if office.prng.chance(30) {
        let born = office.prng.day(day(1960, 1, 1), day(1972, 12, 31)).max(first.born + Months::new(20 * 12));
        let mut head =
            office.person(&number, surname, Person { born, sex: Sex::Male, relation: Relation::Oneself });
        head.circumstances.employed = born.year() > 1963;
        let holder = head.id_number.clone();
        office.registers.persons.push(head);
        recipient(office, enrolled, (&number, surname), first, Relation::Other, Sex::Male);
        let for_parent = office.prng.chance(40);
        if let Some(account) = office.registers.persons.last_mut().and_then(|row| row.account.as_mut())
            && for_parent
        {
            account.holder = Some(holder);
        }
    } else {
        let sex = if office.prng.chance(62) { Sex::Female } else { Sex::Male };
        recipient(office, enrolled, (&number, surname), first, Relation::Oneself, sex);
    }
}

fn recipient(
    office: &mut Office,
    enrolled: &mut Vec<Enrolled>,
    (number, surname): (&str, &str),
    plan: Plan,
    relation: Relation,
    sex: Sex,
) {
    let mut row = office.person(number, surname, Person { born: plan.born, sex, relation });
    row.account = Some(office.account());
    row.circumstances.basic_eldercare_target = plan.care.is_some() || plan.service.is_some();
    if let Some(kind) = plan.service {
        let since = Some(day(2022, 1, 1));
        row.circumstances.hardship = vec![Dated { since, until: None, fact: HardshipStatus { kind } }];
    }
    match plan.care {
        Some(CareGround::Certificate) => row.disabilities = certificate(office),
        Some(CareGround::Assessed) => assess(office, &row.id_number, plan.applied_on),
        None => {}
    }
    let is_head = relation == Relation::Oneself;
    enrolled.push(Enrolled {
        id_number: row.id_number.clone(),
        household_number: number.to_owned(),
        plan,
        is_head,
    });
    apply_for_all(office, &row.id_number, number, plan);
    office.registers.persons.push(row);
}

fn apply_for_all(office: &mut Office, id_number: &CitizenId, number: &str, plan: Plan) {
    let asked = [
        (plan.age, Program::AdvancedAgeAllowance),
        (plan.care.is_some(), Program::ElderlyCareSubsidy),
        (plan.service.is_some(), Program::ElderlyServiceSubsidy),
    ];
    let decided_on = office_days_after(plan.applied_on, office.prng.between(3, 7));
    for (_, program) in asked.into_iter().filter(|(asked, _)| *asked) {
        let chosen = program != Program::AdvancedAgeAllowance && plan.care == Some(CareGround::Certificate);
        apply(
            office,
            (id_number, number),
            (program, chosen),
            plan.applied_on,
            (decided_on, Outcome::Approved),
        );
    }
}

fn apply(
    office: &mut Office,
    (id_number, number): (&CitizenId, &str),
    (program, chosen): (Program, bool),
    applied_on: NaiveDate,
    (decided_on, outcome): (NaiveDate, Outcome),
) {
    let steps = Steps {
        consulted_on: office.prng.chance(30).then_some(applied_on),
        applied_on,
        means_checked_on: None,
        visited_on: None,
        reviewed_on: Some(office_days_after(applied_on, 2)),
        notice_posted_on: None,
        decision: Some(Decision { decided_on, outcome }),
    };
    office.registers.applications.push(Application {
        applicant: id_number.clone(),
        household_number: number.to_owned(),
        program,
        steps,
        request: None,
        chosen_set: chosen.then_some(ChosenSet::Elderly),
    });
}

fn certificate(office: &mut Office) -> Vec<Dated<Disability>> {
    use DisabilityKind::{Hearing, Intellectual, Limb, Mental, Speech, Vision};
    let since = Some(office.prng.day(day(2005, 1, 1), day(2021, 12, 31)));
    let single = [
        (Limb, 1),
        (Limb, 2),
        (Limb, 2),
        (Vision, 1),
        (Vision, 2),
        (Mental, 2),
        (Intellectual, 3),
        (Hearing, 1),
        (Hearing, 2),
        (Speech, 2),
    ];
    let entries = if office.prng.chance(8) {
        vec![(Intellectual, 2), (Hearing, 4)]
    } else {
        vec![office.prng.pick(&single)]
    };
    let entry = |(kind, grade)| Dated { since, until: None, fact: Disability { kind, grade } };
    entries.into_iter().map(entry).collect()
}

/// An assessment before the application; someone who applies late in the year was less frail before.
fn assess(office: &mut Office, id_number: &CitizenId, applied_on: NaiveDate) {
    let assessed_on = office_day(applied_on - Days::new(office.prng.between(5, 20) as u64)).min(applied_on);
    let mut add = |level, assessed_on| {
        office.registers.care_assessments.push(CareAssessment {
            id_number: id_number.clone(),
            level,
            assessed_on,
        });
    };
    if applied_on > day(2023, 6, 1) {
        add(CareLevel::Moderate, day(2022, 12, 8));
    }
    add(CareLevel::Severe, assessed_on);
}

/// An elderly member of a household on allowance applies once the allowance has begun.
fn of_allowance_household(office: &mut Office, enrolled: &mut Vec<Enrolled>, elder: &Elder) {
    let first = elder.may_apply_from.max(day(2023, 1, 1));
    let applied_on = office_day(first + Days::new(office.prng.between(2, 9) as u64));
    let Some(row) = office.registers.persons.iter().find(|row| row.id_number == elder.id_number) else {
        return;
    };
    let service = Some(Hardship::Subsistence);
    let plan = Plan { born: row.birth_date, applied_on, age: false, care: None, service };
    let is_head = row.relation == Relation::Oneself;
    apply_for_all(office, &elder.id_number, &elder.household_number, plan);
    enrolled.push(Enrolled {
        id_number: elder.id_number.clone(),
        household_number: elder.household_number.clone(),
        plan,
        is_head,
    });
}

/// Two who may not have it: one is 80 only next year, one is assessed 中度失能.
fn refused(office: &mut Office) {
    let cases = [
        (day(1944, 5, 17), Program::AdvancedAgeAllowance, day(2023, 3, 14)),
        (day(1950, 9, 2), Program::ElderlyCareSubsidy, day(2023, 7, 11)),
    ];
    for (born, program, applied_on) in cases {
        let number = office.household_number();
        let surname = names::surname(&mut office.prng);
        let person = Person { born, sex: Sex::Female, relation: Relation::Oneself };
        let mut row: Row = office.person(&number, surname, person);
        row.account = Some(Account { ..office.account() });
        if program == Program::ElderlyCareSubsidy {
            let (id_number, assessed_on) = (row.id_number.clone(), applied_on - Days::new(12));
            let level = CareLevel::Moderate;
            office.registers.care_assessments.push(CareAssessment { id_number, level, assessed_on });
        }
        let decided_on = office_days_after(applied_on, 5);
        apply(
            office,
            (&row.id_number, &number),
            (program, false),
            applied_on,
            (decided_on, Outcome::Refused),
        );
        office.registers.persons.push(row);
    }
}
