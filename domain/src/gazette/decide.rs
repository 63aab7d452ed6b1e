//! Deciding on the gazette: one function for each command, each a ladder of guards with the happy path last.

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use super::{
    Gazette, GazetteCommand, GazetteError, GazetteEvent, Proposal, ProposalStage, TEXT_BYTES_MAX, WORDS_MAX,
};
use crate::actor::Role;
use crate::aggregate::{Context, Decider, ImpossibleEvent};
use crate::policy::{Announcement, PublishedRates, RateDraft, RuleBooks};

type Decision = Result<Vec<GazetteEvent>, GazetteError>;

impl Decider for Gazette {
    const TYPE: &'static str = "Gazette";
    type Command = GazetteCommand;
    type Event = GazetteEvent;
    type Error = GazetteError;

    fn decide(&self, command: GazetteCommand, context: &Context) -> Decision {
        use GazetteCommand as Command;
        role_may(&command, context.actor.role)?;
        match command {
            Command::ProposeParameters { document, text, proposed_on } => {
                self.propose(document, text, proposed_on, context)
            }
            Command::ApproveParameters { number, approved_on } => {
                self.approve(self.known(number)?, approved_on, context)
            }
            Command::RejectParameters { number, reason, rejected_on } => {
                self.known(number)?.reject(reason, rejected_on, context)
            }
        }
    }

    fn try_evolve(&mut self, event: &GazetteEvent) -> Result<(), ImpossibleEvent> {
        self.evolve(event)
    }
}

fn role_may(command: &GazetteCommand, role: Role) -> Result<(), GazetteError> {
    let allowed: &[Role] = match command {
        GazetteCommand::ProposeParameters { .. } => &[Role::Administrator, Role::Reviewer],
        GazetteCommand::ApproveParameters { .. } => &[Role::Approver],
        GazetteCommand::RejectParameters { .. } => &[Role::Approver, Role::Administrator, Role::Reviewer],
    };
    ensure(allowed.contains(&role), || GazetteError::RoleNotAllowed { command: command.name() })
}

impl Gazette {
    fn known(&self, number: u32) -> Result<&Proposal, GazetteError> {
        self.proposal(number).ok_or(GazetteError::ProposalUnknown { number })
    }

    fn propose(&self, document: String, text: String, on: NaiveDate, context: &Context) -> Decision {
        let rejected = |proposal: &Proposal| matches!(proposal.stage, ProposalStage::Rejected { .. });
        let mut alike =
            self.proposals().iter().filter(|one| (&one.document, &one.text) == (&document, &text));
        if alike.any(|proposal| !rejected(proposal)) {
            return Ok(vec![]);
        }
        not_future(on, context)?;
        said(&document, "document")?;
        let bytes = text.len();
        ensure(bytes <= TEXT_BYTES_MAX, || GazetteError::TextTooLong { bytes })?;
        announced(&self.draft(&document, &text)?, on)?;
        Ok(vec![GazetteEvent::PolicyParametersProposed {
            number: self.next_number(),
            document,
            text,
            proposed_on: on,
            proposed_by: context.actor.id.clone(),
        }])
    }

    fn approve(&self, proposal: &Proposal, on: NaiveDate, context: &Context) -> Decision {
        let number = proposal.number;
        match &proposal.stage {
            ProposalStage::Published { approved_by, .. } if *approved_by == context.actor.id => {
                return Ok(vec![]);
            }
            ProposalStage::Proposed => {}
            _ => return Err(GazetteError::ProposalClosed { number }),
        }
        ensure(proposal.proposed_by != context.actor.id, || GazetteError::FourEyes)?;
        proposal.day_fits(on, context)?;
        // another document may have been published since it was proposed
        let draft = self.draft(&proposal.document, &proposal.text)?;
        let (announced_on, from) = announced(&draft, on)?;
        Ok(vec![GazetteEvent::PolicyParametersPublished {
            number,
            document: proposal.document.clone(),
            announced_on,
            from,
            text: proposal.text.clone(),
            sha256: hex::encode(Sha256::digest(proposal.text.as_bytes())),
            approved_on: on,
            approved_by: context.actor.id.clone(),
        }])
    }

    /// What a text would change beside everything that is published.
    fn draft(&self, document: &str, text: &str) -> Result<RateDraft, GazetteError> {
        let published = self.proposals().iter().filter_map(|proposal| match proposal.stage {
            ProposalStage::Published { approved_on, .. } => Some(PublishedRates {
                position: u64::from(proposal.number),
                recorded_on: approved_on,
                document: proposal.document.clone(),
                text: proposal.text.clone(),
            }),
            _ => None,
        });
        let books = RuleBooks::of(published)?;
        Ok(books.newest().draft(document, text, Announcement::InTheText)?)
    }
}

impl Proposal {
    fn reject(&self, reason: String, on: NaiveDate, context: &Context) -> Decision {
        let number = self.number;
        match &self.stage {
            ProposalStage::Rejected { reason: known, rejected_on }
                if (known, *rejected_on) == (&reason, on) =>
            {
                return Ok(vec![]);
            }
            ProposalStage::Proposed => {}
            _ => return Err(GazetteError::ProposalClosed { number }),
        }
        self.day_fits(on, context)?;
        said(&reason, "reason")?;
        Ok(vec![GazetteEvent::PolicyParametersRejected { number, reason, rejected_on: on }])
    }

    fn day_fits(&self, day: NaiveDate, context: &Context) -> Result<(), GazetteError> {
        not_future(day, context)?;
        let earliest = self.proposed_on;
        ensure(day >= earliest, || GazetteError::DayTooEarly { day, earliest })
    }
}

/// The day of announcement, which has come, and the first month.
fn announced(
    draft: &RateDraft,
    on: NaiveDate,
) -> Result<(NaiveDate, crate::calendar::BenefitMonth), GazetteError> {
    // a draft whose text says its announcements has both
    let (Some(day), Some(from)) = (draft.announced_on(), draft.first_month()) else {
        return Err(GazetteError::NotYetAnnounced { day: on });
    };
    ensure(day <= on, || GazetteError::NotYetAnnounced { day })?;
    Ok((day, from))
}

fn not_future(day: NaiveDate, context: &Context) -> Result<(), GazetteError> {
    ensure(day <= context.today, || GazetteError::DayInFuture { day })
}

fn said(words: &str, field: &'static str) -> Result<(), GazetteError> {
    let fits = !words.trim().is_empty() && words.chars().count() <= WORDS_MAX;
    ensure(fits, || GazetteError::WordsMissing { field })
}

fn ensure(holds: bool, error: impl FnOnce() -> GazetteError) -> Result<(), GazetteError> {
    if holds { Ok(()) } else { Err(error()) }
}
