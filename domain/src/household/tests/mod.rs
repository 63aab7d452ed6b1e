//! Stories and properties of households.

mod attaching;
mod erasing;
mod properties;
mod stories;

use chrono::NaiveDate;
use cqrs_es::test::TestFramework;
use uuid::Uuid;

use crate::actor::{Actor, ActorId, Role};
use crate::aggregate::{Context, Instruction};
use crate::ids::{HouseholdId, PersonId};
use crate::money::Money;
use crate::personal::{BirthDate, BlindIndex, Personal, RetentionClass, Sealed};
use crate::policy::{Hukou, Income, IncomeKind, Relation};
use crate::retention::Holdings;

use super::{
    Destination, Household, HouseholdCommand as Command, HouseholdError as Error, HouseholdEvent as Event,
    NewMember,
};

pub const HEAD: u128 = 1;
pub const SPOUSE: u128 = 2;
pub const CHILD: u128 = 3;
pub const BASIS: &str = "个人信息保护法第四十七条";

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn person(number: u128) -> PersonId {
    PersonId::new(Uuid::from_u128(number))
}

pub fn clerk() -> ActorId {
    ActorId::parse("li").unwrap()
}

/// Li, on New Year's Eve 2023, in a role.
pub fn li(role: Role) -> Context {
    Context { actor: Actor { id: clerk(), role }, today: day("2023-12-31") }
}

/// Zhao, on the same day, in a role.
pub fn zhao(role: Role) -> Context {
    Context { actor: Actor { id: ActorId::parse("zhao").unwrap(), role }, today: day("2023-12-31") }
}

pub fn does(command: Command) -> Instruction<Command> {
    Instruction { context: li(Role::Clerk), command }
}

pub fn given(events: &[Event]) -> cqrs_es::test::AggregateTestExecutor<Household> {
    TestFramework::<Household>::with(()).given(events.to_vec())
}

/// Born on 1960-05-01.
pub fn member(number: u128, relation: Relation, joined_on: Option<&str>) -> NewMember {
    NewMember {
        person_id: person(number),
        relation,
        name: Sealed::from_ciphertext(format!("name {number}")),
        id_number: Sealed::from_ciphertext(format!("id {number}")),
        birth_date: Sealed::from_ciphertext(format!("birth {number}")),
        born_on: Personal::new(BirthDate(day("1960-05-01"))),
        hukou: Hukou::Local,
        joined_on: joined_on.map(day),
    }
}

pub fn joined(number: u128, relation: Relation, joined_on: Option<&str>) -> Event {
    let NewMember { person_id, name, id_number, birth_date, hukou, joined_on, .. } =
        member(number, relation, joined_on);
    Event::MemberJoined { person_id, relation, name, id_number, birth_date, hukou, joined_on, by: clerk() }
}

pub fn registered() -> Event {
    Event::HouseholdRegistered {
        household_id: HouseholdId::new(Uuid::from_u128(100)),
        community: "community-01".to_owned(),
        head: person(HEAD),
        address: Sealed::from_ciphertext("address"),
        registered_on: day("2023-01-05"),
        by: clerk(),
    }
}

pub fn register(head: NewMember) -> Command {
    Command::RegisterHousehold {
        household_id: HouseholdId::new(Uuid::from_u128(100)),
        community: "community-01".to_owned(),
        address: Sealed::from_ciphertext("address"),
        head,
        registered_on: day("2023-01-05"),
    }
}

/// A head alone.
pub fn alone() -> Vec<Event> {
    vec![registered(), joined(HEAD, Relation::Oneself, None)]
}

/// A head with a spouse since 2023-03-01.
pub fn couple() -> Vec<Event> {
    with(alone(), [joined(SPOUSE, Relation::Spouse, Some("2023-03-01"))])
}

pub fn left(number: u128, left_on: &str) -> Event {
    Event::MemberLeft { person_id: person(number), left_on: day(left_on), by: clerk() }
}

pub fn dies(number: u128, died_on: &str, reported_on: &str) -> Command {
    Command::RecordDeath {
        person_id: person(number),
        died_on: day(died_on),
        reported_on: day(reported_on),
        born_on: Personal::new(BirthDate(day("1960-05-01"))),
    }
}

pub fn died(number: u128, died_on: &str, reported_on: &str) -> Event {
    let (died_on, reported_on) = (day(died_on), day(reported_on));
    Event::DeathRecorded { person_id: person(number), died_on, reported_on, by: clerk() }
}

pub fn moves(number: u128, moved_on: &str) -> Command {
    let destination = Destination::OutOfRegion;
    Command::ChangeResidence { person_id: person(number), destination, moved_on: day(moved_on) }
}

pub fn moved(number: u128, moved_on: &str) -> Event {
    let (person_id, destination) = (person(number), Destination::OutOfRegion);
    Event::ResidenceChanged { person_id, destination, moved_on: day(moved_on), by: clerk() }
}

pub fn wages(fen: i32) -> Vec<Income> {
    vec![Income { amount: Money::from_fen(fen), kind: IncomeKind::Ordinary }]
}

pub fn changes_account(whose: u128, holder: u128) -> Command {
    Command::ChangeAccount {
        person_id: person(whose),
        account: Sealed::from_ciphertext("account"),
        account_index: BlindIndex::from_hex("ab".repeat(32)),
        holder: person(holder),
        since: day("2023-04-01"),
    }
}

/// Somebody of whom no law keeps anything is to be erased.
pub fn asks_to_erase(number: u128, through: RetentionClass) -> Command {
    Command::RequestErasure {
        person_id: person(number),
        through,
        basis: BASIS.to_owned(),
        holdings: Holdings::default(),
        requested_on: day("2023-12-30"),
    }
}

pub fn erases(number: u128) -> Command {
    let holdings = Holdings::default();
    Command::ErasePerson { person_id: person(number), holdings, erased_on: day("2023-12-31") }
}

pub fn restricts(number: u128) -> Command {
    let (person_id, basis, holdings) = (person(number), BASIS.to_owned(), Holdings::default());
    Command::RestrictPerson { person_id, basis, holdings, restricted_on: day("2023-12-31") }
}

pub fn with(mut events: Vec<Event>, more: impl IntoIterator<Item = Event>) -> Vec<Event> {
    events.extend(more);
    events
}
