//! Gifts come in, go back, and are named as the donor wishes.

use chrono::NaiveDate;

use super::{Decision, not_before, not_future, positive};
use crate::aggregate::Context;
use crate::campaign::{
    Campaign, CampaignError, CampaignEvent, CampaignTerms, Donation, Gift, GiftBook, Goods, InKind,
    InKindGift, Publicity, Refund,
};
use crate::ids::DonationId;

impl Campaign {
    pub(super) fn receive(&self, donation: Donation, command: &'static str, context: &Context) -> Decision {
        let known = self.book().and_then(|book| book.gifts.get(&donation.donation_id));
        if let Some(gift) = known {
            let repeat = gift.was(&donation);
            return if repeat { Ok(vec![]) } else { Err(CampaignError::DonationDiffers) };
        }
        let Campaign::Open(book) = self else { return Err(self.refuses(command)) };
        if book.in_kind.contains_key(&donation.donation_id) {
            return Err(CampaignError::DonationDiffers);
        }
        positive(donation.amount)?;
        if let Some(line) = &donation.statement {
            super::filled(&line.transaction_number, 64, "donation.statement.transaction_number")?;
            if line.fee.is_negative() || line.fee > donation.amount {
                return Err(CampaignError::FeeOutOfRange { fee: line.fee });
            }
        }
        book.within_period(donation.received_on, context)?;
        if book.received.plus(donation.amount).is_err() {
            return Err(CampaignError::AmountOutOfRange);
        }
        Ok(vec![CampaignEvent::DonationReceived { donation }])
    }

    pub(super) fn receive_in_kind(
        &self,
        gift: InKindGift,
        command: &'static str,
        context: &Context,
    ) -> Decision {
        let known = self.book().and_then(|book| book.in_kind.get(&gift.donation_id));
        if let Some(known) = known {
            return if known.was(&gift) { Ok(vec![]) } else { Err(CampaignError::DonationDiffers) };
        }
        let Campaign::Open(book) = self else { return Err(self.refuses(command)) };
        if book.gifts.contains_key(&gift.donation_id) {
            return Err(CampaignError::DonationDiffers);
        }
        let Goods { description, quantity, unit, fair_value, .. } = &gift.goods;
        super::filled(description, 100, "gift.goods.description")?;
        super::filled(unit, 10, "gift.goods.unit")?;
        if *quantity == 0 {
            return Err(CampaignError::QuantityNotPositive);
        }
        positive(*fair_value)?;
        book.within_period(gift.received_on, context)?;
        if book.in_kind_value.plus(*fair_value).is_err() {
            return Err(CampaignError::AmountOutOfRange);
        }
        Ok(vec![CampaignEvent::InKindReceived { gift }])
    }

    pub(super) fn refund(
        &self,
        donation_id: DonationId,
        refund: Refund,
        command: &'static str,
        context: &Context,
    ) -> Decision {
        let book = self.opened()?;
        let gift = book.gifts.get(&donation_id).ok_or(CampaignError::DonationUnknown)?;
        if gift.refunds.contains(&refund) {
            return Ok(vec![]);
        }
        if !matches!(self, Campaign::Open(_) | Campaign::Closed(_)) {
            return Err(self.refuses(command));
        }
        let Refund { amount, refunded_on, number: refund_number } = refund;
        if let Some(number) = &refund_number {
            super::filled(number, 64, "refund_number")?;
            // one number is one refund: the same with another amount or day is somebody's mistake
            if gift.refunds.iter().any(|known| known.number.as_ref() == Some(number)) {
                return Err(CampaignError::RefundDiffers);
            }
        }
        positive(amount)?;
        not_future(refunded_on, context)?;
        not_before(refunded_on, gift.received_on)?;
        let remaining = gift.remaining();
        if amount > remaining {
            return Err(CampaignError::RefundAboveRemaining { amount, remaining });
        }
        let left = book.not_remitted();
        if amount > left {
            return Err(CampaignError::AlreadyRemitted { amount, left });
        }
        Ok(vec![CampaignEvent::DonationRefunded { donation_id, amount, refunded_on, refund_number }])
    }

    pub(super) fn change_publicity(
        &self,
        donation_id: DonationId,
        publicity: Publicity,
        changed_on: NaiveDate,
        context: &Context,
    ) -> Decision {
        let book = self.opened()?;
        let money = book.gifts.get(&donation_id);
        let money = money.map(|gift| (gift.publicity, gift.donor_named, gift.received_on));
        let goods = book.in_kind.get(&donation_id);
        let goods = goods.map(|gift| (gift.publicity, gift.donor_named, gift.received_on));
        let (known, donor_named, received_on) = money.or(goods).ok_or(CampaignError::DonationUnknown)?;
        if known == publicity {
            return Ok(vec![]);
        }
        if publicity != Publicity::Anonymous && !donor_named {
            return Err(CampaignError::DonorNameMissing);
        }
        not_future(changed_on, context)?;
        not_before(changed_on, received_on)?;
        Ok(vec![CampaignEvent::PublicityChanged { donation_id, publicity, changed_on }])
    }
}

impl GiftBook {
    fn within_period(&self, day: NaiveDate, context: &Context) -> Result<(), CampaignError> {
        not_future(day, context)?;
        let CampaignTerms { opens_on, closes_on, .. } = self.terms;
        if (opens_on..=closes_on).contains(&day) {
            Ok(())
        } else {
            Err(CampaignError::OutsidePeriod { day, opens_on, closes_on })
        }
    }
}

impl Gift {
    /// Whether it is this donation. The sealed name is not compared: sealing it again gives other ciphertext.
    fn was(&self, donation: &Donation) -> bool {
        self.donor == donation.donor
            && self.publicity_given == donation.publicity
            && self.amount == donation.amount
            && self.method == donation.method
            && self.received_on == donation.received_on
            && self.statement == donation.statement
    }
}

impl InKind {
    /// Whether it is this gift; the sealed name is not compared.
    fn was(&self, gift: &InKindGift) -> bool {
        self.donor == gift.donor
            && self.publicity_given == gift.publicity
            && self.goods == gift.goods
            && self.received_on == gift.received_on
    }
}
