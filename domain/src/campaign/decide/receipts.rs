//! 公益事业捐赠票据: numbers without gaps; a voided one keeps its number.

use chrono::NaiveDate;

use super::{Decision, filled, not_before, not_future};
use crate::aggregate::Context;
use crate::campaign::{Campaign, CampaignError, CampaignEvent, Receipt, Voided};
use crate::ids::DonationId;

impl Campaign {
    pub(super) fn issue(&self, donation_id: DonationId, issued_on: NaiveDate, context: &Context) -> Decision {
        let book = self.opened()?;
        let certified = book.certified(donation_id).ok_or(CampaignError::DonationUnknown)?;
        if matches!(certified.receipt, Receipt::Issued(_)) {
            return Ok(vec![]);
        }
        not_future(issued_on, context)?;
        not_before(issued_on, certified.received_on)?;
        if certified.amount.is_zero() {
            return Err(CampaignError::DonationRefunded);
        }
        let receipt_number = book.last_receipt.checked_add(1).ok_or(CampaignError::AmountOutOfRange)?;
        let amount = Some(certified.amount);
        Ok(vec![CampaignEvent::ReceiptIssued { donation_id, receipt_number, issued_on, amount }])
    }

    pub(super) fn void(&self, receipt_number: u32, voided: Voided, context: &Context) -> Decision {
        let receipt = self.opened()?.receipts.get(&receipt_number).ok_or(CampaignError::ReceiptUnknown)?;
        if let Some(known) = &receipt.voided {
            return if *known == voided { Ok(vec![]) } else { Err(CampaignError::ReceiptVoided) };
        }
        let Voided { reason, voided_on } = voided;
        filled(&reason, 200, "reason")?;
        not_future(voided_on, context)?;
        not_before(voided_on, receipt.issued_on)?;
        let donation_id = receipt.donation_id;
        Ok(vec![CampaignEvent::ReceiptVoided { donation_id, receipt_number, reason, voided_on }])
    }
}
