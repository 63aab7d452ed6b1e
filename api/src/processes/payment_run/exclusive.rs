//! Benefits that exclude each other in a month, and one benefit from two cases: the earlier decision goes on, the later
//! waits until somebody ends one of them.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, PersonId};
use domain::money::Money;
use domain::payment_run::RunException;
use domain::policy::mutually_exclusive;
use domain::program::Program;
use domain::schedule::{Schedule, schedule};
use projections::case_files::payable::PayableCase;

use super::case_lines::{CaseFindings, Look};
use super::page::refuse_months;

/// Takes away the lines of months for which the same person has, or is due by an earlier decision, a benefit that
/// excludes this one. `others` are the cases of those who have several.
pub(super) fn refuse_excluded(
    look: &Look<'_>,
    others: &[PayableCase],
    page: &[PayableCase],
    found: &mut [CaseFindings],
) {
    if others.is_empty() {
        return;
    }
    let mut by_person: HashMap<PersonId, Vec<&PayableCase>> = HashMap::new();
    for other in others {
        by_person.entry(other.case.applicant).or_default().push(other);
    }
    let mut schedules: HashMap<CaseId, Option<Schedule>> = HashMap::new();
    for (payable, findings) in page.iter().zip(found) {
        let rivals = by_person.get(&payable.case.applicant).into_iter().flatten();
        for other in rivals.filter(|other| excludes(other, payable)) {
            if findings.lines.is_empty() {
                break;
            }
            let known = schedules.entry(other.case.case_id).or_insert_with(|| due_of(look, other));
            let earlier = place(other) < place(payable);
            refuse_months(payable, findings, |month| {
                let due = known.as_ref().is_some_and(|known| known.due(month).is_positive());
                let barred = (earlier && due) || stands(other, month);
                barred.then_some(RunException::ExclusiveBenefit)
            });
        }
    }
}

/// Whether two cases of one person exclude each other. What is given once may be given twice in a month.
fn excludes(one: &PayableCase, other: &PayableCase) -> bool {
    let (first, second) = (one.case.program, other.case.program);
    let twice = first == second && first != Program::TemporaryAssistance;
    one.case.case_id != other.case.case_id && (twice || mutually_exclusive(first, second))
}

/// The earlier decision comes first.
fn place(payable: &PayableCase) -> (Option<NaiveDate>, CaseId) {
    (payable.case.decided_on, payable.case.case_id)
}

/// What the other case is due; none where its facts cannot be asked, which its own line is told.
fn due_of(look: &Look<'_>, other: &PayableCase) -> Option<Schedule> {
    schedule(&other.case.state, &other.household, look.opener, look.rules, look.known_on, look.month).ok()
}

/// Whether money of the month stands with the case, less what is asked back.
fn stands(other: &PayableCase, month: BenefitMonth) -> bool {
    let out = other.payments.iter().filter(|payment| payment.month == month && payment.is_out());
    out.map(|payment| payment.recoverable().unwrap_or(Money::ZERO)).any(Money::is_positive)
}
