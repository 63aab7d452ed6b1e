//! Masked names and communities of the people on a page. A name is never shown whole without a recorded disclosure.

use std::collections::{BTreeMap, BTreeSet};

use domain::identifiers::masked_name;
use domain::ids::PersonId;
use domain::personal::Opened;
use projections::case_files::Presence;
use projections::case_files::queries::{households, members};

use crate::lang::Lang;
use crate::processes::{Office, ProcessError};

/// Somebody as a page shows them.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    /// The masked name, or what stands for it.
    pub name: String,
    /// 社区.
    pub community: String,
}

/// The people of a page, by who they are.
pub(super) async fn people(
    office: &Office,
    persons: impl IntoIterator<Item = PersonId>,
    lang: Lang,
) -> Result<BTreeMap<PersonId, Shown>, ProcessError> {
    let persons: BTreeSet<PersonId> = persons.into_iter().collect();
    let asked: Vec<PersonId> = persons.iter().copied().collect();
    let mut homes = BTreeMap::new();
    for member in members(&office.pool, &asked).await? {
        if member.presence == Presence::Present || !homes.contains_key(&member.person_id) {
            homes.insert(member.person_id, member.household_id);
        }
    }
    let ids: BTreeSet<_> = homes.values().copied().collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let rows = households(&office.pool, &ids).await?;
    office.load_keys(homes.keys().copied()).await?;
    let mut people = BTreeMap::new();
    for (person, home) in homes {
        let Some(row) = rows.iter().find(|row| row.household_id == home) else { continue };
        let Some(member) = row.state.member(person) else { continue };
        let name = match member.name.open(person, &*office.keyring) {
            _ if member.is_restricted() => lang.pick("（限制处理）", "(restricted)").to_owned(),
            Ok(Opened::Clear(name)) => masked_name(&name.disclose().0),
            Ok(Opened::Erased { .. }) => lang.pick("（已删除）", "(erased)").to_owned(),
            Err(_) => lang.pick("（无法解密）", "(cannot be opened)").to_owned(),
        };
        people.insert(person, Shown { name, community: row.community.clone() });
    }
    Ok(people)
}
