//! Who belongs to a household: registration, joining, leaving, death.

use chrono::NaiveDate;

use crate::aggregate::Context;
use crate::ids::PersonId;
use crate::policy::Relation;

use super::super::{
    Household, HouseholdCommand, HouseholdError, HouseholdEvent, Life, Member, NewMember, RegisteredHousehold,
};
use super::{Decision, MEMBERS_MAX, Now, ensure, is_filled};

/// What is known of a death when it is recorded.
pub(super) struct Death {
    pub(super) person_id: PersonId,
    pub(super) died_on: NaiveDate,
    pub(super) reported_on: NaiveDate,
    pub(super) born_on: NaiveDate,
}

pub(super) fn register(state: &Household, command: HouseholdCommand, context: &Context) -> Decision {
    let HouseholdCommand::RegisterHousehold { household_id, community, address, head, registered_on } =
        command
    else {
        return Ok(vec![]);
    };
    if let Household::Registered(known) = state {
        let asked = (household_id, &community, head.person_id, registered_on);
        let same = asked == (known.household_id, &known.community, known.head, known.registered_on);
        ensure(same, HouseholdError::HouseholdAlreadyRegistered)?;
        return Ok(vec![]);
    }
    let now = Now { today: context.today, by: &context.actor.id };
    ensure(is_filled(&community, 64), HouseholdError::CommunityInvalid)?;
    ensure(head.relation == Relation::Oneself, HouseholdError::HeadRelationInvalid)?;
    now.check_past(registered_on)?;
    check_joining(&head, now)?;
    let person = head.person_id;
    let registered = HouseholdEvent::HouseholdRegistered {
        household_id,
        community,
        head: person,
        address,
        registered_on,
        by: now.by(),
    };
    Ok(vec![registered, joined(head, now)])
}

impl RegisteredHousehold {
    pub(super) fn add_member(&self, member: NewMember, now: Now) -> Decision {
        let is_head = member.person_id == self.head;
        ensure((member.relation == Relation::Oneself) == is_head, HouseholdError::HeadRelationInvalid)?;
        check_joining(&member, now)?;
        if let Some(known) = self.members.get(&member.person_id)
            && self.check_return(known, &member)?
        {
            return Ok(vec![]);
        }
        let present = self.members.values().filter(|member| member.is_present()).count();
        ensure(present < MEMBERS_MAX, HouseholdError::HouseholdFull)?;
        Ok(vec![joined(member, now)])
    }

    /// Whether someone who was a member before is one already, just as asked; refuses where they cannot return.
    fn check_return(&self, known: &Member, asked: &NewMember) -> Result<bool, HouseholdError> {
        let person = known.person_id;
        check_kept(known)?;
        let last = known.stays.last();
        if let Some(stay) = last.filter(|stay| stay.until.is_none()) {
            let same = stay.since == asked.joined_on && known.relation == asked.relation;
            ensure(same, HouseholdError::AlreadyAMember { person })?;
            return Ok(true);
        }
        ensure(known.life == Life::Alive, HouseholdError::MemberDeceased { person })?;
        let left_on = last.and_then(|stay| stay.until);
        ensure(asked.joined_on > left_on, HouseholdError::BeforeJoining)?;
        Ok(false)
    }

    pub(super) fn remove_member(&self, person_id: PersonId, left_on: NaiveDate, now: Now) -> Decision {
        now.check_past(left_on)?;
        let member = self.kept_member(person_id)?;
        let Some(stay) = member.stays.last().filter(|stay| stay.until.is_none()) else {
            let same = member.stays.last().is_some_and(|stay| stay.until == Some(left_on));
            ensure(same, HouseholdError::MemberHasLeft { person: person_id })?;
            return Ok(vec![]);
        };
        ensure(stay.since.is_none_or(|since| since <= left_on), HouseholdError::BeforeJoining)?;
        ensure(member.died_on().is_none_or(|died_on| left_on <= died_on), HouseholdError::AfterDeath)?;
        let others = self.members.values().any(|other| other.person_id != person_id && other.is_present());
        ensure(person_id != self.head || !others, HouseholdError::HeadMustStay)?;
        Ok(vec![HouseholdEvent::MemberLeft { person_id, left_on, by: now.by() }])
    }

    pub(super) fn record_death(&self, death: &Death, now: Now) -> Decision {
        let &Death { person_id, died_on, reported_on, born_on } = death;
        now.check_past(died_on)?;
        now.check_past(reported_on)?;
        ensure(reported_on >= died_on, HouseholdError::ReportedBeforeDeath)?;
        let member = self.kept_member(person_id)?;
        if let Life::Deceased { died_on: known, .. } = member.life {
            ensure(known == died_on, HouseholdError::MemberDeceased { person: person_id })?;
            return Ok(vec![]);
        }
        ensure(died_on >= born_on, HouseholdError::BeforeBirth)?;
        Ok(vec![HouseholdEvent::DeathRecorded { person_id, died_on, reported_on, by: now.by() }])
    }

    /// The member, whose personal values can still be opened.
    pub(super) fn kept_member(&self, person: PersonId) -> Result<&Member, HouseholdError> {
        let member = self.members.get(&person).ok_or(HouseholdError::NotAMember { person })?;
        check_kept(member)?;
        Ok(member)
    }
}

fn check_kept(member: &Member) -> Result<(), HouseholdError> {
    ensure(member.erased_on().is_none(), HouseholdError::PersonErased { person: member.person_id })
}

fn check_joining(member: &NewMember, now: Now) -> Result<(), HouseholdError> {
    let born_on = member.born_on.disclose().0;
    now.check_past(born_on)?;
    let Some(joined_on) = member.joined_on else { return Ok(()) };
    now.check_past(joined_on)?;
    ensure(joined_on >= born_on, HouseholdError::BeforeBirth)
}

fn joined(member: NewMember, now: Now) -> HouseholdEvent {
    let NewMember { person_id, relation, name, id_number, birth_date, hukou, joined_on, .. } = member;
    let by = now.by();
    HouseholdEvent::MemberJoined { person_id, relation, name, id_number, birth_date, hukou, joined_on, by }
}
