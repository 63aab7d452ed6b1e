//! Deciding on a recovery plan: one function for each command, each a ladder of guards with the happy path last.

use chrono::NaiveDate;

use super::command::{Debtor, RecoveryPlanCommand};
use super::error::RecoveryPlanError;
use super::event::{PlanTerms, RecoveryPlanEvent, RecoveryWay, Repayer, WaiverGround};
use super::state::{Proposed, RecoveryPlan};
use crate::actor::Role;
use crate::aggregate::{Context, Decider, ImpossibleEvent};
use crate::ids::RecoveryPlanId;
use crate::money::Money;

type Decision = Result<Vec<RecoveryPlanEvent>, RecoveryPlanError>;

impl Decider for RecoveryPlan {
    const TYPE: &'static str = "RecoveryPlan";
    type Command = RecoveryPlanCommand;
    type Event = RecoveryPlanEvent;
    type Error = RecoveryPlanError;

    fn decide(&self, command: RecoveryPlanCommand, context: &Context) -> Decision {
        use RecoveryPlanCommand as Command;
        let name = command.name();
        role_may(&command, context.actor.role)?;
        match command {
            Command::ProposePlan { terms, debtor, proposed_on } => {
                self.propose(terms, debtor, proposed_on, context)
            }
            Command::ApprovePlan { approved_on } => self.approve(approved_on, name, context),
            Command::RejectPlan { reason, rejected_on } => self.reject(reason, rejected_on, name, context),
            Command::CompletePlan { completed_on } => self.complete(completed_on, name, context),
            Command::EndPlan { reason, ended_on } => self.end(reason, ended_on, name, context),
        }
    }

    fn try_evolve(&mut self, event: &RecoveryPlanEvent) -> Result<(), ImpossibleEvent> {
        *self = self.clone().after(event)?;
        Ok(())
    }
}

impl RecoveryPlan {
    fn propose(
        &self,
        terms: Box<PlanTerms>,
        debtor: Debtor,
        proposed_on: NaiveDate,
        context: &Context,
    ) -> Decision {
        if let Some(before) = self.proposed() {
            let repeat = *before.terms == *terms && before.proposed_by == context.actor.id;
            return if repeat { Ok(vec![]) } else { Err(RecoveryPlanError::PlanExists) };
        }
        if terms.plan_id != RecoveryPlanId::derive(terms.case_id, terms.number) || terms.number == 0 {
            return Err(RecoveryPlanError::PlanIdMismatch);
        }
        not_future(proposed_on, context)?;
        items_fit(&terms)?;
        way_fits(&terms, debtor)?;
        let proposed_by = context.actor.id.clone();
        Ok(vec![RecoveryPlanEvent::RecoveryPlanProposed { terms, proposed_by, proposed_on }])
    }

    fn approve(&self, approved_on: NaiveDate, command: &'static str, context: &Context) -> Decision {
        let proposed = match self {
            RecoveryPlan::Approved(was) | RecoveryPlan::Completed(was)
                if was.approved_by == context.actor.id =>
            {
                return Ok(vec![]);
            }
            RecoveryPlan::Proposed(proposed) => proposed,
            _ => return Err(self.refuses(command)),
        };
        proposed.not_by_its_author(context)?;
        happened(approved_on, proposed.proposed_on, context)?;
        let approved_by = context.actor.id.clone();
        let mut events = vec![RecoveryPlanEvent::RecoveryPlanApproved { approved_by, approved_on }];
        // what is given up is given up with the approval: nothing remains to be done
        if matches!(proposed.terms.way, RecoveryWay::Waiver { .. }) {
            events.push(RecoveryPlanEvent::RecoveryPlanCompleted { completed_on: approved_on });
        }
        Ok(events)
    }

    fn reject(
        &self,
        reason: String,
        rejected_on: NaiveDate,
        command: &'static str,
        context: &Context,
    ) -> Decision {
        let proposed = match self {
            RecoveryPlan::Rejected(was) if was.reason == reason => return Ok(vec![]),
            RecoveryPlan::Proposed(proposed) => proposed,
            _ => return Err(self.refuses(command)),
        };
        proposed.not_by_its_author(context)?;
        happened(rejected_on, proposed.proposed_on, context)?;
        filled(&reason, "reason")?;
        let rejected_by = context.actor.id.clone();
        Ok(vec![RecoveryPlanEvent::RecoveryPlanRejected { reason, rejected_by, rejected_on }])
    }

    fn complete(&self, completed_on: NaiveDate, command: &'static str, context: &Context) -> Decision {
        let approved = match self {
            RecoveryPlan::Completed(_) => return Ok(vec![]),
            RecoveryPlan::Approved(approved) => approved,
            _ => return Err(self.refuses(command)),
        };
        happened(completed_on, approved.approved_on, context)?;
        Ok(vec![RecoveryPlanEvent::RecoveryPlanCompleted { completed_on }])
    }

    fn end(&self, reason: String, ended_on: NaiveDate, command: &'static str, context: &Context) -> Decision {
        let earliest = match self {
            RecoveryPlan::Ended(was) if was.reason == reason => return Ok(vec![]),
            RecoveryPlan::Proposed(proposed) => proposed.proposed_on,
            RecoveryPlan::Approved(approved) => approved.approved_on,
            _ => return Err(self.refuses(command)),
        };
        happened(ended_on, earliest, context)?;
        filled(&reason, "reason")?;
        let ended_by = context.actor.id.clone();
        Ok(vec![RecoveryPlanEvent::RecoveryPlanEnded { reason, ended_by, ended_on }])
    }

    const fn refuses(&self, command: &'static str) -> RecoveryPlanError {
        match self {
            RecoveryPlan::Unproposed => RecoveryPlanError::PlanUnknown,
            _ => RecoveryPlanError::WrongStage { command, stage: self.stage() },
        }
    }
}

impl Proposed {
    /// Four eyes (双人复核): whoever proposed a plan decides nothing about it.
    fn not_by_its_author(&self, context: &Context) -> Result<(), RecoveryPlanError> {
        let own = self.proposed_by == context.actor.id;
        if own { Err(RecoveryPlanError::FourEyes) } else { Ok(()) }
    }
}

fn role_may(command: &RecoveryPlanCommand, role: Role) -> Result<(), RecoveryPlanError> {
    use RecoveryPlanCommand as Command;
    let allowed: &'static [Role] = match command {
        Command::ProposePlan { .. } | Command::EndPlan { .. } => &[Role::Finance],
        Command::ApprovePlan { .. } | Command::RejectPlan { .. } => &[Role::Approver],
        Command::CompletePlan { .. } => &[Role::Finance, Role::System, Role::Approver],
    };
    if allowed.contains(&role) {
        Ok(())
    } else {
        Err(RecoveryPlanError::RoleNotAllowed { command: command.name(), allowed })
    }
}

fn items_fit(terms: &PlanTerms) -> Result<(), RecoveryPlanError> {
    if terms.items.is_empty() {
        return Err(RecoveryPlanError::NothingToRecover);
    }
    if !terms.items.iter().all(|item| item.amount.is_positive()) {
        return Err(RecoveryPlanError::AmountNotPositive);
    }
    let place = |index: usize| terms.items.get(index).map(|item| item.month);
    let ascends = (1..terms.items.len()).all(|index| place(index - 1) <= place(index));
    let twice = |index: usize, id| terms.items.iter().skip(index + 1).any(|item| item.payment_id == id);
    if !ascends || terms.items.iter().enumerate().any(|(index, item)| twice(index, item.payment_id)) {
        return Err(RecoveryPlanError::ItemsOutOfOrder);
    }
    Ok(())
}

fn way_fits(terms: &PlanTerms, debtor: Debtor) -> Result<(), RecoveryPlanError> {
    let total = terms.total().map_err(|_| RecoveryPlanError::AmountOutOfRange)?;
    match &terms.way {
        RecoveryWay::Repayment { by: Repayer::Beneficiary } => living(debtor),
        RecoveryWay::Repayment { by: Repayer::Heirs } => {
            let (estate, received) = inherited(debtor)?;
            let left = estate.minus(received).unwrap_or_default().max(Money::ZERO);
            if total > left { Err(RecoveryPlanError::AboveEstate { total, left }) } else { Ok(()) }
        }
        RecoveryWay::Withholding { from_person, per_month, agreement, .. } => {
            if !per_month.is_positive() {
                return Err(RecoveryPlanError::InstalmentNotPositive);
            }
            match agreement {
                Some(agreement) => filled(agreement, "agreement"),
                None if *from_person == terms.beneficiary => living(debtor),
                None => Err(RecoveryPlanError::AgreementMissing),
            }
        }
        RecoveryWay::Waiver { ground: WaiverGround::SmallSum, reason } => {
            filled(reason, "way.reason")?;
            let limit = terms.limits.waiver_limit;
            if total > limit { Err(RecoveryPlanError::AboveWaiverLimit { total, limit }) } else { Ok(()) }
        }
        RecoveryWay::Waiver { ground: WaiverGround::EstateExhausted, reason } => {
            filled(reason, "way.reason")?;
            let (estate, received) = inherited(debtor)?;
            let exhausted = received >= estate;
            if exhausted { Ok(()) } else { Err(RecoveryPlanError::EstateLeft { estate, received }) }
        }
    }
}

const fn living(debtor: Debtor) -> Result<(), RecoveryPlanError> {
    match debtor {
        Debtor::Living => Ok(()),
        Debtor::Deceased { .. } => Err(RecoveryPlanError::BeneficiaryDeceased),
    }
}

/// The estate's value and what came back of the debt before.
fn inherited(debtor: Debtor) -> Result<(Money, Money), RecoveryPlanError> {
    match debtor {
        Debtor::Living => Err(RecoveryPlanError::BeneficiaryLives),
        Debtor::Deceased { estate: None, .. } => Err(RecoveryPlanError::EstateUnknown),
        Debtor::Deceased { estate: Some(estate), .. } if estate.is_negative() => {
            Err(RecoveryPlanError::EstateUnknown)
        }
        Debtor::Deceased { estate: Some(estate), received } => Ok((estate, received)),
    }
}

fn not_future(day: NaiveDate, context: &Context) -> Result<(), RecoveryPlanError> {
    if day > context.today { Err(RecoveryPlanError::DayInFuture { day }) } else { Ok(()) }
}

/// What happened lies between the step before and today.
fn happened(day: NaiveDate, earliest: NaiveDate, context: &Context) -> Result<(), RecoveryPlanError> {
    not_future(day, context)?;
    if day < earliest { Err(RecoveryPlanError::DayTooEarly { day, earliest }) } else { Ok(()) }
}

fn filled(text: &str, field: &'static str) -> Result<(), RecoveryPlanError> {
    let missing = text.trim().is_empty() || text.chars().count() > 200;
    if missing { Err(RecoveryPlanError::TextMissing { field }) } else { Ok(()) }
}
