//! What the cases of one page get: each by itself, then what only shows beside others. A calculation, an approval and a
//! recalculation all ask here, so that they find the same. Everything that must be read is read first; finding then
//! waits for nothing.

use std::collections::BTreeSet;

use domain::calendar::BenefitMonth;
use domain::ids::{FundId, PersonId};
use domain::payment_run::RunException;
use eventlog::keyring::{DataKeys, WrappedKeys};
use projections::case_files::payable::{PayableCase, PayableCases};

use super::case_lines::{CaseFindings, Look, RunNote, exception, findings_of, is_asked_back};
use super::identities::Identities;
use super::withheld::withhold_from;
use super::{exclusive, warnings};
use crate::processes::cores::blocking;
use crate::processes::{Office, ProcessError};

/// Cases with everything that they are looked at with.
pub struct Page {
    pub cases: Vec<PayableCase>,
    /// The keys of everyone in their households, for this page alone.
    pub keys: DataKeys,
    identities: Identities,
    /// Other cases of those who have several that may exclude each other.
    others: Vec<PayableCase>,
}

/// Cases of one snapshot whose keys and identities are still to be asked for, which needs the snapshot no more.
pub struct UnopenedPage {
    cases: Vec<PayableCase>,
    others: Vec<PayableCase>,
    position: u64,
}

impl UnopenedPage {
    /// Reads what the snapshot says of these cases.
    ///
    /// # Errors
    /// [`ProcessError`]: a read table cannot be read.
    pub async fn read(
        cases: &mut PayableCases,
        page: Vec<PayableCase>,
    ) -> Result<UnopenedPage, ProcessError> {
        let applicants: Vec<PersonId> = page.iter().map(|payable| payable.case.applicant).collect();
        let others = cases.of_persons_with_several(&applicants).await?;
        Ok(UnopenedPage { cases: page, others, position: cases.position() })
    }

    /// Reads the keys and who claims the ID numbers.
    ///
    /// # Errors
    /// [`ProcessError`]: a key or an identity cannot be read.
    pub async fn open(self, office: &Office) -> Result<Page, ProcessError> {
        let UnopenedPage { cases, others, position } = self;
        let persons: BTreeSet<PersonId> = cases.iter().chain(&others).flat_map(persons_of).collect();
        let persons: Vec<PersonId> = persons.into_iter().collect();
        let wrapped = office.keyring.wrapped_keys_of(&persons).await?;
        let (cases, keys, mut identities) = opened(office, cases, wrapped).await?;
        identities.claimed(&office.pool, position).await?;
        Ok(Page { cases, keys, identities, others })
    }
}

impl Page {
    /// Reads what decides these cases.
    ///
    /// # Errors
    /// [`ProcessError`]: a read table or a key cannot be read.
    pub async fn prepare(
        office: &Office,
        cases: &mut PayableCases,
        page: Vec<PayableCase>,
    ) -> Result<Page, ProcessError> {
        UnopenedPage::read(cases, page).await?.open(office).await
    }

    /// What each case gets from a fund, in the order of the page. What plans withhold is taken off last: warnings
    /// compare what months are due.
    ///
    /// # Errors
    /// [`ProcessError`]: a sealed fact cannot be read.
    pub fn findings(&self, look: &Look<'_>, fund_id: FundId) -> Result<Vec<CaseFindings>, ProcessError> {
        let mut found = self.before_plans(look)?;
        for (payable, findings) in self.cases.iter().zip(&mut found) {
            withhold_from(&mut findings.lines, payable, fund_id)?;
        }
        Ok(found)
    }

    /// The same before plans withhold anything, whatever fund pays.
    ///
    /// # Errors
    /// As [`Page::findings`].
    pub fn before_plans(&self, look: &Look<'_>) -> Result<Vec<CaseFindings>, ProcessError> {
        let look = &Look { opener: &self.keys, ..*look };
        let found =
            self.cases.iter().map(|payable| findings_of(look, payable)).collect::<Result<Vec<_>, _>>();
        let mut found = found?;
        self.identities.refuse_unclaimed(&self.keys, &self.cases, &mut found)?;
        exclusive::refuse_excluded(look, &self.others, &self.cases, &mut found);
        for (payable, findings) in self.cases.iter().zip(&mut found) {
            // last, so that nobody withdraws what is asked back for a month that cannot be paid anyhow
            let claim = |month| is_asked_back(payable, month).then_some(RunException::ClaimOpen);
            refuse_months(payable, findings, claim);
            let seen: Vec<RunNote> = warnings::warnings_of(look, payable, findings);
            findings.notes.extend(seen);
        }
        Ok(found)
    }
}

/// Unwraps the keys of a page and hashes its ID numbers.
async fn opened(
    office: &Office,
    page: Vec<PayableCase>,
    wrapped: WrappedKeys,
) -> Result<(Vec<PayableCase>, DataKeys, Identities), ProcessError> {
    let keyring = office.keyring.clone();
    blocking(move || {
        let keys = keyring.unwrap(&wrapped)?;
        let identities = Identities::of(&keyring, &keys, &page);
        Ok((page, keys, identities))
    })
    .await?
}

/// Everyone whose facts a case looks at.
pub(super) fn persons_of(payable: &PayableCase) -> impl Iterator<Item = PersonId> {
    payable.household.registered().into_iter().flat_map(|household| household.members.keys().copied())
}

/// Takes away the lines of the months that `reason` names, and notes why.
pub(super) fn refuse_months(
    payable: &PayableCase,
    findings: &mut CaseFindings,
    reason: impl Fn(BenefitMonth) -> Option<RunException>,
) {
    let (mut kept, mut notes) = (Vec::new(), Vec::new());
    for line in std::mem::take(&mut findings.lines) {
        match reason(line.line.month) {
            None => kept.push(line),
            Some(why) => notes.push(exception(payable, Some(line.line.month), why)),
        }
    }
    findings.lines = kept;
    findings.notes.extend(notes);
}
