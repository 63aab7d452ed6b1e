//! 善款转交: one proposes, another approves; the fund is debited in the same moment.

use chrono::NaiveDate;

use super::{Decision, filled, not_before, not_future, positive};
use crate::aggregate::Context;
use crate::campaign::{Campaign, CampaignError, CampaignEvent, Remittance, RemittanceStep};
use crate::ids::RemittanceId;
use crate::money::Money;

/// What is proposed.
pub(super) struct Proposal {
    pub recipient: String,
    pub amount: Money,
    pub proposed_on: NaiveDate,
}

/// What was transferred.
#[derive(PartialEq, Eq)]
pub(super) struct Transfer {
    pub reference: String,
    pub remitted_on: NaiveDate,
}

impl Campaign {
    pub(super) fn propose(
        &self,
        remittance_id: RemittanceId,
        proposal: Proposal,
        context: &Context,
    ) -> Decision {
        let book = self.opened()?;
        let Proposal { recipient, amount, proposed_on } = proposal;
        let by = context.actor.id.clone();
        if let Some(known) = book.remittances.get(&remittance_id) {
            let same = known.recipient == recipient && known.amount == amount && known.proposed_by == by;
            return if same { Ok(vec![]) } else { Err(CampaignError::RemittanceDiffers) };
        }
        filled(&recipient, 100, "recipient")?;
        positive(amount)?;
        not_future(proposed_on, context)?;
        not_before(proposed_on, book.terms.opens_on)?;
        let left = book.not_remitted();
        if amount > left {
            return Err(CampaignError::RemittanceAboveTotal { amount, left });
        }
        Ok(vec![CampaignEvent::RemittanceProposed { remittance_id, recipient, amount, by, proposed_on }])
    }

    pub(super) fn reject_remittance(
        &self,
        remittance_id: RemittanceId,
        reason: String,
        rejected_on: NaiveDate,
        context: &Context,
    ) -> Decision {
        let remittance = self.remittance(remittance_id)?;
        match &remittance.step {
            RemittanceStep::Rejected { reason: known, .. } if *known == reason => return Ok(vec![]),
            RemittanceStep::Proposed => {}
            _ => return Err(CampaignError::RemittanceDecided),
        }
        filled(&reason, 200, "reason")?;
        not_future(rejected_on, context)?;
        not_before(rejected_on, remittance.proposed_on)?;
        let by = context.actor.id.clone();
        Ok(vec![CampaignEvent::RemittanceRejected { remittance_id, reason, by, rejected_on }])
    }

    pub(super) fn remit(
        &self,
        remittance_id: RemittanceId,
        transfer: Transfer,
        context: &Context,
    ) -> Decision {
        let remittance = self.remittance(remittance_id)?;
        let Transfer { reference, remitted_on } = transfer;
        match &remittance.step {
            RemittanceStep::Remitted { reference: known, .. } if *known == reference => return Ok(vec![]),
            RemittanceStep::Proposed => {}
            _ => return Err(CampaignError::RemittanceDecided),
        }
        let by = context.actor.id.clone();
        if remittance.proposed_by == by {
            return Err(CampaignError::FourEyes);
        }
        filled(&reference, 100, "reference")?;
        not_future(remitted_on, context)?;
        not_before(remitted_on, remittance.proposed_on)?;
        let book = self.opened()?;
        if book.has_voucher(&reference) {
            return Err(CampaignError::ReferenceTaken);
        }
        let (amount, left) = (remittance.amount, book.not_remitted());
        if amount > left {
            return Err(CampaignError::RemittanceAboveTotal { amount, left });
        }
        Ok(vec![CampaignEvent::DonationRemitted { remittance_id, amount, reference, by, remitted_on }])
    }

    fn remittance(&self, remittance_id: RemittanceId) -> Result<&Remittance, CampaignError> {
        self.opened()?.remittances.get(&remittance_id).ok_or(CampaignError::RemittanceUnknown)
    }
}
