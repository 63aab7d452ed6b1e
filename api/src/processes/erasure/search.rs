//! Which streams name somebody.

use std::collections::HashMap;
use std::fmt::Display;

use chrono::{DateTime, Utc};
use domain::aggregate::Decider;
use domain::benefit_case::BenefitCase;
use domain::household::Household;
use domain::ids::{CaseId, HouseholdId, PersonId};
use domain::payment::Payment;
use domain::payment_run::PaymentRun;
use eventlog::event::StoredEvent;
use projections::case_files::queries::{cases_naming, households_naming};
use projections::payment_registers::queries::payments_naming;
use uuid::Uuid;

use crate::processes::{Office, ProcessError};

/// How they are found.
#[derive(Clone, Copy, Debug)]
pub(super) enum Search {
    /// By their text, in passes over the whole log: an erasure cannot be undone, so no read table is trusted with it.
    Log,
    /// By the read tables, which the caller has brought up to date: for whoever only looks.
    Tables,
}

/// A stream, folded.
pub(super) struct Found<A> {
    pub(super) id: String,
    pub(super) state: A,
    /// How many events it had.
    pub(super) version: u64,
    /// When the log took the last of them.
    pub(super) recorded_at: DateTime<Utc>,
}

impl Search {
    /// Every household that names the person, as a member or as the holder of an account.
    pub(super) async fn households(
        self,
        office: &Office,
        person: PersonId,
    ) -> Result<Vec<Found<Household>>, ProcessError> {
        let ids = match self {
            Search::Log => streams_that_name::<Household>(office, [person.uuid()]).await?,
            Search::Tables => names(households_naming(&office.pool, person).await?),
        };
        load(office, ids).await
    }

    /// Cases that name one of these applicants or households, and perhaps others.
    pub(super) async fn cases(
        self,
        office: &Office,
        applicants: &[PersonId],
        households: &[HouseholdId],
    ) -> Result<Vec<Found<BenefitCase>>, ProcessError> {
        let ids = match self {
            Search::Log => {
                let households = households.iter().map(|household| household.uuid());
                let all = households.chain(applicants.iter().map(|person| person.uuid()));
                streams_that_name::<BenefitCase>(office, all).await?
            }
            Search::Tables => names(cases_naming(&office.pool, applicants, households).await?),
        };
        load(office, ids).await
    }

    /// Every payment that names the person.
    pub(super) async fn payments(
        self,
        office: &Office,
        person: PersonId,
    ) -> Result<Vec<Found<Payment>>, ProcessError> {
        let ids = match self {
            Search::Log => streams_that_name::<Payment>(office, [person.uuid()]).await?,
            Search::Tables => names(payments_naming(&office.pool, person).await?),
        };
        load(office, ids).await
    }

    /// Every run with a line that names the person, as the beneficiary or as the holder of the account of one of these
    /// applicants. Lines are outside the log, and stay after the release.
    pub(super) async fn runs(
        self,
        office: &Office,
        person: PersonId,
        applicants: &[PersonId],
    ) -> Result<Vec<Found<PaymentRun>>, ProcessError> {
        let patterns = patterns([person.uuid()]);
        let query = match self {
            Search::Log => sqlx::query_scalar(include_str!("sql/runs_with_lines.sql")).bind(patterns),
            Search::Tables => {
                let cases = cases_naming(&office.pool, applicants, &[]).await?;
                let cases: Vec<Uuid> = cases.into_iter().map(CaseId::uuid).collect();
                let query = sqlx::query_scalar(include_str!("sql/runs_with_lines_of_cases.sql"));
                query.bind(patterns).bind(cases)
            }
        };
        let found: Vec<Uuid> = query.fetch_all(&office.pool).await?;
        load(office, names(found)).await
    }
}

fn names<T: Display>(ids: Vec<T>) -> Vec<String> {
    ids.iter().map(T::to_string).collect()
}

/// The streams of a type in which one of some names stands.
async fn streams_that_name<A: Decider>(
    office: &Office,
    names: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<String>, ProcessError> {
    let query = sqlx::query_scalar(include_str!("sql/streams_that_name.sql"));
    Ok(query.bind(A::TYPE).bind(patterns(names)).fetch_all(&office.pool).await?)
}

/// Folds these streams as they are now, in the order of the log.
async fn load<A: Decider>(office: &Office, ids: Vec<String>) -> Result<Vec<Found<A>>, ProcessError> {
    let events = office.repository.log().read_streams(A::TYPE, &ids, u64::MAX).await?;
    let mut streams: HashMap<&str, Vec<&StoredEvent>> = HashMap::with_capacity(ids.len());
    for stored in &events {
        streams.entry(&stored.stream.id).or_default().push(stored);
    }
    let began = events.iter().filter(|stored| stored.sequence == 1);
    let streams = began.filter_map(|first| streams.remove_entry(&*first.stream.id));
    streams.map(|(id, stream)| fold(id, &stream)).collect()
}

fn fold<A: Decider>(id: &str, stream: &[&StoredEvent]) -> Result<Found<A>, ProcessError> {
    let (id, recorded_at) = (id.to_owned(), DateTime::default());
    let mut found = Found { id, state: A::default(), version: 0, recorded_at };
    for stored in stream {
        let damaged = |error: &dyn Display| ProcessError::Damaged(error.to_string());
        if let Some(event) = stored.decode::<A::Event>().map_err(|error| damaged(&error))? {
            found.state.try_evolve(&event).map_err(|error| damaged(&error))?;
        }
        (found.version, found.recorded_at) = (stored.sequence, stored.recorded_at);
    }
    Ok(found)
}

fn patterns(names: impl IntoIterator<Item = Uuid>) -> Vec<String> {
    names.into_iter().map(|name| format!("%{name}%")).collect()
}
