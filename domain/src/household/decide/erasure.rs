//! Erasing a person: one asks, another decides, and the law's time is over. Until then the values can be restricted.

use chrono::NaiveDate;

use crate::ids::PersonId;
use crate::personal::RetentionClass;
use crate::retention::Holdings;

use super::super::{
    ErasureRequest, ErasureStep, Handling, HouseholdError, HouseholdEvent as Event, Member, PersonalRecord,
    RegisteredHousehold,
};
use super::{Decision, Now, ensure, is_filled};

impl RegisteredHousehold {
    pub(super) fn request_erasure(
        &self,
        person_id: PersonId,
        (through, basis): (RetentionClass, String),
        holdings: &Holdings,
        requested_on: NaiveDate,
        now: Now,
    ) -> Decision {
        ensure(is_filled(&basis, 200), HouseholdError::BasisInvalid)?;
        now.check_past(requested_on)?;
        let member = self.member_ever(person_id)?;
        if member.is_erased_through(through) {
            return Ok(vec![]);
        }
        let request = ErasureRequest { through, basis, requested_on, by: now.by() };
        if let ErasureStep::Requested(known) = &member.erasure {
            ensure(*known == request, HouseholdError::ErasureRequested { person: person_id })?;
            return Ok(vec![]);
        }
        holdings.check(through, now.today)?;
        let ErasureRequest { through, basis, requested_on, by } = request;
        Ok(vec![Event::ErasureRequested { person_id, through, basis, requested_on, by }])
    }

    pub(super) fn reject_erasure(
        &self,
        person_id: PersonId,
        reason: String,
        rejected_on: NaiveDate,
        now: Now,
    ) -> Decision {
        ensure(is_filled(&reason, 200), HouseholdError::ReasonInvalid)?;
        now.check_past(rejected_on)?;
        let member = self.member_ever(person_id)?;
        let same = ErasureStep::Rejected { reason: reason.clone(), rejected_on };
        if member.erasure == same {
            return Ok(vec![]);
        }
        let ErasureStep::Requested(_) = &member.erasure else {
            return Err(HouseholdError::ErasureNotRequested { person: person_id });
        };
        Ok(vec![Event::ErasureRejected { person_id, reason, rejected_on, by: now.by() }])
    }

    pub(super) fn erase_person(
        &self,
        person_id: PersonId,
        holdings: &Holdings,
        erased_on: NaiveDate,
        now: Now,
    ) -> Decision {
        now.check_past(erased_on)?;
        let member = self.member_ever(person_id)?;
        let ErasureStep::Requested(request) = &member.erasure else {
            let erased = member.record != PersonalRecord::Kept;
            ensure(erased, HouseholdError::ErasureNotRequested { person: person_id })?;
            return Ok(vec![]);
        };
        let by = now.by();
        ensure(request.by != by, HouseholdError::FourEyes)?;
        holdings.check(request.through, now.today)?;
        let basis = request.basis.clone();
        Ok(vec![match request.through {
            RetentionClass::CaseWork => Event::CaseWorkErased { person_id, basis, erased_on, by },
            RetentionClass::Vouchers => Event::PersonErased { person_id, basis, erased_on, by },
        }])
    }

    pub(super) fn restrict(
        &self,
        person_id: PersonId,
        basis: String,
        holdings: &Holdings,
        restricted_on: NaiveDate,
        now: Now,
    ) -> Decision {
        ensure(is_filled(&basis, 200), HouseholdError::BasisInvalid)?;
        now.check_past(restricted_on)?;
        let member = self.kept_member(person_id)?;
        if member.is_restricted() {
            return Ok(vec![]);
        }
        holdings.check_at_rest()?;
        Ok(vec![Event::ProcessingRestricted { person_id, basis, restricted_on, by: now.by() }])
    }

    pub(super) fn lift_restriction(
        &self,
        person_id: PersonId,
        reason: String,
        lifted_on: NaiveDate,
        now: Now,
    ) -> Decision {
        ensure(is_filled(&reason, 200), HouseholdError::ReasonInvalid)?;
        now.check_past(lifted_on)?;
        let member = self.kept_member(person_id)?;
        if member.handling == (Handling::Lifted { reason: reason.clone(), lifted_on }) {
            return Ok(vec![]);
        }
        ensure(member.is_restricted(), HouseholdError::NotRestricted { person: person_id })?;
        Ok(vec![Event::RestrictionLifted { person_id, reason, lifted_on, by: now.by() }])
    }

    fn member_ever(&self, person: PersonId) -> Result<&Member, HouseholdError> {
        self.members.get(&person).ok_or(HouseholdError::NotAMember { person })
    }
}
