//! 追回方案: proposed for what is open of a case, decided on by another person, carried out until nothing is open.

use chrono::NaiveDate;
use domain::calendar::BenefitMonth;
use domain::fund::FundCommand;
use domain::household::Household;
use domain::ids::{CaseId, PaymentId, RecoveryPlanId};
use domain::money::Money;
use domain::payment::{Payment, PaymentCommand, PaymentError};
use domain::policy::Parameter;
use domain::recovery_plan::{
    Debtor, PlanItem, PlanLimits, PlanTerms, RecoveryPlan, RecoveryPlanCommand, RecoveryWay, Repayer,
    WaiverGround,
};
use projections::case_files::queries::cases;
use projections::recovery_plans::queries::{OpenPayment, plans_of_case, recoveries};
use projections::runner::Until;

use super::netted::{NettedCase, net_case};
use crate::processes::payment_run::complete_if_nothing_is_open;
use crate::processes::{Desk, Office, ProcessError, Step};

/// How the money is to come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WantedWay {
    /// The beneficiary repays.
    Repayment,
    /// The heirs repay, up to the estate's value.
    Heirs {
        /// The value of the estate.
        estate: Money,
    },
    /// Later payments withhold it.
    Withholding {
        /// Of another case than the one that was paid too much.
        from_case: Option<CaseId>,
        /// The instalment.
        per_month: Money,
        /// Where the agreement of the other case's beneficiary is filed.
        agreement: Option<String>,
    },
    /// A small sum is given up.
    SmallSum {
        /// Why.
        reason: String,
    },
    /// What the estate does not bear is given up.
    EstateExhausted {
        /// The value of the estate.
        estate: Money,
        /// Why.
        reason: String,
    },
}

/// Proposes a plan for everything that is open of a case, opening the recovery of what was paid too much and is not
/// asked back yet, in one append. From heirs no more is asked than the estate bears.
///
/// # Errors
/// [`ProcessError::PlanOpen`] where the case has a plan that is not finished, and the domain's refusals.
pub async fn propose_plan(
    office: &Office,
    desk: &Desk,
    case_id: CaseId,
    wanted: WantedWay,
) -> Result<RecoveryPlanId, ProcessError> {
    let netted = net_case(office, desk.today(), case_id).await?;
    let before = plans_of_case(&office.pool, case_id).await?;
    if let Some(open) = before.iter().find(|plan| plan.stage.is_open()) {
        return Err(ProcessError::PlanOpen { plan: open.plan_id });
    }
    let number = before.len().try_into().unwrap_or(u32::MAX).saturating_add(1);
    let debtor = debtor_of(&netted, &wanted)?;
    let mut items = items_of(&netted)?;
    if let (WantedWay::Heirs { .. }, Debtor::Deceased { estate: Some(estate), received }) = (&wanted, debtor)
    {
        items = bearable(items, estate.minus(received)?)?;
    }
    let case = &netted.payable.case;
    let terms = PlanTerms {
        plan_id: RecoveryPlanId::derive(case_id, number),
        number,
        case_id,
        beneficiary: case.applicant,
        program: case.program,
        items,
        way: way_of(office, &netted, wanted).await?,
        limits: limits_on(office, desk.today()).await?,
    };
    let plan_id = terms.plan_id;
    let key = office.derived("propose_plan", &format!("{terms:?}|{}", desk.today()));
    let mut steps = openings(&netted, desk.today());
    let propose =
        RecoveryPlanCommand::ProposePlan { terms: Box::new(terms), debtor, proposed_on: desk.today() };
    steps.push(Step::RecoveryPlan(plan_id.to_string(), propose));
    office.together(desk, key, steps).await?;
    Ok(plan_id)
}

fn openings(netted: &NettedCase, opened_on: NaiveDate) -> Vec<Step> {
    let settled = netted.overpayments.iter().filter_map(|found| Some((found.payment_id?, found)));
    let open = settled.map(|(payment_id, found)| {
        let (amount, reason) = (found.amount, found.reason);
        Step::Payment(payment_id.to_string(), PaymentCommand::OpenRecovery { amount, reason, opened_on })
    });
    open.collect()
}

/// What is open of each payment, with what is about to be opened.
fn items_of(netted: &NettedCase) -> Result<Vec<PlanItem>, ProcessError> {
    let mut items = Vec::new();
    for payment in &netted.payable.payments {
        let found = netted.overpayments.iter().filter(|found| found.payment_id == Some(payment.payment_id));
        let opened = Money::sum(found.map(|found| found.amount))?;
        let amount = payment.recovery_open()?.plus(opened)?;
        if amount.is_positive() {
            items.push(PlanItem { month: payment.month, payment_id: payment.payment_id, amount });
        }
    }
    Ok(items)
}

/// As much of the items as an amount bears, the oldest month first.
fn bearable(items: Vec<PlanItem>, mut left: Money) -> Result<Vec<PlanItem>, ProcessError> {
    let mut borne = Vec::new();
    for item in items {
        let amount = item.amount.min(left);
        if amount.is_positive() {
            left = left.minus(amount)?;
            borne.push(PlanItem { amount, ..item });
        }
    }
    Ok(borne)
}

fn debtor_of(netted: &NettedCase, wanted: &WantedWay) -> Result<Debtor, ProcessError> {
    let household: &Household = &netted.payable.household;
    let beneficiary = household.member(netted.payable.case.applicant);
    if beneficiary.is_none_or(|member| member.died_on().is_none()) {
        return Ok(Debtor::Living);
    }
    let estate = match wanted {
        WantedWay::Heirs { estate } | WantedWay::EstateExhausted { estate, .. } => Some(*estate),
        _ => None,
    };
    let received = Money::sum(netted.payable.payments.iter().map(|payment| payment.recovery_received))?;
    Ok(Debtor::Deceased { estate, received })
}

async fn way_of(
    office: &Office,
    netted: &NettedCase,
    wanted: WantedWay,
) -> Result<RecoveryWay, ProcessError> {
    Ok(match wanted {
        WantedWay::Repayment => RecoveryWay::Repayment { by: Repayer::Beneficiary },
        WantedWay::Heirs { .. } => RecoveryWay::Repayment { by: Repayer::Heirs },
        WantedWay::Withholding { from_case, per_month, agreement } => {
            let from_case = from_case.unwrap_or(netted.payable.case.case_id);
            let found = cases(&office.pool, &[from_case]).await?;
            let from = found.first().ok_or(ProcessError::Unknown { what: "case" })?;
            RecoveryWay::Withholding { from_case, from_person: from.applicant, per_month, agreement }
        }
        WantedWay::SmallSum { reason } => RecoveryWay::Waiver { ground: WaiverGround::SmallSum, reason },
        WantedWay::EstateExhausted { reason, .. } => {
            RecoveryWay::Waiver { ground: WaiverGround::EstateExhausted, reason }
        }
    })
}

/// The rule book's limits on a day; a book without them waives and withholds nothing.
async fn limits_on(office: &Office, day: NaiveDate) -> Result<PlanLimits, ProcessError> {
    let rules = office.current_rules().await?;
    let value = |parameter| {
        let row = rules.row(parameter, BenefitMonth::of(day), Some(day));
        row.map_or(0, |row| row.value)
    };
    let waiver_limit = Money::try_from_fen(value(Parameter::RecoveryWaiverLimit))?;
    let share = u8::try_from(value(Parameter::RecoveryWithholdingShare));
    let withholding_share = share.map_err(|_| ProcessError::Damaged("a share beyond 255%".to_owned()))?;
    Ok(PlanLimits { waiver_limit, withholding_share })
}

/// Approves a plan; what a waiver gives up is given up in the same append.
///
/// # Errors
/// The domain's refusals: four eyes, the plan is at another step.
pub async fn approve_plan(office: &Office, desk: &Desk, plan_id: RecoveryPlanId) -> Result<(), ProcessError> {
    let plan = office.repository.load_newest::<RecoveryPlan>(plan_id).await?.state;
    let approve = RecoveryPlanCommand::ApprovePlan { approved_on: desk.today() };
    let mut steps = vec![Step::RecoveryPlan(plan_id.to_string(), approve)];
    if let RecoveryPlan::Proposed(proposed) = &*plan
        && matches!(proposed.terms.way, RecoveryWay::Waiver { .. })
    {
        for item in &proposed.terms.items {
            steps.extend(waiver(office, desk, plan_id, item).await?);
        }
    }
    // a repeat finds the plan approved and waives nothing: another command, which the domain knows as a repeat
    let what = format!("{plan_id}|{}|{}|{}", desk.actor.id, desk.today(), steps.len());
    let key = office.derived("approve_plan", &what);
    office.together(desk, key, steps).await?;
    Ok(())
}

/// Gives up what is still open of an item: some may have come back since the proposal.
async fn waiver(
    office: &Office,
    desk: &Desk,
    plan_id: RecoveryPlanId,
    item: &PlanItem,
) -> Result<Option<Step>, ProcessError> {
    let payment = office.repository.load_newest::<Payment>(item.payment_id).await?.state;
    let amount = item.amount.min(payment.whereabouts().recovery_open());
    let waive = PaymentCommand::WaiveRecovery { amount, plan_id, waived_on: desk.today() };
    Ok(amount.is_positive().then(|| Step::Payment(item.payment_id.to_string(), waive)))
}

/// Sends a proposed plan back with a reason.
///
/// # Errors
/// The domain's refusals.
pub async fn reject_plan(
    office: &Office,
    desk: &Desk,
    plan_id: RecoveryPlanId,
    reason: &str,
) -> Result<(), ProcessError> {
    let command = RecoveryPlanCommand::RejectPlan { reason: reason.to_owned(), rejected_on: desk.today() };
    plan_step(office, desk, plan_id, command).await
}

/// Ends a plan that cannot go on; what is open stays open for another plan.
///
/// # Errors
/// The domain's refusals.
pub async fn end_plan(
    office: &Office,
    desk: &Desk,
    plan_id: RecoveryPlanId,
    reason: &str,
) -> Result<(), ProcessError> {
    let command = RecoveryPlanCommand::EndPlan { reason: reason.to_owned(), ended_on: desk.today() };
    plan_step(office, desk, plan_id, command).await
}

async fn plan_step(
    office: &Office,
    desk: &Desk,
    plan_id: RecoveryPlanId,
    command: RecoveryPlanCommand,
) -> Result<(), ProcessError> {
    let key = office.derived("plan_step", &format!("{plan_id}|{command:?}|{}", desk.actor.id));
    office.together(desk, key, [Step::RecoveryPlan(plan_id.to_string(), command)]).await?;
    Ok(())
}

/// Money that somebody repaid (退款).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaid {
    /// How much, in fen.
    pub amount: Money,
    /// The day it came.
    pub received_on: NaiveDate,
    /// 流水号 of the bank slip or receipt, by which the same repayment of a case is known again however it was spread;
    /// without one, an equal amount on the same day to the same payments is the same repayment.
    pub reference: Option<String>,
}

/// Takes repaid money in for a case: the oldest month first, each part credited to the fund that had paid it, all in
/// one append. Completes the case's plan when nothing is open any more.
///
/// # Errors
/// The domain refuses more than is open, and a reference that came before with another amount or day;
/// [`ProcessError::Unknown`] where nothing of the case was asked back.
pub async fn receive_repayment(
    office: &Office,
    desk: &Desk,
    case_id: CaseId,
    repaid: Repaid,
) -> Result<(), ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let asked_back = recoveries(&office.pool, &[case_id]).await?;
    if was_taken_in(office, &asked_back, &repaid).await? {
        return Ok(());
    }
    let parts = spread(&asked_back, repaid.amount)?;
    if parts.is_empty() {
        return Err(ProcessError::Unknown { what: "recovery of this case" });
    }
    let steps: Vec<Step> =
        parts.iter().flat_map(|(payment, part)| receipt(payment, *part, &repaid)).collect();
    // with a reference the key is the repayment's own, so that two who enter it at once enter it once
    let key = match &repaid.reference {
        Some(reference) => office.derived("repayment", &format!("{case_id}|{reference}")),
        None => office.derived("receive_repayment", &format!("{steps:?}")),
    };
    office.together(desk, key, steps).await?;
    let open = plans_of_case(&office.pool, case_id).await?.into_iter().filter(|plan| plan.stage.is_open());
    for plan in open {
        complete_if_nothing_is_open(office, desk, plan.plan_id).await?;
    }
    Ok(())
}

/// Whether a repayment with this reference came before: the parts that stand with the case's payments make the same sum on
/// the same day.
async fn was_taken_in(
    office: &Office,
    asked_back: &[OpenPayment],
    repaid: &Repaid,
) -> Result<bool, ProcessError> {
    if repaid.reference.is_none() {
        return Ok(false);
    }
    let mut parts = Vec::new();
    for payment in asked_back {
        let loaded = office.repository.load_newest::<Payment>(&payment.payment_id.to_string()).await?;
        if let Payment::Settled(settled) = &*loaded.state {
            let same = settled.receipts.iter().filter(|receipt| receipt.reference == repaid.reference);
            parts.extend(same.map(|receipt| (receipt.amount, receipt.received_on)));
        }
    }
    if parts.is_empty() {
        return Ok(false);
    }
    let sum = Money::sum(parts.iter().map(|(amount, _)| *amount))?;
    if sum == repaid.amount && parts.iter().all(|(_, on)| *on == repaid.received_on) {
        return Ok(true);
    }
    Err(ProcessError::refused(&PaymentError::RepaymentDiffers))
}

fn receipt(payment: &OpenPayment, amount: Money, repaid: &Repaid) -> [Step; 2] {
    let payment_id: PaymentId = payment.payment_id;
    let (received_on, reference) = (repaid.received_on, repaid.reference.clone());
    let receive = PaymentCommand::ReceiveRecovery {
        amount,
        received_on,
        withheld_from: None,
        reference: reference.clone(),
    };
    let credit = FundCommand::CreditRecovery { payment_id, amount, credited_on: received_on, reference };
    [Step::Payment(payment_id.to_string(), receive), Step::Fund(payment.fund_id.to_string(), credit)]
}

/// An amount over what is open, the oldest month first; refused where it is more than that of all of them.
fn spread(asked_back: &[OpenPayment], amount: Money) -> Result<Vec<(OpenPayment, Money)>, ProcessError> {
    let mut left = amount;
    let mut parts: Vec<(OpenPayment, Money)> = Vec::new();
    for payment in asked_back {
        let open = payment.opened.minus(payment.received)?.minus(payment.waived)?;
        let part = open.min(left);
        if part.is_positive() {
            left = left.minus(part)?;
            parts.push((payment.clone(), part));
        }
    }
    if left.is_positive() && !asked_back.is_empty() {
        let open = amount.minus(left)?;
        return Err(ProcessError::refused(&PaymentError::RecoveryAboveOpen { amount, open }));
    }
    // of an amount that is none, the domain says so
    if parts.is_empty() {
        parts.extend(asked_back.last().map(|payment| (payment.clone(), amount)));
    }
    Ok(parts)
}
