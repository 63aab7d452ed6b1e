//! Deciding on a campaign: one function for each command, each a ladder of guards with the happy path last.

mod donors;
mod gifts;
mod publications;
mod receipts;
mod remittances;

use chrono::NaiveDate;

use super::book::{GiftBook, Refund, Voided};
use super::command::{CampaignCommand, CampaignTerms};
use super::error::CampaignError;
use super::event::CampaignEvent;
use super::state::Campaign;
use crate::actor::Role;
use crate::aggregate::{Context, Decider, ImpossibleEvent};
use crate::money::Money;
use donors::Dated;
use remittances::{Proposal, Transfer};

type Decision = Result<Vec<CampaignEvent>, CampaignError>;

impl Decider for Campaign {
    const TYPE: &'static str = "Campaign";
    type Command = CampaignCommand;
    type Event = CampaignEvent;
    type Error = CampaignError;

    fn decide(&self, command: CampaignCommand, context: &Context) -> Decision {
        use CampaignCommand as Command;
        let name = command.name();
        role_may(&command, context.actor.role)?;
        match command {
            Command::OpenCampaign { terms } => self.open(terms),
            Command::ReceiveDonation { donation } => self.receive(donation, name, context),
            Command::ReceiveInKind { gift } => self.receive_in_kind(gift, name, context),
            Command::RefundDonation { donation_id, amount, refunded_on, refund_number: number } => {
                self.refund(donation_id, Refund { amount, refunded_on, number }, name, context)
            }
            Command::ChangePublicity { donation_id, publicity, changed_on } => {
                self.change_publicity(donation_id, publicity, changed_on, context)
            }
            Command::IssueReceipt { donation_id, issued_on } => self.issue(donation_id, issued_on, context),
            Command::VoidReceipt { receipt_number, reason, voided_on } => {
                self.void(receipt_number, Voided { reason, voided_on }, context)
            }
            Command::PublishProgress { publication, published_on } => {
                self.publish_progress(publication, published_on, name, context)
            }
            Command::CloseCampaign { closed_on } => self.close(closed_on, name, context),
            Command::PublishResults { publication, published_on } => {
                self.publish(publication, published_on, name, context)
            }
            Command::ProposeRemittance { remittance_id, recipient, amount, proposed_on } => {
                self.propose(remittance_id, Proposal { recipient, amount, proposed_on }, context)
            }
            Command::RejectRemittance { remittance_id, reason, rejected_on } => {
                self.reject_remittance(remittance_id, reason, rejected_on, context)
            }
            Command::Remit { remittance_id, reference, remitted_on } => {
                self.remit(remittance_id, Transfer { reference, remitted_on }, context)
            }
            Command::RequestDonorErasure { donor, basis, recorded_on, requested_on } => {
                self.request_donor_erasure(donor, basis, Dated { recorded_on, on: requested_on }, context)
            }
            Command::RejectDonorErasure { donor, reason, rejected_on } => {
                self.reject_donor_erasure(donor, reason, rejected_on, context)
            }
            Command::EraseDonor { donor, recorded_on, erased_on } => {
                self.erase_donor(donor, Dated { recorded_on, on: erased_on }, context)
            }
        }
    }

    fn try_evolve(&mut self, event: &CampaignEvent) -> Result<(), ImpossibleEvent> {
        self.evolve(event)
    }
}

impl Campaign {
    fn open(&self, terms: CampaignTerms) -> Decision {
        if let Some(book) = self.book() {
            return if book.terms == terms { Ok(vec![]) } else { Err(CampaignError::CampaignExists) };
        }
        filled(&terms.name, 100, "terms.name")?;
        filled(&terms.organiser, 100, "terms.organiser")?;
        if let Some(filing_number) = &terms.filing_number {
            filled(filing_number, 60, "terms.filing_number")?;
        }
        filled(&terms.purpose, 500, "terms.purpose")?;
        if terms.closes_on < terms.opens_on {
            return Err(CampaignError::PeriodReversed);
        }
        Ok(vec![terms.into_event()])
    }

    fn close(&self, closed_on: NaiveDate, command: &'static str, context: &Context) -> Decision {
        let book = match self {
            Campaign::Closed(closed) if closed.closed_on == closed_on => return Ok(vec![]),
            Campaign::Published(published) if published.closed_on == closed_on => return Ok(vec![]),
            Campaign::Open(book) => book,
            _ => return Err(self.refuses(command)),
        };
        not_future(closed_on, context)?;
        not_before(closed_on, book.latest_gift_on)?;
        Ok(vec![CampaignEvent::CampaignClosed { closed_on }])
    }

    fn opened(&self) -> Result<&GiftBook, CampaignError> {
        self.book().ok_or(CampaignError::CampaignUnknown)
    }

    const fn refuses(&self, command: &'static str) -> CampaignError {
        match self {
            Campaign::Unopened => CampaignError::CampaignUnknown,
            _ => CampaignError::WrongStage { command, stage: self.stage() },
        }
    }
}

impl CampaignTerms {
    fn into_event(self) -> CampaignEvent {
        let CampaignTerms {
            campaign_id,
            name,
            organiser,
            filing_number,
            purpose,
            fund_id,
            opens_on,
            closes_on,
        } = self;
        CampaignEvent::CampaignOpened {
            campaign_id,
            name,
            organiser,
            purpose,
            fund_id,
            opens_on,
            closes_on,
            filing_number,
        }
    }
}

fn role_may(command: &CampaignCommand, role: Role) -> Result<(), CampaignError> {
    use CampaignCommand as Command;
    let allowed: &'static [Role] = match command {
        Command::OpenCampaign { .. }
        | Command::PublishResults { .. }
        | Command::PublishProgress { .. }
        | Command::ChangePublicity { .. } => &[Role::Clerk],
        Command::ReceiveDonation { .. } => &[Role::Clerk, Role::Finance, Role::System],
        Command::ReceiveInKind { .. } | Command::ProposeRemittance { .. } => &[Role::Clerk, Role::Finance],
        Command::RefundDonation { .. } | Command::VoidReceipt { .. } => &[Role::Finance],
        Command::IssueReceipt { .. } => &[Role::Finance, Role::System],
        Command::CloseCampaign { .. } => &[Role::Clerk, Role::System],
        Command::RejectRemittance { .. } | Command::Remit { .. } => &[Role::Approver],
        Command::RequestDonorErasure { .. } => &[Role::Clerk, Role::Reviewer],
        Command::RejectDonorErasure { .. } | Command::EraseDonor { .. } => &[Role::Reviewer, Role::Approver],
    };
    if allowed.contains(&role) {
        Ok(())
    } else {
        Err(CampaignError::RoleNotAllowed { command: command.name(), allowed })
    }
}

fn filled(text: &str, most: usize, field: &'static str) -> Result<(), CampaignError> {
    let missing = text.trim().is_empty() || text.chars().count() > most;
    if missing { Err(CampaignError::TextMissing { field }) } else { Ok(()) }
}

fn positive(amount: Money) -> Result<(), CampaignError> {
    if amount.is_positive() { Ok(()) } else { Err(CampaignError::AmountNotPositive) }
}

fn not_future(day: NaiveDate, context: &Context) -> Result<(), CampaignError> {
    if day > context.today { Err(CampaignError::DayInFuture { day }) } else { Ok(()) }
}

fn not_before(day: NaiveDate, earliest: NaiveDate) -> Result<(), CampaignError> {
    if day < earliest { Err(CampaignError::DayTooEarly { day, earliest }) } else { Ok(()) }
}
