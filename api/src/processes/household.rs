//! 人员家庭登记: a household enters the register with everyone in it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::household::{HouseholdCommand, NewMember};
use domain::identifiers::CitizenId;
use domain::identity::{Identity, IdentityCommand};
use domain::ids::{HouseholdId, PersonId};
use domain::personal::{Address, BirthDate, PersonName, Personal, Sealed, seal};
use domain::policy::{DisabilityCertificate, Hukou, Relation};

use super::{Desk, Office, ProcessError, Step};
use crate::registers::RegisterRow;
use crate::registers::persons::{Account, HouseholdPart, Row};

/// A registered household.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The household.
    pub household_id: HouseholdId,
    /// Everyone in it, in the order of the rows.
    pub persons: Vec<PersonId>,
}

/// Registers the household of `rows`, which all have its number; the first row is its head's. Doing it again with
/// the same rows changes nothing.
///
/// # Errors
/// [`ProcessError`]: an ID number is taken by someone else, or the domain refuses a fact.
pub async fn register_household(
    office: &Office,
    desk: &Desk,
    rows: &[Row],
) -> Result<Registered, ProcessError> {
    let [head, ..] = rows else { return Err(ProcessError::Unknown { what: "household" }) };
    let Some(part) = &head.household else { return Err(ProcessError::Unknown { what: "head of household" }) };
    let household_id = office.household_id(&head.household_number);
    let people = people_of(office, household_id, rows).await?;
    office.keyring.ensure_keys(&people.ids()).await?;
    let plan = Plan { office, household_id, people: &people, registered_on: part.registered_on };
    let content: Vec<String> = rows.iter().flat_map(RegisterRow::write).collect();
    let steps: Vec<Step> =
        people.claims(household_id, part.registered_on).chain(plan.commands(rows, part)?).collect();
    office.together(desk, office.derived("register_household", &content.join("\u{1f}")), steps).await?;
    Ok(Registered { household_id, persons: people.ids() })
}

/// Groups rows to households: each head's row first, then the other members in their order.
pub fn households(rows: &[Row]) -> Vec<Vec<Row>> {
    let mut grouped: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
    for row in rows {
        let household = grouped.entry(&row.household_number).or_default();
        if row.relation == Relation::Oneself {
            household.insert(0, row.clone());
        } else {
            household.push(row.clone());
        }
    }
    grouped.into_values().collect()
}

/// Everyone of a household, by ID number, with the identity streams' names.
struct People {
    by_number: BTreeMap<String, PersonId>,
    ordered: Vec<(String, PersonId)>,
}

impl People {
    fn ids(&self) -> Vec<PersonId> {
        self.ordered.iter().map(|(_, person)| *person).collect()
    }

    fn get(&self, id_number: &CitizenId) -> Result<PersonId, ProcessError> {
        self.by_number.get(id_number.as_str()).copied().ok_or(ProcessError::UnknownPerson)
    }

    fn claims(&self, household_id: HouseholdId, claimed_on: NaiveDate) -> impl Iterator<Item = Step> {
        let claim = move |person_id| IdentityCommand::ClaimIdentity { person_id, household_id, claimed_on };
        self.ordered.iter().map(move |(index, person)| Step::Identity(index.clone(), claim(*person)))
    }
}

/// The persons of the rows: those who hold the identity already, new ones for the others.
async fn people_of(office: &Office, household_id: HouseholdId, rows: &[Row]) -> Result<People, ProcessError> {
    let mut people = People { by_number: BTreeMap::new(), ordered: Vec::new() };
    for row in rows {
        let index = office.id_index(&row.id_number);
        let person = person_behind(office, index.as_str(), household_id).await?;
        people.by_number.insert(row.id_number.as_str().to_owned(), person);
        people.ordered.push((index.as_str().to_owned(), person));
    }
    Ok(people)
}

/// Who holds the identity `index`, or the person who will.
pub(super) async fn person_behind(
    office: &Office,
    index: &str,
    household_id: HouseholdId,
) -> Result<PersonId, ProcessError> {
    let identity = office.repository.load::<Identity>(index).await?;
    let fresh =
        || PersonId::new(office.derived("person", &format!("{household_id}|{index}|{}", identity.version)));
    Ok(identity.state.holder().unwrap_or_else(fresh))
}

/// Turns rows into commands.
struct Plan<'a> {
    office: &'a Office,
    household_id: HouseholdId,
    people: &'a People,
    registered_on: NaiveDate,
}

impl Plan<'_> {
    fn commands(&self, rows: &[Row], part: &HouseholdPart) -> Result<Vec<Step>, ProcessError> {
        let mut commands = Vec::new();
        for row in rows {
            let member = self.member(row)?;
            commands.push(if row.relation == Relation::Oneself {
                self.register(member, part)?
            } else {
                HouseholdCommand::AddMember { member }
            });
        }
        for row in rows {
            self.facts(row, &mut commands)?;
        }
        // an empty list says "no income", which a means test must hear
        let (income, since) = (part.income.clone(), self.registered_on);
        commands.push(HouseholdCommand::DeclareIncome { income, since });
        commands
            .push(HouseholdCommand::DeclareProperty { property: part.property, since: self.registered_on });
        let id = self.household_id.to_string();
        Ok(commands.into_iter().map(|command| Step::Household(id.clone(), command)).collect())
    }

    fn register(&self, head: NewMember, part: &HouseholdPart) -> Result<HouseholdCommand, ProcessError> {
        Ok(HouseholdCommand::RegisterHousehold {
            household_id: self.household_id,
            community: part.community.clone(),
            address: seal(
                &*self.office.keyring,
                head.person_id,
                &Personal::new(Address(part.address.0.clone())),
            )?,
            head,
            registered_on: self.registered_on,
        })
    }

    fn member(&self, row: &Row) -> Result<NewMember, ProcessError> {
        let person_id = self.people.get(&row.id_number)?;
        let who =
            Someone { name: &row.name, id_number: &row.id_number, born_on: row.birth_date, hukou: row.hukou };
        new_member(self.office, person_id, &who, row.relation, row.joined_on)
    }

    fn facts(&self, row: &Row, commands: &mut Vec<HouseholdCommand>) -> Result<(), ProcessError> {
        let (person_id, since) = (self.people.get(&row.id_number)?, self.registered_on);
        let keyring = &*self.office.keyring;
        if let Some(account) = &row.account {
            let holder = account.holder.as_ref().map_or(Ok(person_id), |holder| self.people.get(holder))?;
            commands.push(change_account(self.office, person_id, holder, account, since)?);
        }
        if !row.disabilities.is_empty() {
            let certificate = Personal::new(DisabilityCertificate(row.disabilities.clone()));
            let certificate = seal(keyring, person_id, &certificate)?;
            commands.push(HouseholdCommand::CertifyDisability { person_id, certificate, since });
        }
        if row.circumstances != Row::plain_circumstances() {
            let circumstances = seal(keyring, person_id, &Personal::new(row.circumstances.clone()))?;
            commands.push(HouseholdCommand::RecordCircumstances { person_id, circumstances, since });
        }
        if row.member_status != domain::policy::MemberStatus::Normal {
            let status = row.member_status;
            commands.push(HouseholdCommand::ChangeMemberStatus { person_id, status, since });
        }
        Ok(())
    }
}

/// What a register says of someone.
pub(super) struct Someone<'a> {
    pub name: &'a PersonName,
    pub id_number: &'a CitizenId,
    pub born_on: NaiveDate,
    pub hukou: Hukou,
}

/// Seals what a register says of a new member.
pub(super) fn new_member(
    office: &Office,
    person_id: PersonId,
    who: &Someone<'_>,
    relation: Relation,
    joined_on: Option<NaiveDate>,
) -> Result<NewMember, ProcessError> {
    let keyring = &*office.keyring;
    let name: Sealed<PersonName> = seal(keyring, person_id, &Personal::new(who.name.clone()))?;
    let born_on = Personal::new(BirthDate(who.born_on));
    Ok(NewMember {
        person_id,
        relation,
        name,
        id_number: seal(keyring, person_id, &Personal::new(who.id_number.clone()))?,
        birth_date: seal(keyring, person_id, &born_on)?,
        born_on,
        hukou: who.hukou,
        joined_on,
    })
}

/// Seals an account for its holder.
pub(super) fn change_account(
    office: &Office,
    person_id: PersonId,
    holder: PersonId,
    account: &Account,
    since: NaiveDate,
) -> Result<HouseholdCommand, ProcessError> {
    Ok(HouseholdCommand::ChangeAccount {
        person_id,
        account: seal(&*office.keyring, holder, &Personal::new(account.number.clone()))?,
        account_index: office.account_index(&account.number),
        holder,
        since,
    })
}
