//! 回盘异常处理 and 退汇: what people do about lines that could not be matched, and about money that came back.

use std::sync::Arc;

use domain::bank_return::{
    BankReturn, BankReturnCommand, BankReturnError, LineResolution, UnmatchedLine, UnmatchedReason,
};
use domain::fund::FundCommand;
use domain::ids::{BankReturnId, PaymentId, RunId};
use domain::payment::{Payment, PaymentCommand, RecoveryReason};
use domain::payment_run::PaymentRun;
use eventlog::repository::Loaded;

use super::arrived_late::{self, correct_results};
use super::load;
use super::settle::reconcile;
use super::standing::standing_of;
use super::withheld::{complete_plans_of, late_settlement_steps, settlement_steps};
use crate::bank::matching::NO_REFERENCE;
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
    if !is_resolved(&file, row) {
        let sha256 = &received.file.sha256;
        steps.extend(consequences(office, desk, &run, run_id, resolution, (line, sha256)).await?);
    }
    // a repeat asks the file alone, which says that it is done, and so is another body
    let key = office.derived("resolve_line", &format!("{content}|{}", steps.len()));
    if is_late(line, resolution) {
        // the run's results are corrected by what was seen of them
        office.together_on_run(desk, key, (run_id, Arc::clone(&run)), steps).await?;
        correct_results(office, desk, run_id).await?;
    } else {
        office.together(desk, key, steps).await?;
    }
    if let LineResolution::Settled { payment_id } = resolution {
        complete_plans_of(office, desk, payment_id).await?;
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
    Ok(open.len() as u64)
}

fn is_resolved(file: &BankReturn, row: u64) -> bool {
    matches!(file, BankReturn::Matched(matched) if matched.resolved.contains_key(&row))
}

/// Whether a line is resolved as the arrival of a payment that had come back.
fn is_late(line: &UnmatchedLine, resolution: LineResolution) -> bool {
    line.reason == UnmatchedReason::SettledAfterReturn && matches!(resolution, LineResolution::Settled { .. })
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
        LineResolution::Settled { .. } if is_late(line, resolution) => {
            let bank_reference = told().unwrap_or_else(missing);
            let mut steps = late_settlement_steps(office, desk, &payment, &bank_reference).await?;
            steps.extend(arrived_late::of_run(desk, run, order)?);
            steps
        }
        LineResolution::Settled { .. } => {
            let bank_reference = told().unwrap_or_else(missing);
            settlement_steps(office, desk, payment_id, &bank_reference).await?
        }
        LineResolution::Returned { .. } => {
            let reason = told().unwrap_or_else(|| "MS03".to_owned());
            vec![Step::Payment(id, PaymentCommand::ReturnPayment { reason, returned_on: today })]
        }
        LineResolution::Recovered { .. } => {
            let preparation = run.preparation().ok_or(ProcessError::Unknown { what: "payment run" })?;
            let (amount, reason) = (order.amount, RecoveryReason::FactsCorrected);
            let open = PaymentCommand::OpenRecovery { amount, reason, opened_on: today };
            // the line is resolved once, in the same append
            let reference = None;
            let receive = PaymentCommand::ReceiveRecovery {
                amount,
                received_on: today,
                withheld_from: None,
                reference: reference.clone(),
            };
            let credit = FundCommand::CreditRecovery { payment_id, amount, credited_on: today, reference };
            vec![
                Step::Payment(id.clone(), open),
                Step::Payment(id, receive),
                Step::Fund(preparation.fund_id.to_string(), credit),
            ]
        }
        LineResolution::Dismissed => Vec::new(),
    })
}

/// Gives up a returned payment: it is no longer on the list of returns.
///
/// # Errors
/// [`ProcessError`] when the domain refuses: only finance, only a returned payment, with a reason.
pub async fn cancel_payment(
    office: &Office,
    desk: &Desk,
    payment_id: PaymentId,
    reason: &str,
) -> Result<(), ProcessError> {
    let command = PaymentCommand::CancelPayment { reason: reason.to_owned(), cancelled_on: desk.today() };
    let key = office.derived("cancel_payment", &format!("{payment_id}|{command:?}"));
    office.together(desk, key, [Step::Payment(payment_id.to_string(), command)]).await?;
    Ok(())
}
