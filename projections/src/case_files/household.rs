//! Households and who belongs to them.

use std::collections::BTreeSet;

use domain::aggregate::Decider;
use domain::household::{Household, HouseholdEvent, Life, Member};
use domain::ids::{HouseholdId, PersonId};
use domain::personal::BlindIndex;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::ApplyError;
use crate::projection::{At, Batch};
use crate::rows::{KeyedRow, Rows, store};
use crate::tables::Tables;

/// One household (家庭), folded: a row of `read_households`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HouseholdRow {
    /// The household.
    pub household_id: HouseholdId,
    /// 社区, by the office's code.
    pub community: String,
    /// 户主.
    pub head: PersonId,
    /// How many events of its stream are folded.
    pub sequence: u64,
    /// The log position of its registration.
    pub registered_position: u64,
    /// The folded aggregate.
    pub state: Household,
}

/// A person of a household: a row of `read_members`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRow {
    /// Who.
    pub person_id: PersonId,
    /// Of which household.
    pub household_id: HouseholdId,
    /// Whether the person still belongs to it.
    pub presence: Presence,
    /// The name, sealed for the person.
    pub name_sealed: String,
    /// Keyed hash of the account that holds from the latest day.
    pub account_index: Option<BlindIndex>,
    /// Who holds that account.
    pub account_holder: Option<PersonId>,
}

/// An account that was ever somebody else's: a row of `read_account_holders`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct HolderRow {
    holder: PersonId,
    person_id: PersonId,
    household_id: HouseholdId,
}

/// Whether a person still belongs to a household.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Lives with it.
    Present,
    /// Lives elsewhere.
    Left,
    /// 死亡.
    Deceased,
    /// Its personal data was erased.
    Erased,
}

impl KeyedRow for HouseholdRow {
    const LOAD: &'static str = include_str!("sql/load_households.sql");
    const STORE: &'static str = include_str!("sql/store_households.sql");

    fn key(&self) -> Uuid {
        self.household_id.uuid()
    }
}

const STORE_MEMBERS: &str = include_str!("sql/store_members.sql");
const STORE_HOLDERS: &str = include_str!("sql/store_holders.sql");

pub(super) async fn apply(
    batch: Batch<'_>,
    connection: &mut PgConnection,
    tables: Tables,
) -> Result<(), ApplyError> {
    let begun = batch.begun_earlier(Household::TYPE)?;
    let mut households: Rows<HouseholdRow> = Rows::load(connection, tables, &begun).await?;
    let (mut touched, mut holders) = (BTreeSet::new(), BTreeSet::new());
    for happened in batch.of::<HouseholdEvent>(Household::TYPE) {
        let (at, event) = happened?;
        if let Some(person) = person_of(&event) {
            touched.insert((at.id()?, person));
        }
        evolve(&mut households, at, &event)?;
        if let HouseholdEvent::AccountChanged { person_id, holder, .. } = event
            && holder != person_id
        {
            holders.insert(HolderRow { holder, person_id, household_id: HouseholdId::new(at.id()?) });
        }
    }
    let members = touched.into_iter().filter_map(|(household, person)| {
        let household = households.get(household)?;
        household.state.member(person).map(|member| MemberRow::of(household.household_id, member))
    });
    let members: Vec<MemberRow> = members.collect();
    households.store(connection, tables).await?;
    store(connection, tables, STORE_MEMBERS, &members).await?;
    store(connection, tables, STORE_HOLDERS, &holders.into_iter().collect::<Vec<_>>()).await
}

fn evolve(households: &mut Rows<HouseholdRow>, at: At<'_>, event: &HouseholdEvent) -> Result<(), ApplyError> {
    if let HouseholdEvent::HouseholdRegistered { household_id, community, head, .. } = event {
        households.put(HouseholdRow {
            household_id: *household_id,
            community: community.clone(),
            head: *head,
            sequence: 0,
            registered_position: at.0.position,
            state: Household::default(),
        });
    }
    let household = households.get_mut(at.id()?).ok_or_else(|| at.unknown("household"))?;
    household.sequence = at.0.sequence;
    at.possible(household.state.try_evolve(event))
}

/// Whose membership or account an event changes.
fn person_of(event: &HouseholdEvent) -> Option<PersonId> {
    use HouseholdEvent as Event;
    match event {
        Event::MemberJoined { person_id, .. }
        | Event::MemberLeft { person_id, .. }
        | Event::AccountChanged { person_id, .. }
        | Event::DeathRecorded { person_id, .. }
        | Event::CaseWorkErased { person_id, .. }
        | Event::PersonErased { person_id, .. } => Some(*person_id),
        _ => None,
    }
}

impl MemberRow {
    fn of(household_id: HouseholdId, member: &Member) -> MemberRow {
        let account = member.account.last();
        MemberRow {
            person_id: member.person_id,
            household_id,
            presence: Presence::of(member),
            name_sealed: member.name.ciphertext().to_owned(),
            account_index: account.map(|account| account.account_index.clone()),
            account_holder: account.map(|account| account.holder),
        }
    }
}

impl Presence {
    fn of(member: &Member) -> Presence {
        if member.erased_on().is_some() {
            Presence::Erased
        } else if matches!(member.life, Life::Deceased { .. }) {
            Presence::Deceased
        } else if member.is_present() {
            Presence::Present
        } else {
            Presence::Left
        }
    }
}
