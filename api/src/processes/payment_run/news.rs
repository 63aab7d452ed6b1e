//! What a file from the bank says that is new, appended to the payments that it speaks of.

use std::collections::{HashMap, HashSet};

use chrono::{Days, NaiveDate};
use domain::bank_return::{LineOutcome, UnmatchedLine, UnmatchedReason};
use domain::ids::{PaymentId, RunId};
use domain::money::Money;
use domain::payment::{NO_REFERENCE, Ordered, Payment, PaymentCommand, Settled};
use eventlog::bulk::{BulkOptions, Existing};
use projections::payment_registers::PaymentRow;
use projections::payment_registers::queries::payments;

use super::release::Deciding;
use super::withheld::{complete_plans_of, settle_withholding};
use super::wrong_column::impersonal;
use crate::bank::matching::News;
use crate::processes::{Desk, Office, ProcessError, Step};

/// The longest that a bank has a file before it is to pay.
const LEAD_MAX: Days = Days::new(31);

/// News that a payment refused, because another file had said something else in the meantime.
pub(super) struct Refused {
    /// The exception that it is now.
    pub line: UnmatchedLine,
    /// The amount that it speaks of.
    pub amount: Money,
    /// Whether the line only named the booking of what had settled before.
    pub is_repeat: bool,
}

impl Refused {
    const fn of(line: UnmatchedLine, news: &News) -> Refused {
        Refused { line, amount: news.amount, is_repeat: news.is_repeat }
    }
}

/// Appends news through the wide door. What another file said first is asked one by one; a contradiction that was not
/// seen before comes back as a line that could not be matched.
pub(super) async fn append_news(
    office: &Office,
    desk: &Desk,
    (run_id, sha256): (RunId, &str),
    news: Vec<(LineOutcome, News)>,
    withholding: &HashSet<PaymentId>,
) -> Result<Vec<Refused>, ProcessError> {
    if news.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = news.iter().map(|(_, one)| one.payment_id).collect();
    let rows = payments(&office.pool, &ids).await?;
    let rows: HashMap<_, _> = rows.iter().map(|row| (row.payment_id, row)).collect();
    let context = desk.context();
    let mut deciding = Deciding::new(&context, run_id)?;
    let (mut streams, mut commands) = (Vec::with_capacity(news.len()), HashMap::new());
    let mut refused = Vec::new();
    for (outcome, mut one) in news {
        let row = rows.get(&one.payment_id).ok_or(ProcessError::Unknown { what: "payment" })?;
        // what repays earlier payments is appended with them, one by one; there are few
        if outcome == LineOutcome::Settled && withholding.contains(&one.payment_id) {
            let own = || format!("{NO_REFERENCE}{}:{}", sha256.get(..16).unwrap_or_default(), one.row);
            one.words = impersonal(office, Some(one.words.clone())).await?.unwrap_or_else(own);
            let said = (one.words.as_str(), day_of(outcome, &one, row, desk));
            let settled = settle_withholding(office, desk, one.payment_id, said).await;
            match heard(settled, outcome, &one)? {
                Some(line) => refused.push(Refused::of(line, &one)),
                // what a plan says to its end is no word of the bank
                None => complete_plans_of(office, desk, one.payment_id).await?,
            }
            continue;
        }
        let command = command(outcome, &one, row, desk);
        let id = one.payment_id.to_string();
        let (payment, length) =
            if one.is_repeat { unnamed(row) } else { (Payment::Ordered(ordered(row)), 1) };
        streams.push(deciding.append(&payment, id.clone(), length, command.clone())?);
        commands.insert(id, (command, outcome, one));
    }
    let options = BulkOptions { existing: Existing::Skip, now: Some(desk.now), ..BulkOptions::default() };
    let done = office.repository.append_bulk(streams, &options).await?;
    for stream in done.skipped {
        let Some((command, outcome, one)) = commands.remove(&stream.id) else { continue };
        let key = office.derived("bank_result", &format!("{}|{command:?}", stream.id));
        let answered = office.together(desk, key, [Step::Payment(stream.id, command)]).await;
        // it has an answer already, and this one names it by a number of the register
        if answered.as_ref().is_err_and(|refused| refused.code() == "personal_value") {
            continue;
        }
        refused.extend(heard(answered.map(|_| ()), outcome, &one)?.map(|line| Refused::of(line, &one)));
    }
    Ok(refused)
}

/// The day of the booking, where the bank says one that can be; else today.
fn day_of(outcome: LineOutcome, news: &News, row: &PaymentRow, desk: &Desk) -> NaiveDate {
    let today = desk.today();
    // what a bank refused before it was to pay has a day before that
    let lead = if outcome == LineOutcome::Returned { LEAD_MAX } else { Days::new(0) };
    let earliest = row.execution_on.checked_sub_days(lead).unwrap_or(row.execution_on);
    news.booked_on.filter(|day| (earliest..=today).contains(day)).unwrap_or(today)
}

fn command(outcome: LineOutcome, news: &News, row: &PaymentRow, desk: &Desk) -> PaymentCommand {
    let day = day_of(outcome, news, row, desk);
    let words = news.words.clone();
    match outcome {
        LineOutcome::Settled => {
            PaymentCommand::SettlePayment { settled_on: day, bank_reference: words, withheld: Vec::new() }
        }
        LineOutcome::Returned => PaymentCommand::ReturnPayment { reason: words, returned_on: day },
    }
}

/// The payment right after it settled without a reference, with the length of its stream then. One that is at another
/// place by now is asked by itself.
fn unnamed(row: &PaymentRow) -> (Payment, u64) {
    let settled = Settled {
        order: ordered(row),
        settled_on: row.settled_on.unwrap_or(row.execution_on),
        bank_reference: NO_REFERENCE.to_owned(),
        withheld: Vec::new(),
        recoveries: Vec::new(),
        receipts: Vec::new(),
        waivers: Vec::new(),
        withdrawals: Vec::new(),
    };
    (Payment::Settled(settled), 2)
}

/// The payment right after its order, which withholds nothing.
fn ordered(row: &PaymentRow) -> Ordered {
    Ordered {
        payment_id: row.payment_id,
        run_id: row.run_id,
        case_id: row.case_id,
        program: row.program,
        month: row.month,
        attempt: row.attempt,
        kind: row.kind,
        amount: row.amount,
        payee: row.payee,
        execution_on: row.execution_on,
        withheld: Vec::new(),
    }
}

/// What a payment answered to a line: nothing, or that the bank contradicts itself, which is an exception.
///
/// # Errors
/// [`ProcessError`]: any other refusal is not the bank's doing and says what it is; taking the file again finishes it.
fn heard(
    answered: Result<(), ProcessError>,
    outcome: LineOutcome,
    news: &News,
) -> Result<Option<UnmatchedLine>, ProcessError> {
    match answered {
        Ok(()) => Ok(None),
        Err(ProcessError::Refused { code, .. }) if contradicts(code).is_some() => {
            Ok(contradicts(code).map(|reason| unmatched(reason, outcome, news)))
        }
        Err(other) => Err(other),
    }
}

/// The reason of an exception, where a payment's refusal says that the bank contradicts itself.
fn contradicts(code: &str) -> Option<UnmatchedReason> {
    Some(match code {
        "settlement_differs" => UnmatchedReason::SettledTwice,
        "settled_after_return" => UnmatchedReason::SettledAfterReturn,
        "returned_after_settlement" => UnmatchedReason::ReturnedAfterSettlement,
        "return_differs" => UnmatchedReason::ReturnDiffers,
        "day_too_early" => UnmatchedReason::TooEarly,
        _ => return None,
    })
}

fn unmatched(reason: UnmatchedReason, outcome: LineOutcome, news: &News) -> UnmatchedLine {
    UnmatchedLine {
        row: news.row,
        reason,
        outcome: Some(outcome),
        amount: Some(news.amount),
        end_to_end_id: None,
        payment_id: Some(news.payment_id),
        account_index: None,
        bank_code: Some(news.words.clone()),
    }
}

#[cfg(test)]
mod tests {
    use domain::explain::Explain;
    use domain::payment::PaymentError;
    use domain::recovery_plan::{PlanStage, RecoveryPlanError};

    use super::*;

    fn news() -> News {
        let payment_id = "5eda1905-0073-8776-aa2b-1c1b537a727a".parse().unwrap();
        let (amount, words) = (Money::from_fen(1), "B-1".to_owned());
        News { row: 7, payment_id, amount, words, booked_on: None, is_repeat: false }
    }

    #[test]
    fn the_bank_s_contradiction_is_an_exception_of_its_line() {
        let refused = ProcessError::refused(&PaymentError::SettlementDiffers);
        let line = heard(Err(refused), LineOutcome::Settled, &news()).unwrap().unwrap();
        assert_eq!((line.row, line.reason), (7, UnmatchedReason::SettledTwice));
    }

    #[test]
    fn what_a_plan_or_a_role_refuses_is_not_laid_on_the_bank() {
        let plan = RecoveryPlanError::WrongStage { command: "CompletePlan", stage: PlanStage::Ended };
        for refused in [
            ProcessError::refused(&plan),
            ProcessError::refused(&PaymentError::RoleNotAllowed { command: "SettlePayment" }),
        ] {
            let code = refused.code();
            let answer = heard(Err(refused), LineOutcome::Settled, &news()).unwrap_err();
            assert_eq!(answer.code(), code);
        }
        assert_eq!(plan.code(), "wrong_stage");
    }
}
