//! Whether the beneficiary's ID number is theirs: missing or another person's, nothing is paid.

use std::collections::HashMap;

use domain::identifiers::CitizenId;
use domain::identity::IdentityEvent;
use domain::ids::PersonId;
use domain::payment_run::RunException;
use domain::personal::{BlindIndex, OpenError, Opened, Opener, PersonalField};
use eventlog::keyring::Keyring;
use projections::case_files::payable::{PayableCase, identities};
use sqlx::PgPool;

use super::case_lines::CaseFindings;
use super::page::refuse_months;
use crate::processes::ProcessError;

/// The ID numbers of a page's beneficiaries, and who claims them.
pub(super) struct Identities {
    /// By person, as keyed hashes; none for who is no member or was erased, or whose number cannot be opened.
    indexes: HashMap<PersonId, BlindIndex>,
    claimed: HashMap<String, PersonId>,
}

impl Identities {
    /// Hashes the ID numbers of a page.
    pub fn of(keyring: &Keyring, opener: &dyn Opener, page: &[PayableCase]) -> Identities {
        let index = |payable: &PayableCase| {
            let id_number = id_number_of(opener, payable).ok().flatten()?;
            let index = keyring.blind_index(CitizenId::LABEL, id_number.as_str());
            Some((payable.case.applicant, index))
        };
        Identities { indexes: page.iter().filter_map(index).collect(), claimed: HashMap::new() }
    }

    /// Asks who claims them before a position of the log.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn claimed(&mut self, pool: &PgPool, before: u64) -> Result<(), ProcessError> {
        let asked: Vec<&str> = self.indexes.values().map(BlindIndex::as_str).collect();
        self.claimed = identities(pool, &asked, before).await?.into_iter().filter_map(holder).collect();
        Ok(())
    }

    /// Takes away the lines of those whose ID number nobody claims (`identity_missing`) or another person does
    /// (`identity_duplicate`).
    ///
    /// # Errors
    /// [`ProcessError`] for an ID number of somebody who would be paid that cannot be opened.
    pub fn refuse_unclaimed(
        &self,
        opener: &dyn Opener,
        page: &[PayableCase],
        found: &mut [CaseFindings],
    ) -> Result<(), ProcessError> {
        for (payable, findings) in page.iter().zip(found) {
            if findings.lines.is_empty() {
                continue;
            }
            let person = payable.case.applicant;
            let index = self.indexes.get(&person);
            if index.is_none() {
                // why there is none: damage is told only of those who would be paid
                id_number_of(opener, payable)?;
            }
            let wrong = match index.and_then(|index| self.claimed.get(index.as_str())) {
                Some(holder) if *holder == person => continue,
                Some(_) => RunException::IdentityDuplicate,
                None => RunException::IdentityMissing,
            };
            refuse_months(payable, findings, |_| Some(wrong));
        }
        Ok(())
    }
}

/// The beneficiary's ID number; none for who is no member or was erased.
fn id_number_of(opener: &dyn Opener, payable: &PayableCase) -> Result<Option<CitizenId>, OpenError> {
    let Some(member) = payable.household.member(payable.case.applicant) else { return Ok(None) };
    Ok(match member.id_number.open(member.person_id, opener)? {
        Opened::Clear(id_number) => Some(id_number.disclose().clone()),
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
