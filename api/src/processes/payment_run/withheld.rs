//! 抵扣: the lines of a run withhold what approved plans say; what a payment withholds takes effect when it arrives, in
//! the same append as what it repays.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::ids::{CaseId, FundId, PaymentId, RecoveryPlanId};
use domain::money::Money;
use domain::payment::{Ordered, Payment, PaymentCommand, WithheldFrom, Withholding, withheld_sum};
use domain::recovery_plan::{
    LineRoom, OpenItem, RecoveryPlan, RecoveryPlanCommand, WithholdingClaim, withhold,
};
use projections::case_files::payable::PayableCase;
use projections::recovery_plans::queries::{PlanClaim, claims_on, plans_of_case};
use projections::runner::Until;

use super::case_lines::FoundLine;
use super::staged::LineToDeliver;

use crate::processes::{Desk, Office, ProcessError, Step};

/// Lowers a case's lines by what approved plans withhold from them. Only what the same fund had paid is repaid from a
/// fund's payments (专款专用): what is recovered goes back to the fund that paid it.
///
/// # Errors
/// [`ProcessError::Money`].
pub fn withhold_from(
    lines: &mut [FoundLine],
    payable: &PayableCase,
    fund_id: FundId,
) -> Result<(), ProcessError> {
    let mut claims: Vec<WithholdingClaim> =
        payable.claims.iter().map(|claim| claim_on(claim, fund_id)).collect();
    if claims.is_empty() {
        return Ok(());
    }
    for FoundLine { line, .. } in lines {
        let of_month = payable.payments.iter().filter(|paid| paid.month == line.month && paid.is_out());
        let withheld = Money::sum(of_month.map(|paid| paid.withheld))?;
        let room = LineRoom { to_pay: line.amount, due: line.due, withheld };
        line.withheld = withhold(room, &mut claims)?;
        line.amount = line.amount.minus(withheld_sum(&line.withheld)?)?;
    }
    Ok(())
}

fn claim_on(claim: &PlanClaim, fund_id: FundId) -> WithholdingClaim {
    let paid_by_fund = claim.items.iter().filter(|item| item.fund_id == fund_id);
    WithholdingClaim {
        plan_id: claim.plan_id,
        per_month: claim.per_month,
        share: claim.share,
        open: paid_by_fund.map(|item| OpenItem { payment_id: item.payment_id, open: item.open }).collect(),
    }
}

/// The lines of a run that withhold something, found while its lines stream by; few.
#[derive(Default)]
pub struct WithholdingLines {
    lines: Vec<(PaymentId, CaseId, Vec<Withholding>)>,
}

impl WithholdingLines {
    /// Takes the next lines.
    pub fn take(&mut self, page: &[LineToDeliver]) {
        let withholding = page.iter().filter(|staged| !staged.line.withheld.is_empty());
        self.lines.extend(withholding.map(|staged| {
            let line = &staged.line;
            (line.payment_id, line.case_id, line.withheld.clone())
        }));
    }

    /// Refuses a release of lines that withhold what came back meanwhile, or under a plan that ended: the run must be
    /// calculated anew. What the run itself ordered before an interruption counts as its own.
    ///
    /// # Errors
    /// [`ProcessError::WithheldChanged`].
    pub async fn refuse_changed(self, office: &Office) -> Result<(), ProcessError> {
        let mut wanted: BTreeMap<PaymentId, Money> = BTreeMap::new();
        let mut cases = Vec::new();
        for (payment_id, case_id, withheld) in self.lines {
            let ordered = office.repository.load_newest::<Payment>(payment_id).await?.state;
            if ordered.order().is_some() {
                continue;
            }
            cases.push(case_id.uuid());
            for part in withheld {
                let sum = wanted.entry(part.payment_id).or_default();
                *sum = sum.plus(part.amount)?;
            }
        }
        let mut open: BTreeMap<PaymentId, Money> = BTreeMap::new();
        for claim in claims_on(&office.pool, &cases).await? {
            open.extend(claim.items.iter().map(|item| (item.payment_id, item.open)));
        }
        let above =
            |(payment, sum): &(&PaymentId, &Money)| **sum > open.get(*payment).copied().unwrap_or_default();
        let count = wanted.iter().filter(above).count();
        if count > 0 { Err(ProcessError::WithheldChanged { count }) } else { Ok(()) }
    }
}

/// Settles a payment with what it withholds; [`complete_plans_of`] comes after it. Where the claim fell meanwhile, by a repayment or a waiver, only what is
/// still open is withheld: the month is then due the rest, and the next run pays it.
///
/// # Errors
/// [`ProcessError`] when the bank contradicts an earlier answer, or somebody repaid in the same moment: taking the file
/// again finishes it.
pub async fn settle_withholding(
    office: &Office,
    desk: &Desk,
    payment_id: PaymentId,
    (bank_reference, settled_on): (&str, NaiveDate),
) -> Result<(), ProcessError> {
    let steps = settlement_steps(office, desk, payment_id, (bank_reference, settled_on)).await?;
    let key = office.derived("settle_withholding", &format!("{payment_id}|{:?}", steps.first()));
    office.together(desk, key, steps).await?;
    Ok(())
}

/// Completes the plans that a settled payment withheld for, where nothing of them is open any more. Asked after a repeat
/// too: an interruption may have come between the settlement and this.
///
/// # Errors
/// [`ProcessError`] when a stream cannot be read.
pub async fn complete_plans_of(
    office: &Office,
    desk: &Desk,
    payment_id: PaymentId,
) -> Result<(), ProcessError> {
    let payment = office.repository.load_newest::<Payment>(payment_id).await?.state;
    let withheld = payment.order().map_or(&[][..], |order| &order.withheld);
    for plan in withheld.iter().map(|part| part.plan_id).collect::<BTreeSet<_>>() {
        complete_if_nothing_is_open(office, desk, plan).await?;
    }
    Ok(())
}

/// Completes the plans on a payment's case, where nothing of them is open any more.
///
/// # Errors
/// [`ProcessError`] when a stream cannot be read.
pub async fn complete_plans_on(
    office: &Office,
    desk: &Desk,
    payment_id: PaymentId,
) -> Result<(), ProcessError> {
    let payment = office.repository.load_newest::<Payment>(payment_id).await?.state;
    let Some(order) = payment.order() else { return Ok(()) };
    office.runner.catch_up(Until::Head).await?;
    for plan in plans_of_case(&office.pool, order.case_id).await? {
        if plan.stage.is_open() {
            complete_if_nothing_is_open(office, desk, plan.plan_id).await?;
        }
    }
    Ok(())
}

/// Completes an approved plan of which nothing is open any more.
///
/// # Errors
/// [`ProcessError`] when a stream cannot be read.
pub async fn complete_if_nothing_is_open(
    office: &Office,
    desk: &Desk,
    plan_id: RecoveryPlanId,
) -> Result<(), ProcessError> {
    let plan = office.repository.load_newest::<RecoveryPlan>(plan_id).await?.state;
    let RecoveryPlan::Approved(approved) = &*plan else { return Ok(()) };
    for item in &approved.proposed.terms.items {
        let payment = office.repository.load_newest::<Payment>(item.payment_id).await?.state;
        if payment.whereabouts().recovery_open().is_positive() {
            return Ok(());
        }
    }
    let complete = RecoveryPlanCommand::CompletePlan { completed_on: desk.today() };
    let key = office.derived("complete_plan", &format!("{plan_id}|{}", desk.today()));
    office.together(desk, key, [Step::RecoveryPlan(plan_id.to_string(), complete)]).await?;
    Ok(())
}

/// What settles a payment, and repays with what it withholds.
///
/// # Errors
/// [`ProcessError`] when a payment cannot be read.
pub async fn settlement_steps(
    office: &Office,
    desk: &Desk,
    payment_id: PaymentId,
    (bank_reference, settled_on): (&str, NaiveDate),
) -> Result<Vec<Step>, ProcessError> {
    let payment = office.repository.load_newest::<Payment>(payment_id).await?.state;
    let order = match &*payment {
        Payment::Ordered(order) => Some(order),
        // it has an answer already: the payment itself says whether this is the same one
        _ => None,
    };
    let (withheld, repayments) = taking_effect(office, desk, order).await?;
    let bank_reference = bank_reference.to_owned();
    let settle = PaymentCommand::SettlePayment { settled_on, bank_reference, withheld };
    Ok([vec![Step::Payment(payment_id.to_string(), settle)], repayments].concat())
}

/// As [`settlement_steps`], of a payment that came back and arrived after all.
///
/// # Errors
/// [`ProcessError`] when a payment cannot be read.
pub async fn late_settlement_steps(
    office: &Office,
    desk: &Desk,
    payment: &Payment,
    bank_reference: &str,
) -> Result<Vec<Step>, ProcessError> {
    let Some(order) = payment.order() else { return Ok(Vec::new()) };
    let (withheld, repayments) = taking_effect(office, desk, Some(order)).await?;
    let bank_reference = bank_reference.to_owned();
    let settle = PaymentCommand::SettleReturned { settled_on: desk.today(), bank_reference, withheld };
    Ok([vec![Step::Payment(order.payment_id.to_string(), settle)], repayments].concat())
}

/// What of an order's withholdings takes effect now, and what that repays.
async fn taking_effect(
    office: &Office,
    desk: &Desk,
    order: Option<&Ordered>,
) -> Result<(Vec<Withholding>, Vec<Step>), ProcessError> {
    let Some(order) = order else { return Ok((Vec::new(), Vec::new())) };
    let withheld = effective(office, &order.withheld).await?;
    let repayments = withheld.iter().map(|part| repay(order, part, desk)).collect();
    Ok((withheld, repayments))
}

fn repay(order: &Ordered, part: &Withholding, desk: &Desk) -> Step {
    let Withholding { plan_id, payment_id, amount } = *part;
    let from = WithheldFrom { payment_id: order.payment_id, program: order.program, plan_id };
    let received_on = desk.today();
    let command =
        PaymentCommand::ReceiveRecovery { amount, received_on, withheld_from: Some(from), reference: None };
    Step::Payment(payment_id.to_string(), command)
}

/// What of each withholding is still to come back.
async fn effective(office: &Office, ordered: &[Withholding]) -> Result<Vec<Withholding>, ProcessError> {
    let mut found = Vec::new();
    let mut taken: Vec<Withholding> = Vec::new();
    for part in ordered {
        let repaid = office.repository.load_newest::<Payment>(part.payment_id).await?.state;
        let same = taken.iter().filter(|before| before.payment_id == part.payment_id);
        let before = Money::sum(same.map(|before| before.amount))?;
        let open = repaid.whereabouts().recovery_open().minus(before)?;
        let part = Withholding { amount: part.amount.min(open), ..*part };
        if part.amount.is_positive() {
            taken.push(part);
            found.push(part);
        }
    }
    Ok(found)
}
