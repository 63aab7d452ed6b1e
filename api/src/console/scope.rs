//! Which people and cases a visitor sees: those of the communities of their data scope.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{CaseId, HouseholdId, PersonId};
use projections::case_files::queries::{cases, households, members};
use projections::projection::About;
use projections::runner::Until;
use projections::snapshot::Snapshot;

use super::visitor::Visitor;
use crate::processes::{Office, ProcessError};

/// One moment of some read tables, as the visitor sees them: other communities' rows are not in it, whatever is asked.
pub(super) async fn narrowed(
    office: &Office,
    visitor: &Visitor,
    about: &[&'static About],
) -> Result<Snapshot, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let snapshot = Snapshot::take(&office.pool, about).await?;
    Ok(snapshot.narrow(&visitor.account.data_scope).await?)
}

/// Those of some cases that the visitor sees.
pub(super) async fn seen_cases(
    office: &Office,
    visitor: &Visitor,
    asked: &[CaseId],
) -> Result<BTreeSet<CaseId>, ProcessError> {
    let rows = cases(&office.pool, asked).await?;
    let homes = seen_homes(office, visitor, rows.iter().map(|case| case.household_id)).await?;
    Ok(rows.iter().filter(|case| homes.contains(&case.household_id)).map(|case| case.case_id).collect())
}

/// Whether the visitor sees a person, by any household the person belonged to.
pub(super) async fn sees_person(
    office: &Office,
    visitor: &Visitor,
    person: PersonId,
) -> Result<bool, ProcessError> {
    let rows = members(&office.pool, &[person]).await?;
    Ok(!seen_homes(office, visitor, rows.iter().map(|member| member.household_id)).await?.is_empty())
}

async fn seen_homes(
    office: &Office,
    visitor: &Visitor,
    homes: impl Iterator<Item = HouseholdId>,
) -> Result<BTreeSet<HouseholdId>, ProcessError> {
    let homes: Vec<HouseholdId> = homes.collect::<BTreeSet<_>>().into_iter().collect();
    let rows = households(&office.pool, &homes).await?;
    let communities: BTreeMap<HouseholdId, String> =
        rows.into_iter().map(|row| (row.household_id, row.community)).collect();
    Ok(communities
        .into_iter()
        .filter(|(_, community)| visitor.sees(community))
        .map(|(home, _)| home)
        .collect())
}
