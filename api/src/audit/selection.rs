//! Which events a bundle is about.

use std::collections::BTreeSet;

use domain::aggregate::Decider;
use domain::campaign::Campaign;
use domain::gazette::{GAZETTE_ID, Gazette};
use domain::household::Household;
use domain::ids::{CampaignId, CaseId, HouseholdId, PersonId, RunId};
use domain::payment_run::PaymentRun;
use eventlog::append::StreamId;
use projections::audit_trail::TrailRow;
use projections::audit_trail::queries::{TrailFilter, trail};
use projections::runner::Until;

use crate::processes::{Office, ProcessError};
use crate::replay::Subject;

/// Rows of the trail that are read at once.
const PAGE: u32 = 5_000;

/// What a bundle is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// A case with its household, its payments and their runs.
    Case(CaseId),
    /// A payment run with its payments.
    Run(RunId),
    /// A person with the household and the cases.
    Person(PersonId),
    /// A campaign with its gifts.
    Campaign(CampaignId),
    /// Everything.
    All,
}

impl Selection {
    /// What a replay tells of it; everything is no subject.
    pub fn subject(self) -> Option<Subject> {
        match self {
            Selection::Case(id) => Some(Subject::Case(id)),
            Selection::Run(id) => Some(Subject::Run(id)),
            Selection::Person(id) => Some(Subject::Person(id)),
            Selection::Campaign(id) => Some(Subject::Campaign(id)),
            Selection::All => None,
        }
    }
}

/// The positions of the events of a selection, ascending. A reader of the log finds them; the proofs do not depend on
/// it, and whether one was left out only a whole bundle shows.
///
/// # Errors
/// [`ProcessError::Unknown`] when there are none; those of the database.
pub async fn positions(office: &Office, selection: Selection) -> Result<BTreeSet<u64>, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let mut found = Found { office, positions: BTreeSet::new() };
    match selection {
        Selection::All => {
            found.positions = (0..office.repository.log().length().await?).collect();
        }
        Selection::Campaign(campaign) => found.stream(Campaign::TYPE, campaign.to_string()).await?,
        Selection::Run(run) => {
            found.trail(TrailFilter { run: Some(run), ..TrailFilter::default() }).await?;
        }
        Selection::Case(case) => found.case(case).await?,
        Selection::Person(person) => {
            let rows = found.trail(TrailFilter { person: Some(person), ..TrailFilter::default() }).await?;
            for household in each(&rows, |row| row.subjects.household_id) {
                found.stream(Household::TYPE, household.to_string()).await?;
            }
            for case in each(&rows, |row| row.subjects.case_id) {
                found.case(CaseId::new(case)).await?;
            }
        }
    }
    // what was decided or paid rests on the rates that were published
    if !found.positions.is_empty() && !matches!(selection, Selection::Campaign(_)) {
        found.stream(Gazette::TYPE, GAZETTE_ID.to_owned()).await?;
    }
    if found.positions.is_empty() {
        Err(ProcessError::Unknown { what: "subject" })
    } else {
        Ok(found.positions)
    }
}

fn each<T: Ord>(rows: &[TrailRow], of: impl Fn(&TrailRow) -> Option<T>) -> BTreeSet<T> {
    rows.iter().filter_map(of).collect()
}

struct Found<'o> {
    office: &'o Office,
    positions: BTreeSet<u64>,
}

impl Found<'_> {
    async fn case(&mut self, case: CaseId) -> Result<(), ProcessError> {
        let rows = self.trail(TrailFilter { case: Some(case), ..TrailFilter::default() }).await?;
        for household in each(&rows, |row| row.subjects.household_id).into_iter().map(HouseholdId::new) {
            self.stream(Household::TYPE, household.to_string()).await?;
        }
        for run in each(&rows, |row| row.subjects.run_id).into_iter().map(RunId::new) {
            self.stream(PaymentRun::TYPE, run.to_string()).await?;
        }
        Ok(())
    }

    async fn stream(&mut self, kind: &'static str, id: String) -> Result<(), ProcessError> {
        let events = self.office.repository.log().read_stream(&StreamId::new(kind, id)).await?;
        self.positions.extend(events.iter().map(|event| event.position));
        Ok(())
    }

    async fn trail(&mut self, filter: TrailFilter) -> Result<Vec<TrailRow>, ProcessError> {
        let mut rows: Vec<TrailRow> = Vec::new();
        loop {
            let from = rows.last().map_or(0, |row| row.position + 1);
            let page = trail(&self.office.pool, &filter, from, PAGE).await?;
            let last = page.len() < PAGE as usize;
            rows.extend(page);
            if last {
                self.positions.extend(rows.iter().map(|row| row.position));
                return Ok(rows);
            }
        }
    }
}
