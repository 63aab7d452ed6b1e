//! Deciding and evolving an entry of the to-do list.

use super::{Todo, TodoCommand, TodoError, TodoEvent};
use crate::aggregate::{Context, Decider, ImpossibleEvent};

impl Decider for Todo {
    const TYPE: &'static str = "Todo";
    type Command = TodoCommand;
    type Event = TodoEvent;
    type Error = TodoError;

    fn decide(&self, command: TodoCommand, context: &Context) -> Result<Vec<TodoEvent>, TodoError> {
        if !command.allowed_roles().contains(&context.actor.role) {
            return Err(TodoError::RoleNotAllowed);
        }
        let TodoCommand::DismissTodo { kind, person_id, program, facts_sha256, reason, dismissed_on } =
            command;
        if self.is_dismissed_on(&facts_sha256) {
            return Ok(vec![]);
        }
        if !is_digest(&facts_sha256) {
            return Err(TodoError::FactsMalformed);
        }
        if dismissed_on > context.today {
            return Err(TodoError::DayInFuture { day: dismissed_on });
        }
        let by = context.actor.id.clone();
        Ok(vec![TodoEvent::TodoDismissed {
            kind,
            person_id,
            program,
            facts_sha256,
            reason,
            dismissed_on,
            by,
        }])
    }

    fn try_evolve(&mut self, event: &TodoEvent) -> Result<(), ImpossibleEvent> {
        let TodoEvent::TodoDismissed { facts_sha256, dismissed_on, .. } = event;
        if self.is_dismissed_on(facts_sha256) {
            return Err(ImpossibleEvent::new(event, &*self));
        }
        *self = Todo::Dismissed { facts_sha256: facts_sha256.clone(), dismissed_on: *dismissed_on };
        Ok(())
    }
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
