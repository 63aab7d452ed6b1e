//! 回盘异常处理 and 退汇: what people do about lines that could not be matched, and about money that came back.

use std::sync::Arc;

use chrono::NaiveDate;
use domain::bank_return::{BankReturn, BankReturnCommand, BankReturnError, LineResolution, UnmatchedLine};
use domain::fund::FundCommand;
use domain::ids::{BankReturnId, FundId, PaymentId, RunId};
use domain::payment::{NO_REFERENCE, Ordered, Payment, PaymentCommand, RecoveryReason};
use domain::payment_run::{PaymentRun, RunException};
use eventlog::repository::Loaded;

use super::arrived_late::{self, claimed_of, correct_results};
use super::load;
use super::settle::reconcile;
use super::standing::standing_of;
use super::take_in::before_execution;
use super::withheld::{complete_plans_of, complete_plans_on, late_settlement_steps, settlement_steps};
use crate::processes::{Desk, Office, ProcessError, Step};

/// What somebody found out about an unmatched line.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The file.
    pub return_id: BankReturnId,
    /// The row in it.
    pub row: u64,
    /// What it is.
    pub resolution: LineResolution,
    /// Why, without personal values.
    pub note: String,
}

/// Resolves an unmatched line, and does to its payment what that means, or neither. A run whose last line has its
/// result by that is reconciled.
///
/// # Errors
/// [`ProcessError`] when the file or the payment refuses: no such line, resolved otherwise before, a payment of another
/// run, a payment at another step.
pub async fn resolve_line(office: &Office, desk: &Desk, finding: Finding) -> Result<(), ProcessError> {
    let file = office.repository.load_newest::<BankReturn>(finding.return_id).await?.state;
    let received = file.received().ok_or_else(|| ProcessError::refused(&BankReturnError::FileUnknown))?;
    let run_id = received.file.run_id;
    let row = finding.row;
    let line = received
        .lines
        .get(&row)
        .ok_or_else(|| ProcessError::refused(&BankReturnError::LineUnknown { row }))?;
    let (resolution, resolved_on) = (finding.resolution, desk.today());
    let command = BankReturnCommand::ResolveLine { row, resolution, note: finding.note, resolved_on };
    let id = finding.return_id.to_string();
    let content = format!("{id}|{command:?}");
    let mut steps = vec![Step::BankReturn(id, command)];
    let run = load(office, run_id).await?;
    let arrived = matches!(resolution, LineResolution::Settled { .. });
    if let Some(execution_on) = run.execution_on().filter(|day| arrived && desk.today() < *day) {
        return Err(before_execution(execution_on).into());
    }
    let is_settled = is_settled(&file, row);
    if !is_settled {
        let sha256 = &received.file.sha256;
        steps.extend(consequences(office, desk, &run, run_id, resolution, (line, sha256)).await?);
    }
    // a repeat asks the file alone, which says that it is done, or that it is something else now; and so is another body
    let key = office.derived("resolve_line", &format!("{content}|{}|{is_settled}", steps.len()));
    if let LineResolution::Settled { payment_id } = resolution {
        // where it had come back, the run's results are corrected by what was seen of them
        office.together_on_run(desk, key, (run_id, Arc::clone(&run)), steps).await?;
        correct_results(office, desk, run_id).await?;
        complete_plans_of(office, desk, payment_id).await?;
    } else {
        office.together(desk, key, steps).await?;
    }
    if let LineResolution::Recovered { payment_id } = resolution {
        complete_plans_on(office, desk, payment_id).await?;
    }
    let standing = standing_of(office, run_id).await?;
    if standing.pending_count == 0 && matches!(*run, PaymentRun::Released(_)) {
        reconcile(office, desk, &run, run_id, standing.results).await?;
    }
    Ok(())
}

/// Rows that are dismissed together.
const DISMISSED_TOGETHER: usize = 500;

/// Dismisses every line of a file that is still open, such as of one that was taken in by mistake; says how many.
/// Interrupted, it goes on when it is asked again.
///
/// # Errors
/// [`ProcessError`] when there is no such file, its reading was interrupted, or the domain refuses.
pub async fn dismiss_file(
    office: &Office,
    desk: &Desk,
    return_id: BankReturnId,
    note: &str,
) -> Result<u64, ProcessError> {
    let file = office.repository.load_newest::<BankReturn>(return_id).await?.state;
    let received = file.received().ok_or_else(|| ProcessError::refused(&BankReturnError::FileUnknown))?;
    let open: Vec<u64> = received.lines.keys().copied().filter(|row| !is_resolved(&file, *row)).collect();
    dismiss_rows(office, desk, return_id, &open, note).await?;
    Ok(open.len() as u64)
}

/// Dismisses some lines of a file.
///
/// # Errors
/// As [`dismiss_file`].
pub(super) async fn dismiss_rows(
    office: &Office,
    desk: &Desk,
    return_id: BankReturnId,
    open: &[u64],
    note: &str,
) -> Result<(), ProcessError> {
    let (id, resolved_on) = (return_id.to_string(), desk.today());
    let dismissed = |row: &u64| {
        let (row, resolution, note) = (*row, LineResolution::Dismissed, note.to_owned());
        let command = BankReturnCommand::ResolveLine { row, resolution, note, resolved_on };
        Step::BankReturn(id.clone(), command)
    };
    for rows in open.chunks(DISMISSED_TOGETHER) {
        let content = format!("{id}|{rows:?}|{note}|{}|{resolved_on}", desk.actor.id);
        let key = office.derived("dismiss_file", &content);
        office.together(desk, key, rows.iter().map(dismissed).collect::<Vec<_>>()).await?;
    }
    Ok(())
}

fn is_resolved(file: &BankReturn, row: u64) -> bool {
    matches!(file, BankReturn::Matched(matched) if matched.resolved.contains_key(&row))
}

/// Whether a line is resolved for good: one that was dismissed may turn out to be something.
fn is_settled(file: &BankReturn, row: u64) -> bool {
    let BankReturn::Matched(matched) = file else { return false };
    matched.resolved.get(&row).is_some_and(|resolved| !resolved.is_dismissal())
}

/// What the resolution does besides being kept.
async fn consequences(
    office: &Office,
    desk: &Desk,
    run: &PaymentRun,
    run_id: RunId,
    resolution: LineResolution,
    (line, sha256): (&UnmatchedLine, &str),
) -> Result<Vec<Step>, ProcessError> {
    let Some(payment_id) = resolution.payment_id() else { return Ok(Vec::new()) };
    let Loaded { state: payment, .. } = office.repository.load_newest::<Payment>(payment_id).await?;
    let order = payment
        .order()
        .filter(|order| order.run_id == run_id)
        .ok_or(ProcessError::Unknown { what: "payment of this run" })?;
    let (id, today) = (payment_id.to_string(), desk.today());
    let told = || line.bank_code.clone();
    let missing = || format!("{NO_REFERENCE}{}:{}", sha256.get(..16).unwrap_or_default(), line.row);
    Ok(match resolution {
        // asked of the payment, not of the line: two lines of one payment say that it arrived once
        LineResolution::Settled { .. } if payment.whereabouts().returned.is_positive() => {
            let bank_reference = told().unwrap_or_else(missing);
            let mut steps = late_settlement_steps(office, desk, &payment, &bank_reference).await?;
            steps.extend(arrived_late::of_run(desk, run, order)?);
            steps
        }
        LineResolution::Settled { .. } => {
            let bank_reference = told().unwrap_or_else(missing);
            settlement_steps(office, desk, payment_id, (&bank_reference, today)).await?
        }
        LineResolution::Returned { .. } => {
            let reason = told().unwrap_or_else(|| "MS03".to_owned());
            vec![Step::Payment(id, PaymentCommand::ReturnPayment { reason, returned_on: today })]
        }
        LineResolution::Recovered { .. } => {
            let preparation = run.preparation().ok_or(ProcessError::Unknown { what: "payment run" })?;
            came_back_later(&payment, order, preparation.fund_id, today)?
        }
        LineResolution::Dismissed => Vec::new(),
    })
}

/// The steps by which money of a settled payment is recovered that the bank gave back. Of what is asked back already, that
/// much has come now; what the person had repaid of it before is theirs again, which no step of the ledger can do.
fn came_back_later(
    payment: &Payment,
    order: &Ordered,
    fund_id: FundId,
    today: NaiveDate,
) -> Result<Vec<Step>, ProcessError> {
    let (payment_id, reason) = (order.payment_id, RecoveryReason::FactsCorrected);
    let money = payment.whereabouts();
    let recoverable = money.settled.plus(money.withheld)?.minus(money.recovery_opened)?;
    // a payment that did not settle says so itself
    let more = if money.settled.is_positive() { order.amount.min(recoverable) } else { order.amount };
    let amount = order.amount.min(money.recovery_open().plus(more)?);
    let mut steps = Vec::new();
    if more.is_positive() {
        let open = PaymentCommand::OpenRecovery { amount: more, reason, opened_on: today };
        steps.push(Step::Payment(payment_id.to_string(), open));
    }
    if amount.is_positive() {
        // the line is resolved once, in the same append
        let (received_on, withheld_from, reference) = (today, None, None);
        let receive = PaymentCommand::ReceiveRecovery { amount, received_on, withheld_from, reference };
        steps.push(Step::Payment(payment_id.to_string(), receive));
        let credit = FundCommand::CreditRecovery { payment_id, amount, credited_on: today, reference: None };
        steps.push(Step::Fund(fund_id.to_string(), credit));
    }
    Ok(steps)
}

/// Gives up a returned payment: it is no longer on the list of returns.
///
/// # Errors
/// [`ProcessError`] when the bank says that it arrived after all, and when the domain refuses: only finance, only a
/// returned payment, with a reason.
pub async fn cancel_payment(
    office: &Office,
    desk: &Desk,
    payment_id: PaymentId,
    reason: &str,
) -> Result<(), ProcessError> {
    if !claimed_of(&office.pool, &[payment_id]).await?.is_empty() {
        let why = RunException::ArrivalClaimed;
        let (zh, en) = (why.zh().to_owned(), why.en().to_owned());
        return Err(ProcessError::Refused { code: why.code(), field: "", zh, en });
    }
    let command = PaymentCommand::CancelPayment { reason: reason.to_owned(), cancelled_on: desk.today() };
    let key = office.derived("cancel_payment", &format!("{payment_id}|{command:?}"));
    office.together(desk, key, [Step::Payment(payment_id.to_string(), command)]).await?;
    Ok(())
}
