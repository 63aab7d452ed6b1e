//! 抵扣: what a payment withholds takes effect when it arrives, in the same append as what it repays.

use domain::ids::PaymentId;
use domain::money::Money;
use domain::payment::{Ordered, Payment, PaymentCommand, WithheldFrom, Withholding};

use crate::processes::{Desk, Office, ProcessError, Step};

/// Settles a payment with what it withholds. Where the claim fell meanwhile, by a repayment or a waiver, only what is
/// still open is withheld: the month is then due the rest, and the next run pays it.
///
/// # Errors
/// [`ProcessError`] when the bank contradicts an earlier answer, or somebody repaid in the same moment: taking the file
/// again finishes it.
pub async fn settle_withholding(
    office: &Office,
    desk: &Desk,
    payment_id: PaymentId,
    bank_reference: &str,
) -> Result<(), ProcessError> {
    let steps = settlement_steps(office, desk, payment_id, bank_reference).await?;
    let key = office.derived("settle_withholding", &format!("{payment_id}|{:?}", steps.first()));
    office.together(desk, key, steps).await?;
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
    bank_reference: &str,
) -> Result<Vec<Step>, ProcessError> {
    let payment = office.repository.load_newest::<Payment>(payment_id).await?.state;
    let (withheld, repayments) = match &*payment {
        Payment::Ordered(ordered) => {
            let withheld = effective(office, &ordered.withheld).await?;
            let repayments = withheld.iter().map(|part| repay(ordered, part, desk)).collect();
            (withheld, repayments)
        }
        // it has an answer already: the payment itself says whether this is the same one
        _ => (Vec::new(), Vec::new()),
    };
    let bank_reference = bank_reference.to_owned();
    let settle = PaymentCommand::SettlePayment { settled_on: desk.today(), bank_reference, withheld };
    let mut steps: Vec<Step> = repayments;
    steps.insert(0, Step::Payment(payment_id.to_string(), settle));
    Ok(steps)
}

fn repay(order: &Ordered, part: &Withholding, desk: &Desk) -> Step {
    let Withholding { plan_id, payment_id, amount } = *part;
    let from = WithheldFrom { payment_id: order.payment_id, program: order.program, plan_id };
    let received_on = desk.today();
    let command = PaymentCommand::ReceiveRecovery { amount, received_on, withheld_from: Some(from) };
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
