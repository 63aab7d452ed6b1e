//! What the log says is erased and the keys say is not: after a crash, or when older key tables were restored.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::campaign::CampaignEvent;
use domain::household::HouseholdEvent;
use domain::ids::PersonId;
use domain::personal::RetentionClass;
use serde::Serialize;

use crate::processes::{Office, ProcessError};

/// An erasure that was finished now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FinishedErasure {
    /// Who.
    pub person_id: PersonId,
    /// Of which class the key still existed.
    pub class: RetentionClass,
    /// The day of the erasure.
    pub erased_on: NaiveDate,
}

/// Destroys every key that the log says is destroyed and that still exists. Nothing to do is the rule; it asks for the
/// few erasures and their keys, whatever the length of the log.
///
/// # Errors
/// Those of the database.
pub async fn finish(office: &Office) -> Result<Vec<FinishedErasure>, ProcessError> {
    let erased = erasures(office).await?;
    let persons: Vec<PersonId> = erased.keys().map(|(person, _)| *person).collect();
    let destroyed = office.keyring.destroyed(&persons).await?;
    let mut finished = Vec::new();
    for ((person_id, class), erased_on) in erased {
        if !destroyed.contains(&(person_id, class)) {
            office.keyring.erase(person_id, &[class], erased_on).await?;
            finished.push(FinishedErasure { person_id, class, erased_on });
        }
    }
    Ok(finished)
}

/// Every erasure in the log, with its first day. An event that cannot be read is for the check to find.
async fn erasures(office: &Office) -> Result<BTreeMap<(PersonId, RetentionClass), NaiveDate>, ProcessError> {
    let payloads: Vec<String> =
        sqlx::query_scalar(include_str!("sql/erasures.sql")).fetch_all(&office.pool).await?;
    let mut erased = BTreeMap::new();
    for payload in payloads {
        let (person_id, through, erased_on) = match serde_json::from_str(&payload) {
            Ok(HouseholdEvent::CaseWorkErased { person_id, erased_on, .. }) => {
                (person_id, RetentionClass::CaseWork, erased_on)
            }
            Ok(HouseholdEvent::PersonErased { person_id, erased_on, .. }) => {
                (person_id, RetentionClass::Vouchers, erased_on)
            }
            _ => match serde_json::from_str(&payload) {
                Ok(CampaignEvent::DonorErased { donor, erased_on, .. }) => {
                    (donor, RetentionClass::Vouchers, erased_on)
                }
                _ => continue,
            },
        };
        for class in through.through() {
            erased.entry((person_id, *class)).or_insert(erased_on);
        }
    }
    Ok(erased)
}
