//! A payment of a case, determined anew from the histories.

use std::collections::BTreeMap;

use domain::benefit_case::BenefitCase;
use domain::calendar::BenefitMonth;
use domain::household::Household;
use domain::ids::PaymentId;
use domain::money::MoneyError;
use domain::payment::{Payment, PaymentOrder, PaymentStage};
use domain::payment_run::{MonthOrdered, PaymentRun, PaymentRunEvent};
use domain::personal::BlindIndex;

use super::histories::{BrokenHistory, Histories};
use super::redetermine::line::{LineFacts, RunBasis, line};
use super::verdict::{Determined, Ground, Verdict};
use super::words::words;

/// Determines an order anew at the position that its run was calculated at.
pub fn paid(histories: &Histories, position: u64, order: &PaymentOrder, ground: &Ground<'_>) -> Determined {
    let Some(run) = basis(histories, order, position) else {
        let words = words("找不到该笔所属批次的核算", "its run has no calculation before it");
        return Verdict::Unanswerable { code: "run_not_calculated", words }.into();
    };
    match facts_at(histories, order, run.position) {
        Ok((case, household, ordered)) => {
            line(order, &run, LineFacts { case: &case, household: &household, ordered }, ground)
        }
        Err(broken) => broken.into(),
    }
}

/// The run of an order, by its newest calculation before it.
pub fn basis(histories: &Histories, order: &PaymentOrder, before: u64) -> Option<RunBasis> {
    let (mut opened, mut calculated) = (None, None);
    let events =
        histories.events::<PaymentRun>(order.run_id).take_while(|(entry, _)| entry.position < before);
    for (_, event) in events {
        match event {
            PaymentRunEvent::PaymentRunOpened { month, programs, .. } => {
                opened = Some((*month, programs.clone()))
            }
            PaymentRunEvent::PaymentRunCalculated { calculation, .. } => calculated = Some(calculation),
            _ => {}
        }
    }
    let ((month, programs), calculation) = (opened?, calculated?);
    let (position, known_on) = (calculation.position, calculation.known_on);
    let rule_version = calculation.rule_version.clone();
    Some(RunBasis { run_id: order.run_id, month, programs, position, known_on, rule_version })
}

/// The keyed hash of the account that stood in the register for an order.
pub fn account_index(histories: &Histories, position: u64, order: &PaymentOrder) -> Option<BlindIndex> {
    let run = basis(histories, order, position)?;
    let (_, household, _) = facts_at(histories, order, run.position).ok()?;
    Some(household.account_on(order.beneficiary, run.known_on)?.account_index.clone())
}

fn facts_at(
    histories: &Histories,
    order: &PaymentOrder,
    position: u64,
) -> Result<(BenefitCase, Household, MonthOrdered), BrokenHistory> {
    let case: BenefitCase = histories.before(order.case_id, position)?;
    let household = match case.subject() {
        Some(subject) => histories.before(subject.household_id, position)?,
        None => Household::default(),
    };
    let mut earlier = BTreeMap::new();
    for attempt in 1..order.attempt {
        let id = PaymentId::derive(order.case_id, order.month, attempt);
        earlier.insert(attempt, histories.before::<Payment>(id, position)?);
    }
    let broken = |error: MoneyError| BrokenHistory { position, trouble: error.to_string() };
    let ordered = ordered_before(order.month, earlier.values()).map_err(broken)?;
    Ok((case, household, ordered))
}

/// What earlier attempts at a month, in their order, come to.
///
/// # Errors
/// [`MoneyError::OutOfRange`].
pub fn ordered_before<'p>(
    month: BenefitMonth,
    attempts: impl IntoIterator<Item = &'p Payment>,
) -> Result<MonthOrdered, MoneyError> {
    let mut ordered = MonthOrdered::none(month);
    for payment in attempts {
        let Some(order) = payment.order() else { continue };
        let stage = payment.stage();
        if matches!(stage, PaymentStage::Ordered | PaymentStage::Settled) {
            let money = payment.whereabouts();
            ordered.standing = ordered.standing.plus(money.standing())?;
            ordered.waived = ordered.waived.plus(money.recovery_waived)?;
        }
        ordered.attempts = order.attempt;
        ordered.returned_attempt = (stage == PaymentStage::Returned).then_some(order.payment_id);
    }
    Ok(ordered)
}
