//! Deciding and evolving a disclosure.

use crate::aggregate::{Context, Decider, ImpossibleEvent};

use super::{
    Disclosure, DisclosureCommand, DisclosureError, DisclosureEvent, OpenedFields, PERSONS_MAX, WORDS_MAX,
};

impl Decider for Disclosure {
    const TYPE: &'static str = "Disclosure";
    type Command = DisclosureCommand;
    type Event = DisclosureEvent;
    type Error = DisclosureError;

    fn decide(
        &self,
        command: DisclosureCommand,
        context: &Context,
    ) -> Result<Vec<DisclosureEvent>, DisclosureError> {
        let role = context.actor.role;
        if !command.allowed_roles().contains(&role) {
            return Err(DisclosureError::RoleNotAllowed { role });
        }
        let DisclosureCommand::RecordDisclosure { recipient, purpose, opened, disclosed_on } = command;
        if !is_said(&recipient) || !is_said(&purpose) || !is_complete(&opened) {
            return Err(DisclosureError::DisclosureIncomplete);
        }
        if disclosed_on > context.today {
            return Err(DisclosureError::DateInFuture);
        }
        let event = DisclosureEvent::PersonalDataDisclosed { recipient, purpose, opened, disclosed_on };
        match self {
            Disclosure::Unrecorded => Ok(vec![event]),
            Disclosure::Recorded(recorded) if *recorded == event => Ok(vec![]),
            Disclosure::Recorded(_) => Err(DisclosureError::DisclosureDiffers),
        }
    }

    fn try_evolve(&mut self, event: &DisclosureEvent) -> Result<(), ImpossibleEvent> {
        if *self != Disclosure::Unrecorded {
            return Err(ImpossibleEvent::new(event, &*self));
        }
        *self = Disclosure::Recorded(event.clone());
        Ok(())
    }
}

fn is_said(words: &str) -> bool {
    !words.trim().is_empty() && words.chars().count() <= WORDS_MAX
}

fn is_complete(opened: &[OpenedFields]) -> bool {
    let labels = |fields: &OpenedFields| !fields.labels.is_empty() && fields.labels.len() <= WORDS_MAX;
    !opened.is_empty() && opened.len() <= PERSONS_MAX && opened.iter().all(labels)
}
