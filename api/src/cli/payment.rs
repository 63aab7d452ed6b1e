//! `ledger payment`: what is done with one payment.

use serde_json::json;

use super::PaymentCommand;
use super::failure::{Done, Failure};
use super::session::Session;
use crate::processes::payment_run::cancel_payment;

/// Does one step of a payment.
///
/// # Errors
/// [`Failure`]: who acts is not said, or the step is refused.
pub(super) async fn run(session: &Session, command: PaymentCommand) -> Result<Done, Failure> {
    let PaymentCommand::Cancel { payment, reason } = command;
    let (desk, screen) = (session.desk()?, session.screen);
    session.with_ledger(async |app| Ok(cancel_payment(app.office(), &desk, payment, &reason).await?)).await?;
    screen.say(format!("发放明细 {payment} 已作废。"), format!("Payment {payment} is given up."))?;
    screen.answer(&json!({ "payment_id": payment, "done": "cancelled" }))?;
    Ok(Done::Well)
}
