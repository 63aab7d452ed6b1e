//! Schedules of small synthetic cases.

mod clocks;
mod proposals;
mod stories;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::actor::ActorId;
use crate::aggregate::Decider;
use crate::benefit_case::{BenefitCase, BenefitCaseEvent as CaseEvent, CaseSubject, Outcome};
use crate::calendar::BenefitMonth;
use crate::household::{Household, HouseholdEvent as Event};
use crate::ids::{CaseId, HouseholdId, PersonId};
use crate::money::Money;
use crate::personal::testing::OpenKeyring;
use crate::personal::{BirthDate, Sealed};
use crate::policy::{
    AssistanceRequest, Circumstances, Dated, Hardship, HardshipStatus, Hukou, Income, IncomeKind, Relation,
    Residence, RuleBook, SelfCare,
};
use crate::program::Program;

use super::*;

pub const APPLICANT: u128 = 1;
pub const SPOUSE: u128 = 2;
pub const CHILD: u128 = 3;

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn month(text: &str) -> BenefitMonth {
    text.parse().unwrap()
}

pub fn yuan(text: &str) -> Money {
    Money::parse_yuan(text).unwrap()
}

pub fn person(number: u128) -> PersonId {
    PersonId::new(Uuid::from_u128(number))
}

pub fn by() -> ActorId {
    ActorId::parse("li").unwrap()
}

pub fn fold<D: Decider>(events: &[D::Event]) -> D {
    let mut state = D::default();
    events.iter().for_each(|event| state.try_evolve(event).unwrap());
    state
}

/// A household whose head is the applicant, without income.
pub fn household(keys: &OpenKeyring, born_on: &str) -> Vec<Event> {
    vec![
        Event::HouseholdRegistered {
            household_id: HouseholdId::new(Uuid::from_u128(100)),
            community: "community-01".to_owned(),
            head: person(APPLICANT),
            address: Sealed::from_ciphertext("address"),
            registered_on: day("2023-01-05"),
            by: by(),
        },
        joined(keys, APPLICANT, Relation::Oneself, born_on, None),
        income("0.00", "2023-01-01"),
    ]
}

pub fn joined(
    keys: &OpenKeyring,
    number: u128,
    relation: Relation,
    born_on: &str,
    joined_on: Option<&str>,
) -> Event {
    Event::MemberJoined {
        person_id: person(number),
        relation,
        name: Sealed::from_ciphertext("name"),
        id_number: Sealed::from_ciphertext("id"),
        birth_date: keys.sealed(person(number), BirthDate(day(born_on))).unwrap(),
        hukou: Hukou::Local,
        joined_on: joined_on.map(day),
        by: by(),
    }
}

pub fn income(amount: &str, since: &str) -> Event {
    let income = vec![Income { amount: yuan(amount), kind: IncomeKind::Ordinary }];
    Event::IncomeDeclared { income, since: day(since), by: by() }
}

/// A household of three with an income, as in the worked tests of the rules.
pub fn family(keys: &OpenKeyring, amount: &str) -> Vec<Event> {
    let mut events = household(keys, "1970-04-01");
    events.push(joined(keys, SPOUSE, Relation::Spouse, "1972-02-01", None));
    events.push(joined(keys, CHILD, Relation::Child, "2001-08-01", None));
    events.push(income(amount, "2023-01-01"));
    events
}

pub fn died(number: u128, died_on: &str, reported_on: &str) -> Event {
    let (died_on, reported_on) = (day(died_on), day(reported_on));
    Event::DeathRecorded { person_id: person(number), died_on, reported_on, by: by() }
}

pub fn circumstances(keys: &OpenKeyring, hardship: Hardship, since: &str) -> Event {
    let status = Dated { since: None, until: None, fact: HardshipStatus { kind: hardship } };
    let record = Circumstances {
        self_care: SelfCare::Independent,
        severe_illness: false,
        severe_disability: false,
        hardship: vec![status],
        other_benefits: vec![],
        student: vec![],
        employed: false,
        stable_income: false,
        own_income: Money::ZERO,
        child_category: None,
        special_family: None,
        basic_eldercare_target: false,
        residence: Residence::Home,
        single_parent: false,
        supporter_age: None,
        able_supporter: false,
    };
    let circumstances = keys.sealed(person(APPLICANT), record).unwrap();
    Event::CircumstancesRecorded { person_id: person(APPLICANT), circumstances, since: day(since), by: by() }
}

pub fn applied(program: Program, applied_on: &str, request: Option<AssistanceRequest>) -> CaseEvent {
    let subject = CaseSubject {
        case_id: CaseId::new(Uuid::from_u128(200)),
        household_id: HouseholdId::new(Uuid::from_u128(100)),
        applicant: person(APPLICANT),
        program,
    };
    CaseEvent::ApplicationReceived {
        subject,
        applied_on: day(applied_on),
        request,
        chosen_set: None,
        by: by(),
    }
}

pub fn approved(decided_on: &str) -> CaseEvent {
    CaseEvent::EligibilityDecided {
        outcome: Outcome::Approved,
        decided_on: day(decided_on),
        reasons: vec![],
        rule_version: "v1".to_owned(),
        determination: None,
        by: ActorId::parse("zhao").unwrap(),
    }
}

/// A case on the roll.
pub fn case(program: Program, applied_on: &str, decided_on: &str) -> BenefitCase {
    fold(&[applied(program, applied_on, None), approved(decided_on)])
}

/// The schedule through a month, with every rate that is known on a day.
pub fn scheduled(
    case: &BenefitCase,
    household: &[Event],
    keys: &OpenKeyring,
    known_on: &str,
    through: &str,
) -> Schedule {
    let household = fold::<Household>(household);
    schedule(case, &household, keys, RuleBook::published(), day(known_on), month(through)).unwrap()
}

/// Month and amount, one after the other: `2023-10 100.00`.
pub fn lines(schedule: &Schedule) -> Vec<String> {
    schedule.months.iter().map(|due| format!("{} {}", due.month, due.due)).collect()
}
