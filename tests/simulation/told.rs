//! What the log tells: the books added up from its events alone.

use api::check::Seen;
use domain::any_event::AnyEvent;
use domain::campaign::CampaignEvent;
use domain::fund::FundEvent;
use domain::ids::{FundId, PaymentId};
use domain::payment::PaymentEvent;
use eventlog::read::Log;

use crate::books::{Books, Line, Place};

const PAGE: u32 = 5_000;

/// A reader of the log that remembers how far it came.
#[derive(Default)]
pub struct Told {
    pub books: Books,
    next: u64,
}

impl Told {
    /// Reads what was appended since.
    pub async fn read_on(&mut self, log: &Log) {
        loop {
            let page = log.read_from(self.next, PAGE).await.unwrap();
            if page.is_empty() {
                return;
            }
            self.next += page.len() as u64;
            for stored in &page {
                self.hear(&Seen::of(stored));
            }
        }
    }

    pub fn hear(&mut self, seen: &Seen) {
        match seen.event.as_ref().unwrap() {
            AnyEvent::Payment(event) => self.of_payment(seen.stream_id.parse().unwrap(), event),
            AnyEvent::Fund(event) => self.of_fund(seen.stream_id.parse().unwrap(), event),
            AnyEvent::Campaign(CampaignEvent::DonationReceived { donation }) => {
                self.books.gifts.entry(donation.donation_id).or_default().received += donation.amount.fen();
            }
            AnyEvent::Campaign(CampaignEvent::DonationRefunded { donation_id, amount, .. }) => {
                self.books.gifts.entry(*donation_id).or_default().refunded += amount.fen();
            }
            _ => {}
        }
    }

    fn of_payment(&mut self, id: PaymentId, event: &PaymentEvent) {
        match event {
            PaymentEvent::PaymentOrdered { order } => {
                let line = Line {
                    case: order.case_id,
                    month: order.month,
                    attempt: order.attempt,
                    amount: order.amount.fen(),
                    place: Place::Pending,
                    withheld: 0,
                    recovery_opened: 0,
                    recovery_received: 0,
                    recovery_waived: 0,
                };
                self.books.order(id, line);
            }
            PaymentEvent::PaymentSettled { withheld, .. } => {
                self.books.answer(id, Place::Settled);
                self.line(id).withheld += withheld.iter().map(|part| part.amount.fen()).sum::<i64>();
            }
            PaymentEvent::PaymentReturned { .. } => self.books.answer(id, Place::Returned),
            PaymentEvent::ReturnRevoked { .. } => self.books.revoke(id),
            PaymentEvent::RecoveryOpened { amount, .. } => self.line(id).recovery_opened += amount.fen(),
            PaymentEvent::RecoveryReceived { amount, .. } => self.line(id).recovery_received += amount.fen(),
            PaymentEvent::RecoveryWaived { amount, .. } => self.line(id).recovery_waived += amount.fen(),
            PaymentEvent::RecoveryWithdrawn { amount, .. } => self.line(id).recovery_opened -= amount.fen(),
            PaymentEvent::BookingNamed { .. }
            | PaymentEvent::PaymentReissued { .. }
            | PaymentEvent::PaymentCancelled { .. } => {}
        }
    }

    fn line(&mut self, id: PaymentId) -> &mut Line {
        self.books.lines.get_mut(&id).unwrap()
    }

    fn of_fund(&mut self, id: FundId, event: &FundEvent) {
        let fund = self.books.fund(id);
        match event {
            FundEvent::FundOpened { .. }
            | FundEvent::FundYearClosed { .. }
            | FundEvent::FundYearReopened { .. }
            | FundEvent::FundYearCarriedOver { .. } => {}
            FundEvent::MoneyAppropriated { amount, .. }
            | FundEvent::DonationCredited { amount, .. }
            | FundEvent::RecoveryCredited { amount, .. } => fund.received += amount.fen(),
            FundEvent::FundsCommitted { amount, .. } | FundEvent::FundsRecommitted { amount, .. } => {
                fund.committed += amount.fen();
            }
            FundEvent::FundsReleased { amount, .. } => fund.committed -= amount.fen(),
            FundEvent::FundsSpent { amount, .. } => {
                fund.committed -= amount.fen();
                fund.spent += amount.fen();
            }
            FundEvent::DonationsRemitted { amount, .. } => fund.spent += amount.fen(),
        }
    }
}
