//! 捐赠人信息删除: one asks, another decides, and only when the law no longer keeps the vouchers.
//!
//! A donor's name is on vouchers: what the gift was booked by, and its receipt. 会计档案管理办法 keeps them for 30 years after
//! the accounting year. Gift, receipt number and totals stay for ever; they name nobody.

use chrono::NaiveDate;

use super::{Decision, filled, not_future};
use crate::aggregate::Context;
use crate::campaign::{Campaign, CampaignError, CampaignEvent, DonorRecord};
use crate::ids::PersonId;
use crate::personal::RetentionClass;
use crate::retention::Withheld;

/// A step and what it counts from.
#[derive(Clone, Copy)]
pub(super) struct Dated {
    /// When the log took the last event on the donor's gifts: dating a gift back does not shorten the time.
    pub recorded_on: NaiveDate,
    /// The day of the step.
    pub on: NaiveDate,
}

impl Campaign {
    pub(super) fn request_donor_erasure(
        &self,
        donor: PersonId,
        basis: String,
        dated: Dated,
        context: &Context,
    ) -> Decision {
        let book = self.opened()?;
        let voucher_on = book.last_voucher_on(donor).ok_or(CampaignError::DonorUnknown)?;
        let by = context.actor.id.clone();
        match book.donors.get(&donor) {
            Some(DonorRecord::Erased { .. }) => return Ok(vec![]),
            Some(DonorRecord::Requested { basis: known, by: known_by, .. }) => {
                let same = *known == basis && *known_by == by;
                return if same { Ok(vec![]) } else { Err(CampaignError::ErasureRequested) };
            }
            Some(DonorRecord::Rejected { .. }) | None => {}
        }
        filled(&basis, 200, "basis")?;
        not_future(dated.on, context)?;
        kept_no_longer(voucher_on, dated, context)?;
        Ok(vec![CampaignEvent::DonorErasureRequested { donor, basis, by, requested_on: dated.on }])
    }

    pub(super) fn reject_donor_erasure(
        &self,
        donor: PersonId,
        reason: String,
        rejected_on: NaiveDate,
        context: &Context,
    ) -> Decision {
        match self.opened()?.donors.get(&donor) {
            Some(DonorRecord::Rejected { reason: known, .. }) if *known == reason => return Ok(vec![]),
            Some(DonorRecord::Requested { .. }) => {}
            _ => return Err(CampaignError::ErasureNotRequested),
        }
        filled(&reason, 200, "reason")?;
        not_future(rejected_on, context)?;
        let by = context.actor.id.clone();
        Ok(vec![CampaignEvent::DonorErasureRejected { donor, reason, by, rejected_on }])
    }

    pub(super) fn erase_donor(&self, donor: PersonId, dated: Dated, context: &Context) -> Decision {
        let book = self.opened()?;
        let voucher_on = book.last_voucher_on(donor).ok_or(CampaignError::DonorUnknown)?;
        let basis = match book.donors.get(&donor) {
            Some(DonorRecord::Erased { .. }) => return Ok(vec![]),
            Some(DonorRecord::Requested { by, .. }) if *by == context.actor.id => {
                return Err(CampaignError::FourEyes);
            }
            Some(DonorRecord::Requested { basis, .. }) => basis.clone(),
            Some(DonorRecord::Rejected { .. }) | None => return Err(CampaignError::ErasureNotRequested),
        };
        not_future(dated.on, context)?;
        kept_no_longer(voucher_on, dated, context)?;
        let by = context.actor.id.clone();
        Ok(vec![CampaignEvent::DonorErased { donor, basis, by, erased_on: dated.on }])
    }
}

fn kept_no_longer(voucher_on: NaiveDate, dated: Dated, context: &Context) -> Result<(), CampaignError> {
    let class = RetentionClass::Vouchers;
    let from = class.erasable_from(voucher_on.max(dated.recorded_on));
    if context.today < from {
        return Err(CampaignError::Withheld(Withheld::RetentionRuns { class, from }));
    }
    Ok(())
}
