//! 追缴: what was paid without being due is asked back, and credited to the fund when it comes.

mod balance;
mod cause;
mod netted;
mod plans;
mod withdraw;

use std::collections::HashSet;

use chrono::NaiveDate;
use domain::calendar::BenefitMonth;
use domain::fund::FundCommand;
use domain::ids::{FundId, PaymentId};
use domain::money::Money;
use domain::payment::{Payment, PaymentCommand, RecoveryReason};
use domain::program::Program;
use projections::case_files::payable::PayableCases;
use projections::runner::Until;

pub(in crate::processes) use balance::end_of;
pub use balance::{AsOf, PersonBalance, ProgramBalance, balance_of};
pub use cause::MonthCause;
pub use netted::{NettedCase, net_case};
pub use plans::*;
pub use withdraw::{Withdrawn, WithdrawnPayment, withdraw_recovery};

use super::payment_run::{Look, Overpayment, RunNote, findings_of, load_keys};
use super::{Desk, Office, ProcessError, Step};
use crate::bank::codes::ReasonFaults;

/// Everything that was paid too much up to a month, on the facts known at the desk's day.
///
/// # Errors
/// [`ProcessError`] when a read table or a sealed fact cannot be read.
pub async fn find_overpayments(
    office: &Office,
    desk: &Desk,
    programs: &[Program],
    month: BenefitMonth,
) -> Result<Vec<Overpayment>, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let (shared, faults, known_on) = (&HashSet::new(), &ReasonFaults::default(), desk.today());
    let rules = office.current_rules().await?;
    let look = Look { opener: &*office.keyring, rules: &rules, known_on, month, shared, faults };
    let mut cases = PayableCases::open(&office.pool, programs).await?;
    let mut found = Vec::new();
    while let Some(page) = cases.next_page().await? {
        load_keys(office, &page).await?;
        for payable in &page {
            // without a payment nothing was paid too much
            if payable.payments.is_empty() {
                continue;
            }
            let notes = findings_of(&look, payable)?.notes;
            found.extend(notes.into_iter().filter_map(|note| match note {
                RunNote::Overpayment(overpayment) => Some(overpayment),
                RunNote::Exception { .. } | RunNote::Warning { .. } => None,
            }));
        }
    }
    Ok(found)
}

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
    let payment = office.repository.load_newest::<Payment>(payment_id).await?.state;
    // what was withdrawn may be opened anew on the same day
    let withdrawals = match &*payment {
        Payment::Settled(settled) => settled.withdrawals.len(),
        _ => 0,
    };
    let what = format!("{id}|{}|{}|{withdrawals}", amount.fen(), desk.today());
    let key = office.derived("open_recovery", &what);
    let command = PaymentCommand::OpenRecovery { amount, reason, opened_on: desk.today() };
    office.together(desk, key, [Step::Payment(id, command)]).await?;
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
    let credit =
        FundCommand::CreditRecovery { payment_id, amount, credited_on: received_on, reference: None };
    let receive =
        PaymentCommand::ReceiveRecovery { amount, received_on, withheld_from: None, reference: None };
    office.together(desk, key, [Step::Payment(id, receive), Step::Fund(fund_id.to_string(), credit)]).await?;
    Ok(())
}
