//! Which rows of a register speak of people whom the visitor does not see.

use std::collections::{BTreeMap, BTreeSet};

use domain::household::Household;
use domain::identifiers::CitizenId;
use domain::ids::HouseholdId;

use crate::console::visitor::Visitor;
use crate::processes::{Importable, Office, ProcessError};
use crate::registers::GoodRow;

/// The numbers of the rows outside the visitor's communities. A household stands or falls as a whole.
pub(super) async fn outside<R: Importable>(
    office: &Office,
    visitor: &Visitor,
    rows: &[GoodRow<R>],
) -> Result<BTreeSet<u32>, ProcessError> {
    if visitor.sees_everyone() {
        return Ok(BTreeSet::new());
    }
    let (mut seen, mut turns_outside) = (BTreeMap::new(), BTreeSet::new());
    for GoodRow { row, .. } in rows {
        let mut out = row.community().is_some_and(|community| !visitor.sees(community));
        let mentions = row.mentions();
        if let Some(number) = mentions.household_number {
            out |= !sees_home(office, visitor, office.household_id(number)).await?;
        }
        for person in mentions.persons {
            let known = match seen.get(person.as_str()) {
                Some(known) => *known,
                None => sees(office, visitor, person).await?,
            };
            seen.insert(person.as_str().to_owned(), known);
            out |= !known;
        }
        if out {
            turns_outside.insert(row.turn());
        }
    }
    Ok(rows.iter().filter(|good| turns_outside.contains(&good.row.turn())).map(|good| good.number).collect())
}

/// Whether somebody is of the visitor's communities, or nobody's yet.
async fn sees(office: &Office, visitor: &Visitor, person: &CitizenId) -> Result<bool, ProcessError> {
    let household = match office.find(person).await {
        Ok((_, household)) => household,
        Err(ProcessError::UnknownPerson) => return Ok(true),
        Err(error) => return Err(error),
    };
    sees_home(office, visitor, household).await
}

/// Whether a household is of the visitor's communities, or not registered yet.
async fn sees_home(office: &Office, visitor: &Visitor, household: HouseholdId) -> Result<bool, ProcessError> {
    let loaded = office.repository.load::<Household>(household).await?;
    Ok(loaded.state.registered().is_none_or(|home| visitor.sees(&home.community)))
}
