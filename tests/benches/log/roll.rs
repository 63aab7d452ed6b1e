//! Synthetic people on the roll: one household of one person and one enrolled case each.

use std::ops::Range;

use api::processes::Office;
use chrono::{Days, NaiveDate};
use domain::aggregate::Decider;
use domain::benefit_case::{BenefitCase, BenefitCaseEvent, CaseSubject, Outcome};
use domain::household::{Household, HouseholdEvent};
use domain::identifiers::{BankAccount, CitizenId};
use domain::identity::{Identity, IdentityEvent};
use domain::ids::{CaseId, HouseholdId, PersonId};
use domain::personal::{Address, BirthDate, PersonName, Personal, PersonalField, Sealed, seal};
use domain::policy::{Hukou, Relation};
use domain::program::Program;
use eventlog::append::{NewEvent, StreamAppend, StreamId};
use eventlog::keyring::Keyring;
use tests::personas;
use uuid::Uuid;

use crate::account::METADATA;

/// Some of the people, with their keys made.
pub struct Seed<'o> {
    office: &'o Office,
    numbers: Range<u32>,
}

impl Seed<'_> {
    pub async fn prepare(office: &Office, numbers: Range<u32>) -> Seed<'_> {
        let persons: Vec<PersonId> = numbers.clone().map(|number| PersonId::new(id(1, number))).collect();
        office.keyring.ensure_keys(&persons).await.unwrap();
        Seed { office, numbers }
    }

    /// Their events, sealed as they are taken.
    pub fn streams(&self) -> impl Iterator<Item = StreamAppend> + Send + '_ {
        self.numbers.clone().flat_map(|number| {
            let household = registration(self.office, number);
            let identity = self.office.id_index(&id_number(number)).as_str().to_owned();
            [
                stream::<Identity>(identity, &[claim(number)]),
                stream::<Household>(id(2, number), &household),
                stream::<BenefitCase>(id(3, number), &enrollment(number)),
            ]
        })
    }
}

/// The person of a number.
pub fn person(number: u32) -> PersonId {
    PersonId::new(id(1, number))
}

/// The household of a number.
pub fn household(number: u32) -> HouseholdId {
    HouseholdId::new(id(2, number))
}

/// The case of a number.
pub fn case(number: u32) -> CaseId {
    CaseId::new(id(3, number))
}

fn id(kind: u32, number: u32) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{kind}/{number}").as_bytes())
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn sealed<T: PersonalField>(keyring: &Keyring, person: PersonId, value: T) -> Sealed<T> {
    seal(keyring, person, &Personal::new(value)).unwrap()
}

fn stream<A: Decider>(id: impl ToString, events: &[A::Event]) -> StreamAppend {
    let new_event = |event| NewEvent::try_new(event, METADATA.to_owned()).unwrap();
    let events = events.iter().map(new_event).collect();
    StreamAppend { stream: StreamId::new(A::TYPE, id.to_string()), expected: 0, events }
}

fn born(number: u32) -> NaiveDate {
    day("1930-01-05") + Days::new(u64::from(number % 3_600))
}

/// Everyone has another: the day of birth, and a serial number for those who share it.
fn id_number(number: u32) -> CitizenId {
    let serial = number / 3_600 % 1_000;
    CitizenId::parse(&format!("990114{}{serial:03}", born(number).format("%y%m%d"))).unwrap()
}

fn claim(number: u32) -> IdentityEvent {
    let (person_id, household_id) = (PersonId::new(id(1, number)), household(number));
    IdentityEvent::IdentityClaimed { person_id, household_id, claimed_on: day("2023-09-04") }
}

/// People who are registered and nothing more, with their keys made: each household of this many.
pub async fn families(office: &Office, numbers: Range<u32>, members: u32) -> Vec<StreamAppend> {
    let persons: Vec<PersonId> = numbers.clone().map(person).collect();
    office.keyring.ensure_keys(&persons).await.unwrap();
    let family = |head: u32| {
        let others = (head + 1..head + members).map(|number| joined(office, number, Relation::Child));
        let head_joined = joined(office, head, Relation::Oneself);
        let events: Vec<_> = [registered(office, head), head_joined].into_iter().chain(others).collect();
        stream::<Household>(id(2, head), &events)
    };
    numbers.step_by(members as usize).map(family).collect()
}

/// A person between 84 and 93 years old, with an account of their own.
fn registration(office: &Office, number: u32) -> Vec<HouseholdEvent> {
    let (keyring, person, clerk) = (&*office.keyring, person(number), personas::clerk().id);
    let account = BankAccount::parse(&format!("6222020200{number:09}")).unwrap();
    let account_changed = HouseholdEvent::AccountChanged {
        person_id: person,
        account_index: office.account_index(&account),
        account: sealed(keyring, person, account),
        holder: person,
        since: day("2023-09-04"),
        by: clerk,
    };
    vec![registered(office, number), joined(office, number, Relation::Oneself), account_changed]
}

fn registered(office: &Office, number: u32) -> HouseholdEvent {
    HouseholdEvent::HouseholdRegistered {
        household_id: household(number),
        community: format!("{:02}", 1 + number % 10),
        head: person(number),
        address: sealed(&office.keyring, person(number), Address(format!("第一社区{number}号"))),
        registered_on: day("2023-09-04"),
        by: personas::clerk().id,
    }
}

fn joined(office: &Office, number: u32, relation: Relation) -> HouseholdEvent {
    let (keyring, person) = (&*office.keyring, person(number));
    HouseholdEvent::MemberJoined {
        person_id: person,
        relation,
        name: sealed(keyring, person, PersonName("王秀英".to_owned())),
        id_number: sealed(keyring, person, id_number(number)),
        birth_date: sealed(keyring, person, BirthDate(born(number))),
        hukou: Hukou::Local,
        joined_on: None,
        by: personas::clerk().id,
    }
}

fn enrollment(number: u32) -> Vec<BenefitCaseEvent> {
    let subject = CaseSubject {
        case_id: CaseId::new(id(3, number)),
        household_id: household(number),
        applicant: PersonId::new(id(1, number)),
        program: Program::AdvancedAgeAllowance,
    };
    let received = BenefitCaseEvent::ApplicationReceived {
        subject,
        applied_on: day("2023-10-09"),
        request: None,
        chosen_set: None,
        by: personas::clerk().id,
    };
    let recommended = BenefitCaseEvent::ReviewRecommended {
        outcome: Outcome::Approved,
        reviewed_on: day("2023-10-11"),
        by: personas::reviewer().id,
    };
    let decided = BenefitCaseEvent::EligibilityDecided {
        outcome: Outcome::Approved,
        decided_on: day("2023-10-13"),
        reasons: Vec::new(),
        rule_version: "2023.1".to_owned(),
        determination: None,
        by: personas::approver().id,
    };
    vec![received, recommended, decided]
}
