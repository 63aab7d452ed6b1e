//! What the summaries of some people are made of, asked for all of them together: the read tables say which streams there
//! are, the log what is in them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use domain::aggregate::Decider;
use domain::benefit_case::BenefitCase;
use domain::household::Household;
use domain::ids::{CaseId, HouseholdId, PersonId};
use domain::payment::Payment;
use domain::user::DataScope;
use eventlog::event::StoredEvent;
use projections::case_files::queries::members;
use projections::listings::{CaseEntry, cases_of_persons, payments_of_cases};
use projections::runner::Until;
use projections::snapshot::Snapshot;
use projections::{case_files, payment_registers};

use super::folded;
use crate::processes::attachments::Belonging;
use crate::processes::{Office, ProcessError};

/// The most cases of one person.
const CASES_MAX: u32 = 200;

/// What is known of one person's benefits.
#[derive(Clone, Debug)]
pub struct Gathered {
    /// The person, and the households that they belong or belonged to.
    pub belonging: Belonging,
    /// Their cases, as far as they are seen.
    pub cases: Vec<CaseEntry>,
    /// The log position at which the read tables said so.
    pub position: u64,
    /// Of the household that they belong to, and of those of their cases.
    pub(super) homes: Streams,
    /// Of their cases.
    pub(super) files: Streams,
    /// Of the payments of these cases.
    pub(super) payments: Streams,
}

/// Streams of one kind by their identifiers, shared by all whose they are.
pub(super) type Streams = HashMap<String, Arc<[StoredEvent]>>;

impl Gathered {
    /// The household that they belong to, as it is now.
    ///
    /// # Errors
    /// [`ProcessError::Damaged`] for an event that cannot be read.
    pub fn home(&self) -> Result<Household, ProcessError> {
        match self.homes.get(&self.belonging.home.to_string()) {
            Some(stream) => folded(stream, None),
            None => Ok(Household::default()),
        }
    }
}

/// What is known of some people, in their order; nothing of whom this data scope does not see. The keys of everybody in
/// their households are at hand afterwards.
///
/// # Errors
/// Those of the projections, the log and the keyring.
pub async fn gather(
    office: &Office,
    scope: &DataScope,
    persons: &[PersonId],
) -> Result<Vec<Option<Gathered>>, ProcessError> {
    // two callers may ask for the same person
    let different: Vec<PersonId> = persons.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let found = Found::read(office, scope, &different).await?;
    let (homes, files, payments) = tokio::try_join!(
        streams::<Household>(office, found.homes()),
        streams::<BenefitCase>(office, found.cases().map(|case| case.case_id.to_string()).collect()),
        streams::<Payment>(office, found.payments.values().flatten().cloned().collect()),
    )?;
    let mut people = Vec::new();
    for stream in homes.values() {
        let home: Household = folded(stream, None)?;
        people.extend(home.registered().into_iter().flat_map(|home| home.members.keys().copied()));
    }
    office.load_keys(people).await?;
    let gathered = |person| {
        let (belonging, cases) = found.people.get(person)?;
        let ids = || cases.iter().map(|case| case.case_id);
        let paid = ids().filter_map(|case| found.payments.get(&case)).flatten();
        let home = |case: &CaseEntry| case.household_id.to_string();
        Some(Gathered {
            belonging: belonging.clone(),
            cases: cases.clone(),
            position: found.position,
            homes: some_of(&homes, cases.iter().map(home).chain([belonging.home.to_string()])),
            files: some_of(&files, ids().map(|case| case.to_string())),
            payments: some_of(&payments, paid.cloned()),
        })
    };
    Ok(persons.iter().map(gathered).collect())
}

fn some_of(streams: &Streams, ids: impl Iterator<Item = String>) -> Streams {
    ids.filter_map(|id| streams.get(&id).map(Arc::clone).map(|stream| (id, stream))).collect()
}

/// What the read tables say of people.
struct Found {
    position: u64,
    people: HashMap<PersonId, (Belonging, Vec<CaseEntry>)>,
    payments: HashMap<CaseId, Vec<String>>,
}

impl Found {
    async fn read(office: &Office, scope: &DataScope, persons: &[PersonId]) -> Result<Found, ProcessError> {
        office.runner.catch_up(Until::Head).await?;
        let about = [&case_files::ABOUT, &payment_registers::ABOUT];
        let mut seen = Snapshot::take(&office.pool, &about).await?.narrow(scope).await?;
        let position = seen.position();
        let homes = members(seen.connection(), persons).await?;
        let cases = cases_of_persons(seen.connection(), persons, CASES_MAX).await?;
        let ids: Vec<CaseId> = cases.iter().map(|case| case.case_id).collect();
        let mut payments: HashMap<CaseId, Vec<String>> = HashMap::new();
        for (case, payment) in payments_of_cases(seen.connection(), &ids).await? {
            payments.entry(case).or_default().push(payment.to_string());
        }
        let mut people = HashMap::new();
        for homes in homes.chunk_by(|one, other| one.person_id == other.person_id) {
            let Some(person) = homes.first().map(|home| home.person_id) else { continue };
            let Some(belonging) = Belonging::among(person, homes) else { continue };
            people.insert(person, (belonging, Vec::new()));
        }
        for case in cases {
            if let Some((_, cases)) = people.get_mut(&case.applicant) {
                cases.push(case);
            }
        }
        for (_, cases) in people.values_mut() {
            cases.sort_unstable_by_key(|case| case.case_id);
        }
        Ok(Found { position, people, payments })
    }

    fn cases(&self) -> impl Iterator<Item = &CaseEntry> {
        self.people.values().flat_map(|(_, cases)| cases)
    }

    /// Of whom there is anything.
    fn homes(&self) -> Vec<String> {
        let belonging = self.people.values().map(|(belonging, _)| belonging.home);
        let homes: BTreeSet<HouseholdId> =
            belonging.chain(self.cases().map(|case| case.household_id)).collect();
        homes.iter().map(HouseholdId::to_string).collect()
    }
}

/// The streams of one kind as they are now.
async fn streams<A: Decider>(office: &Office, ids: Vec<String>) -> Result<Streams, ProcessError> {
    let mut found: HashMap<String, Vec<StoredEvent>> = HashMap::with_capacity(ids.len());
    for stored in office.repository.log().read_streams(A::TYPE, &ids, u64::MAX).await? {
        found.entry(stored.stream.id.clone()).or_default().push(stored);
    }
    Ok(found.into_iter().map(|(id, events)| (id, events.into())).collect())
}
