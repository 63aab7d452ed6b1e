//! Deciding on a campaign: one function for each command, each a ladder of guards with the happy path last.

use chrono::NaiveDate;

use super::command::{CampaignCommand, CampaignTerms};
use super::error::CampaignError;
use super::event::{CampaignEvent, Donation};
use super::state::{Campaign, Closed, Gift, GiftBook, Receipt, Refund};
use crate::actor::Role;
use crate::aggregate::{Context, Decider, ImpossibleEvent};
use crate::ids::DonationId;
use crate::money::Money;

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
            Command::RefundDonation { donation_id, amount, refunded_on } => {
                self.refund(donation_id, Refund { amount, refunded_on }, name, context)
            }
            Command::IssueReceipt { donation_id, issued_on } => self.issue(donation_id, issued_on, context),
            Command::CloseCampaign { closed_on } => self.close(closed_on, name, context),
            Command::PublishResults { total, donation_count, published_on } => {
                self.publish(Results { total, donation_count }, published_on, name, context)
            }
        }
    }

    fn try_evolve(&mut self, event: &CampaignEvent) -> Result<(), ImpossibleEvent> {
        self.evolve(event)
    }
}

/// What a publication says.
#[derive(PartialEq, Eq)]
struct Results {
    total: Money,
    donation_count: u64,
}

impl Campaign {
    fn open(&self, terms: CampaignTerms) -> Decision {
        if let Some(book) = self.book() {
            return if book.terms == terms { Ok(vec![]) } else { Err(CampaignError::CampaignExists) };
        }
        filled(&terms.name, 100, "terms.name")?;
        filled(&terms.organiser, 100, "terms.organiser")?;
        filled(&terms.purpose, 500, "terms.purpose")?;
        if terms.closes_on < terms.opens_on {
            return Err(CampaignError::PeriodReversed);
        }
        Ok(vec![terms.into_event()])
    }

    fn receive(&self, donation: Donation, command: &'static str, context: &Context) -> Decision {
        let known = self.book().and_then(|book| book.gifts.get(&donation.donation_id));
        if let Some(gift) = known {
            let repeat = gift.was(&donation);
            return if repeat { Ok(vec![]) } else { Err(CampaignError::DonationDiffers) };
        }
        let Campaign::Open(book) = self else { return Err(self.refuses(command)) };
        positive(donation.amount)?;
        not_future(donation.received_on, context)?;
        let CampaignTerms { opens_on, closes_on, .. } = book.terms;
        if !(opens_on..=closes_on).contains(&donation.received_on) {
            return Err(CampaignError::OutsidePeriod { day: donation.received_on, opens_on, closes_on });
        }
        if book.received.plus(donation.amount).is_err() {
            return Err(CampaignError::AmountOutOfRange);
        }
        Ok(vec![CampaignEvent::DonationReceived { donation }])
    }

    fn refund(
        &self,
        donation_id: DonationId,
        refund: Refund,
        command: &'static str,
        context: &Context,
    ) -> Decision {
        let gift = self.gift(donation_id)?;
        if gift.refunds.contains(&refund) {
            return Ok(vec![]);
        }
        if !matches!(self, Campaign::Open(_) | Campaign::Closed(_)) {
            return Err(self.refuses(command));
        }
        let Refund { amount, refunded_on } = refund;
        positive(amount)?;
        not_future(refunded_on, context)?;
        not_before(refunded_on, gift.received_on)?;
        let remaining = gift.remaining();
        if amount > remaining {
            return Err(CampaignError::RefundAboveRemaining { amount, remaining });
        }
        Ok(vec![CampaignEvent::DonationRefunded { donation_id, amount, refunded_on }])
    }

    fn issue(&self, donation_id: DonationId, issued_on: NaiveDate, context: &Context) -> Decision {
        let book = self.opened()?;
        let gift = self.gift(donation_id)?;
        if matches!(gift.receipt, Receipt::Issued(_)) {
            return Ok(vec![]);
        }
        not_future(issued_on, context)?;
        not_before(issued_on, gift.received_on)?;
        if gift.remaining().is_zero() {
            return Err(CampaignError::DonationRefunded);
        }
        let receipt_number = book.last_receipt.checked_add(1).ok_or(CampaignError::AmountOutOfRange)?;
        Ok(vec![CampaignEvent::ReceiptIssued { donation_id, receipt_number, issued_on }])
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

    fn publish(
        &self,
        results: Results,
        published_on: NaiveDate,
        command: &'static str,
        context: &Context,
    ) -> Decision {
        let Closed { book, closed_on } = match self {
            Campaign::Published(published)
                if published.published_on == published_on && published.book.results() == results =>
            {
                return Ok(vec![]);
            }
            Campaign::Closed(closed) => closed,
            _ => return Err(self.refuses(command)),
        };
        not_future(published_on, context)?;
        not_before(published_on, *closed_on)?;
        let Results { total, donation_count } = book.results();
        if results != book.results() {
            return Err(CampaignError::ResultsDisagree { total, donation_count });
        }
        Ok(vec![CampaignEvent::ResultsPublished { total, donation_count, published_on }])
    }

    fn opened(&self) -> Result<&GiftBook, CampaignError> {
        self.book().ok_or(CampaignError::CampaignUnknown)
    }

    fn gift(&self, donation_id: DonationId) -> Result<&Gift, CampaignError> {
        self.opened()?.gifts.get(&donation_id).ok_or(CampaignError::DonationUnknown)
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
        let CampaignTerms { campaign_id, name, organiser, purpose, fund_id, opens_on, closes_on } = self;
        CampaignEvent::CampaignOpened { campaign_id, name, organiser, purpose, fund_id, opens_on, closes_on }
    }
}

impl GiftBook {
    fn results(&self) -> Results {
        Results { total: self.total(), donation_count: self.donation_count() }
    }
}

impl Gift {
    /// Whether it is this donation. The sealed name is not compared: sealing it again gives other ciphertext.
    fn was(&self, donation: &Donation) -> bool {
        self.donor == donation.donor
            && self.publicity == donation.publicity
            && self.amount == donation.amount
            && self.method == donation.method
            && self.received_on == donation.received_on
    }
}

fn role_may(command: &CampaignCommand, role: Role) -> Result<(), CampaignError> {
    use CampaignCommand as Command;
    let allowed: &[Role] = match command {
        Command::OpenCampaign { .. } | Command::PublishResults { .. } => &[Role::Clerk],
        Command::ReceiveDonation { .. } => &[Role::Clerk, Role::Finance, Role::System],
        Command::RefundDonation { .. } => &[Role::Finance],
        Command::IssueReceipt { .. } => &[Role::Finance, Role::System],
        Command::CloseCampaign { .. } => &[Role::Clerk, Role::System],
    };
    if allowed.contains(&role) {
        Ok(())
    } else {
        Err(CampaignError::RoleNotAllowed { command: command.name() })
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
