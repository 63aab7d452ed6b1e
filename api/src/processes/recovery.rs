//! 追缴: what was paid without being due is asked back, and credited to the fund when it comes.

use chrono::NaiveDate;
use domain::fund::FundCommand;
use domain::ids::{FundId, PaymentId};
use domain::money::Money;
use domain::payment::{Payment, PaymentCommand, RecoveryReason};

use super::{Desk, Office, ProcessError, Step};

/// Opens the recovery of an overpayment that a calculation found.
///
/// # Errors
/// [`ProcessError`] when the domain refuses: more than was settled, or settled not yet.
pub async fn open_recovery(
    office: &Office,
    desk: &Desk,
    payment_id: PaymentId,
    amount: Money,
    reason: RecoveryReason,
) -> Result<(), ProcessError> {
    let id = payment_id.to_string();
    let request =
        desk.request(office.derived("open_recovery", &format!("{id}|{}|{}", amount.fen(), desk.today())));
    let command = PaymentCommand::OpenRecovery { amount, reason, opened_on: desk.today() };
    office.repository.execute::<Payment>(&id, command, &desk.context(), &request).await?;
    Ok(())
}

/// Takes recovered money in and credits it to the fund that had paid.
///
/// # Errors
/// [`ProcessError`] when the domain refuses: more than is open.
pub async fn receive_recovery(
    office: &Office,
    desk: &Desk,
    payment_id: PaymentId,
    fund_id: FundId,
    amount: Money,
    received_on: NaiveDate,
) -> Result<(), ProcessError> {
    let id = payment_id.to_string();
    let key = office.derived("receive_recovery", &format!("{id}|{}|{received_on}", amount.fen()));
    let credit = FundCommand::CreditRecovery { payment_id, amount, credited_on: received_on };
    let receive = PaymentCommand::ReceiveRecovery { amount, received_on };
    office.together(desk, key, [Step::Payment(id, receive), Step::Fund(fund_id.to_string(), credit)]).await?;
    Ok(())
}
