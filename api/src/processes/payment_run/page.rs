//! What the cases of one page get: each by itself, then what only shows beside others. A calculation, an approval and a
//! recalculation all ask here, so that they find the same.

use domain::calendar::BenefitMonth;
use domain::ids::FundId;
use domain::payment_run::RunException;
use projections::case_files::payable::{PayableCase, PayableCases};

use super::calculate::load_keys;
use super::case_lines::{CaseFindings, Look, RunNote, exception, findings_of};
use super::withheld::withhold_from;
use super::{exclusive, identities, warnings};
use crate::processes::{Office, ProcessError};

/// What each case of a page gets from a fund, in the order of the page. What plans withhold is taken off last: warnings
/// compare what months are due.
///
/// # Errors
/// [`ProcessError`]: a read table or a sealed fact cannot be read.
pub async fn findings_of_page(
    office: &Office,
    look: &Look<'_>,
    fund_id: FundId,
    cases: &mut PayableCases,
    page: &[PayableCase],
) -> Result<Vec<CaseFindings>, ProcessError> {
    load_keys(office, page).await?;
    let found = page.iter().map(|payable| findings_of(look, payable)).collect::<Result<Vec<_>, _>>();
    let mut found = found?;
    identities::refuse_unclaimed(office, cases, page, &mut found).await?;
    exclusive::refuse_excluded(office, look, cases, page, &mut found).await?;
    for (payable, findings) in page.iter().zip(&mut found) {
        let seen: Vec<RunNote> = warnings::warnings_of(look, payable, findings);
        findings.notes.extend(seen);
        withhold_from(&mut findings.lines, payable, fund_id)?;
    }
    Ok(found)
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
