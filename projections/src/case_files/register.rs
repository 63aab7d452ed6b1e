//! The register in pages: every household with its cases and those of its members, from one snapshot.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{HouseholdId, PersonId};
use sqlx::PgPool;
use uuid::Uuid;

use super::{CaseRow, HouseholdRow};
use crate::error::ProjectionError;
use crate::rows::fetch_all;
use crate::snapshot::Snapshot;

/// Households of one page.
const PAGE_HOUSEHOLDS: i64 = 500;

/// A household with everything that says who of it has which benefit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseholdFile {
    /// The household.
    pub household: HouseholdRow,
    /// Its cases, and the cases that its members have from another household, by identifier.
    pub cases: Vec<CaseRow>,
}

/// Every household, page by page in the order of registration. Memory does not grow with their number.
pub struct HouseholdFiles {
    snapshot: Snapshot,
    next: u64,
}

impl HouseholdFiles {
    /// Begins with the first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn open(pool: &PgPool) -> Result<HouseholdFiles, ProjectionError> {
        Ok(HouseholdFiles { snapshot: Snapshot::take(pool, &[&super::ABOUT]).await?, next: 0 })
    }

    /// How many events everything comes from.
    pub fn position(&self) -> u64 {
        self.snapshot.position()
    }

    /// The next households; none when all have come.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn next_page(&mut self) -> Result<Option<Vec<HouseholdFile>>, ProjectionError> {
        let query = sqlx::query(include_str!("sql/households_page.sql"));
        let query = query.bind(self.next.cast_signed()).bind(PAGE_HOUSEHOLDS);
        let page: Vec<HouseholdRow> = fetch_all("read_households", self.snapshot.connection(), query).await?;
        let Some(last) = page.last() else { return Ok(None) };
        self.next = last.registered_position + 1;
        let ids: Vec<Uuid> = page.iter().map(|household| household.household_id.uuid()).collect();
        let query = sqlx::query(include_str!("sql/cases_of_households.sql")).bind(ids);
        let cases: Vec<CaseRow> = fetch_all("read_cases", self.snapshot.connection(), query).await?;
        Ok(Some(filed(page, cases)))
    }
}

/// Puts each case where its household is, and where its applicant is a member.
fn filed(page: Vec<HouseholdRow>, cases: Vec<CaseRow>) -> Vec<HouseholdFile> {
    let mut of: BTreeMap<HouseholdId, BTreeSet<usize>> = BTreeMap::new();
    let mut homes: BTreeMap<PersonId, Vec<HouseholdId>> = BTreeMap::new();
    for household in &page {
        for person in household.state.registered().into_iter().flat_map(|home| home.members.keys()) {
            homes.entry(*person).or_default().push(household.household_id);
        }
    }
    for (at, case) in cases.iter().enumerate() {
        let elsewhere = homes.get(&case.applicant).into_iter().flatten().copied();
        for household in elsewhere.chain([case.household_id]) {
            of.entry(household).or_default().insert(at);
        }
    }
    let file = |household: HouseholdRow| {
        let places = of.remove(&household.household_id).unwrap_or_default();
        let cases = places.into_iter().filter_map(|at| cases.get(at).cloned()).collect();
        HouseholdFile { household, cases }
    };
    page.into_iter().map(file).collect()
}

/// The files of some households; those that do not exist are left out.
///
/// # Errors
/// Those of the database.
pub async fn files_of(
    pool: &PgPool,
    households: &[HouseholdId],
) -> Result<Vec<HouseholdFile>, ProjectionError> {
    let page = super::queries::households(pool, households).await?;
    let ids: Vec<Uuid> = page.iter().map(|household| household.household_id.uuid()).collect();
    let query = sqlx::query(include_str!("sql/cases_of_households.sql")).bind(ids);
    let cases: Vec<CaseRow> = fetch_all("read_cases", pool, query).await?;
    Ok(filed(page, cases))
}
