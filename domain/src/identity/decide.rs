//! Deciding and evolving an identity.

use chrono::NaiveDate;

use crate::aggregate::{Context, Decider, ImpossibleEvent};
use crate::ids::{HouseholdId, PersonId};

use super::{Identity, IdentityCommand, IdentityError, IdentityEvent};

type Decision = Result<Vec<IdentityEvent>, IdentityError>;

impl Decider for Identity {
    const TYPE: &'static str = "Identity";
    type Command = IdentityCommand;
    type Event = IdentityEvent;
    type Error = IdentityError;

    fn decide(&self, command: IdentityCommand, context: &Context) -> Decision {
        let role = context.actor.role;
        if !command.allowed_roles().contains(&role) {
            return Err(IdentityError::RoleNotAllowed { role });
        }
        if command.day() > context.today {
            return Err(IdentityError::DateInFuture);
        }
        match command {
            IdentityCommand::ClaimIdentity { person_id, household_id, claimed_on } => {
                self.claim(person_id, household_id, claimed_on)
            }
            IdentityCommand::TransferIdentity { person_id, from, to, claimed_on } => {
                self.transfer(person_id, from, to, claimed_on)
            }
            IdentityCommand::ReleaseIdentity { person_id, released_on } => {
                self.release(person_id, released_on)
            }
        }
    }

    fn try_evolve(&mut self, event: &IdentityEvent) -> Result<(), ImpossibleEvent> {
        *self = match (*self, event) {
            (_, &IdentityEvent::IdentityClaimed { person_id, household_id, claimed_on })
                if self.holder().is_none_or(|holder| holder == person_id) =>
            {
                Identity::Claimed { person_id, household_id, claimed_on }
            }
            (Identity::Claimed { .. }, &IdentityEvent::IdentityReleased { person_id, released_on })
                if self.holder() == Some(person_id) =>
            {
                Identity::Released { person_id, released_on }
            }
            _ => return Err(ImpossibleEvent::new(event, *self)),
        };
        Ok(())
    }
}

impl Identity {
    fn claim(&self, person_id: PersonId, household_id: HouseholdId, claimed_on: NaiveDate) -> Decision {
        match *self {
            Identity::Claimed { person_id: person, household_id: household, .. } => {
                if (person, household) == (person_id, household_id) {
                    Ok(vec![])
                } else {
                    Err(IdentityError::IdentityTaken { person, household })
                }
            }
            Identity::Unclaimed | Identity::Released { .. } => {
                Ok(vec![IdentityEvent::IdentityClaimed { person_id, household_id, claimed_on }])
            }
        }
    }

    fn transfer(&self, person_id: PersonId, from: HouseholdId, to: HouseholdId, on: NaiveDate) -> Decision {
        let Identity::Claimed { person_id: person, household_id: household, .. } = *self else {
            return Err(IdentityError::IdentityNotClaimed);
        };
        if (person, household) == (person_id, to) {
            return Ok(vec![]);
        }
        if (person, household) != (person_id, from) {
            return Err(IdentityError::IdentityTaken { person, household });
        }
        Ok(vec![IdentityEvent::IdentityClaimed { person_id, household_id: to, claimed_on: on }])
    }

    fn release(&self, person_id: PersonId, released_on: NaiveDate) -> Decision {
        match *self {
            Identity::Unclaimed => Err(IdentityError::IdentityNotClaimed),
            Identity::Released { person_id: person, .. } if person == person_id => Ok(vec![]),
            Identity::Released { .. } => Err(IdentityError::IdentityNotClaimed),
            Identity::Claimed { person_id: person, household_id: household, .. } if person != person_id => {
                Err(IdentityError::IdentityTaken { person, household })
            }
            Identity::Claimed { .. } => Ok(vec![IdentityEvent::IdentityReleased { person_id, released_on }]),
        }
    }
}

impl IdentityCommand {
    fn day(&self) -> NaiveDate {
        match self {
            IdentityCommand::ClaimIdentity { claimed_on: day, .. }
            | IdentityCommand::TransferIdentity { claimed_on: day, .. }
            | IdentityCommand::ReleaseIdentity { released_on: day, .. } => *day,
        }
    }
}
