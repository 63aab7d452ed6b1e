//! Deciding and evolving a provider of identities.

use super::{
    IdentityProvider, IdentityProviderCommand as Command, IdentityProviderError as Error,
    IdentityProviderEvent as Event,
};
use crate::actor::ActorId;
use crate::aggregate::{Context, Decider, ImpossibleEvent};

impl Decider for IdentityProvider {
    const TYPE: &'static str = "IdentityProvider";
    type Command = Command;
    type Event = Event;
    type Error = Error;

    fn decide(&self, command: Command, context: &Context) -> Result<Vec<Event>, Error> {
        if !command.allowed_roles().contains(&context.actor.role) {
            return Err(Error::RoleNotAllowed);
        }
        let (day, by) = (context.today, context.actor.id.clone());
        let is_not_own = |account: &ActorId| if *account == by { Err(Error::OwnAccount) } else { Ok(()) };
        match command {
            Command::LinkSubject { issuer, subject, account } => {
                is_not_own(&account)?;
                match self.account_of(&subject) {
                    Some(holder) if *holder == account => Ok(vec![]),
                    Some(_) => Err(Error::SubjectTaken),
                    None => {
                        let subject_index = subject;
                        Ok(vec![Event::SubjectLinked { issuer, subject_index, account, linked_on: day, by }])
                    }
                }
            }
            Command::ReleaseSubject { subject, account } => {
                is_not_own(&account)?;
                if self.account_of(&subject) != Some(&account) {
                    return Ok(vec![]);
                }
                let subject_index = subject;
                Ok(vec![Event::SubjectReleased { subject_index, account, released_on: day, by }])
            }
            Command::RecordRefusals { issuer, refusal, account, count } => {
                Ok(vec![Event::ProviderSignInsRefused { issuer, refusal, account, count, refused_on: day }])
            }
        }
    }

    fn try_evolve(&mut self, event: &Event) -> Result<(), ImpossibleEvent> {
        match event {
            Event::SubjectLinked { subject_index: subject, account, .. }
                if self.account_of(subject).is_none() =>
            {
                self.subjects.insert(subject.clone(), account.clone());
            }
            Event::SubjectReleased { subject_index: subject, account, .. }
                if self.account_of(subject) == Some(account) =>
            {
                self.subjects.remove(subject);
            }
            Event::ProviderSignInsRefused { .. } => {}
            Event::SubjectLinked { .. } | Event::SubjectReleased { .. } => {
                return Err(ImpossibleEvent::new(event, &*self));
            }
        }
        Ok(())
    }
}
