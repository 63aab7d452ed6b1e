//! Every request to erase a person, and what became of it: for whoever decides, and as a list to keep outside the
//! database, by which erasures are repeated where an older one was restored.

use chrono::NaiveDate;
use domain::actor::ActorId;
use domain::campaign::CampaignEvent;
use domain::household::HouseholdEvent;
use domain::ids::PersonId;
use domain::personal::RetentionClass;
use projections::runner::Until;
use serde::Serialize;

use crate::processes::{Office, ProcessError};

/// Of whom a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestSubject {
    /// A person of the register.
    Person,
    /// A donor, whom a campaign alone knows.
    Donor,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RequestEntry {
    /// Who is to be erased.
    pub person_id: PersonId,
    /// A person of the register, or a donor.
    pub subject: RequestSubject,
    /// Which keys: those of this class, and of the classes that are kept shorter.
    pub through: RetentionClass,
    /// Legal basis.
    pub basis: String,
    /// Who asked.
    pub requested_by: ActorId,
    /// The day.
    pub requested_on: NaiveDate,
    /// What became of it.
    pub answer: RequestAnswer,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum RequestAnswer {
    /// It waits.
    Pending,
    /// It was sent back.
    Rejected {
        /// Who decided.
        by: ActorId,
        /// The day.
        on: NaiveDate,
        /// Why.
        reason: String,
    },
    /// The person is erased.
    Erased {
        /// Who decided.
        by: ActorId,
        /// The day.
        on: NaiveDate,
    },
}

/// Every request, the oldest first. An event that cannot be read is for the check to find.
///
/// # Errors
/// Those of the projections and the database.
pub async fn requests(office: &Office) -> Result<Vec<RequestEntry>, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let payloads: Vec<String> =
        sqlx::query_scalar(include_str!("sql/requests.sql")).fetch_all(&office.pool).await?;
    let mut entries = Vec::new();
    for payload in payloads {
        if let Ok(event) = serde_json::from_str(&payload) {
            take_in(&mut entries, RequestSubject::Person, event);
        } else if let Some(event) = serde_json::from_str(&payload).ok().and_then(as_of_a_person) {
            take_in(&mut entries, RequestSubject::Donor, event);
        }
    }
    Ok(entries)
}

/// What was asked and decided on a donor, in the words of a household's events: a donor's keys are all of the vouchers'.
fn as_of_a_person(event: CampaignEvent) -> Option<HouseholdEvent> {
    Some(match event {
        CampaignEvent::DonorErasureRequested { donor: person_id, basis, by, requested_on } => {
            let through = RetentionClass::Vouchers;
            HouseholdEvent::ErasureRequested { person_id, through, basis, requested_on, by }
        }
        CampaignEvent::DonorErasureRejected { donor: person_id, reason, by, rejected_on } => {
            HouseholdEvent::ErasureRejected { person_id, reason, rejected_on, by }
        }
        CampaignEvent::DonorErased { donor: person_id, basis, by, erased_on } => {
            HouseholdEvent::PersonErased { person_id, basis, erased_on, by }
        }
        _ => return None,
    })
}

/// Somebody who belonged to several households has each event in each of them: the first one counts.
fn take_in(entries: &mut Vec<RequestEntry>, subject: RequestSubject, event: HouseholdEvent) {
    let (person, answer) = match event {
        HouseholdEvent::ErasureRequested { person_id, through, basis, requested_on, by } => {
            if pending(entries, person_id).is_none() {
                let (requested_by, answer) = (by, RequestAnswer::Pending);
                entries.push(RequestEntry {
                    person_id,
                    subject,
                    through,
                    basis,
                    requested_by,
                    requested_on,
                    answer,
                });
            }
            return;
        }
        HouseholdEvent::ErasureRejected { person_id, reason, rejected_on, by } => {
            (person_id, RequestAnswer::Rejected { by, on: rejected_on, reason })
        }
        HouseholdEvent::CaseWorkErased { person_id, erased_on, by, .. }
        | HouseholdEvent::PersonErased { person_id, erased_on, by, .. } => {
            (person_id, RequestAnswer::Erased { by, on: erased_on })
        }
        _ => return,
    };
    if let Some(entry) = pending(entries, person) {
        entry.answer = answer;
    }
}

fn pending(entries: &mut [RequestEntry], person: PersonId) -> Option<&mut RequestEntry> {
    let waits =
        |entry: &&mut RequestEntry| entry.person_id == person && entry.answer == RequestAnswer::Pending;
    entries.iter_mut().rev().find(waits)
}
