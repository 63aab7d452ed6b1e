//! The people of a paper: found sealed in the snapshot, recorded as disclosed, and only then opened.

use std::collections::{BTreeMap, BTreeSet};

use domain::disclosure::{OpenedFields, PERSONS_MAX};
use domain::household::Member;
use domain::identifiers::{BankAccount, CitizenId};
use domain::ids::{HouseholdId, PersonId};
use domain::personal::{Opened, PersonName, PersonalField, Sealed};
use projections::Until;
use projections::case_files::queries::{households, members};
use projections::case_files::{HouseholdRow, Presence};
use sqlx::PgConnection;

use super::{AsOf, Press};
use crate::processes::{ProcessError, record_disclosure};

/// How much of an ID number or account is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// First and last digits.
    Masked,
    /// All of it.
    Whole,
}

/// What stands for somebody whose data the law keeps and shows to nobody.
pub(super) const RESTRICTED: &str = "（限制处理）";
/// What stands for what was erased.
pub(super) const ERASED: &str = "（已删除）";

/// The households of some persons. Nothing in it is opened.
pub(super) struct People {
    households: BTreeMap<HouseholdId, HouseholdRow>,
    home: BTreeMap<PersonId, HouseholdId>,
}

impl People {
    /// Finds them. Who belonged to several households is found in the one where they live.
    pub async fn find(
        connection: &mut PgConnection,
        persons: &BTreeSet<PersonId>,
    ) -> Result<People, ProcessError> {
        let persons: Vec<PersonId> = persons.iter().copied().collect();
        let mut home = BTreeMap::new();
        for member in members(&mut *connection, &persons).await? {
            let lives_there = member.presence == Presence::Present;
            if lives_there || !home.contains_key(&member.person_id) {
                home.insert(member.person_id, member.household_id);
            }
        }
        let ids: BTreeSet<HouseholdId> = home.values().copied().collect();
        let ids: Vec<HouseholdId> = ids.into_iter().collect();
        let rows = households(connection, &ids).await?;
        Ok(People { households: rows.into_iter().map(|row| (row.household_id, row)).collect(), home })
    }

    /// The household of a person.
    pub fn household(&self, person: PersonId) -> Option<&HouseholdRow> {
        self.households.get(self.home.get(&person)?)
    }

    /// A person.
    pub fn member(&self, person: PersonId) -> Option<&Member> {
        self.household(person)?.state.member(person)
    }

    /// 社区 of a person; empty where it is not known.
    pub fn community(&self, person: PersonId) -> String {
        self.household(person).map(|household| household.community.clone()).unwrap_or_default()
    }

    fn is_restricted(&self, person: PersonId) -> bool {
        self.member(person).is_some_and(Member::is_restricted)
    }
}

/// What a paper will show of whom: kinds of values by person.
#[derive(Default)]
pub(super) struct ToShow(BTreeMap<PersonId, BTreeSet<&'static str>>);

impl ToShow {
    /// One more kind of value.
    pub fn add<T: PersonalField>(&mut self, person: PersonId) {
        self.0.entry(person).or_default().insert(T::LABEL);
    }
}

/// People whose values may be opened now.
pub(super) struct OpenPeople<'p> {
    press: &'p Press<'p>,
    people: &'p People,
    /// The same people as they are today, where a paper of an earlier day is made again: a restriction holds from its
    /// day on, whatever is asked.
    today: Option<People>,
}

impl<'p> OpenPeople<'p> {
    /// Records what will be shown of whom, for whoever prints a paper or makes it again, and loads the keys. Who is
    /// restricted is not opened.
    ///
    /// # Errors
    /// [`ProcessError`] when the domain refuses: the role may not open personal values.
    pub async fn disclose(
        press: &'p Press<'p>,
        people: &'p People,
        shown: &ToShow,
        paper: &str,
    ) -> Result<OpenPeople<'p>, ProcessError> {
        let desk = press.opener()?;
        let purpose = match press.as_of {
            AsOf::Now => format!("打印{paper}"),
            AsOf::Then { .. } => format!("核验{paper}"),
        };
        let today = today(press, shown.0.keys().copied()).await?;
        let restricted = |person| is_restricted(people, today.as_ref(), person);
        let opened = shown.0.iter().filter(|(person, _)| !restricted(**person));
        let opened: Vec<OpenedFields> = opened
            .map(|(person, labels)| OpenedFields {
                person_id: *person,
                labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            })
            .collect();
        for part in opened.chunks(PERSONS_MAX) {
            let recipient = desk.actor.id.as_str();
            record_disclosure(press.office, desk, recipient, &purpose, part.to_vec()).await?;
        }
        OpenPeople::load(press, people, shown.0.keys().copied()).await
    }

    /// Loads the keys for what is shown masked alone.
    ///
    /// # Errors
    /// [`ProcessError::Keyring`].
    pub async fn load(
        press: &'p Press<'p>,
        people: &'p People,
        persons: impl IntoIterator<Item = PersonId>,
    ) -> Result<OpenPeople<'p>, ProcessError> {
        let persons: BTreeSet<PersonId> = persons.into_iter().collect();
        let today = today(press, persons.iter().copied()).await?;
        press.office.load_keys(persons).await?;
        Ok(OpenPeople { press, people, today })
    }

    /// The name of a person.
    pub fn name(&self, person: PersonId) -> String {
        match self.people.member(person) {
            Some(member) => self.value(&member.name, person, |name: &PersonName| name.0.clone()),
            None => String::new(),
        }
    }

    /// The ID number of a person.
    pub fn id_number(&self, person: PersonId, detail: Detail) -> String {
        let Some(member) = self.people.member(person) else { return String::new() };
        self.value(&member.id_number, person, |number: &CitizenId| match detail {
            Detail::Masked => number.masked(),
            Detail::Whole => number.as_str().to_owned(),
        })
    }

    /// An account.
    pub fn account(&self, account: &Sealed<BankAccount>, holder: PersonId, detail: Detail) -> String {
        self.value(account, holder, |account| match detail {
            Detail::Masked => account.masked(),
            Detail::Whole => account.as_str().to_owned(),
        })
    }

    /// Any value in words, or what stands for it.
    pub fn value<T: PersonalField>(
        &self,
        sealed: &Sealed<T>,
        person: PersonId,
        say: impl FnOnce(&T) -> String,
    ) -> String {
        if is_restricted(self.people, self.today.as_ref(), person) {
            return RESTRICTED.to_owned();
        }
        match sealed.open(person, &*self.press.office.keyring) {
            Ok(Opened::Clear(value)) => say(value.disclose()),
            Ok(Opened::Erased { .. }) => ERASED.to_owned(),
            Err(_) => "（无法解密）".to_owned(),
        }
    }
}

/// The people as they are today, where they are asked for as of an earlier position.
async fn today(
    press: &Press<'_>,
    persons: impl Iterator<Item = PersonId>,
) -> Result<Option<People>, ProcessError> {
    let AsOf::Then { .. } = press.as_of else { return Ok(None) };
    let office = press.office;
    office.runner.catch_up(Until::Head).await?;
    let mut connection = office.pool.acquire().await?;
    Ok(Some(People::find(&mut connection, &persons.collect()).await?))
}

fn is_restricted(then: &People, today: Option<&People>, person: PersonId) -> bool {
    then.is_restricted(person) || today.is_some_and(|today| today.is_restricted(person))
}
