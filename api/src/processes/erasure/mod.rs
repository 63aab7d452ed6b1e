//! 个人信息删除: one asks, another decides, then the keys are destroyed.
//!
//! | Step | What it does |
//! |---|---|
//! | [`look_up`] | who a person is, and what the log holds of them ([`holdings`]) |
//! | [`preview`] | the same for a page, found by the read tables |
//! | [`request`] | `ErasureRequested`, in every household that the person ever belonged to |
//! | [`reject`] | `ErasureRejected`, likewise |
//! | [`restrict`], [`lift`] | `ProcessingRestricted`, `RestrictionLifted`: kept by law, shown to nobody |
//! | [`erase`] | `CaseWorkErased` or `PersonErased`, and `IdentityReleased`; then the keys |
//! | [`requests`] | every request, and what became of it |
//! | [`donor`] | the same for a donor, whose name stands in a campaign |
//! | [`finish`] | at each start: keys that an erasure left behind, or that a backup brought back |
//!
//! The event comes first, the keys after it. Between the two a crash leaves an erasure that is decided and not done,
//! which the next start or a repeat finishes. The other way round it would leave values that are gone for ever with
//! nobody who decided it, and the log might still refuse the decision.

pub mod donor;
mod finish;
mod holdings;
mod requests;
mod search;

use domain::household::{ErasureStep, Handling, HouseholdCommand, Member, PersonalRecord};
use domain::identifiers::CitizenId;
use domain::identity::{Identity, IdentityCommand};
use domain::ids::{HouseholdId, PersonId};
use domain::personal::{Opened, RetentionClass};
use domain::retention::Holdings;
use projections::Until;

pub use finish::{FinishedErasure, finish};
pub use requests::{RequestAnswer, RequestEntry, RequestSubject, requests};

use self::search::Search;
use super::{Desk, Office, ProcessError, Step};

/// A person, as far as an erasure is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonFile {
    /// Who.
    pub person_id: PersonId,
    /// The person in each household that they ever belonged to, in the order of the log.
    pub memberships: Vec<Membership>,
    /// What the log holds of the person.
    pub holdings: Holdings,
}

/// A person in one household, as it stands at a version of its stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The household.
    pub household_id: HouseholdId,
    /// How many events its stream had.
    pub version: u64,
    /// The person in it.
    pub member: Member,
}

/// What is asked of an erasure.
#[derive(Clone, Debug)]
pub struct ErasurePlan {
    /// Who.
    pub person_id: PersonId,
    /// Which keys: those of this class, and of the classes that are kept shorter.
    pub through: RetentionClass,
    /// Legal basis.
    pub basis: String,
}

/// An erasure that was done.
#[derive(Clone, Debug)]
pub struct Erased {
    /// Who.
    pub person_id: PersonId,
    /// How the person stands now.
    pub record: PersonalRecord,
}

impl PersonFile {
    /// How the person stands; the same in every household.
    pub fn record(&self) -> PersonalRecord {
        self.memberships.first().map_or(PersonalRecord::Kept, |known| known.member.record)
    }

    /// Whether the values are shown to people; the same in every household.
    pub fn handling(&self) -> Handling {
        self.memberships.first().map_or(Handling::Ordinary, |known| known.member.handling.clone())
    }

    /// How far a request is; the same in every household.
    pub fn erasure(&self) -> &ErasureStep {
        self.memberships.first().map_or(&ErasureStep::NotRequested, |known| &known.member.erasure)
    }

    fn steps(&self, command: impl Fn() -> HouseholdCommand) -> Vec<Step> {
        let step = |known: &Membership| Step::Household(known.household_id.to_string(), command());
        self.memberships.iter().map(step).collect()
    }
}

/// Who a person is, and what the log holds of them: read from the log alone, whatever the read tables say.
///
/// # Errors
/// [`ProcessError::Unknown`] for someone who was never a member of a household; those of the log.
pub async fn look_up(office: &Office, person_id: PersonId) -> Result<PersonFile, ProcessError> {
    file_of(office, Search::Log, person_id).await
}

/// The same, found by the read tables: for whoever only looks. A decision looks itself, in the log.
///
/// # Errors
/// As [`look_up`]; those of the read tables.
pub async fn preview(office: &Office, person_id: PersonId) -> Result<PersonFile, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    file_of(office, Search::Tables, person_id).await
}

async fn file_of(office: &Office, search: Search, person_id: PersonId) -> Result<PersonFile, ProcessError> {
    let households = holdings::households_of(office, search, person_id).await?;
    let memberships: Vec<Membership> =
        households.iter().filter_map(|household| household.membership_of(person_id)).collect();
    if memberships.is_empty() {
        return Err(ProcessError::Unknown { what: "person" });
    }
    let holdings = holdings::holdings_of(office, search, person_id, &households).await?;
    Ok(PersonFile { person_id, memberships, holdings })
}

/// Asks that a person be erased. Asking the same again changes nothing.
///
/// # Errors
/// [`ProcessError`]: nobody knows the person, something is at work, or the law keeps the file; with the day from which
/// it does not.
pub async fn request(office: &Office, desk: &Desk, plan: &ErasurePlan) -> Result<PersonFile, ProcessError> {
    let file = look_up(office, plan.person_id).await?;
    let steps = file.steps(|| HouseholdCommand::RequestErasure {
        person_id: plan.person_id,
        through: plan.through,
        basis: plan.basis.clone(),
        holdings: file.holdings.clone(),
        requested_on: desk.today(),
    });
    together(office, desk, (&file, "request_erasure"), steps).await?;
    Ok(file)
}

/// Sends a request back.
///
/// # Errors
/// [`ProcessError`]: nobody knows the person, or there is no request.
pub async fn reject(
    office: &Office,
    desk: &Desk,
    person_id: PersonId,
    reason: &str,
) -> Result<(), ProcessError> {
    let file = look_up(office, person_id).await?;
    let steps = file.steps(|| HouseholdCommand::RejectErasure {
        person_id,
        reason: reason.to_owned(),
        rejected_on: desk.today(),
    });
    together(office, desk, (&file, "reject_erasure"), steps).await
}

/// Restricts the processing of a person's values, which the law still keeps.
///
/// # Errors
/// [`ProcessError`]: nobody knows the person, they were erased, or something is at work.
pub async fn restrict(
    office: &Office,
    desk: &Desk,
    person_id: PersonId,
    basis: &str,
) -> Result<(), ProcessError> {
    let file = look_up(office, person_id).await?;
    let steps = file.steps(|| HouseholdCommand::RestrictPerson {
        person_id,
        basis: basis.to_owned(),
        holdings: file.holdings.clone(),
        restricted_on: desk.today(),
    });
    together(office, desk, (&file, "restrict_person"), steps).await
}

/// Lifts a restriction.
///
/// # Errors
/// [`ProcessError`]: nobody knows the person, they were erased, or are not restricted.
pub async fn lift(
    office: &Office,
    desk: &Desk,
    person_id: PersonId,
    reason: &str,
) -> Result<(), ProcessError> {
    let file = look_up(office, person_id).await?;
    let steps = file.steps(|| HouseholdCommand::LiftRestriction {
        person_id,
        reason: reason.to_owned(),
        lifted_on: desk.today(),
    });
    together(office, desk, (&file, "lift_restriction"), steps).await
}

/// Erases a person as somebody else requested: the events in one append, then the keys. Doing it again finishes what
/// was interrupted.
///
/// # Errors
/// [`ProcessError`]: there is no request, the same person asked, something is at work, or the law keeps the file.
pub async fn erase(office: &Office, desk: &Desk, person_id: PersonId) -> Result<Erased, ProcessError> {
    decide(office, desk, person_id).await?;
    let file = look_up(office, person_id).await?;
    let record = file.record();
    if let (Some(through), Some(Membership { member, .. })) = (taken(record), file.memberships.first())
        && let Some(erased_on) = member.erased_on()
    {
        let destroyed = office.keyring.erase(person_id, through.through(), erased_on).await;
        destroyed.map_err(|source| ProcessError::ErasureUnfinished { person: person_id, source })?;
    }
    Ok(Erased { person_id, record })
}

/// The first half of [`erase`]: the decision, without the keys.
///
/// # Errors
/// Those of [`erase`].
pub async fn decide(office: &Office, desk: &Desk, person_id: PersonId) -> Result<(), ProcessError> {
    let file = look_up(office, person_id).await?;
    let mut steps = file.steps(|| HouseholdCommand::ErasePerson {
        person_id,
        holdings: file.holdings.clone(),
        erased_on: desk.today(),
    });
    steps.extend(release_of_identity(office, desk, &file).await?);
    together(office, desk, (&file, "erase_person"), steps).await
}

/// Which keys a record says are destroyed.
fn taken(record: PersonalRecord) -> Option<RetentionClass> {
    match record {
        PersonalRecord::Kept => None,
        PersonalRecord::VouchersKept { .. } => Some(RetentionClass::CaseWork),
        PersonalRecord::Erased { .. } => Some(RetentionClass::Vouchers),
    }
}

/// Gives the ID number free, so that the same natural person can be registered anew, as a new person. Once the number
/// is erased nobody can find its stream, so it happens with the erasure or never.
async fn release_of_identity(
    office: &Office,
    desk: &Desk,
    file: &PersonFile,
) -> Result<Option<Step>, ProcessError> {
    if file.record() != PersonalRecord::Kept {
        return Ok(None);
    }
    office.keyring.load(&[file.person_id]).await?;
    for Membership { member, .. } in &file.memberships {
        if let Opened::Clear(id_number) = member.id_number.open(file.person_id, &*office.keyring)? {
            return release_of(office, desk, file.person_id, id_number.disclose()).await;
        }
    }
    Ok(None)
}

async fn release_of(
    office: &Office,
    desk: &Desk,
    person_id: PersonId,
    id_number: &CitizenId,
) -> Result<Option<Step>, ProcessError> {
    let index = office.id_index(id_number);
    let identity = office.repository.load_newest::<Identity>(index.as_str()).await?;
    let release = IdentityCommand::ReleaseIdentity { person_id, released_on: desk.today() };
    let held = identity.state.holder() == Some(person_id);
    Ok(held.then(|| Step::Identity(index.as_str().to_owned(), release)))
}

/// Appends the steps under a key that follows from who takes them, what they say and what they were taken on: asking
/// again for what was sent back meanwhile is a new request.
async fn together(
    office: &Office,
    desk: &Desk,
    (file, label): (&PersonFile, &str),
    steps: Vec<Step>,
) -> Result<(), ProcessError> {
    let versions: Vec<u64> = file.memberships.iter().map(|known| known.version).collect();
    let key = office.derived(label, &format!("{}|{versions:?}|{steps:?}", desk.actor.id));
    office.together(desk, key, steps).await?;
    Ok(())
}
