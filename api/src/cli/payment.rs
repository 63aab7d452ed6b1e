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
    session.act(async |app| Ok(cancel_payment(app.office(), &desk, payment, &reason).await?)).await?;
    screen.say(
        format!("发放明细 {payment} 已作废。该月仍应发放的，下一批次会重新列出；银行称账号不能收款的，须先更正账户。"),
        format!(
            "Payment {payment} is given up. Where its month is still due, the next run lists it again; to an account of \
             which the bank says that it takes no payments, only once it is corrected."
        ),
    )?;
    screen.answer(&json!({ "payment_id": payment, "done": "cancelled" }))?;
    Ok(Done::Well)
}
