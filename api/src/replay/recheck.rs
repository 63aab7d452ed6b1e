//! A payment determined anew, on what its run could know, beside what was paid.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::calendar::BenefitMonth;
use domain::explain::Explain;
use domain::ids::PaymentId;
use domain::money::Money;
use domain::payment::{PaymentEvent, PaymentOrder, PaymentStage};
use domain::payment_run::{
    Calculation, MonthDifference, MonthDue, MonthOrdered, MonthToPay, PaymentRun, PaymentRunEvent,
    differences,
};
use domain::personal::Opened;
use domain::policy::Determination;
use domain::schedule::{FactsError, Schedule, schedule};
use serde::Serialize;

use super::Words;
use super::history::{History, PaymentHistory, read};
use crate::processes::{Office, ProcessError};

/// A payment and what came of determining it anew.
#[derive(Clone, Debug, Serialize)]
pub struct PaymentCheck {
    /// The payment.
    pub payment_id: PaymentId,
    /// 所属月份.
    pub month: BenefitMonth,
    /// From 1.
    pub attempt: u32,
    /// What was ordered.
    pub amount: Money,
    /// Where it stands, as known.
    pub stage: PaymentStage,
    /// The log position whose facts the run took.
    pub computed_at: u64,
    /// Same, or what differs.
    pub verdict: Verdict,
}

/// What came of determining a payment anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Verdict {
    /// 同.
    Same,
    /// 不同.
    Differs {
        /// What.
        differences: Vec<Difference>,
    },
    /// The facts are not there any more, or the rules have no answer.
    Unanswerable {
        /// Why, by code.
        code: &'static str,
        /// Why, in words.
        words: Words,
    },
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its name.
    pub field: &'static str,
    /// What the rules say on the facts known then.
    pub expected: String,
    /// What the log says was ordered.
    pub found: String,
}

/// Determines one payment anew. None for a payment that was not ordered.
///
/// # Errors
/// [`ProcessError`] when the log cannot be read or is damaged.
pub(super) async fn recheck(
    office: &Office,
    history: &History,
    payment: &PaymentHistory,
) -> Result<Option<PaymentCheck>, ProcessError> {
    let ordered = payment.events.iter().find_map(|recorded| match &recorded.event {
        PaymentEvent::PaymentOrdered { order } => Some((recorded.position, order)),
        _ => None,
    });
    let Some((position, order)) = ordered else { return Ok(None) };
    let (run_month, calculation) = basis(office, order, position).await?;
    let verdict = verdict(office, history, order, run_month, &calculation)?;
    Ok(Some(PaymentCheck {
        payment_id: payment.payment_id,
        month: order.month,
        attempt: order.attempt,
        amount: order.amount,
        stage: payment.before(u64::MAX)?.stage(),
        computed_at: calculation.position,
        verdict,
    }))
}

/// The run's month and the newest calculation before the order.
async fn basis(
    office: &Office,
    order: &PaymentOrder,
    before: u64,
) -> Result<(BenefitMonth, Calculation), ProcessError> {
    let run = read::<PaymentRun>(office, &order.run_id.to_string(), DateTime::<Utc>::MAX_UTC).await?;
    let (mut month, mut newest) = (None, None);
    for recorded in run.into_iter().take_while(|recorded| recorded.position < before) {
        match recorded.event {
            PaymentRunEvent::PaymentRunOpened { month: opened, .. } => month = Some(opened),
            PaymentRunEvent::PaymentRunCalculated { calculation, .. } => newest = Some(calculation),
            _ => {}
        }
    }
    let missing = || ProcessError::Damaged(format!("payment {} has no calculated run", order.payment_id));
    Ok((month.ok_or_else(missing)?, newest.ok_or_else(missing)?))
}

fn verdict(
    office: &Office,
    history: &History,
    order: &PaymentOrder,
    run_month: BenefitMonth,
    calculation: &Calculation,
) -> Result<Verdict, ProcessError> {
    let at = calculation.position;
    let (case, household) = (history.case_before(at)?, history.household_before(at)?);
    let found = schedule(&case, &household, &*office.keyring, office.rules, calculation.known_on, run_month);
    let schedule = match found {
        Ok(schedule) => schedule,
        Err(FactsError::Unopened(error)) => return Err(error.into()),
        Err(error) => {
            let words = Words { zh: error.zh(), en: error.to_string() };
            return Ok(Verdict::Unanswerable { code: error.code(), words });
        }
    };
    let due: Vec<MonthDue> =
        schedule.months.iter().map(|month| MonthDue { month: month.month, due: month.due }).collect();
    let found = differences(order.case_id, &due, &ordered_before(history, at)?, run_month);
    let found = found.map_err(|error| ProcessError::Damaged(error.to_string()))?;
    let to_pay = found.into_iter().find_map(|difference| match difference {
        MonthDifference::ToPay(pay) if pay.month == order.month => Some(pay),
        _ => None,
    });
    let mut differing = compared(order, to_pay, schedule.due(order.month));
    differing.extend(determined(office, order, &schedule)?);
    Ok(if differing.is_empty() { Verdict::Same } else { Verdict::Differs { differences: differing } })
}

/// What was ordered for each month before a position.
fn ordered_before(history: &History, position: u64) -> Result<Vec<MonthOrdered>, ProcessError> {
    let mut months: BTreeMap<BenefitMonth, MonthOrdered> = BTreeMap::new();
    for payment in &history.payments {
        let state = payment.before(position)?;
        let Some(order) = state.order() else { continue };
        let month = months.entry(order.month).or_insert(MonthOrdered::none(order.month));
        let stage = state.stage();
        if matches!(stage, PaymentStage::Ordered | PaymentStage::Settled) {
            let stands = order.amount.minus(state.whereabouts().recovery_opened)?;
            month.standing = month.standing.plus(stands)?;
        }
        month.attempts = order.attempt;
        month.returned_attempt = (stage == PaymentStage::Returned).then_some(order.payment_id);
    }
    Ok(months.into_values().collect())
}

fn compared(order: &PaymentOrder, to_pay: Option<MonthToPay>, due: Money) -> Vec<Difference> {
    let nothing = |value: Option<String>| value.unwrap_or_else(|| "—".to_owned());
    let pairs = [
        ("due", due.to_string(), order.due.to_string()),
        ("amount", nothing(to_pay.map(|pay| pay.amount.to_string())), order.amount.to_string()),
        ("attempt", nothing(to_pay.map(|pay| pay.attempt.to_string())), order.attempt.to_string()),
        ("kind", nothing(to_pay.map(|pay| format!("{:?}", pay.kind))), format!("{:?}", order.kind)),
        ("payment", nothing(to_pay.map(|pay| pay.payment_id.to_string())), order.payment_id.to_string()),
    ];
    let differing = pairs.into_iter().filter(|(_, expected, found)| expected != found);
    differing.map(|(field, expected, found)| Difference { field, expected, found }).collect()
}

/// The sealed steps of the order beside the steps of today's determination. An erased one is not compared.
fn determined(
    office: &Office,
    order: &PaymentOrder,
    schedule: &Schedule,
) -> Result<Option<Difference>, ProcessError> {
    let Opened::Clear(sealed) = order.determination.open(order.beneficiary, &*office.keyring)? else {
        return Ok(None);
    };
    let anew = schedule.determination(order.month, office.rules);
    let anew = anew.map_err(|error| ProcessError::refused(&error))?;
    let same = anew.as_ref() == Some(sealed.disclose());
    let steps = |determination: &Determination| format!("{} steps", determination.steps.len());
    let expected = anew.as_ref().map_or_else(|| "—".to_owned(), steps);
    let found = steps(sealed.disclose());
    Ok((!same).then_some(Difference { field: "determination", expected, found }))
}
