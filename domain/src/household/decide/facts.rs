//! What holds of a household and its members from a day on.

use chrono::NaiveDate;

use crate::ids::PersonId;
use crate::personal::Sealed;
use crate::policy::{CareLevel, Circumstances, DisabilityCertificate, Income, MemberStatus, Property};

use super::super::{
    Destination, HouseholdError, HouseholdEvent as Event, IncomeBasis, IncomeRecord, Member, PayeeAccount,
    RegisteredHousehold,
};
use super::{Decision, Now, already_recorded, ensure, is_filled};

/// How many entries one income record may have.
const INCOMES_MAX: usize = 20;

impl RegisteredHousehold {
    pub(super) fn change_member_status(
        &self,
        person_id: PersonId,
        status: MemberStatus,
        since: NaiveDate,
        now: Now,
    ) -> Decision {
        now.check_fact(since)?;
        let member = self.member_on(person_id, since)?;
        if already_recorded(&member.status, since, &status) {
            return Ok(vec![]);
        }
        Ok(vec![Event::MemberStatusChanged { person_id, status, since, by: now.by() }])
    }

    pub(super) fn declare_income(&self, income: Vec<Income>, since: NaiveDate, now: Now) -> Decision {
        check_income(&income)?;
        now.check_fact(since)?;
        let record = IncomeRecord { income, basis: IncomeBasis::Declared };
        if already_recorded(&self.income, since, &record) {
            return Ok(vec![]);
        }
        let verified =
            self.income.iter().any(|(day, known)| day == since && known.basis != IncomeBasis::Declared);
        ensure(!verified, HouseholdError::IncomeAlreadyVerified)?;
        Ok(vec![Event::IncomeDeclared { income: record.income, since, by: now.by() }])
    }

    pub(super) fn verify_income(
        &self,
        income: Vec<Income>,
        since: NaiveDate,
        report: String,
        now: Now,
    ) -> Decision {
        check_income(&income)?;
        ensure(is_filled(&report, 64), HouseholdError::ReportInvalid)?;
        now.check_fact(since)?;
        let record =
            IncomeRecord { income: income.clone(), basis: IncomeBasis::Verified { report: report.clone() } };
        if already_recorded(&self.income, since, &record) {
            return Ok(vec![]);
        }
        Ok(vec![Event::IncomeVerified { income, since, report, by: now.by() }])
    }

    pub(super) fn declare_property(&self, property: Property, since: NaiveDate, now: Now) -> Decision {
        let negative = property.cash_assets.is_some_and(|cash| cash.is_negative());
        ensure(!negative, HouseholdError::PropertyInvalid)?;
        now.check_fact(since)?;
        if already_recorded(&self.property, since, &property) {
            return Ok(vec![]);
        }
        Ok(vec![Event::PropertyDeclared { property, since, by: now.by() }])
    }

    pub(super) fn change_residence(
        &self,
        person_id: PersonId,
        destination: Destination,
        moved_on: NaiveDate,
        now: Now,
    ) -> Decision {
        now.check_past(moved_on)?;
        let member = self.member_on(person_id, moved_on)?;
        if already_recorded(&member.residence, moved_on, &destination) {
            return Ok(vec![]);
        }
        Ok(vec![Event::ResidenceChanged { person_id, destination, moved_on, by: now.by() }])
    }

    pub(super) fn change_account(
        &self,
        person_id: PersonId,
        payee: PayeeAccount,
        since: NaiveDate,
        now: Now,
    ) -> Decision {
        let index = payee.account_index.as_str();
        let is_hex = index.len() == 64 && index.bytes().all(|byte| byte.is_ascii_hexdigit());
        ensure(is_hex, HouseholdError::AccountIndexInvalid)?;
        now.check_fact(since)?;
        let member = self.member_on(person_id, since)?;
        let holder = self.members.get(&payee.holder);
        ensure(holder.is_some_and(Member::is_present), HouseholdError::HolderNotAMember)?;
        // ciphertext differs each time it is made, so the index tells whether the account is the same
        let same = |known: &PayeeAccount| {
            (&known.account_index, known.holder) == (&payee.account_index, payee.holder)
        };
        if member.account.iter().any(|(day, known)| day == since && same(known)) {
            return Ok(vec![]);
        }
        let PayeeAccount { account, account_index, holder } = payee;
        Ok(vec![Event::AccountChanged { person_id, account, account_index, holder, since, by: now.by() }])
    }

    pub(super) fn certify_disability(
        &self,
        person_id: PersonId,
        certificate: Sealed<DisabilityCertificate>,
        since: NaiveDate,
        now: Now,
    ) -> Decision {
        now.check_fact(since)?;
        let member = self.member_on(person_id, since)?;
        if already_recorded(&member.certificate, since, &certificate) {
            return Ok(vec![]);
        }
        Ok(vec![Event::DisabilityCertified { person_id, certificate, since, by: now.by() }])
    }

    pub(super) fn assess_care_level(
        &self,
        person_id: PersonId,
        level: Sealed<CareLevel>,
        since: NaiveDate,
        now: Now,
    ) -> Decision {
        now.check_past(since)?;
        let member = self.member_on(person_id, since)?;
        if already_recorded(&member.care_level, since, &level) {
            return Ok(vec![]);
        }
        Ok(vec![Event::CareLevelAssessed { person_id, level, since, by: now.by() }])
    }

    pub(super) fn record_circumstances(
        &self,
        person_id: PersonId,
        circumstances: Sealed<Circumstances>,
        since: NaiveDate,
        now: Now,
    ) -> Decision {
        now.check_fact(since)?;
        let member = self.member_on(person_id, since)?;
        if already_recorded(&member.circumstances, since, &circumstances) {
            return Ok(vec![]);
        }
        Ok(vec![Event::CircumstancesRecorded { person_id, circumstances, since, by: now.by() }])
    }

    /// The member, of whom something may be recorded for `day`: not erased or restricted, not dead nor gone by then. A fact
    /// that comes late, for a day before the end, is still recorded.
    fn member_on(&self, person: PersonId, day: NaiveDate) -> Result<&Member, HouseholdError> {
        let member = self.kept_member(person)?;
        ensure(!member.is_restricted(), HouseholdError::PersonRestricted { person })?;
        ensure(member.died_on().is_none_or(|died_on| day <= died_on), HouseholdError::AfterDeath)?;
        let left_on = member.stays.last().and_then(|stay| stay.until);
        ensure(left_on.is_none_or(|left_on| day <= left_on), HouseholdError::MemberHasLeft { person })?;
        Ok(member)
    }
}

fn check_income(income: &[Income]) -> Result<(), HouseholdError> {
    let negative = income.iter().any(|income| income.amount.is_negative());
    ensure(!negative && income.len() <= INCOMES_MAX, HouseholdError::IncomeInvalid)
}
