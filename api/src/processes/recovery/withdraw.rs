//! 追缴撤回: a month that was asked back is due after all, so that the person keeps what was paid of it.

use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, PaymentId};
use domain::money::Money;
use domain::payment::{Payment, PaymentCommand};
use domain::recovery_plan::NettedMonth;
use projections::recovery_plans::queries::plans_of_case;
use projections::runner::Until;
use serde::Serialize;

use super::netted::{NettedCase, net_case};
use crate::processes::payment_run::complete_if_nothing_is_open;
use crate::processes::{Desk, Office, ProcessError, Step};

/// What was withdrawn of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Withdrawn {
    /// The case.
    pub case_id: CaseId,
    /// In all, in fen.
    #[serde(rename = "withdrawn_fen")]
    pub total: Money,
    /// By payment, the oldest month first.
    pub payments: Vec<WithdrawnPayment>,
}

/// What was withdrawn of a payment. Amounts in fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct WithdrawnPayment {
    /// 所属月份.
    pub month: BenefitMonth,
    /// The payment.
    pub payment_id: PaymentId,
    /// What is no longer asked back.
    #[serde(rename = "withdrawn_fen")]
    pub amount: Money,
    /// What is still to come back: the month is not due it.
    #[serde(rename = "open_fen")]
    pub left: Money,
}

/// Withdraws what is asked back of a case's months as far as they are due it after all, of each month the newest payment
/// first, all in one append. What had come back of them is due once more, and the next run pays it. Completes the case's
/// plan when nothing is open any more. Asked again it finds nothing to withdraw.
///
/// # Errors
/// [`ProcessError::Refused`]: `nothing_to_withdraw`, where no month is both asked back and due; `version_changed`, where
/// somebody repaid, gave up or withdrew in the same moment; only an approver withdraws. Those of [`net_case`].
pub async fn withdraw_recovery(
    office: &Office,
    desk: &Desk,
    case_id: CaseId,
) -> Result<Withdrawn, ProcessError> {
    let netted = net_case(office, desk.today(), case_id).await?;
    let payments = due_after_all(&netted)?;
    if payments.is_empty() {
        return Err(nothing_to_withdraw());
    }
    // two who ask for the same at once see the same versions, and withdraw once
    let mut versions = Vec::new();
    for payment in &payments {
        versions.push(version_of(office, payment).await?);
    }
    let steps: Vec<Step> = payments.iter().map(|payment| withdrawal(payment, desk)).collect();
    let what = format!("{case_id}|{versions:?}|{steps:?}|{}", desk.actor.id);
    office.together(desk, office.derived("withdraw_recovery", &what), steps).await?;
    office.runner.catch_up(Until::Head).await?;
    let open = plans_of_case(&office.pool, case_id).await?.into_iter().filter(|plan| plan.stage.is_open());
    for plan in open {
        complete_if_nothing_is_open(office, desk, plan.plan_id).await?;
    }
    let total = Money::sum(payments.iter().map(|payment| payment.amount))?;
    Ok(Withdrawn { case_id, total, payments })
}

/// What is asked back of months that are due more than stands of them and was given up, where nothing else keeps them from
/// being paid: as much of it as they are due.
fn due_after_all(netted: &NettedCase) -> Result<Vec<WithdrawnPayment>, ProcessError> {
    let mut found = Vec::new();
    let waits = |month: &&NettedMonth| netted.waiting.contains(&month.paid.month);
    for month in netted.netting.months.iter().filter(waits) {
        let (month, mut due) = (month.paid.month, month.difference);
        let newest_first = netted.payable.payments.iter().rev();
        for payment in newest_first.filter(|payment| payment.month == month && payment.is_settled()) {
            let open = payment.recovery_open()?;
            let amount = open.min(due);
            if amount.is_positive() {
                due = due.minus(amount)?;
                let (payment_id, left) = (payment.payment_id, open.minus(amount)?);
                found.push(WithdrawnPayment { month, payment_id, amount, left });
            }
        }
    }
    Ok(found)
}

/// The version of a payment of which as much is open as was found.
async fn version_of(office: &Office, found: &WithdrawnPayment) -> Result<u64, ProcessError> {
    let newest = office.repository.load_newest::<Payment>(found.payment_id).await?;
    if newest.state.whereabouts().recovery_open() == found.amount.plus(found.left)? {
        return Ok(newest.version);
    }
    Err(refusal(
        "version_changed",
        "待追回的金额刚有变更，请重新试算后再办理。",
        "what is asked back was changed in this moment: look at its months again",
    ))
}

fn withdrawal(payment: &WithdrawnPayment, desk: &Desk) -> Step {
    let (amount, withdrawn_on) = (payment.amount, desk.today());
    let command = PaymentCommand::WithdrawRecovery { amount, withdrawn_on };
    Step::Payment(payment.payment_id.to_string(), command)
}

fn nothing_to_withdraw() -> ProcessError {
    refusal(
        "nothing_to_withdraw",
        "该个案没有可撤回的追缴：没有哪个月份既在追缴、现又应发放。请用 ledger recovery propose 核对逐月试算。",
        "nothing of this case can be withdrawn, as no month is both asked back and due: look at its months with ledger \
         recovery propose",
    )
}

fn refusal(code: &'static str, zh: &str, en: &str) -> ProcessError {
    ProcessError::Refused { code, field: "", zh: zh.to_owned(), en: en.to_owned() }
}
