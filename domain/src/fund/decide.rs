//! Deciding on a fund: one function for each command, each a ladder of guards with the happy path last.

use chrono::NaiveDate;

use super::command::{FundCharter, FundCommand};
use super::error::FundError;
use super::event::{FundEvent, FundSource};
use super::state::{Appropriation, Credit, CreditedRefund, Fund, FundAccount};
use crate::actor::Role;
use crate::aggregate::{Context, Decider, ImpossibleEvent};
use crate::ids::{CampaignId, DonationId, PaymentId, RemittanceId, RunId};
use crate::money::Money;

type Decision = Result<Vec<FundEvent>, FundError>;

impl Decider for Fund {
    const TYPE: &'static str = "Fund";
    type Command = FundCommand;
    type Event = FundEvent;
    type Error = FundError;

    fn decide(&self, command: FundCommand, context: &Context) -> Decision {
        use FundCommand as Command;
        role_may(&command, context.actor.role)?;
        let account = self.account().ok_or(FundError::FundUnknown);
        match command {
            Command::OpenFund { charter } => self.open(charter, context),
            Command::Appropriate { amount, document, appropriated_on: on } => {
                account?.appropriate(Appropriation { document, credit: Credit { amount, on } }, context)
            }
            Command::CreditDonation { campaign_id, donation_id, amount, credited_on: on, refund_number } => {
                let gift = GiftOf { campaign_id, donation_id, refund_number };
                account?.credit_donation(gift, Credit { amount, on }, context)
            }
            Command::Commit { run_id, amount, committed_on: on } => {
                account?.commit(run_id, Credit { amount, on }, context)
            }
            Command::Spend { run_id, amount, spent_on } => {
                account?.within_commitment(run_id, Credit { amount, on: spent_on }, context)?;
                Ok(vec![FundEvent::FundsSpent { run_id, amount, spent_on }])
            }
            Command::Release { run_id, amount, released_on } => {
                account?.within_commitment(run_id, Credit { amount, on: released_on }, context)?;
                Ok(vec![FundEvent::FundsReleased { run_id, amount, released_on }])
            }
            Command::Remit { campaign_id, remittance_id, amount, remitted_on: on } => {
                let remittance = RemittanceOf { campaign_id, remittance_id };
                account?.remit(remittance, Credit { amount, on }, context)
            }
            Command::CreditRecovery { payment_id, amount, credited_on: on } => {
                account?.credit_recovery(payment_id, Credit { amount, on }, context)
            }
        }
    }

    fn try_evolve(&mut self, event: &FundEvent) -> Result<(), ImpossibleEvent> {
        self.evolve(event)
    }
}

/// A gift and its campaign, and the number of what is refunded of it.
struct GiftOf {
    campaign_id: CampaignId,
    donation_id: DonationId,
    refund_number: Option<String>,
}

/// A remittance and its campaign.
struct RemittanceOf {
    campaign_id: CampaignId,
    remittance_id: RemittanceId,
}

impl Fund {
    fn open(&self, charter: FundCharter, context: &Context) -> Decision {
        if let Fund::Open(account) = self {
            return if account.charter == charter { Ok(vec![]) } else { Err(FundError::FundExists) };
        }
        filled(&charter.name, "charter.name")?;
        not_future(charter.opened_on, context)?;
        let FundCharter { fund_id, name, source, restriction, opened_on } = charter;
        Ok(vec![FundEvent::FundOpened { fund_id, name, source, restriction, opened_on }])
    }
}

impl FundAccount {
    fn appropriate(&self, appropriation: Appropriation, context: &Context) -> Decision {
        if self.appropriations.contains(&appropriation) {
            return Ok(vec![]);
        }
        self.takes(FundSource::Budget)?;
        let Appropriation { document, credit } = appropriation;
        positive(credit.amount)?;
        filled(&document, "document")?;
        self.happened(credit.on, context)?;
        self.balance_with(credit.amount)?;
        let Credit { amount, on: appropriated_on } = credit;
        Ok(vec![FundEvent::MoneyAppropriated { amount, document, appropriated_on }])
    }

    fn credit_donation(&self, gift: GiftOf, credit: Credit, context: &Context) -> Decision {
        let GiftOf { campaign_id, donation_id, refund_number } = gift;
        let known = self.donations.get(&donation_id);
        let refund = CreditedRefund { credit, number: refund_number.clone() };
        if known.is_some_and(|known| known.received == credit || known.refunds.contains(&refund)) {
            return Ok(vec![]);
        }
        self.takes(FundSource::Donations)?;
        let Credit { amount, on: credited_on } = credit;
        if amount.is_zero() {
            return Err(FundError::AmountNotPositive);
        }
        if known.is_some() && amount.is_positive() {
            return Err(FundError::DonationDiffers);
        }
        self.happened(credited_on, context)?;
        if amount.is_negative() {
            let remaining = known.ok_or(FundError::DonationUnknown)?.remaining();
            let refund = amount.negated();
            if refund > remaining {
                return Err(FundError::RefundAboveRemaining { amount: refund, remaining });
            }
            self.covers(refund)?;
        }
        self.balance_with(amount)?;
        Ok(vec![FundEvent::DonationCredited { campaign_id, donation_id, amount, credited_on, refund_number }])
    }

    fn commit(&self, run_id: RunId, credit: Credit, context: &Context) -> Decision {
        let Credit { amount, on: committed_on } = credit;
        let before = self.commitment(run_id);
        // a commitment that was released whole belongs to an approval that was undone
        let standing = before.committed.minus(before.released).unwrap_or_default();
        if !standing.is_zero() {
            return if standing == amount { Ok(vec![]) } else { Err(FundError::CommitmentDiffers) };
        }
        positive(amount)?;
        self.happened(committed_on, context)?;
        self.covers(amount)?;
        Ok(vec![FundEvent::FundsCommitted { run_id, amount, committed_on }])
    }

    /// Spending and releasing have no name of their own by which a repeat could be known: they are appended
    /// with the results of payments, which happen once, and never exceed what is committed.
    fn within_commitment(&self, run_id: RunId, credit: Credit, context: &Context) -> Result<(), FundError> {
        let commitment = self.runs.get(&run_id).ok_or(FundError::RunUnknown)?;
        positive(credit.amount)?;
        self.happened(credit.on, context)?;
        let (amount, remainder) = (credit.amount, commitment.remainder());
        if amount > remainder {
            return Err(FundError::AboveCommitment { amount, remainder });
        }
        Ok(())
    }

    fn credit_recovery(&self, payment_id: PaymentId, credit: Credit, context: &Context) -> Decision {
        if self.recoveries.get(&payment_id).is_some_and(|credits| credits.contains(&credit)) {
            return Ok(vec![]);
        }
        let Credit { amount, on: credited_on } = credit;
        positive(amount)?;
        self.happened(credited_on, context)?;
        self.balance_with(amount)?;
        Ok(vec![FundEvent::RecoveryCredited { amount, payment_id, credited_on }])
    }

    fn remit(&self, remittance: RemittanceOf, debit: Credit, context: &Context) -> Decision {
        let RemittanceOf { campaign_id, remittance_id } = remittance;
        if let Some(known) = self.remittances.get(&remittance_id) {
            return if *known == debit { Ok(vec![]) } else { Err(FundError::RemittanceDiffers) };
        }
        self.takes(FundSource::Donations)?;
        let Credit { amount, on: remitted_on } = debit;
        positive(amount)?;
        self.happened(remitted_on, context)?;
        self.covers(amount)?;
        Ok(vec![FundEvent::DonationsRemitted { campaign_id, remittance_id, amount, remitted_on }])
    }

    fn takes(&self, source: FundSource) -> Result<(), FundError> {
        let source_of_fund = self.charter.source;
        if source == source_of_fund { Ok(()) } else { Err(FundError::WrongSource { source_of_fund }) }
    }

    fn covers(&self, amount: Money) -> Result<(), FundError> {
        let free = self.free();
        match amount.minus(free) {
            Ok(gap) if gap.is_positive() => Err(FundError::FundShort { amount, free, gap }),
            Ok(_) => Ok(()),
            Err(_) => Err(FundError::AmountOutOfRange),
        }
    }

    fn balance_with(&self, amount: Money) -> Result<(), FundError> {
        self.balance.plus(amount).map(|_| ()).map_err(|_| FundError::AmountOutOfRange)
    }

    fn happened(&self, day: NaiveDate, context: &Context) -> Result<(), FundError> {
        not_future(day, context)?;
        let earliest = self.charter.opened_on;
        if day < earliest { Err(FundError::DayTooEarly { day, earliest }) } else { Ok(()) }
    }
}

fn role_may(command: &FundCommand, role: Role) -> Result<(), FundError> {
    use FundCommand as Command;
    let allowed: &[Role] = match command {
        Command::OpenFund { .. } | Command::Appropriate { .. } => &[Role::Finance],
        Command::CreditDonation { .. } => &[Role::Clerk, Role::Finance, Role::System],
        Command::Commit { .. } | Command::Remit { .. } => &[Role::Approver],
        Command::Release { .. } => &[Role::Finance, Role::System, Role::Approver, Role::Clerk],
        Command::Spend { .. } | Command::CreditRecovery { .. } => &[Role::Finance, Role::System],
    };
    if allowed.contains(&role) { Ok(()) } else { Err(FundError::RoleNotAllowed { command: command.name() }) }
}

fn filled(text: &str, field: &'static str) -> Result<(), FundError> {
    let missing = text.trim().is_empty() || text.chars().count() > 100;
    if missing { Err(FundError::TextMissing { field }) } else { Ok(()) }
}

fn positive(amount: Money) -> Result<(), FundError> {
    if amount.is_positive() { Ok(()) } else { Err(FundError::AmountNotPositive) }
}

fn not_future(day: NaiveDate, context: &Context) -> Result<(), FundError> {
    if day > context.today { Err(FundError::DayInFuture { day }) } else { Ok(()) }
}
