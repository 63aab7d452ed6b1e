//! Deciding on a benefit case: the guards that every command shares, then one function for each.

mod appeal;
mod approval;
mod evolve;
mod hold;
mod notice;
mod opening;
mod review;
mod roll;

use chrono::NaiveDate;

use crate::actor::ActorId;
use crate::aggregate::{Context, Decider, ImpossibleEvent};

use super::{
    BenefitCase, BenefitCaseCommand as Command, BenefitCaseError as Error, BenefitCaseEvent as Event,
    EnrolledCase, ReviewedCase,
};

type Verdict = Result<Vec<Event>, Error>;

impl Decider for BenefitCase {
    const TYPE: &'static str = "BenefitCase";
    type Command = Command;
    type Event = Event;
    type Error = Error;

    fn decide(&self, command: Command, context: &Context) -> Verdict {
        let role = context.actor.role;
        ensure(command.allowed_roles().contains(&role), Error::RoleNotAllowed { role })?;
        let now = Now { today: context.today, by: &context.actor.id };
        match command {
            Command::HoldConsultation { .. } | Command::ReceiveApplication { .. } => {
                opening::decide(self, command, now)
            }
            Command::CheckMeans { .. } | Command::RecordHomeVisit { .. } => {
                review::investigate(self, command, now)
            }
            Command::RequestMaterials { .. }
            | Command::SupplyMaterials { .. }
            | Command::Recommend { .. }
            | Command::WithdrawReview { .. } => review::decide(self.under_review()?, command, now),
            Command::PostNotice { .. }
            | Command::RaiseObjection { .. }
            | Command::ResolveObjection { .. } => notice::decide(self.under_review()?, command, now),
            Command::DecideEligibility { .. } => approval::decide(self, command, now),
            Command::DetermineEntitlement { .. }
            | Command::NoteRecertificationDue { .. }
            | Command::Recertify { .. }
            | Command::Suspend { .. }
            | Command::Resume { .. } => roll::decide(self.on_roll()?, command, now),
            Command::HoldPayment { months, reason, note, held_on } => {
                hold::hold(self.on_or_off_roll()?, hold::Holding { months, reason, note, held_on }, now)
            }
            Command::LiftPaymentHold { months, lifted_on } => {
                hold::lift(self.on_or_off_roll()?, months, lifted_on, now)
            }
            Command::Close { reason, closed_on } => roll::close(self, reason, closed_on, now),
            Command::FileAppeal { .. } | Command::DecideAppeal { .. } => appeal::decide(self, command, now),
        }
    }

    fn try_evolve(&mut self, event: &Event) -> Result<(), ImpossibleEvent> {
        evolve::try_evolve(self, event)
    }
}

impl BenefitCase {
    fn under_review(&self) -> Result<&ReviewedCase, Error> {
        match self {
            BenefitCase::UnderReview(case) => Ok(case),
            BenefitCase::Unopened => Err(Error::CaseNotOpened),
            BenefitCase::Consulted(_) => Err(Error::ApplicationMissing),
            BenefitCase::Refused(_) | BenefitCase::Enrolled(_) => Err(Error::AlreadyDecided),
            BenefitCase::Closed(_) | BenefitCase::Discontinued(_) => Err(Error::CaseEnded),
        }
    }

    /// What is or was on the roll: an ended case may still be owed months.
    fn on_or_off_roll(&self) -> Result<&EnrolledCase, Error> {
        match self {
            BenefitCase::Closed(case) => Ok(&case.enrolled),
            _ => self.on_roll(),
        }
    }

    fn on_roll(&self) -> Result<&EnrolledCase, Error> {
        match self {
            BenefitCase::Enrolled(case) => Ok(case),
            BenefitCase::Unopened => Err(Error::CaseNotOpened),
            BenefitCase::Consulted(_) | BenefitCase::UnderReview(_) | BenefitCase::Refused(_) => {
                Err(Error::NotEnrolled)
            }
            BenefitCase::Closed(_) | BenefitCase::Discontinued(_) => Err(Error::CaseEnded),
        }
    }
}

/// The day at the office and who acts.
#[derive(Clone, Copy)]
struct Now<'a> {
    today: NaiveDate,
    by: &'a ActorId,
}

impl Now<'_> {
    fn by(self) -> ActorId {
        self.by.clone()
    }

    /// For a step that was taken on `day`, and cannot come before `earlier`.
    fn check_step(self, day: NaiveDate, earlier: NaiveDate) -> Result<(), Error> {
        ensure(day <= self.today, Error::DateInFuture)?;
        ensure(day >= earlier, Error::DateTooEarly)
    }
}

/// One guard of a ladder: goes on where `holds`, refuses with `error` where not.
fn ensure(holds: bool, error: Error) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(error) }
}

/// Whether `text` has 1 to `most` characters.
fn is_filled(text: &str, most: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= most
}

/// Whether there are 1 to 20 texts of 1 to `most` characters each.
fn are_filled(texts: &[String], most: usize) -> bool {
    (1..=20).contains(&texts.len()) && texts.iter().all(|text| is_filled(text, most))
}
