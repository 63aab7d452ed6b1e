//! What somebody must have seen of a case before its run is submitted.

use chrono::NaiveDate;
use domain::calendar::BenefitMonth;
use domain::household::Member;
use domain::money::Money;
use domain::payment_run::RunWarning;
use domain::personal::BlindIndex;
use domain::policy::{Parameter, RuleBook};
use domain::schedule::Schedule;
use projections::case_files::payable::{CasePayment, PayableCase};

use super::case_lines::{CaseFindings, FoundLine, Look, RunNote, is_unchanged};
use crate::bank::layout::AtFault;

/// The warnings of one case, in the order of their list.
pub(super) fn warnings_of(look: &Look<'_>, payable: &PayableCase, found: &CaseFindings) -> Vec<RunNote> {
    let Some(schedule) = &found.schedule else { return vec![] };
    let mut warnings = Vec::new();
    let warn = |warning, month, last_month, amount| RunNote::Warning {
        case_id: payable.case.case_id,
        beneficiary: payable.case.applicant,
        program: payable.case.program,
        month,
        warning,
        last_month,
        amount,
    };
    if let Some(line) = found.lines.iter().find(|line| is_strange(payable, line.line.payee)) {
        warnings.push(warn(RunWarning::PayeeNotBeneficiary, line.line.month, None, None));
    }
    if let Some(line) = found.lines.iter().find(|line| takes_nothing(look, payable, &line.line.account_index))
    {
        warnings.push(warn(RunWarning::AccountCameBack, line.line.month, None, None));
    }
    let last = newest_out(payable, look.month.plus(-1));
    let this = found.lines.iter().find(|line| line.line.month == look.month);
    if let (Some(line), Some(last)) = (this, last)
        && is_unusual(look, line.line.due, last.due)
    {
        warnings.push(warn(RunWarning::AmountUnusual, look.month, Some(last.due), Some(line.line.due)));
    }
    if let Some((warning, month)) = stopped(look, payable, found, (schedule, last)) {
        warnings.push(warn(warning, month, last.map(|last| last.due), None));
    }
    warnings
}

/// Whether the payee is neither the beneficiary nor someone who lives with the household: a member is the register's
/// own answer to why the money goes there.
fn is_strange(payable: &PayableCase, payee: domain::ids::PersonId) -> bool {
    payee != payable.case.applicant && !payable.household.member(payee).is_some_and(Member::is_present)
}

/// Whether the newest money of the case that the bank answered for came back from the account, and as the bank says
/// because of it. Of the month itself, that is an exception.
fn takes_nothing(look: &Look<'_>, payable: &PayableCase, account: &BlindIndex) -> bool {
    let refused = |payment: &CasePayment| {
        payment.returned_from.is_some()
            && payment
                .returned_reason
                .as_deref()
                .is_some_and(|code| look.faults.at_fault(code) == Some(AtFault::Account))
    };
    let newest = payable.payments.iter().rfind(|payment| payment.is_settled() || refused(payment));
    newest
        .filter(|payment| refused(payment))
        .and_then(|payment| payment.returned_from.as_deref())
        .is_some_and(|from| is_unchanged(payable, from, account))
}

/// The newest payment of a month that is out.
fn newest_out(payable: &PayableCase, month: BenefitMonth) -> Option<&CasePayment> {
    payable.payments.iter().rfind(|payment| payment.month == month && payment.is_out())
}

/// Whether the amount changed by more than the office's share of last month's and by more than its floor.
fn is_unusual(look: &Look<'_>, now: Money, last: Money) -> bool {
    let changed = now.fen().abs_diff(last.fen());
    let share = value(look, Parameter::AmountChangeShare);
    let floor = value(look, Parameter::AmountChangeFloor);
    let (Some(share), Some(floor)) = (share, floor) else { return false };
    let beyond_share = u128::from(changed) * 100 > u128::from(last.fen().unsigned_abs()) * u128::from(share);
    changed > floor && beyond_share
}

/// The office's own rule for the month, as far as it was known.
fn value(look: &Look<'_>, parameter: Parameter) -> Option<u64> {
    let rules: &RuleBook = look.rules;
    rules.row(parameter, look.month, Some(look.known_on)).and_then(|row| u64::try_from(row.value).ok())
}

/// Why the case is paid no more, or not now, where somebody should know.
fn stopped(
    look: &Look<'_>,
    payable: &PayableCase,
    found: &CaseFindings,
    (schedule, last): (&Schedule, Option<&CasePayment>),
) -> Option<(RunWarning, BenefitMonth)> {
    let (enrolled, closing) = payable.case.state.enrollment()?;
    let this = schedule.month(look.month);
    let nothing = this.is_some_and(|month| !month.due.is_positive());
    let ended = closing.is_some();
    let closed_on = closing.map(|closing| closing.closed_on);
    if let Some(month) = paid_before_end(payable, closed_on, &found.lines) {
        return Some((RunWarning::EndedArrears, month));
    }
    let why = match (ended, enrolled.open_suspension(), last) {
        _ if !nothing => return None,
        (true, _, Some(_)) => RunWarning::CaseEnded,
        (true, _, None) => return None,
        (false, Some(_), _) => RunWarning::CaseSuspended,
        (false, None, Some(_)) => RunWarning::NoLongerDue,
        (false, None, None) => return None,
    };
    Some((why, look.month))
}

/// The first month that is paid up to the month in which the case was closed or its applicant died. A death ends a
/// person's own benefit before anybody closes the case, and what a household gets after it is for those who are left.
fn paid_before_end(
    payable: &PayableCase,
    closed_on: Option<NaiveDate>,
    lines: &[FoundLine],
) -> Option<BenefitMonth> {
    let died_on = payable.household.member(payable.case.applicant).and_then(Member::died_on);
    let last = [closed_on, died_on].into_iter().flatten().map(BenefitMonth::of).max()?;
    lines.iter().map(|line| line.line.month).find(|month| *month <= last)
}
