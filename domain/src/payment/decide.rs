//! Deciding on a payment: one function for each command, each a ladder of guards with the happy path last.

use chrono::NaiveDate;

use super::command::PaymentCommand;
use super::error::PaymentError;
use super::event::{PaymentEvent, PaymentOrder, Withholding, names_booking};
use super::state::{
    Cancelled, Ordered, Payment, Recovery, RecoveryReceipt, RecoveryWaiver, Reissued, Settled,
};
use crate::actor::Role;
use crate::aggregate::{Context, Decider, ImpossibleEvent};
use crate::ids::PaymentId;
use crate::money::Money;

type Decision = Result<Vec<PaymentEvent>, PaymentError>;

impl Decider for Payment {
    const TYPE: &'static str = "Payment";
    type Command = PaymentCommand;
    type Event = PaymentEvent;
    type Error = PaymentError;

    fn decide(&self, command: PaymentCommand, context: &Context) -> Decision {
        use PaymentCommand as Command;
        let name = command.name();
        role_may(&command, context.actor.role)?;
        match command {
            Command::OrderPayment { order } => self.place(order),
            Command::SettlePayment { settled_on, bank_reference, withheld } => {
                self.settle(BankAnswer { settled_on, bank_reference, withheld }, name, context)
            }
            Command::ReturnPayment { reason, returned_on } => {
                self.take_back(reason, returned_on, name, context)
            }
            Command::SettleReturned { settled_on, bank_reference, withheld } => {
                self.settle_returned(BankAnswer { settled_on, bank_reference, withheld }, name, context)
            }
            Command::ReissuePayment { reissued_as, reissued_on } => {
                self.reissue(reissued_as, reissued_on, name, context)
            }
            Command::CancelPayment { reason, cancelled_on } => {
                self.cancel(reason, cancelled_on, name, context)
            }
            Command::OpenRecovery { amount, reason, opened_on } => {
                self.open_recovery(Recovery { amount, reason, opened_on }, name, context)
            }
            Command::ReceiveRecovery { amount, received_on, withheld_from, reference } => {
                let receipt = RecoveryReceipt { amount, received_on, withheld_from, reference };
                self.receive_recovery(receipt, name, context)
            }
            Command::WaiveRecovery { amount, plan_id, waived_on } => {
                self.waive_recovery(RecoveryWaiver { amount, plan_id, waived_on }, name, context)
            }
            Command::WithdrawRecovery { amount, withdrawn_on } => {
                self.withdraw_recovery(amount, withdrawn_on, name, context)
            }
        }
    }

    fn try_evolve(&mut self, event: &PaymentEvent) -> Result<(), ImpossibleEvent> {
        *self = self.clone().after(event)?;
        Ok(())
    }
}

/// What the bank says of a payment that arrived, and what was withheld with it.
struct BankAnswer {
    settled_on: NaiveDate,
    bank_reference: String,
    withheld: Vec<Withholding>,
}

impl Payment {
    fn place(&self, order: Box<PaymentOrder>) -> Decision {
        if let Some(ordered) = self.order() {
            let repeat = *ordered == Ordered::of(&order);
            return if repeat { Ok(vec![]) } else { Err(PaymentError::PaymentDiffers) };
        }
        if order.attempt == 0 {
            return Err(PaymentError::AttemptZero);
        }
        if order.payment_id != PaymentId::derive(order.case_id, order.month, order.attempt) {
            return Err(PaymentError::PaymentIdMismatch);
        }
        positive(order.amount)?;
        order.withheld.iter().try_for_each(|part| positive(part.amount))?;
        let amount = order.gross().map_err(|_| PaymentError::AmountOutOfRange)?;
        if amount > order.due {
            return Err(PaymentError::AmountAboveDue { amount, due: order.due });
        }
        if order.withheld.iter().any(|part| part.payment_id == order.payment_id) {
            return Err(PaymentError::WithheldDiffers);
        }
        Ok(vec![PaymentEvent::PaymentOrdered { order }])
    }

    fn settle(&self, answer: BankAnswer, command: &'static str, context: &Context) -> Decision {
        let BankAnswer { settled_on, bank_reference, withheld } = answer;
        let order = match self {
            Payment::Settled(was) => return was.settles_again(settled_on, bank_reference, context),
            Payment::Returned(_) | Payment::Reissued(_) | Payment::Cancelled(_) => {
                return Err(PaymentError::SettledAfterReturn);
            }
            Payment::Ordered(order) => order,
            Payment::Unordered => return Err(self.refuses(command)),
        };
        order.arrives(BankAnswer { settled_on, bank_reference, withheld }, order.execution_on, context)
    }

    fn settle_returned(&self, answer: BankAnswer, command: &'static str, context: &Context) -> Decision {
        let returned = match self {
            Payment::Settled(was) if was.bank_reference == answer.bank_reference => return Ok(vec![]),
            Payment::Settled(_) => return Err(PaymentError::SettlementDiffers),
            Payment::Returned(was)
            | Payment::Reissued(Reissued { returned: was, .. })
            | Payment::Cancelled(Cancelled { returned: was, .. }) => was,
            Payment::Ordered(_) | Payment::Unordered => return Err(self.refuses(command)),
        };
        let revoked_on = answer.settled_on;
        let mut events = vec![PaymentEvent::ReturnRevoked { revoked_on }];
        let earliest = returned.returned_on.max(returned.order.execution_on);
        events.extend(returned.order.arrives(answer, earliest, context)?);
        Ok(events)
    }

    fn take_back(
        &self,
        reason: String,
        returned_on: NaiveDate,
        command: &'static str,
        context: &Context,
    ) -> Decision {
        match self {
            Payment::Returned(was)
            | Payment::Reissued(Reissued { returned: was, .. })
            | Payment::Cancelled(Cancelled { returned: was, .. }) => {
                return if was.reason == reason { Ok(vec![]) } else { Err(PaymentError::ReturnDiffers) };
            }
            Payment::Settled(_) => return Err(PaymentError::ReturnedAfterSettlement),
            Payment::Ordered(_) => {}
            Payment::Unordered => return Err(self.refuses(command)),
        }
        // a bank refuses an order before the day on which it was to pay, too
        not_future(returned_on, context)?;
        filled(&reason, "reason")?;
        Ok(vec![PaymentEvent::PaymentReturned { reason, returned_on }])
    }

    fn reissue(
        &self,
        reissued_as: PaymentId,
        reissued_on: NaiveDate,
        command: &'static str,
        context: &Context,
    ) -> Decision {
        let returned = match self {
            Payment::Reissued(was) if was.reissued_as == reissued_as => return Ok(vec![]),
            Payment::Reissued(_) => return Err(PaymentError::ReissueDiffers),
            Payment::Returned(returned) => returned,
            _ => return Err(self.refuses(command)),
        };
        if returned.order.next_attempt() != Some(reissued_as) {
            return Err(PaymentError::ReissueMismatch);
        }
        happened(reissued_on, returned.returned_on, context)?;
        Ok(vec![PaymentEvent::PaymentReissued { reissued_as, reissued_on }])
    }

    fn cancel(
        &self,
        reason: String,
        cancelled_on: NaiveDate,
        command: &'static str,
        context: &Context,
    ) -> Decision {
        let returned = match self {
            Payment::Cancelled(was) if was.reason == reason && was.cancelled_on == cancelled_on => {
                return Ok(vec![]);
            }
            Payment::Returned(returned) => returned,
            _ => return Err(self.refuses(command)),
        };
        happened(cancelled_on, returned.returned_on, context)?;
        filled(&reason, "reason")?;
        Ok(vec![PaymentEvent::PaymentCancelled { reason, cancelled_on }])
    }

    fn open_recovery(&self, recovery: Recovery, command: &'static str, context: &Context) -> Decision {
        let settled = self.settled(command)?;
        // what was opened before a withdrawal may be opened again on the same day
        if settled.opened_since_withdrawal().contains(&recovery) {
            return Ok(vec![]);
        }
        let Recovery { amount, reason, opened_on } = recovery;
        positive(amount)?;
        happened(opened_on, settled.settled_on, context)?;
        let recoverable = difference(settled.gross(), settled.recovery_opened())?;
        if amount > recoverable {
            return Err(PaymentError::RecoveryAboveSettled { amount, recoverable });
        }
        Ok(vec![PaymentEvent::RecoveryOpened { amount, reason, opened_on }])
    }

    fn receive_recovery(
        &self,
        receipt: RecoveryReceipt,
        command: &'static str,
        context: &Context,
    ) -> Decision {
        let settled = self.settled(command)?;
        if settled.receipts.contains(&receipt) {
            return Ok(vec![]);
        }
        let RecoveryReceipt { amount, received_on, withheld_from, reference } = receipt;
        // a payment repays another once under a plan, whichever day the bank's file is taken again
        let repays = |from| settled.receipts.iter().any(|before| before.withheld_from == Some(from));
        if withheld_from.is_some_and(repays) {
            return Ok(vec![]);
        }
        if reference.is_some() && settled.receipts.iter().any(|before| before.reference == reference) {
            return Err(PaymentError::RepaymentDiffers);
        }
        positive(amount)?;
        happened(received_on, settled.settled_on, context)?;
        if let Some(reference) = &reference {
            filled(reference, "reference")?;
        }
        within_open(amount, settled)?;
        Ok(vec![PaymentEvent::RecoveryReceived { amount, received_on, withheld_from, reference }])
    }

    fn waive_recovery(&self, waiver: RecoveryWaiver, command: &'static str, context: &Context) -> Decision {
        let settled = self.settled(command)?;
        let RecoveryWaiver { amount, plan_id, waived_on } = waiver;
        if settled.waivers.iter().any(|before| before.plan_id == plan_id) {
            return Ok(vec![]);
        }
        positive(amount)?;
        happened(waived_on, settled.settled_on, context)?;
        within_open(amount, settled)?;
        Ok(vec![PaymentEvent::RecoveryWaived { amount, plan_id, waived_on }])
    }

    fn withdraw_recovery(
        &self,
        amount: Money,
        withdrawn_on: NaiveDate,
        command: &'static str,
        context: &Context,
    ) -> Decision {
        let settled = self.settled(command)?;
        positive(amount)?;
        happened(withdrawn_on, settled.settled_on, context)?;
        within_open(amount, settled)?;
        Ok(vec![PaymentEvent::RecoveryWithdrawn { amount, withdrawn_on }])
    }

    const fn settled(&self, command: &'static str) -> Result<&Settled, PaymentError> {
        match self {
            Payment::Settled(settled) => Ok(settled),
            _ => Err(self.refuses(command)),
        }
    }

    const fn refuses(&self, command: &'static str) -> PaymentError {
        match self {
            Payment::Unordered => PaymentError::PaymentUnknown,
            _ => PaymentError::WrongStage { command, stage: self.stage() },
        }
    }
}

impl Settled {
    /// What another word of the settlement adds: the bank's reference names it, whichever day its file is taken again.
    fn settles_again(&self, booked_on: NaiveDate, bank_reference: String, context: &Context) -> Decision {
        if self.bank_reference == bank_reference || !names_booking(&bank_reference) {
            return Ok(vec![]);
        }
        if names_booking(&self.bank_reference) {
            return Err(PaymentError::SettlementDiffers);
        }
        happened(booked_on, self.order.execution_on, context)?;
        filled(&bank_reference, "bank_reference")?;
        Ok(vec![PaymentEvent::BookingNamed { bank_reference, booked_on }])
    }
}

impl Ordered {
    /// That the money arrived, on `earliest` or later.
    fn arrives(&self, answer: BankAnswer, earliest: NaiveDate, context: &Context) -> Decision {
        let BankAnswer { settled_on, bank_reference, withheld } = answer;
        happened(settled_on, earliest, context)?;
        filled(&bank_reference, "bank_reference")?;
        if !withheld.iter().all(|part| self.withholds(part)) {
            return Err(PaymentError::WithheldDiffers);
        }
        Ok(vec![PaymentEvent::PaymentSettled { settled_on, bank_reference, withheld }])
    }

    /// The id of the attempt after this one; none after the last number.
    fn next_attempt(&self) -> Option<PaymentId> {
        let attempt = self.attempt.checked_add(1)?;
        Some(PaymentId::derive(self.case_id, self.month, attempt))
    }

    /// Whether the order withholds at least this.
    fn withholds(&self, part: &Withholding) -> bool {
        let ordered = |own: &Withholding| {
            (own.plan_id, own.payment_id) == (part.plan_id, part.payment_id) && part.amount <= own.amount
        };
        part.amount.is_positive() && self.withheld.iter().any(ordered)
    }
}

fn role_may(command: &PaymentCommand, role: Role) -> Result<(), PaymentError> {
    let allowed: &[Role] = match command {
        PaymentCommand::CancelPayment { .. } | PaymentCommand::SettleReturned { .. } => &[Role::Finance],
        PaymentCommand::WaiveRecovery { .. } | PaymentCommand::WithdrawRecovery { .. } => &[Role::Approver],
        _ => &[Role::Finance, Role::System],
    };
    if allowed.contains(&role) {
        Ok(())
    } else {
        Err(PaymentError::RoleNotAllowed { command: command.name() })
    }
}

fn positive(amount: Money) -> Result<(), PaymentError> {
    if amount.is_positive() { Ok(()) } else { Err(PaymentError::AmountNotPositive) }
}

fn within_open(amount: Money, settled: &Settled) -> Result<(), PaymentError> {
    let open = settled.recovery_open();
    if amount > open { Err(PaymentError::RecoveryAboveOpen { amount, open }) } else { Ok(()) }
}

/// What happened lies between the step before and today.
fn happened(day: NaiveDate, earliest: NaiveDate, context: &Context) -> Result<(), PaymentError> {
    not_future(day, context)?;
    if day < earliest { Err(PaymentError::DayTooEarly { day, earliest }) } else { Ok(()) }
}

fn not_future(day: NaiveDate, context: &Context) -> Result<(), PaymentError> {
    if day > context.today { Err(PaymentError::DayInFuture { day }) } else { Ok(()) }
}

fn filled(text: &str, field: &'static str) -> Result<(), PaymentError> {
    let missing = text.trim().is_empty() || text.chars().count() > 200;
    if missing { Err(PaymentError::TextMissing { field }) } else { Ok(()) }
}

fn difference(whole: Money, part: Money) -> Result<Money, PaymentError> {
    whole.minus(part).map_err(|_| PaymentError::AmountOutOfRange)
}
