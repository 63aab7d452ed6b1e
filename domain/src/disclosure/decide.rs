//! Deciding and evolving a disclosure.

use chrono::NaiveDate;

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
        if !command.is_complete() {
            return Err(DisclosureError::DisclosureIncomplete);
        }
        if command.disclosed_on() > context.today {
            return Err(DisclosureError::DateInFuture);
        }
        let event = DisclosureEvent::from(command);
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

impl DisclosureCommand {
    fn is_complete(&self) -> bool {
        match self {
            DisclosureCommand::RecordDisclosure { recipient, purpose, opened, .. } => {
                is_said(recipient) && is_said(purpose) && is_complete(opened)
            }
            DisclosureCommand::DiscloseAccounts { recipient, purpose, line_count, labels, .. } => {
                is_said(recipient) && is_said(purpose) && *line_count > 0 && are_labels(labels)
            }
        }
    }

    const fn disclosed_on(&self) -> NaiveDate {
        match self {
            DisclosureCommand::RecordDisclosure { disclosed_on, .. }
            | DisclosureCommand::DiscloseAccounts { disclosed_on, .. } => *disclosed_on,
        }
    }
}

impl From<DisclosureCommand> for DisclosureEvent {
    fn from(command: DisclosureCommand) -> DisclosureEvent {
        match command {
            DisclosureCommand::RecordDisclosure { recipient, purpose, opened, disclosed_on } => {
                DisclosureEvent::PersonalDataDisclosed { recipient, purpose, opened, disclosed_on }
            }
            DisclosureCommand::DiscloseAccounts {
                recipient,
                purpose,
                run_id,
                line_count,
                labels,
                disclosed_on,
            } => DisclosureEvent::AccountsDisclosed {
                recipient,
                purpose,
                run_id,
                line_count,
                labels,
                disclosed_on,
            },
        }
    }
}

fn is_said(words: &str) -> bool {
    !words.trim().is_empty() && words.chars().count() <= WORDS_MAX
}

fn is_complete(opened: &[OpenedFields]) -> bool {
    !opened.is_empty() && opened.len() <= PERSONS_MAX && opened.iter().all(|one| are_labels(&one.labels))
}

fn are_labels(labels: &[String]) -> bool {
    !labels.is_empty() && labels.len() <= WORDS_MAX
}
