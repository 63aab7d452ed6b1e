//! 附件: scans and photographs of papers, kept once, never changed, withdrawn with a reason.

use chrono::NaiveDate;

use crate::ids::{AttachmentId, PersonId};

use super::super::{
    ATTACHMENT_BYTES_MAX, ATTACHMENTS_MAX, Attachment, HeldAttachment, HouseholdError,
    HouseholdEvent as Event, Member, RegisteredHousehold,
};
use super::{Decision, Now, ensure, is_filled};

impl RegisteredHousehold {
    /// Papers of somebody who left or died are kept too: a death certificate comes after the death.
    pub(super) fn keep_attachment(&self, person_id: PersonId, attachment: Attachment, now: Now) -> Decision {
        ensure((1..=ATTACHMENT_BYTES_MAX).contains(&attachment.byte_count), HouseholdError::AttachmentSize)?;
        let digest = &attachment.sealed_sha256;
        let hashed =
            digest.len() == 64 && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        ensure(hashed, HouseholdError::AttachmentHashInvalid)?;
        now.check_past(attachment.kept_on)?;
        let member = self.open_member(person_id)?;
        if let Some(held) = member.attachment(attachment.attachment_id) {
            // sealed anew, the same bytes have another hash: the id says that they are the same
            let (known, new) = (&held.attachment, &attachment);
            let same =
                held.is_kept() && known.media_type == new.media_type && known.byte_count == new.byte_count;
            ensure(same && known.kind == new.kind, HouseholdError::AttachmentDiffers)?;
            return Ok(vec![]);
        }
        let kept = member.attachments.iter().filter(|held| held.is_kept()).count();
        ensure(kept < ATTACHMENTS_MAX, HouseholdError::AttachmentsFull)?;
        Ok(vec![Event::AttachmentKept { person_id, attachment, by: now.by() }])
    }

    pub(super) fn withdraw_attachment(
        &self,
        person_id: PersonId,
        attachment_id: AttachmentId,
        (reason, withdrawn_on): (String, NaiveDate),
        now: Now,
    ) -> Decision {
        ensure(is_filled(&reason, 200), HouseholdError::ReasonInvalid)?;
        now.check_past(withdrawn_on)?;
        let member = self.open_member(person_id)?;
        let held = member.attachment(attachment_id).ok_or(HouseholdError::AttachmentUnknown)?;
        if !HeldAttachment::is_kept(held) {
            return Ok(vec![]);
        }
        ensure(withdrawn_on >= held.attachment.kept_on, HouseholdError::WithdrawnBeforeKept)?;
        Ok(vec![Event::AttachmentWithdrawn { person_id, attachment_id, reason, withdrawn_on, by: now.by() }])
    }

    /// The person, neither erased nor restricted.
    fn open_member(&self, person: PersonId) -> Result<&Member, HouseholdError> {
        let member = self.kept_member(person)?;
        ensure(!member.is_restricted(), HouseholdError::PersonRestricted { person })?;
        Ok(member)
    }
}
