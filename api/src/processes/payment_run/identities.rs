//! Whether the beneficiary's ID number is theirs: missing or another person's, nothing is paid.

use std::collections::HashMap;

use domain::identifiers::CitizenId;
use domain::identity::IdentityEvent;
use domain::ids::PersonId;
use domain::payment_run::RunException;
use domain::personal::{BlindIndex, Opened};
use projections::case_files::payable::{PayableCase, PayableCases};

use super::case_lines::CaseFindings;
use super::page::refuse_months;
use crate::processes::{Office, ProcessError};

/// Takes away the lines of those whose ID number nobody claims (`identity_missing`) or another person does
/// (`identity_duplicate`).
pub(super) async fn refuse_unclaimed(
    office: &Office,
    cases: &mut PayableCases,
    page: &[PayableCase],
    found: &mut [CaseFindings],
) -> Result<(), ProcessError> {
    let mut indexes: HashMap<PersonId, BlindIndex> = HashMap::new();
    for (payable, findings) in page.iter().zip(&*found) {
        if !findings.lines.is_empty()
            && let Some(index) = index_of(office, payable)?
        {
            indexes.insert(payable.case.applicant, index);
        }
    }
    let asked: Vec<&str> = indexes.values().map(BlindIndex::as_str).collect();
    let claimed: HashMap<String, PersonId> =
        cases.identities(&asked).await?.into_iter().filter_map(holder).collect();
    for (payable, findings) in page.iter().zip(found) {
        if findings.lines.is_empty() {
            continue;
        }
        let person = payable.case.applicant;
        let index = indexes.get(&person);
        let wrong = match index.and_then(|index| claimed.get(index.as_str())) {
            Some(holder) if *holder == person => continue,
            Some(_) => RunException::IdentityDuplicate,
            None => RunException::IdentityMissing,
        };
        refuse_months(payable, findings, |_| Some(wrong));
    }
    Ok(())
}

/// The keyed hash of the beneficiary's ID number; none for who is no member or was erased.
fn index_of(office: &Office, payable: &PayableCase) -> Result<Option<BlindIndex>, ProcessError> {
    let Some(member) = payable.household.member(payable.case.applicant) else { return Ok(None) };
    let opened: Opened<CitizenId> = member.id_number.open(member.person_id, &*office.keyring)?;
    Ok(match opened {
        Opened::Clear(id_number) => Some(office.id_index(id_number.disclose())),
        Opened::Erased { .. } => None,
    })
}

/// Who claims the identity, by its newest event.
fn holder((index, newest): (String, IdentityEvent)) -> Option<(String, PersonId)> {
    match newest {
        IdentityEvent::IdentityClaimed { person_id, .. } => Some((index, person_id)),
        IdentityEvent::IdentityReleased { .. } => None,
    }
}
