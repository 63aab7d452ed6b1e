//! Deciding and evolving a break of the log.

use chrono::NaiveDate;

use crate::aggregate::{Context, Decider, ImpossibleEvent};

use super::{
    LogBreak, LogBreakCommand, LogBreakError as Error, LogBreakEvent as Event, Loss, ProposedBreak, WHY_MAX,
};

impl Decider for LogBreak {
    const TYPE: &'static str = "LogBreak";
    type Command = LogBreakCommand;
    type Event = Event;
    type Error = Error;

    fn decide(&self, command: LogBreakCommand, context: &Context) -> Result<Vec<Event>, Error> {
        let role = context.actor.role;
        if !command.allowed_roles().contains(&role) {
            return Err(Error::RoleNotAllowed { role });
        }
        match command {
            LogBreakCommand::ProposeBreak { loss, why, proposed_on } => {
                self.propose(ProposedBreak { loss, why, by: context.actor.id.clone() }, proposed_on, context)
            }
            LogBreakCommand::AcceptBreak { loss, accepted_on } => self.accept(loss, accepted_on, context),
        }
    }

    fn try_evolve(&mut self, event: &Event) -> Result<(), ImpossibleEvent> {
        *self = match (&*self, event) {
            (_, Event::LogBreakProposed { loss, why, by, .. }) => {
                LogBreak::Proposed(ProposedBreak { loss: loss.clone(), why: why.clone(), by: by.clone() })
            }
            (LogBreak::Proposed(_), Event::LogBreakAccepted { loss, .. }) => LogBreak::Accepted(loss.clone()),
            _ => return Err(ImpossibleEvent::new(event, &*self)),
        };
        Ok(())
    }
}

impl LogBreak {
    fn propose(
        &self,
        proposal: ProposedBreak,
        proposed_on: NaiveDate,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        match self {
            LogBreak::Proposed(before) if *before == proposal => return Ok(vec![]),
            LogBreak::Proposed(before) if before.loss == proposal.loss && before.by != proposal.by => {
                return Err(Error::BreakPending);
            }
            LogBreak::Accepted(accepted) if *accepted == proposal.loss => return Err(Error::BreakAccepted),
            _ => {}
        }
        if proposed_on > context.today {
            return Err(Error::DateInFuture);
        }
        let ProposedBreak { loss, why, by } = proposal;
        if why.trim().is_empty() || why.chars().count() > WHY_MAX {
            return Err(Error::ReasonMissing);
        }
        Ok(vec![Event::LogBreakProposed { loss, why, proposed_on, by }])
    }

    fn accept(
        &self,
        loss: Box<Loss>,
        accepted_on: NaiveDate,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        let proposed = match self {
            LogBreak::Accepted(accepted) if *accepted == loss => return Ok(vec![]),
            LogBreak::Accepted(_) | LogBreak::Unproposed => return Err(Error::BreakUnknown),
            LogBreak::Proposed(proposed) => proposed,
        };
        if proposed.by == context.actor.id {
            return Err(Error::FourEyes);
        }
        if proposed.loss != loss {
            return Err(Error::LossChanged);
        }
        if accepted_on > context.today {
            return Err(Error::DateInFuture);
        }
        let (why, proposed_by) = (proposed.why.clone(), proposed.by.clone());
        Ok(vec![Event::LogBreakAccepted {
            loss,
            why,
            proposed_by,
            accepted_on,
            by: context.actor.id.clone(),
        }])
    }
}
