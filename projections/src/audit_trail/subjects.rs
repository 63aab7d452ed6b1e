//! Whom an event concerns, read from the few identifiers of its payload.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::aggregate::Decider;
use domain::benefit_case::BenefitCase;
use domain::household::Household;
use domain::payment_run::PaymentRun;
use eventlog::event::{DecodeError, StoredEvent};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::ApplyError;
use crate::projection::At;

/// Whom an event concerns, as far as it says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subjects {
    /// The household.
    pub household_id: Option<Uuid>,
    /// The person.
    pub person_id: Option<Uuid>,
    /// The case.
    pub case_id: Option<Uuid>,
    /// The payment run.
    pub run_id: Option<Uuid>,
}

impl Subjects {
    /// What the event says, and what the name of its stream says.
    pub(super) fn of(stored: &StoredEvent) -> Result<Subjects, ApplyError> {
        let payload: BTreeMap<Cow<'_, str>, Named> =
            serde_json::from_str(&stored.payload).map_err(|error| {
                At(stored).fault(DecodeError::Malformed {
                    position: stored.position,
                    event_type: stored.event_type.clone(),
                    event_version: stored.event_version.clone(),
                    part: "payload",
                    column: error.column(),
                })
            })?;
        let mut subjects = payload.into_values().next().map(Subjects::from).unwrap_or_default();
        let stream = Uuid::parse_str(&stored.stream.id).ok();
        match stored.stream.kind.as_ref() {
            <Household as Decider>::TYPE => subjects.household_id = stream,
            <BenefitCase as Decider>::TYPE => subjects.case_id = stream,
            <PaymentRun as Decider>::TYPE => subjects.run_id = stream,
            _ => {}
        }
        Ok(subjects)
    }

    /// These, and where they say nothing, the others.
    pub(super) fn or(self, others: Subjects) -> Subjects {
        Subjects {
            household_id: self.household_id.or(others.household_id),
            person_id: self.person_id.or(others.person_id),
            case_id: self.case_id.or(others.case_id),
            run_id: self.run_id.or(others.run_id),
        }
    }
}

/// The identifiers that payloads have; everything else of them is passed over.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Named {
    household_id: Option<Uuid>,
    head: Option<Uuid>,
    person_id: Option<Uuid>,
    run_id: Option<Uuid>,
    subject: Option<Parties>,
    order: Option<Parties>,
    donation: Option<Giver>,
    /// Of a recovery plan.
    terms: Option<Parties>,
}

/// The parties of a case or an order.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Parties {
    case_id: Option<Uuid>,
    household_id: Option<Uuid>,
    applicant: Option<Uuid>,
    beneficiary: Option<Uuid>,
    run_id: Option<Uuid>,
}

/// Who gave.
#[derive(Deserialize)]
struct Giver {
    donor: Uuid,
}

impl From<Named> for Subjects {
    fn from(named: Named) -> Subjects {
        let parties = named.subject.or(named.order).or(named.terms).unwrap_or_default();
        let person = named.person_id.or(parties.applicant).or(parties.beneficiary).or(named.head);
        Subjects {
            household_id: named.household_id.or(parties.household_id),
            person_id: person.or(named.donation.map(|donation| donation.donor)),
            case_id: parties.case_id,
            run_id: named.run_id.or(parties.run_id),
        }
    }
}
