//! What an event does to the gifts of a campaign. `None` where it cannot follow, or a sum leaves the range of money.

use std::collections::btree_map::Entry;

use chrono::NaiveDate;

use super::book::{
    DonorRecord, Gift, GiftBook, InKind, Progress, Receipt, ReceiptEntry, Refund, Remittance, RemittanceStep,
    Voided,
};
use super::command::Publication;
use super::event::{CampaignEvent, Donation, InKindGift, Publicity};
use crate::ids::DonationId;
use crate::money::Money;

impl GiftBook {
    pub(super) fn evolve(&mut self, event: &CampaignEvent) -> Option<()> {
        use CampaignEvent as Event;
        match event {
            Event::DonationReceived { donation } => self.receive(donation),
            Event::InKindReceived { gift } => self.receive_in_kind(gift),
            Event::DonationRefunded { donation_id, amount, refunded_on, refund_number } => {
                let number = refund_number.clone();
                self.refund(*donation_id, Refund { amount: *amount, refunded_on: *refunded_on, number })
            }
            Event::PublicityChanged { donation_id, publicity, .. } => {
                *self.publicity_mut(*donation_id)? = *publicity;
                Some(())
            }
            Event::ReceiptIssued { donation_id, receipt_number, issued_on, amount } => {
                self.issue(*donation_id, *receipt_number, *issued_on, *amount)
            }
            Event::ReceiptVoided { donation_id, receipt_number, reason, voided_on } => {
                let voided = Voided { reason: reason.clone(), voided_on: *voided_on };
                self.receipts.get_mut(receipt_number)?.voided = Some(voided);
                *self.receipt_mut(*donation_id)? = Receipt::NotIssued;
                Some(())
            }
            Event::ProgressPublished { total, donation_count, list, published_on } => {
                let (total, donation_count, list) = (*total, *donation_count, Some(list.clone()));
                let publication = Publication { total, donation_count, list };
                self.progress.push(Progress { publication, published_on: *published_on });
                Some(())
            }
            Event::RemittanceProposed { .. }
            | Event::RemittanceRejected { .. }
            | Event::DonationRemitted { .. } => self.evolve_remittance(event),
            Event::DonorErasureRequested { .. }
            | Event::DonorErasureRejected { .. }
            | Event::DonorErased { .. } => self.evolve_donor(event),
            Event::CampaignOpened { .. } | Event::CampaignClosed { .. } | Event::ResultsPublished { .. } => {
                None
            }
        }
    }

    fn receive(&mut self, donation: &Donation) -> Option<()> {
        let received = self.received.plus(donation.amount).ok()?;
        if self.in_kind.contains_key(&donation.donation_id) {
            return None;
        }
        let Entry::Vacant(place) = self.gifts.entry(donation.donation_id) else { return None };
        place.insert(Gift::of(donation));
        self.received = received;
        self.latest_gift_on = self.latest_gift_on.max(donation.received_on);
        Some(())
    }

    fn receive_in_kind(&mut self, gift: &InKindGift) -> Option<()> {
        let value = self.in_kind_value.plus(gift.goods.fair_value).ok()?;
        if self.gifts.contains_key(&gift.donation_id) {
            return None;
        }
        let Entry::Vacant(place) = self.in_kind.entry(gift.donation_id) else { return None };
        place.insert(InKind::of(gift));
        self.in_kind_value = value;
        self.latest_gift_on = self.latest_gift_on.max(gift.received_on);
        Some(())
    }

    fn refund(&mut self, donation_id: DonationId, refund: Refund) -> Option<()> {
        let refunded = self.refunded.plus(refund.amount).ok()?;
        self.gifts.get_mut(&donation_id)?.refunds.push(refund);
        self.refunded = refunded;
        Some(())
    }

    fn issue(
        &mut self,
        donation_id: DonationId,
        number: u32,
        issued_on: NaiveDate,
        amount: Option<Money>,
    ) -> Option<()> {
        let amount = amount.unwrap_or(self.certified(donation_id)?.amount);
        *self.receipt_mut(donation_id)? = Receipt::Issued(number);
        self.receipts.insert(number, ReceiptEntry { donation_id, amount, issued_on, voided: None });
        self.last_receipt = number;
        Some(())
    }

    fn publicity_mut(&mut self, donation_id: DonationId) -> Option<&mut Publicity> {
        let goods = self.in_kind.get_mut(&donation_id).map(|gift| &mut gift.publicity);
        self.gifts.get_mut(&donation_id).map(|gift| &mut gift.publicity).or(goods)
    }

    fn receipt_mut(&mut self, donation_id: DonationId) -> Option<&mut Receipt> {
        let goods = self.in_kind.get_mut(&donation_id).map(|gift| &mut gift.receipt);
        self.gifts.get_mut(&donation_id).map(|gift| &mut gift.receipt).or(goods)
    }

    fn evolve_remittance(&mut self, event: &CampaignEvent) -> Option<()> {
        match event {
            CampaignEvent::RemittanceProposed { remittance_id, recipient, amount, by, proposed_on } => {
                let remittance = Remittance {
                    recipient: recipient.clone(),
                    amount: *amount,
                    proposed_by: by.clone(),
                    proposed_on: *proposed_on,
                    step: RemittanceStep::Proposed,
                };
                self.remittances.insert(*remittance_id, remittance);
            }
            CampaignEvent::RemittanceRejected { remittance_id, reason, rejected_on, .. } => {
                let (reason, rejected_on) = (reason.clone(), *rejected_on);
                let remittance = self.remittances.get_mut(remittance_id)?;
                remittance.step = RemittanceStep::Rejected { reason, rejected_on };
            }
            CampaignEvent::DonationRemitted { remittance_id, amount, reference, remitted_on, .. } => {
                let remitted = self.remitted.plus(*amount).ok()?;
                let (reference, remitted_on) = (reference.clone(), *remitted_on);
                let remittance = self.remittances.get_mut(remittance_id)?;
                remittance.step = RemittanceStep::Remitted { reference, remitted_on };
                self.remitted = remitted;
            }
            _ => return None,
        }
        Some(())
    }

    fn evolve_donor(&mut self, event: &CampaignEvent) -> Option<()> {
        let (donor, record) = match event {
            CampaignEvent::DonorErasureRequested { donor, basis, by, requested_on } => {
                let (basis, by, requested_on) = (basis.clone(), by.clone(), *requested_on);
                (donor, DonorRecord::Requested { basis, by, requested_on })
            }
            CampaignEvent::DonorErasureRejected { donor, reason, rejected_on, .. } => {
                (donor, DonorRecord::Rejected { reason: reason.clone(), rejected_on: *rejected_on })
            }
            CampaignEvent::DonorErased { donor, erased_on, .. } => {
                (donor, DonorRecord::Erased { erased_on: *erased_on })
            }
            _ => return None,
        };
        self.donors.insert(*donor, record);
        Some(())
    }
}
