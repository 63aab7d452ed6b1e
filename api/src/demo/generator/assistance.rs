//! Households on subsistence allowance, the extremely poor, temporary assistance, children in difficulty.

use chrono::{Datelike, Days, NaiveDate};
use domain::benefit_case::Outcome;
use domain::identifiers::{CitizenId, Sex};
use domain::money::Money;
use domain::policy::{
    AssistanceMode, AssistanceRequest, ChildCategory, Dated, Disability, DisabilityKind, Hardship,
    HardshipStatus, Hukou, Relation, SelfCare,
};
use domain::program::Program;

use super::names;
use super::office::{Office, Person, day, office_day, office_days_after, ordinary};
use crate::registers::applications::{Decision, Row as Application, Steps};
use crate::registers::persons::Row;

/// Households that receive subsistence allowance in the year.
const ALLOWANCE: usize = 29;
/// How many of them apply in January; the rest through the year.
const ALLOWANCE_IN_JANUARY: usize = 24;
/// Persons with 特困 support; with the two of temporary assistance they are the six assisted persons.
const EXTREMELY_POOR: usize = 4;
/// The standard until June 2023 (京民社救发, in force from 2022-07), in yuan for each head.
const STANDARD: usize = 1320;

/// Who came out.
pub(crate) struct Families {
    /// Households with subsistence allowance.
    pub(crate) on_allowance: Vec<AllowanceHousehold>,
    /// Elderly members of them, who apply for the elderly service subsidy once the allowance begins.
    pub(crate) elders: Vec<Elder>,
}

/// A household on allowance.
#[derive(Clone)]
pub(crate) struct AllowanceHousehold {
    pub(crate) number: String,
    pub(crate) head: CitizenId,
    pub(crate) income: Money,
    pub(crate) members: usize,
    /// The first member who is neither the head nor elderly.
    pub(crate) other_member: Option<CitizenId>,
    pub(crate) decided_on: NaiveDate,
}

/// An elderly member of a household on allowance.
#[derive(Clone)]
pub(crate) struct Elder {
    pub(crate) id_number: CitizenId,
    pub(crate) household_number: String,
    pub(crate) may_apply_from: NaiveDate,
}

/// Adds all of them.
pub(crate) fn add(office: &mut Office) -> Families {
    let mut families = Families { on_allowance: Vec::new(), elders: Vec::new() };
    let later = [(2023, 3, 6), (2023, 5, 8), (2023, 6, 5), (2023, 8, 7), (2023, 9, 11)];
    for index in 0..ALLOWANCE {
        let applied_on = match index.checked_sub(ALLOWANCE_IN_JANUARY).and_then(|late| later.get(late)) {
            Some((year, month, first)) => office_days_after(day(*year, *month, *first), office.prng.below(3)),
            None => office_day(day(2023, 1, 3) + Days::new(office.prng.below(7) as u64)),
        };
        allowance(office, &mut families, index, applied_on);
    }
    refused_allowance(office);
    for index in 0..EXTREMELY_POOR {
        extremely_poor(office, index);
    }
    temporary(office, Hukou::Local, day(2023, 4, 6), (3, 2));
    temporary(office, Hukou::ResidencePermit, day(2023, 6, 6), (1, 3));
    child(office, ChildCategory::Orphan, 2011);
    child(office, ChildCategory::Unsupported, 2015);
    families
}

/// The steps of a program with means check, home visit and public notice, decided after the notice has ended.
fn noticed_steps(office: &mut Office, applied_on: NaiveDate, outcome: Outcome) -> Steps {
    let posted = office_days_after(applied_on, 5);
    // seven days after the day of posting; an end on a day off moves to the next office day
    let notice_end = office_day(posted + Days::new(7));
    let decided_on = office_days_after(notice_end, 1 + office.prng.below(2));
    Steps { notice_posted_on: Some(posted), ..plain_steps(applied_on, decided_on, outcome) }
}

fn plain_steps(applied_on: NaiveDate, decided_on: NaiveDate, outcome: Outcome) -> Steps {
    Steps {
        consulted_on: Some(applied_on),
        applied_on,
        means_checked_on: Some(office_days_after(applied_on, 1)),
        visited_on: Some(office_days_after(applied_on, 2)),
        reviewed_on: Some(office_days_after(applied_on, 4)),
        notice_posted_on: None,
        decision: Some(Decision { decided_on, outcome }),
    }
}

fn apply(office: &mut Office, row: &Row, program: Program, steps: Steps) {
    office.registers.applications.push(Application {
        applicant: row.id_number.clone(),
        household_number: row.household_number.clone(),
        program,
        steps,
        request: None,
        chosen_set: None,
    });
}

/// Who lives in a household on allowance, by turns: alone, a couple, a single parent, a family, three generations.
fn members(office: &mut Office, index: usize) -> Vec<Person> {
    let mut person = |relation, sex, from: i32, to: i32| Person {
        born: office.prng.day(day(from, 2, 1), day(to, 11, 30)),
        sex,
        relation,
    };
    match index % 5 {
        0 => vec![person(Relation::Oneself, Sex::Male, 1966, 1978)],
        1 => vec![
            person(Relation::Oneself, Sex::Male, 1950, 1961),
            person(Relation::Spouse, Sex::Female, 1964, 1972),
        ],
        2 => vec![
            person(Relation::Oneself, Sex::Female, 1978, 1988),
            person(Relation::Child, Sex::Male, 2009, 2016),
        ],
        3 => vec![
            person(Relation::Oneself, Sex::Male, 1974, 1984),
            person(Relation::Spouse, Sex::Female, 1976, 1986),
            person(Relation::Child, Sex::Female, 2008, 2018),
        ],
        _ => vec![
            person(Relation::Oneself, Sex::Male, 1970, 1980),
            person(Relation::Other, Sex::Female, 1945, 1958),
            person(Relation::Child, Sex::Male, 2005, 2012),
        ],
    }
}

fn allowance(office: &mut Office, families: &mut Families, index: usize, applied_on: NaiveDate) {
    let people = members(office, index);
    let number = office.household_number();
    let surname = names::surname(&mut office.prng);
    let steps = noticed_steps(office, applied_on, Outcome::Approved);
    let decided_on = steps.decision.map_or(applied_on, |decision| decision.decided_on);
    let starts_on = month_after(decided_on);
    // below the standard whatever happens to one member
    let income = office.yuan(0, STANDARD * people.len() / 3, 50);
    let mut other_member = None;
    for (place, person) in people.iter().enumerate() {
        let mut row = office.person(&number, surname, *person);
        row.account = (place == 0).then(|| office.account());
        if let Some(part) = row.household.as_mut() {
            part.income = ordinary(income);
            part.property.cash_assets = Some(Money::from_fen(500_000));
        }
        row.circumstances.severe_illness = place == 0 && index.is_multiple_of(5);
        row.circumstances.single_parent = place == 0 && index % 5 == 2;
        if person.born.year() <= 1962 {
            elder(office, families, &mut row, starts_on);
        } else if place > 0 && other_member.is_none() {
            other_member = Some(row.id_number.clone());
        }
        if place == 0 {
            apply(office, &row, Program::SubsistenceAllowance, steps);
            let (head, members, number) = (row.id_number.clone(), people.len(), number.clone());
            families.on_allowance.push(AllowanceHousehold {
                number,
                head,
                income,
                members,
                other_member: None,
                decided_on,
            });
        }
        office.registers.persons.push(row);
    }
    if let Some(last) = families.on_allowance.last_mut() {
        last.other_member = other_member;
    }
}

fn elder(office: &mut Office, families: &mut Families, row: &mut Row, starts_on: NaiveDate) {
    row.circumstances.hardship = vec![Dated {
        since: Some(starts_on),
        until: None,
        fact: HardshipStatus { kind: Hardship::Subsistence },
    }];
    row.account = row.account.take().or_else(|| Some(office.account()));
    families.elders.push(Elder {
        id_number: row.id_number.clone(),
        household_number: row.household_number.clone(),
        may_apply_from: starts_on,
    });
}

fn month_after(date: NaiveDate) -> NaiveDate {
    domain::calendar::BenefitMonth::of(date).next().first_day()
}

/// A household whose income is above the standard: refused.
fn refused_allowance(office: &mut Office) {
    let number = office.household_number();
    let surname = names::surname(&mut office.prng);
    let steps = noticed_steps(office, day(2023, 2, 6), Outcome::Refused);
    let people = members(office, 3);
    for (place, person) in people.iter().enumerate() {
        let mut row = office.person(&number, surname, *person);
        if let Some(part) = row.household.as_mut() {
            part.income = ordinary(office.yuan(6_200, 7_400, 50));
        }
        row.circumstances.employed = place == 0;
        if place == 0 {
            row.account = Some(office.account());
            apply(office, &row, Program::SubsistenceAllowance, Steps { notice_posted_on: None, ..steps });
        }
        office.registers.persons.push(row);
    }
}

fn extremely_poor(office: &mut Office, index: usize) {
    let number = office.household_number();
    let surname = names::surname(&mut office.prng);
    // the last one has no labour capacity through a disability, not through age
    let young = index + 1 == EXTREMELY_POOR;
    let (first, last) =
        if young { (day(1975, 1, 1), day(1985, 12, 31)) } else { (day(1945, 1, 1), day(1960, 12, 31)) };
    let person = Person { born: office.prng.day(first, last), sex: Sex::Male, relation: Relation::Oneself };
    let mut row = office.person(&number, surname, person);
    row.account = Some(office.account());
    row.circumstances.self_care = [SelfCare::Independent, SelfCare::Partial, SelfCare::Dependent][index % 3];
    if young {
        let fact = Disability { kind: DisabilityKind::Limb, grade: 1 };
        row.disabilities = vec![Dated { since: Some(day(2015, 6, 1)), until: None, fact }];
        row.circumstances.severe_disability = true;
    }
    let applied_on = office_days_after(day(2023, 1, 2), 1 + index % 3);
    let steps = noticed_steps(office, applied_on, Outcome::Approved);
    apply(office, &row, Program::ExtremelyPoorSupport, steps);
    office.registers.persons.push(row);
}

/// One household in a sudden plight; `(persons, tier)` is what it asks for.
fn temporary(office: &mut Office, hukou: Hukou, applied_on: NaiveDate, (persons, tier): (u32, u32)) {
    let number = office.household_number();
    let surname = names::surname(&mut office.prng);
    let family = members(office, 3);
    let people = if persons == 1 { &family[..1] } else { &family[..] };
    for (place, person) in people.iter().enumerate() {
        let mut row = office.person(&number, surname, *person);
        row.hukou = hukou;
        if let Some(part) = row.household.as_mut() {
            part.income = ordinary(office.yuan(2_000, 3_000, 100));
        }
        row.circumstances.severe_illness = place == 0;
        if place == 0 {
            row.account = Some(office.account());
            let steps = plain_steps(applied_on, office_days_after(applied_on, 6), Outcome::Approved);
            apply(office, &row, Program::TemporaryAssistance, steps);
            let mode = AssistanceMode::Tier;
            let request = AssistanceRequest {
                mode,
                on: applied_on,
                persons: Some(persons),
                tier: Some(tier),
                amount: None,
            };
            if let Some(application) = office.registers.applications.last_mut() {
                application.request = Some(request);
            }
        }
        office.registers.persons.push(row);
    }
}

/// A child who lives with a relative, whose account receives the money.
fn child(office: &mut Office, category: ChildCategory, birth_year: i32) {
    let number = office.household_number();
    let surname = names::surname(&mut office.prng);
    let born = office.prng.day(day(1958, 1, 1), day(1968, 12, 31));
    let mut guardian =
        office.person(&number, surname, Person { born, sex: Sex::Female, relation: Relation::Oneself });
    let account = office.account();
    guardian.account = Some(account.clone());
    let born = office.prng.day(day(birth_year, 1, 1), day(birth_year, 12, 31));
    let mut child =
        office.person(&number, surname, Person { born, sex: Sex::Male, relation: Relation::Other });
    child.circumstances.child_category = Some(category);
    child.account =
        Some(crate::registers::persons::Account { holder: Some(guardian.id_number.clone()), ..account });
    let applied_on = day(2023, 1, 4);
    let steps = plain_steps(applied_on, office_days_after(applied_on, 9), Outcome::Approved);
    // the identity of a child is never posted
    apply(office, &child, Program::ChildrenInDifficulty, steps);
    office.registers.persons.extend([guardian, child]);
}
