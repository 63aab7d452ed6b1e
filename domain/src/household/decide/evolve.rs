//! The state after an event.

use crate::actor::ActorId;
use crate::aggregate::ImpossibleEvent;
use crate::ids::PersonId;
use crate::timeline::Timeline;

use super::super::{
    AttachmentStanding, ErasureRequest, ErasureStep, Handling, HeldAttachment, Household,
    HouseholdEvent as Event, IncomeBasis, IncomeRecord, Life, Member, PayeeAccount, PersonalRecord,
    RegisteredHousehold, Stay,
};

pub(super) fn try_evolve(state: &mut Household, event: &Event) -> Result<(), ImpossibleEvent> {
    match (&mut *state, event) {
        (Household::Unregistered, Event::HouseholdRegistered { .. }) => {
            *state = registered(event).ok_or_else(|| ImpossibleEvent::new(event, "a household"))?;
            Ok(())
        }
        (Household::Unregistered, _) => Err(ImpossibleEvent::new(event, "an unregistered household")),
        (Household::Registered(_), Event::HouseholdRegistered { .. }) => {
            Err(ImpossibleEvent::new(event, "a registered household"))
        }
        (Household::Registered(household), _) => {
            let by = household
                .apply(event)
                .ok_or_else(|| ImpossibleEvent::new(event, "a registered household, for that person"))?;
            household.contributors.add(by);
            Ok(())
        }
    }
}

fn registered(event: &Event) -> Option<Household> {
    let Event::HouseholdRegistered { household_id, community, head, address, registered_on, by } = event
    else {
        return None;
    };
    let mut household = RegisteredHousehold {
        household_id: *household_id,
        community: community.clone(),
        head: *head,
        address: address.clone(),
        registered_on: *registered_on,
        members: Default::default(),
        income: Timeline::default(),
        property: Timeline::default(),
        contributors: Default::default(),
    };
    household.contributors.add(by);
    Some(Household::Registered(Box::new(household)))
}

impl RegisteredHousehold {
    /// Applies the event and names who recorded it; `None` where it cannot happen.
    fn apply<'e>(&mut self, event: &'e Event) -> Option<&'e ActorId> {
        match event {
            Event::HouseholdRegistered { .. } => None,
            Event::MemberJoined { by, .. } => self.join(event).then_some(by),
            Event::IncomeDeclared { income, since, by } => {
                let basis = IncomeBasis::Declared;
                self.income.record(*since, IncomeRecord { income: income.clone(), basis });
                Some(by)
            }
            Event::IncomeVerified { income, since, report, by } => {
                let basis = IncomeBasis::Verified { report: report.clone() };
                self.income.record(*since, IncomeRecord { income: income.clone(), basis });
                Some(by)
            }
            Event::PropertyDeclared { property, since, by } => {
                self.property.record(*since, *property);
                Some(by)
            }
            _ => self.apply_to_member(event),
        }
    }

    fn apply_to_member<'e>(&mut self, event: &'e Event) -> Option<&'e ActorId> {
        let (person, by) = person_of(event)?;
        let member = self.members.get_mut(&person)?;
        match event {
            Event::MemberLeft { left_on, .. } => {
                member.stays.last_mut().filter(|stay| stay.until.is_none())?.until = Some(*left_on);
            }
            Event::MemberStatusChanged { status, since, .. } => member.status.record(*since, *status),
            Event::ResidenceChanged { destination, moved_on, .. } => {
                member.residence.record(*moved_on, *destination);
            }
            Event::AccountChanged { account, account_index, holder, since, .. } => {
                let (account, account_index) = (account.clone(), account_index.clone());
                member.account.record(*since, PayeeAccount { account, account_index, holder: *holder });
            }
            Event::DisabilityCertified { certificate, since, .. } => {
                member.certificate.record(*since, certificate.clone());
            }
            Event::CareLevelAssessed { level, since, .. } => member.care_level.record(*since, level.clone()),
            Event::CircumstancesRecorded { circumstances, since, .. } => {
                member.circumstances.record(*since, circumstances.clone());
            }
            Event::DeathRecorded { died_on, reported_on, .. } => {
                member.life = Life::Deceased { died_on: *died_on, reported_on: *reported_on };
            }
            Event::AttachmentKept { .. } | Event::AttachmentWithdrawn { .. } => {
                member.apply_attachment(event)?
            }
            _ => member.apply_erasure(event)?,
        }
        Some(by)
    }

    /// Takes in a new member, or one who returns; `false` where the person never left.
    fn join(&mut self, event: &Event) -> bool {
        let Event::MemberJoined {
            person_id, relation, name, id_number, birth_date, hukou, joined_on, ..
        } = event
        else {
            return false;
        };
        let stay = Stay { since: *joined_on, until: None };
        let member = self.members.entry(*person_id).or_insert_with(|| Member {
            person_id: *person_id,
            relation: *relation,
            name: name.clone(),
            id_number: id_number.clone(),
            birth_date: birth_date.clone(),
            hukou: *hukou,
            stays: Vec::new(),
            life: Life::Alive,
            record: PersonalRecord::Kept,
            handling: Handling::Ordinary,
            erasure: ErasureStep::NotRequested,
            status: Timeline::default(),
            residence: Timeline::default(),
            account: Timeline::default(),
            certificate: Timeline::default(),
            care_level: Timeline::default(),
            circumstances: Timeline::default(),
            attachments: Vec::new(),
        });
        if member.stays.last().is_some_and(|stay| stay.until.is_none()) {
            return false;
        }
        (member.relation, member.hukou) = (*relation, *hukou);
        (member.name, member.id_number) = (name.clone(), id_number.clone());
        member.birth_date = birth_date.clone();
        member.stays.push(stay);
        true
    }
}

impl Member {
    /// `None` where the attachment is known already, or unknown or withdrawn already.
    fn apply_attachment(&mut self, event: &Event) -> Option<()> {
        match event {
            Event::AttachmentKept { attachment, by, .. }
                if self.attachment(attachment.attachment_id).is_none() =>
            {
                let (attachment, by) = (attachment.clone(), by.clone());
                let standing = AttachmentStanding::Kept;
                self.attachments.push(HeldAttachment { attachment, by, standing });
            }
            Event::AttachmentWithdrawn { attachment_id, reason, withdrawn_on, by, .. } => {
                let known = |held: &&mut HeldAttachment| held.attachment.attachment_id == *attachment_id;
                let held = self.attachments.iter_mut().find(known).filter(|held| held.is_kept())?;
                let (reason, withdrawn_on, by) = (reason.clone(), *withdrawn_on, by.clone());
                held.standing = AttachmentStanding::Withdrawn { reason, withdrawn_on, by };
            }
            _ => return None,
        }
        Some(())
    }

    /// `None` where the event is another, or cannot happen to this member.
    fn apply_erasure(&mut self, event: &Event) -> Option<()> {
        let first_day = self.erased_on();
        match event {
            Event::ErasureRequested { through, basis, requested_on, by, .. } => {
                let (basis, by) = (basis.clone(), by.clone());
                let request = ErasureRequest { through: *through, basis, requested_on: *requested_on, by };
                self.erasure = ErasureStep::Requested(request);
            }
            Event::ErasureRejected { reason, rejected_on, .. } => {
                self.erasure = ErasureStep::Rejected { reason: reason.clone(), rejected_on: *rejected_on };
            }
            Event::ProcessingRestricted { restricted_on, .. } => {
                self.handling = Handling::Restricted { restricted_on: *restricted_on };
            }
            Event::RestrictionLifted { reason, lifted_on, .. } => {
                self.handling = Handling::Lifted { reason: reason.clone(), lifted_on: *lifted_on };
            }
            Event::CaseWorkErased { erased_on, .. } => {
                if self.record != PersonalRecord::Kept {
                    return None;
                }
                self.record = PersonalRecord::VouchersKept { erased_on: *erased_on };
                self.erasure = ErasureStep::NotRequested;
            }
            Event::PersonErased { erased_on, .. } => {
                self.record = PersonalRecord::Erased { erased_on: first_day.unwrap_or(*erased_on) };
                self.erasure = ErasureStep::NotRequested;
            }
            _ => return None,
        }
        Some(())
    }
}

/// Whom an event is about, and who recorded it.
fn person_of(event: &Event) -> Option<(PersonId, &ActorId)> {
    match event {
        Event::MemberLeft { person_id, by, .. }
        | Event::MemberStatusChanged { person_id, by, .. }
        | Event::ResidenceChanged { person_id, by, .. }
        | Event::AccountChanged { person_id, by, .. }
        | Event::DisabilityCertified { person_id, by, .. }
        | Event::CareLevelAssessed { person_id, by, .. }
        | Event::CircumstancesRecorded { person_id, by, .. }
        | Event::DeathRecorded { person_id, by, .. }
        | Event::AttachmentKept { person_id, by, .. }
        | Event::AttachmentWithdrawn { person_id, by, .. }
        | Event::ErasureRequested { person_id, by, .. }
        | Event::ErasureRejected { person_id, by, .. }
        | Event::ProcessingRestricted { person_id, by, .. }
        | Event::RestrictionLifted { person_id, by, .. }
        | Event::CaseWorkErased { person_id, by, .. }
        | Event::PersonErased { person_id, by, .. } => Some((*person_id, by)),
        Event::HouseholdRegistered { .. }
        | Event::MemberJoined { .. }
        | Event::IncomeDeclared { .. }
        | Event::IncomeVerified { .. }
        | Event::PropertyDeclared { .. } => None,
    }
}
